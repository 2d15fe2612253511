"""Departments: a level between engagements and institutions, beside persons.

A twin in plain Python says what each figure must be, for random counties and for one worked by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as some

from payengine.errors import Refused
from payengine.exact import FEN, Exact
from payengine.graph import (
    CONSORTIUM,
    COUNT,
    DEPARTMENT,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    RATIO,
    STAFF,
    YUAN,
    Absence,
    Codes,
    Column,
    Flags,
    Formula,
    FormulaError,
    Frame,
    Graph,
    InputSpec,
    Level,
    Origin,
    Rules,
    Scope,
    divide,
    divide_between,
    rank,
)
from payengine.graph.inputs import CODES
from payengine.graph.parameters import parameter_value
from payengine.graph.values.levels import lowest
from tests.payengine.graph.test_divide import largest_remainder
from tests.support import graph_toy
from tests.support.graph_toy import OCTOBER, ToyData, ToyPolicy, texts, toy

PLACES, PEOPLE = ("I1", "I2", "I3"), ("A", "B", "C", "D")
LABELS = ("内科", "", "b", "B", "口腔科")  # in no order, as an input has them


class Row(NamedTuple):
    """An engagement; the department is a number of `LABELS`."""

    institution: int
    staff: int
    start: int
    department: int
    amount: int


Department = tuple[int, bytes]
Person = tuple[int, int]


class Twin:
    """The rows of a county and their figures in plain Python."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = sorted(rows)
        self.latest = {self.person(row): row for row in self.rows}  # the last one stays
        self.persons = sorted(self.latest)
        self.departments = sorted({self.department(row) for row in self.rows})

    @staticmethod
    def person(row: Row) -> Person:
        return row.institution, row.staff

    @staticmethod
    def department(row: Row) -> Department:
        return row.institution, LABELS[row.department].encode()

    def inside(self, department: Department) -> list[Row]:
        return [row for row in self.rows if self.department(row) == department]

    def persons_of(self, department: Department) -> list[Person]:
        """List the persons whose latest engagement is there."""
        return [person for person in self.persons if self.department(self.latest[person]) == department]

    def amount(self, person: Person) -> int:
        return sum(row.amount for row in self.rows if self.person(row) == person)

    def frame(self, asked: list[str] | None = None) -> Frame:
        def departments() -> tuple[np.ndarray, Sequence[str]]:
            if asked is not None:
                asked.append("departments")
            return np.array([row.department for row in self.rows], np.int32), LABELS

        columns = [np.array([row[place] for row in self.rows], np.int64) for place in range(3)]
        return Frame.build(PLACES, PEOPLE, (columns[0], columns[1], columns[2]), departments)

    def column(self, level: Level, numbers: Sequence[int], unit: object = YUAN, scale: int = FEN) -> Column:
        data = Exact(np.array(numbers, np.int64), scale)
        return Column(Scope(self.frame(), DEPARTMENT, "toy"), level, data, unit, (), frozenset({"value"}))  # type: ignore[arg-type]

    def amounts(self, unit: object = YUAN) -> Column:
        return self.column(ENGAGEMENT, [row.amount for row in self.rows], unit)


counties = some.builds(
    Twin,
    some.lists(
        some.builds(
            Row, some.integers(0, 2), some.integers(0, 3), some.integers(0, 3), some.integers(0, 4),
            some.integers(0, 4) | some.integers(0, 10**9),
        ),
        max_size=12, unique_by=lambda row: row[:3],
    ),
)  # fmt: skip

# A changes from 内科 to '' in the month, B and C are in 内科, C also at I2, where there is an 内科 too; D in b.
COUNTY = Twin(
    [Row(0, 0, 1, 0, 100), Row(0, 0, 16, 1, 200), Row(0, 1, 1, 0, 300), Row(0, 2, 1, 0, 400), Row(1, 2, 1, 0, 500),
     Row(1, 3, 1, 2, 600)]
)  # fmt: skip


# --- levels --------------------------------------------------------------------------------------------------------


def test_persons_and_departments_stand_beside_one_another() -> None:
    below = {(low, high) for low in Level for high in Level if low.is_below(high)}
    assert below == {
        (ENGAGEMENT, STAFF), (ENGAGEMENT, DEPARTMENT), (ENGAGEMENT, INSTITUTION), (ENGAGEMENT, CONSORTIUM),
        (STAFF, INSTITUTION), (STAFF, CONSORTIUM), (DEPARTMENT, INSTITUTION), (DEPARTMENT, CONSORTIUM),
        (INSTITUTION, CONSORTIUM),
    }  # fmt: skip


@examples(some.lists(some.sampled_from(Level)))
def test_values_meet_on_the_highest_level_that_is_below_all(levels: list[Level]) -> None:
    shared = [one for one in Level if all(one is each or one.is_below(each) for each in levels)]
    assert lowest(levels) is next(one for one in shared if not any(one.is_below(each) for each in shared))


# --- rows ----------------------------------------------------------------------------------------------------------


@examples(counties)
def test_departments_are_those_of_the_engagements_in_order_of_institution_and_bytes(county: Twin) -> None:
    frame = county.frame()
    codes = [frame.code(DEPARTMENT, row) for row in range(frame.rows(DEPARTMENT))]
    assert codes == [(PLACES[place], code.decode()) for place, code in county.departments]
    assert frame.parent(DEPARTMENT, INSTITUTION).tolist() == [place for place, _ in county.departments]
    own = [county.departments.index(county.department(row)) for row in county.rows]
    assert frame.parent(ENGAGEMENT, DEPARTMENT).tolist() == own


def test_one_code_at_two_institutions_is_two_departments_and_none_is_a_department_of_its_own() -> None:
    frame = COUNTY.frame()
    assert [frame.code(DEPARTMENT, row) for row in range(4)] == [
        ("I1", ""),
        ("I1", "内科"),
        ("I2", "b"),
        ("I2", "内科"),
    ]


def test_who_asks_nothing_of_departments_pays_nothing_for_them() -> None:
    asked: list[str] = []
    frame = COUNTY.frame(asked)
    amounts = Column(Scope(frame, INSTITUTION), ENGAGEMENT, Exact(np.arange(6), FEN))
    divide(amounts.sum(), amounts)
    assert asked == []
    amounts.sum(DEPARTMENT)
    divide(amounts.sum(DEPARTMENT), amounts)
    assert asked == ["departments"]


# --- up ------------------------------------------------------------------------------------------------------------

Gather = Callable[[list[int]], Fraction]
TWINS: Mapping[str, tuple[Callable[[Column], Column], Gather]] = {
    "sum": (lambda column: column.sum(), lambda own: Fraction(sum(own))),
    "mean": (
        lambda column: column.mean(otherwise=0).round(4),
        lambda own: Fraction(sum(own), len(own)) if own else Fraction(0),
    ),
    "max": (lambda column: column.max(otherwise=0), lambda own: Fraction(max(own, default=0))),
    "min": (lambda column: column.min(otherwise=0), lambda own: Fraction(min(own, default=0))),
    "count": (lambda column: column.count() * Exact.of("100", 0), lambda own: Fraction(len(own) * 100 * 100)),
}  # fmt: skip


def rounded(number: Fraction) -> int:
    """Round fen to hundredths of a fen, half up; no number here is negative."""
    return int(number * 100 + Fraction(1, 2))


@pytest.mark.parametrize("how", TWINS)
@settings(max_examples=40)
@examples(counties, some.lists(some.booleans(), min_size=12, max_size=12))
def test_engagements_go_up_to_their_department(how: str, county: Twin, chosen: list[bool]) -> None:
    raise_, twin = TWINS[how]
    taking = dict(zip(county.rows, chosen, strict=False))
    column = county.amounts()
    flags = Flags(column.scope, ENGAGEMENT, np.array(list(taking.values()), bool))
    for found, kept in (
        (raise_(column), county.rows),
        (raise_(column.where(flags)), [r for r in county.rows if taking[r]]),
    ):  # type: ignore[arg-type]
        assert found.level is DEPARTMENT
        wanted = [twin([row.amount for row in county.inside(one) if row in kept]) for one in county.departments]
        assert found.round(4).data.values.tolist() == [rounded(number) for number in wanted]


@pytest.mark.parametrize("how", TWINS)
@settings(max_examples=40)
@examples(counties, some.lists(some.booleans(), min_size=12, max_size=12))
def test_persons_go_up_to_the_department_of_their_latest_engagement(how: str, county: Twin, chosen: list[bool]) -> None:
    raise_, twin = TWINS[how]
    taking = dict(zip(county.persons, chosen, strict=False))
    column = county.column(STAFF, [county.amount(person) for person in county.persons])
    flags = Flags(column.scope, STAFF, np.array(list(taking.values()), bool))
    kept = {person for person, takes in taking.items() if takes}
    for found, inside in ((raise_(column), set(county.persons)), (raise_(column.where(flags)), kept)):  # type: ignore[arg-type]
        wanted = [
            twin([county.amount(person) for person in county.persons_of(one) if person in inside])
            for one in county.departments
        ]
        assert found.round(4).data.values.tolist() == [rounded(number) for number in wanted]
    staffed = [{*county.persons_of(one)} for one in county.departments]
    assert flags.count(DEPARTMENT).data.values.tolist() == [len(kept & persons) for persons in staffed]
    assert flags.any(DEPARTMENT).rows.tolist() == [bool(kept & persons) for persons in staffed]
    assert flags.all(DEPARTMENT).rows.tolist() == [kept >= persons for persons in staffed]


@examples(counties)
def test_a_total_of_departments_is_the_total_of_what_they_gather(county: Twin) -> None:
    for column in (county.amounts(), county.amounts().sum(STAFF)):
        for high in (INSTITUTION, CONSORTIUM):
            assert texts(column.sum(DEPARTMENT).sum(high)) == texts(column.sum(high))


def test_a_person_who_changes_departments_counts_in_the_last_one() -> None:
    # Engagements: I1 '' 200; I1 内科 100 + 300 + 400; I2 b 600; I2 内科 500. A's 300 as a person stand in ''.
    amounts = COUNTY.amounts()
    assert texts(amounts.sum()) == ["2.00", "8.00", "6.00", "5.00"]
    assert texts(amounts.sum(STAFF).sum(DEPARTMENT)) == ["3.00", "7.00", "6.00", "5.00"]
    assert texts(amounts.sum(STAFF).count(DEPARTMENT)) == ["1", "2", "1", "1"]
    assert texts(amounts.count()) == ["1", "3", "1", "1"]


# --- down ----------------------------------------------------------------------------------------------------------


@examples(counties)
def test_a_department_holds_for_its_engagements_and_meets_persons_there(county: Twin) -> None:
    number = {one: place for place, one in enumerate(county.departments)}
    column = county.column(DEPARTMENT, [*range(len(number))], RATIO, 0)
    met = column * 1000 + county.column(STAFF, [*range(len(county.persons))], RATIO, 0)
    assert met.level is ENGAGEMENT
    wanted = [number[county.department(row)] * 1000 + county.persons.index(county.person(row)) for row in county.rows]
    assert met.round(0).data.values.tolist() == wanted
    latest = [number[county.department(county.latest[person])] for person in county.persons]
    assert (column.latest().level, column.latest().data.values.tolist()) == (STAFF, latest)
    codes = Codes(column.scope, DEPARTMENT, np.arange(len(number), dtype=np.int32), tuple(map(str, number)))
    assert codes.latest().codes.tolist() == latest


def test_rows_of_persons_are_not_chosen_by_departments() -> None:
    amounts = COUNTY.amounts().sum(STAFF)
    first = Flags(amounts.scope, DEPARTMENT, np.array([True, False, False, False]))
    with pytest.raises(
        FormulaError, match="one value for each staff, but is chosen by this figure, one for each department"
    ):
        amounts.where(first).sum(INSTITUTION)
    assert texts(COUNTY.amounts().where(first).sum(INSTITUTION)) == ["2.00", "0.00", "0.00"]


def test_colleagues_are_ranked_within_their_department() -> None:
    assert texts(rank(COUNTY.amounts(), within=DEPARTMENT)) == ["3", "1", "2", "1", "1", "1"]


# --- what is missing -----------------------------------------------------------------------------------------------


def test_what_a_person_lacks_is_missing_in_the_last_department_only() -> None:
    # A lacks a score: unknown is '' of I1, where A is now; 内科, where A was, has B and C alone.
    column = COUNTY.column(STAFF, [0, 80, 70, 60, 50], RATIO, 0)
    scope = Scope(column.scope.frame, DEPARTMENT, "toy", reports=True)
    marks = (Absence(Origin("appraisal", "quality", STAFF), np.array([True, False, False, False, False])),)
    scores = Column(scope, STAFF, column.data, RATIO, marks)
    assert scores.sum().absent[0].rows.tolist() == [True, False, False, False]
    good = scores >= 60
    for found in (good.count(), scores.where(good).sum(), scores.where(good).max(otherwise=0)):
        assert np.logical_or.reduce([mark.rows for mark in found.absent]).tolist() == [True, False, False, False]
    assert texts(good.count())[1:] == ["2", "0", "1"]


# --- pools ---------------------------------------------------------------------------------------------------------

fen = some.integers(-1000, 1000) | some.integers(-(10**12), 10**12)


def shared_in_departments(county: Twin, pools: Sequence[int]) -> list[int]:
    """Divide by hand: among the persons of each department, then among their engagements there."""
    shares: dict[Row, int] = {}
    for department, pool in zip(county.departments, pools, strict=True):
        inside = county.inside(department)
        persons = sorted({county.person(row) for row in inside})
        own = [[row for row in inside if county.person(row) == person] for person in persons]
        parts = largest_remainder(pool, [sum(row.amount for row in rows) for rows in own])
        for rows, part in zip(own, parts, strict=True):
            shares |= dict(zip(rows, largest_remainder(part, [row.amount for row in rows]), strict=True))
    return [shares[row] for row in county.rows]


@settings(max_examples=60)
@examples(counties, some.lists(fen, min_size=12, max_size=12))
def test_departments_pools_are_divided_among_persons_then_engagements(county: Twin, amounts: list[int]) -> None:
    pools = amounts[: len(county.departments)]
    pool = county.column(DEPARTMENT, pools)
    shares = divide(pool, county.amounts(POINTS))
    assert (shares.level, shares.data.values.tolist()) == (ENGAGEMENT, shared_in_departments(county, pools))
    noted = pool.scope.notes.pools[0]
    claimed = [sum(row.amount for row in county.inside(one)) > 0 for one in county.departments]
    assert noted.shared.tolist() == [part if any_ else 0 for part, any_ in zip(pools, claimed, strict=True)]
    assert (noted.pool - noted.shared == noted.retained).all()


@settings(max_examples=60)
@examples(counties, some.lists(fen, min_size=12, max_size=12))
def test_weights_of_persons_stand_on_the_latest_engagement(county: Twin, amounts: list[int]) -> None:
    pools = amounts[: len(county.departments)]
    weights = [county.amount(person) for person in county.persons]
    shares = divide(county.column(DEPARTMENT, pools), county.column(STAFF, weights, POINTS))
    assert shares.level is ENGAGEMENT
    found = dict(zip(county.rows, shares.data.values.tolist(), strict=True))
    for department, pool in zip(county.departments, pools, strict=True):
        persons = county.persons_of(department)
        parts = largest_remainder(pool, [county.amount(person) for person in persons])
        assert [found.pop(county.latest[person]) for person in persons] == parts
    assert not any(found.values()), "nothing stands on earlier engagements"


@settings(max_examples=60)
@examples(counties, some.tuples(fen, fen, fen))
def test_institutions_and_the_run_divide_among_departments(county: Twin, amounts: tuple[int, int, int]) -> None:
    weights = [sum(row.amount for row in county.inside(one)) for one in county.departments]
    shares = divide(county.column(INSTITUTION, amounts), county.column(DEPARTMENT, weights, POINTS))
    wanted = []
    for place, pool in enumerate(amounts):
        own = [weight for (at, _), weight in zip(county.departments, weights, strict=True) if at == place]
        wanted += largest_remainder(pool, own)
    assert (shares.level, shares.data.values.tolist()) == (DEPARTMENT, wanted)
    of_run = divide(county.column(CONSORTIUM, amounts[:1]), county.column(DEPARTMENT, weights, POINTS))
    assert of_run.data.values.tolist() == largest_remainder(amounts[0], weights)


def test_first_to_departments_then_inside_pays_the_pool_to_the_fen() -> None:
    # 10.00 by weighted heads: '' 1 x 0.8, 内科 2 x 1.2, of 3.2: 2.50 and 7.50. 内科 by points: A's first half month
    # 100, B 300, C 400 of 800: 93.75, 281.25, 375 fen: 94, 281, 375 (750). I2: 6.00 to b and 内科 by 1 : 1.
    pools = divide(COUNTY.column(INSTITUTION, [1000, 600, 0]), COUNTY.column(DEPARTMENT, [8, 24, 1, 1], RATIO, 1))
    assert texts(pools) == ["2.50", "7.50", "3.00", "3.00"]
    assert texts(divide(pools, COUNTY.amounts(POINTS))) == ["0.94", "2.50", "2.81", "3.75", "3.00", "3.00"]


def test_ties_go_by_the_department_and_by_the_person() -> None:
    county = Twin([Row(0, 1, 1, 4, 1), Row(0, 0, 1, 0, 1), Row(0, 2, 1, 4, 1), Row(0, 0, 16, 0, 1)])
    cent = county.column(INSTITUTION, [1, 0, 0])
    assert texts(divide(cent, county.column(DEPARTMENT, [1, 1], RATIO, 0))) == ["0.01", "0.00"]  # 内科 before 口腔科
    odd = divide(county.column(DEPARTMENT, [3, 3]), county.amounts(POINTS))
    assert texts(odd) == ["0.02", "0.01", "0.02", "0.01"]


def test_only_those_who_take_part_share_in_a_department() -> None:
    pool = COUNTY.column(DEPARTMENT, [100, 600, 0, 0])
    managers = Flags(pool.scope, STAFF, np.array([True, False, True, True, True]))
    shares = divide(pool, COUNTY.amounts(POINTS), among=managers)
    assert texts(shares) == ["1.20", "1.00", "0.00", "4.80", "0.00", "0.00"]  # 100 : 400


def test_a_department_divides_within_limits() -> None:
    # 内科 of I1 has B and C as of now: 9.00 by 300 : 400, nobody above 4.00: 1.00 is retained.
    pool = COUNTY.column(DEPARTMENT, [0, 900, 0, 0])
    weights, most = COUNTY.amounts(POINTS).sum(STAFF), COUNTY.column(STAFF, [400] * 5)
    shares = divide_between(pool, weights, most=most)
    assert (shares.level, texts(shares)) == (STAFF, ["0.00", "4.00", "4.00", "0.00", "0.00"])
    assert pool.scope.notes.pools[0].retained.tolist() == [0, 100, 0, 0]


def test_what_departments_cannot_divide_is_said() -> None:
    with pytest.raises(FormulaError, match="a pool of level staff cannot be divided by weights of level department"):
        divide(COUNTY.column(STAFF, [1] * 5), COUNTY.column(DEPARTMENT, [1] * 4, RATIO, 0))
    with pytest.raises(FormulaError, match="a weight of value is negative, first at I2 b"):
        divide(COUNTY.column(INSTITUTION, [1] * 3), COUNTY.column(DEPARTMENT, [1, 1, -1, 1], RATIO, 0))
    with pytest.raises(FormulaError, match="within limits a pool of level institution is divided among level staff"):
        divide(
            COUNTY.column(DEPARTMENT, [1] * 4), COUNTY.amounts(POINTS).sum(STAFF), within=COUNTY.column(STAFF, [1] * 5)
        )


# --- formulas and parameters ----------------------------------------------------------------------------------------


def toy_departments() -> tuple[ToyData, dict[str, InputSpec]]:
    """The toy county in departments.

    At I1 A goes from 口腔科 to 内科, where B is; at I2 A and C are in 内科.
    """
    whole = graph_toy.FRAME
    engagements = (
        whole.institution_of_staff[whole.staff_of_engagement], whole.staff[whole.staff_of_engagement],
        whole.engaged_from,
    )  # fmt: skip
    frame = Frame.build(
        whole.institutions, whole.staff_codes, engagements,
        lambda: (np.array([0, 1, 1, 1, 1], np.int32), ("口腔科", "内科")),
    )  # fmt: skip
    scope = Scope(frame)
    codes = Codes(scope, DEPARTMENT, np.arange(3, dtype=np.int32), tuple(frame.departments))
    rate = Column(scope, DEPARTMENT, Exact(np.array([12, 8, 10], np.int64), 1), RATIO)
    specs = {
        "department_rate": InputSpec("department_rate", DEPARTMENT, "toy", "rate", RATIO, scale=1),
        "department_code": InputSpec("department_code", DEPARTMENT, "engagement", "code", kind=CODES),
    }
    classes = Codes(scope, ENGAGEMENT, np.array([0, 1, 1, 0, 0], np.int32), ("clinical", "nursing"))
    places = Codes(scope, INSTITUTION, np.arange(3, dtype=np.int32), PLACES)
    given = {"department_rate": rate, "department_code": codes, "department_class": classes, "institution": places}
    return ToyData(given, frame), graph_toy.SPECS | specs


def evaluated(rule: Formula) -> list[str]:
    """Check a rule in the trial and compute it on the toy county in departments."""
    data, specs = toy_departments()
    made = Graph(Rules([rule]), [rule.gives], {}, specs, ToyPolicy(), graph_toy.KNOWN, place="policy toy")
    problems = made.check(OCTOBER)
    if problems:
        raise FormulaError(problems[0].what)
    return texts(made.evaluate(data, OCTOBER).values[rule.gives])  # type: ignore[no-any-return]


def test_a_formula_of_level_department_gathers_engagements_and_persons() -> None:
    @toy(DEPARTMENT, POINTS, report=True)
    def department_points(points):
        return points.sum()

    @toy(DEPARTMENT, COUNT, report=True)
    def department_heads(head):
        return head.count()

    assert evaluated(department_points) == ["50.000000", "10.000000", "90.000000"]  # 20 + 30, A's 10 before, 40 + 50
    assert evaluated(department_heads) == ["2", "0", "1"]  # A is a head at I1 and not at I2


def test_a_figure_of_departments_stands_on_no_person_by_itself() -> None:
    # Which of two departments holds for a person is written: that of the latest engagement.

    @toy(STAFF)
    def rate(department_rate):
        return department_rate

    @toy(STAFF)
    def latest_rate(department_rate):
        return department_rate.latest()

    @toy(DEPARTMENT)
    def of_persons(score):
        return score["quality"]

    told = "it is of level staff, but department_rate has one value for each department"
    with pytest.raises(FormulaError, match=told):
        evaluated(rate)
    with pytest.raises(FormulaError, match=r"department, but score\[quality\] has one value for each staff"):
        evaluated(of_persons)
    assert evaluated(latest_rate) == ["1.2", "1.2", "1.0", "1.0"]


def test_a_parameter_by_department_stands_on_departments_and_holds_for_their_engagements() -> None:
    """A class beside the department tells engagements apart."""
    data, _ = toy_departments()
    policy = ToyPolicy(
        {
            "weight": (
                "ratio",
                {"department=内科": 12000, "department=口腔科": 8000, "department=内科,institution=I2": 13000},
            ),
            "rate": ("ratio", {"department=内科,department_class=nursing": 15000, "": 10000}),
        }
    )
    weight = parameter_value("weight", policy, data, OCTOBER.last_day)
    assert (weight.level, texts(weight)) == (DEPARTMENT, ["1.2000", "0.8000", "1.3000"])
    points = data.value("points")
    spread = (Column(Scope(data.frame), ENGAGEMENT, points.data, POINTS) * weight).round(FEN)
    assert texts(spread) == ["8.00", "24.00", "36.00", "52.00", "65.00"]
    rate = parameter_value("rate", policy, data, OCTOBER.last_day)
    assert (rate.level, texts(rate)) == (ENGAGEMENT, ["1.0000", "1.5000", "1.5000", "1.0000", "1.0000"])


def test_a_department_without_a_value_is_told_by_its_code() -> None:
    @toy(ENGAGEMENT, POINTS)
    def weighted(points, weight):
        return (points * weight).round(6)

    data, specs = toy_departments()
    policy = ToyPolicy({"weight": ("ratio", {"department=内科": 12000})})
    made = Graph(Rules([weighted]), ["weighted"], {}, specs, policy, graph_toy.KNOWN, place="policy toy")
    with pytest.raises(Refused, match=r"'口腔科'\}; weighted needs it for 1 row\(s\) of level department: I1/口腔科"):
        made.evaluate(data, OCTOBER)
