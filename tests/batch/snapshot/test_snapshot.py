"""Opening and verifying a snapshot: changes are found, newer versions are refused."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch.content_digest import TableDigest, describe, digest_of
from batch.ledger import History, Publication
from batch.snapshot.layout import MANIFEST, NEWEST, SCHEMA_VERSION
from batch.snapshot.schemas import HISTORY, LINES
from batch.snapshot.snapshot import Snapshot, find_snapshot
from batch.snapshot.verification import file_hash
from payengine.errors import IntegrityBroken, Refused, UsageError
from payengine.periods import Period
from tests.support.freeze_case import freeze, item, record

OCTOBER = Period.parse("2026-10")


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    rows = [record("R"), record("S", item="CHECK", patient="P"), record("N", quantity="0")]
    return freeze(tmp_path, rows)


def test_a_whole_snapshot_verifies_and_opens_again(snapshot: Snapshot) -> None:
    snapshot.verify()
    again = Snapshot.open(snapshot.path)
    assert again.logical == snapshot.logical
    assert (again.digest, again.period) == (snapshot.path.name, OCTOBER)
    assert again.digest == digest_of(again.logical)


FILES = [
    "hot/00000.arrow", "records/00000.parquet", "limited/00000.arrow", "limited_records/00000.parquet",
    "rejected.parquet", "history.parquet", "tables/staff.parquet",
]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_changed_or_missing_file_is_found(snapshot: Snapshot, name: str) -> None:
    file = snapshot.path / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(IntegrityBroken) as broken:
        snapshot.verify()
    assert [problem.where for problem in broken.value.problems] == [name]
    file.unlink()
    with pytest.raises(IntegrityBroken) as broken:
        snapshot.verify_files()
    assert [problem.where for problem in broken.value.problems] == [name]
    assert broken.value.exit_code == 7


def test_a_file_that_does_not_belong_is_found(snapshot: Snapshot) -> None:
    (snapshot.path / "hot" / "00001.arrow").write_bytes(b"")
    with pytest.raises(IntegrityBroken, match=r"hot/00001\.arrow"):
        snapshot.verify()


def test_a_changed_manifest_is_found(snapshot: Snapshot) -> None:
    change_manifest(snapshot, lambda manifest: manifest["logical"]["counts"].update(kept=7))
    with pytest.raises(IntegrityBroken, match="does not match its digest"):
        Snapshot.open(snapshot.path).verify()


@pytest.mark.parametrize("name", ["rejected.parquet", "tables/staff.parquet", "records/00000.parquet"])
def test_a_file_changed_together_with_its_hash_is_found(snapshot: Snapshot, name: str) -> None:
    """The columns' digests stand in what the snapshot's digest covers."""
    file = snapshot.path / name
    table = pq.ParquetFile(file).read()
    place = next(n for n, field in enumerate(table.schema) if field.type == pa.string())
    pq.write_table(table.set_column(place, table.schema[place], pa.array(["x"] * table.num_rows)), file)
    change_manifest(snapshot, lambda manifest: manifest["files"][name].update(sha256=file_hash(file)))
    changed = Snapshot.open(snapshot.path)
    changed.verify_files()
    with pytest.raises(IntegrityBroken, match="do not match their digest"):
        changed.verify()


def test_a_newer_version_is_refused(snapshot: Snapshot) -> None:
    change_manifest(snapshot, lambda manifest: manifest.update(schema=SCHEMA_VERSION + 1))
    with pytest.raises(Refused, match=f"schema version {SCHEMA_VERSION + 1}"):
        Snapshot.open(snapshot.path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is not a snapshot"):
        Snapshot.open(tmp_path / "other")


DAMAGED = {
    "missing": None, "empty": b"", "a list": b"[]", "nothing in it": b"{}", "a part": b'{"schema": 1}',
    "no text": b"\xff\xfe", "a nest": b"[" * 100_000, "a number without end": b"9" * 10_000,
    "of other types": b'{"schema": 1, "logical": [], "digest": 7, "files": null}',
}  # fmt: skip


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_manifest_is_damage(snapshot: Snapshot, content: bytes | None) -> None:
    file = snapshot.path / MANIFEST
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(IntegrityBroken, match=MANIFEST) as broken:
        find_snapshot(snapshot.path.parents[1], OCTOBER)
    assert broken.value.exit_code == 7


def test_a_manifest_cut_anywhere_is_damage(snapshot: Snapshot) -> None:
    whole = (snapshot.path / MANIFEST).read_bytes().rstrip()
    for end in range(0, len(whole), 97):
        (snapshot.path / MANIFEST).write_bytes(whole[:end])
        with pytest.raises(IntegrityBroken):
            find_snapshot(snapshot.path.parents[1], OCTOBER)


def test_a_cut_manifest_is_told_in_the_readers_language(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("payengine.texts._chosen", "zh")
    (snapshot.path / MANIFEST).write_text('{"a":', encoding="utf-8")
    with pytest.raises(IntegrityBroken, match="从第 1 行第 6 列起不是 JSON"):
        Snapshot.open(snapshot.path)


def test_a_manifest_that_is_too_large_is_not_read(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batch.snapshot.snapshot.LARGEST_MANIFEST", 100)
    with pytest.raises(IntegrityBroken, match="larger than 100 bytes"):
        Snapshot.open(snapshot.path)


def test_an_entry_of_another_type_never_ends_in_an_error_of_the_program(snapshot: Snapshot) -> None:
    original = (snapshot.path / MANIFEST).read_text(encoding="utf-8")
    for name in json.loads(original):
        for value in (None, 7, "x", [], [7], {"a": 7}, {"\ud800": "\ud800"}, True):
            (snapshot.path / MANIFEST).write_text(original, encoding="utf-8")
            change_manifest(snapshot, lambda manifest, name=name, value=value: manifest.update({name: value}))
            with contextlib.suppress(IntegrityBroken, *([Refused] if name == "schema" else [])):
                found = find_snapshot(snapshot.path.parents[1], OCTOBER)
                assert (found.table_rows, found.longer_rows, found.period_rows, found.same_rows) is not None


def test_every_note_of_the_manifest_may_be_damaged(snapshot: Snapshot) -> None:
    """Each entry of `frozen` in turn is of another type: damage, or without effect."""
    original = (snapshot.path / MANIFEST).read_text(encoding="utf-8")
    for name in json.loads(original)["frozen"]:
        for value in (None, 7, "x", [7], {"a": 7}, {"a": {"b": "c"}}):
            (snapshot.path / MANIFEST).write_text(original, encoding="utf-8")
            change_manifest(snapshot, lambda manifest, name=name, value=value: manifest["frozen"].update({name: value}))
            with contextlib.suppress(IntegrityBroken):
                found = find_snapshot(snapshot.path.parents[1], OCTOBER)
                assert (found.table_rows, found.longer_rows, found.period_rows) is not None
                assert (found.record_months, found.same_rows, found.normalised) is not None


def test_a_pointer_that_is_missing_or_a_folder_is_damage(snapshot: Snapshot) -> None:
    pointer = snapshot.path.parent / NEWEST
    pointer.unlink()
    with pytest.raises(IntegrityBroken, match="does not name a snapshot"):
        find_snapshot(snapshot.path.parents[1], OCTOBER)
    pointer.mkdir()
    with pytest.raises(IntegrityBroken, match="does not name a snapshot"):
        find_snapshot(snapshot.path.parents[1], OCTOBER)


@pytest.mark.parametrize("named", [b"", b"\n", b"x" * 64, b"../" + b"a" * 61, b"\xff" * 64, b"0" * 10_000_000])
def test_a_damaged_pointer_is_damage(snapshot: Snapshot, named: bytes) -> None:
    (snapshot.path.parent / NEWEST).write_bytes(named)
    with pytest.raises(IntegrityBroken, match="does not name a snapshot"):
        find_snapshot(snapshot.path.parents[1], OCTOBER)


def change_manifest(snapshot: Snapshot, change: Any) -> None:
    file = snapshot.path / MANIFEST
    manifest = json.loads(file.read_text(encoding="utf-8"))
    change(manifest)
    file.write_text(json.dumps(manifest), encoding="utf-8")


def test_find_by_the_beginning_of_a_digest(tmp_path: Path) -> None:
    first, second = freeze(tmp_path, [record("R")]), freeze(tmp_path, [record("S")])
    assert find_snapshot(tmp_path, OCTOBER, first.digest[:12]).digest == first.digest
    assert find_snapshot(tmp_path, OCTOBER).digest == second.digest
    with pytest.raises(UsageError, match="0 snapshots"):
        find_snapshot(tmp_path, OCTOBER, "x")
    with pytest.raises(UsageError, match="has not been frozen"):
        find_snapshot(tmp_path, Period.parse("2026-11"))


def test_reference_tables_are_kept_but_not_who_has_died(tmp_path: Path) -> None:
    snapshot = freeze(tmp_path, [], patient=[{"patient": "P", "died": "2026-10-01"}])
    assert snapshot.table("staff")["code"].to_pylist() == list("ABCD")
    assert "patient" not in snapshot.tables()
    assert snapshot.table_rows["patient"].read == 1
    assert "appraisal" in snapshot.absent_tables
    assert snapshot.table("appraisal").num_rows == 0


def test_a_missing_optional_table_is_not_the_same_as_an_empty_one(tmp_path: Path) -> None:
    """The register says which tables were missing, so the snapshot knows."""
    assert freeze(tmp_path, []).digest != freeze(tmp_path, [], appraisal=[]).digest


def history(lines: list[dict[str, Any]], run: str = "r1") -> History:
    publication = Publication(Period.parse("2026-09"), 1, run, None, "", "2026-10-02T00:00:00Z", "me")
    return History.of({LINES: pa.Table.from_pylist(lines, HISTORY)}, (publication,), (Period.parse("2026-08"),))


def line(staff: str, fen: int) -> dict[str, Any]:
    return dict.fromkeys(HISTORY.names, "") | {"period": "2026-09", "staff": staff, "amount_fen": fen}


def test_history_is_frozen_in_canonical_order(tmp_path: Path) -> None:
    """It is part of the digest, and so are the publications that it was read from."""
    lines = [line("A", 5), line("B", -2)]
    snapshot = freeze(tmp_path, [], history=history(lines))
    assert snapshot.history().to_pylist() == lines
    assert freeze(tmp_path, [], history=history(lines[::-1])).digest == snapshot.digest
    assert freeze(tmp_path, [], history=history([line("A", 6)])).digest != snapshot.digest
    assert freeze(tmp_path, [], history=history(lines, "r2")).digest != snapshot.digest
    told = {"publications": [{"period": "2026-09", "revision": 1, "run": "r1"}], "missing": ["2026-08"]}
    assert snapshot.manifest["history"] == told
    assert snapshot.logical["history"].items() >= told.items()


def test_history_is_read_in_blocks_of_its_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batch.snapshot.part_writer.even.__defaults__", (2,))
    monkeypatch.setattr("batch.snapshot.schemas.HISTORY_GROUPS", 2)
    lines = [line(f"S{number}", number) for number in range(9)]
    snapshot = freeze(tmp_path, [], history=history(lines))
    assert [block.num_rows for block in snapshot.history_blocks()] == [4, 4, 1]
    assert snapshot.history().to_pylist() == lines
    assert [block.num_rows for block in freeze(tmp_path, []).history_blocks()] == [0]


def test_digests_do_not_depend_on_batches() -> None:
    """Slices with offsets, empty batches and nulls included."""
    table = pa.table(
        {
            "t": ["é", "", "abc", "𬭎", ""],
            "n": pa.array([1, None, 3, None, 5], pa.int64()),
            "f": [True, False] * 2 + [True],
        }
    )
    whole = describe(table.schema, table.to_batches())
    parts = TableDigest(table.schema)
    (batch,) = table.to_batches()
    for start, rows in ((0, 1), (1, 0), (1, 3), (4, 1)):
        parts.update(batch.slice(start, rows))
    assert parts.describe() == whole


def test_digests_tell_text_boundaries_and_nulls_apart() -> None:
    def of(values: list[Any], kind: pa.DataType) -> str:
        return str(describe(pa.schema([("c", kind)]), [pa.record_batch([pa.array(values, kind)], ["c"])])["columns"])

    assert of(["ab", "c"], pa.string()) != of(["a", "bc"], pa.string())
    assert of([None, 1], pa.int64()) != of([0, 1], pa.int64())
    assert of([1], pa.int64()) != of([1], pa.int32())


def test_a_null_in_a_column_that_cannot_be_empty_is_a_mistake() -> None:
    schema = pa.schema([pa.field("c", pa.int64(), nullable=False)])
    with pytest.raises(ValueError, match="may not be empty"):
        TableDigest(schema).update(pa.record_batch([pa.array([None], pa.int64())], schema=schema))


def test_warnings_are_kept_beside_the_digest(tmp_path: Path) -> None:
    """R22: an amount for somebody without an engagement there is reported, not refused."""
    amount = {"staff": "D", "institution": "H", "component": "post_pay", "amount": "10", "period": "2026-10"}
    snapshot = freeze(tmp_path, [], pay_component=[amount])
    assert len(snapshot.warnings) == 1


def test_the_parts_of_a_snapshot_can_be_read_without_its_tables(tmp_path: Path) -> None:
    """Hot batches are memory-mapped and let go of; nothing else is opened."""
    snapshot = freeze(tmp_path, [record(f"R{number}") for number in range(10)], service_item=[item("EXAM")])
    (part,) = snapshot.hot_parts()
    with part.open() as reader:
        assert (reader.num_record_batches, reader.get_batch(0).num_rows, part.rows) == (1, 10, 10)
