"""The difference of two runs as it is printed: inputs, policy, formulas, effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from batch.audit.record_changes import RecordChange, RecordVersion
from batch.audit.table_changes import OPEN_END, THE_PERIOD, RowChange, TableChange
from batch.cli.session import SHORT
from batch.cli.views.code_words import basis_words, coded, reason_words, selection_words, unit_text
from batch.cli.views.difference import (
    FIRST_OF_DIFF,
    component_parts,
    institution_parts,
    person_parts,
    statement_parts,
    summary,
    work_parts,
)
from batch.cli.views.paragraphs import Paragraphs
from batch.cli.views.policy_contents import calculation_key
from batch.cli.views.tables import Sheet, figure, name, word
from batch.cli.views.text_width import cells, pad
from batch.needs.words import table_name
from batch.reports.register import Names
from payengine.exact.amounts import yuan
from payengine.texts import joined, labelled, say
from payengine.texts import word as word_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.audit.policy_changes import Declaration, PolicyChanges, ValueChange, ValueThen
    from batch.audit.run_difference import RunDifference, RunSide

COMPONENT = "component"  # the column whose names are those of the pay lines
MOST_ROWS = 10  # of a table
MOST_RECORDS = 20

Rows = list[tuple[str, str]]  # of paragraphs: what stands before the first line, the text


def run_difference_parts(found: RunDifference, names: Names, labels: Mapping[str, str]) -> list[RenderableType]:
    """Print everything in which two runs differ; `labels` are those of the components."""
    sides = ((say("From:"), found.before), (say("To:"), found.after))
    width = max(cells(title) for title, _ in sides)
    parts: list[RenderableType] = [
        Paragraphs([(f"{pad(title, width)}  ", _side(side)) for title, side in sides]),
    ]  # fmt: skip
    if found.is_of_two_periods:
        told = say("These are two periods: rows given for the period itself are compared with each other.")
        parts.append(Paragraphs([("", told)]))
    parts += [Paragraphs([("", fault)]) for fault in found.faults]
    parts += ["", say("Inputs"), *_inputs(found, names, labels)]
    parts += ["", say("Policy"), *_policy(found)]
    parts += ["", say("Formulas and engine"), *_code(found)]
    return [*parts, "", say("Effect"), *_effect(found, names, labels)]


def labels_of(found: RunDifference) -> dict[str, str]:
    """Collect the components' labels of both runs; the newer ones go before."""
    labels: dict[str, str] = {}
    for side in (found.before, found.after):
        table = side.results.components
        labels |= dict(zip(table["component"].to_pylist(), table["label"].to_pylist(), strict=True))
    return labels


def _side(side: RunSide) -> str:
    meta = side.results.meta
    published = say("not published")
    if side.revision is not None:
        published = say("revision {revision}", revision=side.revision)
        if not side.current:
            published = say("{revision}, replaced since", revision=published)
    policy = " ".join(dict.fromkeys(part for part in (meta.policy_code, meta.policy_title) if part))
    run = say("run {run}", run=meta.run_id[:SHORT])
    return joined([f"{meta.period} {run}", published, say("policy {policy}", policy=policy)])


# --- inputs ----------------------------------------------------------------------------------------------------------


def _inputs(found: RunDifference, names: Names, labels: Mapping[str, str]) -> list[RenderableType]:
    old, new = (side.results.meta.snapshot_digest for side in (found.before, found.after))
    if old == new:
        parts: list[RenderableType] = [say("  The snapshot is the same: {digest}", digest=new[:SHORT])]
    else:
        parts = [say("  snapshot {old} -> {new}", old=old[:SHORT], new=new[:SHORT])]
    parts += _held(found)
    for period, (one, other) in found.publications.items():
        told = say("{period} as taken in: revision {old} -> {new}", period=period,
                   old=one or say("none"), new=other or say("none"))  # fmt: skip
        parts.append(Paragraphs([("  ", told)]))
    if found.tables is None:
        parts.append(say("  not compared: tables and service records"))
    elif old != new:
        parts += _tables(found.tables, labels)
    if found.records is not None and old != new:
        parts += _records(found, names)
    return parts + _rejected(found)


def _held(found: RunDifference) -> list[RenderableType]:
    rows: Rows = []
    for code, (old, new) in found.holds.items():
        if not old:
            rows.append(("  ", say("{code} is held now: {reason}", code=code, reason=new)))
        elif not new:
            rows.append(("  ", say("{code} is held no more: {reason}", code=code, reason=old)))
        else:
            rows.append(("  ", say("{code} is held for another reason: {old} -> {new}", code=code, old=old, new=new)))
    return [Paragraphs(rows)] if rows else []


def _tables(tables: Sequence[TableChange], labels: Mapping[str, str]) -> list[RenderableType]:
    if not tables:
        return [say("  No row of the other tables differs.")]
    parts: list[RenderableType] = []
    for table in tables:
        counts = say("{added} row(s) added, {removed} removed, {changed} changed",
                     added=f"{table.added:,}", removed=f"{table.removed:,}", changed=f"{table.changed:,}")  # fmt: skip
        told = {
            "before": say("{what}; the source lacked the table before", what=counts),
            "after": say("{what}; the source lacks the table now", what=counts),
        }.get(table.absent, counts)
        rows: Rows = [("  ", say("{name}: {text}", name=table_name(table.name), text=told))]
        for number, row in enumerate(table.rows()):
            if number == MOST_ROWS:
                rest = table.added + table.removed + table.changed - MOST_ROWS
                rows.append(("    ", say("and {n} more", n=f"{rest:,}")))
                break
            rows.append(("    ", _row(table.name, row, labels)))
        parts.append(Paragraphs(rows))
    return parts


def _row(table: str, row: RowChange, labels: Mapping[str, str]) -> str:
    """Write a row that changed: its key, and its columns with old and new values."""
    texts = {column: coded(labels.get(text, text), text) if column == COMPONENT else text
             for column, text in row.key.items()}  # fmt: skip
    key = " ".join(say("(the period)") if text == THE_PERIOD else _value(text) for text in texts.values() if text)
    if row.change == "changed":
        told = joined(
            f"{word_of(f'{table}.{name}')} {_value(old)} -> {_value(new)}" for name, (old, new) in row.columns.items()
        )
        return say("{name}: {text}", name=key, text=told)
    columns = joined(f"{word_of(f'{table}.{name}')} {_value(old or new)}" for name, (old, new) in row.columns.items())
    change = {"added": say("added"), "removed": say("removed")}[row.change]
    return say("{key} {change}: {columns}", key=key, change=change, columns=columns)


def _value(text: str) -> str:
    return say("open") if text == OPEN_END else text or say("(empty)")


def _records(found: RunDifference, names: Names) -> list[RenderableType]:
    changes = found.records
    assert changes is not None  # the snapshots are at hand
    if not changes.by_institution:
        return [say("  No service record differs.")]
    parts: list[RenderableType] = []
    if any(changes.total):
        rows = [
            [code.strip() or "-", names.institutions.get(code, ""), *(f"{each:,}" for each in counts)]
            for code, counts in changes.by_institution.items()
            if code
        ]
        heads = [word(say("Code"), key=True), name(say("Institution"), key=True), figure(say("Records added")),
                 figure(say("Removed")), figure(say("Changed"))]  # fmt: skip
        total = [say("Total"), "", *(f"{each:,}" for each in changes.total)]
        parts += ["", Sheet(heads, [*rows, total], totals=1, indent="  ")]
    if any(changes.counting):
        added, removed, changed = (f"{each:,}" for each in changes.counting)
        told = say(
            "Records of earlier months, counting in limits only: {added} added, {removed} removed, {changed} changed",
            added=added, removed=removed, changed=changed,
        )  # fmt: skip
        parts.append(Paragraphs([("  ", told)]))
    listed: Rows = [("  ", _record(one)) for one in changes.records[:MOST_RECORDS]]
    if len(changes.records) > MOST_RECORDS:
        listed.append(("  ", say("and {n} more", n=f"{len(changes.records) - MOST_RECORDS:,}")))
    if listed:
        parts += ["", Paragraphs(listed)]
    return parts


def _record(one: RecordChange) -> str:
    """Write a record that differs: what was added, or its columns with old and new values."""
    change = {"added": say("added"), "removed": say("removed"), "changed": say("changed")}[one.change]
    if len(one.before) == len(one.after) == 1:
        old, new = one.before[0].as_json(), one.after[0].as_json()
        columns = [f"{word_of(f'service_record.{column}')} {_value(old[column])} -> {_value(new[column])}"
                   for column in old if old[column] != new[column] and column != "reason"]  # fmt: skip
        return say("{key} {change}: {columns}", key=one.record, change=change,
                   columns=joined(columns) or say("the patient"))  # fmt: skip
    sides = [say("; ").join(map(_version, rows)) for rows in (one.before, one.after) if rows]
    return say("{key} {change}: {columns}", key=one.record, change=change, columns=" -> ".join(sides))


def _version(row: RecordVersion) -> str:
    facts = [
        row.day, row.institution, row.staff, row.item,
        *([say("quantity {quantity}", quantity=row.quantity)] if row.quantity else []),
        *([say("share {share}", share=row.share)] if row.share not in ("", "1") else []),
        *([say("reverses {record}", record=row.reverses)] if row.reverses else []),
    ]  # fmt: skip
    return " ".join(part for part in facts if part)


def _rejected(found: RunDifference) -> list[RenderableType]:
    changed = {reason: pair for reason, pair in found.reasons.items() if pair[0] != pair[1]}
    parts: list[RenderableType] = []
    if changed:
        rows = [
            [reason_words(reason), f"{old:,}", f"{new:,}", f"{new - old:+,}"] for reason, (old, new) in changed.items()
        ]
        heads = [word(say("Rejected by reason"), key=True), figure(say("Before")), figure(say("Now")),
                 figure(say("Change"))]  # fmt: skip
        sums = [sum(each) for each in zip(*changed.values(), strict=True)]
        total = [say("Total"), f"{sums[0]:,}", f"{sums[1]:,}", f"{sums[1] - sums[0]:+,}"]
        parts += ["", Sheet(heads, [*rows, total], totals=1, indent="  ")]
    elif not found.rejections:
        parts.append(say("  Rejected rows are the same."))
    rows_told: Rows = []
    for one in found.rejections[:MOST_RECORDS]:
        old, new = (reason_words(reason) if reason else say("not rejected") for reason in (one.before, one.after))
        who = " ".join(part for part in (one.record, one.institution, one.staff) if part)
        rows_told.append(("  ", say("{name}: {text}", name=who, text=f"{old} -> {new}")))
    if len(found.rejections) > MOST_RECORDS:
        rows_told.append(("  ", say("and {n} more", n=f"{len(found.rejections) - MOST_RECORDS:,}")))
    if rows_told:
        parts += ["", Paragraphs(rows_told)]
    return parts


# --- policy ----------------------------------------------------------------------------------------------------------


def _policy(found: RunDifference) -> list[RenderableType]:
    old, new = (side.results.meta for side in (found.before, found.after))
    changes = found.policy
    if changes is None:
        return [say("  not compared")]
    parts: list[RenderableType] = []
    if old.policy_code != new.policy_code:
        parts.append(
            Paragraphs([("  ", f"{old.policy_code} {old.policy_title} -> {new.policy_code} {new.policy_title}")])
        )
    if changes.empty:
        same = old.policy_digest == new.policy_digest or found.is_of_two_periods
        return [*parts, say("  The same.") if same else say(
            "  The digests differ, and no value or rule that this version of the program knows does.")]  # fmt: skip
    return [*parts, *policy_change_parts(changes)]


def policy_change_parts(changes: PolicyChanges) -> list[RenderableType]:
    """Print the differences of two policies: values, formulas, declarations."""
    parts: list[RenderableType] = [Paragraphs(_value_rows(one)) for one in changes.values]
    parts += _formulas(changes)
    return [*parts, *(Paragraphs(_declaration_rows(each)) for each in changes.declarations)]


def _value_rows(one: ValueChange) -> Rows:
    """Write a value that differs, then since when and by which document both hold."""
    where = f" [{selection_words(one.where)}]" if one.where else ""
    unit = unit_text(one.unit)
    old, new = (_values(side) for side in (one.before, one.after))
    head = say("{label} ({name}){where}: {old} -> {new} ({unit})", label=one.label, name=one.parameter, where=where,
               old=old, new=new, unit=unit)  # fmt: skip
    rows: Rows = [("  ", head)]
    for title, side in ((say("before"), one.before), (say("now"), one.after)):
        rows += [("    ", say("{name}: {text}", name=title, text=_since(each))) for each in side or ()]
    return rows


def _values(side: Sequence[ValueThen] | None) -> str:
    if side is None:
        return say("not read")
    return say(", then ").join(each.value for each in side) or say("no value")


def _since(each: ValueThen) -> str:
    facts = [say("{value} since {day}", value=each.value, day=each.since)]
    source = basis_words(each.basis) if each.source == each.basis else each.source
    if source:
        facts.append(source)
    return joined([*facts, *each.approvals])


def _formulas(changes: PolicyChanges) -> list[RenderableType]:
    rows: Rows = []
    for title, names in (
        (say("computed now and not before"), changes.outputs_added),
        (say("computed no more"), changes.outputs_removed),
    ):
        if names:
            rows.append(("  ", say("{name}: {text}", name=title, text=joined(names))))
    for output, (old, new) in (changes.choices or {}).items():
        told = say("{name} by formula {old} -> {new}", name=output, old=old or say("none"), new=new or say("none"))
        rows.append(("  ", told))
    return [Paragraphs(rows)] if rows else []


def _declaration_rows(one: Declaration) -> Rows:
    change = {"added": say("added"), "removed": say("removed"), "changed": say("changed")}[one.change]
    head = say("{section} {name}: {change}", section=_section(one.section),
               name=labelled(one.label, one.name), change=change)  # fmt: skip
    rows: Rows = [("  ", head)]
    for key, (old, new) in one.keys.items():
        text = {"added": new, "removed": old}.get(one.change, f"{old or say('(empty)')} -> {new or say('(empty)')}")
        rows.append(("    ", say("{name}: {text}", name=_key(key), text=text)))
    return rows


def _section(section: str) -> str:
    words = {
        "components": say("component"), "statements": say("statement line"), "totals": say("total"),
        "known_income": say("known income"), "figures": say("figure"), "pools": say("pool"), "checks": say("check"),
        "names": say("names"), "below_zero": say("persons below zero"), "bands": say("bands"),
    }  # fmt: skip
    return words.get(section, section)


def _key(key: str) -> str:
    """Write a key of a declaration in words where it is one of a calculation or a plain one."""
    own = {
        "class": say("class"), "funding": say("Funded by"), "charged": say("Charged to"), "threshold": say("threshold"),
        "direction": say("direction"), "tolerance": say("tolerance"), "components": say("components"),
        "earlier": say("counted of earlier periods"), "without": say("without"), "value": say("value"),
        "figure": say("figure"), "to_date": say("year to date"),
    }  # fmt: skip
    last = key.rpartition(".")[2]
    if last in own:
        return coded(own[last], key)
    try:
        return coded(calculation_key(last), key)
    except KeyError:
        return key


# --- formulas and effect ---------------------------------------------------------------------------------------------


def _code(found: RunDifference) -> list[RenderableType]:
    old, new = (side.results.meta for side in (found.before, found.after))
    parts: list[RenderableType] = []
    for title, one, other in (
        (say("formulas"), old.formulas_digest, new.formulas_digest),
        (say("engine"), old.engine_digest, new.engine_digest),
    ):
        told = say("the same ({digest})", digest=other[:SHORT]) if one == other else f"{one[:SHORT]} -> {other[:SHORT]}"
        parts.append("  " + say("{name}: {text}", name=title, text=told))
    return parts


def _effect(found: RunDifference, names: Names, labels: Mapping[str, str]) -> list[RenderableType]:
    effect = found.effect
    total = say("pay {before} -> {after} yuan", before=yuan(effect.before_fen), after=yuan(effect.after_fen))
    if effect.empty and not len(effect.work):
        return [f"  {total}", say("  No figure differs.")]
    return [
        Paragraphs([("  ", total), ("  ", summary(effect))]),
        *institution_parts(effect, names),
        *component_parts(effect, names, labels),
        *person_parts(effect, names, labels, FIRST_OF_DIFF),
        *statement_parts(effect, names, labels),
        *work_parts(effect, names),
        "",
        Paragraphs([("", say("Institutions, components and persons each add up to the change of the whole."))]),
    ]
