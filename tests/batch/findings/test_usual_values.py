"""Amounts, prices, scores and components compared with others and with their own past."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from batch.findings.finding import GRAVE
from batch.findings.row_counts import future_dates
from batch.findings.typed_periods import implausible_periods
from batch.snapshot.snapshot import Snapshot
from batch.workspace import Workspace
from tests.batch.findings.test_kinds import ENGAGED, MONTHS, PAID, found, october, office, ordinary, records
from tests.support import ledgers
from tests.support.small_county import INDICATORS, OCTOBER, Row, county, engagement, pay, record, tables, write

ITEMS = [
    {"code": "A", "category": "basic_medical", "equivalents": "1", "from": "2020-01-01"},
    {"code": "B", "category": "public_health", "equivalents": "2", "limit_count": "2", "limit_period": "year",
     "from": "2020-01-01"},
]  # fmt: skip
HARD = [{"institution": "I1", "item": "A", "coefficient": "1.2", "from": "2020-01-01"}]


def tasks(**counts: str) -> list[Row]:
    """Give tasks of each month; those of October by `counts`, keyed by the month."""
    return [
        {"institution": "I1", "task": "epidemic_response", "count": counts.get("october", "4") if each == OCTOBER
         else "4", "period": each}
        for each in (*MONTHS, OCTOBER)
    ]  # fmt: skip


def finance(amount: str) -> list[Row]:
    return [
        {"institution": "I1", "line": "medical_service_income", "amount": amount if each == OCTOBER else "9000",
         "period": each}
        for each in (*MONTHS, OCTOBER)
    ]  # fmt: skip


IGNORED = '[ignored]\nfinance = ["medical_service_income"]\n'


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a county with four ordinary published months of tasks, finance and limits."""
    rows = ordinary(service_item=ITEMS, difficulty=HARD, directed_task=tasks(), finance=finance("9000"))
    workspace = county(tmp_path_factory.mktemp("history") / "county", rows, IGNORED)
    for month in MONTHS:
        workspace.freeze(month)
        workspace.publish(workspace.run(month).run)
    return workspace.folder


@pytest.fixture
def published(history: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(history, tmp_path / "county"))


def frozen(folder: Path, **changed: list[Row]) -> Workspace:
    """Freeze October after the published months, its input changed."""
    write(folder / "input", changed)
    workspace = Workspace(folder)
    workspace.freeze(OCTOBER)
    return workspace


def replaced(rows: list[Row], month: str, **values: str) -> list[Row]:
    return [row | values if row["period"] == month else row for row in rows]


def test_an_ordinary_month_after_such_months_has_no_finding(published: Path) -> None:
    assert not found(october(published))


def test_a_task_of_a_hundred_times_its_own_past_is_told_and_so_is_what_it_pays(published: Path) -> None:
    made = found(october(published, directed_task=tasks(october="400")))
    assert made["input_amount:directed_task epidemic_response"].first == ("I1 400",)
    assert made["statement_money"].first[0].startswith("I1 ")
    assert ", before " in made["statement_money"].first[0]


def test_a_finance_line_far_below_its_own_past_is_told_and_one_below_0(published: Path) -> None:
    made = found(frozen(published, finance=finance("90")))
    assert made["input_amount:finance medical_service_income"].first == ("I1 90.00",)
    made = found(frozen(published, finance=finance("-9000")))
    assert made["amount_sign:finance medical_service_income"].first == ("I1 -9,000.00",)


def test_cases_beyond_ten_times_the_median_of_their_component_are_told(tmp_path: Path) -> None:
    cases = [
        {"institution": "I1", "staff": f"S{n}", "component": "case_addition", "amount": "2000" if n == 7 else "150",
         "case": f"K{n}", "approver": "院务会", "period": OCTOBER}
        for n in range(1, 8)
    ]  # fmt: skip
    made = found(office(tmp_path, run=False, adjustment=cases))
    assert made["input_amount:adjustment case_addition"].first == ("S7 I1 K7 2,000.00",)


def test_pay_below_a_tenth_of_the_median_is_told_unless_it_was_so_before(tmp_path: Path, published: Path) -> None:
    made = found(office(tmp_path / "a", run=False, pay_component=[*PAID[:-1], pay("S7", "31")]))
    assert made["component_amount:post_pay"].first == ("S7 I1 31.00",)
    rows = [*PAID[:-1], pay("S7", "31")]
    assert "component_amount:post_pay" in found(frozen(published, pay_component=rows))
    always = [row if row["staff"] != "S7" else row | {"amount": "31"} for row in PAID]
    workspace = county(tmp_path / "b" / "county", ordinary(pay_component=always))
    workspace.freeze(MONTHS[-1])
    workspace.publish(workspace.run(MONTHS[-1]).run)
    assert "component_amount:post_pay" not in found(frozen(workspace.folder))


def test_a_component_that_a_person_has_no_more_is_told_before_and_after_the_run(published: Path) -> None:
    grades = [pay(one["staff"], "300", one["period"], "grade_pay") for one in PAID]
    fewer = [*PAID, *(row for row in grades if (row["staff"], row["period"]) != ("S3", OCTOBER))]
    write(published / "input", {"pay_component": [*PAID, *grades]})
    workspace = Workspace(published)
    for month in MONTHS[-2:]:
        workspace.freeze(month)
        workspace.publish(workspace.run(month, revise="grade pay").run, accept=[])
    made = found(frozen(published, pay_component=fewer))
    assert (made["component_lost:grade_pay"].count, made["component_lost:grade_pay"].first) == (1, ("S3",))
    workspace.run(OCTOBER)
    assert found(workspace)["component_lost:grade_pay"].first == ("S3",)
    left = [*ENGAGED, engagement("S8")]
    left[2] = engagement("S3", until="2026-10-20")
    assert "component_lost:grade_pay" not in found(frozen(published, engagement=left[:-1])), "engaged in a part of it"


def test_prices_and_limits_that_moved_since_the_last_published_month_are_told(published: Path) -> None:
    def made(**changed: list[Row]) -> dict[str, tuple[str, ...]]:
        rows: Mapping[str, list[Row]] = {"service_item": ITEMS, "difficulty": HARD, "engagement": list(ENGAGED)}
        return {
            name.removeprefix("reference_value:"): one.first
            for name, one in found(frozen(published, **{**rows, **changed})).items()
            if name.startswith("reference_value")
        }

    first, second = ITEMS
    assert made() == {}
    assert made(service_item=[first | {"equivalents": "1.3"}, second]) == {}
    assert made(service_item=[first | {"equivalents": "1.31"}, second]) == {
        "service_item equivalents": ("A: 1 -> 1.31",)
    }
    assert made(service_item=[first, second | {"limit_count": "20"}]) == {
        "service_item limit_count": ("B: 2/year -> 20/year",)
    }
    assert made(service_item=[first, second | {"limit_period": "month"}]) == {
        "service_item limit_count": ("B: 2/year -> 2/month",)
    }
    assert made(service_item=[first, {key: second[key] for key in ("code", "category", "equivalents", "from")}]) == {
        "service_item limit_count": ("B: 2/year -> none",)
    }
    assert made(difficulty=[HARD[0] | {"until": "2026-10-15"}]) == {"difficulty coefficient": ("I1 A: 1.2 -> none",)}
    assert made(difficulty=[HARD[0] | {"coefficient": "12"}]) == {"difficulty coefficient": ("I1 A: 1.2 -> 12",)}
    raised = [*ENGAGED[:-1], engagement("S7", post_coefficient="10")]
    assert made(engagement=raised) == {"engagement post_coefficient": ("S7 I1: 1 -> 10",)}


def test_a_single_score_on_another_scale_than_before_is_told(published: Path) -> None:
    scores: list[Row] = [dict(row) for row in tables(*MONTHS, OCTOBER)["appraisal"]]
    one = next(row for row in scores if row["period"] == OCTOBER and row["indicator"] == INDICATORS[1])
    one["score"] = "9.5"
    made = found(frozen(published, appraisal=scores))
    assert (made["score_scale:single"].severity, made["score_scale:single"].first) == (GRAVE, ("I1 quality 9.5",))
    one["score"] = "45"
    assert "score_scale:single" not in found(frozen(published, appraisal=scores))


def test_a_single_score_among_high_ones_of_other_institutions_is_told(tmp_path: Path) -> None:
    places = [
        {"code": f"I{n}", "kind": "township_center", "public_class": "1", "from": "2020-01-01"} for n in range(1, 6)
    ]
    scores = [
        {"institution": f"I{n}", "indicator": "quality", "score": "9.5" if n == 3 else "95", "full_score": "100",
         "period": OCTOBER}
        for n in range(1, 6)
    ]  # fmt: skip
    made = found(office(tmp_path, run=False, institution=places, appraisal=scores))
    assert made["score_scale:single"].first == ("I3 quality 9.5",)


def test_a_quantity_of_an_item_with_few_rows_is_compared_with_its_past_or_all_items(tmp_path: Path) -> None:
    items = [ITEMS[0], ITEMS[0] | {"code": "C"}]
    many = [row for month in (MONTHS[-1], OCTOBER) for row in records(month)]
    alone = [*many, record("far", item="C", quantity="1000")]
    workspace = office(tmp_path / "a", service_item=items, service_record=alone, run=False)
    one = found(workspace)["quantity:C"]
    assert (one.count, one.first) == (1, ("the largest: 1000",))
    assert "few rows" in one.what
    usual = [*alone, record("before", item="C", quantity="900", day="2026-09-03")]
    workspace = county(tmp_path / "b" / "county", ordinary(service_item=items, service_record=usual))
    workspace.freeze(MONTHS[-1])
    workspace.publish(workspace.run(MONTHS[-1]).run)
    assert "quantity:C" not in found(frozen(workspace.folder))
    usual[-1] = usual[-1] | {"quantity": "0.5"}
    workspace = county(tmp_path / "c" / "county", ordinary(service_item=items, service_record=usual))
    workspace.freeze(MONTHS[-1])
    workspace.publish(workspace.run(MONTHS[-1]).run)
    assert "last published months" in found(frozen(workspace.folder))["quantity:C"].what


def test_dates_after_the_period_and_the_day_of_the_freeze_are_told(tmp_path: Path) -> None:
    rows = [
        record("R1"),
        record("R2", day="2026-11-05"),
        record("R3", day="2026-12-05"),
        record("R4", day="2027-01-05"),
    ]
    snapshot = county(tmp_path / "county", tables(service_record=rows)).freeze(OCTOBER)
    [one] = future_dates(snapshot, date(2026, 11, 3))
    assert (one.kind, one.severity, one.count, one.first) == ("future_date", "notice", 1, ("2026-12: 1",))
    assert [one.first for one in future_dates(snapshot, date(2026, 10, 3))] == [("2026-11: 1", "2026-12: 1")]
    assert list(future_dates(snapshot, date(2026, 12, 1))) == []


def test_a_typed_year_of_a_period_is_told(tmp_path: Path, published: Path) -> None:
    typed = replaced(PAID[-1:], OCTOBER, period="2025-10")
    snapshot = county(tmp_path / "a", ordinary(pay_component=[*PAID[:-1], *typed])).freeze(OCTOBER)
    [one] = implausible_periods(snapshot, [])
    assert (one.kind, one.subject, one.count, one.first) == ("implausible_period", "pay_component", 1, ("2025-10: 1",))
    ahead = replaced(PAID[-1:], OCTOBER, period="2027-10")
    snapshot = county(tmp_path / "b", ordinary(pay_component=[*PAID[:-1], *ahead])).freeze(OCTOBER)
    assert [one.first for one in implausible_periods(snapshot, [], date(2026, 11, 2))] == [("2027-10: 1",)]
    workspace = frozen(published, pay_component=[*PAID[:-1], *typed])
    kinds = [(one.kind, one.subject) for one in workspace.published_changes(Snapshot.open(newest(workspace)))]
    assert ("implausible_period", "pay_component") in kinds


def newest(workspace: Workspace) -> Path:
    folder = workspace.snapshots / OCTOBER
    return folder / (folder / "newest").read_text(encoding="utf-8").strip()


def test_years_of_earlier_rows_are_no_typed_periods(tmp_path: Path) -> None:
    earlier = [row | {"period": f"2025-{month:02}"} for row in PAID[-7:] for month in range(1, 13)]
    snapshot = county(tmp_path / "a", ordinary(pay_component=[*PAID, *earlier])).freeze(OCTOBER)
    assert list(implausible_periods(snapshot, [])) == []


@pytest.mark.parametrize("kind", ledgers.KINDS)
def test_every_database_tells_who_lost_a_component(kind: str, tmp_path: Path) -> None:
    pays = [
        *(pay(staff, period=month) for staff in ("S1", "S2") for month in MONTHS[-2:]),
        *(pay(staff, "300", month, "grade_pay") for staff in ("S1", "S2") for month in MONTHS[-2:]),
        *(pay(staff) for staff in ("S1", "S2")), pay("S1", "300", component="grade_pay"),
    ]  # fmt: skip
    rows = tables(*MONTHS, OCTOBER, pay_component=pays)
    rows["service_record"] = [record(month, day=f"{month}-05") for month in (*MONTHS, OCTOBER)]
    with ledgers.fresh(kind, tmp_path) as url:
        workspace = county(tmp_path / "county", rows, settings=f'ledger = "{url}"')
        for month in MONTHS[-2:]:
            workspace.freeze(month)
            workspace.publish(workspace.run(month).run)
        workspace.freeze(OCTOBER)
        workspace.run(OCTOBER)
        assert found(workspace)["component_lost:grade_pay"].first == ("S2",)
