"""A snapshot appears whole or not at all.

Tried with leftovers, failures of the disk, damage, and several freezes at once.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from batch.snapshot import store as folders
from batch.snapshot.layout import MANIFEST
from batch.snapshot.snapshot import find_snapshot
from payengine.errors import Unavailable
from payengine.periods import Period
from tests.support.freeze_case import freeze, record
from tests.support.paths import ROOT


def child(code: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Python code in a process of its own, with the tests' helpers at hand."""
    places = str(ROOT)
    return subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": places} | given, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


def test_freezing_again_finds_what_is_frozen(tmp_path: Path) -> None:
    first = freeze(tmp_path, [record("R")])
    before = {file: file.stat().st_mtime_ns for file in first.path.rglob("*")}
    again = freeze(tmp_path, [record("R")])
    assert again.path == first.path == tmp_path / "2026-10" / first.digest
    assert {file: file.stat().st_mtime_ns for file in first.path.rglob("*")} == before
    assert not list((tmp_path / ".tmp").iterdir())


def test_the_newest_is_the_one_frozen_last_also_if_it_stood_there(tmp_path: Path) -> None:
    first = freeze(tmp_path, [record("R")])
    second = freeze(tmp_path, [record("S")])
    assert find_snapshot(tmp_path, Period.parse("2026-10")).digest == second.digest
    freeze(tmp_path, [record("R")])
    assert find_snapshot(tmp_path, Period.parse("2026-10")).digest == first.digest


def test_a_damaged_snapshot_is_replaced_by_freezing_again(tmp_path: Path) -> None:
    first = freeze(tmp_path, [record("R")])
    next(first.path.glob("records/*")).write_bytes(b"damaged")
    (first.path / "tables" / "staff.parquet").unlink()
    again = freeze(tmp_path, [record("R")])
    assert again.path == first.path
    again.verify()


def test_a_folder_without_a_manifest_is_replaced(tmp_path: Path) -> None:
    first = freeze(tmp_path, [record("R")])
    (first.path / MANIFEST).unlink()
    freeze(tmp_path, [record("R")]).verify()


def test_a_killed_freeze_leaves_a_folder_that_the_next_one_removes(tmp_path: Path) -> None:
    code = """
import os, pathlib
from tests.support.freeze_case import freeze, record
import batch.freeze.pipeline as period
period.put_in_place = lambda *given, **more: os._exit(9)
freeze(pathlib.Path(os.environ["FOLDER"]), [record("R")])
"""
    assert child(code, FOLDER=str(tmp_path)).returncode == 9
    left = list((tmp_path / ".tmp").iterdir())
    assert {entry.is_dir() for entry in left} == {True, False}
    assert not (tmp_path / "2026-10").exists()
    freeze(tmp_path, [record("R")]).verify()
    assert not list((tmp_path / ".tmp").iterdir())


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    with folders.working_folder(tmp_path) as mine:
        (mine / "file").write_text("mine", encoding="utf-8")
        freeze(tmp_path, [record("R")])
        folders.remove_leftovers(tmp_path / ".tmp")
        assert (mine / "file").read_text(encoding="utf-8") == "mine"
    assert not list((tmp_path / ".tmp").iterdir())


WORK = """
import os, pathlib
from batch.snapshot.store import working_folder
for number in range(60):
    with working_folder(pathlib.Path(os.environ["FOLDER"])) as mine:
        (mine / "file").write_text(str(number), encoding="utf-8")
        assert (mine / "file").read_text(encoding="utf-8") == str(number)
"""


def test_freezes_that_clear_up_leave_each_other_alone(tmp_path: Path) -> None:
    """Each looks for leftovers while the others make new folders, locks and removes them."""
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: child(WORK, FOLDER=str(tmp_path)), range(4)))
    assert [(each.returncode, each.stderr) for each in done] == [(0, "")] * 4
    assert not list((tmp_path / ".tmp").iterdir())


def test_leftovers_without_a_lock_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".tmp" / "old").mkdir(parents=True)
    (tmp_path / ".tmp" / "older.lock").write_bytes(b"")
    freeze(tmp_path, [record("R")])
    assert not list((tmp_path / ".tmp").iterdir())


def test_a_quicker_freeze_of_the_same_content_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one's snapshot appears between the look and the rename."""
    other = freeze(tmp_path / "other", [record("R")])
    mine = freeze(tmp_path / "mine", [record("R")])
    final = tmp_path / "2026-10" / mine.digest

    def late(old: Path, new: Path) -> None:
        other.path.rename(final)
        old.rename(new)

    monkeypatch.setattr(folders, "_rename", late)
    assert folders.put_in_place(mine.path, tmp_path).path == final


FULL = """
import os, pathlib, resource, sys
from tests.support.freeze_case import freeze, record
from payengine.errors import Unavailable
from payengine.texts import use
use("en")
folder = pathlib.Path(os.environ["FOLDER"])
freeze(folder / "warm", [record("R")])
records = [record(f"R{number}", quantity=str(number + 1)) for number in range(20000)]
limit = int(os.environ["LIMIT"])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    freeze(folder / "full", records)
except Unavailable as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.skipif(os.name == "nt", reason="RLIMIT_FSIZE is POSIX; a full disk gives the same errors elsewhere")
@pytest.mark.parametrize("limit", [100, 20_000, 100_000])
def test_a_full_disk_freezes_nothing(tmp_path: Path, limit: int) -> None:
    """Nothing that does not fit stays behind."""
    done = child(FULL, FOLDER=str(tmp_path), LIMIT=str(limit))
    assert done.returncode == 6, done.stderr
    assert "the snapshot cannot be written" in done.stdout
    assert "Nothing was frozen" in done.stdout
    assert not list((tmp_path / "full").glob("2026*"))
    assert not list((tmp_path / "full" / ".tmp").iterdir())


def no_room(*given: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def no_room_to_sort(*given: object) -> None:
    raise duckdb.IOException("IO Error: Could not write file")


@pytest.mark.parametrize(
    ("where", "failure"),
    [
        ("batch.freeze.sorting.spool.Spool.write", no_room),
        ("batch.freeze.sorting.bucket_spool.BucketSpool.write", no_room),
        ("batch.freeze.sorting.hash_partitions.HashPartitions.write", no_room),
        ("batch.snapshot.part_writer.HashedFile.write", no_room),
        ("batch.freeze.pipeline.resolve_linked", no_room_to_sort),
        ("batch.freeze.pipeline.write_manifest", no_room),
    ],
)
def test_a_disk_that_fills_at_any_stage_freezes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, failure: Callable[..., None]
) -> None:
    """Nothing is frozen if the disk fills, also where a second thread writes."""
    monkeypatch.setattr(where, failure)
    with pytest.raises(Unavailable):
        freeze(tmp_path, [record("R"), record("S", quantity="0")])
    assert [entry.name for entry in tmp_path.iterdir()] == [".tmp"]
    assert not list((tmp_path / ".tmp").iterdir())


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable):
        freeze(tmp_path / "file", [record("R")])


def test_the_manifest_is_readable_text(tmp_path: Path) -> None:
    """UTF-8 with line feeds, on every system."""
    content = (freeze(tmp_path, [record("R")]).path / MANIFEST).read_bytes()
    assert b"\r" not in content
    assert json.loads(content)["logical"]["counts"]["read"] == 1


def test_a_workspace_that_cannot_be_written_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(folders.FileLock, "acquire", refused)
    monkeypatch.setattr(Path, "touch", refused)
    with pytest.raises(Unavailable, match="the workspace cannot be written") as told:
        freeze(tmp_path, [record("R")])
    assert "runs, show and export work" in told.value.remedy
