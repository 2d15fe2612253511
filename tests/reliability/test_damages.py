"""Each declared damage of a random county is refused, told, or changes nothing.

The expectations stand with the damages (`damages_*.py`). A damage that the drawn county does not feel is done to
another one, never counted as passed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.reliability import DAMAGES
from tests.reliability.damage import NEXT, Damage, NoEffect, Office, copy_office
from tests.reliability.outcome import content, drawn, fault, observe

SEEDS = range(12)


@contextmanager
def office_of(damage: Damage, seed: int) -> Iterator[Office]:
    """Copy a county's office at the stage of the damage."""
    base = Path(mkdtemp(prefix="payengine-damaged-"))
    county = drawn(seed)
    before = county.seen[damage.stage].run if damage.stage != NEXT else ""
    tables, chance = county.tables_at(damage.stage), f"{seed} {damage.name}"
    office = copy_office(county.offices[damage.stage], base / "office", tables, chance, before)
    try:
        yield office
    finally:
        for step in reversed(office.undo):
            step()
        shutil.rmtree(base)


def damaged(damage: Damage, seed: int) -> str:
    """Damage a county and carry its month on; return what is not as declared.

    `NoEffect` where the county feels nothing.
    """
    county = drawn(seed)
    with office_of(damage, seed) as office:
        before = content(office.folder)
        names = damage.act(office)
        if content(office.folder) == before:
            raise NoEffect(damage.name)
        return fault(damage, names, observe(office, damage.stage), county.seen[damage.stage])


def test_sixty_ways_are_declared() -> None:
    assert len(DAMAGES) >= 60


@pytest.mark.parametrize("name", sorted(DAMAGES))
def test_a_damage_is_refused_told_or_without_effect(name: str) -> None:
    for seed in SEEDS:
        try:
            found = damaged(DAMAGES[name], seed)
        except NoEffect:
            continue
        assert not found, f"county {seed}, {name}: {found}"
        return
    pytest.fail(f"no county of {SEEDS} feels the damage {name}")


@settings(max_examples=25)
@given(name=st.sampled_from(sorted(DAMAGES)), seed=st.integers(min_value=100, max_value=119))
def test_any_damage_of_any_county(name: str, seed: int) -> None:
    try:
        found = damaged(DAMAGES[name], seed)
    except NoEffect:
        assume(False)
    assert not found, f"county {seed}, {name}: {found}"
