"""Carried pools at the edges of a run: opening, closing, institutions outside the run.

Of a carried pool NAME each month reports `NAME_given`, `NAME_carried` and `NAME_used`; what it carries on is the first
two less the third. A month sums them over the year's earlier months by their current revisions, so a revision of one
of these counts once. Within a year nothing else is stored; the year's first amount is an opening balance.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded
from batch.input_tables import opening_row
from batch.inputs.period_tables import BALANCES, PeriodTables
from batch.report_names import FORWARD, HANDED_OVER, OUTSIDE
from batch.results import REPORTS
from payengine.errors import IdentityBroken, Problem
from payengine.exact import FEN
from payengine.exact.amounts import yuan
from payengine.graph import Graph
from payengine.periods import MONTH, YEAR, Period
from payengine.policy import Policy
from payengine.policy.pool_outputs import CARRIED, GIVEN, USED
from payengine.texts import joined, say

DECEMBER = 12
INSTITUTION = "institution"  # the level of such figures
Place = tuple[str, str]  # institution, pool


def carried_on(figures: Iterable[Mapping[str, Any]]) -> dict[Place, int]:
    """Compute what each institution's pools carry on, in fen: given and carried less used.

    `figures` are rows of `schemas.HISTORY_FIGURES` or of reports, each figure once. A pool of which one of the three is
    not given is left out.
    """
    found: dict[str, dict[Place, int]] = {}
    for row in figures:
        for ending in (GIVEN, CARRIED, USED):
            if row["level"] == INSTITUTION and row["name"].endswith(ending):
                place = row["institution"], row["name"].removesuffix(ending)
                found.setdefault(ending, {})[place] = fen_of(row)
    given, carried, used = (found.get(ending, {}) for ending in (GIVEN, CARRIED, USED))
    return {place: given[place] + carried[place] - used[place] for place in given if place in carried and place in used}


def outside_before(figures: Iterable[Mapping[str, Any]]) -> dict[Place, int]:
    """Read what a period reported of pools that its run did not take up, in fen."""
    return {
        (row["institution"], row["name"].removesuffix(OUTSIDE)): fen_of(row)
        for row in figures
        if row["name"].endswith(OUTSIDE)
    }


def _ends_with(names: pa.Array | pa.ChunkedArray, *endings: str) -> pa.Array | pa.ChunkedArray:
    """Mark the names that have one of these endings."""
    return reduce(pc.or_, [pc.ends_with(names, ending) for ending in endings])


def fen_of(row: Mapping[str, Any]) -> int:
    """Read an amount of yuan at any scale."""
    whole, rest = divmod(row["value"] * 10**FEN, 10 ** row["scale"])
    if rest:
        raise IdentityBroken(say("{name} is not in whole fen", name=row["name"]))
    return int(whole)


@dataclass(frozen=True)
class CarriedPools:
    """Carried pools of a run, beside the figures that it computes itself.

    `before` are the figures of the year's other periods and of last December, `pools` those that the run carries,
    `institutions` those in the run, `held` those left out of it, to follow in a revision.
    """

    period: Period
    before: Sequence[Mapping[str, Any]]
    tables: PeriodTables
    pools: Collection[str]
    institutions: Collection[str]
    held: Mapping[str, str]
    label: Callable[[str], str]

    @classmethod
    def of(
        cls, figures: pa.Table, tables: PeriodTables, graph: Graph, policy: Policy, held: Mapping[str, str]
    ) -> CarriedPools:
        """Make them of a snapshot's history of figures."""
        labels = {formula.gives: formula.label for formula in graph.order}
        chosen = _ends_with(figures["name"], GIVEN, CARRIED, USED, OUTSIDE)

        def label(pool: str) -> str:
            return policy.figures[pool].label if pool in policy.figures else labels.get(pool, pool)

        return cls(
            tables.roster.period, figures.filter(chosen).to_pylist(), tables,
            {name.removesuffix(CARRIED) for name in labels if name.endswith(CARRIED)},
            frozenset(tables.roster.frame.institutions), held, label,
        )  # fmt: skip

    # The year's beginning.

    @property
    def last_december(self) -> Period:
        """The month whose closing is this year's opening."""
        return Period(self.period.year_start.replace(year=self.period.year_start.year - 1, month=DECEMBER))

    def opening_problems(self) -> Iterator[Problem]:
        """Compare the year's opening balances with what last December's published run left.

        An amount that differs, and a missing row of an amount that is not 0, would lose or invent money.
        """
        last = self._of(self.last_december)
        closing = {**carried_on(last), **outside_before(last)}
        opening = self._balances("", lambda period: period.first_day == self.period.year_start)
        for (institution, pool), left in sorted(closing.items()):
            given = opening.get((institution, pool))
            taken_up = institution in self.institutions and pool in self.pools
            if given == left or (given is None and not (left and taken_up)):
                continue  # what no run takes up stays listed by itself
            row = opening_row(institution, pool, left, Period(self.period.year_start))
            if given is None:
                what = say("has no row, and {month} left {left} yuan in this pool", month=self.last_december,
                           left=yuan(left))  # fmt: skip
            else:
                what = say("is {given} yuan, and {month} left {left} yuan in this pool", given=yuan(given),
                           month=self.last_december, left=yuan(left))  # fmt: skip
            yield Problem(what, BALANCES, column=f"{institution} {pool}", remedy=say("enter the row {row}", row=row))

        yield from self._given_twice()

    def _given_twice(self) -> Iterator[Problem]:
        """Find opening balances that published months of the year have given already.

        Those of a date before which the months account for the pool."""
        months = {str(month) for month in self.period.earlier_months()}
        for row in self.tables.table(BALANCES).to_pylist():
            institution, pool, start = row["institution"], row["name"], Period.parse(row["period"]).first_day
            known = sorted({
                one["period"] for one in self.before
                if one["period"] in months and one["institution"] == institution and one["name"] == f"{pool}{GIVEN}"
                and Period.parse(one["period"]).first_day < start
            })  # fmt: skip
            if known and not row["staff"] and pool in self.pools:
                yield Problem(
                    say("is {given} yuan from {period}, and {months} before it are published: what they left would "
                        "count twice", given=yuan(row["amount"]), period=row["period"], months=joined(known)),
                    BALANCES, column=f"{institution} {pool}",
                    remedy=say("take the row out; what stood before the year's first month is a row of that month"),
                )  # fmt: skip

    def _of(self, period: Period) -> list[Mapping[str, Any]]:
        """Select the figures that a period reported."""
        wanted = str(period)
        return [row for row in self.before if row["period"] == wanted]

    # Institutions whose pools no run takes up.

    @cached_property
    def outside(self) -> dict[Place, int]:
        """Amounts in fen that stand where this run does not take them up.

        That is at institutions outside the run, and in pools that it does not carry. What was decided of it is taken
        off: the opening balance `NAME_handed_over`. A held institution's follows in its revision. Nothing in a
        settlement, which carries no pool.
        """
        if self.period.kind != MONTH:
            return {}
        last = self._of(self.last_december)
        months = {str(month) for month in self.period.earlier_months()}
        found = {**carried_on(last), **outside_before(last)}
        found.update(self._balances())
        known = self._known_pools()
        carried = {place[1] for place in found} & known
        found = {place: fen for place, fen in found.items() if place[1] in carried}
        for row in self.before:
            for ending, sign in ((GIVEN, 1), (USED, -1)):
                pool = row["name"].removesuffix(ending)
                if row["period"] in months and row["name"].endswith(ending) and pool in known:
                    place = row["institution"], pool
                    found[place] = found.get(place, 0) + sign * fen_of(row)
        for place, fen in self._balances(HANDED_OVER).items():
            if place in found:
                found[place] -= fen
        return {
            (institution, pool): fen
            for (institution, pool), fen in sorted(found.items())
            if fen and institution not in self.held and (institution not in self.institutions or pool not in self.pools)
        }

    def _known_pools(self) -> set[str]:
        """Collect the pools that this run or a period of its history carries."""
        told = {row["name"].removesuffix(CARRIED) for row in self.before if row["name"].endswith(CARRIED)}
        told |= {row["name"].removesuffix(OUTSIDE) for row in self.before if row["name"].endswith(OUTSIDE)}
        return {*told, *self.pools}

    def _balances(self, ending: str = "", wanted: Callable[[Period], bool] = lambda _: True) -> dict[Place, int]:
        """Sum the institutions' opening balances of the year by name, the ending taken off."""
        found: dict[Place, int] = {}
        table = self.tables.table(BALANCES)
        for row in table.to_pylist():
            if not row["staff"] and row["name"].endswith(ending) and wanted(Period.parse(row["period"])):
                place = row["institution"], row["name"].removesuffix(ending)
                found[place] = found.get(place, 0) + row["amount"]
        return found

    # What the run reports.

    def reports(self, figures: pa.Table) -> pa.Table:
        """List what the run carries on, and what stands outside of it.

        A year's settlement lists what its December left; no other settlement does.
        """
        if self.period.kind == MONTH:
            names = Coded.of(figures["name"])
            of_pools = np.asarray(_ends_with(names.dictionary, GIVEN, CARRIED, USED), bool)[names.codes]
            own = figures.filter(pa.array(of_pools & Coded.of(figures["level"]).are(INSTITUTION)))
            forward, outside = carried_on(own.to_pylist()), self.outside
        else:
            last = self._of(self.period.months()[-1])
            of_year = self.period.kind == YEAR
            forward, outside = (carried_on(last), outside_before(last)) if of_year else ({}, {})
        forward = {place: fen for place, fen in forward.items() if place[0] not in self.held}
        outside = {place: fen for place, fen in outside.items() if place[0] not in self.held}
        rows = [
            self._row(place, fen, ending, words)
            for found, ending, words in (
                (forward, FORWARD, "结转下期"), (outside, OUTSIDE, "结转待处理（不在本期运行内）"),
            )
            for place, fen in sorted(found.items())
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, REPORTS)

    def _row(self, place: Place, fen: int, ending: str, words: str) -> dict[str, Any]:
        institution, pool = place
        return {
            "level": INSTITUTION, "institution": institution, "staff": "", "name": f"{pool}{ending}",
            "label": f"{self.label(pool)}：{words}", "unit": "yuan", "scale": FEN, "value": fen,
        }  # fmt: skip

    def remarks(self) -> Iterator[str]:
        """Yield a warning for each amount that no pool of the run has.

        It is told until somebody decides.
        """
        for (institution, pool), fen in self.outside.items():
            row = opening_row(institution, f"{pool}{HANDED_OVER}", fen, self.period)
            yield say(
                "{institution}: {amount} yuan carried in {pool} are in no pool of this run; when it is decided who has"
                " them, enter them there, and the row {row} of opening_balance",
                institution=institution, amount=yuan(fen), pool=self.label(pool), row=row,
            )  # fmt: skip
