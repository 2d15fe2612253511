"""Simulations, solutions and plans as they are printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from batch.cli.session import SHORT
from batch.cli.views.code_words import unit_text
from batch.cli.views.heading import illustrative_line, warnings
from batch.cli.views.paragraphs import Paragraphs
from batch.cli.views.run_difference import policy_change_parts
from batch.cli.views.tables import Sheet, figure, name, word
from batch.reports.compliance import RESULTS
from batch.reports.compliance_words import kinds_text, result_text
from batch.reports.register import Names
from batch.simulation.effect import Amounts, Effect, GroupEffect
from batch.simulation.side import CEILING
from batch.simulation.solution import INCREASING
from batch.simulation.target import amount_text
from payengine.exact.amounts import yuan
from payengine.policy.bodies import body_words
from payengine.policy.toml import number_text
from payengine.texts import joined, labelled, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.simulation.plan import LaterValue, Plan
    from batch.simulation.simulation import Simulation
    from batch.simulation.simulator import Simulated
    from batch.simulation.solution import Solution, Step

MOST_DETAILED = 3  # scenarios whose whole effect is printed
MOST_INSTITUTIONS, MOST_FLIPS = 20, 20  # that are printed


def simulation_parts(found: Simulation, names: Names) -> list[RenderableType]:
    """Print every scenario in a line, and the whole effect of the first few."""
    beside = say("the period's own computation")
    if found.beside:
        beside = say("what is published, revision {revision} (run {run})", revision=found.beside_revision,
                     run=found.beside[:SHORT])  # fmt: skip
    head = say("{period}, simulated: nothing is stored. Beside {what}.", period=found.period, what=beside)
    parts: list[RenderableType] = [Paragraphs([("", head)])]
    if found.is_illustrative:
        parts.append(Paragraphs([("", illustrative_line())]))
    parts += ["", *_scenarios(found.scenarios)]
    for one in found.scenarios:
        if one.refused is not None:
            what = say("{scenario} is refused, as a run by it would be:", scenario=one.scenario.name)
            parts += ["", Paragraphs([("", what), *(("  ", line) for line in one.refused.report().splitlines())])]
    computed = [one for one in found.scenarios if one.effect is not None]
    if len(computed) > MOST_DETAILED:
        parts += ["", Paragraphs([("", say("The effect of each scenario in full: --json, or one scenario alone."))])]
        return [*parts, *warnings(found.notes)]
    for one in computed:
        if one.effect is not None:
            title = [say("Scenario: {name}", name=one.scenario.name)] if len(computed) > 1 else []
            parts += [*(["", *title] if title else []), *effect_parts(one.effect, names)]
    return [*parts, *warnings(found.notes)]


def _scenarios(scenarios: Sequence[Simulated]) -> Iterator[RenderableType]:
    """Print a line each; statements stand apart, and only where a scenario changes them."""
    heads = [
        name(say("Scenario"), key=True), figure(say("Pay")), figure(say("Change")), figure(say("Gain")),
        figure(say("Lose")), figure(say("Same")), figure(say("Flips")),
    ]  # fmt: skip
    rows = []
    for one in scenarios:
        effect = one.effect
        if effect is None:
            rows.append([one.scenario.name, say("refused"), *[""] * (len(heads) - 2)])
            continue
        people = effect.people
        flips = len(effect.check_flips) + len(effect.bound_flips)
        rows.append(
            [
                one.scenario.name, *_now(effect.pay), f"{people.gain:,}", f"{people.lose:,}", f"{people.same:,}",
                f"{flips:,}",
            ]
        )  # fmt: skip
    yield Sheet(heads, rows)
    statements = [(one.scenario.name, one.effect.statements) for one in scenarios if one.effect is not None]
    if any(amounts.change_fen for _, amounts in statements):
        heads = [name(say("Scenario"), key=True), figure(say("Statements of institutions")), figure(say("Change"))]
        yield ""
        yield Sheet(heads, [[scenario, *_now(amounts)] for scenario, amounts in statements])


def _now(amounts: Amounts) -> tuple[str, str]:
    return yuan(amounts.after_fen), yuan(amounts.change_fen, signed=True)


def _three(amounts: Amounts) -> list[str]:
    return [yuan(amounts.before_fen), yuan(amounts.after_fen), yuan(amounts.change_fen, signed=True)]


def effect_parts(effect: Effect, names: Names) -> list[RenderableType]:
    """Print an effect: sums, institutions, who gains and loses, what flips."""
    return [
        "", _sums(effect),
        *_institutions(effect, names),
        "", Paragraphs([("", _people(effect.people))]),
        "", _groups(effect),
        *_flips(effect, names),
    ]  # fmt: skip


def _sums(effect: Effect) -> Sheet:
    heads = [name(say("Line"), key=True), figure(say("Before")), figure(say("After")), figure(say("Change"))]
    rows = [
        [label or code, *_three(amounts)]
        for code, label, amounts in (*effect.components, *effect.statement_lines)
        if amounts.change_fen
    ]
    totals = [[say("Pay of persons"), *_three(effect.pay)],
              [say("Statements of institutions"), *_three(effect.statements)]]  # fmt: skip
    return Sheet(heads, [*rows, *totals], totals=2)


def _institutions(effect: Effect, names: Names) -> Iterator[RenderableType]:
    changed = [one for one in effect.institutions if one.pay.change_fen or one.statements.change_fen]
    if not changed:
        yield ""
        yield say("No institution's figures change.")
        return
    changed.sort(key=lambda one: (-abs(one.pay.change_fen) - abs(one.statements.change_fen), one.institution))
    shown, rest = changed[:MOST_INSTITUTIONS], changed[MOST_INSTITUTIONS:]
    rows = [
        [
            one.institution, names.institutions.get(one.institution, ""), *_three(one.pay),
            yuan(one.statements.change_fen, signed=True) if one.statements.change_fen else "",
        ]
        for one in shown
    ]  # fmt: skip
    if rest:
        more = sum(one.pay.change_fen for one in rest), sum(one.statements.change_fen for one in rest)
        rows.append(["", say("and {n} more", n=f"{len(rest):,}"), "", "", yuan(more[0], signed=True),
                     yuan(more[1], signed=True) if more[1] else ""])  # fmt: skip
    heads = [
        word(say("Code"), key=True), name(say("Institution"), key=True), figure(say("Before")),
        figure(say("After")), figure(say("Change")), figure(say("Change of statements")),
    ]  # fmt: skip
    yield ""
    yield Sheet(heads, rows).without_empty()


def _people(one: GroupEffect) -> str:
    return say(
        "Of {people} person(s) {gain} gain, {lose} lose, {same} have the same.",
        people=f"{one.people:,}", gain=f"{one.gain:,}", lose=f"{one.lose:,}", same=f"{one.same:,}",
    )  # fmt: skip


def _groups(effect: Effect) -> Sheet:
    heads = [
        word(say("Grouped by"), key=True), name(say("Group"), key=True), figure(say("Persons")), figure(say("Gain")),
        figure(say("Lose")), figure(say("Same")), figure(say("Change")),
    ]  # fmt: skip
    titles = {"decile": say("pay before, tenths"), "kind": say("kind"), "role": say("role"), "title": say("title")}
    rows, last = [], ""
    for one in (*effect.deciles, *effect.groups):
        if one.group != "decile" and not (one.gain or one.lose):
            continue  # whoever is left out has the same
        shown = "" if one.group == last else titles[one.group]
        last = one.group
        rows.append(
            [
                shown, _group_name(one), f"{one.people:,}", f"{one.gain:,}", f"{one.lose:,}", f"{one.same:,}",
                yuan(one.pay.change_fen, signed=True),
            ]
        )  # fmt: skip
    return Sheet(heads, rows)


def _group_name(one: GroupEffect) -> str:
    if one.group == "decile" and one.lowest_fen is not None and one.highest_fen is not None:
        return f"{one.name}: {yuan(one.lowest_fen)} - {yuan(one.highest_fen)}"
    if not one.name:
        return say("(not given)")
    return kinds_text([one.name]) if one.group == "kind" else one.name


def _flips(effect: Effect, names: Names) -> Iterator[RenderableType]:
    rows: list[tuple[str, str]] = []
    for check in effect.check_flips:
        who = f"{check.institution} {names.institutions.get(check.institution, '')}".strip() or say("all together")
        old, new = (result_text(RESULTS[one]) for one in (check.before, check.after))
        rows.append(("  ", say("{what}, {who}: {old} -> {new}", what=check.label, who=who, old=old, new=new)))
    for bound in effect.bound_flips:
        who = f"{bound.institution} {names.institutions.get(bound.institution, '')}".strip()
        old, new = (yuan(one) for one in (bound.amount.before_fen, bound.amount.after_fen))
        kind = say("ceiling") if bound.kind == CEILING else say("floor")
        told = say("{kind} {what}, {who}: {old} -> {new}", kind=kind, what=bound.label, who=who, old=old, new=new)
        rows.append(("  ", told))
    yield ""
    if not rows:
        yield Paragraphs([("", say("No check, ceiling or floor flips."))])
        return
    yield say("Checks, ceilings and floors that flip:")
    yield Paragraphs(rows[:MOST_FLIPS])
    if len(rows) > MOST_FLIPS:
        yield f"  {say('and {n} more', n=f'{len(rows) - MOST_FLIPS:,}')}"


def solution_parts(found: Solution, period: str, institution: str) -> list[RenderableType]:
    """Print a solution: the value, what it spends and leaves, and the next step."""
    unit, label = unit_text(found.unit), labelled(found.target_label, found.target.name)
    of = say("{figure} of {who}", figure=label, who=institution) if institution else label
    head = say("{period}: {name} for {spend} {unit} of {figure}", period=period, name=found.name,
               spend=amount_text(found.spend, found.scale), unit=unit, figure=of)  # fmt: skip
    rows: list[list[str]] = []
    if found.now is not None:
        rows.append(_step(say("now"), found.now, found))
    rows.append(_step(say("found"), found.found, found))
    if found.following is not None:
        rows.append(_step(say("next step"), found.following, found))
    heads = [word("", key=True), figure(say("Value")), figure(say("Spent")), figure(say("Left"))]
    way = say("it grows with the value") if found.direction == INCREASING else say("it falls with the value")
    told = say(
        "Computed at {n} values, step {step}: {way}.", n=found.evaluations, step=number_text(found.step), way=way
    )
    if found.following is None:
        told = f"{told} {say('The range ends here: no further value is allowed.')}"
    return [Paragraphs([("", head)]), "", Sheet(heads, rows, indent="  "), "", Paragraphs([("", told)])]


def _step(title: str, step: Step, found: Solution) -> list[str]:
    left = found.spend - step.figure
    return [title, number_text(step.value, least=2), amount_text(step.figure, found.scale),
            amount_text(left, found.scale)]  # fmt: skip


def later_text(one: LaterValue) -> str:
    """Write a value that begins after the period: label, name, first day."""
    return say("{label} ({name}) from {day}", label=one.label, name=one.name, day=one.start)


def plan_parts(found: Plan, names: Names) -> list[RenderableType]:
    """Print a plan: what changes in words, whom it pays more or less, the digest to quote."""
    head = say("Plan for {period}: policy {old} -> {new}", period=found.period,
               old=f"{found.old.code} {found.old.title}", new=f"{found.new.code} {found.new.title}")  # fmt: skip
    parts: list[RenderableType] = [Paragraphs([("", head)])]
    if found.old.illustrative or found.new.illustrative:
        parts.append(Paragraphs([("", illustrative_line())]))
    parts += ["", say("What changes")]
    parts += [say("  Nothing that changes a figure.")] if found.changes.empty else policy_change_parts(found.changes)
    parts += effect_parts(found.effect, names)
    if found.budget_fen is not None and found.left_fen is not None:
        told = say("Of {budget} yuan {after} are paid: {left} are left.", budget=yuan(found.budget_fen),
                   after=yuan(found.effect.pay.after_fen), left=yuan(found.left_fen))  # fmt: skip
        if found.left_fen < 0:
            told = say("Of {budget} yuan {after} are paid: {left} are lacking.", budget=yuan(found.budget_fen),
                       after=yuan(found.effect.pay.after_fen), left=yuan(-found.left_fen))  # fmt: skip
        parts += ["", Paragraphs([("", told)])]
    if found.to_approve:
        parts += ["", say("Still to be approved:")]
        texts = [
            say("{label} ({name}) by {bodies}", label=one.label, name=one.name,
                bodies=joined(map(body_words, one.bodies)))
            for one in found.to_approve
        ]  # fmt: skip
        parts.append(Paragraphs([("  ", text) for text in texts]))
    if found.later:
        told = say("No part of this plan, because they begin after {period}; plan a period in which they hold:",
                   period=found.period)  # fmt: skip
        parts += ["", Paragraphs([("", told)]), Paragraphs([("  ", text) for text in map(later_text, found.later)])]
    quote = say("Digest of the plan, which the approval may quote:")
    return [*parts, "", quote, f'  plan = "{found.digest}"']
