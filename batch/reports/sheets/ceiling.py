"""Ceiling of performance pay (绩效总量执行表): how far institutions have used theirs.

    control level x heads x multiple (+ items outside the total)                  = ceiling
    granted before + rewards paid in advance + what this run grants inside it      = granted to date
    ceiling - granted to date                                                      = left

The check of the total (`performance_total`) says what was granted to date, floors and conversions included; where the
policy does not check it, it is what was granted before and the reward that may be paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from batch.report_names import FIGURE, PREFIX
from batch.reports.sheets.material import NoSheet, SheetMaterial, signatures, yuan_unit
from batch.reports.sheets.reported import PolicyValues, Reported, sums_by_institution
from batch.reports.sheets.sheet import FEN, RATE, TEN_THOUSANDTHS, Row, Sheet, SheetColumn, SheetGroup
from payengine.exact import COEFFICIENT
from payengine.exact import FEN as FEN_SCALE
from payengine.exact.amounts import share
from payengine.texts import joined, say

if TYPE_CHECKING:
    from collections.abc import Sequence

CEILING, HEADS, MULTIPLE = "performance_ceiling", "ceiling_heads", "ceiling_rate"
GRANTED, PAYABLE, OUTSIDE = "performance_granted", "reward_payable", "outside_total_lines"
NOT_PAYABLE, REASON = "reward_not_payable", "reward_reason"
TO_DATE = f"{PREFIX}performance_total.{FIGURE}"
_OF_APPROVED_TOTAL = "by_approved_total"  # the formula of a ceiling that reads no control level
OVER_CEILING = "ceiling"  # the key of what is not paid because of it


def make(material: SheetMaterial) -> Sheet | NoSheet:
    """Make the sheet; there is none where the run has no ceiling."""
    reported = Reported(material.results)
    if not reported.has(CEILING):
        return NoSheet(say("the policy computes no ceiling of performance pay in a period of this kind"))
    values = PolicyValues(material)
    granted = granted_by_run(material)
    rows = [_row(code, reported, values, granted, material) for code in reported.institutions]
    return Sheet(
        name="ceiling",
        tab=say("Performance total"),
        title=say("Use of the performance-pay total"),
        columns=(
            SheetColumn(say("Code"), width=10),
            SheetColumn(say("Institution"), width=28),
            SheetColumn(say("Control level (per head and year)"), FEN),
            SheetColumn(say("Heads counted"), TEN_THOUSANDTHS, has_total=True),
            SheetColumn(say("Multiple"), TEN_THOUSANDTHS),
            SheetColumn(say("Outside the total"), FEN, has_total=True),
            SheetColumn(say("Ceiling"), FEN, has_total=True),
            SheetColumn(say("Granted before, without rewards"), FEN, has_total=True),
            SheetColumn(say("Granted by this run"), FEN, has_total=True),
            SheetColumn(say("Reward that may be paid"), FEN, has_total=True),
            SheetColumn(say("Granted to date"), FEN, has_total=True),
            SheetColumn(say("Share used"), RATE),
            SheetColumn(say("Left in the total"), FEN, has_total=True),
            SheetColumn(say("Reward that does not fit"), FEN, has_total=True),
            SheetColumn(say("Remark"), width=36),
        ),
        groups=lambda: [SheetGroup("", rows)],
        subtitle=material.subtitle,
        unit=yuan_unit(),
        notes=(
            say("Ceiling = approved total x multiple + what stands outside the total.")
            if values.choice(CEILING) == _OF_APPROVED_TOTAL
            else say("Ceiling = control level x heads x multiple + what stands outside the total."),
            say("Left = ceiling - granted to date; below zero more was granted than the ceiling allows."),
        ),
        signatures=signatures(),
    )


def granted_by_run(material: SheetMaterial) -> Mapping[str, int] | None:
    """Add up what the run grants inside the total; None without the policy."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if material.policy is None:
        return None
    inside = [name for name, component in material.policy.components.items() if component.is_inside]
    lines = material.results.pay_lines
    return sums_by_institution(lines.filter(pc.is_in(lines["component"], pa.array(inside, pa.string()))), "amount_fen")


def _row(
    code: str, reported: Reported, values: PolicyValues, of_run: Mapping[str, int] | None, material: SheetMaterial
) -> Row:
    def fen(name: str) -> int | None:
        return reported.value(name, code, FEN_SCALE)

    multiple = reported.value(MULTIPLE, code, COEFFICIENT)
    ceiling, granted = fen(CEILING), fen(GRANTED)
    payable = fen(PAYABLE)
    # Where the two permits do not hold every figure of them is computed as 0: there is no ceiling, not one of nothing.
    applies = not (multiple == 0 and ceiling == 0)
    to_date = fen(TO_DATE) if applies else None
    if applies and to_date is None and granted is not None and payable is not None:
        to_date = granted + payable
    left = None if ceiling is None or to_date is None else ceiling - to_date
    remark = say("no ceiling holds here") if not applies else joined(_remarks(code, reported, left))
    return (
        code,
        material.names.institutions.get(code) or None,
        values.fen("wage_control_level", code) if applies and values.choice(CEILING) != _OF_APPROVED_TOTAL else None,
        reported.value(HEADS, code, COEFFICIENT) if applies else None,
        multiple if applies else None,
        _sum(fen(f"{OUTSIDE}[{key}]") for key in reported.keys(OUTSIDE)) if applies else None,
        ceiling if applies else None,
        granted,
        None if of_run is None else of_run.get(code, 0),
        payable if applies else None,
        to_date,
        None if ceiling is None or to_date is None else share(to_date, ceiling),
        left,
        fen(f"{NOT_PAYABLE}[{OVER_CEILING}]") if applies else None,
        remark or None,
    )


def _remarks(code: str, reported: Reported, left: int | None) -> Iterable[str]:
    """Say why reward is not paid, what lacks, and that the ceiling is exceeded."""
    yield from reasons(code, reported)
    if left is not None and left < 0:
        yield say("above the ceiling")
    for name in (CEILING, HEADS, MULTIPLE, GRANTED):
        yield from reported.lacks(name, code)


def reasons(code: str, reported: Reported) -> Sequence[str]:
    """List why there is no reward or why not all of it is paid, in the words of the rule."""
    return [
        reported.label(f"{REASON}[{key}]")[1]
        for key in reported.keys(REASON)
        if reported.value(f"{REASON}[{key}]", code, 0)
    ]


def _sum(amounts: Iterable[int | None]) -> int | None:
    """Add up amounts; None where any is not given, and where there are none."""
    found = list(amounts)
    return None if not found or None in found else sum(each for each in found if each is not None)
