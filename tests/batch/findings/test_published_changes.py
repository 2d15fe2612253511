"""Published months compared with what the source and the policy say now."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from batch.findings.finding import Finding
from batch.findings.published_changes import published_changes
from batch.findings.row_counts import implausible_years
from batch.snapshot.snapshot import Snapshot
from batch.workspace import Workspace
from payengine.periods import Period
from tests.support.small_county import Row, call, county, engagement, record, tables, write

AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = "2026-08", "2026-09", "2026-10", "2026-11"
MONTHS = (AUGUST, SEPTEMBER, OCTOBER, NOVEMBER)
R1 = record("R1", day="2026-09-10")
R3 = record("R3", staff="S2", day="2026-10-02", quantity="1")
PRICE = """[parameters.staff_point_price]
replaces = true
values = [
    {{ from = 2020-01-01, until = 2026-08-01, value = "4.20", source = "illustrative" }},
    {{ from = 2026-08-01, continues = "x", value = "{price}", source = "illustrative" }},
]
"""


def office_of(folder: Path, *rows: Row, layer: str = "", **more: list[Row]) -> Workspace:
    return county(folder / "c", tables(*MONTHS, service_record=list(rows), **more), layer=layer)


def source(office: Workspace, *rows: Row) -> None:
    write(office.folder / "input", {"service_record": list(rows)})


def publish(office: Workspace, month: str, revise: str = "") -> None:
    office.freeze(month)
    office.publish(office.run(month, revise=revise).run)


def changes(office: Workspace, month: str = OCTOBER) -> list[Finding]:
    return office.published_changes(office.freeze(month))


def kinds(found: list[Finding]) -> list[tuple[str, str, int]]:
    return [(one.kind, one.subject, one.count) for one in found]


def test_a_record_that_comes_late_is_told_by_freeze_run_and_runs(tmp_path: Path) -> None:
    office = office_of(tmp_path, R1)
    publish(office, SEPTEMBER)
    source(office, R1, record("R2", staff="S2", day="2026-09-30", quantity="7"), R3)
    told = f"{SEPTEMBER} (published): 1 row(s) more in service_record than when it was frozen"
    assert told in call(office.folder, "freeze", OCTOBER).output
    assert told in call(office.folder, "run", OCTOBER).output
    assert told in call(office.folder, "runs").output
    said = json.loads(call(office.folder, "--json", "runs").output)["published_changes"]
    assert [(one["kind"], one["subject"], one["severity"]) for one in said] == [("rows_changed", SEPTEMBER, "warning")]
    assert f"payengine month {SEPTEMBER} --revise" in said[0]["remedy"]
    publish(office, SEPTEMBER, revise="late record")
    assert told not in call(office.folder, "runs").output
    assert told not in call(office.folder, "run", OCTOBER).output, "a note of before the revision"


def test_a_month_whose_rows_are_as_they_were_is_not_told(tmp_path: Path) -> None:
    office = office_of(tmp_path, R1)
    publish(office, SEPTEMBER)
    source(office, R1, R3)
    assert changes(office) == []
    assert "compared" not in call(office.folder, "freeze", OCTOBER).output


def test_a_record_that_was_taken_out_is_told(tmp_path: Path) -> None:
    office = office_of(tmp_path, R1, record("R2", day="2026-09-30"))
    publish(office, SEPTEMBER)
    source(office, R1, R3)
    [found] = changes(office)
    assert found.what == f"{SEPTEMBER} (published): 1 row(s) fewer in service_record than when it was frozen"


def test_what_is_told_enters_no_digest_and_no_run_id(tmp_path: Path) -> None:
    rows = [R1, record("R2", staff="S2", day="2026-09-30"), R3]
    office = office_of(tmp_path / "with", R1)
    publish(office, SEPTEMBER)
    source(office, *rows)
    changed = office.freeze(OCTOBER)
    assert office.published_changes(changed)
    digest, run = changed.digest, office.run(OCTOBER, dry_run=True)
    source(office, R1, R3)
    quiet = office.freeze(OCTOBER)
    assert office.published_changes(quiet) == []
    assert (quiet.digest, office.run(OCTOBER, dry_run=True).run) == (digest, run.run)
    kept = Snapshot.open(quiet.path).record_months
    assert kept is not None
    assert kept.rows == {SEPTEMBER: 1, OCTOBER: 1}, "the counts are those of the last freeze"
    quiet.verify()


def test_a_record_dated_anew_is_named_with_the_month_that_paid_it(tmp_path: Path) -> None:
    office = office_of(tmp_path, R1, record("R2", staff="S2", day="2026-09-30"))
    publish(office, SEPTEMBER)
    source(office, R1, record("R2", staff="S2", day="2026-10-01"), R3)
    found = changes(office)
    assert kinds(found) == [("rows_changed", SEPTEMBER, 1), ("paid_before", SEPTEMBER, 1)]
    assert found[1].severity == "grave"
    assert found[1].first == (f"R2: 2026-10-01 now, 2026-09-30 in {SEPTEMBER}",)


def test_a_limited_record_dated_anew_is_named_but_not_one_that_only_counts(tmp_path: Path) -> None:
    """A row of an earlier month that counts for limits is in two snapshots and paid once."""
    items = tables()["service_item"][0]
    limited = [{**items, "limit_count": "5", "limit_period": "year"}]
    rows = [{**R1, "patient": "P1"}, {**record("R2", day="2026-09-30"), "patient": "P1"}]
    office = office_of(tmp_path, *rows, service_item=limited)
    publish(office, SEPTEMBER)
    source(office, *rows, R3)
    assert changes(office) == []
    source(office, rows[0], {**rows[1], "service_date": "2026-10-09"}, R3)
    assert kinds(changes(office)) == [("rows_changed", SEPTEMBER, 1), ("paid_before", SEPTEMBER, 1)]


def test_a_rejected_record_was_not_paid_before(tmp_path: Path) -> None:
    office = office_of(tmp_path, R1, record("R2", staff="nobody", day="2026-09-30"))
    publish(office, SEPTEMBER)
    source(office, R1, record("R2", day="2026-10-01"), R3)
    assert kinds(changes(office)) == [("rows_changed", SEPTEMBER, 1)]


def test_refunds_and_cancellations_of_a_later_month_are_told_of_the_month_they_reverse(tmp_path: Path) -> None:
    october = [record("R1", day="2026-10-05"), record("R2", day="2026-10-06")]
    office = office_of(tmp_path, *october)
    publish(office, OCTOBER)
    refund = {**record("F1", day="2026-11-03", quantity="-4", reverses="R1"), "share": ""}
    cancelled = {"record_id": "X1", "service_date": "2026-11-05", "institution": "I1", "reverses": "R2"}
    source(office, *october, refund, record("R9", day="2026-11-04"), cancelled)
    [found] = changes(office, NOVEMBER)
    assert (found.kind, found.subject, found.count) == ("reversed_later", OCTOBER, 2)
    assert found.first == ("F1 of 2026-11-03 reverses R1", "X1 of 2026-11-05 reverses R2")
    assert found.what in office.run(NOVEMBER).warnings[-1]
    publish(office, OCTOBER, revise="refunds")
    assert changes(office, NOVEMBER) == [], "the revised month has seen them"


def test_a_refund_that_is_dated_anew_with_its_record_is_not_paid_before(tmp_path: Path) -> None:
    """It took back what was paid: only the record itself would be paid twice."""
    refund = {**record("F1", day="2026-09-12", quantity="-4", reverses="R1"), "share": ""}
    office = office_of(tmp_path, R1, refund)
    publish(office, SEPTEMBER)
    source(office, {**R1, "service_date": "2026-10-10"}, {**refund, "service_date": "2026-10-12"}, R3)
    [_, found] = changes(office)
    assert (found.kind, found.count, found.first) == (
        "paid_before",
        1,
        (f"R1: 2026-10-10 now, 2026-09-10 in {SEPTEMBER}",),
    )


def test_a_month_that_is_frozen_again_takes_in_its_own_cancellations(tmp_path: Path) -> None:
    """Its own run says what differs."""
    office = office_of(tmp_path, R1)
    publish(office, SEPTEMBER)
    source(office, R1, {"record_id": "X1", "service_date": "2026-09-20", "institution": "I1", "reverses": "R1"})
    assert changes(office, SEPTEMBER) == []


def test_a_limit_that_an_earlier_month_frees_is_told_of_the_later_month(tmp_path: Path) -> None:
    """September used the year's only place; cancelled later, it was free in October."""
    item = {**tables()["service_item"][0], "limit_count": "1", "limit_period": "year"}
    first = {**record("R1", day="2026-09-05"), "patient": "P1"}
    second = {**record("R2", day="2026-10-05"), "patient": "P1"}
    office = office_of(tmp_path, first, second, service_item=[item])
    publish(office, SEPTEMBER)
    publish(office, OCTOBER)
    cancelled = {"record_id": "X1", "service_date": "2026-11-05", "institution": "I1", "reverses": "R1"}
    third = {**record("R3", day="2026-11-06"), "patient": "P2"}
    source(office, first, second, third, cancelled)
    assert kinds(changes(office, NOVEMBER)) == [("reversed_later", SEPTEMBER, 1), ("limits_freed", OCTOBER, 1)]
    source(office, second, third)
    assert kinds(changes(office, NOVEMBER)) == [("rows_changed", SEPTEMBER, 1), ("limits_changed", OCTOBER, 1)]


def test_a_price_that_was_dated_back_is_told_even_without_another_freeze(tmp_path: Path) -> None:
    office = office_of(tmp_path, record("R1", day="2026-08-05"), record("R2", day="2026-09-05"),
                       layer=PRICE.format(price="4.20"))  # fmt: skip
    publish(office, AUGUST)
    office.freeze(SEPTEMBER)
    layer = office.folder / "policy" / "county.toml"
    layer.write_text(layer.read_text(encoding="utf-8").replace('continues = "x", value = "4.20"',
                     'continues = "x", value = "5.00"'), encoding="utf-8")  # fmt: skip
    told = f"{AUGUST} (published): 1 value(s) or rule(s) of the policy differ from those it was run with"
    [found] = office.published_changes()
    assert found.what == told
    assert found.first[0].endswith(": 4.20 -> 5.00")
    assert told in call(office.folder, "run", SEPTEMBER).output
    assert told in call(office.folder, "runs").output
    assert told in call(office.folder, "freeze", SEPTEMBER).output
    noted = json.loads(next((office.snapshots / SEPTEMBER).glob("*.published.json")).read_text(encoding="utf-8"))
    assert [one["kind"] for one in noted["findings"]] == ["policy_changed"]


def test_a_price_of_later_days_and_a_comment_change_no_published_month(tmp_path: Path) -> None:
    office = office_of(tmp_path, record("R1", day="2026-08-05"), layer=PRICE.format(price="4.20"))
    publish(office, AUGUST)
    layer = office.folder / "policy" / "county.toml"
    text = layer.read_text(encoding="utf-8").replace("{ from = 2026-08-01, continues", (
        '{ from = 2026-08-01, until = 2026-09-01, value = "4.20", source = "other" },\n'
        "{ from = 2026-09-01, continues"))  # fmt: skip
    layer.write_text("# a comment\n" + text.replace('"x", value = "4.20"', '"x", value = "5.00"'), encoding="utf-8")
    assert office.published_changes() == []


def test_a_coefficient_that_was_dated_back_is_told_of_each_month_it_changes(tmp_path: Path) -> None:
    rows = [record(f"R{month}", day=f"{month}-05") for month in (AUGUST, SEPTEMBER, OCTOBER)]
    office = office_of(tmp_path, *rows)
    publish(office, AUGUST)
    publish(office, SEPTEMBER)
    raised = [
        engagement("S1", until="2026-09-01"), {**engagement("S1", post_coefficient="1.3"), "from": "2026-09-01"},
        engagement("S2"),
    ]  # fmt: skip
    write(office.folder / "input", {"engagement": raised})
    [found] = changes(office)
    assert (found.kind, found.subject, found.count) == ("reference_changed", f"{SEPTEMBER} engagement", 1)
    assert found.first == ("S1 I1",)


def published_september(folder: Path, **more: list[Row]) -> Workspace:
    office = office_of(folder, record("R1", day="2026-08-05"), record("R2", day="2026-09-05"), **more)
    publish(office, AUGUST)
    publish(office, SEPTEMBER)
    return office


def test_an_engagement_that_was_ended_back_dated_is_told_of_the_month_after_its_end(tmp_path: Path) -> None:
    office = published_september(tmp_path)
    write(office.folder / "input", {"engagement": [engagement("S1"), engagement("S2", until="2026-09-01")]})
    [found] = changes(office)
    assert (found.kind, found.subject, found.first) == ("reference_changed", f"{SEPTEMBER} engagement", ("S2 I1",))


def test_a_persons_first_day_of_work_that_was_changed_is_told_and_a_new_or_renamed_person_is_not(
    tmp_path: Path,
) -> None:
    staff = [{"code": "S1", "name": "王䶮", "first_worked": "2010-01-01"}, {"code": "S2", "name": "李玲"}]
    office = published_september(tmp_path, staff=staff)
    write(office.folder / "input", {"staff": [*staff[:1], {"code": "S2", "name": "李铃"}, {"code": "S3"}]})
    assert changes(office) == []
    write(office.folder / "input", {"staff": [staff[0] | {"first_worked": "2000-01-01"}, staff[1]]})
    assert [(one.kind, one.subject, one.first) for one in changes(office)] == [
        ("reference_changed", f"{month} staff", ("S1",)) for month in (AUGUST, SEPTEMBER)
    ]


def test_a_working_day_of_a_published_month_that_was_moved_is_told(tmp_path: Path) -> None:
    days = [{"day": "2026-08-15", "working": "yes"}, {"day": "2026-10-01", "working": "no"}]
    office = published_september(tmp_path, calendar=days)
    write(office.folder / "input", {"calendar": [*days, {"day": "2026-09-25", "working": "no", "name": "中秋"}]})
    [found] = changes(office)
    assert (found.kind, found.subject, found.count) == ("reference_changed", f"{SEPTEMBER} calendar", 1)


def test_a_typed_year_is_told(tmp_path: Path) -> None:
    office = office_of(tmp_path, record("R1", day="2062-10-05"), record("R2", day="2026-10-05"))
    [found] = changes(office)
    assert (found.kind, found.subject, found.count, found.severity) == ("implausible_year", "2062", 1, "warning")
    assert found.what == "1 row(s) of service_record are dated in 2062: no period reads them"
    assert found.what in call(office.folder, "freeze", OCTOBER).output


def test_years_before_the_first_published_one_are_told_and_those_of_the_present_are_not(tmp_path: Path) -> None:
    days = ("2015-10-05", "2025-12-05", "2026-10-05", "2027-01-05")
    frozen = office_of(tmp_path, *(record(f"R{day}", day=day) for day in days)).freeze(OCTOBER)

    def years(*published: str, today: str) -> list[str]:
        periods = [Period.parse(text) for text in published]
        return [one.subject for one in implausible_years(frozen, periods, date.fromisoformat(today))]

    assert years(today="2026-11-01") == ["2015", "2027"]
    assert years(today="2027-01-06") == ["2015"], "in January the source has rows of the new year"
    assert years("2026-01", today="2027-01-06") == ["2015", "2025"]


def test_old_snapshots_without_counts_stay_readable(tmp_path: Path) -> None:
    office = office_of(tmp_path, R1)
    publish(office, SEPTEMBER)
    source(office, R1, record("R2", day="2026-09-11"), R3)
    frozen = office.freeze(OCTOBER)
    for path in (frozen.path, Snapshot.open(next((office.snapshots / SEPTEMBER).glob("*/"))).path):
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        del manifest["frozen"]["record_months"], manifest["files"]["record_ids.u64"]
        (path / "record_ids.u64").unlink()
        (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    old = Snapshot.open(frozen.path)
    old.verify()
    assert (old.record_months, old.record_ids()) == (None, None)
    assert office.run(OCTOBER).state == "staged"
    changed, unseen = changes(office, NOVEMBER)
    assert (changed.kind, changed.subject) == ("rows_changed", SEPTEMBER), "its own rows stand in its run"
    assert (unseen.kind, unseen.subject, unseen.severity) == ("rows_not_compared", SEPTEMBER, "notice")


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_a_damaged_column_of_ids_is_told_and_does_not_stop_the_freeze(tmp_path: Path, damage: str) -> None:
    office = office_of(tmp_path, R1)
    publish(office, SEPTEMBER)
    column = next(office.snapshots.glob(f"{SEPTEMBER}/*/record_ids.u64"))
    column.unlink()
    if damage == "cut":
        column.write_bytes(b"123")
    source(office, R1, R3)
    assert kinds(changes(office)) == [("rows_not_compared", SEPTEMBER, 1)]


def test_scores_of_a_published_month_that_were_changed_are_told(tmp_path: Path) -> None:
    office = office_of(tmp_path, R1, R3)
    publish(office, SEPTEMBER)
    scores = [dict(row) for row in tables(*MONTHS)["appraisal"]]
    next(row for row in scores if row["period"] == SEPTEMBER)["score"] = "90"
    write(office.folder / "input", {"appraisal": scores})
    [found] = changes(office)
    assert (found.kind, found.subject) == ("reference_changed", f"{SEPTEMBER} appraisal")
    assert "(4 then, 4 now)" in found.what
    next(row for row in scores if row["period"] == SEPTEMBER)["score"] = "100"
    next(row for row in scores if row["period"] == NOVEMBER)["score"] = "90"
    write(office.folder / "input", {"appraisal": scores[::-1]})
    assert changes(office) == [], "neither the order of rows nor another month"


def test_where_a_query_stands_for_the_table_it_is_said_that_nothing_could_be_compared(tmp_path: Path) -> None:
    office = office_of(tmp_path, R1)
    publish(office, SEPTEMBER)
    source(office, R1, record("R2", day="2026-09-11"), R3)
    frozen = office.freeze(OCTOBER)
    frozen.manifest["frozen"]["record_months"]["is_whole"] = False
    with office.ledger() as ledger:
        [found] = published_changes(frozen, office.snapshots, ledger, None)
    assert (found.kind, found.severity, found.subject) == ("rows_not_compared", "notice", "service_record")
    assert found.what.startswith("a query stands for service_record")
