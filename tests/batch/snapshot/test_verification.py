"""A snapshot's identity is that of its values.

Whoever changes a file together with its hash, its place or its shape is found.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch.content_digest import digest_of
from batch.freeze.records import write
from batch.snapshot.layout import NEWEST, RECORD_IDS
from batch.snapshot.snapshot import Snapshot, find_snapshot
from payengine.errors import IntegrityBroken
from payengine.periods import Period
from tests.support.freeze_case import freeze, item, record
from tests.support.signed_damage import change_manifest, last_number_up, rewrite, sign

OCTOBER, NOVEMBER = Period.parse("2026-10"), Period.parse("2026-11")


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    rows = [record("R"), record("S", item="CHECK", patient="P"), record("N", quantity="0")]
    return freeze(tmp_path, rows)


@pytest.mark.parametrize("name", ["hot/00000.arrow", "limited/00000.arrow", "tables/service_item.parquet"])
def test_values_changed_together_with_the_files_hash_are_found(snapshot: Snapshot, name: str) -> None:
    rewrite(snapshot.path, name, last_number_up)
    again = find_snapshot(snapshot.path.parents[1], OCTOBER)
    again.verify_structure()
    with pytest.raises(IntegrityBroken, match="do not match their digest") as broken:
        again.verify_content()
    assert broken.value.exit_code == 7


def test_record_ids_that_no_run_reads_are_compared_with_their_hash(snapshot: Snapshot) -> None:
    file = snapshot.path / "records" / "00000.parquet"
    pq.write_table(pq.ParquetFile(file).read(), file, compression="none")
    with pytest.raises(IntegrityBroken, match="was changed"):
        snapshot.verify_content()


@pytest.mark.parametrize("verify", [Snapshot.verify_content, Snapshot.verify_files, Snapshot.verify])
def test_a_changed_or_missing_column_of_record_hashes_is_found(
    snapshot: Snapshot, verify: Callable[[Snapshot], None]
) -> None:
    """It is in no digest, but records that were paid already are looked for by it."""
    column = snapshot.path / RECORD_IDS
    hashes = bytearray(column.read_bytes())
    hashes[0] ^= 1
    column.write_bytes(hashes)
    with pytest.raises(IntegrityBroken, match="was changed") as broken:
        verify(snapshot)
    assert [problem.where for problem in broken.value.problems] == [RECORD_IDS]
    column.unlink()
    with pytest.raises(IntegrityBroken, match="is missing") as broken:
        verify(snapshot)
    assert [problem.where for problem in broken.value.problems] == [RECORD_IDS]


def test_a_manifest_with_another_digest_is_another_snapshot(snapshot: Snapshot) -> None:
    """The folder's name is what a run's id takes in, so the manifest must have it."""

    def change(manifest: Any) -> None:
        manifest["logical"]["counts"]["kept"] += 1
        manifest["digest"] = digest_of(manifest["logical"])

    change_manifest(snapshot.path, change)
    with pytest.raises(IntegrityBroken, match="folder's name is not the digest"):
        find_snapshot(snapshot.path.parents[1], OCTOBER)


def test_another_months_snapshot_is_refused(snapshot: Snapshot) -> None:
    snapshots = snapshot.path.parents[1]
    (snapshots / str(NOVEMBER)).mkdir()
    shutil.copytree(snapshot.path, snapshots / str(NOVEMBER) / snapshot.digest)
    (snapshots / str(NOVEMBER) / NEWEST).write_text(snapshot.digest + "\n", encoding="utf-8")
    with pytest.raises(IntegrityBroken, match="is a snapshot of 2026-10, not of 2026-11"):
        find_snapshot(snapshots, NOVEMBER)


@pytest.mark.parametrize(
    "named", ["../2026-10/{digest}", "{digest}/..", "", "{short}", "{digest}\n{digest}", "{upper}"]
)
def test_the_pointer_names_a_digest_and_nothing_else(snapshot: Snapshot, named: str) -> None:
    digest = snapshot.digest
    text = named.format(digest=digest, short=digest[:12], upper=digest.upper())
    (snapshot.path.parent / NEWEST).write_bytes(text.encode())
    with pytest.raises(IntegrityBroken, match="does not name a snapshot"):
        find_snapshot(snapshot.path.parents[1], OCTOBER)


@pytest.mark.skipif(os.name == "nt", reason="making links needs a right there")
@pytest.mark.parametrize("name", ["tables/staff.parquet", "hot", ".", "..", "../newest"])
def test_links_are_refused(snapshot: Snapshot, tmp_path: Path, name: str) -> None:
    """Links lead out of the folder, and there things change when nobody looks."""
    entry = Path(os.path.normpath(snapshot.path / name))
    entry.rename(tmp_path / "elsewhere")
    entry.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IntegrityBroken):
        find_snapshot(snapshot.path.parents[1], OCTOBER)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX")
def test_a_pipe_is_not_waited_for(snapshot: Snapshot) -> None:
    os.mkfifo(snapshot.path / "tables" / "more.parquet")
    with pytest.raises(IntegrityBroken, match="files and folders only"):
        find_snapshot(snapshot.path.parents[1], OCTOBER)


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.pop("parts"),
        lambda manifest: manifest.update(files=[]),
        lambda manifest: manifest["parts"].update(hot=["many"]),
        lambda manifest: manifest["parts"].update(limited=[-1]),
        lambda manifest: manifest["logical"].pop("history_work"),
        lambda manifest: manifest["logical"].update(tables={"../../staff": manifest["logical"]["tables"]["staff"]}),
        lambda manifest: manifest["logical"].update(hot=7),
        lambda manifest: manifest.pop("frozen"),
        lambda manifest: manifest["frozen"]["tables"].update(staff={"read": "many"}),
    ],
)
def test_a_manifest_that_lacks_what_is_read_of_it_is_damaged(snapshot: Snapshot, change: Callable[[Any], None]) -> None:
    change_manifest(snapshot.path, change)
    with pytest.raises(IntegrityBroken, match="is not what was frozen"):
        find_snapshot(snapshot.path.parents[1], OCTOBER)


FILES = ["hot/00000.arrow", "limited/00000.arrow", "limited_records/00000.parquet", "rejected.parquet",
         "history.parquet", "tables/engagement.parquet"]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_damage_ends_in_words_wherever_it_strikes(snapshot: Snapshot, name: str) -> None:
    """No error of a library comes out.

    Each file is cut short, overwritten, emptied or turned by bits, and signed.
    """
    file, dice = snapshot.path / name, random.Random(name)
    whole = file.read_bytes()
    damaged = [b"", b"PAR1", b"\0" * len(whole), whole[: len(whole) // 2], whole[:-1], whole[1:], whole + whole]
    for _ in range(40):
        flipped = bytearray(whole)
        for _ in range(dice.randrange(1, 5)):
            flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
        damaged.append(bytes(flipped))
    found = 0
    for content in damaged:
        file.unlink()
        file.write_bytes(content)
        sign(snapshot.path, name)
        again = find_snapshot(snapshot.path.parents[1], OCTOBER)
        try:
            again.verify()
        except IntegrityBroken:
            found += 1
    assert found > len(damaged) // 2  # some bits say nothing of a value: the writer's name, a page's padding


def test_a_file_that_claims_more_rows_is_not_read(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    rewrite(snapshot.path, "tables/staff.parquet", lambda table: pa.concat_tables([table] * 50))
    again = find_snapshot(snapshot.path.parents[1], OCTOBER)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the file was read")

    monkeypatch.setattr(pq.ParquetFile, "read", never)
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", never)
    with pytest.raises(IntegrityBroken, match="rows, not"):
        again.verify_structure()


def test_columns_of_another_type_are_found_before_they_are_read(snapshot: Snapshot) -> None:
    rewrite(
        snapshot.path, "tables/staff.parquet", lambda table: table.set_column(0, "code", pa.array([1] * len(table)))
    )
    with pytest.raises(IntegrityBroken, match="columns are not those that were frozen"):
        find_snapshot(snapshot.path.parents[1], OCTOBER).verify_structure()


def test_a_patients_rows_cut_in_two_files_are_found(tmp_path: Path) -> None:
    """The digest is of all rows together, and a limit counts within one file."""
    rows = [record(f"R{number}", item="CHECK", patient="P") for number in range(4)]
    path = freeze(tmp_path, rows, service_item=[item("CHECK", limit_count="1", limit_period="year")]).path
    for name, ending in (("limited", "arrow"), ("limited_records", "parquet")):
        first, second = (path / name / f"{number:05}.{ending}" for number in (0, 1))
        shutil.copy(first, second)
        for file, part in ((first, slice(0, 2)), (second, slice(2, 4))):
            place = file.relative_to(path).as_posix()
            rewrite(path, place, lambda table, part=part: table.slice(part.start, part.stop - part.start))
    change_manifest(path, lambda manifest: manifest["parts"].update(limited=[2, 2]))
    again = find_snapshot(tmp_path, OCTOBER)
    again.verify_structure()
    with pytest.raises(IntegrityBroken, match="divided among two files") as broken:
        again.verify_content()
    assert [problem.where for problem in broken.value.problems] == ["limited/00001.arrow"]


def test_files_between_patients_may_end_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "LIMITED_PART_ROWS", 3)
    rows = [record(f"R{number:02}", item="CHECK", patient=f"P{number // 2}") for number in range(20)]
    frozen = freeze(tmp_path, rows, service_item=[item("CHECK", limit_count="1", limit_period="year")])
    frozen.verify()
