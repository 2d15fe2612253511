"""Causes of a difference in pay, worked by hand, and where everything changes at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from batch.explain import late_records as late_records_module
from batch.explain import why as why_module
from batch.explain.causes import Cause
from batch.explain.changes import RECORDS, Change
from batch.explain.counterfactual import Causes, Counterfactual
from batch.explain.why import HELD, JOINED, LEFT, NOT_HELD, PAY, STATEMENT, RunAsStored, Why, why
from batch.ledger.stored_run import StoredRun
from batch.snapshot.record_ids import RecordIds
from batch.snapshot.snapshot import Snapshot
from batch.workspace import Workspace
from payengine.errors import IdentityBroken, IntegrityBroken, Refused, UsageError
from tests.support.schemes import workspace
from tests.support.small_county import OCTOBER, Row, call, county, engagement, pay, record, tables, write

SEPTEMBER = "2026-09"
MONTHS = (SEPTEMBER, OCTOBER)
PRICES = """
[parameters.staff_point_price]
replaces = true
values = [
  { from = 2020-01-01, until = 2026-10-01, value = "4.00", source = "县医改办 3 号" },
  { from = 2026-10-01, continues = "至调整", value = "5.00", source = "县医改办 9 号" },
]
"""


def publish(office: Workspace, *periods: str, **options: Any) -> None:
    for period in periods:
        office.freeze(period)
        office.publish(office.run(period, **options).run)


def work(*quantities: tuple[str, str, str]) -> list[Row]:
    """Make records of (staff, day, quantity)."""
    return [
        record(f"R{number}", staff, day, quantity=quantity) for number, (staff, day, quantity) in enumerate(quantities)
    ]


def score(indicator: str, points: str, period: str, staff: str = "", institution: str = "I1") -> Row:
    return {"institution": institution, "staff": staff, "indicator": indicator, "score": points, "full_score": "100",
            "period": period}  # fmt: skip


def scored(rows: dict[str, Sequence[Row]], *more: Row) -> dict[str, Sequence[Row]]:
    return rows | {"appraisal": [*rows["appraisal"], *more]}


def parts(found: Why, what: str = PAY) -> dict[str, int]:
    """Give the parts of all institutions together, after the sums were checked."""
    for one in found.differences:
        assert sum(one.parts.values()) == one.after_fen - one.before_fen
        for line in one.lines:
            assert sum(line.parts.values()) == line.after_fen - line.before_fen
    return {cause.value: fen for cause, fen in why_module.added(one.parts for one in found.of(what)).items()}


def changes(found: Why, cause: Cause, at: int = 0) -> list[Change]:
    return [one for one in found.differences[at].changes if one.cause is cause]


# Worked by hand: points x price x quality coefficient, and pay as it is given.


def test_more_work_alone_is_all_of_the_difference(tmp_path: Path) -> None:
    records = work(("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "25"))
    office = county(tmp_path / "c", tables(*MONTHS, service_record=records))
    publish(office, *MONTHS)
    found = office.why(OCTOBER, staff="S1")
    assert (found.differences[0].before_fen, found.differences[0].after_fen) == (4200, 10500)
    assert parts(found) == {"work": 6300}
    (points,) = [one for one in changes(found, Cause.WORK) if one.rows is None]
    assert (points.name, points.old, points.new) == ("points", "10.000000", "25.000000")


def test_work_and_price_share_what_they_make_together(tmp_path: Path) -> None:
    records = work(("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "20"))
    office = county(tmp_path / "c", tables(*MONTHS, service_record=records), layer=PRICES)
    publish(office, *MONTHS)
    found = office.why(OCTOBER, staff="S1")
    # From 10 x 4.00 to 20 x 5.00: 10 points more at (4.00 + 5.00) / 2, 1.00 more for (10 + 20) / 2 points.
    assert parts(found) == {"work": 4500, "price": 1500}
    (price,) = changes(found, Cause.PRICE)
    assert (price.old, price.new, price.label) == ("4.0000", "5.0000", "当量绩效单价（发给个人）")
    assert [(one.start, one.source) for one in price.reads[1]] == [("2026-10-01", "县医改办 9 号")]


def test_three_causes_have_their_shapley_values(tmp_path: Path) -> None:
    rows = tables(*MONTHS, service_record=work(("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "20")))
    low = [row | {"score": "80"} if row["period"] == SEPTEMBER else row for row in rows["appraisal"]]
    office = county(tmp_path / "c", rows | {"appraisal": low}, layer=PRICES)
    publish(office, *MONTHS)
    found = office.why(OCTOBER, staff="S1")
    # From 10 x 4 x 0.8 to 20 x 5 x 1. Work: 10 x (2 x 4 x 0.8 + 5 x 0.8 + 4 x 1 + 2 x 5 x 1) / 6 = 40.6666..., price
    # and scores 13.6666... each. Of three equal remainders the first two causes have the missing fen.
    assert parts(found) == {"work": 4067, "coefficients": 1367, "price": 1366}


def test_given_pay_and_work_do_not_mix(tmp_path: Path) -> None:
    given = [pay("S1", "3100", SEPTEMBER), pay("S1", "3300", OCTOBER)]
    records = work(("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "8"))
    office = county(tmp_path / "c", tables(*MONTHS, service_record=records, pay_component=given))
    publish(office, *MONTHS)
    found = office.why(OCTOBER, staff="S1")
    assert parts(found) == {"work": -840, "fixed_pay": 20000}
    assert {line.component: line.parts for line in found.differences[0].lines} == {
        "post_pay": {Cause.FIXED: 20000}, "workload_pay": {Cause.WORK: -840},
    }  # fmt: skip


def test_the_same_pay_has_no_parts(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables(*MONTHS, service_record=work(
        ("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "10"))))  # fmt: skip
    publish(office, *MONTHS)
    assert parts(office.why(OCTOBER, staff="S1")) == {}
    shown = call(tmp_path / "c", "why", OCTOBER, "--staff", "S1")
    assert "42.00 yuan in 2026-10, the same as in 2026-09." in shown.stdout


# Who, where, what post.


def test_a_new_post_is_engagement_and_its_work_is_work(tmp_path: Path) -> None:
    posts = [
        engagement("S1", until="2026-10-11"), engagement("S1", **{"from": "2026-10-11", "post_coefficient": "1.5"}),
        engagement("S2"),
    ]  # fmt: skip
    records = work(("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "10"), ("S1", "2026-10-15", "10"))
    office = county(tmp_path / "c", tables(*MONTHS, engagement=posts, service_record=records))
    publish(office, *MONTHS)
    found = office.why(OCTOBER, staff="S1")
    # From 10 x 4.20 to 10 x 4.20 + 10 x 1.5 x 4.20. On the new posts the old work is divided like the new one, 5 and 5.
    # Work first: 42.00, then engagement 21.00; engagement first: 10.50, then work 52.50.
    assert parts(found) == {"work": 4725, "engagement": 1575}


def test_a_post_that_is_corrected_in_mid_month_is_no_other_work(tmp_path: Path) -> None:
    records = work(("S1", "2026-10-05", "7"), ("S1", "2026-10-15", "3"))
    office = county(tmp_path / "c", tables(service_record=records))
    publish(office, OCTOBER)
    posts = [engagement("S1", until="2026-10-11"),
             engagement("S1", **{"from": "2026-10-11", "post_coefficient": "1.5"}), engagement("S2")]  # fmt: skip
    write(tmp_path / "c" / "input", {"engagement": posts})
    publish(office, OCTOBER, revise="another post")
    assert parts(office.why(OCTOBER, staff="S1", against=OCTOBER)) == {"engagement": 630}
    assert parts(office.why(OCTOBER, institution="I1", against=OCTOBER)) == {"engagement": 630}


def test_another_post_coefficient_is_engagement(tmp_path: Path) -> None:
    posts = [engagement("S1", until="2026-10-01"),
             engagement("S1", **{"from": "2026-10-01", "post_coefficient": "1.2"}), engagement("S2")]  # fmt: skip
    records = work(("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "10"))
    office = county(tmp_path / "c", tables(*MONTHS, engagement=posts, service_record=records))
    publish(office, *MONTHS)
    found = office.why(OCTOBER, staff="S1")
    assert parts(found) == {"engagement": 840}
    changed = {(one.name, one.old, one.new) for one in changes(found, Cause.ENGAGEMENT)}
    assert ("post_coefficient", "1.0000", "1.2000") in changed


def moved(folder: Path) -> Workspace:
    """S1 works at I1 in September and at I2 in October; S2 at both."""
    institutions = [{"code": code, "kind": "township_center", "public_class": "1", "from": "2020-01-01"}
                    for code in ("I1", "I2")]  # fmt: skip
    rows = tables(
        *MONTHS, institution=institutions,
        engagement=[engagement("S1", until="2026-10-01"), engagement("S1", "I2", **{"from": "2026-10-01"}),
                    engagement("S2"), engagement("S2", "I2", fte="0.4")],
        service_record=[record("A", "S1", "2026-09-05"), record("B", "S1", "2026-10-05", institution="I2"),
                        record("C", "S2", "2026-10-06"), record("D", "S2", "2026-10-07", institution="I2")],
    )  # fmt: skip
    more = [score(row["indicator"], "100", row["period"], institution="I2") for row in rows["appraisal"]]
    office = county(folder, scored(rows, *more))
    publish(office, *MONTHS)
    return office


def test_who_came_or_left_is_engagement_as_a_whole(tmp_path: Path) -> None:
    office = moved(tmp_path / "c")
    found = office.why(OCTOBER, staff="S1")
    assert [(one.institution, one.standing, one.before_fen, one.after_fen) for one in found.differences] == [
        ("I1", LEFT, 4200, 0), ("I2", JOINED, 0, 4200),
    ]  # fmt: skip
    assert [one.parts for one in found.differences] == [{Cause.ENGAGEMENT: -4200}, {Cause.ENGAGEMENT: 4200}]
    joined = changes(found, Cause.ENGAGEMENT, at=1)[0]
    assert (joined.name, joined.old, joined.new) == (JOINED, "2026-10-01", "")
    assert parts(office.why(OCTOBER, institution="I1")) == {"work": 4200, "engagement": -4200}


def test_a_person_at_two_institutions_is_told_at_each_and_in_all(tmp_path: Path) -> None:
    office = moved(tmp_path / "c")
    found = office.why(OCTOBER, staff="S2")
    assert [(one.institution, one.parts) for one in found.differences] == [
        ("I1", {Cause.WORK: 4200}), ("I2", {Cause.WORK: 4200}),
    ]  # fmt: skip
    assert [one.institution for one in office.why(OCTOBER, staff="S2", institution="I2").differences] == ["I2"]
    shown = call(tmp_path / "c", "why", OCTOBER, "--staff", "S2").stdout
    assert "84.00 yuan in 2026-10, 84.00 more than in 2026-09 (0.00): all of it work." in shown
    assert "at I2: 42.00 yuan in 2026-10" in shown


@pytest.mark.parametrize(("held", "standing"), [(SEPTEMBER, NOT_HELD), (OCTOBER, HELD)])
def test_an_institution_that_was_held_is_told_so(tmp_path: Path, held: str, standing: str) -> None:
    institutions = [{"code": code, "kind": "township_center", "public_class": "1", "from": "2020-01-01"}
                    for code in ("I1", "I2")]  # fmt: skip
    rows = tables(*MONTHS, institution=institutions, engagement=[engagement("S1"), engagement("S2", "I2")],
                  service_record=work(("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "10")))  # fmt: skip
    more = [score(row["indicator"], "100", row["period"], institution="I2") for row in rows["appraisal"]]
    office = county(tmp_path / "c", scored(rows, *more))
    for period in MONTHS:
        publish(office, period, **({"hold": {"I1": "scores missing"}} if period == held else {}))
    found = office.why(OCTOBER, staff="S1")
    assert found.differences[0].standing == standing
    assert parts(found) == {"other": 4200 if held == SEPTEMBER else -4200}


# Others' work, pools, formulas.


def pools(folder: Path, policy: str = "demo-point-value") -> Workspace:
    """S1's work is the same in both months; S2's doubles, and the pool grows."""
    money = [{"institution": "I1", "line": "workload_pool", "amount": amount, "period": period}
             for period, amount in ((SEPTEMBER, "1000"), (OCTOBER, "1200"))]  # fmt: skip
    records = work(("S1", "2026-09-05", "10"), ("S2", "2026-09-05", "10"), ("S1", "2026-10-05", "10"),
                   ("S2", "2026-10-05", "20"))  # fmt: skip
    county(folder, tables(*MONTHS, service_record=records, finance=money))
    settings = folder / "payengine.toml"
    settings.write_text(settings.read_text("utf-8").replace('"demo"', f'"{policy}"'), "utf-8")
    return Workspace(folder)


def test_a_pool_and_the_work_of_others_are_told_apart(tmp_path: Path) -> None:
    office = pools(tmp_path / "c")
    publish(office, *MONTHS)
    found = office.why(OCTOBER, staff="S1")
    # From 1000 / 2 to 1200 / 3: the pool is 200 more, of which S1 gets a half or a third; the rest is others' work.
    assert parts(found) == {"work": -18333, "finance": 8333}
    sums = [one for one in changes(found, Cause.WORK) if one.rows is not None]
    assert [(one.name, one.old, one.new) for one in sums] == [("weighted_points", "20.000000", "30.000000")]


def test_another_formula_is_a_cause_of_its_own(tmp_path: Path) -> None:
    records = work(("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "10"), ("S2", "2026-10-05", "20"))
    money = [{"institution": "I1", "line": "workload_pool", "amount": "1200", "period": OCTOBER}]
    publish(county(tmp_path / "c", tables(*MONTHS, service_record=records, finance=money)), SEPTEMBER)
    settings = tmp_path / "c" / "payengine.toml"
    settings.write_text(settings.read_text("utf-8").replace('"demo"', '"demo-point-value"'), "utf-8")
    office = Workspace(tmp_path / "c")
    publish(office, OCTOBER)
    found = office.why(OCTOBER, staff="S1")
    # 10 x 4.20 before, 1200 x 10 / 30 after.
    assert not found.not_told_apart
    assert sum(parts(found).values()) == 40000 - 4200
    assert parts(found)["formulas"] > 30000
    changed = {(one.name, one.old, one.new) for one in changes(found, Cause.FORMULAS)}
    assert ("workload_pay", "by_point_price", "by_point_value") in changed


def test_an_institution_is_told_its_pay_and_its_statement(tmp_path: Path) -> None:
    records = work(("S1", "2026-09-05", "10"), ("S2", "2026-10-05", "30"))
    office = county(tmp_path / "c", tables(*MONTHS, service_record=records))
    publish(office, *MONTHS)
    found = office.why(OCTOBER, institution="I1")
    assert parts(found) == {"work": 8400}
    (statement,) = found.of(STATEMENT)
    assert statement.lines
    assert set(parts(found, STATEMENT)) == {"work"}


# Revisions: late, reversed, corrected.


def revised(folder: Path) -> Workspace:
    """October is published and revised: L is late, G reversed, C corrected from 10 to 12."""
    first = [record("C"), record("G", quantity="5"), record("K", quantity="3")]
    office = county(folder, tables(service_record=first))
    publish(office, OCTOBER)
    later = [record("C", quantity="12"), record("G", quantity="5"), record("K", quantity="3"),
             record("L", quantity="7"), record("X", day="2026-10-20", quantity="", share="", reverses="G")]  # fmt: skip
    write(folder / "input", {"service_record": later})
    publish(office, OCTOBER, revise="late records")
    return office


def test_late_and_reversed_records_of_a_revision_have_a_part_of_their_own(tmp_path: Path) -> None:
    office = revised(tmp_path / "c")
    found = office.why(OCTOBER, staff="S1", against=OCTOBER)
    assert found.records_told_apart
    # 7 points late, 5 reversed: 2 x 4.20. The corrected record is work.
    assert parts(found) == {"work": 840, "late_records": 840}
    told = [(one.name, one.old, one.new, one.rows) for one in changes(found, Cause.LATE) if one.kind == RECORDS]
    assert told == [("came_late", None, "7.000000", (0, 1)), ("no_longer_paid", "5.000000", None, (1, 0))]
    found = office.why(OCTOBER, institution="I1", against=OCTOBER)
    assert parts(found) == {"work": 840, "late_records": 840}
    assert set(parts(found, STATEMENT)) == {"work", "late_records"}
    assert not found.not_told_apart


def test_without_hashes_of_record_ids_all_of_it_is_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = revised(tmp_path / "c")
    monkeypatch.setattr(Snapshot, "record_ids", lambda snapshot: None)
    found = office.why(OCTOBER, staff="S1", against=OCTOBER)
    assert not found.records_told_apart
    assert parts(found) == {"work": 1680}


def test_late_records_at_another_price_share_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    office = county(folder, tables(service_record=[record("C")]), layer=PRICES.replace("2026-10-01", "2026-11-01"))
    publish(office, OCTOBER)
    file = folder / "policy" / "county.toml"
    file.write_text(file.read_text("utf-8").replace("2026-11-01", "2026-10-01"), "utf-8")
    write(folder / "input", {"service_record": [record("C"), record("L")]})
    publish(office, OCTOBER, revise="late record, corrected price")
    found = office.why(OCTOBER, staff="S1", against=OCTOBER)
    assert parts(found) == {"late_records": 4500, "price": 1500}


def test_months_are_not_compared_by_records(tmp_path: Path) -> None:
    office = revised(tmp_path / "c")
    write(tmp_path / "c" / "input", {"appraisal": tables("2026-11")["appraisal"],
                                     "service_record": [record("N", day="2026-11-05", quantity="1")]})  # fmt: skip
    publish(office, "2026-11")
    found = office.why("2026-11", staff="S1")
    assert not found.records_told_apart
    assert parts(found) == {"work": -8820}


# Everything at once, and no order.


def everything(folder: Path) -> Workspace:
    rows = tables(*MONTHS, service_record=work(
        ("S1", "2026-09-05", "13"), ("S2", "2026-09-07", "11"), ("S1", "2026-10-05", "17"), ("S1", "2026-10-15", "3"),
        ("S2", "2026-10-07", "7")),
        engagement=[engagement("S1", until="2026-10-11"),
                    engagement("S1", **{"from": "2026-10-11", "post_coefficient": "1.3"}),
                    engagement("S2", post_coefficient="0.9")],
        pay_component=[pay("S1", "3100.10", SEPTEMBER), pay("S1", "3300.33", OCTOBER), pay("S2", "2000", SEPTEMBER)],
    )  # fmt: skip
    low = [row | {"score": "83.5"} if row["period"] == SEPTEMBER else row for row in rows["appraisal"]]
    office = county(folder, rows | {"appraisal": low}, layer=PRICES)
    publish(office, *MONTHS)
    return office


@pytest.fixture
def mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counterfactual:
    """The comparison of two months in which everything changes."""
    made: list[Counterfactual] = []

    class Kept(Counterfactual):
        def __init__(self, *sides: Any) -> None:
            super().__init__(*sides)
            made.append(self)

    monkeypatch.setattr(why_module, "Counterfactual", Kept)
    everything(tmp_path / "c").why(OCTOBER, staff="S1")
    return made[0]


def test_a_mixture_of_nothing_and_of_everything_is_either_run(mixed: Counterfactual) -> None:
    """A mixture of all inputs of one run gives what that run has."""
    for line in ("post_pay", "workload_pay"):
        among = mixed.causes_of(line)
        asked = among | {Cause.OTHER}  # so that no set is taken for one of the ends
        for causes, side in ((among, mixed.sides[1]), (frozenset({Cause.OTHER}), mixed.sides[0])):
            mixed.start_line()
            value = mixed.line(line, causes, asked | {Cause.FLOORS})
            assert value is not None
            assert value.data.values.tolist() == side.evaluation.values[line].data.values.tolist()


def test_figures_that_are_kept_are_those_computed_anew(mixed: Counterfactual, monkeypatch: pytest.MonkeyPatch) -> None:
    among = mixed.causes_of("workload_pay")
    assert among == {Cause.WORK, Cause.COEFFICIENTS, Cause.PRICE, Cause.ENGAGEMENT}
    sets = [frozenset(cause for at, cause in enumerate(sorted(among, key=str)) if number >> at & 1)
            for number in range(16)]  # fmt: skip

    def lines() -> list[list[int]]:
        mixed.start_line()
        values = [mixed.line("workload_pay", some, among) for some in sets]
        return [value.data.values.tolist() for value in values if value is not None]

    kept = lines()
    monkeypatch.setattr("batch.explain.counterfactual.MOST_KEPT", -1)
    assert lines() == kept
    assert len({str(one) for one in kept}) > 8


def test_everything_at_once_adds_up_for_everybody(tmp_path: Path) -> None:
    office = everything(tmp_path / "c")
    for subject in ({"staff": "S1"}, {"staff": "S2"}, {"institution": "I1"}):
        found = office.why(OCTOBER, **subject)
        assert parts(found)
        assert not found.not_told_apart
    backwards = office.why(SEPTEMBER, staff="S1", against=OCTOBER)
    forwards = office.why(OCTOBER, staff="S1")
    for cause, fen in parts(forwards).items():  # the same parts but for the last fen, in whichever order
        assert abs(fen + parts(backwards)[cause]) <= 1


@pytest.mark.parametrize("scheme", ["leave-within-the-pool", "limits-in-a-pool", "tiers-of-the-year"])
def test_schemes_with_pools_and_years_to_date_add_up(scheme: str, tmp_path: Path) -> None:
    office = workspace(scheme, tmp_path / "c")
    publish(office, "2026-01", "2026-02")
    results = office.results("2026-02")
    people = sorted(set(results.pay_lines["staff"].to_pylist()))
    found = [office.why("2026-02", staff=one) for one in people]
    assert any(parts(one) for one in found)
    assert not any(one.not_told_apart for one in found)


def test_lines_of_floors_are_one_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = work(("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "25"))
    office = county(tmp_path / "c", tables(*MONTHS, service_record=records))
    publish(office, *MONTHS)
    monkeypatch.setattr(why_module, "FLOOR_RULES", ("formulas.distribution",))
    assert parts(office.why(OCTOBER, staff="S1")) == {"floors": 6300}


# What cannot be told apart, and what must not be.


def test_what_cannot_be_told_apart_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Counterfactual.line

    def line(self: Counterfactual, name: str, causes: Causes, among: Causes) -> Any:
        if causes == {Cause.WORK}:
            raise Refused("no value for these keys", [])
        return real(self, name, causes, among)

    monkeypatch.setattr(Counterfactual, "line", line)
    found = everything(tmp_path / "c").why(OCTOBER, staff="S1")
    assert found.not_told_apart == {"workload_pay": "no value for these keys"}
    assert set(parts(found)) == {"fixed_pay", "other"}


def ends(office: Workspace) -> tuple[RunAsStored, RunAsStored]:
    found = office.why(OCTOBER, staff="S1")
    return found.before, found.after


@pytest.mark.parametrize("end", [0, 1])
def test_a_figure_that_is_not_the_stored_one_is_an_error(tmp_path: Path, end: int) -> None:
    office = county(tmp_path / "c", tables(*MONTHS, service_record=work(
        ("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "10"))))  # fmt: skip
    publish(office, *MONTHS)
    sides = list(ends(office))
    lines = sides[end].results.pay_lines
    amounts = [fen + 1 if fen else fen for fen in lines["amount_fen"].to_pylist()]
    changed = lines.set_column(lines.column_names.index("amount_fen"), lines.schema.field("amount_fen"),
                               pa.array(amounts, pa.int64()))  # fmt: skip
    sides[end] = replace(sides[end], results=replace(sides[end].results, pay_lines=changed))
    with pytest.raises(IdentityBroken, match="are not those that were stored"):
        why(sides[0], sides[1], ["I1"], "S1")


def test_only_the_lines_of_both_runs_are_read_and_they_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = county(tmp_path / "c", tables(*MONTHS, service_record=work(
        ("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "10"), ("S2", "2026-10-05", "3"))))  # fmt: skip
    publish(office, *MONTHS)
    read: list[str] = []
    real = StoredRun.batches

    def batches(self: StoredRun, name: str) -> Iterator[pa.RecordBatch]:
        read.append(name)
        return real(self, name)

    monkeypatch.setattr(StoredRun, "batches", batches)
    office.why(OCTOBER, staff="S1")
    assert sorted(read) == ["pay_line", "pay_line", "statement_line", "statement_line"]
    with office.ledger(create=True) as ledger, ledger._database.writing() as connection:
        connection.exec_driver_sql("UPDATE pay_line SET amount_fen = amount_fen + 1 WHERE staff = 'S2'")
    with pytest.raises(IntegrityBroken):
        office.why(OCTOBER, staff="S1")


def test_a_person_is_found_by_the_lines_as_by_all_rows(tmp_path: Path) -> None:
    """At every place: paid there, only working there, held, left, nowhere."""
    rows = tables(*MONTHS, service_record=work(
        ("S1", "2026-09-05", "10"), ("S1", "2026-10-05", "10"), ("S2", "2026-10-06", "3")))  # fmt: skip
    rows["institution"] = [{**rows["institution"][0], "code": code} for code in ("I1", "I2", "I3")]
    rows["staff"] = [{"code": f"S{number}"} for number in range(1, 5)]
    half = {"fte": "0.5"}
    rows["engagement"] = [
        engagement("S1", **half), engagement("S1", "I2", **half), engagement("S2", "I1", **half),
        engagement("S2", "I3", **half), engagement("S3", "I3"), engagement("S4", "I2", until="2026-10-01"),
    ]  # fmt: skip
    rows["appraisal"] = [{**row, "institution": code} for row in rows["appraisal"] for code in ("I1", "I2", "I3")]
    office = county(tmp_path / "c", rows)
    publish(office, *MONTHS, hold={"I3": "评分未到"})
    ends_ = office.why(OCTOBER, staff="S1")
    for side in (ends_.before, ends_.after):
        results, names = office.results(side.meta.run_id), office.names(side.meta.period, side.meta.snapshot_digest)
        for staff in ("S1", "S2", "S3", "S4", "S9"):
            for institution in (None, "I1", "I2", "I3", "I9"):
                asked = (staff, institution, names)
                outcomes = []
                for find in (lambda *a, r=results: office.places_of(r, *a),
                             lambda *a, s=side: office._compared_places(s, *a)):  # fmt: skip
                    try:
                        outcomes.append(str(find(*asked)))
                    except UsageError as error:
                        outcomes.append(error.report())
                assert outcomes[0] == outcomes[1], asked


def test_late_records_are_those_that_one_column_of_ids_lacks() -> None:
    """Compare with a look record by record, among hashes that stand twice."""
    dice = np.random.default_rng(3)
    for _ in range(50):
        one, other = (np.sort(dice.integers(0, 60, dice.integers(0, 40))).astype(np.uint64) for _ in range(2))
        found = late_records_module._only(RecordIds(one), RecordIds(other))
        ids = dice.integers(0, 60, 30).astype(np.uint64)
        ids = ids[np.isin(ids, one)]  # a paid row's hash is in its own column
        assert found.holds(ids).tolist() == (~RecordIds(other).holds(ids)).tolist()


# What is compared with what.


def test_the_default_is_the_last_month_published_before(tmp_path: Path) -> None:
    months = ("2026-08", SEPTEMBER, OCTOBER)
    office = county(tmp_path / "c", tables(*months, service_record=work(
        *(("S1", f"{month}-05", "10") for month in months))))  # fmt: skip
    publish(office, "2026-08", OCTOBER)
    assert str(office.why(OCTOBER, staff="S1").before.meta.period) == "2026-08"
    office.freeze(SEPTEMBER)
    draft = office.run(SEPTEMBER).run
    assert str(office.why(OCTOBER, staff="S1").before.meta.period) == "2026-08"
    assert str(office.why(draft, staff="S1").before.meta.period) == "2026-08"
    assert str(office.why(OCTOBER, staff="S1", against=draft).before.meta.period) == SEPTEMBER
    with pytest.raises(UsageError, match="no period of its kind was published before 2026-08"):
        office.why("2026-08", staff="S1")
    with pytest.raises(UsageError, match="replaces no run"):
        office.why(OCTOBER, staff="S1", against=OCTOBER)


def test_a_draft_is_compared_with_what_it_would_replace(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables(service_record=[record("C")]))
    publish(office, OCTOBER)
    write(tmp_path / "c" / "input", {"service_record": [record("C"), record("L")]})
    office.freeze(OCTOBER)
    draft = office.run(OCTOBER, revise="late record").run
    assert parts(office.why(draft, staff="S1", against=draft)) == {"late_records": 4200}
    assert parts(office.why(draft, staff="S1", against=OCTOBER)) == {"late_records": 4200}


# As a user sees it.


def test_the_command_tells_it_in_a_sentence_and_a_table(tmp_path: Path) -> None:
    everything(tmp_path / "c")
    shown = call(tmp_path / "c", "why", OCTOBER, "--staff", "S1").stdout
    assert shown.startswith("S1 王䶮 at I1: 3,")
    assert "more than in 2026-09 (3,143.52" in shown
    assert ": mostly given pay (+200.23), " in shown
    assert "4 -> 5 yuan per equivalent (since 2026-10-01, 县医改办 9 号)" in shown
    total = next(line for line in shown.splitlines() if line.strip().startswith("Total"))
    assert total.split()[1].startswith("+2")
    chinese = call(tmp_path / "c", "--lang", "zh", "why", OCTOBER, "--staff", "S1").stdout
    assert "S1 王䶮（I1）：2026-10 为 3," in chinese
    assert "主要是固定及给定项目（+200.23）、" in chinese
    assert "（自 2026-10-01 起，县医改办 9 号）" in chinese


def test_json_has_a_schema_and_the_same_sums(tmp_path: Path) -> None:
    everything(tmp_path / "c")
    told = json.loads(call(tmp_path / "c", "--json", "why", OCTOBER, "--staff", "S1").stdout)
    assert list(told) == [
        "schema", "staff", "before", "after", "totals", "differences", "records_told_apart", "not_told_apart", "held",
    ]  # fmt: skip
    assert (told["schema"], told["before"]["period"], told["after"]["period"]) == (1, SEPTEMBER, OCTOBER)
    (one,) = told["differences"]
    for where in (one, told["totals"]["pay"]):
        assert sum(part["amount_fen"] for part in where["parts"]) == where["change_fen"]
    for part in one["parts"]:
        by_line = sum(each["amount_fen"] for line in one["lines"] for each in line["parts"]
                      if each["cause"] == part["cause"])  # fmt: skip
        assert by_line == part["amount_fen"]
    prices = next(part for part in one["parts"] if part["cause"] == "price")
    assert prices["changes"][0]["values"]["after"][0]["source"] == "县医改办 9 号"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["why", OCTOBER], 2, "whose pay is meant is not said"),
        (["why", OCTOBER, "--staff", "S9"], 2, "nobody with the code S9 is in this run"),
        (["why", OCTOBER, "--institution", "I9"], 2, "institution I9 is not in this run"),
        (["why", "2026-12", "--staff", "S1"], 2, "2026-12 is not published"),
        (["why", OCTOBER, "--staff", "S1", "--against", "2026-11"], 2, "2026-11 is not published"),
    ],
)
def test_a_wrong_question_is_answered_with_what_to_do(
    tmp_path: Path, words: list[str], code: int, told: str
) -> None:  # fmt: skip
    everything(tmp_path / "c")
    result = call(tmp_path / "c", *words)
    assert result.exit_code == code
    assert told in result.stderr
