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


def within(day: str, binds: Binds) -> str:
    """Write the condition that a date column is in the year up to the period's end.

    Or that it has no value.
    """
    return f"{day} IS NULL OR ({day} >= '{binds.year_start}' AND {day} < '{binds.next_period}')"
