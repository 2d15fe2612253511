"""Findings in the rows of a period: posts, scores, ends written by hand, equal rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import integers
from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import KINDS, MORE_THAN_A_POST, SAME_ROWS, SCORE_SCALE, UNTIL_LAST_DAY
from batch.findings.material import Material
from batch.input_tables import REFERENCE, Table
from batch.values.posts import posts_beyond
from payengine.exact.amounts import decimal_text
from payengine.periods import Period, day_number, from_day_number
from payengine.policy import ONE
from payengine.suggest import listed
from payengine.texts import say, word

FEWEST_SCORES = 3  # of an indicator or institution, so that a person who did badly is no finding
MOST_ITEMS = 8  # named in a sentence
MOST_PAST = 3  # last published periods in which a score's own past is looked up
TIMES = 5  # as high was a score before that is on another scale now: half of 95 is no finding
LEAST_FULL_SCORE = 20 * ONE  # of a smaller one scores below its tenth are nothing special


def input_rows(material: Material) -> Iterator[Finding]:
    """Find what is implausible in the rows of the reference tables."""
    yield from _posts(material)
    yield from _scores(material)
    for table in REFERENCE:
        if table.dated:
            yield from _until_last_day(material, table)
    yield from _same_rows(material)


def _posts(material: Material) -> Iterator[Finding]:
    told = posts_beyond(material.table("engagement"), material.period, material.rules.threshold(MORE_THAN_A_POST))
    if told:
        yield Finding(
            MORE_THAN_A_POST, KINDS[MORE_THAN_A_POST].severity, len(told),
            say("engagement: {n} person(s) have more than a full post on a day", n=f"{len(told):,}"),
            tuple(told[:MOST_SHOWN]), say("Give each post its part, or end the one that was left."),
        )  # fmt: skip


def _scores(material: Material) -> Iterator[Finding]:
    """Find indicators and institutions none of whose scores is above a tenth of the full score."""
    table = material.table("appraisal")
    periods = [text for text in table["period"].unique().to_pylist() if Period.parse(text).within(material.period)]
    of_period = pc.is_in(table["period"], value_set=pa.array(periods, pa.string()))
    rows = table.filter(pc.and_(of_period, pc.greater_equal(table["full_score"], LEAST_FULL_SCORE))).to_pylist()
    share = material.rules.threshold(SCORE_SCALE)
    told: set[int] = set()
    for column in ("indicator", "institution"):
        groups: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            if number not in told and row["score"]:
                groups.setdefault(row[column], []).append(number)
        for name, numbers in sorted(groups.items()):
            low = all(rows[each]["score"] * ONE <= share * rows[each]["full_score"] for each in numbers)
            if len(numbers) >= FEWEST_SCORES and low:
                told.update(numbers)
                yield _low_scores(column, name, [rows[each] for each in numbers])
    yield from _single_scores(material, [row for number, row in enumerate(rows) if number not in told], share)


def _single_scores(material: Material, rows: list[dict[str, Any]], share: int) -> Iterator[Finding]:
    """Find low scores where the institution's only one of the indicator was high before.

    Before there is a published period that has them: where the other institutions' are high.
    """
    count = Counter((row["institution"], row["indicator"]) for row in rows)
    low = [
        row for row in rows
        if row["score"] and row["score"] * ONE <= share * row["full_score"]
        and count[row["institution"], row["indicator"]] == 1
    ]  # fmt: skip
    if not low:
        return
    before = _scores_before(material, {_score_key(row) for row in low})
    far = []
    for row in low:
        others = before.get(_score_key(row)) or [
            other for other in rows if other["indicator"] == row["indicator"] and other is not row
        ]
        if len(others) >= (1 if _score_key(row) in before else FEWEST_SCORES) and all(
            other["score"] * row["full_score"] >= TIMES * row["score"] * other["full_score"] for other in others
        ):
            far.append(row)
    if far:
        first = tuple(
            " ".join((row["institution"], row["staff"], row["indicator"], decimal_text(row["score"], 4, least=0)))
            for row in far[:MOST_SHOWN]
        )
        yield Finding(
            SCORE_SCALE, KINDS[SCORE_SCALE].severity, len(far),
            say("appraisal: {n} score(s) are below a part of their full score that they, or the others, never were",
                n=f"{len(far):,}"),
            tuple(" ".join(each.split()) for each in first),
            say("Write the scores on the scale of full_score, or give the full score they are on."), "single",
        )  # fmt: skip


def _score_key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["institution"], row["staff"], row["indicator"]


def _scores_before(material: Material, keys: set[tuple[str, str, str]]) -> dict[tuple[str, str, str], list[Any]]:
    """Collect the scores above 0 that these had in the last published periods."""
    found: dict[tuple[str, str, str], list[Any]] = {}
    indicators = pa.array(sorted({indicator for _, _, indicator in keys}), pa.string())
    for past in material.past[-MOST_PAST:]:
        table = past.table("appraisal")
        if table is None:
            continue
        for row in table.filter(pc.is_in(table["indicator"], value_set=indicators)).to_pylist():
            if _score_key(row) in keys and row["score"] and Period.parse(row["period"]).within(past.period):
                found.setdefault(_score_key(row), []).append(row)
    return found


def _low_scores(column: str, name: str, rows: list[dict[str, object]]) -> Finding:
    highest = max(int(str(row["score"])) for row in rows)
    full = max(int(str(row["full_score"])) for row in rows)
    first = [
        f"{row['institution']} {row['staff']} {row['indicator']} {decimal_text(int(str(row['score'])), 4, least=0)}"
        for row in rows[:MOST_SHOWN]
    ]
    return Finding(
        SCORE_SCALE, KINDS[SCORE_SCALE].severity, len(rows),
        say(
            "appraisal, {column} {name}: none of {n} scores is above {highest}, where {full} is full",
            column=word(f"appraisal.{column}"), name=name, n=f"{len(rows):,}",
            highest=decimal_text(highest, 4, least=0),
            full=decimal_text(full, 4, least=0),
        ),
        tuple(" ".join(each.split()) for each in first),
        say("Write the scores on the scale of full_score, or give the full score they are on."), f"{column} {name}",
    )  # fmt: skip


def _until_last_day(material: Material, table: Table) -> Iterator[Finding]:
    """Find intervals that end on the last day of a month, which `until` leaves out.

    An interval that another of the same key follows that day is no finding: something changes then.
    """
    rows = material.table(table.name)
    days = {day_number(month.last_day) for month in material.period.months()}
    until = integers(rows, "until", np.int32)
    chosen = np.isin(until, np.array(sorted(days), np.int32))
    if not chosen.any():
        return
    key = [*table.key]
    starts = {tuple(row[name] for name in (*key, "from")) for row in rows.select([*key, "from"]).to_pylist()}
    ending = rows.filter(pa.array(chosen)).select([*key, "until"]).to_pylist()
    found = [row for row in ending if tuple(row[name] for name in (*key, "until")) not in starts]
    if not found:
        return
    what = say(
        "{table}: until of {n} row(s) is the last day of a month, which is then outside",
        table=word(table.name), n=f"{len(found):,}",
    )  # fmt: skip
    if table.name == "engagement":
        what += say("; ") + say("{n} person(s) have no engagement on that day", n=f"{_dropped(rows, found):,}")
    first = [f"{' '.join(str(row[name]) for name in key)} {from_day_number(row['until'])}" for row in found]
    following = min(from_day_number(row["until"]) or material.period.last_day for row in found) + timedelta(days=1)
    yield Finding(
        UNTIL_LAST_DAY, KINDS[UNTIL_LAST_DAY].severity, len(found), what, tuple(first[:MOST_SHOWN]),
        say("until is the first day that no longer counts: write {day} if the last day is meant too.", day=following),
        table.name,
    )  # fmt: skip


def _dropped(engagement: pa.Table, found: list[dict[str, object]]) -> int:
    """Count the persons whom no engagement holds on the day on which theirs ends."""
    dropped = set()
    for day in {int(str(row["until"])) for row in found}:
        there = pc.and_(pc.less_equal(engagement["from"], day), pc.greater(engagement["until"], day))
        still = set(engagement.filter(there)["staff"].to_pylist())
        dropped |= {str(row["staff"]) for row in found if row["until"] == day and row["staff"] not in still}
    return len(dropped)


def _same_rows(material: Material) -> Iterator[Finding]:
    """Tell of equal rows under different record ids.

    The freeze counted them: a snapshot holds no patients.
    """
    assert material.snapshot is not None
    facts = material.snapshot.same_rows
    if not facts:
        return
    told = {
        "n": f"{facts['rows']:,}",
        "items": listed([f"{item} {rows:,}" for item, rows in sorted(facts["items"].items())], MOST_ITEMS),
    }
    if facts["at_least"]:
        what = say("service_record: at least {n} rows equal another but for the record_id: {items}", **told)
    else:
        what = say("service_record: {n} rows equal another but for the record_id: {items}", **told)
    yield Finding(
        SAME_ROWS, KINDS[SAME_ROWS].severity, facts["rows"], what, tuple(facts["first"][:MOST_SHOWN]),
        say("Same day, person, item, quantity and patient: see that no service was sent twice."),
    )  # fmt: skip
