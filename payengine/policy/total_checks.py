"""Checks of totals and of known income: every name that is added up stands for something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from payengine.errors import Problem
from payengine.policy.calculation import Calculation
from payengine.policy.model import Policy, Total
from payengine.policy.toml import KeyPath
from payengine.suggest import hint
from payengine.texts import in_quotes, say


def total_problems(policy: Policy, total: Total, place: KeyPath) -> Iterator[Problem]:
    """Check that a total names components, totals and known income, or a class."""
    if bool(total.components or total.earlier or total.charged_to) == bool(total.pay_class):
        yield place.problem(say("a total names components, or a class: one of the two"))
    if total.earlier and total.pay_class:
        yield place.at("earlier").problem(say("a total by class counts what was paid before with to_date"))
    if total.without and not (total.pay_class or total.charged_to):
        yield place.at("without").problem(say("leave them out of the list of components instead"))
    for key, listed in (("components", total.components), ("earlier", total.earlier), ("without", total.without)):
        known = [*policy.components, *((*policy.totals, *policy.known_income) if key == "components" else ())]
        for name in listed:
            if name in known:
                continue
            if name in policy.known_income:
                yield place.at(key).problem(
                    say("{name} is known income, which is never paid", name=in_quotes(name)),
                    say("list it under components, or leave it out"),
                )
            else:
                what = say("{name} is no component, total or known income", name=in_quotes(name))
                yield place.at(key).problem(what + hint(name, known))
    if total.name in {*policy.components, *policy.statements, *policy.parameters}:
        yield place.problem(say("{name} is the name of a total and of something else", name=in_quotes(total.name)))


def unpaid_in_list(policy: Policy, total: Total, paid: frozenset[str], place: KeyPath) -> Iterator[Problem]:
    """Find components in a total's list that no run of the policy pays.

    `paid` is what some kind of period paid when the list was written: what a later layer takes away with `without` it
    takes away in words.
    """
    ever = paid.union(*policy.outputs.values())
    for name in total.components:
        if name in policy.components and name not in ever:
            yield place.at("components").problem(
                say("{name} is an output of no kind of period: it would count as 0", name=in_quotes(name))
                + hint(name, [one for one in policy.components if one in ever]),
                say("add it to the outputs, leave it out, list under earlier what another policy paid of it"
                    " this year, or declare as known income what others pay"),
            )  # fmt: skip


def paid_known_income(policy: Policy, places: Mapping[tuple[str, str], KeyPath]) -> Iterator[Problem]:
    """Report lines and pools whose amount is made of known income, which is never paid."""
    made = [
        (one.layer, one.name, one.calculation) for one in (*policy.components.values(), *policy.statements.values())
    ]
    made += [(one.layer, one.name, one.calculation) for one in policy.figures.values() if one.is_pool]
    for layer, name, calculation in made:
        found = None if calculation is None else _known_in(calculation, policy, frozenset())
        if found:
            yield places[layer, name].problem(
                say("{income} is known income: it is compared with, and never paid", income=found),
                say("subtract it, or compare with it in at_least and at_most"),
            )


def _known_in(calculation: Calculation, policy: Policy, seen: frozenset[str]) -> str:
    """Return the known income that an amount is made of; '' where there is none."""
    texts = (*calculation.add, *calculation.times, calculation.source, calculation.divides)
    return next((found for text in texts if (found := _known_of(text, policy, seen))), "")


def _known_of(text: str, policy: Policy, seen: frozenset[str]) -> str:
    base, _, key = text.partition("[")
    inputs = {income.input: name for name, income in policy.known_income.items()}
    if base in policy.known_income:
        return base
    if base == "pay_component" and key.removesuffix("]") in inputs:
        return inputs[key.removesuffix("]")]
    if base in seen:
        return ""
    if base in policy.figures:
        return _known_in(policy.figures[base].calculation, policy, seen | {base})
    if base in policy.totals:
        parts = policy.totals[base].components
        return next((found for part in parts if (found := _known_of(part, policy, seen | {base}))), "")
    return ""


def known_income_problems(policy: Policy, places: Mapping[tuple[str, str], KeyPath]) -> Iterator[Problem]:
    """Find known income that has another's name, or reads what a component pays."""
    paying: Mapping[str, str] = {part.input: part.name for part in policy.components.values() if part.input}
    read: dict[str, str] = {}
    for name, income in policy.known_income.items():
        place = places[income.layer, name]
        taken = {*policy.components, *policy.statements, *policy.parameters, *policy.totals, *policy.figures}
        if name in taken:
            yield place.problem(say("{name} is the name of known income and of something else", name=in_quotes(name)))
        other = paying.get(income.input)
        if other:
            yield place.at("input").problem(
                say("{input} is paid by the component {other}", input=in_quotes(income.input), other=other),
                say("what is paid here is no known income: list the component"),
            )
        other = read.setdefault(income.input, name)
        if other != name:
            yield place.at("input").problem(
                say("{input} is the known income {other} already", input=in_quotes(income.input), other=other)
            )


def counts_known_income(policy: Policy, name: str) -> tuple[list[str], bool]:
    """List the known income that a total counts, and tell if anything in it is counted to date.

    Totals that it lists are looked into.
    """
    found: dict[str, None] = {}
    to_date, seen, waiting = False, set(), [name]
    while waiting:
        total = policy.totals.get(one := waiting.pop())
        if one in policy.known_income:
            found[one] = None
        if total is not None and one not in seen:
            seen.add(one)
            to_date = to_date or total.to_date or bool(total.earlier)
            waiting += total.components
    return list(found), to_date
