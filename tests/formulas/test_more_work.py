"""More work more pay (多劳多得), for ways of paying by points that no other test draws.

Money that is there whatever the points is monotone to the fen: more work never means less pay. Where the money itself
follows the points, the pool grows with them and the fen that is left over may pass to somebody else: one fen of each
pool that is divided, and no more. Two exceptions are meant; the tests that draw them say which.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.evaluate import APPROVED, Ready, V, keyed, month_of, parameter, written

Make = Callable[[str], Ready]
Crew = dict[str, Any]
More = tuple[int, str, int]  # place of the engagement, category, millionths of a point
CATEGORIES = ("basic_medical", "public_health", "family_doctor")
ALL = ", ".join(f'{name} = "{name}"' for name in CATEGORIES)
NAMES = f"[names]\ncategory = {{ {ALL} }}\nindicator = {{ quality = '质量', {ALL} }}\n"


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Make policies over the national one, once for all examples of a test."""

    def made(text: str) -> Ready:
        return Ready(
            written(tmp_path_factory.mktemp("policy"), "county", text), "2026" if "formulas.year" in text else "2026-10"
        )

    return made


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


def micro(number: int) -> str:
    return str(Decimal(number).scaleb(-6))


def fen(text: str) -> int:
    return int(Decimal(text) * 100)


# Drawn integers are mostly small ones: amounts and points of everyday size are listed.
MONEY = st.sampled_from([0, 1, 70_88, 1_234_56, 10**8]) | st.integers(0, 10**8)
POINTS = st.sampled_from([0, 4_000_000, 5_000_000, 10**8, 250_333_333]) | st.integers(0, 10**9)
POST = st.sampled_from(["1", "1", "1.5", "0"])
MICROS = st.sampled_from([1, 1_000_000, 10**8, 10**9]) | st.integers(1, 10**9)
MORE = st.tuples(st.integers(0, 13), st.sampled_from(CATEGORIES), MICROS)


@st.composite
def crews(draw: st.DrawFn, places: str = "A") -> Crew:
    """Draw up to seven people of some places, some of them with two engagements there.

    Codes of places have one letter.
    """
    drawn = draw(st.lists(st.tuples(st.sampled_from(places), st.booleans()), min_size=1, max_size=7).map(sorted))
    staff = [f"{at}/S{who}" for who, (at, _) in enumerate(drawn)]
    of_lines = [row for row, (_, twice) in enumerate(drawn) for _ in range(1 + twice)]

    def each(values: st.SearchStrategy[Any], rows: Sequence[Any]) -> list[Any]:
        return [draw(values) for _ in rows]

    return {
        "staff": staff,
        "engagements": [
            f"{staff[row]}/{1 + (line > 0 and of_lines[line - 1] == row)}" for line, row in enumerate(of_lines)
        ],
        "points": {name: each(POINTS, of_lines) for name in CATEGORIES},
        "post": each(POST, of_lines),
        "apart": each(st.sampled_from([False, False, True]), of_lines),  # a director, or no village doctor
        "scores": {name: each(st.sampled_from([85, 84, 100, 0]), staff) for name in CATEGORIES},
    }


def with_more(crew: Crew, more: More) -> tuple[Crew, str]:
    """Give one person of the crew more points of a category; return the crew and the person."""
    number, category, micros = more
    line = number % len(crew["engagements"])
    points = {name: [*values] for name, values in crew["points"].items()}
    points[category][line] += micros
    return {**crew, "points": points}, crew["engagements"][line].rpartition("/")[0]


def total(crew: Crew) -> list[int]:
    """Add up the points of every engagement over all categories."""
    return [sum(of_line) for of_line in zip(*crew["points"].values(), strict=True)]


def by_person(lines: Sequence[str], amounts: Sequence[str]) -> dict[str, int]:
    """Add up the fen of each person at each place; lines are engagements or persons."""
    found: dict[str, int] = defaultdict(int)
    for line, amount in zip(lines, amounts, strict=True):
        found["/".join(line.split("/")[:2])] += fen(amount)
    return found


# --- at a price: categories pass or fail by themselves ------------------------------------------------------------


@pytest.fixture(scope="module")
def by_category(make: Make) -> Ready:
    return make(
        month_of("workload_pay", 'workload_pay = "by_point_price_and_category"')
        + NAMES
        + keyed("category_gate_rate", "category", {"basic_medical": "0.85", "public_health": "1", "family_doctor": "0"})
        + parameter("staff_point_price", 'value = "4.20"')
    )


@settings(max_examples=100)
@given(crew=crews(), more=MORE)
def test_more_points_of_a_category_never_lower_pay_under_its_gate(by_category: Ready, crew: Crew, more: More) -> None:
    """More points never lower pay, with the category passed or failed.

    Nobody else's pay changes by a fen.
    """

    def paid(crew: Crew) -> dict[str, int]:
        found, _ = by_category.evaluate(
            {"A": "township_center"},
            crew["engagements"],
            points_by_category={name: [*map(micro, points)] for name, points in crew["points"].items()},
            post_coefficient=crew["post"],
            score={name: [*map(str, scores)] for name, scores in crew["scores"].items()},
            full_score={name: ["100"] * len(crew["staff"]) for name in CATEGORIES},
        )
        return by_person(crew["engagements"], found["workload_pay"])

    changed, who = with_more(crew, more)
    before, after = paid(crew), paid(changed)
    assert after[who] >= before[who]
    assert {**before, who: 0} == {**after, who: 0}


# --- first contacts, divided by points ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def first_contacts(make: Make) -> Ready:
    chosen = 'first_contact_pay = "first_contact_by_points"'
    return make(
        month_of("first_contact_pay first_contact_money", chosen) + parameter("first_contact_amount", 'value = "3.33"')
    )


@settings(max_examples=100)
@given(crew=crews(), contacts=st.sampled_from([0, 1, 7, 1000]) | st.integers(0, 10**5), more=MORE)
def test_more_points_never_lower_the_part_of_first_contacts(
    first_contacts: Ready, crew: Crew, contacts: int, more: More
) -> None:
    """More points never lower a person's part of the money for first contacts.

    The money is that of the contacts, whoever made them: it is divided to the fen, or nobody has points.
    """

    def paid(crew: Crew) -> dict[str, int]:
        found, _ = first_contacts.evaluate(
            {"A": "township_center"}, crew["engagements"], points=[*map(micro, total(crew))],
            measure={"first_contacts": [str(contacts)]},
        )  # fmt: skip
        amounts = by_person(crew["engagements"], found["first_contact_pay"])
        assert fen(found["first_contact_money"][0]) == 333 * contacts
        assert sum(amounts.values()) == (333 * contacts if any(total(crew)) else 0)
        return amounts

    changed, who = with_more(crew, more)
    assert paid(changed)[who] >= paid(crew)[who]


# --- a centre's task money, to the doctors of its clinics ---------------------------------------------------------

SCORED = 'institution_coefficient = "institution_weighted_score"\n'
OF_POINTS = 'clinic_weight = "clinic_weight_by_points"\n'
OF_PURCHASE = (
    f'{OF_POINTS}task_money = "task_money_of_purchase"\npublic_health_purchase = "public_health_redistributed"\n'
    f'public_health_budget = "budget_of_consortium"\n{SCORED}'
)
CLINICS = {"C": "township_center", "V": "village_clinic", "W": "village_clinic"}
KEPT = '{ kind = "village_clinic", role = "乡村医生" }'
VILLAGE = (
    NAMES
    + keyed("appraisal_weight", "indicator", {"quality": "1"})
    + parameter("village_share", 'value = "0.5"')
    + parameter("village_task_staff_share", 'value = "0.7"')
    + parameter("village_doctor", "value = false", f"where = {KEPT}, value = true")
)


def shared(ready: Ready, crew: Crew, money: int, people: Sequence[int]) -> Any:
    """Evaluate a centre C with the clinics V and W.

    The money is the centre's task money, or the consortium's pool.
    """
    found, _ = ready.evaluate(
        CLINICS,
        crew["engagements"],
        institution_parent=["", "C", "C"],
        role=["" if apart else "乡村医生" for apart in crew["apart"]],
        points_by_category={name: [*map(micro, points)] for name, points in crew["points"].items()},
        own_points_by_category={name: ["0"] * 3 for name in CATEGORIES},
        finance={line: [yuan(money), "", ""] for line in ("public_health_task_money", "public_health_pool")},
        measure={"population": ["", *map(str, people)]},
        institution_score={"quality": ["1"] * 3},
        institution_full_score={"quality": ["1"] * 3},
    )
    return found


@pytest.fixture(scope="module", params=["", OF_POINTS], ids=["clinics by people", "clinics by points"])
def clinics(request: pytest.FixtureRequest, make: Make) -> tuple[Ready, int]:
    """Return the policy, and by how many fen a share may fall.

    It may not fall where the clinic's part does not follow its points.
    """
    return make(month_of("village_task_pay village_task_money", request.param) + VILLAGE), int(bool(request.param))


@settings(max_examples=100)
@given(
    crew=crews("CVVVWW"), money=MONEY, people=st.tuples(*[st.sampled_from([0, 800, 2100])] * 2), more=MORE
)  # fmt: skip
def test_more_points_of_a_village_doctor_never_lower_his_part_of_task_money(
    clinics: tuple[Ready, int], crew: Crew, money: int, people: tuple[int, int], more: More
) -> None:
    """More points never lower a village doctor's part of task money.

    Where his points also raise what his clinic has of the money, he may lose the fen of one division.
    """
    ready, moves = clinics
    changed, who = with_more(crew, (more[0], "public_health", more[2]))
    before, after = (shared(ready, one, money, people) for one in (crew, changed))
    clinic = "CVW".index(who[0])
    assert fen(after["village_task_money"][clinic]) >= fen(before["village_task_money"][clinic])
    paid = [by_person(crew["staff"], found["village_task_pay"])[who] for found in (before, after)]
    assert paid[1] >= paid[0] - moves


@pytest.fixture(scope="module")
def bought(make: Make) -> Ready:
    return make(month_of("public_health_owed village_task_money township_task_money", OF_PURCHASE) + VILLAGE)


@settings(max_examples=100)
@given(crew=crews("CVVVWW"), money=MONEY, more=MORE)
def test_more_points_of_a_clinic_never_lower_what_it_has_in_all(
    bought: Ready, crew: Crew, money: int, more: More
) -> None:
    """More points of a clinic never lower its money in all, but for roundings.

    If the task money is what the centre's own points are worth, its clinics' points lower it, and with it what their
    doctors have of it by `village_task_pay`: 900.00 for 60 points of C and 20 of V are 675.00, half of it for V; for 60
    and 30 they are 600.00. The worth of the clinic's own points rises by more: 225.00 -> 300.00. So it is the clinic
    that never loses by more work, but for the fen of the roundings in between.
    """
    changed, who = with_more(crew, (more[0], "public_health", more[2]))
    row = "CVW".index(who[0])

    def has(crew: Crew) -> int:
        found = shared(bought, crew, money, (1, 1))
        kept = found["public_health_owed"] if row else ["0"]  # the centre's is the task money
        return sum(fen(found[line][row]) for line in ("village_task_money", "township_task_money")) + fen(kept[row])

    assert has(changed) >= has(crew) - 5


# --- a pool that follows what finance buys ------------------------------------------------------------------------

PARTS = keyed("workload_part_share", "part", {"by_post": "0.2", "by_points": "0.8"}) + keyed(
    "workload_part_weight", "part", {"by_post": "post_coefficient", "by_points": "weighted_points"}
)
DIVIDED = {"by_point_value": ("", 1), "by_split_pool": (PARTS, 2)}
PRICED = parameter("purchase_unit_price", f'value = "3.80", {APPROVED}')
BUDGET = parameter("purchase_budget_amount", 'value = "5000.01"')
BUYING = {"by_unit_price": PRICED, "redistribute": BUDGET, "withhold": BUDGET}


@pytest.fixture(scope="module", params=BUYING)
def following(request: pytest.FixtureRequest, make: Make) -> dict[str, Ready]:
    """Make one way of buying, with every way of dividing a pool."""
    return {
        way: make(
            month_of(
                "workload_pay workload_pool workload_undistributed",
                f'workload_pool = "pool_from_purchase"\nworkload_pay = "{way}"\nservice_purchase = "{request.param}"\n'
                f'quality_coefficient = "staff_weighted_score"\n{SCORED}',
            )
            + NAMES
            + keyed("appraisal_weight", "indicator", {"quality": "1"})
            + parameter("workload_money_share", 'value = "1"')
            + keyed("directed_task_amount", "task", {"duty": "0"})
            + parameter("base_guarantee_amount", 'value = "0"')
            + parameter("director_in_workload_pool", "value = false")
            + '[names.task]\nduty = "值守"\n'
            + BUYING[request.param]
            + parts
        )
        for way, (parts, _) in DIVIDED.items()
    }


THREE = {
    "staff": ["A/S0", "A/S1", "A/S2"],
    "engagements": ["A/S0/1", "A/S1/1", "A/S2/1"],
    "points": {"basic_medical": [9_000_000, 9_000_000, 653_000], "public_health": [0] * 3, "family_doctor": [0] * 3},
    "post": ["1.5", "1.5", "1"],
    "apart": [False] * 3,
}


def pooled(ready: Ready, crew: Crew) -> dict[str, int]:
    """Divide a pool among everybody; all of it is paid or reported."""
    points = {name: [*map(micro, of_lines)] for name, of_lines in crew["points"].items()}
    places = sorted({"A", *(one[0] for one in crew["staff"])})
    found, _ = ready.evaluate(
        dict.fromkeys(places, "township_center"),
        crew["engagements"],
        points=[*map(micro, total(crew))],
        points_by_category=points,
        own_points_by_category={name: ["0"] * len(places) for name in CATEGORIES},
        post_coefficient=crew["post"],
        director=crew["apart"],
        score={"quality": ["1"] * len(crew["staff"])},
        full_score={"quality": ["1"] * len(crew["staff"])},
        institution_score={"quality": ["1", "0.9"][: len(places)]},
        institution_full_score={"quality": ["1"] * len(places)},
    )
    amounts = by_person(crew["engagements"], found["workload_pay"])
    left = sum(map(fen, found["workload_undistributed"]))
    assert sum(amounts.values()) + left == sum(map(fen, found["workload_pool"]))
    return amounts


@settings(max_examples=60)
@given(crew=crews("AAB"), way=st.sampled_from([*DIVIDED]), more=MORE)
@example(crew=THREE, way="by_point_value", more=(2, "basic_medical", 1_000))
def test_more_points_lower_pay_of_a_bought_pool_by_no_more_than_the_fen_left_over(
    following: dict[str, Ready], crew: Crew, way: str, more: More
) -> None:
    """More points cost at most one fen for each part of a bought pool.

    More points buy more money and a greater part of it, so the exact share never falls. Divided to the fen, it is
    stated a fen above or below: a pool that is a fen larger can round two others up and oneself down. At 3.80 for
    points of 9, 9 and 0.653 weighed 1.5, 1.5 and 1, 70.88 are 34.60, 34.60 and 1.68; with 0.654 points 70.89 are 34.61,
    34.61 and 1.67.
    """
    changed, who = with_more(crew, more)
    assert pooled(following[way], changed)[who] >= pooled(following[way], crew)[who] - DIVIDED[way][1]


# --- the year's rewards, and equal sharing ------------------------------------------------------------------------

REWARDS = (
    '[formulas.year]\noutputs = ["reward_due", "reward_payable", "reward_not_payable", "reward_shared_equally"]\n'
    'ceiling_room = "without_ceiling"\n[names.part]\nby_points = "按当量"\nby_post = "按岗位"\n'
    + keyed("surplus_income", "line", {"medical_service_income": "1"})
    + keyed("surplus_costs", "line", {"service_costs": "1"})
    + parameter("reward_staff_share", 'value = "0.6"')
    + keyed("reward_part_share", "part", {"by_points": "0.7", "by_post": "0.3"})
    + keyed("reward_part_weight", "part", {"by_points": "points", "by_post": "post_coefficient"})
    + parameter("director_in_reward_pool", "value = false")
)


@pytest.fixture(scope="module")
def rewarding(make: Make) -> Ready:
    return make(REWARDS)


@pytest.fixture(scope="module")
def refusing(make: Make) -> Ready:
    """Make the same policy, but refusing equal sharing."""
    return make(f"{REWARDS}[parameters.equal_sharing_refused]\nvalues = [{{ {V}, value = true }}]\n")


def rewarded(ready: Ready, crew: Crew, income: int) -> tuple[dict[str, int], Any]:
    """Return what each person is due of the year's pool, and the figures."""
    found, _ = ready.evaluate(
        {"A": "township_center"},
        crew["engagements"],
        points=[*map(micro, total(crew))],
        post_coefficient=crew["post"],
        director=crew["apart"],
        finance={"medical_service_income": [yuan(income)], "service_costs": ["0"]},
    )
    return by_person(crew["engagements"], found["reward_due"]), found


@settings(max_examples=100)
@given(crew=crews(), income=MONEY, more=MORE)
def test_more_points_never_lower_a_reward_where_equal_sharing_is_allowed(
    rewarding: Ready, crew: Crew, income: int, more: More
) -> None:
    """More points never lower a reward, even at the point where all have the same."""
    changed, who = with_more(crew, more)
    assert rewarded(rewarding, changed, income)[0][who] >= rewarded(rewarding, crew, income)[0][who]


@st.composite
def nearly_equal(draw: st.DrawFn) -> Crew:
    """Draw people of one centre of whom one has fewer points than all others.

    Directors stand outside the pool.
    """
    people = draw(st.integers(2, 6))
    apart = draw(st.lists(st.booleans(), max_size=2))
    points = [draw(st.integers(1, 10**9))] * people + [draw(POINTS) for _ in apart]
    staff = [f"A/S{who}" for who in range(len(points))]
    return {
        "staff": staff,
        "engagements": [f"{one}/1" for one in staff],
        "points": {"basic_medical": [draw(st.integers(0, points[0] - 1)), *points[1:]]},
        "post": ["1"] * people + [draw(POST) for _ in apart],
        "apart": [False] * people + [True] * len(apart),
    }


@settings(max_examples=100)
@given(crew=nearly_equal(), income=MONEY, beyond=MICROS)
def test_where_equal_sharing_is_refused_only_exact_equality_costs_a_reward(
    refusing: Ready, crew: Crew, income: int, beyond: int
) -> None:
    """More points lower a reward only at exact equality, where equal sharing is refused.

    The exception is meant (不得平均分配): a person who does exactly what all others do makes all equal, and then
    nobody has a reward; so more points can take everybody's reward, the person's own too, and give it to
    nobody.

    Then all of the pool is reported as not paid for that reason, and no fen of it is anybody's. Before that point and
    beyond it more points never lower the person's own reward, be it by a millionth of a point.
    """
    most, least = crew["points"]["basic_medical"][1], crew["points"]["basic_medical"][0]

    def with_points(number: int) -> tuple[dict[str, int], Any]:
        points = {"basic_medical": [number, *crew["points"]["basic_medical"][1:]]}
        return rewarded(refusing, {**crew, "points": points}, income)

    (before, some), (equal, none), (after, again) = (with_points(one) for one in (least, most, most + beyond))
    assert none["reward_shared_equally"] == [True]
    assert set(equal.values()) == {0}
    assert none["reward_not_payable"]["equal_sharing"] == none["reward_payable"] == some["reward_payable"]
    assert after["A/S0"] >= before["A/S0"]
    for amounts, found in ((before, some), (after, again)):
        assert found["reward_shared_equally"] == [False]
        assert [yuan(sum(amounts.values()))] == found["reward_payable"]


@settings(max_examples=100)
@given(crew=crews(), income=MONEY, more=MORE)
def test_more_points_never_lower_a_reward_but_where_they_make_all_equal(
    refusing: Ready, crew: Crew, income: int, more: More
) -> None:
    changed, who = with_more(crew, more)
    (before, _), (after, found) = (rewarded(refusing, one, income) for one in (crew, changed))
    if found["reward_shared_equally"] == [False]:
        assert after[who] >= before[who]
    else:
        assert set(after.values()) == {0}
        assert found["reward_not_payable"]["equal_sharing"] == found["reward_payable"]
