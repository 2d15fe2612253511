"""Fees of family-doctor contracts, earned or refunded in a period, and their shares.

A contract has one row for each source of its fee. A row earns its amount over its term, by days or by months
(`contract_terms`), stated in fen for all days so far, so that the periods of a contract add up to its amount. Once
cancelled, it earns nothing from that day on; the rest of the amount is refunded. The fees of a team's contracts fall to
its members by share and by days in the team while engaged at the contract's institution, to the fen by largest
remainder.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded, integers
from batch.inputs.contract_terms import Terms
from batch.inputs.keyed_columns import GREATEST, sum_by_cell
from batch.inputs.roster import Roster
from batch.inputs.team_pools import TeamPools
from payengine.errors import Problem, Refused
from payengine.exact import Exact
from payengine.graph import INSTITUTION, Absence, Column, KeyedInput, Origin, Scope
from payengine.graph.inputs import InputSpec
from payengine.kernels.arrays import Int64
from payengine.periods import OPEN, day_number
from payengine.texts import say

TABLE = "contract"
DAYS, MONTHS = "days", "months"  # of which a fee is earned in equal parts


class Contracts:
    """Contracts of a run's institutions that are in force or cancelled in its period."""

    def __init__(self, roster: Roster, table: pa.Table | None, members: pa.Table | None) -> None:
        """Read `contract` and `team_member`.

        `Refused` for contracts whose fee cannot be earned by days.
        """
        self.roster = roster
        self._first = day_number(roster.period.first_day)
        self._end = day_number(roster.period.next_first_day)
        self._members = members
        self.rows = _rows(roster, table, self._first, self._end)
        self._place = roster.institution_rows(self.rows["institution"])
        self._begin, self._until = (integers(self.rows, name, np.int64) for name in ("from", "until"))
        self._cancelled = np.asarray(self.rows["cancelled_on"].cast(pa.int64()).fill_null(OPEN).to_numpy(), np.int64)
        self._amount = integers(self.rows, "amount", np.int64)
        self._terms = Terms(self._begin, self._until, self._cancelled, self._amount)
        self._earned = cache(self._earned_in_period)
        self._pools = cache(self._pools_of_teams)
        self._pool_money = cache(self._money_of_pools)

    @property
    def sources(self) -> list[str]:
        """Sources that pay, as the rows name them."""
        return sorted(pc.unique(self.rows["source"]).to_pylist(), key=str.encode)

    def fees(self, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Compute the fees earned by days in the period per institution, by source."""
        return self._by_source(spec, scope, lambda: self._earned(DAYS))

    def fees_by_month(self, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Compute the fees earned by months that begin in the period, by source."""
        return self._by_source(spec, scope, lambda: self._earned(MONTHS))

    def refunds(self, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Compute what cancellations in the period refund for days left, by source."""
        return self._by_source(spec, scope, lambda: self._refunded(DAYS))

    def refunds_by_month(self, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Compute what cancellations in the period refund for months left, by source."""
        return self._by_source(spec, scope, lambda: self._refunded(MONTHS))

    def in_force(self, spec: InputSpec, scope: Scope) -> Column:
        """Count the contracts in force on some day of the period, per institution."""
        return self._counted(spec, scope, self._served)

    def cancelled(self, spec: InputSpec, scope: Scope) -> Column:
        """Count the contracts cancelled in the period before their end, per institution."""
        return self._counted(spec, scope, self._cancelled_now)

    def least_fee(self, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Find the least fee of a contract of each package, per institution."""
        return self._fee_of_package(spec, scope, np.minimum, GREATEST)

    def greatest_fee(self, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Find the greatest fee of a contract of each package, per institution."""
        return self._fee_of_package(spec, scope, np.maximum, -GREATEST)

    def of_members(self, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Divide the fees earned by days among the members of the teams, by source."""
        return self._divided(spec, scope, DAYS)

    def of_members_by_month(self, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Divide the fees earned by months among the members of the teams, by source."""
        return self._divided(spec, scope, MONTHS)

    def _divided(self, spec: InputSpec, scope: Scope, by: str) -> KeyedInput:
        def fetch(source: str) -> Column:
            return _column(spec, scope, self._pools(by).divided(self._of_source(self._pool_money(by), source)))

        return KeyedInput(scope, spec.axis, self.sources, fetch, spec.pattern(scope))

    def elsewhere(self) -> list[tuple[str, str, str]]:
        """List (team, institution, staff) of members not engaged where the contracts are."""
        return self._pools(DAYS).elsewhere()

    # Rows.

    def _pools_of_teams(self, by: str) -> TeamPools:
        rows = self._earning(by)
        return TeamPools(self.roster, self._members, self._place[rows], self.rows["team"].take(pa.array(rows)))

    def _earning(self, by: str) -> Int64:
        """Rows that earn something in the period."""
        return np.flatnonzero(self._earned(by))

    @cached_property
    def _sources(self) -> Coded:
        return Coded.of(self.rows["source"])

    def _of_source(self, totals: Int64, source: str) -> Int64:
        """Return the column of a source; zeros where no row is paid from it."""
        names = self._sources.texts
        return (
            np.ascontiguousarray(totals[:, names.index(source)]) if source in names else np.zeros(len(totals), np.int64)
        )

    def _money_of_pools(self, by: str) -> Int64:
        """Fen that each team's pool earned, by source."""
        rows, codes = self._earning(by), self._sources.codes
        return self._pools(by).added(self._earned(by)[rows], codes[rows], len(self._sources.dictionary))

    @cached_property
    def _contract(self) -> Int64:
        """Number of the contract of each row: one code and one first day."""
        code = Coded.of(self.rows["contract"]).codes.astype(np.int64)
        begin = self._begin - self._begin.min(initial=0)
        return np.unique(code * (begin.max(initial=0) + 1) + begin, return_inverse=True)[1]

    def _through(self, day: int, by: str) -> Int64:
        """Compute per row the fen earned before `day`."""
        return self._terms.earned_by_months(day) if by == MONTHS else self._terms.earned_by_days(day)

    def _earned_in_period(self, by: str) -> Int64:
        return self._through(self._end, by) - self._through(self._first, by)

    def _refunded(self, by: str) -> Int64:
        return np.where(self._cancelled_now, self._amount - self._through(OPEN, by), 0)

    @cached_property
    def _served(self) -> npt.NDArray[np.bool_]:
        stop = np.minimum(self._until, self._cancelled)
        found: npt.NDArray[np.bool_] = (self._begin < self._end) & (stop > self._first) & (stop > self._begin)
        return found

    @cached_property
    def _cancelled_now(self) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = (
            (self._cancelled >= self._first) & (self._cancelled < self._end) & (self._cancelled < self._until)
        )
        return found

    def _first_of_contract(self, chosen: npt.NDArray[np.bool_]) -> Int64:
        """Find the first of the chosen rows of each contract."""
        rows = np.flatnonzero(chosen)
        return rows[np.unique(self._contract[rows], return_index=True)[1]]

    # Columns.

    def _by_source(self, spec: InputSpec, scope: Scope, amounts: Callable[[], Int64]) -> KeyedInput:
        """Add up amounts by source, which are computed when a source is first asked for."""
        shape = (scope.frame.rows(INSTITUTION), len(self._sources.dictionary))
        totals = cache(lambda: sum_by_cell(self._place, self._sources.codes, amounts(), shape))

        def fetch(source: str) -> Column:
            return _column(spec, scope, self._of_source(totals(), source))

        return KeyedInput(scope, spec.axis, self.sources, fetch, spec.pattern(scope))

    def _counted(self, spec: InputSpec, scope: Scope, chosen: npt.NDArray[np.bool_]) -> Column:
        places = self._place[self._first_of_contract(chosen)]
        return _column(spec, scope, np.bincount(places, minlength=scope.frame.rows(INSTITUTION)).astype(np.int64))

    def _fee_of_package(self, spec: InputSpec, scope: Scope, better: np.ufunc, least: int) -> KeyedInput:
        place, package, fee = self._fees

        def fetch(name: str) -> Column:
            chosen = package.are(name)
            values = np.full(scope.frame.rows(spec.level), least, np.int64)
            better.at(values, place[chosen], fee[chosen])
            lacking = np.bincount(place[chosen], minlength=len(values)) == 0
            values[lacking] = 0
            absent = (Absence(Origin(TABLE, name, spec.level), lacking),) if lacking.any() else ()
            return Column(scope, spec.level, Exact(values, spec.scale), spec.unit, absent)

        return KeyedInput(scope, spec.axis, sorted({*package.texts} - {""}, key=str.encode), fetch, spec.pattern(scope))

    @cached_property
    def _fees(self) -> tuple[Int64, Coded, Int64]:
        """Institution row, package and whole fee of every contract in force in the period."""
        first = self._first_of_contract(self._served)
        rows = np.flatnonzero(self._served)
        none = np.zeros(len(rows), np.int32)
        fee = sum_by_cell(self._contract[rows], none, self._amount[rows], (len(self.rows), 1))
        packages = Coded.of(self.rows["package"].take(pa.array(first)))
        return self._place[first], packages, fee[self._contract[first], 0]


def sources(roster: Roster, table: pa.Table | None) -> list[str]:
    """List the sources that pay for the run's contracts in the period."""
    if table is None:
        return []
    period = roster.period
    found = _within(roster, table, day_number(period.first_day), day_number(period.next_first_day))
    return sorted(pc.unique(found["source"]).to_pylist(), key=str.encode)


def _within(roster: Roster, table: pa.Table, first: int, end: int) -> pa.Table:
    """Select the rows whose term meets a period, at institutions of the run."""
    met = pc.and_(pc.less(table["from"], end), pc.greater(table["until"], first))
    inside = pa.chunked_array([pa.array(roster.institution_rows(table["institution"]) >= 0)])
    return table.filter(pc.and_(met, inside))


def _rows(roster: Roster, table: pa.Table | None, first: int, end: int) -> pa.Table:
    """Select the rows that can count in the period; `Refused` if one has no end."""
    if table is None:
        empty = {name: pa.array([], pa.string()) for name in ("contract", "institution", "team", "package", "source")}
        return pa.table(
            {**empty, "amount": pa.array([], pa.int64())}
            | {name: pa.array([], pa.int32()) for name in ("from", "until", "cancelled_on")}
        )
    table = _within(roster, table, first, end)
    endless = table.filter(pc.equal(table["until"], OPEN))
    if endless.num_rows:
        remedy = say("give the last day + 1 of the term for which the fee is paid")
        raise Refused(
            say("the fees of contracts cannot be earned by days"),
            [
                Problem(say("has no end, so its fee has no share for a day"), TABLE, column=code, remedy=remedy)
                for code in pc.unique(endless["contract"]).to_pylist()
            ],
        )
    return table


def _column(spec: InputSpec, scope: Scope, values: Int64) -> Column:
    return Column(scope, spec.level, Exact(values, spec.scale), spec.unit)
