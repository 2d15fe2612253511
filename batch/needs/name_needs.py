"""Names that a policy asks of the input tables: who must have which row, when, and what a missing one costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

import numpy as np

from batch.input_tables import BY_NAME as TABLES
from batch.input_tables import CATEGORIES
from batch.inputs.catalogue import BY_NAME
from batch.inputs.entry import InputEntry
from batch.inputs.period_tables import RowSelection, Window
from batch.needs.sample_rows import OF_COLUMNS, SampleCounty, SampleRows
from payengine.graph import CONSORTIUM, INSTITUTION, STAFF, Graph, Level
from payengine.graph.inputs import figures_needed
from payengine.periods import Period
from payengine.policy import Policy

REFUSED = "refused"  # without the row the run is refused
NOTHING = "counts_nothing"  # the row counts as 0: nobody gets what is paid from it
NOT_GIVEN = "not_given"  # figures and checks that are only reported are not given
EFFECTS = (REFUSED, NOTHING, NOT_GIVEN)  # the gravest first
NUMBERS = (1, 0, 100_000)  # tried one after another, so that several ways through a formula are taken
COLUMN_OF_AXIS = {"funding": "source", "package": "package", "absence": "kind"}  # of tables without periods
UNNAMED = ("history", "period", "service_record")  # what formulas read of these bears no name of an input row

Key = tuple[str, str]  # an input and a name of it


@dataclass(frozen=True)
class Who:
    """Who must have a row: `holder` is run, institution, person, or any (one institution of the run, whichever).

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
    certain: bool = True

    @property
    def pays(self) -> bool:
        """True where pay depends on it."""
        return self.effect != NOT_GIVEN


def name_needs(policy: Policy, graph: Graph, period: Period, certain: Set[Key]) -> list[NameNeed]:
    """List the names that a period's formulas ask for, by table in their order, then as the policy names them.

    `policy` lacks no value, and `graph` is of it; `certain` are the names that are asked for without its placeholders.
    """
    readers = readers_of(graph, period)
    tried = _tried(policy, graph, period)
    found: dict[tuple[str, str, str, Window], list[Key]] = defaultdict(list)
    for key in readers:
        entry = BY_NAME[key[0]]
        table, column = place_of(entry)
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


@dataclass(frozen=True)
class _Found:
    """Rows of the sample that a run would be refused for, by input and name; figures that refuse without any row."""

    rows: Mapping[Key, set[int]]
    refusing: set[str]
    county: SampleCounty


def _tried(policy: Policy, graph: Graph, period: Period) -> _Found:
    """Try the formulas without named rows.

    All tables are tried empty at once, then each alone, so that no missing row hides another.
    """
    county = SampleCounty(policy)
    tables = sorted({BY_NAME[name].table for name in graph.inputs_used if BY_NAME[name].given or name in OF_COLUMNS})
    rows: dict[Key, set[int]] = defaultdict(set)
    refusing: set[str] = set()
    for number in NUMBERS:
        whole = graph.trial_on(SampleRows(county, period, graph.known, number, ()), period)
        for lacking in (None, *([table] for table in tables)):
            trial = graph.trial_on(SampleRows(county, period, graph.known, number, lacking), period)
            refusing |= trial.refusing - whole.refusing
            for key, missing in trial.missing.items():
                rows[key] |= missing
    return _Found(rows, refusing, county)


def _need(
    policy: Policy, graph: Graph, period: Period, place: tuple[str, str, str, Window], keys: Sequence[Key],
    readers: Mapping[Key, Sequence[str]], tried: _Found,
) -> NameNeed:  # fmt: skip
    table, column, name, window = place
    formulas = list(dict.fromkeys(gives for key in keys for gives in readers[key]))
    lacking = [key for key in keys if tried.rows.get(key)]
    who = _who(lacking or list(keys), tried)
    effect = REFUSED
    if not lacking and any(graph.pays(gives) and gives in tried.refusing for gives in formulas):
        who = Who("any")
    elif not lacking:
        effect = NOTHING if any(graph.pays(gives) for gives in formulas) else NOT_GIVEN
    lines = lines_of(policy, graph, formulas, paid=effect != NOT_GIVEN)
    labels = tuple(_label_of_line(policy, graph, line) for line in lines)
    return NameNeed(
        table, column, name, label_of(policy, graph, column, name), _unit(BY_NAME[keys[0][0]]), period, window,
        who, effect, tuple(lines), labels,
    )  # fmt: skip


def lines_of(policy: Policy, graph: Graph, formulas: Sequence[str], paid: bool) -> list[str]:
    """List the lines nearest to these formulas: what is paid by way of them, else what is reported."""
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
            found[name] = None
            continue
        for user in users[name]:
            if user not in seen:
                seen.add(user)
                waiting.append(user)
    return list(found)


def _who(keys: Sequence[Key], tried: _Found) -> Who:
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
    at = {int(place) for place in np.asarray(county.frame.institution_of_staff)[sorted(rows)]} if level is STAFF else rows
    kinds = tuple(dict.fromkeys(county.places[place][0] for place in sorted(at)))
    return Who(holder, {"kind": kinds} if len(kinds) < len({kind for kind, _ in county.places}) else {}, some=True)


def _holder_level(level: Level) -> Level:
    return level if level in (INSTITUTION, CONSORTIUM) else STAFF


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


def _label_of_line(policy: Policy, graph: Graph, name: str) -> str:
    part = policy.components.get(name) or policy.statements.get(name)
    labels = [part.label] if part is not None else [one.label for one in graph.order if one.gives == name]
    return next(iter(labels), "") or name


def _unit(entry: InputEntry) -> str:
    return str(entry.unit) if entry.unit is not None else ""


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
    return {key: list(found[key]) for key in columns if found.get(key) and not columns[key].choices}


def _selected(policy: Policy, graph: Graph) -> Iterator[tuple[str, str]]:
    computed = {formula.gives for formula in graph.order}
    made = [*policy.components.values(), *policy.statements.values(), *policy.figures.values()]
    for calculation in (one.calculation for one in made if one.name in computed and one.calculation is not None):
        for column, texts in (*calculation.among, *calculation.outside):
            yield from ((column, text) for text in texts)

