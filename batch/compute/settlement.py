"""Figures and remarks of a settlement about its months, beside its own lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from batch.compute.report_rows import OF_SUMMARIES, Figure
from batch.inputs.history import FIXED, PAY, STATEMENT, HistoryInputs
from batch.inputs.history_lines import BEFORE, SETTLED
from batch.inputs.history_work import SettledWork
from batch.inputs.keyed_columns import Slice, spread, sum_by_cell
from batch.report_names import (
    PAID,
    PAID_TO_OTHERS,
    PERSON_MONTHS,
    SERVICES,
    STATEMENTS,
    SUMMARISED,
    WORK_POINTS,
    YEAR_FIXED,
    YEAR_PAID,
)
from payengine.errors import IdentityBroken, Problem
from payengine.exact import FEN, POINTS
from payengine.exact.amounts import decimal_text, yuan
from payengine.graph import COUNT, ENGAGEMENT, INSTITUTION, STAFF, Graph, Rules
from payengine.graph.values.frame import Int64
from payengine.periods import HALF_YEAR, MONTH, QUARTER, Period
from payengine.texts import joined, say

if TYPE_CHECKING:
    from batch.snapshot.snapshot import Snapshot
    from payengine.policy import Policy


YUAN = "yuan"
MOST_TOLD = 50  # persons or engagements told one by one; the rest is counted


def settled_figures(history: HistoryInputs, work: SettledWork) -> list[Figure]:
    """List what the settled months gave, by institution and by person.

    `IdentityBroken` where what persons were paid and what others were paid is not what the institution paid.
    """
    roster = history.roster
    frame = roster.frame
    paid = history.paid(SETTLED, PAY, INSTITUTION)
    to_persons = history.paid(SETTLED, PAY, STAFF)
    others = np.zeros(len(paid), np.int64)
    for payee in history.unengaged_payees():
        others[frame.institutions.index(payee.institution)] += payee.paid_fen
    persons = _added(frame.institution_of_staff, to_persons, len(paid))
    _same(frame.institutions, paid, persons + others)
    months = _added(frame.parent(ENGAGEMENT, INSTITUTION), roster.person_months, len(paid))
    services, points = (_by_institution(history, cells) for cells in (work.services, work.points_micro))
    summarised = history.summarised()
    counted = [] if summarised is None else [Figure(INSTITUTION, SUMMARISED, OF_SUMMARIES, COUNT.name, 0, summarised)]
    return [
        *counted,
        Figure(INSTITUTION, SERVICES, "各月服务记录（条）", COUNT.name, 0, services),
        Figure(INSTITUTION, WORK_POINTS, "各月当量", "points", POINTS, points),
        Figure(INSTITUTION, PERSON_MONTHS, "人月数", COUNT.name, 4, months),
        Figure(INSTITUTION, PAID, "各月已发薪酬", YUAN, FEN, paid),
        Figure(INSTITUTION, PAID_TO_OTHERS, "其中：已不在册人员", YUAN, FEN, others),
        Figure(INSTITUTION, STATEMENTS, "各月结算项目", YUAN, FEN, history.paid(SETTLED, STATEMENT, INSTITUTION)),
        Figure(INSTITUTION, YEAR_PAID, "本年此前已发薪酬", YUAN, FEN, history.paid(BEFORE, PAY, INSTITUTION)),
        Figure(INSTITUTION, YEAR_FIXED, "其中：固定部分", YUAN, FEN, history.paid(BEFORE, PAY, INSTITUTION, FIXED)),
        Figure(STAFF, PAID, "各月已发薪酬", YUAN, FEN, to_persons),
        Figure(STAFF, YEAR_PAID, "本年此前已发薪酬", YUAN, FEN, history.paid(BEFORE, PAY, STAFF)),
    ]


def settled_remarks(history: HistoryInputs, work: SettledWork, held: Mapping[str, str]) -> Iterator[str]:
    """Yield a remark for what the months gave without a line in the settlement."""
    period = history.roster.period
    payees = history.unengaged_payees()
    for one in payees[:MOST_TOLD]:
        yield say(
            "{staff} has no engagement at {institution} in {period}: {amount} yuan and {points} points of its months"
            " count for the institution, and no line is computed",
            staff=one.staff, institution=one.institution, period=period, amount=yuan(one.paid_fen),
            points=decimal_text(one.points_micro, POINTS, least=0),
        )  # fmt: skip
    if len(payees) > MOST_TOLD:
        yield say("and {n} more persons without an engagement in {period}", n=len(payees) - MOST_TOLD, period=period)
    for institution, staff, start, month in work.moved[:MOST_TOLD]:
        yield say(
            "{staff} at {institution}: the engagement from {day} is not in the table any more; its work of {month}"
            " stands on another one",
            staff=staff, institution=institution, day=start, month=month,
        )  # fmt: skip
    if len(work.moved) > MOST_TOLD:
        yield say("and {n} more such months", n=len(work.moved) - MOST_TOLD)
    for institution, fen in history.left_out(held):
        yield say(
            "{institution} has {amount} yuan in the months of {period} and is not in this run: it is not open on any"
            " day of it, and nobody is engaged there",
            institution=institution, amount=yuan(fen), period=period,
        )  # fmt: skip


def unmet_presumptions(policy: Policy, graph: Graph, rules: Rules) -> Iterator[Problem]:
    """Find what formulas presume of the months and the policy's months do not compute."""
    choices = policy.formulas(MONTH)[1]
    for formula in graph.order:
        for name, allowed in formula.settles.items():
            default = next((one.name for one in rules.variants.get(name, {}).values() if one.default), "")
            chosen = choices.get(name, default)
            if chosen and chosen not in allowed:
                yield Problem(
                    say("{formula} cannot settle months that compute {name} by {chosen}",
                        formula=formula.name, name=name, chosen=chosen),
                    say("policy {code}", code=policy.code), column=formula.gives,
                    remedy=say("it settles {names}; choose another formula for {gives}",
                               names=joined(allowed), gives=formula.gives),
                )  # fmt: skip


def lacking_settlements(snapshot: Snapshot, policy: Policy) -> Iterator[Problem]:
    """Find paying quarters and half-years inside the period that are not published."""
    for each, names in _unpublished(snapshot.period.settlements(), snapshot, policy):
        what = say("is not published, and the policy pays in quarters: {names}", names=names)
        if each.kind == HALF_YEAR:
            what = say("is not published, and the policy pays in half-years: {names}", names=names)
        yield Problem(
            what, column=str(each),
            remedy=say("publish it first: payengine month {month}; then: payengine month {period}",
                       month=each, period=snapshot.period),
        )  # fmt: skip


def settlements_before(snapshot: Snapshot, policy: Policy) -> Iterator[str]:
    """Yield a remark for each paying settlement that the year to date lacks."""
    if snapshot.period.kind == MONTH:  # months run on while an earlier settlement waits for its appraisal
        return
    ended = [each for each in snapshot.period.earlier() if each.kind in (QUARTER, HALF_YEAR)]
    for each, names in _unpublished(ended, snapshot, policy):
        yield say("{earlier} is not published, so the year to date lacks it: {names}", earlier=each, names=names)


def _unpublished(settlements: Iterable[Period], snapshot: Snapshot, policy: Policy) -> Iterator[tuple[Period, str]]:
    """Find the paying settlements that the snapshot lacks, with the names of what is paid.

    Those that ended before the office began are not looked for.
    """
    paid = {**policy.components, **policy.statements}
    published = {made["period"] for made in snapshot.logical["history"]["publications"]}
    first = Period.find(snapshot.logical["history"].get("first_period", ""))
    for each in settlements:
        if first is not None and each.last_day < first.first_day:  # before the office began
            continue
        outputs = [paid[name] for name in policy.formulas(each.kind)[0] if name in paid]
        names = [part.label for part in outputs if part.on(each.last_day) is not None]
        if names and str(each) not in published:
            yield each, joined(names)


def _by_institution(history: HistoryInputs, cells: Int64) -> Int64:
    """Sum cells of owner x category by institution of the run."""
    coding = history.roster.coding
    rows = np.repeat(coding.institution_of_owner.astype(np.int64), cells.shape[1])
    totals = sum_by_cell(rows, np.zeros(cells.size, np.int32), cells.ravel(), (len(coding.institutions), 1))
    return np.asarray(totals[history.roster.institution, 0], np.int64)


def _added(rows: npt.NDArray[np.integer], values: Int64, count: int) -> Int64:
    return spread(Slice(rows.astype(np.int64), values), count)[0]


def _same(codes: Sequence[str], paid: Int64, told: Int64) -> None:
    wrong = np.flatnonzero(paid != told).tolist()
    if wrong:
        raise IdentityBroken(
            say("what the months paid is not what their persons were paid: {n} institution(s)", n=len(wrong)),
            [
                Problem(say("{paid} fen, {told} fen of persons", paid=paid[row], told=told[row]), column=codes[row])
                for row in wrong
            ],
            remedy=say("Nothing was stored. This is a fault of payengine or of its files: please report it."),
        )
