"""Stores of the tests of a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import object_store


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with object_store.s3_server(tmp_path_factory.mktemp("s3")) as address:
        yield address


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store: a folder's, or one of S3."""
    if request.param == "folder":
        return f"file://{tmp_path.as_posix()}/store"
    return f"{request.getfixturevalue('s3')}/{tmp_path.name}"
