"""Causes of a difference in pay as they are printed: a sentence, and a table of the causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from batch.cli.session import SHORT
from batch.cli.views.code_words import basis_words, coded, unit_text
from batch.cli.views.paragraphs import Paragraphs
from batch.cli.views.tables import GAP, Sheet, figure, word
from batch.cli.views.text_width import cells, pad
from batch.cli.views.why_words import cause_words, input_words
from batch.explain.causes import Cause
from batch.explain.changes import FIGURE, FORMULA, INPUT, PARAMETER, RECORDS, SEVERAL, Change
from batch.explain.why import HELD, JOINED, LEFT, NOT_HELD, PAY, STATEMENT, added
from batch.reports.register import Names
from payengine.exact.amounts import yuan
from payengine.periods import from_day_number
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from batch.explain.parameter_reads import ParameterRead
    from batch.explain.why import Difference, RunAsStored, Why

INDENT = "  "
MOST_CHANGES = 3  # that are printed of a cause
MOST_NAMED = 3  # causes in the sentence
DAYS = ("engaged_from", "engaged_until", "first_engaged", "first_worked", "period_first_day", "period_last_day")
OF_THE_CALENDAR = ("period_first_day", "period_last_day", "months_to_date")  # they differ between any two months
HUNDREDTH = Decimal("0.01")
SILENT = ("ratio", "count", "flag", "figure", "points", "true or false", "")


def why_parts(found: Why, names: Names) -> list[RenderableType]:
    """Print what changed between two runs: in all, and at each institution of several."""
    parts: list[RenderableType] = []
    for what in (PAY, STATEMENT):
        differences = found.of(what)
        if not differences or (what == STATEMENT and not any(one.lines for one in differences)):
            continue
        parts += [""] if parts else []
        if len(differences) > 1:
            parts += _whole(found, differences, names)
            for one in differences:
                parts += ["", *_one(found, one, names, whole=False)]
        else:
            parts += _one(found, differences[0], names, whole=True)
    parts += _notes(found)
    return parts


def _one(found: Why, one: Difference, names: Names, whole: bool) -> list[RenderableType]:
    who = _who(one, names) if whole else say("at {institution}", institution=_institution(one, names))
    amounts = (one.before_fen, one.after_fen)
    sentence = _sentence(found, who, amounts, one.parts, one.standing)
    return [sentence, *_table(one.parts, amounts, one.changes)]


def _table(
    parts: Mapping[Cause, int], amounts: tuple[int, int], changes: Sequence[Change] = ()
) -> list[RenderableType]:
    """Lay out the causes with their parts; each change stands in a line of its own."""
    if not parts:
        return []
    rows = [(cause_words(cause), yuan(fen, signed=True), _changes(cause, changes)) for cause, fen in parts.items()]
    return ["", CauseTable(rows, yuan(amounts[1] - amounts[0], signed=True))]


@dataclass(frozen=True)
class CauseTable:
    """Table of causes: words, part, and what changed, of which nothing is cut."""

    rows: Sequence[tuple[str, str, Sequence[str]]]
    total: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from Paragraphs(self._lines()).__rich_console__(console, options)

    def _lines(self) -> list[tuple[str, str]]:
        total, heads = (say("Total"), self.total), (say("Because of"), say("Yuan"))
        wide = max(cells(words) for words in [heads[0], total[0], *(row[0] for row in self.rows)])
        figures = max(cells(amount) for amount in [heads[1], total[1], *(row[1] for row in self.rows)])

        def before(words: str, amount: str) -> str:
            return f"{INDENT}{pad(words, wide)}{GAP}{' ' * (figures - cells(amount))}{amount}{GAP}"

        lines = [(before(*heads), say("What changed") if any(told for *_, told in self.rows) else "")]
        for words, amount, told in self.rows:
            first, *others = told or [""]
            lines += [(before(words, amount), first), *((before("", ""), each) for each in others)]
        return [*lines, (before("-" * wide, "-" * figures), ""), (before(*total), "")]

    def sheet(self) -> Sheet:
        """Lay it out as a table with columns, for where lines are broken by whoever shows it."""
        heads = [word(say("Because of"), key=True), figure(say("Yuan")), word(say("What changed"))]
        rows = [[words, amount, say("; ").join(told)] for words, amount, told in self.rows]
        return Sheet(heads, [*rows, [say("Total"), self.total, ""]], totals=1).without_empty()


def _whole(found: Why, differences: Sequence[Difference], names: Names) -> list[RenderableType]:
    """Print the total of a person who is at several institutions."""
    parts = added(one.parts for one in differences)
    amounts = (sum(one.before_fen for one in differences), sum(one.after_fen for one in differences))
    who = " ".join(filter(None, [found.staff, names.staff.get(found.staff, "")]))
    return [_sentence(found, who, amounts, parts), *_table(parts, amounts)]


def _who(one: Difference, names: Names) -> str:
    if not one.staff:
        pay = say("pay of all") if one.what == PAY else say("statement")
        return f"{_institution(one, names)}{say(', {what}', what=pay)}"
    called = " ".join(filter(None, [one.staff, names.staff.get(one.staff, "")]))
    return f"{called}{say(' at {institution}', institution=one.institution)}"


def _institution(one: Difference, names: Names) -> str:
    return " ".join(filter(None, [one.institution, names.institutions.get(one.institution, "")]))


def _sentence(
    found: Why, who: str, amounts: tuple[int, int], parts: Mapping[Cause, int], standing: str = ""
) -> RenderableType:
    """Write the sentence: the amount, the difference, and the causes that made most of it."""
    before, after = amounts
    facts = {
        "who": who, "now": _run_words(found.after, found.before), "then": _run_words(found.before, found.after),
        "amount": yuan(after), "old": yuan(before), "change": yuan(abs(after - before)),
    }  # fmt: skip
    if after == before:
        text = say("{who}: {amount} yuan in {now}, the same as in {then}", **facts)
    elif after > before:
        text = say("{who}: {amount} yuan in {now}, {change} more than in {then} ({old})", **facts)
    else:
        text = say("{who}: {amount} yuan in {now}, {change} less than in {then} ({old})", **facts)
    return Paragraphs([("", text + _causes(after - before, parts, standing, found))])


def _causes(change: int, parts: Mapping[Cause, int], standing: str, found: Why) -> str:
    if standing:
        reasons = {
            JOINED: say("not there in {then}", then=found.before.meta.period),
            LEFT: say("not there any more in {now}", now=found.after.meta.period),
            HELD: say("the institution is held now"),
            NOT_HELD: say("the institution was held then"),
        }
        return say(": {reason}.", reason=reasons[standing])
    largest = sorted(parts, key=lambda cause: -abs(parts[cause]))
    along = [cause for cause in largest if parts[cause] * change > 0][:MOST_NAMED]
    against = [cause for cause in largest if parts[cause] * change <= 0][:MOST_NAMED]
    if not parts:
        return say(".")
    if not along:
        return say(": {causes} cancel out.", causes=_listed(against, parts))
    if not against:
        if len(parts) == 1:
            return say(": all of it {cause}.", cause=cause_words(along[0]))
        return say(": mostly {causes}.", causes=_listed(along, parts))
    return say(": mostly {causes}; against it {others}.", causes=_listed(along, parts), others=_listed(against, parts))


def _listed(causes: Sequence[Cause], parts: Mapping[Cause, int]) -> str:
    return joined([
        say("{cause} ({amount})", cause=cause_words(cause), amount=yuan(parts[cause], signed=True)) for cause in causes
    ])  # fmt: skip


def _run_words(run: RunAsStored, other: RunAsStored) -> str:
    """Name a run by its period; where both are of one period by its revision."""
    if run.meta.period != other.meta.period:
        return str(run.meta.period)
    if run.revision is None or run.revision == other.revision:
        return say("run {run} of {period}", run=run.meta.run_id[:SHORT], period=run.meta.period)
    return say("revision {revision} of {period}", revision=run.revision, period=run.meta.period)


def _changes(cause: Cause, changes: Sequence[Change]) -> list[str]:
    """Write the changes behind a cause; those of the calendar only where there are no others."""
    of_cause = [one for one in changes if one.cause is cause]
    told = [one for one in of_cause if one.name not in OF_THE_CALENDAR] or of_cause
    ordered = sorted(told, key=lambda one: (one.kind == FIGURE, one.rows is not None and one.kind != RECORDS))
    texts = list(dict.fromkeys(map(_change, ordered)))
    shown = texts[:MOST_CHANGES]
    if len(texts) > MOST_CHANGES:
        shown.append(say("{n} more", n=len(texts) - MOST_CHANGES))
    return shown


def _change(one: Change) -> str:
    """Write one change: what it is, as it was and as it is."""
    if one.kind == RECORDS:
        assert one.rows is not None
        if one.name == "came_late":
            return say("{n} row(s) came late, {points} points", n=f"{one.rows[1]:,}", points=_value(one, one.new))
        return say("{n} row(s) no longer paid, {points} points", n=f"{one.rows[0]:,}", points=_value(one, one.old))
    if one.kind == FORMULA:
        rules = {"old": one.old or "-", "new": one.new or "-"}
        return say("{figure}: {old} -> {new}", figure=coded(one.label, one.name), **rules)
    if one.kind not in (INPUT, PARAMETER, FIGURE):
        return _standing(one)
    words = input_words(one.name) if one.kind == INPUT else coded(one.label, one.name)
    key = coded(one.key_label, one.key) if one.key else ""
    figure_words, is_mean = " ".join(filter(None, [words, key])), one.unit == "ratio"
    if one.rows is not None:
        rows = f"{one.rows[1]:,}" if one.rows[0] == one.rows[1] else f"{one.rows[0]:,}/{one.rows[1]:,}"
        figure_words += say(", mean of {n} rows", n=rows) if is_mean else say(", sum of {n} rows", n=rows)
    values = [one.old, one.new]
    if is_mean and one.rows is not None:
        values = [_mean(value, count) for value, count in zip(values, one.rows, strict=True)]
    unit = "" if one.unit in SILENT else " " + unit_text(one.unit)
    old, new = (_value(one, value) for value in values)
    text = say("{figure}: {old} -> {new}", figure=figure_words, old=old, new=f"{new}{unit}")
    read = one.reads[1] or one.reads[0]
    return f"{text}{_origin(read[0])}" if len(read) == 1 else text


def _mean(total: str | None, count: int) -> str | None:
    """Divide a sum by the number of rows, to the hundredth, for reading only."""
    return None if total is None or not count else str((Decimal(total) / count).quantize(HUNDREDTH, ROUND_HALF_UP))


def _standing(one: Change) -> str:
    if one.old and one.new:
        return say("engaged from {start} to before {end}", start=one.old, end=one.new)
    return say("engaged from {start}", start=one.old) if one.old else ""


def _origin(read: ParameterRead) -> str:
    """Write since when a value of the policy holds, and by which document."""
    source = read.source if read.source != read.basis else basis_words(read.basis)
    return say(" (since {start}, {source})", start=read.start, source=source)


def _value(one: Change, value: str | None) -> str:
    if value is None:
        return say("not given")
    if SEVERAL in value:
        return SEVERAL.join(_value(one, each) for each in value.split(SEVERAL))
    if value in ("yes", "no"):
        return {"yes": say("yes"), "no": say("no")}[value]
    if one.name in DAYS:
        day = from_day_number(int(value))
        return say("open") if day is None else str(day)
    try:
        whole, _, decimals = value.partition(".")
        grouped = f"{int(whole):,}"
    except ValueError:  # a text, or a fraction
        return value
    sign = "-" if whole == "-0" else ""
    decimals = decimals.rstrip("0")
    decimals = decimals.ljust(2, "0") if one.unit == "yuan" or decimals else ""
    return f"{sign}{grouped}" + (f".{decimals}" if decimals else "")


def _notes(found: Why) -> list[RenderableType]:
    told: list[RenderableType] = []
    labels = {line.component: line.label for one in found.differences for line in one.lines}
    for component, reason in found.not_told_apart.items():
        line = coded(labels.get(component, component), component)
        text = say("Not told apart in {component}: {reason}", component=line, reason=reason)
        told += ["", Paragraphs([("", text)])]
    if found.before.meta.illustrative or found.after.meta.illustrative:
        told += ["", say("Illustrative values: invented for trying, in force nowhere, not for paying anyone.")]
    return told
