"""Names that a policy asks of the input tables.

Each with who must have the row, when, and what a missing one costs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

import numpy as np

from batch.input_tables import BY_NAME as TABLES
from batch.inputs.catalogue import BY_NAME
from batch.inputs.entry import InputEntry
from batch.inputs.period_tables import RowSelection, Window
from batch.needs.policy_words import CHECK, label_of, label_of_line
from batch.needs.row_trials import Found, Key, tried_without_rows
from batch.needs.sample_rows import OF_COLUMNS
from payengine.graph import CONSORTIUM, INSTITUTION, STAFF, Graph, Level
from payengine.graph.inputs import figures_needed
from payengine.periods import MONTH, Period
from payengine.policy import Policy

REFUSED = "refused"  # without the row the run is refused
NOTHING = "counts_nothing"  # a missing row counts as 0: nobody gets what is paid from it
NOT_GIVEN = "not_given"  # figures and checks that are only reported are not given
EFFECTS = (REFUSED, NOTHING, NOT_GIVEN)  # the gravest first
COLUMN_OF_AXIS = {"funding": "source", "package": "package", "absence": "kind"}  # of tables without periods
UNNAMED = ("history", "period", "service_record")  # what formulas read of these bears no name of an input row


@dataclass(frozen=True)
class Who:
    """Holders of a row: the run, every institution or person, or any one institution.

    `only` tells them apart where it is not everybody, by a column and its words; `some`: by what no column tells.
    """

    holder: str
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    some: bool = False


@dataclass(frozen=True)
class NameNeed:
    """One name that the formulas of a period ask of a table.

    `column` is the one in which the name stands; `window` the periods whose rows count; `lines` what is paid (or, where
    no pay depends on it, reported) straight from it. It is not `certain` where a value that the policy lacks decides
    if the name is asked for.
    """

    table: str
    column: str
    name: str
    label: str
    unit: str
    period: Period
    window: Window
    who: Who
    effect: str
    lines: tuple[str, ...]
    labels: tuple[str, ...]  # of the lines
    pays: bool  # pay depends on it
    certain: bool = True


def name_needs(policy: Policy, graph: Graph, period: Period, certain: Set[Key]) -> list[NameNeed]:
    """List the names that a period's formulas ask for, by table.

    `policy` lacks no value, and `graph` is of it; `certain` are the names that are asked for without its placeholders.
    """
    readers = readers_of(graph, period)
    tried = tried_without_rows(policy, graph, period)
    found: dict[tuple[str, str, str, Window], list[Key]] = defaultdict(list)
    for key in readers:
        entry = BY_NAME[key[0]]
        table, column = place_of(entry)
        if _window(entry) is Window.WITHIN and period.kind == MONTH:
            continue  # no period is shorter than a month
        found[table, column, key[1], _window(entry)].append(key)
    needs = [
        replace(_need(policy, graph, period, place, keys, readers, tried), certain=not certain.isdisjoint(keys))
        for place, keys in found.items()
    ]
    tables, places = list(TABLES), list(readers)
    first = {place: min(places.index(key) for key in keys) for place, keys in found.items()}
    return sorted(
        needs, key=lambda need: (tables.index(need.table), first[need.table, need.column, need.name, need.window])
    )


def readers_of(graph: Graph, period: Period, untried: bool = True) -> dict[Key, list[str]]:
    """Map each input and name that is a rule's to the formulas that read it.

    A formula that cannot be tried, because it lacks a value, may ask for every name that the policy knows: it counts
    so with `untried`, else it asks for nothing.
    """
    readers: dict[Key, list[str]] = {}
    tried = graph.keys_by_formula(period)
    for formula in graph.order:
        keys: dict[str, set[str]] = {name: set(found) for name, found in tried.get(formula.gives, {}).items()}
        if untried and formula.gives not in tried:
            for name in formula.arguments:
                if name in BY_NAME and BY_NAME[name].given:
                    keys[name] = set(graph.known.get(BY_NAME[name].axis, ()))
        for name in formula.arguments:
            if name in OF_COLUMNS and not BY_NAME[name].axis:
                keys[name] = {OF_COLUMNS[name][1]}
            if (parameter := graph.parameters.parameters.get(name)) is not None:
                for base, key in map(_split, figures_needed(parameter)):
                    if base in BY_NAME and key:
                        keys.setdefault(base, set()).add(key)
        for name in [name for name in keys if name in OF_COLUMNS and BY_NAME[name].axis and keys[name]]:
            readers.setdefault(("working_days", OF_COLUMNS[name][1]), []).append(formula.gives)
        for name, names in keys.items():
            entry = BY_NAME[name]
            if entry.table in UNNAMED or (isinstance(entry.source, RowSelection) and not entry.source.is_rule):
                continue
            known = list(graph.known.get(entry.axis, ()))
            for key in sorted(names, key=lambda key: (known.index(key) if key in known else len(known), key)):
                readers.setdefault((name, key), []).append(formula.gives)
    return readers


def _split(figure: str) -> tuple[str, str]:
    base, _, key = figure.partition("[")
    return base, key.removesuffix("]")


def place_of(entry: InputEntry) -> tuple[str, str]:
    """Find the table and the column in which the names of an input stand."""
    if entry.name in OF_COLUMNS and not entry.axis:
        return OF_COLUMNS[entry.name]
    return entry.table, TABLES[entry.table].axis_column or COLUMN_OF_AXIS[entry.axis]


def _window(entry: InputEntry) -> Window:
    return entry.source.window if isinstance(entry.source, RowSelection) else Window.PERIOD


def _need(
    policy: Policy, graph: Graph, period: Period, place: tuple[str, str, str, Window], keys: Sequence[Key],
    readers: Mapping[Key, Sequence[str]], tried: Found,
) -> NameNeed:  # fmt: skip
    table, column, name, window = place
    formulas = list(dict.fromkeys(gives for key in keys for gives in readers[key]))
    lacking = [key for key in keys if tried.rows.get(key)]
    who = _who(lacking or list(keys), tried)
    pays, effect = any(graph.pays(gives) for gives in formulas), REFUSED
    if not lacking and any(graph.pays(gives) and gives in tried.refusing for gives in formulas):
        who = Who("any")
    elif not lacking:
        effect = NOTHING if pays or tried.not_given.isdisjoint(keys) else NOT_GIVEN
    lines = lines_of(policy, graph, formulas, pays)
    labels = tuple(label_of_line(policy, graph, line) for line in lines)
    return NameNeed(
        table, column, name, label_of(policy, graph, column, name), _unit(BY_NAME[keys[0][0]]), period, window,
        who, effect, tuple(lines), labels, pays,
    )  # fmt: skip


def lines_of(policy: Policy, graph: Graph, formulas: Sequence[str], paid: bool) -> list[str]:
    """List the lines nearest to these formulas: what is paid by way of them, else reported.

    Of a check, which has several figures, its name alone.
    """
    lines = {*policy.components, *policy.statements} if paid else set()
    ends = lines & set(graph.outputs) if paid else set(graph.outputs)
    users: dict[str, list[str]] = defaultdict(list)
    for formula in graph.order:
        for argument in formula.arguments:
            users[argument].append(formula.gives)
            if (parameter := graph.parameters.parameters.get(argument)) is not None:
                for base, _ in map(_split, figures_needed(parameter)):
                    users[base].append(formula.gives)
    found: dict[str, None] = {}
    waiting, seen = list(formulas), set(formulas)
    while waiting:
        name = waiting.pop(0)
        if name in ends:
            found[CHECK + name.split(".")[1] if name.startswith(CHECK) else name] = None
            continue
        for user in users[name]:
            if user not in seen:
                seen.add(user)
                waiting.append(user)
    return list(found)


def _who(keys: Sequence[Key], tried: Found) -> Who:
    """Tell who must have the row: everybody of a level, or those whom a column tells apart."""
    missing, county = tried.rows, tried.county
    levels = [BY_NAME[name].level for name, _ in keys]
    level = min(levels, key=lambda each: [STAFF, INSTITUTION, CONSORTIUM].index(_holder_level(each)))
    fallback = any(
        isinstance(source := BY_NAME[name].source, RowSelection) and source.fallback for name, _ in keys
    ) or (CONSORTIUM not in levels and INSTITUTION in levels)  # fmt: skip
    holder = {CONSORTIUM: "run", INSTITUTION: "institution"}.get(level, "institution" if fallback else "person")
    rows = {row for name, key in keys if BY_NAME[name].level is level for row in missing.get((name, key), ())}
    if not rows or len(rows) == county.frame.rows(level):
        return Who(holder)
    for column, words in county.attributes(level).items():
        inside = {words[row] for row in rows}
        if {row for row, word in enumerate(words) if word in inside} == rows:
            return Who(holder, {column: tuple(sorted(inside))})
    of_staff = np.asarray(county.frame.institution_of_staff)
    at = {int(place) for place in of_staff[sorted(rows)]} if level is STAFF else rows
    kinds = tuple(dict.fromkeys(county.places[place][0] for place in sorted(at)))
    return Who(holder, {"kind": kinds} if len(kinds) < len({kind for kind, _ in county.places}) else {}, some=True)


def _holder_level(level: Level) -> Level:
    return level if level in (INSTITUTION, CONSORTIUM) else STAFF


def _unit(entry: InputEntry) -> str:
    return str(entry.unit) if entry.unit is not None else ""
