"""Digest of the program as it is installed, by which command and workers know each other."""

from __future__ import annotations

from functools import cache
from importlib import resources

from batch.content_digest import texts_digest
from batch.source_texts import module_texts


@cache
def installed_digest() -> str:
    """Digest every module of `payengine` and `batch`."""
    rooms = ("payengine", "batch")
    return texts_digest({place: text for room in rooms for place, text in module_texts(resources.files(room), room)})
