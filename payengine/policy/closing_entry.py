"""Reader of the table `[closing]` of a policy file."""

from __future__ import annotations

import re
from datetime import date

from payengine.policy.closing import Closing
from payengine.policy.toml import Section
from payengine.texts import in_quotes, say

CLOSING = "closing"
_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_USUAL_YEAR = 2001  # no leap year, so that the day is one of every year


def read_closing(file: Section) -> Closing | None:
    """Read the table `[closing]` of one policy file; None where there is none."""
    section = file.section(CLOSING)
    if not file.has(CLOSING):
        return None
    text = section.text("last_day", required=True)
    source = section.text("source", required=section.has("source"))
    section.finish()
    match = _DAY.fullmatch(text)
    try:
        found = None if match is None else date(_USUAL_YEAR, int(match[1]), int(match[2]))
    except ValueError:
        found = None
    if found is None:
        if text:
            section.problem(
                say("{value} is not a day of every year", value=in_quotes(text)), "last_day",
                say('write month and day, such as "03-31"'),
            )  # fmt: skip
        return None
    return Closing(found.month, found.day, source)
