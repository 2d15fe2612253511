"""The same content gives the same digest, however it was read; other content another one."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import pytest

from batch.freeze import freeze_period
from batch.freeze import pipeline as period
from batch.snapshot.snapshot import Snapshot
from payengine.errors import Refused
from payengine.periods import Period
from tests.counties import county
from tests.support.freeze_case import Given, Row, Tables, freeze, limited, record

KEY = b"0123456789abcdef0123456789abcdef"
SEEDS = (3, 12)


def frozen(folder: Path, tables: Tables, month: str, batch_rows: int = 1000, **settings: Any) -> Snapshot:
    chosen: dict[str, Any] = {"privacy": "as given", "patient_key": None} | settings
    return freeze_period(Given(tables, batch_rows), Period.parse(month), folder, **chosen)


@pytest.mark.parametrize("seed", SEEDS)
def test_order_of_rows_batches_and_size_of_the_filter_do_not_matter(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest does not depend on order, batches or the size of the counting filter.

    Every table is shuffled; batches are of any size; the counting filter is so small that nearly every row is linked;
    sorts use many buckets.
    """
    made = county(seed)
    first = frozen(tmp_path / "a", made.tables, made.month)
    shuffled = {name: random.Random(7).sample(rows, len(rows)) for name, rows in made.tables.items()}
    second = frozen(tmp_path / "b", shuffled, made.month, batch_rows=61)
    monkeypatch.setattr("batch.freeze.records.counting_filter.FEWEST_CELLS", 64)
    monkeypatch.setattr("batch.freeze.records.counting_filter.MOST_CELLS", 64)
    monkeypatch.setattr("batch.freeze.sorting.duckdb_sort.SORT_THREADS", 1)
    third = frozen(tmp_path / "c", shuffled, made.month)
    monkeypatch.setattr("batch.freeze.sorting.external_sort.BUCKET_BYTES", 20_000)
    monkeypatch.setattr("batch.freeze.sorting.external_sort.SAMPLED", 3)
    fourth = frozen(tmp_path / "d", shuffled, made.month, batch_rows=200)
    assert first.logical == second.logical == third.logical == fourth.logical
    assert first.digest == second.digest == third.digest == fourth.digest
    first.verify()


def test_size_of_parts_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest does not depend on the size of parts.

    Parts and their record files go together row for row, and a patient is never split.
    """
    made = county(SEEDS[0])
    whole = frozen(tmp_path / "a", made.tables, made.month)
    monkeypatch.setattr("batch.snapshot.part_writer.BATCH_ROWS", 16)
    monkeypatch.setattr("batch.snapshot.part_writer.even.__defaults__", (16,))
    monkeypatch.setattr("batch.freeze.records.write.PART_BATCHES", 2)
    monkeypatch.setattr("batch.freeze.records.write.LIMITED_PART_ROWS", 32)
    parted = frozen(tmp_path / "b", made.tables, made.month)
    parted.verify()
    assert parted.digest == whole.digest
    assert {part.rows for part in parted.hot_parts()[:-1]} == {32}
    assert len(parted.limited_parts()) > 2
    patients: set[tuple[int, int]] = set()
    for part in parted.limited_parts():
        with part.open() as reader:
            rows = reader.read_all().to_pylist()
        here = {(row["patient_hi"], row["patient_lo"]) for row in rows if row["has_patient"]}
        assert not here & patients
        patients |= here


def test_hash_keys_are_drawn_anew_and_leave_no_trace(tmp_path: Path) -> None:
    """Two freezes of the same rows use different keys for their hashes."""
    made = county(SEEDS[1])
    assert len({frozen(tmp_path / str(n), made.tables, made.month).digest for n in range(3)}) == 1


@pytest.mark.parametrize(
    "change", [{"quantity": "2"}, {"record_id": "r"}, {"service_date": "2026-10-06"}, {"staff": "B"}, {"quantity": "0"}]
)
def test_another_content_has_another_digest(tmp_path: Path, change: Row) -> None:
    first = freeze(tmp_path, [record("R")])
    assert freeze(tmp_path, [record("R") | change]).digest != first.digest


def test_spelling_of_values_does_not_matter(tmp_path: Path) -> None:
    first = freeze(tmp_path / "a", [record("R")])
    second = freeze(tmp_path / "b", [record("R", quantity="1.00", share="1.0000")])
    assert first.digest == second.digest


def check(patient: str) -> list[Row]:
    return [record("R", item="CHECK", patient=patient)]


def test_patients_are_hashed_with_the_key(tmp_path: Path) -> None:
    """The first 128 bits of HMAC-SHA256; another key gives another snapshot."""
    snapshot = freeze(tmp_path, check("P0001"), privacy="hmac", patient_key=KEY)
    row = limited(snapshot)[0]
    assert f"{row['patient_hi']:016x}{row['patient_lo']:016x}" == "e380b30f820f442bfdfb732f24f150b8"
    other = freeze(tmp_path, check("P0001"), privacy="hmac", patient_key=KEY[::-1])
    assert other.digest != snapshot.digest


def test_pseudonyms_as_given_are_hashed_without_a_key(tmp_path: Path) -> None:
    row = limited(freeze(tmp_path, check("P0001")))[0]
    assert f"{row['patient_hi']:016x}{row['patient_lo']:016x}" == "11c47747d69a7aa72735cd7d68853b06"


@pytest.mark.parametrize("key", [None, b""])
def test_without_a_key_freeze_says_what_to_set(tmp_path: Path, key: bytes | None) -> None:
    with pytest.raises(Refused) as refused:
        freeze(tmp_path, [], privacy="hmac", patient_key=key)
    assert "PAYENGINE_PATIENT_KEY" in refused.value.remedy


def test_no_patient_is_written_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No patient is written in the snapshot or, meanwhile, in the temporary folder."""
    seen: list[bytes] = []
    put_in_place = period.put_in_place

    def look(finished: Path, snapshots: Path, *, newest: bool = True) -> Snapshot:
        seen.extend(file.read_bytes() for file in finished.parent.rglob("*") if file.is_file())
        return put_in_place(finished, snapshots, newest=newest)

    monkeypatch.setattr(period, "put_in_place", look)
    rows = [
        record("R", patient="P-SECRET"),
        record("S", item="CHECK", patient="P-SECRET"),
        record("R", patient="P-SECRET"),
    ]
    died = [{"patient": "P-SECRET", "died": "2026-10-30"}]
    freeze(tmp_path, rows, patient=died, privacy="hmac", patient_key=KEY)
    assert len(seen) > 10
    assert not any(b"P-SECRET" in content for content in seen)
    assert not any(b"P-SECRET" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_two_freezes_at_once(tmp_path: Path) -> None:
    """Two freezes of the same month and content give the same snapshot, and it is whole."""
    made = county(SEEDS[0])
    found: list[Snapshot] = []
    threads = [
        threading.Thread(target=lambda: found.append(frozen(tmp_path, made.tables, made.month))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({snapshot.path for snapshot in found}) == 1
    assert len(found) == 3
    found[0].verify()
    assert not list((tmp_path / ".tmp").iterdir())
