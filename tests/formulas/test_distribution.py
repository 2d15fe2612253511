"""Distribution: an institution's own settings, and properties that hold of any weights."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import formulas
from payengine.errors import Refused
from payengine.policy import load_policy
from tests.support.evaluate import Ready, V, written

BASE = f"""
[names.indicator]
quality = "质量"
[names.part]
by_post = "按岗位"
by_points = "按当量"
[parameters.appraisal_weight]
values = [{{ {V}, where = {{ indicator = "quality" }}, value = "1" }}]
[parameters.staff_point_price]
values = [{{ {V}, value = "4.20" }}]
[parameters.workload_part_share]
delegated_to = ["institution"]
values = [
  {{ {V}, where = {{ part = "by_post" }}, value = "0.2" }},
  {{ {V}, where = {{ part = "by_points" }}, value = "0.8" }},
]
[parameters.workload_part_weight]
values = [
  {{ {V}, where = {{ part = "by_post" }}, value = "post_coefficient" }},
  {{ {V}, where = {{ part = "by_points" }}, value = "weighted_points" }},
]
[formulas.month]
outputs = ["workload_pay", "workload_pool", "workload_distributed", "workload_undistributed"]
quality_coefficient = "staff_weighted_score"
"""
WAYS = ("by_point_price", "by_point_value", "by_split_pool")


def way(folder: Path, name: str) -> Ready:
    pool = 'workload_pool = "pool_as_given"\n' if name == "by_split_pool" else ""
    return Ready(written(folder, name, f'{BASE}workload_pay = "{name}"\n{pool}'), "2026-10")


@pytest.fixture(scope="module", params=WAYS)
def ready(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ready:
    return way(tmp_path_factory.mktemp("policy"), request.param)


MONEY = st.integers(0, 10**9).map(lambda fen: f"{fen // 100}.{fen % 100:02}")
POINTS = st.sampled_from(["1", "1", "0"]) | st.integers(0, 10**11).map(lambda micro: str(Decimal(micro).scaleb(-6)))
COEFFICIENT = st.sampled_from(["1", "1"]) | st.integers(0, 30000).map(lambda one: str(Decimal(one).scaleb(-4)))


@st.composite
def centres(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one centre with up to eight people, some of them with two engagements."""
    twice = draw(st.lists(st.booleans(), max_size=8))
    lines = [f"A/S{who}/{start}" for who, two in enumerate(twice) for start in ((1, 2) if two else (1,))]

    def each(values: st.SearchStrategy[str], rows: int) -> list[str]:
        return draw(st.lists(values, min_size=rows, max_size=rows))

    return {
        "institutions": {"A": "township_center"},
        "engagements": lines,
        "points": each(POINTS, len(lines)),
        "post_coefficient": each(COEFFICIENT, len(lines)),
        "score": {"quality": each(st.integers(0, 100).map(str), len(twice))},
        "full_score": {"quality": ["100"] * len(twice)},
        "finance": {"workload_pool": [draw(MONEY)]},
    }


def by_person(centre: dict[str, Any], amounts: list[str]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line, amount in zip(centre["engagements"], amounts, strict=True):
        who = line.split("/")[1]
        found[who] = found.get(who, Decimal(0)) + Decimal(amount)
    return found


@settings(deadline=None, max_examples=60)
@given(centre=centres())
def test_a_pool_is_what_its_people_get_and_what_is_retained(ready: Ready, centre: dict[str, Any]) -> None:
    found, evaluation = ready.evaluate(**centre)
    paid = sum(map(Decimal, found["workload_pay"]), Decimal(0))
    assert paid == Decimal(found["workload_distributed"][0])
    assert paid + Decimal(found["workload_undistributed"][0]) == Decimal(found["workload_pool"][0])
    assert all(Decimal(amount) >= 0 for amount in found["workload_pay"])
    if evaluation.pools:  # a pool, whole or in parts: nothing of it is paid twice or lost
        fen = sum(int(pool.shared.sum()) for pool in evaluation.pools)
        assert Decimal(fen).scaleb(-2) == paid
        assert [pool.pool.tolist() for pool in evaluation.pools] == [
            (pool.shared + pool.retained).tolist() for pool in evaluation.pools
        ]


@settings(deadline=None, max_examples=60)
@given(centre=centres(), data=st.data(), more=st.integers(1, 10**10))
def test_more_points_never_lower_anybodys_pay(
    ready: Ready, centre: dict[str, Any], data: st.DataObject, more: int
) -> None:
    """More work never means less pay (多劳多得), to the last fen.

    That holds also where the fen that is left over goes to another person.
    """
    if not centre["engagements"]:
        return
    row = data.draw(st.integers(0, len(centre["engagements"]) - 1))
    raised = [*centre["points"]]
    raised[row] = str(Decimal(raised[row]) + Decimal(more).scaleb(-6))
    before = by_person(centre, ready.evaluate(**centre)[0]["workload_pay"])
    after = by_person(centre, ready.evaluate(**{**centre, "points": raised})[0]["workload_pay"])
    who = centre["engagements"][row].split("/")[1]
    assert after[who] >= before[who]


@settings(deadline=None, max_examples=60)
@given(centre=centres(), data=st.data())
def test_codes_decide_nothing_but_the_last_fen(ready: Ready, centre: dict[str, Any], data: st.DataObject) -> None:
    """People under other codes have the same pay, but for one fen of each pool.

    The fen left over by equal remainders goes by code.
    """
    people = sorted({line.split("/")[1] for line in centre["engagements"]})
    renamed = dict(zip(people, data.draw(st.permutations(people)), strict=True))
    rows = sorted(
        range(len(centre["engagements"])),
        key=lambda row: (renamed[(line := centre["engagements"][row]).split("/")[1]], line.split("/")[2]),
    )
    order = sorted(range(len(people)), key=lambda place: renamed[people[place]])
    moved = {
        **centre,
        "engagements": [
            "A/{}/{}".format(
                renamed[centre["engagements"][row].split("/")[1]], centre["engagements"][row].split("/")[2]
            )
            for row in rows
        ],
        "points": [centre["points"][row] for row in rows],
        "post_coefficient": [centre["post_coefficient"][row] for row in rows],
        "score": {"quality": [centre["score"]["quality"][place] for place in order]},
    }
    before = by_person(centre, ready.evaluate(**centre)[0]["workload_pay"])
    after = by_person(moved, ready.evaluate(**moved)[0]["workload_pay"])
    parts = 2 if ready.policy.code == "by_split_pool" else 1
    assert sum(before.values()) == sum(after.values())
    for who in people:
        assert abs(before[who] - after[renamed[who]]) <= Decimal("0.01") * parts


# An institution's own settings.

OWN = '[policy]\ntitle = "自主分配方案"\n[parameters.workload_part_share]\nvalues = [\n%s\n]\n'


def own(*shares: tuple[str, str]) -> str:
    lines = [f'  {{ {V}, where = {{ part = "{part}" }}, value = "{value}" }},' for part, value in shares]
    return OWN % "\n".join(lines)


def autonomous(folder: Path, text: str) -> Ready:
    (folder / "institutions").mkdir()
    (folder / "institutions" / "B.toml").write_text(text, encoding="utf-8")
    written(folder, "county", f'{BASE}workload_pay = "by_split_pool"\nworkload_pool = "pool_as_given"\n')
    return Ready(load_policy("county", [folder, formulas.POLICIES], folder / "institutions"), "2026-10")


def test_an_institution_sets_the_parts_that_are_delegated_to_it(tmp_path: Path) -> None:
    """An institution sets delegated parts; its neighbour keeps the county's 20 : 80.

    shengzhou-2022 三(二)2: autonomy in distribution.
    """
    ready = autonomous(tmp_path, own(("by_post", "0.5"), ("by_points", "0.5")))
    found, _ = ready.evaluate(
        {"A": "township_center", "B": "township_center"},
        ["A/S1", "A/S2", "B/S1", "B/S2"],
        points=["1", "0", "1", "0"],
        post_coefficient=["1", "1", "1", "1"],
        score={"quality": ["1", "1", "1", "1"]},
        full_score={"quality": ["1", "1", "1", "1"]},
        finance={"workload_pool": ["100", "100"]},
    )
    assert found["workload_pay"] == ["90.00", "10.00", "75.00", "25.00"]


def test_an_institutions_parts_must_sum_too(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        autonomous(tmp_path, own(("by_post", "0.5")))
    assert "shares below 1 sum to 1, and these do not" in refused.value.report()


def test_what_is_not_delegated_an_institution_cannot_set(tmp_path: Path) -> None:
    text = f'[policy]\ntitle = "x"\n[parameters.staff_point_price]\nvalues = [{{ {V}, value = "9" }}]\n'
    with pytest.raises(Refused) as refused:
        autonomous(tmp_path, text)
    assert "is not delegated to institutions" in refused.value.report()
