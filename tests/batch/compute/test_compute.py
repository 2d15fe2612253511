"""Computing of pay lines from tables: persons in a run, lines, reports and refusals."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from batch.compute.result_rows import split_by_source
from batch.inputs.catalogue import BY_NAME
from batch.inputs.history import HistoryInputs
from batch.inputs.provider import InputProvider
from batch.inputs.roster import build_roster
from batch.results import SCHEMAS
from batch.snapshot.schemas import HISTORY
from payengine.errors import Refused, UsageError
from payengine.periods import Period
from payengine.policy import Funding
from tests.support.compute_toy import (
    FIRST,
    MID,
    POLICY,
    WORK,
    ToySnapshot,
    county,
    lines,
    policy,
    prepared,
    results,
)


@pytest.fixture
def toy(tmp_path: Path):
    return policy(tmp_path)


def test_a_month_by_hand(toy) -> None:
    """A month worked by hand comes out to the fen.

    I1's pool of 10.00 over A 10 x 1 x 1 and 10 x 1 x 2, B 12.5 x 0.8 x 1: 30 to 10, so 2.50 and 5.00, and 2.50.
    """
    made = results(toy)
    first, later = "2024-01-05", "2026-10-16"
    assert lines(made.pay_lines) == [
        ("I1", "A", first, "workload_pay", "service_income", 250),
        ("I1", "A", later, "base_pay", "fiscal", 300000),  # per person: on the latest engagement
        ("I1", "A", later, "workload_pay", "service_income", 500),
        ("I1", "B", first, "base_pay", "fiscal", 200000),  # left in mid month, and is paid
        ("I1", "B", first, "workload_pay", "service_income", 250),
        (
            "I2",
            "C",
            first,
            "task_pay",
            "county",
            7,
        ),  # 3 x 0.05 = 0.15 in halves: the first source of the policy has the odd fen
        ("I2", "C", first, "task_pay", "fiscal", 8),
    ]
    assert lines(made.statement_lines) == [("I1", "purchase", "fiscal", 3250), ("I2", "purchase", "fiscal", 950)]
    assert lines(made.workload) == [
        ("I1", "A", first, "public_health", 3, 10_000_000),
        ("I1", "A", later, "basic_medical", 1, 5_000_000),
        ("I1", "A", later, "public_health", 2, 5_000_000),
        ("I1", "B", first, "basic_medical", 4, 12_500_000),
        ("I2", "", "", "public_health", 6, 2_500_000),
        ("I2", "C", first, "public_health", 1, 7_000_000),
    ]
    assert lines(made.components) == [
        ("base_pay", "fixed", "pay", "基本工资"),
        ("workload_pay", "variable", "pay", "当量绩效"),
        ("task_pay", "variable", "pay", "任务补贴"),
        ("purchase", "", "statement", "购买"),
    ]
    for name, made_table in made.tables().items():
        assert made_table.schema == SCHEMAS[name], name


@given(
    some.lists(some.integers(-(10**15), 10**15), max_size=6),
    some.lists(some.integers(1, 10_000), min_size=1, max_size=4),
)
def test_what_the_sources_pay_adds_up_to_the_amount(amounts: list[int], shares: list[int]) -> None:
    funding = [Funding(f"s{number}", share) for number, share in enumerate(shares)]
    parts = split_by_source(np.array(amounts, np.int64), funding)
    assert [sum(part) for part in zip(*(part.tolist() for part in parts), strict=True)] == amounts
    for amount, *own in zip(amounts, *(part.tolist() for part in parts), strict=True):
        for part, share in zip(own, shares, strict=True):
            assert abs(part * sum(shares) - amount * share) < sum(shares)  # less than a fen from the exact part


def test_reports_tell_heads_sums_and_pools(toy) -> None:
    told = {(row[0], row[3], row[1], row[2]): row[7] for row in lines(results(toy).reports)}
    assert {row: told["institution", "heads", row, ""] for row in ("I1", "I2", "I3")} == {"I1": 1, "I2": 2, "I3": 0}
    assert told["consortium", "heads", "", ""] == 2  # A works at two institutions and is one person
    sums = {
        name: told["institution", name, "I1", ""]
        for name in ("fixed_pay", "variable_pay", "gross_pay", "statement_total")
    }
    assert sums == {"fixed_pay": 500000, "variable_pay": 1000, "gross_pay": 501000, "statement_total": 3250}
    pools = {
        part: [told["institution", f"workload_pay.{part}", row, ""] for row in ("I1", "I2", "I3")]
        for part in ("pool", "shared", "retained")
    }
    assert pools == {"pool": [1000, 0, 77], "shared": [1000, 0, 0], "retained": [0, 0, 77]}
    assert told["staff", "quality", "I1", "B"] == 8000  # the institution's score: B has none
    assert told["staff", "quality", "I1", "A"] == 10000


def test_the_order_of_rows_changes_nothing(toy) -> None:
    straight = results(toy)
    for seed in range(5):
        mixed = county()
        for rows in mixed.values():
            random.Random(seed).shuffle(rows)
        assert results(toy, ToySnapshot(mixed, WORK)).tables() == straight.tables()


def test_who_is_in_a_run() -> None:
    snapshot = ToySnapshot(work=WORK)
    roster = build_roster(snapshot.coding, snapshot.tables()["institution"], snapshot.period, [])
    assert roster.frame.institutions == ["I1", "I2", "I3"]
    assert [roster.frame.staff_codes[row] for row in roster.frame.staff] == ["A", "B", "A", "C"]  # D comes in November
    assert roster.days.tolist() == [15, 16, 15, 31, 31]
    assert roster.person_months.tolist() == [4839, 5161, 2419, 10000, 10000]  # 15/31, 16/31, 15/31 x 0.5: half up
    assert roster.heads.tolist() == [True, False, True, True]
    assert roster.distinct_heads == 2


def test_person_months_of_a_quarter_are_those_of_its_months() -> None:
    snapshot = ToySnapshot(work=WORK)
    roster = build_roster(snapshot.coding, snapshot.tables()["institution"], Period.parse("2026-Q4"), [])
    assert [roster.frame.staff_codes[row] for row in roster.frame.staff] == ["A", "B", "D", "A", "C"]
    assert roster.person_months.tolist() == [4839, 25161, 2419, 20000, 30000, 30000]


def test_an_institution_that_opens_later_is_not_in_the_run_and_its_kind_is_that_of_the_period(toy) -> None:
    rows = county()
    rows["institution"] += [
        {"code": "I4", "from": FIRST + 31},
        {"code": "I5", "until": FIRST},
        {"code": "I6", "kind": "cdc", "until": MID},
        {"code": "I6", "kind": "tcm_hospital", "from": MID, "until": FIRST + 31},
        {"code": "I6", "kind": "maternal_child", "from": FIRST + 31},
    ]
    run = prepared(toy, ToySnapshot(rows, WORK))
    assert run.roster.frame.institutions == ["I1", "I2", "I3", "I6"]
    kinds = run.tables.whole("institution")["kind"].to_pylist()
    assert kinds[run.roster.institution_row[3]] == "tcm_hospital"


def test_a_held_institution_has_no_rows_at_all(toy) -> None:
    made = results(toy, holds={"I1": "scores missing"})
    assert made.meta.holds == {"I1": "scores missing"}
    for name, made_table in made.tables().items():
        if "institution" in made_table.column_names:
            assert "I1" not in made_table["institution"].to_pylist(), name
    assert results(toy).meta.run_id != made.meta.run_id
    with pytest.raises(UsageError, match=r"there is no institution I11 to hold\nDid you mean I1\?"):
        results(toy, holds={"I11": "why"})


def test_missing_scores_are_told_with_everybody_who_has_none(toy) -> None:
    rows = county()
    rows["appraisal"] = rows["appraisal"][1:2]
    with pytest.raises(Refused) as refused:
        results(toy, ToySnapshot(rows, WORK))
    assert refused.value.report() == (
        "2026-10 cannot be computed\n"
        "appraisal: 2 problem(s)\n"
        "  质量 (quality)  quality needs it; I1 has no row, and 1 of its staff have none: B\n"
        "  质量 (quality)  quality needs it; I2 has no row, and 2 of its staff have none: A, C\n"
        "Pay depends on these rows: fill them in, then: payengine month 2026-10"
    )


def test_names_that_the_policy_does_not_know_are_refused_with_the_nearest(toy) -> None:
    rows = county()
    rows["finance"].append({"institution": "I1", "line": "poool", "amount": 1})
    rows["finance"].append({"institution": "I1", "line": "other", "amount": 1, "period": "2026-09"})
    rows["measure"] = [{"institution": "I2", "name": "peple"}]
    rows["service_item"].append({"code": "z", "category": "basic_medcal"})
    with pytest.raises(Refused) as refused:
        prepared(toy, ToySnapshot(rows, WORK))
    told = refused.value.report()
    assert "run of 2026-10 refused: 3 problem(s)" in told
    assert (
        "'poool' is no finance line of policy toy (did you mean pool?) [1 row(s); the "
        "first: institution I1, period 2026-10]" in told
    )
    assert "'peple' is no measure of policy toy (did you mean people?)" in told
    assert "'basic_medcal' is no category of policy toy" in told


def test_policy_graph_and_input_are_told_in_one_report(tmp_path: Path) -> None:
    text = POLICY.replace('"fixed_share"]', '"fixed_share", "weight", "fixed_shere"]').replace(
        '[statements.purchase]\nlabel = "购买"\nfunding = "fiscal"\n', ""
    )
    text += '\n[requires]\nmonth = ["measure"]\n'
    rows = county()
    rows["finance"][0]["line"] = "poool"
    with pytest.raises(Refused) as refused:
        prepared(policy(tmp_path, text), ToySnapshot(rows, WORK, absent_tables=["measure"]))
    told = refused.value.report().splitlines()
    assert told == [
        "run of 2026-10 refused: 5 problem(s)",
        "measure: 1 problem(s)",
        "  policy toy needs it, and the source does not have it; add the table, then: payengine month 2026-10",
        "finance: 1 problem(s)",
        "  'poool' is no finance line of policy toy (did you mean pool?) "
        "[1 row(s); the first: institution I1, period 2026-10]; "
        "correct it if it is mistyped; a new one is named under [names.finance], or under [ignored] if it is not to be "
        "read",
        "policy toy, [formulas.month]: 1 problem(s)",
        "  fixed_shere  no formula gives the output fixed_shere (did you mean fixed_share?)",
        "policy toy: 2 problem(s)",
        "  purchase  it is paid, but the policy does not say by whom; "
        "add [components.purchase] or [statements.purchase]",
        "  weight  it is neither paid nor reported, so it is no output",
    ]


def test_what_was_given_and_is_not_paid_is_told(toy, tmp_path: Path) -> None:
    rows = county()
    rows["adjustment"] = [
        {"institution": "I1", "staff": "A", "component": "post_pay", "amount": -5, "case": "k", "approver": "x"}
    ]
    with pytest.raises(Refused, match=r"\(post_pay\) -0.05 yuan of 1 person\(s\), and no rule of policy toy reads it"):
        results(toy, ToySnapshot(rows, WORK))
    told = results(toy, ToySnapshot(work=WORK, warnings=["frozen so"])).warnings
    assert told == ["frozen so"]


def test_missing_optional_tables_count_as_empty(toy) -> None:
    rows = {name: county()[name] for name in ("institution", "staff", "engagement", "service_item", "appraisal")}
    made = results(toy, ToySnapshot(rows, WORK, absent_tables=["finance", "pay_component", "directed_task"]))
    assert lines(made.pay_lines) == []
    assert made.empty_tables == ["finance", "pay_component", "directed_task"]


def history(*rows: tuple[str, str, str, str, str, str, int]) -> pa.Table:
    """(period, kind, institution, staff, component, class, fen)."""
    names = ("period", "kind", "institution", "staff", "component", "pay_class", "amount_fen")
    made = [
        {"engagement_from": "2024-01-05", "funding": "fiscal", **dict(zip(names, row, strict=True))} for row in rows
    ]
    return pa.Table.from_pylist(made, schema=HISTORY)


def test_the_year_to_date_contains_those_who_left_and_is_classed_as_it_was_published(toy) -> None:
    earlier = history(
        ("2026-09", "pay", "I1", "A", "base_pay", "fixed", 1000),
        ("2026-09", "pay", "I1", "E", "base_pay", "fixed", 500),  # left in September
        ("2026-09", "pay", "I1", "A", "old_bonus", "variable", 70),
        ("2026-09", "statement", "I1", "", "purchase", "", 9),
        ("2025-12", "pay", "I1", "A", "base_pay", "fixed", 1),  # another year
    )
    run = prepared(toy, ToySnapshot(work=WORK, earlier=earlier))
    data = InputProvider(run.tables, run.history, ToySnapshot(work=WORK).priced, run.known)
    assert data.value("fixed_paid_before").data.values.tolist() == [1500, 0, 0]
    assert data.value("variable_paid_before").data.values.tolist() == [70, 0, 0]
    assert data.value("paid_before")["base_pay"].data.values.tolist() == [1000, 0, 0, 0]
    assert data.value("institution_paid_before")["base_pay"].data.values.tolist() == [1500, 0, 0]
    assert data.value("statements_before")["purchase"].data.values.tolist() == [9, 0, 0]


def test_every_input_that_is_listed_can_be_asked_for_and_is_as_it_is_described(toy) -> None:
    run = prepared(toy)
    data = InputProvider(run.tables, HistoryInputs.none(run.roster), ToySnapshot(work=WORK).priced, run.known)
    for name, spec in BY_NAME.items():
        value = data.value(name)
        part = value
        if spec.axis:
            assert value.axis == spec.axis, name
            part = value[{"category": "public_health", "month": "10"}.get(spec.axis, "anything")]
        assert part.level is spec.level, name
        if spec.kind == "number":
            assert (part.data.scale, part.unit) == (spec.scale, spec.unit), name
            assert len(part.data) == run.roster.frame.rows(spec.level), name
        assert spec.about, name


def test_the_run_is_named_by_what_it_was_made_from(toy, tmp_path: Path) -> None:
    first, again = results(toy), results(toy)
    assert first.meta == again.meta
    assert len(first.meta.run_id) == 64
    other = policy(tmp_path, POLICY.replace('value = "1.00"', 'value = "1.01"'))
    assert results(other).meta.run_id != first.meta.run_id
    assert results(toy, ToySnapshot(work=WORK, digest="1" * 64)).meta.run_id != first.meta.run_id


def test_results_as_data_frames_hold_exact_integers_and_decimals(toy) -> None:
    frames = results(toy).frames()
    pay = frames["pay_lines"]
    assert pay["amount_fen"].dtype == "int64"
    assert [str(value) for value in pay["amount_yuan"][:2]] == ["2.50", "3000.00"]
    assert [str(value) for value in frames["workload"]["points"][:2]] == ["10.000000", "5.000000"]
    reports = frames["reports"].set_index(["name", "institution", "staff"])
    assert str(reports.loc[("quality", "I1", "B"), "figure"]) == "0.8000"
    assert str(reports.loc[("heads", "I1", ""), "figure"]) == "1"
