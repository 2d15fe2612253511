"""Limits that cross: a least above the most is refused where the policy's numbers tell it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.policy_files import head, load, refusal

LINE = (
    '[names.funding]\nfiscal = "财政"\n[components.bonus]\nlabel = "奖励"\nclass = "variable"\nfunding = "fiscal"\n'
    'add = ["a"]\n'
)


def parameter(name: str, *values: str) -> str:
    """A parameter of yuan: each value is `START|UNTIL|KIND|VALUE`, UNTIL and KIND may be empty."""
    rows = []
    for start, until, kind, value in (one.split("|") for one in values):
        end = f"until = {until}" if until else 'continues = "x"'
        where = f'where = {{ kind = "{kind}" }}, ' if kind else ""
        rows.append(f'  {{ from = {start}, {end}, {where}value = "{value}", source = "illustrative" }},')
    lines = [f"[parameters.{name}]", f'label = "{name}"', 'unit = "yuan"', "values = [", *rows, "]", ""]
    return "\n".join(lines)


FIRST, JULY = "2026-01-01", "2026-07-01"
CROSSED = {
    "two numbers": ('at_least = "500"\nat_most = "499.99"\n', "500 is above the at_most, 499.99"),
    "a number and a parameter": (
        'at_least = "500"\nat_most = "cap"\n' + parameter("cap", f"{FIRST}|||400"),
        "500 is above the at_most, cap (400)",
    ),
    "of one day on": (
        'at_least = "floor"\nat_most = "cap"\n'
        + parameter("floor", f"{FIRST}|{JULY}||500", f"{JULY}|||700")
        + parameter("cap", f"{FIRST}|||600"),
        "floor (700) is above the at_most, cap (600); correct the values in force on 2026-07-01",
    ),
    "of one kind": (
        'at_least = "floor"\nat_most = "cap"\n'
        + parameter("floor", f"{FIRST}|||500")
        + parameter("cap", f"{FIRST}|||600", f"{FIRST}||village_clinic|300"),
        "floor (500) is above the at_most, cap (300)",
    ),
}
FITTING = {
    "the same": 'at_least = "500"\nat_most = "500"\n',
    "a figure, known only in a run": 'at_least = "500"\nat_most = "b"\n',
    "each kind has its own": (
        'at_least = "floor"\nat_most = "cap"\n'
        + parameter("floor", f"{FIRST}|||500", f"{FIRST}||village_clinic|200")
        + parameter("cap", f"{FIRST}|||600", f"{FIRST}||village_clinic|300")
    ),
    "never at one time": (
        'at_least = "floor"\nat_most = "cap"\n'
        + parameter("floor", f"{FIRST}|{JULY}||500", f"{JULY}|||700")
        + parameter("cap", f"{FIRST}|{JULY}||600", f"{JULY}|||800")
    ),
}


@pytest.mark.parametrize(("text", "told"), CROSSED.values(), ids=CROSSED)
def test_a_least_above_the_most_is_refused(tmp_path: Path, text: str, told: str) -> None:
    refused = "\n".join(refusal(tmp_path, "a", {"a": head("a") + LINE + text}))
    assert "components.bonus.at_least" in refused
    assert told in refused


@pytest.mark.parametrize("text", FITTING.values(), ids=FITTING)
def test_limits_that_leave_room_are_accepted(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, "a", {"a": head("a") + LINE + text}).components["bonus"].calculation is not None


def test_a_parameter_whose_minimum_is_above_its_maximum_is_refused(tmp_path: Path) -> None:
    """Without a value nothing else tells it: every value would be refused later."""
    text = '[parameters.share]\nlabel = "比例"\nunit = "ratio"\nminimum = "0.6"\nmaximum = "0.5"\n'
    refused = "\n".join(refusal(tmp_path, "a", {"a": head("a") + text}))
    assert "minimum  share  " in refused
    assert "0.60 is above the maximum, 0.50" in refused
