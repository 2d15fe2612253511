"""Keys of values (`where`), and the order of specificity among keyed values.

`where = { kind = "village_clinic" }` makes a value hold for village clinics only. A value is more specific than
another when it names everything that the other names, and more. An institution has one kind, so a value for an
institution is more specific than a value for a kind.
"""

from __future__ import annotations

from collections.abc import Mapping

Where = tuple[tuple[str, str], ...]  # sorted (key, value) pairs; () holds everywhere

# What each key means, by the level or axis on which it lives. The table of `docs/policy.md` is tested against this.
INSTITUTION_KEYS = ("institution", "kind", "public_class")
PERSON_KEYS = ("department_class", "department", "title", "role", "education", "employment", "pay_scheme")
AXIS_KEYS = (
    "category", "indicator", "task", "component", "line", "name", "grade", "part", "fund", "funding",
    "absence", "step", "package", "tenure", "cell", "band",
)  # fmt: skip
KEYS = INSTITUTION_KEYS + PERSON_KEYS + AXIS_KEYS

# The axes whose names the policy declares under [names]: a finance line is keyed by `line`, a measure by `name`.
NAMED_BY = {
    "category": "category", "indicator": "indicator", "task": "task", "component": "component",
    "line": "finance", "name": "measure", "grade": "grade", "part": "part",
    "fund": "fund", "funding": "funding", "absence": "absence", "step": "step", "package": "package",
    "tenure": "tenure",
}  # fmt: skip

# Keys with a closed list of values. The input tables use the same lists (a test compares them).
CLOSED: Mapping[str, tuple[str, ...]] = {
    "kind": (
        "county_hospital", "tcm_hospital", "maternal_child", "cdc",
        "township_center", "community_center", "community_station", "village_clinic",
    ),
    "department_class": (
        "clinical", "nursing", "public_health", "medical_technology", "pharmacy", "management", "support",
    ),
    "employment": ("established", "filed", "contract", "dispatched", "rehired", "village"),
    "pay_scheme": ("standard", "agreement"),
    "public_class": ("1", "2"),
}  # fmt: skip


def where_of(keys: Mapping[str, str]) -> Where:
    """Return `keys` as a sorted, hashable tuple."""
    return tuple(sorted(keys.items()))


def matches(where: Where, keys: Mapping[str, str]) -> bool:
    """Tell if a value keyed by `where` holds for `keys`."""
    return all(keys.get(key) == value for key, value in where)


def refines(narrow: Where, wide: Where) -> bool:
    """Tell if `narrow` holds only where `wide` holds too, so that it wins over it.

    Equal ones refine each other.
    """
    named = dict(narrow)
    return all(named[key] == value if key in named else key == "kind" and "institution" in named for key, value in wide)


def can_meet(one: Where, other: Where) -> bool:
    """Tell if both can hold for the same person, institution and axis name.

    They can where no key differs.
    """
    named = dict(one)
    return all(named.get(key, value) == value for key, value in other)


def specificity(where: Where) -> tuple[int, int]:
    """Rank a value's keys; the greatest is the most specific of values that hold together.

    Only among values that are not ambiguous.
    """
    named = {key for key, _ in where}
    return len(named | {"kind"} if "institution" in named else named), len(named)


def written(where: Where) -> str:
    """Write `where` as a policy file does; '' where a value holds everywhere."""
    return "{ " + ", ".join(f'{key} = "{value}"' for key, value in where) + " }" if where else ""
