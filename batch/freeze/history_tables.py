"""History tables of a snapshot, and the checks of a settlement's own months."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch.content_digest import Description
from batch.snapshot.part_writer import Files, even, write_table
from batch.snapshot.schemas import HISTORY_TABLES
from payengine.errors import Problem, Refused
from payengine.periods import MONTH, Period
from payengine.texts import joined, say

if TYPE_CHECKING:
    from batch.ledger import History


FIRST_PERIOD = "first_period"  # in the manifest's history, where the office began within the period's year


def write_history(
    root: Path, history: History | None, files: Files, first: Period | None = None
) -> tuple[dict[str, Description], dict[str, Any]]:
    """Write the history's tables; returns their descriptions and their publications.

    With these stands `first`, the office's first period, where it began within the year.
    """

    def write(name: str) -> Description:
        batches = iter(()) if history is None else history.rows(name)
        return write_table(root, f"{name}.parquet", HISTORY_TABLES[name], even(batches), files)

    with ThreadPoolExecutor(2) as pool:  # the database puts rows together without the interpreter
        written = {name: pool.submit(copy_context().run, write, name) for name in HISTORY_TABLES}
    described = {name: table.result() for name, table in written.items()}
    publications = _publications(history)
    return described, publications if first is None else {**publications, FIRST_PERIOD: str(first)}


def begun_within(period: Period, first: Period | None) -> Period | None:
    """Return the office's first period where it lies within the year of `period`.

    None for one that begins the year, or that comes after the period.
    """
    return first if first is not None and period.year_start < first.first_day <= period.last_day else None


def refuse_missing(period: Period, history: History | None, first: Period | None = None) -> None:
    """Refuse a settlement of which a month is not published, with all that are not.

    Months before the office's first need not be. `Refused` for a period that ended before that month, too.
    """
    if first is not None and period.last_day < first.first_day:
        raise Refused(
            say("freeze of {period} refused: the office begins with {first}", period=period, first=first),
            remedy=say("Nothing was frozen. first_period in payengine.toml says so."),
        )
    published = set() if history is None else {made.period for made in history.publications}
    months = [] if period.kind == MONTH else period.months()
    missing = [month for month in months if month not in published and (first is None or month >= first)]
    if missing:
        raise Refused(
            say("freeze of {period} refused: {n} of its months are not published", period=period, n=len(missing)),
            [Problem(say("is not published"), column=str(month)) for month in missing],
            remedy=say("Nothing was frozen. Publish these months first, each with payengine month PERIOD."),
        )


def remarks(period: Period, history: History | None, first: Period | None = None) -> list[str]:
    """List what a settlement lacks without being wrong.

    These are institutions that a month left out, and months before the office's or the ledger's first.
    """
    if history is None or period.kind == MONTH:
        return []
    told = [
        say(
            "{month} was published without {institution} (held: {reason}): nothing of it is in {period} for that month",
            month=made, institution=institution, reason=reason, period=period,
        )
        for made, holds in sorted(history.held.items())
        for institution, reason in sorted(holds.items())
    ]  # fmt: skip
    missing = [month for month in history.missing if first is None or month >= first]
    before = [month for month in period.months() if first is not None and month < first]
    if before:
        told.append(
            say(
                "{period} closes on {n} of its {all} months: the office begins with {first}; what {months} gave counts "
                "as far as opening_balance says it",
                period=period, n=len(period.months()) - len(before), all=len(period.months()), first=first,
                months=listed_months(before),
            )
        )  # fmt: skip
    elif first is not None and len(missing) < len(history.missing):
        told.append(
            say("the year to date begins with {first}; what stood before counts as far as opening_balance says it",
                first=first)
        )  # fmt: skip
    if missing:
        months = joined(str(month) for month in missing)
        told.append(say("not published, so not in the year to date: {months}", months=months))
    return told


def listed_months(months: list[Period]) -> str:
    """Write months that follow each other, by the first and the last."""
    first, last = str(months[0]), str(months[-1])
    return first if first == last else say("{first} to {last}", first=first, last=last)


def _publications(history: History | None) -> dict[str, Any]:
    """List the revisions that the history was read from, and the months without one."""
    if history is None:
        return {"publications": [], "missing": []}
    publications = [
        {"period": str(each.period), "revision": each.revision, "run": each.run} for each in history.publications
    ]
    publications.sort(key=lambda each: str(each["period"]))
    return {"publications": publications, "missing": sorted(str(month) for month in history.missing)}
