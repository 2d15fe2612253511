"""Pools that departments split by hand (二次分配): sums, sign-offs, what is not split yet.

A line whose weights are `second_distribution[LINE]` pays what the head of the department wrote down. The amounts of a
department must add up to its pool to the fen: a split of a pool that has changed since is refused with the difference,
never scaled. A department without a row is not split yet: nobody is paid of it, and the run says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from batch.compute.adjustment_report import short_name
from batch.inputs.period_tables import PeriodTables
from batch.results import REPORTS
from payengine.errors import Problem
from payengine.exact import FEN
from payengine.exact.amounts import yuan
from payengine.graph import ENGAGEMENT, INSTITUTION, Column, Evaluation, Level
from payengine.policy import Policy
from payengine.suggest import hint, listed
from payengine.texts import in_quotes, joined, say

TABLE = "second_distribution"
MOST_NAMED = 10  # places or persons named in one message


@dataclass
class Split:
    """Amounts that one department, or other holder of a pool, split by hand."""

    place: str
    amounts: dict[str, int] = field(default_factory=dict)  # staff code -> fen
    signed_by: dict[str, None] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.amounts.values())

    @property
    def is_equal(self) -> bool:
        """True if several persons have the same, but for a fen that cannot be divided."""
        return len(self.amounts) > 1 and max(self.amounts.values()) - min(self.amounts.values()) <= 1


def weights_of(line: str) -> str:
    """Name the weights of a line that is split by hand."""
    return f"{TABLE}[{line}]"


def split_lines(policy: Policy, outputs: Iterable[str]) -> list[str]:
    """List the lines among `outputs` that are split by hand."""
    lines = [policy.components[name] for name in outputs if name in policy.components]
    return [one.name for one in lines if one.calculation and one.calculation.weights == weights_of(one.name)]


def rule_problems(policy: Policy, outputs: Iterable[str]) -> Iterator[Problem]:
    """Find lines that read the table of splits in another way than a split is paid."""
    for name in dict.fromkeys(outputs):
        line = policy.components.get(name)
        calculation = None if line is None else line.calculation
        texts = [] if calculation is None else [text for text in calculation.operands() if text.startswith(f"{TABLE}[")]
        if calculation is None or not texts:
            continue
        if texts != [weights_of(name)] or calculation.weights != weights_of(name):
            yield Problem(
                say("{name} reads {text}: a split by hand is paid by the line of its own name", name=name,
                    text=joined(texts)),
                policy.code, remedy=say('write weights = "{weights}" beside pool', weights=weights_of(name)),
            )  # fmt: skip
        pool = policy.figures.get(calculation.pool.partition("[")[0])
        if pool is not None and pool.calculation.unclaimed == "others":
            yield Problem(
                say("{pool} goes to the others until {name} is split by hand", pool=pool.name, name=name),
                policy.code, remedy=say('write unclaimed = "reported" or "carried" at the pool'),
            )  # fmt: skip
        for key in ("at_least", "at_most"):
            if getattr(calculation, key):
                yield Problem(
                    say("{name} is split by hand: {key} would change what was signed", name=name, key=key),
                    policy.code, remedy=say("take {key} out", key=key),
                )  # fmt: skip


def split_problems(
    evaluation: Evaluation, policy: Policy, tables: PeriodTables, outputs: Sequence[str]
) -> Iterator[Problem]:
    """Find splits that cannot be paid as they are written."""
    lines = split_lines(policy, outputs)
    for line in lines:
        level, pools = _pools(evaluation, line)
        yield from _strangers(tables, line)
        yield from _several_signatures(tables, policy.components[line].label, line)
        for group, split in _splits(tables, line, level).items():
            label, pool = policy.components[line].label, int(pools[group])
            place = say("{line} of {place}", line=label, place=split.place)
            if split.total != pool:
                apart = abs(pool - split.total)
                what = say("{apart} too little", apart=yuan(apart)) if pool > split.total else say(
                    "{apart} too much", apart=yuan(apart))  # fmt: skip
                yield Problem(
                    say("{place}: {split} yuan are split and the pool holds {pool}: {difference}", place=place,
                        split=yuan(split.total), pool=yuan(pool), difference=what),
                    TABLE, column="amount",
                    remedy=say("correct the amounts (hand the sheet out again if the pool has changed), then: "
                               "payengine month {period}", period=tables.roster.period),
                )  # fmt: skip
            else:
                yield from _not_among(evaluation, tables, line, level, group, place)


def split_told(evaluation: Evaluation, policy: Policy, tables: PeriodTables, outputs: Sequence[str]) -> Iterator[str]:
    """Yield warnings of departments that are not split yet, and of equal sharing."""
    for line in split_lines(policy, outputs):
        level, pools = _pools(evaluation, line)
        splits, label = _splits(tables, line, level), policy.components[line].label
        left = [row for row in np.flatnonzero(pools).tolist() if row not in splits]
        if left:
            yield say(
                "{line}: {amount} yuan are not split yet, at {places}: hand out the sheet of payengine split, enter "
                "the amounts, then: payengine month {period}",
                period=tables.roster.period, line=label, amount=yuan(sum(int(pools[row]) for row in left)),
                places=listed([_place(evaluation, level, row) for row in left], MOST_NAMED),
            )  # fmt: skip
        equal = [split for split in splits.values() if split.is_equal]
        if equal:
            yield say("{line}: shared equally at {places}", line=label,
                      places=listed([split.place for split in equal], MOST_NAMED))  # fmt: skip


def split_report(tables: PeriodTables, policy: Policy, outputs: Sequence[str]) -> pa.Table:
    """List every split as a report, named `split[<line>/<department>/<who signed>]`.

    Its label says the same in words, and where all have the same.
    """
    rows = []
    for line in split_lines(policy, outputs):
        for split in _by_department(tables, line):
            institution, _, department = split.place.partition("/")
            signed = "、".join(split.signed_by)
            equal = f"，{len(split.amounts)} 人平均分配" if split.is_equal else ""
            named = f"{policy.components[line].label}：{department or '（无科室）'}"
            rows.append({
                "level": "institution", "institution": institution, "staff": "",
                "name": f"split[{short_name(f'{line}/{department}/{signed}')}]",
                "label": f"{named} 二次分配（{signed} 签字{equal}）",
                "unit": "yuan", "scale": FEN, "value": split.total,
            })  # fmt: skip
    rows.sort(key=lambda row: tuple(str(row[name]).encode() for name in ("name", "institution")))
    return pa.Table.from_pylist(rows, REPORTS)


def _pools(evaluation: Evaluation, line: str) -> tuple[Level, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Return the level of the pool that a line shares, and what it holds there, in fen."""
    divided = next(one for one in evaluation.pools if one.formula == line)
    return divided.level, divided.pool


def _place(evaluation: Evaluation, level: Level, row: int) -> str:
    return "/".join(filter(None, evaluation.frame.code(level, row)))


def _rows(tables: PeriodTables, line: str) -> Iterator[tuple[dict[str, object], int]]:
    """Yield (row, its ENGAGEMENT row or -1) of a line at institutions of the run."""
    found = tables.table(TABLE)
    engaged = tables.rows(TABLE, ENGAGEMENT) if found.num_rows else ()
    here = tables.rows(TABLE, INSTITUTION) if found.num_rows else ()
    for row, engagement, institution in zip(found.to_pylist(), engaged, here, strict=True):
        if row["component"] == line and institution >= 0:
            yield row, int(engagement)


def _splits(tables: PeriodTables, line: str, level: Level) -> dict[int, Split]:
    """Gather the rows of a line by the row of the pool's level."""
    frame = tables.roster.frame
    parent, splits = frame.parent(ENGAGEMENT, level), dict[int, Split]()
    for row, engagement in _rows(tables, line):
        if engagement >= 0:
            group = int(parent[engagement])
            place = "/".join(filter(None, frame.code(level, group))) or say("the whole run")
            _add(splits.setdefault(group, Split(place)), row)
    return splits


def _by_department(tables: PeriodTables, line: str) -> list[Split]:
    splits: dict[str, Split] = {}
    for row, _ in _rows(tables, line):
        place = f"{row['institution']}/{row['department']}"
        _add(splits.setdefault(place, Split(place)), row)
    return list(splits.values())


def _add(split: Split, row: dict[str, object]) -> None:
    staff, amount = str(row["staff"]), row["amount"]
    assert isinstance(amount, int)
    split.amounts[staff] = split.amounts.get(staff, 0) + amount
    split.signed_by[str(row["signed_by"])] = None


def _strangers(tables: PeriodTables, line: str) -> Iterator[Problem]:
    """Find rows of persons who are not engaged in the department they are written under."""
    rows = [row for row, engagement in _rows(tables, line) if engagement < 0]
    if not rows:
        return
    frame = tables.roster.frame
    known = list(dict.fromkeys(frame.departments))
    for row in rows[:MOST_NAMED]:
        yield Problem(
            say("{staff} is in no engagement of {institution} in department {department} in {period}{near}",
                staff=row["staff"], institution=row["institution"], department=in_quotes(row["department"]),
                period=tables.roster.period,
                near="" if row["department"] in known else hint(str(row["department"]), known)),
            TABLE, column="department",
        )  # fmt: skip
    if len(rows) > MOST_NAMED:
        yield Problem(say("{n} more row(s) like these", n=len(rows) - MOST_NAMED), TABLE)


def _several_signatures(tables: PeriodTables, label: str, line: str) -> Iterator[Problem]:
    for split in _by_department(tables, line):
        if len(split.signed_by) > 1:
            place = say("{line} of {place}", line=label, place=split.place)
            yield Problem(
                say("{place} is signed by several: {names}", place=place, names=joined(split.signed_by)),
                TABLE, column="signed_by", remedy=say("one head signs a department's split"),
            )  # fmt: skip


def _not_among(
    evaluation: Evaluation, tables: PeriodTables, line: str, level: Level, group: int, place: str
) -> Iterator[Problem]:
    """Find who is written down and does not share, by the policy's `among` or `outside`."""
    frame, paid = evaluation.frame, evaluation.values[line]
    assert isinstance(paid, Column)
    shares, parent = paid.full(ENGAGEMENT).values, frame.parent(ENGAGEMENT, level)
    others = [
        str(row["staff"])
        for row, engagement in _rows(tables, line)
        if engagement >= 0 and parent[engagement] == group and row["amount"] and not shares[engagement]
    ]
    if others:
        yield Problem(
            say("{place}: by the policy {persons} do(es) not share", place=place, persons=listed(others, MOST_NAMED)),
            TABLE, column="staff", remedy=say("leave them out of the split, or change among and outside of the line"),
        )  # fmt: skip
