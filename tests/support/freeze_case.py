"""A small county written by hand, and freezing of its records, for tests of single rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from batch import input_tables as tables
from batch.freeze import freeze_period
from batch.freeze.reference.read import Reference, check_reference
from batch.snapshot.snapshot import Snapshot
from batch.sources import Binds, Place, Source
from payengine.periods import EPOCH, Period

Row = dict[str, str]
Tables = dict[str, list[Row]]
MONTH = "2026-10"


class Given(Source):
    """A source of rows of text in memory, in batches of any size."""

    def __init__(self, given: Mapping[str, Sequence[Row]], batch_rows: int = 1000) -> None:
        self.name = "the given rows"
        self.given = given
        self.batch_rows = batch_rows

    def close(self) -> None:
        """Nothing is open."""

    def found(self) -> Sequence[str]:
        return list(self.given)

    def columns(self, table: str) -> Sequence[str]:
        return [column.name for column in tables.SOURCE_BY_NAME[table].columns]

    def batches(self, table: tables.Table, spelled: Mapping[str, str], binds: Binds) -> Iterator[pa.RecordBatch]:
        rows = self.given[table.name]
        for start in range(0, len(rows), self.batch_rows):
            part = rows[start : start + self.batch_rows]
            names = [column.name for column in table.columns]
            yield pa.record_batch([pa.array([row.get(name, "") for row in part], pa.string()) for name in names], names)

    def place(self, table: str, index: int) -> Place:
        return Place(table, index + 1)


def record(
    record_id: str, day: str = "2026-10-05", staff: str = "A", item: str = "EXAM", quantity: str = "1",
    share: str = "1", patient: str = "", reverses: str = "", institution: str = "H",
) -> Row:  # fmt: skip
    """A service record; by default one that is paid."""
    return {
        "record_id": record_id, "service_date": day, "institution": institution, "staff": staff, "item": item,
        "quantity": quantity, "share": share, "patient": patient, "reverses": reverses,
    }  # fmt: skip


def item(code: str, **columns: str) -> Row:
    given = {"code": code, "category": "basic_medical", "equivalents": "1", "from": "2020-01-01"}
    return given | columns


def engagement(staff: str, institution: str = "H", **columns: str) -> Row:
    given = {
        "staff": staff, "institution": institution, "department_class": "clinical", "employment": "established",
        "pay_scheme": "standard", "director": "no", "fte": "1", "post_coefficient": "1", "from": "2020-01-01",
    }  # fmt: skip
    return given | columns


def reference() -> Tables:
    """Build the reference tables of a hospital H and a clinic V.

    Persons A, B, C are at H, D at V; the team T is of A (0.6) and B (0.4).
    """
    institution = {"kind": "county_hospital", "public_class": "1", "from": "2020-01-01"}
    return {
        "institution": [{"code": "H", **institution}, {"code": "V", **institution, "kind": "village_clinic"}],
        "staff": [{"code": code} for code in "ABCD"],
        "engagement": [engagement("A"), engagement("B"), engagement("C"), engagement("D", "V")],
        "team_member": [
            {"team": "T", "staff": "A", "share": "0.6", "from": "2020-01-01"},
            {"team": "T", "staff": "B", "share": "0.4", "from": "2020-01-01"},
        ],
        "service_item": [
            item("EXAM"),
            item("CHECK", limit_count="2", limit_period="year"),
            item("TASK", category="directed"),
            item("SURGERY", license="doctor"),
        ],
    }


def checked_reference(source: Source, period: Period) -> Reference:
    """Read reference tables that have no problems."""
    found, problems = check_reference(source, period)
    assert not problems, problems
    return found


def freeze(
    folder: Path, records: Sequence[Row], month: str = MONTH, batch_rows: int = 1000, **changed: Any
) -> Snapshot:
    """Freeze records over the small county.

    Keyword arguments replace tables, or are freeze's own.
    """
    given = reference() | {name: changed.pop(name) for name in list(changed) if name in tables.SOURCE_BY_NAME}
    settings = {"privacy": "as given", "patient_key": None} | changed
    return freeze_period(
        Given(given | {"service_record": records}, batch_rows), Period.parse(month), folder, **settings
    )


def rejected(snapshot: Snapshot) -> list[tuple[str, str, str, int]]:
    """(record_id, staff, reason, copy) of every row that freeze refused, as they stand."""
    return [
        (row["record_id"], row["staff"], row["reason"], row["copy"])
        for batch in snapshot.rejected()
        for row in batch.to_pylist()
    ]


def reasons(snapshot: Snapshot) -> dict[str, str]:
    """The reason of each record, where every record has one rejection."""
    listed = rejected(snapshot)
    found = {record_id: reason for record_id, _, reason, _ in listed}
    assert len(found) == len(listed), listed
    return found


def kept(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The rows to be priced, decoded, as they stand."""
    coding = snapshot.coding
    found = []
    for part, records in zip(snapshot.hot_parts(), snapshot.records_parts(), strict=True):
        with part.open() as reader:
            hot = reader.read_all().to_pylist()
        for coded, said in zip(hot, pq.ParquetFile(records).read().to_pylist(), strict=True):
            owner = coded["engagement"]
            staff = int(coding.staff_of_owner[owner])
            found.append(
                said
                | coded
                | {
                    "staff": coding.staff.values[staff].as_py() if staff >= 0 else "",
                    "institution": coding.institutions.values[int(coding.institution_of_owner[owner])].as_py(),
                    "day": day_text(said["service_date"]),
                }
            )
    return found


def paid(snapshot: Snapshot) -> list[tuple[str, str, int]]:
    """(record_id, staff, amount in millionths) of the rows to be priced, sorted."""
    return sorted((row["record_id"], row["staff"], row["amount"]) for row in kept(snapshot))


def limited(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The rows of limited items, with their records, as they stand."""
    found = []
    for part, records in zip(snapshot.limited_parts(), snapshot.limited_records_parts(), strict=True):
        with part.open() as reader:
            hot = reader.read_all().to_pylist()
        found += [coded | said for coded, said in zip(hot, pq.ParquetFile(records).read().to_pylist(), strict=True)]
    return found


def day_text(number: int) -> str:
    return date.fromordinal(EPOCH.toordinal() + number).isoformat()
