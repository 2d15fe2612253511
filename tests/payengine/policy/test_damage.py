"""Damaged policy files: refused with problems that name them, or harmless.

Damage never ends in a traceback.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import formulas
from payengine.errors import Refused
from payengine.policy import load_policy

DEMO = formulas.POLICIES.joinpath("demo.toml").read_text(encoding="utf-8").replace('"demo"', '"damaged"')
LINES = DEMO.splitlines()
PIECES = [
    "",
    "{",
    "]",
    '"',
    "1",
    "1.5",
    "true",
    "[]",
    "{}",
    '""',
    "2026-01-01",
    "2026-01-01T00:00:00",
    '"x"',
    "x = 1",
    "[[parameters]]",
]
PLACE = st.integers(0, len(LINES) - 1)
DAMAGE = st.lists(
    st.tuples(PLACE, st.sampled_from(["drop", "twice", "value", "line"]), st.sampled_from(PIECES)),
    min_size=1,
    max_size=4,
)


def damaged(changes: list[tuple[int, str, str]]) -> str:
    lines = list(LINES)
    for place, how, piece in changes:
        key, equals, _ = lines[place].partition("=")
        if how == "drop":
            lines[place] = ""
        elif how == "twice":
            lines[place] += "\n" + lines[place]
        elif how == "value" and equals:
            lines[place] = f"{key}= {piece or '[[1]]'}"
        else:
            lines[place] = piece
    return "\n".join(lines)


def refusal(name: str, folder: Path, institutions: Path | None) -> Refused | None:
    try:
        load_policy(name, [folder, formulas.POLICIES], institutions)
    except Refused as refused:
        return refused
    return None


@pytest.mark.parametrize("institution", [False, True], ids=["layer", "institution"])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=DAMAGE)
def test_damage_is_refused_or_harmless(tmp_path: Path, institution: bool, changes: list[tuple[int, str, str]]) -> None:
    name = "I07" if institution else "damaged"
    (tmp_path / f"{name}.toml").write_text(damaged(changes), encoding="utf-8")
    refused = refusal("demo" if institution else name, tmp_path, tmp_path if institution else None)
    if refused is not None:
        assert refused.problems
        assert all(problem.what for problem in refused.problems)
        assert str(refused)
