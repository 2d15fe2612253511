"""Difference of two runs: tables by key, records by id, the policy as it is in force."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from batch.audit import record_changes as records
from batch.audit.as_json import run_difference_json
from batch.audit.run_difference import RunDifference
from batch.audit.table_changes import table_changes
from batch.ledger import Ledger
from batch.snapshot.snapshot import Snapshot
from batch.workspace import Workspace
from payengine.errors import IntegrityBroken, UsageError
from payengine.periods import Period
from tests.support.small_county import OCTOBER, Row, county, engagement, pay, record, tables, write

NOVEMBER = "2026-11"
ABSENT = record("L3", "S2", "2026-10-20", item="L", patient="P-19")  # rejected by the first freeze
ITEMS = [
    {"code": "A", "category": "basic_medical", "equivalents": "1", "from": "2020-01-01"},
    {"code": "L", "category": "basic_medical", "equivalents": "2", "limit_count": "1", "limit_period": "month",
     "from": "2020-01-01"},
]  # fmt: skip
FIRST: Mapping[str, Sequence[Row]] = tables(
    OCTOBER, NOVEMBER,
    service_item=ITEMS,
    pay_component=[pay("S1"), pay("S2"), pay("S1", "3100", NOVEMBER), pay("S2", "3300", NOVEMBER)],
    service_record=[
        record("R1"), record("R2", "S2"), record("R3", quantity="4"), record("R5"), record("R6", "S9"),
        record("L1", item="L", patient="P-17"), record("L2", "S2", item="L", patient="P-17"), ABSENT,
        record("N1", day="2026-11-05"),
    ],
    absence=[{"staff": "S2", "kind": "sick", "blocks_service": "yes", "from": "2026-10-20", "until": "2026-10-21"}],
    patient=[{"patient": "P-99", "died": "2026-10-01"}],
)  # fmt: skip
SECOND: Mapping[str, Sequence[Row]] = FIRST | {
    "pay_component": [pay("S1", "3500"), pay("S2", component="grade_pay"), *FIRST["pay_component"][2:]],
    "service_record": [
        record("R1"), record("R2"), record("R3", quantity="5"), record("R4", "S2"), record("R6", "S2"),
        record("R7", "S1", quantity="", share="", reverses="R1"),
        record("L1", item="L", patient="P-18"), record("L2", "S2", item="L", patient="P-17"), ABSENT,
        record("N1", day="2026-11-05"),
    ],
    "absence": [],
    "patient": [{"patient": "P-99", "died": "2026-10-02"}, {"patient": "P-98", "died": "2026-10-02"}],
}  # fmt: skip
PRICE = """
[[parameters.staff_point_price.values]]
from = {start}
continues = "until replaced"
value = "{value}"
source = "county-2026 9"
"""


class Office:
    """County of which October was run again with other records, then with another price."""

    def __init__(self, folder: Path) -> None:
        self.workspace = county(folder, FIRST, "# the county's own layer\n")
        self.workspace.freeze(OCTOBER)
        self.first = self.workspace.run(OCTOBER).run
        self.workspace.publish(self.first)
        write(folder / "input", SECOND)
        self.workspace.freeze(OCTOBER)
        self.second = self.workspace.run(OCTOBER, revise="corrected").run
        layer = folder / "policy" / "county.toml"
        text = layer.read_text(encoding="utf-8")
        layer.write_text(text + PRICE.format(start="2027-01-01", value="9"), encoding="utf-8")
        self.next_year = self.workspace.run(OCTOBER, revise="next year's price").run
        layer.write_text(text + PRICE.format(start="2026-10-01", value="4.50"), encoding="utf-8")
        self.third = self.workspace.run(OCTOBER, revise="other price").run
        self.workspace.publish(self.third)
        self.workspace.freeze(NOVEMBER)
        self.november = self.workspace.run(NOVEMBER).run

    def diff(self, before: str, after: str) -> RunDifference:
        return self.workspace.diff(before, after)

    def snapshots(self, before: str, after: str) -> tuple[Snapshot, Snapshot]:
        found = self.diff(before, after)
        assert found.before.snapshot is not None
        assert found.after.snapshot is not None
        return found.before.snapshot, found.after.snapshot


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("diff") / "county")


def test_rows_of_tables_are_told_by_key_with_the_columns_that_changed(office: Office) -> None:
    found = office.diff(office.first, office.second)
    assert found.tables is not None
    told = {
        table.name: [(row.change, tuple(row.key.values()), dict(row.columns)) for row in table.rows()]
        for table in found.tables
    }
    assert told == {
        "absence": [
            ("removed", ("S2", "sick", "2026-10-20"), {"blocks_service": ("yes", ""), "until": ("2026-10-21", "")})
        ],
        "pay_component": [
            ("changed", ("S1", "I1", "post_pay", OCTOBER), {"amount": ("3100.00", "3500.00")}),
            ("added", ("S2", "I1", "grade_pay", OCTOBER), {"amount": ("", "3100.00")}),
            ("removed", ("S2", "I1", "post_pay", OCTOBER), {"amount": ("3100.00", "")}),
        ],
    }


def test_records_are_counted_by_id_and_the_few_that_differ_are_told(office: Office) -> None:
    found = office.diff(office.first, office.second).records
    assert found is not None
    assert {one.record: one.change for one in found.records} == {
        "R2": "changed", "R3": "changed", "R4": "added", "R5": "removed", "R6": "changed", "R7": "added",
        "L1": "changed",
    }  # fmt: skip
    assert found.total == (2, 1, 4)
    assert found.by_institution == {"I1": (2, 1, 4)}
    (staff,) = [one for one in found.records if one.record == "R2"]
    assert [row.staff for row in (*staff.before, *staff.after)] == ["S2", "S1"]


def test_no_number_of_a_patient_is_told(office: Office) -> None:
    found = office.diff(office.first, office.second)
    told = json.dumps(run_difference_json(found, {}, {}))
    assert "R7" in told
    assert not [number for number in ("P-17", "P-18", "P-98", "P-99") if number in told]


@pytest.mark.parametrize("rows_at_once", [1, 3, 1000])
def test_records_are_compared_piece_by_piece_with_the_same_outcome(
    office: Office, rows_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides = office.snapshots(office.first, office.second)
    whole = records.record_changes(*sides)
    monkeypatch.setattr(records, "ROWS_AT_ONCE", rows_at_once)
    assert records.record_changes(*sides) == whole


def test_too_many_records_are_counted_and_not_listed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_LISTED", 3)
    found = records.record_changes(*office.snapshots(office.first, office.second))
    assert (found.total, list(found.records)) == ((2, 1, 4), [])


def test_a_patient_is_compared_only_where_both_sides_know_one(office: Office) -> None:
    """A record that was rejected has no patient in a snapshot: that is no change of the record."""
    before, after = office.snapshots(office.first, office.second)
    for snapshot in (before, after):
        assert records.record_changes(snapshot, snapshot) == records.RecordChanges()
    listed = {one.record for one in records.record_changes(before, after).records}
    assert "L1" in listed  # the patient is another
    assert "L2" not in listed  # nothing of it changed, but what the run decides
    assert "L3" not in listed  # the first freeze rejected it, the second did not


def test_rejections_are_told_by_reason_and_by_row(office: Office) -> None:
    found = office.diff(office.first, office.second)
    rows = Counter((one.before, one.after) for one in found.rejections)
    assert rows == {("unknown_staff", ""): 1, ("absent", ""): 1, ("over_limit", ""): 1, ("", "reversed"): 2}
    assert found.reasons == {"reversed": (0, 2), "unknown_staff": (1, 0), "absent": (1, 0), "over_limit": (1, 0)}


def test_a_value_of_the_policy_is_told_with_its_document_and_since_when(office: Office) -> None:
    found = office.diff(office.second, office.third).policy
    assert found is not None
    (price,) = found.values
    assert (price.parameter, price.label, price.unit) == (
        "staff_point_price", "当量绩效单价（发给个人）", "yuan per equivalent",
    )  # fmt: skip
    assert price.before is not None
    assert price.after is not None
    assert [(one.value, one.since) for one in (*price.before, *price.after)] == [
        ("4.20", "2020-01-01"), ("4.50", "2026-10-01"),
    ]  # fmt: skip
    assert price.after[0].source == "county-2026 9"
    assert not found.declarations


def test_a_value_of_next_year_is_no_difference_of_this_month(office: Office) -> None:
    assert office.next_year == office.second, "the digest is the same, and so is the run"
    found = office.diff(office.second, office.second)
    assert found.policy is not None
    assert found.policy.empty


def test_two_months_are_compared_row_by_row_and_value_by_value(office: Office) -> None:
    """Amounts of the period itself are compared; the same price is no difference."""
    found = office.diff(OCTOBER, office.november)
    assert found.is_of_two_periods
    assert found.policy is not None
    assert found.policy.empty
    assert found.tables is not None
    (table,) = [table for table in found.tables if table.name == "pay_component"]
    (first, *_) = table.rows()
    assert (first.change, dict(first.key)["period"]) == ("changed", "=")
    assert dict(first.columns) == {"amount": ("3500.00", "3100.00")}
    assert "appraisal" not in [table.name for table in found.tables], "the scores are the same"


def test_periods_of_two_kinds_are_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Ledger.run
    year = Period.parse("2026")
    monkeypatch.setattr(
        Ledger,
        "run",
        lambda self, run: replace(found(self, OCTOBER), period=year) if run == "2026" else found(self, run),
    )
    with pytest.raises(UsageError, match="not the same kind of period"):
        office.diff(OCTOBER, "2026")


def test_what_is_not_here_is_told_and_the_rest_compared(office: Office, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(office.workspace.folder, tmp_path / "county"))
    found = office.diff(office.first, office.second)
    shutil.rmtree(folder / "snapshots" / OCTOBER / found.before.results.meta.snapshot_digest)
    lacking = Workspace(folder).diff(office.first, office.second)
    assert (lacking.tables, lacking.records) == (None, None)
    assert [found.before.results.meta.snapshot_digest[:12] in fault for fault in lacking.faults] == [True]
    assert lacking.effect.staff == found.effect.staff
    assert lacking.reasons == found.reasons
    assert lacking.policy == found.policy
    same = Workspace(folder).diff(office.first, office.first)
    assert (same.tables, same.faults) == ([], ())


def test_a_policy_that_cannot_be_read_is_told_and_the_rest_compared(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, policy = Ledger.policy_text, office.diff(office.third, office.third).after.results.meta.policy_digest
    monkeypatch.setattr(Ledger, "policy_text", lambda self, digest: "{}" if digest == policy else text(self, digest))
    found = office.diff(office.second, office.third)
    assert found.policy is None
    assert [office.third[:12] in fault for fault in found.faults] == [True]
    assert found.effect.change_fen


def test_a_changed_snapshot_is_not_compared(office: Office, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(office.workspace.folder, tmp_path / "county"))
    digest = office.diff(office.first, office.second).before.results.meta.snapshot_digest
    table = folder / "snapshots" / OCTOBER / digest / "tables" / "pay_component.parquet"
    other = office.diff(office.first, office.second).after.results.meta.snapshot_digest
    shutil.copy(folder / "snapshots" / OCTOBER / other / "tables" / "pay_component.parquet", table)
    with pytest.raises(IntegrityBroken):
        Workspace(folder).diff(office.first, office.second)


def test_equal_snapshots_have_no_changes(office: Office) -> None:
    before, _ = office.snapshots(office.first, office.second)
    assert table_changes(before, before) == []


def test_an_engagement_that_ends_is_a_changed_row(tmp_path: Path) -> None:
    made = county(tmp_path / "county", FIRST)
    made.freeze(OCTOBER)
    made.publish(made.run(OCTOBER).run)
    write(
        tmp_path / "county" / "input", FIRST | {"engagement": [engagement("S1", until="2026-10-20"), engagement("S2")]}
    )
    made.freeze(OCTOBER)
    found = made.diff(OCTOBER, made.run(OCTOBER, revise="left").run)
    assert found.tables is not None
    (row,) = next(table for table in found.tables if table.name == "engagement").rows()
    assert dict(row.columns) == {"until": ("open", "2026-10-20")}
