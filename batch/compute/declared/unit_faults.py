"""Faults of units in a calculation of the policy, told by its keys and operands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from batch.compute.declared.operands import Operands
from payengine.graph import Column, FormulaError, Unit
from payengine.graph.values.units import RATIO
from payengine.policy.calculation import Calculation
from payengine.texts import joined, say
from payengine.unit_words import unit_words

Operand = tuple[str, str]  # (key of the calculation, text written there)


def check_agreement(operands: Operands, texts: Iterable[Operand]) -> None:
    """Check that figures which are added or compared have one unit.

    `FormulaError` names each with its key and its unit, and what would fit. Numbers without a unit agree with all.
    """
    if not operands.is_trial:
        return
    found = [(key, text, operands.plain(text).unit) for key, text in texts]
    units = [unit for _, _, unit in found if unit is not None]
    if all(unit.agrees(units[0]) for unit in units[1:]):
        return
    raise FormulaError(
        say("{operands} are of different units, so they are neither added nor compared", operands=_listed(found)),
        remedy=_bridge(units[0], next(unit for unit in units if not unit.agrees(units[0]))),
    )


def check_limits(operands: Operands, calculation: Calculation, result: Column) -> None:
    """Check that the limits of a calculation have the unit of what they limit."""
    for key, text in (("at_least", calculation.at_least), ("at_most", calculation.at_most)):
        limit = operands.plain(text).unit if text and operands.is_trial else None
        if limit is not None and result.unit is not None and not limit.agrees(result.unit):
            raise FormulaError(
                say("{operand} limits a result in {unit}", operand=_listed([(key, text, limit)]),
                    unit=_words(result.unit)),
                remedy=say("a limit has the unit of what it limits"),
            )  # fmt: skip


def check_result(operands: Operands, calculation: Calculation, result: Column, declared: Unit) -> None:
    """Check that a calculation gives the unit that it is declared in.

    `FormulaError` names every operand with its key and its unit, what they give together, and what would fit.
    """
    if not operands.is_trial or result.unit is None or result.unit.agrees(declared):
        return
    found = [(key, text, operands.plain(text).unit) for key, text in _multiplied(calculation)]
    raise FormulaError(
        say("{operands} give {found}, and it is declared in {unit}",
            operands=_listed(found), found=_words(result.unit), unit=_words(declared)),
        remedy=say("it fits with one more factor (times) in {unit}, or with another operand",
                   unit=_words(declared.per(result.unit))),
    )  # fmt: skip


def _multiplied(calculation: Calculation) -> list[Operand]:
    """List the operands that decide the unit of the result, each with its key."""
    found: list[Operand] = [
        (key, text) for key in ("total_of", "mean_of", "slices_of") if (text := getattr(calculation, key))
    ]
    found += [(key, text) for key in ("add", "subtract", "times", "over") for text in getattr(calculation, key)]
    return found + [("slices.rate", one.rate) for one in calculation.slices]


def _listed(found: Sequence[tuple[str, str, Unit | None]]) -> str:
    return joined(
        say("{key}: {name} ({unit})", key=key, name=text, unit=say("a plain number") if unit is None else _words(unit))
        for key, text, unit in found
    )


def _words(unit: Unit) -> str:
    """Write a unit in words; yuan and points to other powers as a product of both."""
    if "^" not in unit.name:
        return unit_words("ratio" if unit is RATIO else unit.name)
    powers = {"yuan": unit.yuan, "points": unit.points}
    if sorted(powers.values()) == [-1, 1]:
        above, below = sorted(powers, key=lambda name: -powers[name])
        return unit_words(f"{above} per {below}")
    return " × ".join(unit_words(name) + (f"^{power}" if power != 1 else "") for name, power in powers.items() if power)


def _bridge(one: Unit, other: Unit) -> str:
    """Write what makes two units one: a factor for the second of them."""
    return say("multiply what is in {other} by a figure in {factor}, in a figure of its own, or name another",
               other=_words(other), factor=_words(one.per(other)))  # fmt: skip
