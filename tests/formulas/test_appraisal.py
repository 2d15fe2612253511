"""Appraisal: the worked cases of every shape, and properties that hold of any scores."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.support import cases_runner

FILES = ("appraisal", "unscored", "veto", "bands", "targets", "category_gate", "tariff", "true_up")
TENTH = 1000  # ten-thousandths of a weight


@pytest.mark.parametrize("case", cases_runner.cases(*FILES), ids=lambda case: f"{case['file']}: {case['name']}")
def test_worked_case(case: dict[str, Any]) -> None:
    cases_runner.check(case)


def written(number: int) -> str:
    """Write ten-thousandths as a case writes them."""
    return f"{number // 10_000}.{number % 10_000:04}"


def values(**by_key: int) -> dict[str, Any]:
    return {
        "unit": "ratio",
        "values": [{"where": {"indicator": key}, "value": written(number)} for key, number in by_key.items()],
    }


def staff_case(
    scores: Sequence[tuple[int, int]], fulls: tuple[int, int], weight: int, **changes: Any
) -> dict[str, Any]:
    """Build a case of a centre whose people have two indicators.

    The first weighs `weight` tenths; scores are in ten-thousandths.
    """
    return {
        "name": "made",
        "institutions": {"A": "township_center"},
        "engagements": [f"A/S{place:02}" for place in range(len(scores))],
        "names": {"indicator": {"quality": "", "ethics": ""}, "grade": {"high": "", "middle": "", "low": ""}},
        "choices": {"quality_coefficient": "staff_weighted_score"},
        "given": {
            "score": {name: [written(one[at]) for one in scores] for at, name in enumerate(("quality", "ethics"))},
            "full_score": {name: [written(fulls[at])] * len(scores) for at, name in enumerate(("quality", "ethics"))},
            "heads": [str(len(scores))],
            **changes.pop("given", {}),
        },
        "parameters": {
            "appraisal_weight": values(quality=weight * TENTH, ethics=(10 - weight) * TENTH),
            **changes.pop("parameters", {}),
        },
        **changes,
    }


def rate(score: tuple[int, int], fulls: tuple[int, int], weight: int) -> Fraction:
    return Fraction(weight * score[0], 10 * fulls[0]) + Fraction((10 - weight) * score[1], 10 * fulls[1])


def half_up(number: Fraction) -> str:
    """Write a number that is not negative at 4 decimals."""
    return written(int(number * 10_000 + Fraction(1, 2)))


@some.composite
def people(draw: Any) -> tuple[list[tuple[int, int]], tuple[int, int], int]:
    fulls = draw(some.tuples(some.integers(1, 10**6), some.integers(1, 10**6)))
    one = some.tuples(some.integers(0, fulls[0]), some.integers(0, fulls[1]))
    return draw(some.lists(one, min_size=1, max_size=8)), fulls, draw(some.integers(0, 10))


@settings(max_examples=40, deadline=None)
@given(people(), some.integers(1, 10_000))
def test_gate_and_weighted_score_agree_with_fractions(made: Any, gate: int) -> None:
    scores, fulls, weight = made
    rates = [rate(score, fulls, weight) for score in scores]
    weighed = staff_case(scores, fulls, weight, expect={"quality_coefficient": [], "appraisal_score": []})
    found = cases_runner.compute(weighed)
    assert found["quality_coefficient"] == [half_up(one) for one in rates]
    assert found["appraisal_score"] == [half_up(100 * one) for one in rates]
    gated = staff_case(
        scores, fulls, weight,
        expect={"quality_coefficient": []},
        choices={"quality_coefficient": "staff_hard_gate"},
        parameters={"gate_rate": {"unit": "ratio", "values": [{"value": written(gate)}]}},
    )  # fmt: skip
    wanted = ["1.0000" if one >= Fraction(gate, 10_000) else half_up(one) for one in rates]
    assert cases_runner.compute(gated)["quality_coefficient"] == wanted


GRADES = {
    "band_floor": {
        "unit": "score",
        "values": [
            {"where": {"grade": name}, "value": floor}
            for name, floor in (("high", "85"), ("middle", "60"), ("low", "0"))
        ],
    },
    "best_band_share": {"unit": "ratio", "values": [{"value": "0.3"}]},
}


@settings(max_examples=40, deadline=None)
@given(people(), some.data())
def test_the_best_grade_goes_to_the_best_and_no_further_than_its_limit(made: Any, data: Any) -> None:
    """The best grade goes to the best who reach it, up to its limit.

    A holder ranks above everybody who reaches the grade and does not hold it.
    """
    scores, fulls, weight = made
    scores = [(score[0], score[1]) for score in scores] * 2  # ties
    heads = data.draw(some.lists(some.booleans(), min_size=len(scores), max_size=len(scores)))
    points = data.draw(some.lists(some.integers(0, 2), min_size=len(scores), max_size=len(scores)))
    stated = [Fraction(half_up(100 * rate(score, fulls, weight))) for score in scores]
    limit = sum(heads) * 3 // 10
    for variant in ("best_ties_out", "best_ties_in", "best_ties_by_points"):
        case = staff_case(
            scores, fulls, weight,
            expect={"best_grade": [], "best_reached": [], "staff_grade": []},
            choices={"quality_coefficient": "staff_band", "best_grade": variant},
            parameters=GRADES,
            given={"head": heads, "heads": [str(sum(heads))], "points": [str(one) for one in points]},
        )  # fmt: skip
        found = cases_runner.compute(case)
        holds, reached = found["best_grade"], found["best_reached"]
        assert not any(one and not (there and head) for one, there, head in zip(holds, reached, heads, strict=True))
        if variant != "best_ties_in":
            assert sum(holds) <= limit
        ranks = [
            (score, point if variant == "best_ties_by_points" else 0)
            for score, point in zip(stated, points, strict=True)
        ]
        held = [rank for rank, one in zip(ranks, holds, strict=True) if one]
        lost = [
            r for r, one, there, head in zip(ranks, holds, reached, heads, strict=True) if there and head and not one
        ]
        assert not held or not lost or min(held) > max(lost)
        assert all((grade == "high") == one for grade, one in zip(found["staff_grade"], holds, strict=True))
        fits = sum(rank >= max(lost) for rank in [*held, *lost]) > limit if lost else True
        assert fits, "nobody goes down while there is a place for all who are equal"


@settings(max_examples=30, deadline=None)
@given(people(), some.integers(0, 1), some.integers(1, 10**6))
def test_a_better_score_never_lowers_the_coefficient(made: Any, indicator: int, more: int) -> None:
    scores, fulls, weight = made
    better = [list(score) for score in scores]
    better[0][indicator] = min(better[0][indicator] + more, fulls[indicator])
    shapes: dict[str, dict[str, Any]] = {
        "staff_weighted_score": {},
        "staff_hard_gate": {"gate_rate": {"unit": "ratio", "values": [{"value": "0.85"}]}},
        "staff_band": {
            **GRADES,
            "band_coefficient": {
                "unit": "ratio",
                "values": [
                    {"where": {"grade": name}, "value": worth}
                    for name, worth in (("high", "1.5"), ("middle", "1.2"), ("low", "0.8"))
                ],
            },
        },
    }
    for shape, parameters in shapes.items():
        found = []
        for chosen in (scores, better):
            case = staff_case(
                [(one[0], one[1]) for one in chosen], fulls, weight,
                expect={"quality_coefficient": []},
                choices={"quality_coefficient": shape},
                parameters=parameters,
            )  # fmt: skip
            found.append(Fraction(cases_runner.compute(case)["quality_coefficient"][0]))
        assert found[1] >= found[0], shape
