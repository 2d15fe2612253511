"""Explanations for who may see one institution only: without what is added up over others.

A sum over several institutions less one's own is another's figure where there are two. So figures of the whole run, and
sums of rows beyond the institution's own, are left out; values of the policy hold for all and stay.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from batch.explain.changes import FIGURE, INPUT, RECORDS, Change
from batch.inputs.catalogue import BY_NAME
from payengine.graph import CONSORTIUM, ENGAGEMENT, INSTITUTION, STAFF, Level, Operand, Total

if TYPE_CHECKING:
    from batch.explain.explanation import Explanation
    from batch.explain.why import Why
    from batch.payslips.payslip import Payslip
    from payengine.graph import Trace

HISTORY = "history"  # the table of what was published before


def without_others(explanation: Explanation) -> Explanation:
    """Leave out what an explanation says of the whole run."""
    return replace(explanation, trace=_own_trace(explanation.trace, explanation.institution))


def payslip_without_others(payslip: Payslip) -> Payslip:
    """Leave out what a payslip says of the whole run."""
    return replace(payslip, trace=_own_trace(payslip.trace, payslip.institution))


def _own_trace(trace: Trace, institution: str) -> Trace:
    own = _own_rows(trace, institution)
    whole = {name for name, step in trace.steps.items() if step.formula.level.name == "CONSORTIUM"}
    whole |= {
        name
        for name in trace.given
        if name in BY_NAME and BY_NAME[name].level.name == "CONSORTIUM" and BY_NAME[name].table == HISTORY
    }

    def operand(one: Operand) -> Operand:
        return Operand(one.name, () if one.name in whole else one.cells, _totals(one.totals, own, one.name in whole))

    shown = copy.copy(trace)
    shown.steps = {
        name: replace(
            step,
            operands=() if name in whole else tuple(operand(one) for one in step.operands),
            cells=() if name in whole else step.cells,
            totals=_totals(step.totals, own, name in whole),
        )
        for name, step in trace.steps.items()
    }
    shown.given = {name: operand(one) for name, one in trace.given.items()}
    return shown


def without_sums_of_others(found: Why, *, is_person: bool) -> Why:
    """Leave out of a difference's causes what is added up over others; the parts in fen stay.

    For a person also what is given or computed for the whole institution: of two colleagues one could be told by it.
    """

    def is_shown(change: Change) -> bool:
        if change.kind == RECORDS:
            return True
        if change.kind == FIGURE or change.rows is not None:
            return False
        if change.kind != INPUT or change.name not in BY_NAME:
            return True
        entry = BY_NAME[change.name]
        return entry.level <= STAFF if is_person else not (entry.level is CONSORTIUM and entry.table == HISTORY)

    differences = [replace(one, changes=[each for each in one.changes if is_shown(each)]) for one in found.differences]
    return replace(found, differences=differences)


def _own_rows(trace: Trace, institution: str) -> dict[Level, int]:
    """Count the institution's own rows at each level below it."""
    frame = trace.frame
    place = list(frame.institutions).index(institution)
    found = {level: int(np.sum(frame.parent(level, INSTITUTION) == place)) for level in (ENGAGEMENT, STAFF)}
    return found


def _totals(totals: Sequence[Total], own: dict[Level, int], hidden: bool) -> tuple[Total, ...]:
    """Keep the sums of the institution's rows.

    Those of more rows, or of other levels, go beyond it.
    """
    return tuple(one for one in totals if not hidden and one.rows <= own.get(one.level, 0))
