"""Amounts of carried pools as they are printed: next year's openings, undecided amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch.cli.views.tables import Sheet, figure, name, word
from batch.reports.carried_amounts import CarriedAmounts
from payengine.exact.amounts import yuan
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType


def carried_parts(carried: CarriedAmounts, institution: str = "") -> list[RenderableType]:
    """Print the rows of opening_balance to enter, and amounts in no pool.

    Of one institution if it is named.
    """
    parts: list[RenderableType] = []
    heads = [word(say("Code"), key=True), name(say("Pool")), figure(say("Yuan"))]
    forward = [one for one in carried.forward if institution in ("", one.institution)]
    if forward:
        parts += ["", say("Left in carried pools; enter for {period} in opening_balance:", period=carried.opens)]
        rows = [[one.institution, one.label, yuan(one.fen), one.row] for one in forward]
        parts.append(Sheet([*heads, word(say("Row of opening_balance"))], rows, indent="  "))
    outside = [one for one in carried.outside if institution in ("", one.institution)]
    if outside:
        parts += ["", say("Carried, and in no pool of this run; listed until it is decided who has it:")]
        parts.append(Sheet(heads, [[one.institution, one.label, yuan(one.fen)] for one in outside], indent="  "))
    return parts
