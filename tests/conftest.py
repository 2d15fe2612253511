"""Settings of all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from payengine import texts

# The first example of a test may compile a kernel, which says nothing about the speed of the others.
settings.register_profile("payengine", deadline=None)
settings.load_profile("payengine")


MOST_PROCESSES = 4  # each compiles its kernels for itself, and holds a county or two in memory


@pytest.hookimpl(optionalhook=True)  # whoever runs the tests without pytest-xdist needs none
def pytest_xdist_auto_num_workers() -> int:
    """Choose how many processes `pytest -n auto` starts."""
    return min(os.cpu_count() or 1, MOST_PROCESSES)


@pytest.fixture(autouse=True)
def _language_of_one_test_is_not_the_next_ones() -> Iterator[None]:
    """Reset the language that a command in this process chose, after each test."""
    yield
    texts.use(None)
    texts._from_environment.cache_clear()
