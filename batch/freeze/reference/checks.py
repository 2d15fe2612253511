"""Rules of the reference tables, each a function that gives its problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch import input_tables as tables
from batch.freeze.reference.characters import characters_are_seen
from batch.freeze.reference.rows import MOST_PROBLEMS, Rows
from batch.freeze.reference.summaries import months_only
from batch.freeze.reference.team_shares import given_or_empty
from batch.values.texts import LONGEST_WHOLE
from payengine.errors import Problem
from payengine.periods import OPEN
from payengine.suggest import hint_by_label
from payengine.texts import joined, say, word

TOTALS = ("合计", "小计", "总计", "共计", "本页小计", "Total", "Sum")
SIGNATURES = ("制表", "复核", "审核", "填表", "负责人", "单位负责人", "备注", "注：", "说明")  # begin a row below
MOST_BEARERS = 5  # of a name
MOST_HINTS = 20  # nearest names looked for in one column: among 20,000 codes each costs a tenth of a second


def check_alone(rows: Rows) -> list[Problem]:
    """Check the rules that need one table only."""
    problems = [*characters_are_seen(rows), *codes_are_whole(rows)]
    if rows.table.dated:
        problems += until_after_from(rows)
    problems += keys_are_unique(rows)
    rule = _OWN_RULES.get(rows.table.name)
    return problems + (rule(rows) if rule else [])


def check_across(read: Mapping[str, Rows]) -> list[Problem]:
    """Check the rules between tables.

    A table that could not be read asks nothing of the others.
    """
    problems = []
    for rows in read.values():
        for column in rows.table.columns:
            target = read.get(column.refers)
            if target is not None and target.whole:
                problems += codes_are_known(rows, column, target)
    if "team_member" in read and "staff" in read:
        problems += teams_are_no_staff(read["team_member"], read["staff"])
    return problems


def codes_are_whole(rows: Rows) -> list[Problem]:
    """Check that no spreadsheet cut long codes: it keeps 15 digits and writes zeros.

    One code of 18 digits may end in 000; that all the long ones of a column do by chance is ruled out from six such
    zeros on.
    """
    problems = []
    for column in rows.table.columns:
        if column.kind != "code" and not column.refers:
            continue
        codes = rows.data[column.name].combine_chunks().unique()
        long = codes.filter(pc.match_substring_regex(codes, "^[0-9]{16,}$"))
        zeros = int(pc.sum(pc.utf8_length(long)).as_py() or 0) - LONGEST_WHOLE * len(long)
        if zeros >= 6 and pc.all(pc.match_substring_regex(long, "^[0-9]{15}0+$")).as_py():
            what = say(
                "all {n} codes longer than 15 digits have zeros after the 15th, like {code}: a spreadsheet cut them",
                n=len(long), code=say("the value") if column.private else long[0].as_py(),
            )  # fmt: skip
            where = rows.source.where(rows.table.name)
            problems.append(
                Problem(what, where, column=column.name, table=rows.table.name, remedy=say("export the column as text"))
            )
    return problems


def until_after_from(rows: Rows) -> list[Problem]:
    """Check that an interval has at least one day."""
    begins, ends = rows.data["from"].to_numpy(), rows.data["until"].to_numpy()
    wrong = np.flatnonzero(rows.sound("from", "until") & (ends <= begins))

    def what(row: int) -> str:
        return say("{until} is not after from {begin}", until=rows.shown(row, "until"), begin=rows.shown(row, "from"))

    return rows.each(wrong, "until", what)


def keys_are_unique(rows: Rows) -> list[Problem]:
    """Check that a key has one row; where rows are dated, one at a time."""
    table = rows.table
    sound = rows.sound(*table.key, *(["from", "until"] if table.dated else []))
    order = rows.key_order.of(sound)
    in_order, starts = order.places, order.starts
    if table.dated:
        return _overlaps(rows, in_order, starts)
    again = np.flatnonzero(~starts)
    first = np.maximum.accumulate(np.where(starts, np.arange(len(starts)), 0))
    earlier = dict(zip(in_order[again].tolist(), in_order[first[again]].tolist(), strict=True))

    def what(row: int) -> str:
        return say("stands already in {row}: one row per {key}", row=rows.other(earlier[row], row), key=_key(table))

    return rows.each(in_order[again], _key_column(rows.table), what)


def _overlaps(rows: Rows, order: npt.NDArray[np.int64], starts: npt.NDArray[np.bool_]) -> list[Problem]:
    """Check that no row of a key, by `from`, begins before the latest end so far."""
    begins = rows.data["from"].to_numpy()[order]
    ends = _ends(rows.data)[order]
    if not np.any(~starts[1:] & (begins[1:] < ends[:-1])):
        return []
    pairs: list[tuple[int, int]] = []
    latest = 0  # position of the row that reaches furthest, within the key
    for at in range(len(order)):
        if not starts[at] and begins[at] < ends[latest]:
            pairs.append((int(order[latest]), int(order[at])))
        if starts[at] or ends[at] > ends[latest]:
            latest = at
    problems = []
    for row, other in pairs[:MOST_PROBLEMS]:
        until = rows.shown(row, "until")
        named = {"other": rows.other(other, row), "key": _key(rows.table)}
        if until:
            what = say("{until} overlaps {other} of the same {key}", until=until, **named)
        else:
            what = say("is empty, which overlaps {other} of the same {key}", **named)
        problems.append(rows.problem(row, "until", what))
    return problems + rows.rest("until", len(pairs) - len(problems))


def _ends(data: pa.Table) -> npt.NDArray[np.int32]:
    """Give the day after the last of each interval.

    A contract that was cancelled ends there, so that it can be signed again under its number; its first day stays its
    own.
    """
    ends = data["until"].to_numpy()
    if "cancelled_on" in data.column_names:
        cancelled = data["cancelled_on"].fill_null(OPEN).to_numpy()
        ends = np.maximum(np.minimum(ends, cancelled), data["from"].to_numpy() + 1)
    return np.asarray(ends, np.int32)


def codes_are_known(rows: Rows, column: tables.Column, target: Rows) -> list[Problem]:
    """Check that a code is in its table; an empty one is none where the column may be empty."""
    codes = rows.data[column.name].combine_chunks()
    known = target.data[target.table.key[0]].combine_chunks().unique()
    unknown = pc.and_(pc.invert(pc.is_in(codes, value_set=known)), pc.not_equal(codes, ""))
    wrong = np.flatnonzero(unknown.to_numpy(zero_copy_only=False) & rows.sound(column.name))
    among = known.to_pylist() if len(wrong) else []
    bearers = names_of(target) if len(wrong) else {}
    labels = {name: of[0] for name, of in bearers.items() if len(of) == 1}
    hints: dict[str, str] = {}

    def what(row: int) -> str:
        code = codes[row].as_py()
        if code not in hints:
            hints[code] = _hint(code, among, labels, bearers) if len(hints) < MOST_HINTS else ""
        return say("{code} is in no row of {table}{near}", code=code, table=word(column.refers), near=hints[code])

    return rows.each(wrong, column.name, what, one_cause=True)


def _hint(code: str, among: Sequence[str], labels: Mapping[str, str], bearers: Mapping[str, Sequence[str]]) -> str:
    """Write the hint at the code that is meant, at all of that name, or at a row of totals."""
    if len(of := bearers.get(code, ())) > 1:
        return say(" (the name of {codes}: write the code)", codes=joined(of[:MOST_BEARERS]))
    if near := hint_by_label(code, among, labels):
        return near
    if code.replace(" ", "").strip("：:") in TOTALS or code.startswith(SIGNATURES):
        return say(" (a row of totals or signatures? take it out: each row is read as data)")
    return ""


def names_of(target: Rows) -> dict[str, list[str]]:
    """Map the names in a table to the codes that bear them: 清水镇卫生院 may stand where I01 belongs."""
    if "name" not in target.data.column_names or target.table.column("name").private:
        return {}
    codes, names = target.data[target.table.key[0]].to_pylist(), target.data["name"].to_pylist()
    found: dict[str, set[str]] = {}
    for code, name in zip(codes, names, strict=True):
        if name:
            found.setdefault(name, set()).add(code)
    return {name: sorted(of) for name, of in found.items()}


def teams_are_no_staff(teams: Rows, staff: Rows) -> list[Problem]:
    """Check that no code means both a person and a team.

    A row of service_record names either by its code.
    """
    both = pc.is_in(teams.data["team"], value_set=staff.data["code"].combine_chunks()).to_numpy()
    wrong = np.flatnonzero(both & teams.sound("team"))

    def what(row: int) -> str:
        return say("{code} is a staff code too; a team needs a code of its own", code=teams.shown(row, "team"))

    return teams.each(wrong, "team", what)


def limits_are_whole(rows: Rows) -> list[Problem]:
    """Check that `limit_count` and `limit_period` are given together."""
    counted = rows.data["limit_count"].to_numpy() != tables.NO_LIMIT
    timed = pc.not_equal(rows.data["limit_period"], "").to_numpy()
    sound = rows.sound("limit_count", "limit_period")

    def no_period(row: int) -> str:
        return say("is empty, but limit_count is {n}", n=rows.shown(row, "limit_count"))

    def no_count(row: int) -> str:
        return say("is empty, but limit_period is {period}", period=rows.shown(row, "limit_period"))

    problems = rows.each(np.flatnonzero(sound & counted & ~timed), "limit_period", no_period)
    return problems + rows.each(np.flatnonzero(sound & timed & ~counted), "limit_count", no_count)


def scores_are_within(rows: Rows) -> list[Problem]:
    """Check that a score is at most the full score."""
    above = rows.data["score"].to_numpy() > rows.data["full_score"].to_numpy()

    def what(row: int) -> str:
        score, full = rows.shown(row, "score"), rows.shown(row, "full_score")
        return say("{score} is more than full_score {full}", score=score, full=full)

    return rows.each(np.flatnonzero(above & rows.sound("score", "full_score")), "score", what)


def parents_are_no_circle(rows: Rows) -> list[Problem]:
    """No institution stands above itself."""
    codes, parents = rows.data["code"].to_pylist(), rows.data["parent"].to_pylist()
    above: dict[str, list[tuple[str, int]]] = {}
    for row, (code, parent) in enumerate(zip(codes, parents, strict=True)):
        if parent:
            above.setdefault(code, []).append((parent, row))
    problems: list[Problem] = []
    seen: set[str] = set()
    for start in above:
        path: list[str] = []
        waiting: list[tuple[str, int, int]] = [(start, -1, 0)]
        while waiting:  # depth first; a code met again on its own path closes a circle
            code, row, depth = waiting.pop()
            del path[depth:]
            if code in path:
                circle = " -> ".join([*path[path.index(code) :], code])
                problems.append(rows.problem(row, "parent", say("{circle}: a circle of parents", circle=circle)))
            elif code not in seen:
                seen.add(code)
                path.append(code)
                waiting += [(parent, at, depth + 1) for parent, at in above.get(code, ())]
    return problems


def contracts_agree(rows: Rows) -> list[Problem]:
    """Check that the rows of a contract, one per source of its money, agree in all else.

    Nor may it be cancelled before it begins.
    """
    begins, cancelled = rows.data["from"].to_numpy(), rows.data["cancelled_on"].fill_null(OPEN).to_numpy()

    def early(row: int) -> str:
        day, begin = rows.shown(row, "cancelled_on"), rows.shown(row, "from")
        return say("{day} is before from {begin}", day=day, begin=begin)

    wrong = np.flatnonzero(rows.sound("from", "cancelled_on") & (cancelled < begins))
    problems = rows.each(wrong, "cancelled_on", early)
    names = ("institution", "team", "package", "until", "cancelled_on")
    sound = np.flatnonzero(rows.sound("contract", "from", *names))
    data = rows.data.set_column(rows.data.column_names.index("cancelled_on"), "cancelled_on", pa.array(cancelled))
    data = data.take(pa.array(sound))
    order = pc.sort_indices(data, sort_keys=[("contract", "ascending"), ("from", "ascending")])
    data, in_order = data.take(order), sound[order.to_numpy()]
    starts = _group_starts(data.select(["contract", "from"]))
    for name in names:
        differs = np.flatnonzero(~starts & _group_starts(data.select([name])))
        before = dict(zip(in_order[differs].tolist(), in_order[differs - 1].tolist(), strict=True))
        problems += rows.each(in_order[differs], name, _differs(rows, name, before))
    return problems


def _differs(rows: Rows, name: str, before: Mapping[int, int]) -> Callable[[int], str]:
    def what(row: int) -> str:
        value = rows.shown(row, name) or say("empty")
        return say("{value} differs from {other} of the same contract", value=value, other=rows.other(before[row], row))

    return what


def _group_starts(data: pa.Table) -> npt.NDArray[np.bool_]:
    """Flag rows that differ from the row before in any column; the first row does."""
    starts = np.zeros(data.num_rows, bool)
    starts[:1] = True
    for column in data.columns:
        flat = column.combine_chunks()
        starts[1:] |= pc.not_equal(flat[1:], flat[:-1]).to_numpy(zero_copy_only=False)
    return starts


def _key_column(table: tables.Table) -> str:
    """Give the column under which a doubled key is reported: the one that sets rows apart."""
    return next(name for name in reversed(table.key) if name != "period")


def _key(table: tables.Table) -> str:
    """Join the columns of a table's key as in "staff and institution"."""
    names = [word(f"{table.name}.{name}") for name in table.key]
    return names[0] if len(names) == 1 else say("{some} and {last}", some=joined(names[:-1]), last=names[-1])


_OWN_RULES: dict[str, Callable[[Rows], list[Problem]]] = {
    "institution": parents_are_no_circle,
    "service_item": limits_are_whole,
    "team_member": given_or_empty,
    "service_summary": months_only,
    "appraisal": scores_are_within,
    "contract": contracts_agree,
}
