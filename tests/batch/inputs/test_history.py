"""Inputs from the year's other runs: the periods that each adds up, for whom, and gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from batch.compute.compute import PreparedRun, prepare
from batch.inputs.catalogue import OF_HISTORY
from batch.inputs.history import FigureSelection, HistoryInputs, WorkSelection
from batch.inputs.history_lines import HistoryLines, LineSelection
from batch.inputs.history_work import settled_work
from batch.inputs.provider import InputProvider
from batch.snapshot.schemas import HISTORY, HISTORY_FIGURES, HISTORY_WORK
from payengine.errors import ExactOverflow, Refused
from payengine.graph import INSTITUTION, STAFF, YUAN, Formula, Rules, formula
from payengine.periods import Period, day_number
from payengine.policy import Policy
from tests.support.compute_toy import LONG_AGO, POLICY, RULES, ToySnapshot, county, policy

OCTOBER, FOURTH, YEAR = (Period.parse(text) for text in ("2026-10", "2026-Q4", "2026"))
ALL_YEAR = [{**row, "from": LONG_AGO, "until": 2**31 - 1} for row in county()["engagement"] if row["staff"] in "AC"][1:]


def lines(*rows: tuple[str, str, str, str, str, str, int]) -> pa.Table:
    """(period, kind, institution, staff, component, class, fen), funded by the county."""
    names = ("period", "kind", "institution", "staff", "component", "pay_class", "amount_fen")
    made = [
        {"engagement_from": "2024-01-05", "funding": "county", **dict(zip(names, row, strict=True))} for row in rows
    ]
    return pa.Table.from_pylist(made, HISTORY)


def work(*rows: tuple[str, str, str, str, str, int, int]) -> pa.Table:
    """(period, institution, staff, from, category, services, points in millionths)."""
    return pa.Table.from_pylist([dict(zip(HISTORY_WORK.names, row, strict=True)) for row in rows], HISTORY_WORK)


def figures(*rows: tuple[str, str, str, str, str, int, int]) -> pa.Table:
    """(period, level, institution, name, unit, scale, value)."""
    return pa.Table.from_pylist([dict(zip(HISTORY_FIGURES.names, row, strict=True)) for row in rows], HISTORY_FIGURES)


LINES = lines(
    ("2025-12", "pay", "I1", "A", "bonus", "variable", 1),  # another year
    ("2026-09", "pay", "I1", "A", "bonus", "variable", 10),
    ("2026-09", "pay", "I1", "E", "bonus", "fixed", 20),  # has no engagement
    ("2026-Q3", "pay", "I1", "A", "bonus", "fixed", 100),
    ("2026-10", "pay", "I1", "A", "bonus", "variable", 1000),
    ("2026-10", "pay", "I2", "A", "bonus", "variable", 7),
    ("2026-11", "statement", "I1", "", "purchase", "", 5),
    ("2026-12", "pay", "I1", "A", "bonus", "fixed", 10000),
    ("2026-Q4", "pay", "I1", "A", "bonus", "variable", 100_000),
)


def run(
    toy: Policy,
    period: Period,
    rows: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    instead: Formula | None = None,
    **more: Any,
) -> PreparedRun:
    """A prepared run of the toy county; `instead` stands for its formula of the fixed share."""
    tables: dict[str, Any] = {**county(), "engagement": ALL_YEAR, **(rows or {})}
    snapshot: Any = ToySnapshot(rows=tables, period=period, **{"earlier": LINES, **more})
    rules = RULES if instead is None else Rules([*(one for one in RULES if one.gives != "fixed_share"), instead])
    return prepare(snapshot, toy, {}, rules)


def reporting(function: Callable[..., Any]) -> Formula:
    """The function as a formula that gives the report of the toy's settlements."""
    decorate = formula(level=INSTITUTION, unit=YUAN, gives="fixed_share", label="x", source="toy", report=True)
    return decorate(function)


def data(made: PreparedRun) -> InputProvider:
    work_of_months = made.history.work(made.categories) if made.settles else made.snapshot.priced  # type: ignore[attr-defined]
    return InputProvider(made.tables, made.history, work_of_months, made.known, made.categories)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    kinds = ("quarter", "half_year", "year")
    settlements = "".join(f'[formulas.{kind}]\noutputs = ["fixed_share"]\n' for kind in kinds)
    return policy(tmp_path_factory.mktemp("policy"), POLICY + settlements)


# name, October, fourth quarter, year: the figure of I1, or of A there
PAID = [
    ("paid_before", "bonus", 110, 11_110, 111_110),
    ("paid_in_period", "bonus", 0, 11_000, 111_110),
    ("institution_paid_before", "bonus", 130, 11_130, 111_130),
    ("institution_paid_in_period", "bonus", 0, 11_000, 111_130),
    ("institution_fixed_paid_before", "bonus", 120, 10_120, 10_120),
    ("institution_variable_paid_before", "bonus", 10, 1_010, 101_010),
    ("institution_paid_before_by_funding", "county", 130, 11_130, 111_130),
    ("institution_paid_in_period_by_funding", "county", 0, 11_000, 111_130),
    ("staff_fixed_paid_before", "", 100, 10_100, 10_100),
    ("staff_variable_paid_before", "", 10, 1_010, 101_010),
    ("fixed_paid_before", "", 120, 10_120, 10_120),
    ("variable_paid_before", "", 10, 1_010, 101_010),
    ("statements_before", "purchase", 0, 5, 5),
    ("statements_in_period", "purchase", 0, 5, 5),
    ("statements_before_by_funding", "county", 0, 5, 5),
    ("statements_in_period_by_funding", "county", 0, 5, 5),
]


@pytest.mark.parametrize("row", PAID, ids=lambda row: row[0])
def test_before_is_the_year_so_far_and_in_period_the_settled_months(toy: Policy, row: tuple[Any, ...]) -> None:
    """A quarter that ended belongs to the year so far, a year's quarters to the year.

    A quarter has no quarters of its own.
    """
    name, key, *expected = row
    found = []
    for period in (OCTOBER, FOURTH, YEAR):
        value = data(run(toy, period)).value(name)
        found.append(int((value[key] if key else value).data.values[0]))
    assert found == expected


def test_every_input_of_the_history_is_one_of_these() -> None:
    assert all(isinstance(entry.source, LineSelection | WorkSelection | FigureSelection) for entry in OF_HISTORY)
    assert {row[0] for row in PAID} == {entry.name for entry in OF_HISTORY if isinstance(entry.source, LineSelection)}


def test_a_component_of_the_policy_that_nobody_was_paid_is_zero(toy: Policy) -> None:
    given = data(run(toy, YEAR)).value("paid_before")
    assert given["workload_pay"].data.values.tolist() == [0, 0, 0]
    assert list(given.keys()) == ["bonus"]


def test_formulas_may_ask_what_a_component_of_the_policy_paid(toy: Policy) -> None:
    """Formulas may ask by name for the pay of any component, also of a computed one.

    A computed one is in no input table; a misspelt one is refused with the nearest.
    """
    run(toy, YEAR, instead=reporting(lambda institution_paid_before: institution_paid_before["workload_pay"]))
    with pytest.raises(Refused, match="did you mean workload_pay"):
        run(toy, YEAR, instead=reporting(lambda institution_paid_before: institution_paid_before["workload_pya"]))


# --- work --------------------------------------------------------------------------------------------------------

WORKED = work(
    ("2026-09", "I1", "A", "2024-01-05", "basic_medical", 1, 1_000_000),
    ("2026-10", "I1", "A", "2024-01-05", "basic_medical", 2, 2_000_000),
    ("2026-10", "I1", "", "", "basic_medical", 3, 500_000),
    ("2026-11", "I1", "E", "2020-01-01", "public_health", 4, 250_000),
    ("2026-12", "I2", "A", "2024-01-05", "public_health", 5, 7),
)
STARTS_2024 = day_number(Period.parse("2024-01").first_day) + 4
SINCE_2024 = [{"institution": at, "staff": "A", "from": STARTS_2024} for at in ("I1", "I2")]


def test_work_of_a_settlement_is_that_of_its_months(toy: Policy) -> None:
    """A settlement's work is that of its months, also of a person removed since.

    E is in no row of `engagement`: E's points are bought as the institution's own, and pay nobody.
    """
    quarter = data(run(toy, FOURTH, {"engagement": SINCE_2024}, earlier_work=WORKED))
    assert quarter.value("points").data.values.tolist() == [2_000_000, 7]
    assert quarter.value("services").data.values.tolist() == [2, 5]
    assert quarter.value("points_by_category")["basic_medical"].data.values.tolist() == [2_000_000, 0]
    assert quarter.value("own_points").data.values.tolist() == [750_000, 0, 0]
    assert quarter.value("own_services_by_category")["public_health"].data.values.tolist() == [4, 0, 0]
    year = data(run(toy, YEAR, {"engagement": SINCE_2024}, earlier_work=WORKED))
    assert year.value("points").data.values.tolist() == [3_000_000, 7]
    assert year.value("points_before")["basic_medical"].data.values.tolist() == [3_000_000, 0]
    assert year.value("institution_points_before")["basic_medical"].data.values.tolist() == [3_500_000, 0, 0]
    assert year.value("institution_services_before")["public_health"].data.values.tolist() == [4, 5, 0]


def test_the_year_to_date_of_a_month_has_the_work_of_earlier_months(toy: Policy) -> None:
    october = data(run(toy, OCTOBER, {"engagement": SINCE_2024}, earlier_work=WORKED))
    assert october.value("points").data.values.tolist() == [0, 0]  # its own work is priced, not read from the history
    assert october.value("points_before")["basic_medical"].data.values.tolist() == [1_000_000, 0]
    assert october.value("institution_services_before")["basic_medical"].data.values.tolist() == [1, 0, 0]


def test_a_category_that_no_item_has_any_more_still_counts(toy: Policy) -> None:
    """A category that the catalogue lost after the months were published still counts.

    One that the policy does not name either is refused.
    """
    lost = work(("2026-10", "I1", "A", "2024-01-05", "family_doctor", 1, 9))
    year = data(run(toy, YEAR, {"engagement": SINCE_2024}, earlier_work=lost))
    assert year.value("points").data.values.tolist() == [9, 0]
    assert year.value("points_by_category")["family_doctor"].data.values.tolist() == [9, 0]
    unnamed = work(("2026-10", "I1", "A", "2024-01-05", "acupuncture", 1, 9))
    with pytest.raises(Refused, match="'acupuncture' is no category"):
        run(toy, YEAR, {"engagement": SINCE_2024}, earlier_work=unnamed)


def test_work_stands_on_the_engagement_in_force_in_its_month_else_on_the_latest(toy: Policy) -> None:
    may, september = (day_number(Period.parse(text).first_day) for text in ("2026-05", "2026-09"))
    rows = [
        {"institution": "I1", "staff": "A", "from": LONG_AGO, "until": may},
        {"institution": "I1", "staff": "A", "from": september},
    ]
    done = work(
        ("2026-02", "I1", "A", "2026-01-01", "basic_medical", 1, 1),
        ("2026-07", "I1", "A", "2026-01-01", "basic_medical", 1, 10),  # none in force in July
        ("2026-10", "I1", "A", "2026-01-01", "basic_medical", 1, 100),
        ("2026-10", "I1", "A", "2026-09-01", "basic_medical", 1, 1000),
    )
    made = run(toy, YEAR, {"engagement": rows}, earlier_work=done)
    assert data(made).value("points").data.values.tolist() == [1, 1110]
    moved = made.history.work(made.categories).moved
    assert list(moved) == [("I1", "A", "2026-01-01", month) for month in ("2026-02", "2026-07", "2026-10")]


def test_points_that_do_not_fit_are_refused(toy: Policy) -> None:
    most = 2**62
    much = work(*((f"2026-{month}", "I1", "A", "2024-01-05", "basic_medical", 1, most) for month in (10, 11)))
    made = run(toy, YEAR, {"engagement": SINCE_2024})
    with pytest.raises(ExactOverflow):
        settled_work(much, made.roster, made.categories)


# --- months, quarters, half-years and a year, however the year is paid ------------------------------------------------

MONTHS_OF = {
    **{f"2026-{month:02}": {month} for month in range(1, 13)},
    **{f"2026-Q{number}": set(range(3 * number - 2, 3 * number + 1)) for number in (1, 2, 3, 4)},
    "2026-H1": set(range(1, 7)), "2026-H2": set(range(7, 13)), "2026": set(range(1, 13)),
}  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    amounts=some.dictionaries(some.sampled_from(sorted(MONTHS_OF)), some.integers(-(10**9), 10**9)),
    period=some.sampled_from(sorted(MONTHS_OF)),
)
def test_each_period_s_pay_counts_once_where_its_months_are_over(
    toy: Policy, amounts: dict[str, int], period: str
) -> None:
    """Written with sets of months, another way than the engine's.

    Inside a settlement are the periods of a part of its months; before it are these, and those whose months are over
    when it begins. Nothing else counts, a longer period around it least of all.
    """
    mine = MONTHS_OF[period]
    inside = sum(fen for text, fen in amounts.items() if MONTHS_OF[text] < mine)
    before = inside + sum(fen for text, fen in amounts.items() if max(MONTHS_OF[text]) < min(mine))
    paid = lines(*((text, "pay", "I1", "A", "bonus", "variable", fen) for text, fen in amounts.items()))
    made = data(run(toy, Period.parse(period), {"engagement": ALL_YEAR}, earlier=paid))
    for name, fen in (("institution_paid_before", before), ("institution_paid_in_period", inside)):
        assert made.value(name)["bonus"].data.values.tolist()[0] == fen, name
    for name, fen in (("paid_before", before), ("paid_in_period", inside)):
        assert sum(made.value(name)["bonus"].data.values.tolist()) == fen, name


# --- figures, balances, rows of shorter periods, months --------------------------------------------------------------

REPORTS = figures(
    ("2026-09", "institution", "I1", "pool.retained", "yuan", 2, 5),
    ("2026-10", "institution", "I1", "pool.retained", "yuan", 2, 7),
    ("2026-10", "institution", "I1", "rate", "ratio", 4, 2_500),
    ("2026-11", "institution", "I1", "rate", "ratio", 2, 50),  # another scale
    ("2026-11", "institution", "I2", "rate", "ratio", 2, 1),
    ("2026-Q4", "institution", "I1", "pool.retained", "yuan", 2, 1_000),
    ("2026-H1", "institution", "I1", "pool.retained", "yuan", 2, 20_000),
    ("2026-H2", "institution", "I1", "pool.retained", "yuan", 2, 30_000),
    ("2026-10", "consortium", "", "budget_left", "yuan", 2, 42),
)


def test_reported_figures_are_added_up_by_kind_of_period(toy: Policy) -> None:
    year = data(run(toy, YEAR, earlier_figures=REPORTS))
    assert year.value("reported_before")["pool.retained"].data.values.tolist() == [12, 0, 0]
    assert year.value("reported_in_period")["pool.retained"].or_else(0).data.values.tolist() == [12, 0, 0]
    assert year.value("quarters_reported_before")["pool.retained"].data.values.tolist() == [1_000, 0, 0]
    assert year.value("consortium_reported_before")["budget_left"].data.values.tolist() == [42]
    rate = year.value("reported_before")["rate"]
    assert (rate.data.values.tolist(), rate.data.scale) == ([7_500, 100, 0], 4)
    october = data(run(toy, OCTOBER, earlier_figures=REPORTS))
    assert october.value("reported_before")["pool.retained"].data.values.tolist() == [5, 0, 0]


@pytest.mark.parametrize(
    ("period", "quarters", "half_years"),
    [
        ("2026-Q4", (0, 0), (20_000, 0)),
        ("2026-12", (0, 0), (20_000, 0)),
        ("2026-H2", (1_000, 1_000), (20_000, 0)),
        ("2026", (1_000, 1_000), (50_000, 50_000)),
    ],
)
def test_what_quarters_and_half_years_reported_before_and_inside(
    toy: Policy, period: str, quarters: tuple[int, int], half_years: tuple[int, int]
) -> None:
    made = data(run(toy, Period.parse(period), earlier_figures=REPORTS))
    for kind, figures_of in (("quarters", quarters), ("half_years", half_years)):
        columns = [made.value(f"{kind}_{name}")["pool.retained"] for name in ("reported_before", "reported_in_period")]
        assert tuple(int(column.or_else(0).data.values[0]) for column in columns) == figures_of, kind


def test_a_figure_that_no_month_reported_is_missing(toy: Policy) -> None:
    column = data(run(toy, YEAR, earlier_figures=REPORTS)).value("reported_before")["pool.retained"]
    assert column.is_set().rows.tolist() == [True, False, False]


def test_months_of_a_year_by_number(toy: Policy) -> None:
    june = day_number(Period.parse("2026-06").first_day)
    rows = [{"institution": "I1", "staff": "A", "from": LONG_AGO, "until": june + 15, "fte": 5000}]
    year = data(run(toy, YEAR, {"engagement": rows}))
    months = year.value("person_months_by_month")
    assert list(months) == [f"{number:02}" for number in range(1, 13)]
    assert [months[key].data.values.tolist() for key in ("05", "06", "07")] == [[5000], [2500], [0]]
    assert months.total().data.values.tolist() == year.value("person_months").data.values.tolist() == [27_500]
    heads = year.value("heads_by_month")
    assert [heads[key].data.values.tolist()[0] for key in ("01", "05", "06", "12")] == [1, 1, 0, 0]
    assert list(data(run(toy, FOURTH)).value("heads_by_month")) == ["10", "11", "12"]


def finance(*rows: tuple[str, str, int]) -> dict[str, list[dict[str, Any]]]:
    return {"finance": [{"institution": "I1", "line": line, "amount": fen, "period": p} for line, p, fen in rows]}


WITHIN = reporting(lambda finance_within: finance_within["pool"])


def test_finance_rows_of_shorter_periods_are_added_up(toy: Policy) -> None:
    rows = finance(("pool", "2026", 1), ("pool", "2026-03", 20), ("pool", "2026-Q4", 300), ("pool", "2026-10", 4_000))
    del rows["finance"][3]
    year = data(run(toy, YEAR, rows))
    assert year.value("finance")["pool"].data.values.tolist()[0] == 1
    assert year.value("finance_within")["pool"].data.values.tolist() == [320, 0, 0]
    tasks = [
        {"institution": "I1", "staff": who, "task": "night", "count": 2, "period": f"2026-0{month}"}
        for who, month in (("", 1), ("A", 2), ("E", 3))
    ]
    assert (
        data(run(toy, YEAR, {"directed_task": tasks})).value("institution_directed_task_within")["night"].data.values[0]
        == 6
    )


def test_directed_tasks_of_an_institution_are_its_staffs_too(toy: Policy) -> None:
    """Tasks count for the institution whoever did them, and for a person those of that person.

    Tasks of somebody without an engagement count for the institution too.
    """
    tasks = [
        {"institution": "I1", "staff": who, "task": "night", "count": count, "period": "2026-10"}
        for who, count in (("", 1), ("A", 20), ("E", 300))
    ]
    october = data(run(toy, OCTOBER, {"directed_task": tasks}))
    assert october.value("institution_directed_task")["night"].data.values.tolist() == [321, 0, 0]
    assert october.value("directed_task")["night"].data.values.tolist()[0] == 20


@pytest.mark.parametrize(
    ("shorter", "longer"), [("2026-10", "2026-Q4"), ("2026-10", "2026-H2"), ("2026-Q4", "2026-H2")]
)
def test_rows_of_a_period_and_of_a_longer_one_around_it_would_count_twice(
    toy: Policy, shorter: str, longer: str
) -> None:
    rows = finance(("pool", longer, 300), ("pool", shorter, 4_000), ("pool", "2026-H1", 5), ("pool", "2026-Q3", 6))
    if longer == "2026-H2":
        del rows["finance"][3]
    run(toy, YEAR, rows)  # nobody asks for them
    with pytest.raises(Refused, match=f"has rows of {shorter} and of {longer} around it") as refused:
        run(toy, YEAR, rows, instead=WITHIN)
    assert [(problem.where, problem.column) for problem in refused.value.problems] == [("finance", "I1 pool")]


def test_an_opening_balance_is_settled_once_by_settlements_of_a_kind(toy: Policy) -> None:
    """H1 and Q1 take what stood when the year began, not again H2; the year takes it too."""
    once = reporting(lambda opening_balance_in_period: opening_balance_in_period["fund"])
    rows = balances(("2026", 900), ("2025", 1), ("2027-H1", 5))
    taken = {
        text: int(data(run(toy, Period.parse(text), rows, instead=once)).value("opening_balance_in_period")["fund"]
                  .data.values[0])
        for text in ("2026-Q1", "2026-Q2", "2026-Q3", "2026-H1", "2026-H2", "2026")
    }  # fmt: skip
    with pytest.raises(Refused, match="stands for two periods of the year"):
        run(toy, YEAR, balances(("2026", 900), ("2026-07", 50)), instead=once)
    assert taken == {"2026-Q1": 900, "2026-Q2": 0, "2026-Q3": 0, "2026-H1": 900, "2026-H2": 0, "2026": 900}


def balances(*rows: tuple[str, int]) -> dict[str, list[dict[str, Any]]]:
    return {
        "opening_balance": [
            {"institution": "I1", "staff": "", "name": "fund", "amount": a, "period": p} for p, a in rows
        ]
    }


BALANCE = reporting(lambda opening_balance: opening_balance["fund"])


@pytest.mark.parametrize("stands", ["2026", "2026-07", "2026-10", "2026-Q4", "2026-H2"])
def test_an_opening_balance_holds_from_its_period_to_the_end_of_its_year(toy: Policy, stands: str) -> None:
    for period in (OCTOBER, FOURTH, YEAR):
        made = run(toy, period, balances((stands, 900), ("2025", 1), ("2027-01", 5)), instead=BALANCE)
        assert data(made).value("opening_balance")["fund"].data.values.tolist() == [900, 0, 0]
    september = run(toy, Period.parse("2026-09"), balances((stands, 900)), instead=BALANCE)
    assert data(september).value("opening_balance")["fund"].data.values[0] == (
        0 if stands in ("2026-10", "2026-Q4") else 900
    )


def test_two_opening_balances_that_both_apply_are_refused(toy: Policy) -> None:
    rows = balances(("2026", 900), ("2026-07", 800))
    with pytest.raises(Refused, match="two periods of the year; 2026-10 reads both"):
        run(toy, OCTOBER, rows, instead=BALANCE)
    run(toy, Period.parse("2026-06"), rows, instead=BALANCE)
    run(toy, OCTOBER, rows)  # nobody asks for them


def test_unengaged_payees_are_told_of_the_settled_months_only(toy: Policy) -> None:
    """E was paid in September: the year must say so, the fourth quarter has nothing to say."""
    assert [(one.staff, one.paid_fen) for one in run(toy, YEAR).history.unengaged_payees()] == [("E", 20)]
    assert run(toy, FOURTH).history.unengaged_payees() == []


def test_no_history_is_empty(toy: Policy) -> None:
    made = run(toy, YEAR)
    none = HistoryInputs.none(made.roster)
    assert none.categories == none.unengaged_payees() == none.left_out([]) == []
    assert none.paid("before", "pay", STAFF).tolist() == [0] * made.roster.frame.rows(STAFF)


@pytest.mark.parametrize("rows", [1, 2, 4, 100])
def test_blocks_of_any_size_add_up_to_the_same(toy: Policy, rows: int) -> None:
    """Each block names other texts, in another order.

    A kind of line that comes late has its column too.
    """
    made = run(toy, YEAR)
    periods = [[str(each) for each in (*YEAR.earlier(), *YEAR.settled())], [str(each) for each in YEAR.settled()]]
    whole = HistoryLines(lambda: iter([LINES]), made.roster, *periods)
    cut = HistoryLines(
        lambda: (LINES.slice(first, rows) for first in range(0, len(LINES), rows)), made.roster, *periods
    )
    assert set(cut.line_kinds) == set(whole.line_kinds)
    assert len(cut.line_kinds) == len(set(cut.line_kinds)) > 2
    for level in (STAFF, INSTITUTION):
        for of in ("before", "settled"):
            for kind in ("pay", "statement"):
                selection = LineSelection(of, kind)
                assert cut.total(selection, level).tolist() == whole.total(selection, level).tolist()
        assert cut.total(LineSelection("before", "pay"), level).any()
    assert cut.of_unengaged_payees().equals(whole.of_unengaged_payees())
    assert cut.of_unengaged_payees().num_rows
    assert cut.of_institutions_outside().equals(whole.of_institutions_outside())


def test_a_sum_that_does_not_fit_is_refused_across_blocks_where_it_is_asked_for(toy: Policy) -> None:
    """Two persons' lines fit each; those of their institution together do not."""
    most = 2**63 - 1
    each = [lines(("2026-11", "pay", "I1", staff, "bonus", "fixed", most)) for staff in ("A", "B")]
    made = run(toy, YEAR)
    found = HistoryLines(lambda: iter(each), made.roster, ["2026-11"], ["2026-11"])
    with pytest.raises(ExactOverflow):
        found.total(LineSelection("before", "pay"), INSTITUTION)
    assert most in found.total(LineSelection("before", "pay"), STAFF).tolist()
