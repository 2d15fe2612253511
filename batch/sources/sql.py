"""SQL that all databases share: the dates of a query, and a filter of service rows."""

from __future__ import annotations

import re

from batch.sources.base import Binds
from payengine.errors import Problem, Refused
from payengine.suggest import did_you_mean, nearest
from payengine.texts import say

# A piece of SQL in which a colon means nothing: texts, quoted names, comments, PostgreSQL's $tag$ texts and casts.
_OPAQUE = re.compile(
    r"""'(?:[^'\\]|''|\\.)*' | "(?:[^"]|"")*" | `[^`]*` | --[^\n]* | /\*.*?\*/ | \$(\w*)\$.*?\$\1\$ | ::"""
    r"""|(?<![\w:])(?P<bind>:[A-Za-z_]\w*)""",
    re.VERBOSE | re.DOTALL,
)
# Words of an expression that are no column.
_NO_COLUMNS = {
    "select", "distinct", "as", "null", "cast", "text", "varchar", "char", "coalesce", "nullif", "trim", "end", "case",
    "when", "then", "else",
}  # fmt: skip
# A date in the one form that needs no calendar to be known as valid: the days up to the 28th of every month.
PLAIN_DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"


def with_dates(query: str, binds: Binds, where: str) -> str:
    """Fill `:first_day`, `:next_period` and `:year_start` into a query as date literals.

    A literal looks like '2026-10-01'.

    A literal without a type fits a DATE and a text column alike, which a typed parameter does not; the three values
    are made here, so nothing foreign can enter. `Refused` for any other name.
    """
    dates = binds.named()
    unknown: list[str] = []

    def filled(match: re.Match[str]) -> str:
        bind = match["bind"]
        if not bind:
            return match[0]
        if bind[1:] not in dates:
            unknown.append(bind)
            return bind
        return f"'{dates[bind[1:]].isoformat()}'"

    text = _OPAQUE.sub(filled, query.strip().rstrip(";"))
    if unknown:
        problems = []
        for bind in dict.fromkeys(unknown):
            near = nearest(bind[1:], dates)
            hint = did_you_mean(f":{near}" if near else "")
            problems.append(Problem(say("{name} is not bound in a query{near}", name=bind, near=hint), where))
        raise Refused(
            say("the query cannot be run"),
            problems,
            remedy=say("a query may name :first_day, :next_period, :year_start"),
        )
    return text


def query_facts(query: str) -> dict[str, object]:
    """Tell from the text of a query for `service_record` which rows it can deliver.

    `binds` are the dates it names; `asks_reversals` is false where its rows end with the period (`:next_period`) and
    its conditions name nothing of the column `reverses`: refunds and cancellations of a later date never arrive then.
    """
    binds: set[str] = set()

    def plain(match: re.Match[str]) -> str:
        if match["bind"]:
            binds.add(match["bind"][1:])
        return "''" if match[0][0] in "'$" else " " if match[0][0] in "-/" else match[0]

    text = _OPAQUE.sub(plain, query)
    return {"binds": sorted(binds), "asks_reversals": "next_period" not in binds or _asks_reversals(text.casefold())}


def _asks_reversals(text: str) -> bool:
    selected, _, conditions = text.partition("where")
    found = re.search(r"([^,]*?(?:\([^)]*\))?[^,(]*?)\s+(?:as\s+)?[\"`]?reverses\b", selected)
    expression = re.sub(r"\w+\.", "", found[1]).strip() if found else ""
    named = set(re.findall(r"[^\W\d]\w*", expression)) - _NO_COLUMNS
    if expression and not named:
        return True  # a constant: this source reverses nothing
    return any(re.search(rf"\b{re.escape(name)}\b", conditions) for name in (*named, "reverses"))


def within(day: str, binds: Binds) -> str:
    """Write the condition that a date column is in the year up to the period's end.

    Or that it has no value.
    """
    return f"{day} IS NULL OR ({day} >= '{binds.year_start}' AND {day} < '{binds.next_period}')"
