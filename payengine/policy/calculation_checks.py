"""Checks of a merged policy's calculations: names, pools, levels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from payengine.errors import Problem
from payengine.policy.calculation import REMEMBERED, Calculation, DeclaredFigure
from payengine.policy.model import PAY, Component, Policy
from payengine.policy.pool_outputs import CARRY
from payengine.policy.toml import KeyPath
from payengine.suggest import hint
from payengine.texts import in_quotes, joined, say

MONEY_ROUNDINGS = ("0", "1", "2")  # of yuan: whole ones, tenths, fen
KeyPaths = Mapping[tuple[str, str], KeyPath]  # (layer, name) -> where it stands
PERSONS, GROUPS = ("engagement", "staff"), ("department", "institution", "consortium")


def calculation_problems(policy: Policy, places: KeyPaths) -> Iterator[Problem]:
    """Find what of the calculations does not fit together."""
    for name, figure in policy.figures.items():
        place = places[figure.layer, name]
        for what, others in (
            (say("a component"), policy.components), (say("a statement"), policy.statements),
            (say("a parameter"), policy.parameters), (say("a total"), policy.totals),
        ):  # fmt: skip
            if name in others:
                yield place.problem(
                    say("{name} is {what} too; give it a name of its own", name=in_quotes(name), what=what)
                )
        if figure.is_pool:
            yield from _pool(policy, name, figure.calculation, place)
        elif figure.calculation.pool:
            yield place.at("pool").problem(
                say("a figure shares no pool"), say("make it a component; a pool that is divided further says divides")
            )
        yield from _figure(policy, figure.calculation, place)
    for line in (*policy.components.values(), *policy.statements.values()):
        if line.calculation is not None:
            yield from _line(policy, line, line.calculation, places[line.layer, line.name])
    yield from _taken_twice(policy, places)
    yield from _ratios(policy, places)


def _ratios(policy: Policy, places: KeyPaths) -> Iterator[Problem]:
    """Report calculations with a share of a ratio: 6 of 6 : 3 : 1 multiplies nothing."""
    declared: tuple[DeclaredFigure | Component, ...] = (
        *policy.figures.values(), *policy.components.values(), *policy.statements.values()
    )  # fmt: skip
    for one in declared:
        for text in () if one.calculation is None else one.calculation.operands():
            parameter = policy.parameters.get(text.partition("[")[0])
            if parameter is not None and parameter.ratio:
                yield places[one.layer, one.name].problem(
                    say("{name} is a share of a ratio, of which only the proportion counts", name=text),
                    say("give a pool parts, or declare the parameter without ratio"),
                )


def _taken_twice(policy: Policy, places: KeyPaths) -> Iterator[Problem]:
    """Report money that several lines or pools have whole: it would be paid once for each."""
    told = set()
    for outputs in policy.outputs.values():
        takers: dict[str, list[str]] = {}
        lines = [policy.components[name] for name in dict.fromkeys(outputs) if name in policy.components]
        shared = {line.name: line.calculation.pool for line in lines if line.calculation and line.calculation.pool}
        for line, pool in shared.items():
            takers.setdefault(pool, []).append(line)
        for pool in _pools_of(policy, shared.values()):
            calculation = policy.figures[pool].calculation
            whole = not calculation.times and not calculation.over and not calculation.subtract
            for text in (*([calculation.divides] if calculation.divides else ()), *(calculation.add if whole else ())):
                takers.setdefault(text, []).append(pool)
        for money, names in takers.items():
            if len(names) > 1 and (money, *names) not in told:
                told.add((money, *names))
                first = policy.components.get(names[0]) or policy.figures[names[0]]
                yield places[first.layer, first.name].problem(
                    say("{names} have all of {pool} each, so it is paid more than once",
                        names=" / ".join(names), pool=money),
                    say("give the pool parts, and each its own"),
                )  # fmt: skip


def _pools_of(policy: Policy, shared: Iterable[str]) -> list[str]:
    """List the pools that lines share, and those that these are made of."""
    found: dict[str, None] = {}
    waiting = [text.partition("[")[0] for text in shared]
    while waiting:
        name = waiting.pop()
        figure = policy.figures.get(name)
        if name in found or figure is None or not figure.is_pool:
            continue
        found[name] = None
        waiting += [text.partition("[")[0] for text in (*figure.calculation.add, figure.calculation.divides)]
    return list(found)


def _figure(policy: Policy, calculation: Calculation, place: KeyPath) -> Iterator[Problem]:
    if calculation.mean_of and calculation.level not in GROUPS:
        yield place.at("level").problem(
            say("a mean is of a department, an institution or the consortium: it says its level"),
            say('write level = "institution"'),
        )
    yield from _memory(policy, calculation, place)


def _pool(policy: Policy, name: str, calculation: Calculation, place: KeyPath) -> Iterator[Problem]:
    yield from _rounded(calculation, place)
    if calculation.level in PERSONS:
        yield place.at("level").problem(say("a pool is of a department, an institution or the consortium"))
    if calculation.unclaimed == CARRY and (calculation.level not in ("", "institution") or calculation.divides):
        yield place.at("unclaimed").problem(
            say("only an institution's own pool is carried to later months"),
            say("carry the pool that it divides"),
        )
    if calculation.unclaimed == "others" and not calculation.parts:
        yield place.at("unclaimed").problem(say("only the parts of a pool can go to the others"))
    if calculation.divides:
        yield from _share_of(policy, calculation.divides, place.at("divides"), must_be=False)
    lines = {one.name: one.calculation for one in policy.components.values() if one.calculation is not None}
    divided = {one.calculation.divides for one in policy.figures.values()}
    for part, _ in calculation.parts:
        if f"{name}[{part}]" not in divided | {one.pool for one in lines.values()}:
            yield place.at("parts").problem(say("nobody shares in the part {part}", part=in_quotes(part)))
    sharing = {line for line, one in lines.items() if one.pool.partition("[")[0] == name}
    for kind, outputs in policy.outputs.items():
        paid = sharing & set(outputs)
        for line in sorted(sharing - paid) if paid else ():
            yield place.problem(
                say("{line} shares in it and is no output of a {kind}, so others would have its money",
                    line=line, kind=kind),
                say("name it among the outputs, or take its calculation out"),
            )  # fmt: skip


def _line(policy: Policy, line: Component, calculation: Calculation, place: KeyPath) -> Iterator[Problem]:
    yield from _rounded(calculation, place)
    if line.kind != PAY and (calculation.pool or calculation.divides):
        yield place.at("pool").problem(say("a statement line shares no pool"))
    if calculation.level and (calculation.level in PERSONS) != (line.kind == PAY):
        what = say("a line of the payslip is of level engagement or staff") if line.kind == PAY else say(
            "a line of the statement is of level institution"
        )  # fmt: skip
        yield place.at("level").problem(what)
    if line.kind == PAY:
        yield from _memory(policy, calculation, place)
    kinds = [kind for kind, outputs in policy.outputs.items() if line.name in outputs]
    if len(kinds) > 1 and not calculation.pool and not calculation.subtract:
        yield place.problem(
            say("it is an output of several kinds of period ({kinds}): each would pay it again",
                kinds=joined(kinds)),
            say("give the settlement a line of its own that subtracts what the months paid: paid_in_period[{name}]",
                name=line.name),
        )  # fmt: skip
    if calculation.divides or calculation.mean_of:
        key = "divides" if calculation.divides else "mean_of"
        yield place.at(key).problem(
            say("a line is no pool and no mean"), say("make it a figure or a pool, and name it here")
        )
    if calculation.pool:
        yield from _share_of(policy, calculation.pool, place.at("pool"))


def _rounded(calculation: Calculation, place: KeyPath) -> Iterator[Problem]:
    """Report money that would not be in whole fen, and rounding of shares of a pool."""
    if not calculation.round:
        return
    if calculation.pool or calculation.divides:
        yield place.at("round").problem(
            say("a share of a pool is in whole fen, so that nothing is lost; it is not rounded"),
            say("leave round out"),
        )
    elif calculation.round not in MONEY_ROUNDINGS:
        yield place.at("round").problem(
            say("it is money, which is paid in whole fen, and round = {given} is not", given=f'"{calculation.round}"'),
            say('leave round out for fen, or write "1" for a tenth of a yuan, "0" for whole yuan'),
        )


def _memory(policy: Policy, calculation: Calculation, place: KeyPath) -> Iterator[Problem]:
    """Check that the year remembers what is cut into slices.

    No earlier run keeps tasks, or counts of the policy's own, by person.
    """
    base = calculation.slices_of.partition("[")[0]
    if calculation.memory and base and base not in (*REMEMBERED, *policy.components):
        yield place.at("memory").problem(
            say("the year remembers points, services and pay of persons, but not {name}", name=calculation.slices_of),
            say("Cut points, services, one category of them, or a component of the payslip."),
        )
    if calculation.memory and calculation.level != "staff":
        yield place.at("memory").problem(
            say("only a person has a memory of the year"), say('write level = "staff"')
        )  # fmt: skip


def _share_of(policy: Policy, text: str, place: KeyPath, must_be: bool = True) -> Iterator[Problem]:
    """Check a pool and its part by name; one that is divided may be a shipped rule's."""
    pool, _, part = text.partition("[")
    part = part.removesuffix("]")
    figure = policy.figures.get(pool)
    pools = [name for name, one in policy.figures.items() if one.is_pool]
    if figure is None or not figure.is_pool:
        if not must_be:
            return
        what = say("{name} is no pool of [pools]", name=in_quotes(pool))
        yield place.problem(what + hint(pool, pools))
        return
    names = [name for name, _ in figure.calculation.parts]
    if part and part not in names:
        yield place.problem(say("{pool} has no part {part}", pool=pool, part=in_quotes(part)) + hint(part, names))
    if not part and names:
        yield place.problem(say("{pool} is in parts ({parts}): name one", pool=pool, parts=joined(names)))
