"""Village clinics: a task's money is shared to the fen.

The pension subsidy is nobody's pay.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.support import cases_runner


@pytest.mark.parametrize("case", cases_runner.cases("village"), ids=lambda case: f"{case['file']}: {case['name']}")
def test_worked_case(case: dict[str, Any]) -> None:
    cases_runner.check(case)


CLINICS = some.lists(some.tuples(some.integers(0, 3), some.integers(0, 5000)), max_size=9)
CENTRES = some.lists(some.integers(0, 10**9), min_size=1, max_size=3)


@settings(max_examples=50, deadline=None)
@given(CENTRES, CLINICS, some.integers(0, 10_000), some.sampled_from(["", "1000"]))
def test_a_centre_and_its_clinics_share_its_money_to_the_fen(
    centres: list[int], clinics: list[tuple[int, int]], share: int, minimum: str
) -> None:
    """A centre and its clinics share its money to the fen, whatever the ratio and people.

    The fourth centre is not in the run.
    """
    money = [f"{Decimal(fen).scaleb(-2):f}" for fen in centres]
    parents = [""] * len(centres) + [f"C{centre}" for centre, _ in clinics]
    kinds = {f"C{number}": "township_center" for number in range(len(centres))}
    kinds |= {f"V{number}": "village_clinic" for number in range(len(clinics))}
    ratio = f"{Decimal(share).scaleb(-4):f}"
    least_people = {"unit": "count", "optional": True, "values": [{"value": minimum}]}
    case = {
        "name": "random", "institutions": kinds,
        "names": {"finance": {"public_health_task_money": ""}, "measure": {"population": ""}},
        "given": {
            "institution_parent": parents,
            "finance": {"public_health_task_money": [*money, *[""] * len(clinics)]},
            "measure": {"population": [*[""] * len(centres), *[str(people) for _, people in clinics]]},
        },
        "expect": dict.fromkeys(
            ["village_task_money", "township_task_money", "village_part", "village_part_unclaimed"]
        ),
        "parameters": {
            "village_share": {"unit": "ratio", "values": [{"value": ratio}]},
            **({"village_population_minimum": least_people} if minimum else {}),
        },
    }  # fmt: skip
    found = {name: [Decimal(text) for text in texts] for name, texts in cases_runner.compute(case).items()}
    least = int(minimum or 0)
    for row, fen in enumerate(centres):
        own = [place for place, parent in enumerate(parents) if parent == f"C{row}"]
        parts = [found["village_task_money"][place] for place in own]
        assert found["township_task_money"][row] + sum(parts) == Decimal(fen).scaleb(-2)
        weights = [max(clinics[place - len(centres)][1], least) for place in own]
        pool = found["village_part"][row] if any(weights) else Decimal(0)
        assert sum(parts) == pool
        assert found["village_part_unclaimed"][row] == found["village_part"][row] - pool
        for part, weight in zip(parts, weights, strict=True):
            assert abs(Fraction(part) - Fraction(pool) * Fraction(weight, sum(weights) or 1)) < Fraction(1, 100)
    lost = [place for place, parent in enumerate(parents) if parent and parent not in kinds]
    assert all(found["village_task_money"][place] == 0 for place in lost)
