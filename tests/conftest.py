"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# The first example of a test may compile a kernel, which says nothing about the speed of the others.
settings.register_profile("payengine", deadline=None)
settings.load_profile("payengine")
