"""Contract fees: earned by days or months, refunded, divided among team members."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from batch.compute.input_names import members_elsewhere, unknown_payers
from batch.inputs.provider import InputProvider
from payengine.errors import Refused
from payengine.periods import OPEN, Period, day_number, from_day_number
from tests.support.compute_toy import FIRST, MID, POLICY, ToySnapshot, county, policy, prepared

YEAR = day_number(Period.parse("2026").first_day)  # 2026 has 365 days
NEXT = YEAR + 365
codes = some.sampled_from


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return policy(tmp_path_factory.mktemp("policy"), POLICY + '[names.package]\nbasic = "基础包"\n')


def provided(
    toy: Any, contracts: list[dict[str, Any]], members: list[dict[str, Any]] | None = None, period: str = "2026-10"
) -> InputProvider:
    rows = [
        {
            "contract": "K1",
            "institution": "I1",
            "source": "fiscal",
            "from": YEAR,
            "until": NEXT,
            "cancelled_on": None,
            **row,
        }
        for row in contracts
    ]
    tables = {**county(), "contract": rows}
    if members is not None:
        tables["team_member"] = [{"team": "T", **row} for row in members]
    snapshot = ToySnapshot(tables, period=Period.parse(period))
    run = prepared(toy, snapshot)
    return InputProvider(run.tables, run.history, snapshot.priced, run.known)


def fen(data: InputProvider, name: str, key: str = "fiscal") -> list[int]:
    values: list[int] = data.value(name)[key].data.values.tolist()
    return values


def count(data: InputProvider, name: str) -> list[int]:
    values: list[int] = data.value(name).data.values.tolist()
    return values


def test_a_fee_is_earned_day_by_day(toy: Any) -> None:
    """The fee of a contract is earned day by day, and a month earns the difference.

    120.00 for 2026: through 30 September 273 days, 12,000 x 273 / 365 = 8,975.34 -> 8,975 fen; through October 304
    days: 9,994.52 -> 9,995 fen. October earns 1,020 fen.
    """
    data = provided(toy, [{"amount": 12000}])
    assert fen(data, "contract_fee") == [1020, 0, 0]
    assert fen(data, "contract_refund") == [0, 0, 0]
    assert count(data, "contracts_in_force") == [1, 0, 0]
    assert count(data, "contracts_cancelled") == [0, 0, 0]


def test_the_months_of_a_year_add_up_to_the_fee(toy: Any) -> None:
    months = [
        fen(provided(toy, [{"amount": 9999}], period=f"2026-{month:02}"), "contract_fee")[0] for month in range(1, 13)
    ]
    assert sum(months) == 9999
    assert fen(provided(toy, [{"amount": 9999}], period="2026"), "contract_fee") == [9999, 0, 0]


MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
QUARTERS = [f"2026-Q{number}" for number in (1, 2, 3, 4)]
HALF_YEARS = ["2026-H1", "2026-H2"]


@some.composite
def terms(draw: some.DrawFn) -> dict[str, Any]:
    """Draw a contract that begins and ends in 2025 to 2027.

    It is cancelled on its first day or later, after its end, or never.
    """
    begin = draw(some.integers(YEAR - 365, NEXT + 300) | some.sampled_from([YEAR, FIRST, NEXT - 1]))
    until = draw(some.integers(begin + 1, NEXT + 365) | some.sampled_from([begin + 1, NEXT + 365]))
    return {
        "institution": draw(codes(["I1", "I2", "I3"])),
        "source": draw(codes(["fiscal", "resident"])),
        "amount": draw(some.integers(0, 10**7) | some.sampled_from([1, 36500])),
        "from": begin,
        "until": until,
        "cancelled_on": draw(some.none() | some.integers(begin, NEXT + 400) | some.sampled_from([begin, until])),
    }


@pytest.mark.parametrize("by", ["", "_by_month"])
@settings(max_examples=20, deadline=None)
@given(rows=some.lists(terms(), min_size=1, max_size=9))
def test_months_are_the_year_and_years_and_refunds_the_fee(toy: Any, by: str, rows: list[dict[str, Any]]) -> None:
    """Months add up to the year, years and refunds to the fee, whatever the dates of contracts.

    2026 earns what its months earn, its quarters, its half-years, and refunds what they refund; what three years earn
    and refund is what was to be paid. Each year earns the days of it, or the months that begin in it, half a fen up.
    """
    named = [{**row, "contract": f"K{number}"} for number, row in enumerate(rows)]
    fee, refund = f"contract_fee{by}", f"contract_refund{by}"

    def sums(period: str) -> dict[tuple[str, str], list[int]]:
        data = provided(toy, named, period=period)
        names = [(name, source) for name in (fee, refund) for source in ("fiscal", "resident")]
        return {name: fen(data, *name) for name in names}

    def added(several: list[dict[tuple[str, str], list[int]]]) -> dict[tuple[str, str], list[int]]:
        return {name: [sum(at) for at in zip(*(one[name] for one in several), strict=True)] for name in several[0]}

    years = {year: sums(str(year)) for year in (2025, 2026, 2027)}
    for parts in (MONTHS, QUARTERS, HALF_YEARS):
        assert added([sums(part) for part in parts]) == years[2026]
    whole = added([*years.values()])
    for source in ("fiscal", "resident"):
        for place, code in enumerate(("I1", "I2", "I3")):
            mine = [row for row in rows if (row["institution"], row["source"]) == (code, source)]
            to_pay = sum(row["amount"] for row in mine)
            assert whole[fee, source][place] + whole[refund, source][place] == to_pay
            count_by = earned_by_months if by else earned
            assert years[2026][fee, source][place] == sum(count_by(row, YEAR, NEXT) for row in mine)


def earned_by_months(row: dict[str, Any], start: int, end: int) -> int:
    """Walk the months of a term one by one, and count those that begin in time."""
    begin = from_day_number(row["from"])
    assert begin is not None
    cancelled = OPEN if row["cancelled_on"] is None else row["cancelled_on"]
    starts, months = [row["from"]], 1
    while starts[-1] < row["until"]:
        year, month = divmod(begin.month - 1 + months, 12)
        last = monthrange(begin.year + year, month + 1)[1]
        starts.append(day_number(date(begin.year + year, month + 1, min(begin.day, last))))
        months += 1
    del starts[-1]

    def through(day: int) -> int:
        begun = sum(1 for each in starts if each < min(day, cancelled))
        return (2 * row["amount"] * begun + len(starts)) // (2 * len(starts))

    return through(end) - through(start)


def test_a_contract_over_new_year_earns_in_both_years(toy: Any) -> None:
    """A contract over New Year earns in both years by their days.

    From July 2026 to June 2027, 365 days, 184 of them in 2026: 36,500 x 184 / 365 = 18,400 fen.
    """
    row = {"amount": 36500, "from": NEXT - 184, "until": NEXT + 181}
    assert fen(provided(toy, [row], period="2026"), "contract_fee") == [18400, 0, 0]
    assert fen(provided(toy, [row], period="2027"), "contract_fee") == [18100, 0, 0]


def test_a_cancelled_contract_gives_back_the_days_that_are_left(toy: Any) -> None:
    """A cancelled contract refunds the days that are left.

    Cancelled on 16 October, the 289th day: 288 days earned, 36,500 x 288 / 365 = 28,800; 7,700 go back.
    """
    row = {"amount": 36500, "cancelled_on": MID}
    data = provided(toy, [row])
    assert fen(data, "contract_fee") == [1500, 0, 0]  # 15 days of October
    assert fen(data, "contract_refund") == [7700, 0, 0]
    assert count(data, "contracts_in_force") == [1, 0, 0]
    assert count(data, "contracts_cancelled") == [1, 0, 0]
    later = provided(toy, [row], period="2026-11")
    assert fen(later, "contract_fee") == fen(later, "contract_refund") == [0, 0, 0]
    assert count(later, "contracts_in_force") == [0, 0, 0]
    assert fen(provided(toy, [row], period="2026"), "contract_fee") == [28800, 0, 0]


def test_a_refund_by_months_differs_from_one_by_days(toy: Any) -> None:
    """A resident pays 20.00 yuan for 2026 and cancels on 1 June.

    214 of 365 days and 7 of 12 months are left. By days 2,000 x 151 / 365 = 827.40 -> 8.27 earned and 11.73 back; by
    months 2,000 x 5 / 12 = 833.33 -> 8.33 earned and 11.67 back.
    """
    row = {"amount": 2000, "source": "resident", "cancelled_on": day_number(date(2026, 6, 1))}
    year = provided(toy, [row], period="2026")
    assert fen(year, "contract_fee", "resident") == [827, 0, 0]
    assert fen(year, "contract_refund", "resident") == [1173, 0, 0]
    assert fen(year, "contract_fee_by_month", "resident") == [833, 0, 0]
    assert fen(year, "contract_refund_by_month", "resident") == [1167, 0, 0]
    june = provided(toy, [row], period="2026-06")  # the month of the cancellation refunds, and earns nothing
    assert fen(june, "contract_fee_by_month", "resident") == [0, 0, 0]
    assert fen(june, "contract_refund_by_month", "resident") == [1167, 0, 0]
    half = provided(toy, [row], period="2026-H1")
    assert fen(half, "contract_refund_by_month", "resident") == [1167, 0, 0]
    assert fen(provided(toy, [row], period="2026-H2"), "contract_refund_by_month", "resident") == [0, 0, 0]


@pytest.mark.parametrize(("day", "earned_fen"), [(1, 833), (2, 1000), (30, 1000)])
def test_a_month_that_has_begun_is_earned_whole(toy: Any, day: int, earned_fen: int) -> None:
    """Cancelled on 2 June the sixth month of twelve has begun: 2,000 x 6 / 12 = 10.00."""
    data = provided(toy, [{"amount": 2000, "cancelled_on": day_number(date(2026, 6, day))}], period="2026")
    assert fen(data, "contract_fee_by_month") == [earned_fen, 0, 0]
    assert fen(data, "contract_refund_by_month") == [2000 - earned_fen, 0, 0]


def test_months_of_a_term_are_counted_from_its_first_day(toy: Any) -> None:
    """A year from 31 January has months from 31 January, 28 February, 31 March ...

    120.00: 10.00 in each calendar month.
    A term of 15 January to 30 June has six: the last, from 15 June, is half a month of days and a whole one of money.
    """
    year = {"amount": 12000, "from": day_number(date(2026, 1, 31)), "until": day_number(date(2027, 1, 31))}
    each = [fen(provided(toy, [year], period=month), "contract_fee_by_month")[0] for month in MONTHS]
    assert each == [1000] * 12
    short = {"amount": 600, "from": day_number(date(2026, 1, 15)), "until": day_number(date(2026, 7, 1))}
    each = [fen(provided(toy, [short], period=month), "contract_fee_by_month")[0] for month in MONTHS]
    assert each == [100] * 6 + [0] * 6


def test_cancelled_on_its_first_day_nothing_is_earned_and_all_goes_back(toy: Any) -> None:
    data = provided(toy, [{"amount": 5000, "from": FIRST, "cancelled_on": FIRST}])
    assert fen(data, "contract_fee") == [0, 0, 0]
    assert fen(data, "contract_refund") == [5000, 0, 0]
    assert count(data, "contracts_in_force") == [0, 0, 0]


def test_cancelled_after_its_end_nothing_goes_back(toy: Any) -> None:
    data = provided(toy, [{"amount": 3100, "from": FIRST, "until": FIRST + 31, "cancelled_on": FIRST + 31}])
    assert fen(data, "contract_fee") == [3100, 0, 0]
    assert fen(data, "contract_refund") == [0, 0, 0]


def test_a_contract_of_several_sources_is_one_contract(toy: Any) -> None:
    rows = [
        {"source": "fiscal", "amount": 36500, "package": "basic"},
        {"source": "resident", "amount": 365, "package": "basic"},
        {"contract": "K2", "source": "resident", "amount": 36000, "package": "basic"},
        {"contract": "K3", "source": "resident", "amount": 1, "institution": "I2"},  # of no package
    ]
    data = provided(toy, rows)
    assert fen(data, "contract_fee") == [3100, 0, 0]
    assert fen(data, "contract_fee", "resident")[0] == 31 + 3058  # 29,984 - 26,926: 304 and 273 days of 36,000
    assert count(data, "contracts_in_force") == [2, 1, 0]
    assert list(data.value("contract_fee")) == ["fiscal", "resident"]
    least, greatest = data.value("contract_fee_least")["basic"], data.value("contract_fee_greatest")["basic"]
    assert least.data.values.tolist() == [36000, 0, 0]
    assert greatest.data.values.tolist() == [36865, 0, 0]
    assert least.is_set().rows.tolist() == [True, False, False]


def test_a_fee_without_an_end_is_refused_by_name(toy: Any) -> None:
    data = provided(toy, [{"contract": "K7", "amount": 5, "until": OPEN}, {"contract": "K8", "amount": 5}])
    with pytest.raises(Refused) as refused:
        data.value("contract_fee")
    assert [problem.column for problem in refused.value.problems] == ["K7"]


# Members of the team T. In October A is at I1 (two engagements) and I2, B at I1 until the 16th, C at I2, D comes later.


def members_of_i1(data: InputProvider) -> dict[str, int]:
    frame = data.frame
    values = fen(data, "contract_fee_of_member")
    names = [
        (frame.institutions[frame.institution_of_staff[row]], frame.staff_codes[frame.staff[row]])
        for row in range(len(values))
    ]
    assert all(value == 0 for value, (institution, _) in zip(values, names, strict=True) if institution != "I1")
    return {staff: value for value, (institution, staff) in zip(values, names, strict=True) if institution == "I1"}


def test_members_have_the_fee_by_share_and_by_days_there(toy: Any) -> None:
    """Team members divide a fee by share x days in the team.

    3,100 fen in October. A 0.6 x 31 days = 18.6; B 0.4 x 15 days = 6 (left on the 16th): 2,343.90 and 756.09 -> 3,100 x
    18.6 / 24.6 = 2,343.902..., the fen of rounding to A.
    """
    members = [{"staff": "A", "share": 6000}, {"staff": "B", "share": 4000}]
    data = provided(toy, [{"team": "T", "amount": 36500}], members)
    assert members_of_i1(data) == {"A": 2344, "B": 756}


def test_who_joined_the_team_in_the_month_counts_from_that_day(toy: Any) -> None:
    """A member who joins the team during the month counts from that day.

    A until the 11th (10 days) with 1.0, B from the 11th to his last day, the 15th (5 days): 2/3 and 1/3 of 3,100.
    """
    members = [
        {"staff": "A", "share": 10000, "until": FIRST + 10},
        {"staff": "B", "share": 10000, "from": FIRST + 10},
    ]
    data = provided(toy, [{"team": "T", "amount": 36500}], members)
    assert members_of_i1(data) == {"A": 2067, "B": 1033}


def test_members_who_are_not_engaged_there_have_nothing_and_are_told(toy: Any) -> None:
    members = [{"staff": "A", "share": 5000}, {"staff": "C", "share": 5000}, {"staff": "D", "share": 1}]
    data = provided(toy, [{"team": "T", "amount": 36500}], members)
    assert members_of_i1(data) == {"A": 3100, "B": 0}
    assert data.contracts.elsewhere() == [("T", "I1", "C"), ("T", "I1", "D")]


def test_a_team_without_anybody_there_keeps_nothing(toy: Any) -> None:
    assert members_of_i1(provided(toy, [{"team": "T", "amount": 36500}], [{"staff": "C", "share": 1}])) == {
        "A": 0,
        "B": 0,
    }
    assert members_of_i1(provided(toy, [{"team": "T", "amount": 36500}])) == {"A": 0, "B": 0}
    assert members_of_i1(provided(toy, [{"team": "", "amount": 36500}], [{"staff": "A", "share": 1}])) == {
        "A": 0,
        "B": 0,
    }


@settings(max_examples=40, deadline=None)
@given(
    amounts=some.lists(some.integers(0, 10**7), min_size=1, max_size=4),
    shares=some.lists(some.integers(1, 10_000), min_size=2, max_size=2),
    seed=some.integers(0, 100),
)
def test_what_falls_to_members_is_the_fee_whatever_the_order(
    toy: Any, amounts: list[int], shares: list[int], seed: int
) -> None:
    contracts = [{"contract": f"K{n}", "team": "T", "amount": amount} for n, amount in enumerate(amounts)]
    members = [{"staff": staff, "share": share} for staff, share in zip("AB", shares, strict=True)]
    data = provided(toy, contracts, members)
    fell = members_of_i1(data)
    assert sum(fell.values()) == fen(data, "contract_fee")[0]
    order = np.random.default_rng(seed)
    mixed = provided(toy, [contracts[n] for n in order.permutation(len(contracts))], members[::-1])
    assert members_of_i1(mixed) == fell


DRAWN_CONTRACT = some.fixed_dictionaries(
    {
        "institution": codes(["I1", "I2"]), "team": codes(["", "T", "U"]), "source": codes(["fiscal", "resident"]),
        "amount": some.integers(0, 10**9), "from": some.integers(YEAR, FIRST + 5),
    }
)  # fmt: skip
DRAWN_MEMBER = some.fixed_dictionaries(
    {
        "team": codes(["T", "U", "W"]), "staff": codes("ABCD"), "share": some.integers(1, 10_000),
        "from": some.integers(FIRST - 3, FIRST + 40), "until": some.integers(FIRST - 3, FIRST + 40) | some.just(OPEN),
    }
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(contracts=some.lists(DRAWN_CONTRACT, max_size=6), members=some.lists(DRAWN_MEMBER, max_size=7))
def test_what_falls_to_members_is_the_plain_division_of_each_teams_money(
    toy: Any, contracts: list[dict[str, Any]], members: list[dict[str, Any]]
) -> None:
    named = [{**row, "contract": f"K{number}"} for number, row in enumerate(contracts)]
    data = provided(toy, named, members)
    frame = data.frame
    for source in ("fiscal", "resident"):
        expected: dict[tuple[str, str], int] = {}
        for place in ("I1", "I2"):
            for team in ("T", "U"):
                mine = [
                    row for row in named if (row["institution"], row["team"], row["source"]) == (place, team, source)
                ]
                pool = sum(earned_in_october(row) for row in mine)
                for staff, fen_of in divided_plainly(pool, weights_of(members, team, place)).items():
                    expected[place, staff] = expected.get((place, staff), 0) + fen_of
        found = {
            (frame.institutions[frame.institution_of_staff[row]], frame.staff_codes[frame.staff[row]]): value
            for row, value in enumerate(fen(data, "contract_fee_of_member", source))
        }
        assert {who: value for who, value in found.items() if value} == {w: v for w, v in expected.items() if v}
    earning = {(row["team"], row["institution"]) for row in named if earned_in_october(row)}
    away = {
        (team, place, row["staff"])
        for team, place in earning
        for row in members
        if row["team"] == team and in_october(row) and row["staff"] not in engaged_at(place)
    }
    assert data.contracts.elsewhere() == sorted(away)


def earned_in_october(row: dict[str, Any]) -> int:
    """The fen of the days of October of a contract until the year's end."""
    return earned({**row, "until": NEXT, "cancelled_on": None}, FIRST, FIRST + 31)


def earned(row: dict[str, Any], first: int, end: int) -> int:
    """The fen of the days from `first` to `end`, of amounts stated half up for all days so far."""
    term = row["until"] - row["from"]
    stop = min(row["until"], row["until"] if row["cancelled_on"] is None else row["cancelled_on"])
    served = [max(min(day, stop) - row["from"], 0) for day in (first, end)]
    through = [(2 * row["amount"] * days + term) // (2 * term) for days in served]
    return through[1] - through[0]


def in_october(row: dict[str, Any]) -> bool:
    return max(row["from"], FIRST) < min(row["until"], FIRST + 31)


def engaged_at(place: str) -> dict[str, list[tuple[int, int]]]:
    """The days of October of the engagements at an institution, by person."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row in county()["engagement"]:
        days = (max(row.get("from", FIRST), FIRST), min(row.get("until", OPEN), FIRST + 31))
        if row["institution"] == place and days[0] < days[1]:
            found.setdefault(row["staff"], []).append(days)
    return found


def weights_of(members: list[dict[str, Any]], team: str, place: str) -> dict[str, int]:
    """Compute share x days in the team while in post there, by person."""
    weights: dict[str, int] = {}
    for row in members:
        if row["team"] == team:
            for start, until in engaged_at(place).get(row["staff"], []):
                days = max(min(row["until"], until) - max(row["from"], start), 0)
                weights[row["staff"]] = weights.get(row["staff"], 0) + days * row["share"]
    return weights


def divided_plainly(pool: int, weights: dict[str, int]) -> dict[str, int]:
    """Divide by largest remainder, ties by the staff code."""
    total = sum(weights.values())
    if not total:
        return {}
    shares = {staff: pool * weight // total for staff, weight in weights.items()}
    largest = sorted(weights, key=lambda staff: (-(pool * weights[staff] % total), staff))
    for staff in largest[: pool - sum(shares.values())]:
        shares[staff] += 1
    return shares


def test_sources_that_the_policy_does_not_name_are_told(toy: Any) -> None:
    snapshot = ToySnapshot(
        {
            **county(),
            "contract": [
                {"contract": "K", "institution": "I1", "source": "fiskal", "until": NEXT, "cancelled_on": None}
            ],
        }
    )
    run = prepared(toy, snapshot)

    class Graph:
        inputs_used = ("contract_fee",)

    problems = list(unknown_payers(toy, Graph(), run.tables))  # type: ignore[arg-type]
    assert [problem.what for problem in problems] == [
        "'fiskal' is no source of funding of policy toy (did you mean fiscal?)"
    ]
    assert not list(unknown_payers(toy, run.graph, run.tables))  # no formula of the toy policy reads contracts
    assert not list(members_elsewhere(run.graph, None))  # type: ignore[arg-type]


def test_a_contract_signed_again_under_its_number_is_refunded_and_earns_anew(toy: Any) -> None:
    """A contract signed again under its number is refunded and earns anew.

    365.00 for 2026, cancelled on 11 October, signed again on the 16th: October earns 10 + 16 days of 1.00, and 82 days
    are refunded.
    """
    cancelled, again = FIRST + 10, FIRST + 15
    first = {"amount": 36500, "cancelled_on": cancelled}
    second = {"amount": 100 * (NEXT - again), "from": again}
    data = provided(toy, [first, second])
    assert fen(data, "contract_fee") == [2600, 0, 0]
    assert fen(data, "contract_refund") == [8200, 0, 0]
