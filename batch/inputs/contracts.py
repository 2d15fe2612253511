"""Fees of family-doctor contracts, earned or refunded in a period, and their shares.

A contract has one row for each source of its fee. A row earns its amount over its term, by days or by months
(`contract_terms`), stated in fen for all days so far, so that the periods of a contract add up to its amount. Once
cancelled, it earns nothing from that day on; the rest of the amount is refunded. The fees of a team's contracts fall to
its members by share and by days in the team while engaged at the contract's institution, to the fen by largest
remainder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, cached_property

import numpy as np
import pyarrow as pa

from batch.arrow_columns import Coded
from batch.inputs.contract_rows import ContractRows, texts_of
from batch.inputs.contract_terms import Terms
from batch.inputs.keyed_columns import GREATEST, sum_by_cell
from batch.inputs.team_pools import TeamPools
from batch.inputs.weak_methods import weakly
from payengine.errors import Problem, Refused
from payengine.exact import Exact
from payengine.graph import INSTITUTION, Absence, Column, KeyedInput, Origin, Scope
from payengine.graph.inputs import InputSpec
from payengine.kernels.arrays import Flags, Int64
from payengine.periods import OPEN, day_number
from payengine.texts import say

TABLE = "contract"
DAYS, MONTHS = "days", "months"  # of which a fee is earned in equal parts


class Contracts:
    """Contracts of a run's institutions that are in force or cancelled in its period."""

    def __init__(self, rows: ContractRows, members: pa.Table | None) -> None:
        """Take the rows of `contract` that count, and the table `team_member`.

        `Refused` for contracts whose fee cannot be earned by days.
        """
        endless = rows.endless()
        if endless:
            raise _no_end(endless)
        self.rows = rows
        self.roster = rows.roster
        self._first = day_number(self.roster.period.first_day)
        self._end = day_number(self.roster.period.next_first_day)
        self._members = members
        self._terms = Terms(rows.begin, rows.until, rows.cancelled, rows.amount)
        self._earned = cache(weakly(self._earned_in_period))
        self._pools = cache(weakly(self._pools_of_teams))
        self._pool_money = cache(weakly(self._money_of_pools))

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

        return KeyedInput(scope, spec.axis, self.rows.sources, fetch, spec.pattern(scope))

    def elsewhere(self) -> list[tuple[str, str, str]]:
        """List (team, institution, staff) of members not engaged where the contracts are."""
        return self._pools(DAYS).elsewhere()

    # Rows.

    def _pools_of_teams(self, by: str) -> TeamPools:
        rows = self._earning(by)
        team = Coded(self.rows.team.codes[rows], self.rows.team.dictionary)
        return TeamPools(self.roster, self._members, self.rows.place[rows], team)

    def _earning(self, by: str) -> Int64:
        """Rows that earn something in the period."""
        return np.flatnonzero(self._earned(by))

    def _of_source(self, totals: Int64, source: str) -> Int64:
        """Return the column of a source; zeros where no row is paid from it."""
        names = self.rows.source.texts
        return (
            np.ascontiguousarray(totals[:, names.index(source)]) if source in names else np.zeros(len(totals), np.int64)
        )

    def _money_of_pools(self, by: str) -> Int64:
        """Fen that each team's pool earned, by source."""
        rows, source = self._earning(by), self.rows.source
        return self._pools(by).added(self._earned(by)[rows], source.codes[rows], len(source.dictionary))

    def _earned_in_period(self, by: str) -> Int64:
        return _earned_before(self._terms, self._end, by) - _earned_before(self._terms, self._first, by)

    def _refunded(self, by: str) -> Int64:
        found = np.zeros(len(self.rows), np.int64)
        rows = np.flatnonzero(self._cancelled_now)
        found[rows] = self.rows.amount[rows] - _earned_before(self._terms.of(rows), OPEN, by)
        return found

    @cached_property
    def _served(self) -> Flags:
        stop = np.minimum(self.rows.until, self.rows.cancelled)
        found: Flags = (self.rows.begin < self._end) & (stop > self._first) & (stop > self.rows.begin)
        return found

    @cached_property
    def _cancelled_now(self) -> Flags:
        cancelled = self.rows.cancelled
        found: Flags = (cancelled >= self._first) & (cancelled < self._end) & (cancelled < self.rows.until)
        return found

    # Columns.

    def _by_source(self, spec: InputSpec, scope: Scope, amounts: Callable[[], Int64]) -> KeyedInput:
        """Add up amounts by source, which are computed when a source is first asked for."""
        source = self.rows.source
        shape = (scope.frame.rows(INSTITUTION), len(source.dictionary))
        totals = cache(lambda: sum_by_cell(self.rows.place, source.codes, amounts(), shape))

        def fetch(source: str) -> Column:
            return _column(spec, scope, self._of_source(totals(), source))

        return KeyedInput(scope, spec.axis, self.rows.sources, fetch, spec.pattern(scope))

    def _counted(self, spec: InputSpec, scope: Scope, chosen: Flags) -> Column:
        places = self.rows.place[self.rows.first_of_contract(chosen)]
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

        return KeyedInput(scope, spec.axis, [name for name in texts_of(package) if name], fetch, spec.pattern(scope))

    @cached_property
    def _fees(self) -> tuple[Int64, Coded, Int64]:
        """Institution row, package and whole fee of every contract in force in the period."""
        first = self.rows.first_of_contract(self._served)
        rows = np.flatnonzero(self._served)
        none = np.zeros(len(rows), np.int32)
        fee = sum_by_cell(self.rows.contract[rows], none, self.rows.amount[rows], (len(self.rows), 1))
        packages = Coded(self.rows.package.codes[first], self.rows.package.dictionary)
        return self.rows.place[first], packages, fee[self.rows.contract[first], 0]


def _earned_before(terms: Terms, day: int, by: str) -> Int64:
    """Compute per row the fen earned before `day`."""
    return terms.earned_by_months(day) if by == MONTHS else terms.earned_by_days(day)


def _no_end(codes: Iterable[str]) -> Refused:
    remedy = say("give the last day + 1 of the term for which the fee is paid")
    return Refused(
        say("the fees of contracts cannot be earned by days"),
        [
            Problem(say("has no end, so its fee has no share for a day"), TABLE, column=code, remedy=remedy)
            for code in codes
        ],
    )


def _column(spec: InputSpec, scope: Scope, values: Int64) -> Column:
    return Column(scope, spec.level, Exact(values, spec.scale), spec.unit)
