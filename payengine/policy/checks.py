"""Checks of a merged policy: bounds, approvals, sums, and names that exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from payengine.errors import Problem
from payengine.policy.bodies import body_words
from payengine.policy.keys import AXIS_KEYS, CLOSED, NAMED_BY, Where, written
from payengine.policy.layer import CAUSES, FIRST_SETTING
from payengine.policy.model import Check, Component, DatedValue, Parameter, Policy
from payengine.policy.toml import KeyPath, number_text
from payengine.policy.total_checks import total_problems
from payengine.suggest import hint
from payengine.texts import in_quotes, joined, say

_NUMBER = re.compile(r"\d+(\.\d{1,4})?", re.ASCII)
KeyPaths = Mapping[tuple[str, str], KeyPath]  # (layer, name of a parameter, component or statement) -> where it stands


def bounds(parameter: Parameter, value: DatedValue) -> Iterator[str]:
    """Find what is wrong with the size of a value."""
    if value.figure:
        return
    number = number_text(value.number)
    if parameter.minimum is not None and value.number < parameter.minimum:
        yield say("{value} is below the least allowed, {bound}", value=number, bound=number_text(parameter.minimum))
    if parameter.maximum is not None and value.number > parameter.maximum:
        yield say("{value} is above the most allowed, {bound}", value=number, bound=number_text(parameter.maximum))


def approvals(parameter: Parameter, value: DatedValue, is_first: bool) -> Iterator[tuple[str, str]]:
    """Find what a value lacks in approvals: (what is wrong, what to do).

    Bodies that must agree, and a cause that is allowed.
    """
    if not parameter.approvals:
        return
    given = {approval.body for approval in value.approvals}
    lacking = [body for body in parameter.approvals if body not in given]
    if lacking:
        bodies = joined(map(body_words, lacking))
        yield (
            say("the value {value} has no approval of {bodies}", value=number_text(value.number), bodies=bodies),
            say('record it: approvals = [{{ body = "{body}", document = "...", date = 2026-01-05 }}]', body=lacking[0]),
        )
    causes = (*CAUSES, FIRST_SETTING) if is_first else CAUSES
    if value.cause not in causes:
        what = say("the cause {value}", value=in_quotes(value.cause)) if value.cause else say("the missing cause")
        choices = joined(causes)
        yield say("{what} is not one of {choices}", what=what, choices=choices) + hint(value.cause, causes), ""


def sums(parameter: Parameter, known: Iterable[str]) -> Iterator[tuple[DatedValue, date, str]]:
    """Check that on each day on which a value begins the values sum to `sums_to`.

    The axis is `per`, with all names that the policy knows; without it the one that the values use, with their names.
    """
    axis, total = parameter.per or next(iter(parameter.keys.intersection(AXIS_KEYS)), ""), parameter.sums_to
    if not axis or total is None:
        return
    used = dict.fromkeys(value.where[axis] for value in parameter.values if axis in value.where)
    names = tuple(known) if parameter.per else tuple(used)
    groups = {tuple(pair for pair in value.keyed if pair[0] != axis) for value in parameter.values}
    for group in sorted(groups):
        for day in sorted({value.start for value in parameter.values}):
            found = [parameter.find(day, {**dict(group), axis: name}) for name in names]
            held = [value for value in found if value is not None]
            reached = sum(value.number for value in held)
            if held and reached != total:
                what = say(
                    "the values sum to {reached}, not to {total}",
                    reached=number_text(reached),
                    total=number_text(total),
                )
                yield held[0], day, with_where(what, group)


def names(policy: Policy, places: KeyPaths) -> Iterator[Problem]:
    """Check that names used by values and funding are under [names], and none is ignored too."""
    for parameter in policy.parameters.values():
        yield from _names_of_values(policy, parameter, places)
        yield from _bands(policy, parameter, places)
    for part in (*policy.components.values(), *policy.statements.values()):
        yield from _sources(policy, part, places[part.layer, part.name])
    for name in sorted(set(policy.components) & set(policy.statements)):
        yield places[policy.statements[name].layer, name].problem(say("is a component and a statement"))
    for total in policy.totals.values():
        yield from total_problems(policy, total, places[total.layer, total.name])
    for check in policy.checks.values():
        yield from _check(policy, check, places[check.layer, check.name])
    for table, rules in policy.signs.items():
        axis = "finance" if table == "finance" else "component"
        known = [*policy.known(axis), *policy.ignored.get(axis, ())]
        for name in rules:
            if name not in known:
                place = KeyPath(policy.layers[-1].place, ("signs", table, name))
                yield place.problem(
                    say("{name} is not under [names.{axis}]", name=in_quotes(name), axis=axis) + hint(name, known)
                )
    for axis, ignored in policy.ignored.items():
        place = KeyPath(policy.layers[-1].place, ("ignored", axis))
        if axis == "finance":  # a region knows more lines than a county reads; the run refuses one that it reads
            continue
        for name in sorted(ignored & _read(policy, axis)):
            yield place.problem(say("{name} is known and ignored; only one of the two", name=in_quotes(name)))


def _check(policy: Policy, check: Check, place: KeyPath) -> Iterator[Problem]:
    """Check that a check's conditions are parameters or numbers.

    A threshold may also be a figure, which the graph looks for.
    """
    for key, name in (("when", check.when), ("tolerance", check.tolerance)):
        if name and name not in policy.parameters and not is_number(name):
            what = say("{name} is no parameter", name=in_quotes(name)) + hint(name, policy.parameters)
            yield place.at(key).problem(what)
    for kind in check.kinds:
        if kind not in CLOSED["kind"]:
            what = say("{name} is no kind of institution", name=in_quotes(kind)) + hint(kind, CLOSED["kind"])
            yield place.at("kinds").problem(what)
    yield from threshold_of_whole_run(policy, check, place)


def threshold_of_whole_run(policy: Policy, check: Check, place: KeyPath) -> Iterator[Problem]:
    """Refuse several values of one threshold of the whole run: by kind they do not add up."""
    parameter = policy.parameters.get(check.threshold)
    if check.level != "consortium" or parameter is None or adds_up_by_institution(check, parameter):
        return
    for day in sorted({value.start for value in parameter.values}):
        held = [
            value for value in parameter.in_force(day)
            if not check.kinds or value.where.get("kind", check.kinds[0]) in check.kinds
        ]  # fmt: skip
        if len({(value.number, value.figure) for value in held}) > 1:
            yield place.at(check.direction).problem(
                say("{name} has several values on {day}, and the whole run is held to one",
                    name=check.threshold, day=day),
                say('name the kinds that it holds for (kinds = ["..."]), or check every institution by itself (leave '
                    "level out)"),
            )  # fmt: skip
            return


def adds_up_by_institution(check: Check, parameter: Parameter) -> bool:
    """Tell if a threshold is an amount of each institution: the whole run has their sum."""
    return not check.over and "institution" in parameter.keys


def is_number(text: str) -> bool:
    """Tell if a check names a number, not a figure or a parameter."""
    return _NUMBER.fullmatch(text) is not None


def _names_of_values(policy: Policy, parameter: Parameter, places: KeyPaths) -> Iterator[Problem]:
    first = {
        (key, name): value
        for value in reversed(parameter.values)
        for key, name in value.keyed
        if key in NAMED_BY and name not in policy.known(key)
    }
    for (key, name), value in first.items():
        place = places[value.layer, parameter.name].dated(value.start).at("where").at(key)
        what = say("{name} is not under [names.{axis}]", name=in_quotes(name), axis=NAMED_BY[key])
        yield place.problem(what + hint(name, policy.known(key)))


def _bands(policy: Policy, parameter: Parameter, places: KeyPaths) -> Iterator[Problem]:
    """Check that values keyed by band have bands, and name them."""
    place = places.get((parameter.layer, parameter.name), KeyPath(policy.layers[-1].place, ()))
    if parameter.banded_by and parameter.bands is None:
        what = say("there are no bands {name}", name=in_quotes(parameter.banded_by))
        yield place.problem(what + hint(parameter.banded_by, policy.bands))
    known = [one.name for one in parameter.bands.steps] if parameter.bands else []
    used = dict.fromkeys(value.where["band"] for value in parameter.values if "band" in value.where)
    for name in used:
        if not parameter.banded_by:
            yield place.problem(
                say("values are keyed by band, but it is not said of what"),
                say('write banded_by = "NAME", and [bands.NAME] with a figure and its steps'),
            )
            return
        if known and name not in known:
            yield place.problem(say("{name} is no band of {bands}", name=in_quotes(name), bands=parameter.banded_by)
                                + hint(name, known))  # fmt: skip


def _sources(policy: Policy, part: Component, place: KeyPath) -> Iterator[Problem]:
    known = policy.known("funding")
    for source in dict.fromkeys(funding.source for term in part.terms for funding in term.funding):
        if source not in known:
            what = say("{name} is not under [names.{axis}]", name=in_quotes(source), axis="funding")
            yield place.at("funding").problem(what + hint(source, known))


def with_where(what: str, where: Where) -> str:
    """Complete `what` with the keys of the values of which it is said."""
    return f"{what} {say('where {where}', where=written(where))}" if where else what


def _read(policy: Policy, axis: str) -> set[str]:
    """Collect the names of an axis that a policy declares, or pays as given.

    What a line pays that no run lists may be ignored: a region has the line, and the county does not pay it.
    """
    names = set(policy.names.get(axis, ()))
    if axis == "component":
        listed = {name for outputs in policy.outputs.values() for name in outputs}
        names |= {part.input for name, part in policy.components.items() if part.input and name in listed}
        names |= {income.input for income in policy.known_income.values()}
    return names
