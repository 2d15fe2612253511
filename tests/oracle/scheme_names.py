"""Names in a policy: levels, operands of a calculation, values in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tests.oracle.scheme_people import COUNTED, GIVEN, Values

LEVELS = ("consortium", "institution", "department", "staff", "engagement")
OF_PERSONS = (*COUNTED, "score", "full_score", "head")
OF_ENGAGEMENTS = (
    "points", "points_by_category", "engagement_days", "days_engaged", "days_present", "absence_days", "person_months",
    "fte", "post_coefficient",
)  # fmt: skip
INPUTS = (*OF_PERSONS, *OF_ENGAGEMENTS, *GIVEN)
KEYS_OF_POST = ("department_class", "department", "title", "role", "education", "employment", "pay_scheme")
KEYS_OF_PLACE = ("institution", "kind", "public_class")
BASES = ("add", "subtract", "total_of", "mean_of", "slices_of", "pool", "divides", "times", "over")


@dataclass(frozen=True)
class Figure:
    """Values of one name: amounts add up from below, of a rate the latest engagement's holds."""

    level: str
    amount: bool
    values: Values


def operands(keys: dict[str, Any]) -> list[str]:
    """List all names of a calculation but those of a pool."""
    names = [one for key in ("add", "subtract", "times", "over") for one in keys.get(key, [])]
    names += [keys[key] for key in ("total_of", "mean_of", "slices_of", "at_least", "at_most") if key in keys]
    return names + [one[key] for one in keys.get("slices", []) for key in ("from", "rate")]


def axis_of(keys: set[str]) -> str:
    rest = keys - {*KEYS_OF_POST, *KEYS_OF_PLACE, "band"}
    return rest.pop() if rest else "name"


def band_of(steps: list[dict[str, str]], value: Fraction) -> str:
    name = ""
    for step in steps:
        reached = value >= Fraction(step["from"]) if "from" in step else value > Fraction(step["above"])
        name = step["name"] if reached else name
    return name


def value_in_force(values: list[dict[str, Any]], where: dict[str, str], on: date) -> str:
    """Return the most specific value that holds there on the day."""
    holding = []
    for value in values:
        wanted = value.get("where", {})
        if not value["from"] <= on or ("until" in value and not on < value["until"]):
            continue
        if all(where[key] in (one if isinstance(one, list) else [one]) for key, one in wanted.items()):
            holding.append((len(wanted), value["from"], value["value"]))
    return str(max(holding)[2])
