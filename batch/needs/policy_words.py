"""Words of a policy: labels of names and lines, categories, words that values go by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from batch.input_tables import BY_NAME as TABLES
from batch.input_tables import CATEGORIES
from payengine.graph import Graph
from payengine.policy import Policy

CHECK = "check."  # what the names of a check's figures begin with


def label_of(policy: Policy, graph: Graph, column: str, name: str) -> str:
    """Find how the policy calls a name; '' where it does not say."""
    axis = {"source": "funding", "kind": "absence"}.get(column, column)
    if (label := policy.label(axis, name)) != name:
        return label
    parts = {**policy.components, **policy.statements}
    paid = [part.label for part in parts.values() if name in (part.name, part.input)]
    paid += [income.label for income in policy.known_income.values() if income.input == name]
    paid += [figure.label for figure in policy.figures.values() if figure.name == name]
    paid += [formula.label for formula in graph.order if formula.gives == name]
    return next((label for label in paid if label and label != name), "")


def label_of_line(policy: Policy, graph: Graph, name: str) -> str:
    if name.startswith(CHECK):
        return policy.checks[name.removeprefix(CHECK)].label
    part = policy.components.get(name) or policy.statements.get(name)
    labels = [part.label] if part is not None else [one.label for one in graph.order if one.gives == name]
    return next(iter(labels), "") or name


def categories(policy: Policy) -> list[str]:
    """List the categories that service items may have."""
    return list(dict.fromkeys([*policy.known("category"), *CATEGORIES]))


def distinguished(policy: Policy, graph: Graph) -> dict[str, list[str]]:
    """List the words of `engagement` by which values of the policy differ, by column."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for name in graph.parameters_used:
        parameter = policy.parameters.get(name)
        for value in parameter.values if parameter is not None else ():
            for key, text in value.keyed:
                found[key][text] = None
    for column, text in _selected(policy, graph):
        found[column][text] = None
    columns = {column.name: column for column in TABLES["engagement"].columns}
    return {
        key: list(found[key])
        for key in columns
        if found.get(key) and not columns[key].choices and columns[key].kind != "flag"
    }


def _selected(policy: Policy, graph: Graph) -> Iterator[tuple[str, str]]:
    computed = {formula.gives for formula in graph.order}
    made = [one.calculation for name, one in {**policy.components, **policy.statements}.items() if name in computed]
    made += [figure.calculation for name, figure in policy.figures.items() if name in computed]
    for calculation in (one for one in made if one is not None):
        for column, texts in (*calculation.among, *calculation.outside):
            yield from ((column, text) for text in texts)
