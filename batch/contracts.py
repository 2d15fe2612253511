"""Fees of family-doctor contracts: what was earned in a period, what is refunded, and who of the team it falls to.

A contract has one row for each source of its fee. A row earns its amount day by day over its term, stated in fen for
all days so far, so that the periods of a contract add up to its amount. Once cancelled, it earns nothing from that day
on; the rest of the amount is refunded. The fees of a team's contracts fall to its members by share and by days in the
team while engaged at the contract's institution, to the fen by largest remainder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.coding import integers
from batch.engaged import Engaged
from payengine.errors import Problem, Refused
from payengine.exact import FEN, Exact, apportion
from payengine.graph import INSTITUTION, STAFF, Absence, Column, Given, Origin, Scope
from payengine.graph.inputs import InputSpec
from payengine.periods import OPEN, day_number
from payengine.texts import say

Int64 = npt.NDArray[np.int64]
TABLE = "contract"


class Contracts:
    """The contracts of a run's institutions that are in force or cancelled in its period."""

    def __init__(self, engaged: Engaged, table: pa.Table | None, members: pa.Table | None) -> None:
        """From the tables `contract` and `team_member`; `Refused` for contracts whose fee cannot be earned by days."""
        self.engaged = engaged
        self._first = day_number(engaged.period.first_day)
        self._end = day_number(engaged.period.next_first_day)
        self._members = members
        self.rows = _rows(engaged, table, self._first, self._end)
        self._place = engaged.institution_rows(self.rows["institution"])
        self._begin, self._until = (integers(self.rows, name, np.int64) for name in ("from", "until"))
        self._cancelled = np.asarray(self.rows["cancelled_on"].cast(pa.int64()).fill_null(OPEN).to_numpy(), np.int64)
        self._amount = integers(self.rows, "amount", np.int64)

    @property
    def sources(self) -> list[str]:
        """Who pays, as the rows name it."""
        return sorted(pc.unique(self.rows["source"]).to_pylist(), key=str.encode)

    def fees(self, spec: InputSpec, scope: Scope) -> Given:
        """Earned in the period per institution, by source."""
        return self._by_source(spec, scope, self._earned)

    def refunds(self, spec: InputSpec, scope: Scope) -> Given:
        """Refunded because of cancellations in the period, per institution, by source."""
        return self._by_source(spec, scope, np.where(self._cancelled_now, self._amount - self._through(OPEN), 0))

    def in_force(self, spec: InputSpec, scope: Scope) -> Column:
        """How many contracts were in force on some day of the period, per institution."""
        return self._counted(spec, scope, self._served)

    def cancelled(self, spec: InputSpec, scope: Scope) -> Column:
        """How many were cancelled in the period before their end, per institution."""
        return self._counted(spec, scope, self._cancelled_now)

    def least_fee(self, spec: InputSpec, scope: Scope) -> Given:
        """The least fee of a contract of each package, per institution."""
        return self._fee_of_package(spec, scope, np.minimum)

    def greatest_fee(self, spec: InputSpec, scope: Scope) -> Given:
        """The greatest fee of a contract of each package, per institution."""
        return self._fee_of_package(spec, scope, np.maximum)

    def of_members(self, spec: InputSpec, scope: Scope, asked: set[str]) -> Given:
        """What of the earned fees falls to each member of the teams, by source; `asked` is told which are used."""

        def fetch(source: str) -> Column:
            asked.add(source)
            chosen = np.flatnonzero(np.asarray(pc.equal(self.rows["source"], source)) & (self._earned != 0))
            return _column(spec, scope, self._teams.divided(self.rows["team"], self._place, self._earned, chosen))

        return Given(scope, spec.axis, self.sources, fetch)

    def elsewhere(self) -> list[tuple[str, str, str]]:
        """(team, institution, staff) of members who are not engaged where their team's contracts are."""
        earning = self.rows.filter(pa.array(self._earned != 0)).select(["team", "institution"])
        pairs = sorted({(row["team"], row["institution"]) for row in earning.to_pylist()})
        frame = self.engaged.frame
        place = {code: row for row, code in enumerate(frame.institutions)}
        return [(team, code, staff) for team, code in pairs for staff in self._teams.elsewhere(place[code], team)]

    # Rows.

    @cached_property
    def _teams(self) -> _Teams:
        return _Teams(self.engaged, self._members, self._first, self._end)

    def _through(self, day: int) -> Int64:
        """Per row the fen earned on all days before `day`."""
        stop = np.minimum(np.minimum(self._until, self._cancelled), day)
        served = Exact(np.maximum(stop - self._begin, 0), 0)
        earned = Exact(self._amount, FEN) * served / Exact(self._until - self._begin, 0)
        return earned.round(FEN).values

    @cached_property
    def _earned(self) -> Int64:
        return self._through(self._end) - self._through(self._first)

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
        """The first of the chosen rows of each contract."""
        rows = np.flatnonzero(chosen)
        keys = list(
            zip(self.rows["contract"].take(pa.array(rows)).to_pylist(), self._begin[rows].tolist(), strict=True)
        )
        first: dict[tuple[str, int], int] = {}
        for key, row in zip(keys, rows.tolist(), strict=True):
            first.setdefault(key, row)
        return np.array(sorted(first.values()), np.int64)

    # Columns.

    def _by_source(self, spec: InputSpec, scope: Scope, amounts: Int64) -> Given:
        def fetch(source: str) -> Column:
            chosen = np.asarray(pc.equal(self.rows["source"], source), bool)
            return _column(spec, scope, _summed(self._place[chosen], amounts[chosen], scope.frame.rows(INSTITUTION)))

        return Given(scope, spec.axis, self.sources, fetch)

    def _counted(self, spec: InputSpec, scope: Scope, chosen: npt.NDArray[np.bool_]) -> Column:
        places = self._place[self._first_of_contract(chosen)]
        return _column(spec, scope, np.bincount(places, minlength=scope.frame.rows(INSTITUTION)).astype(np.int64))

    def _fee_of_package(self, spec: InputSpec, scope: Scope, better: np.ufunc) -> Given:
        fees = self._fees
        packages = sorted({package for _, package, _ in fees if package}, key=str.encode)

        def fetch(package: str) -> Column:
            values = np.zeros(scope.frame.rows(spec.level), np.int64)
            there = np.zeros(len(values), bool)
            for place, one, fee in fees:
                if one == package:
                    values[place] = better(values[place], fee) if there[place] else fee
                    there[place] = True
            absent = (Absence(Origin(TABLE, package, spec.level), ~there),) if not there.all() else ()
            return Column(scope, spec.level, Exact(values, spec.scale), spec.unit, absent)

        return Given(scope, spec.axis, packages, fetch)

    @cached_property
    def _fees(self) -> list[tuple[int, str, int]]:
        """(institution row, package, fee over all sources) of every contract in force in the period."""
        fees: dict[tuple[str, int], list[int]] = {}
        columns = (self.rows["contract"].to_pylist(), self._begin.tolist())
        for row, key in enumerate(zip(*columns, strict=True)):
            if self._served[row]:
                fees.setdefault(key, []).append(row)
        packages = self.rows["package"].to_pylist()
        return [(int(self._place[rows[0]]), packages[rows[0]], int(self._amount[rows].sum())) for rows in fees.values()]


class _Teams:
    """The members of teams in a period: where each of them is engaged, and with what weight."""

    def __init__(self, engaged: Engaged, members: pa.Table | None, first: int, end: int) -> None:
        self.engaged = engaged
        self._members: dict[str, list[tuple[str, int, int, int]]] = {}
        if members is not None:
            names = ("team", "staff", "share", "from", "until")
            for team, staff, share, start, until in zip(*(members[name].to_pylist() for name in names), strict=True):
                start, until = max(start, first), min(until, end)
                if start < until:
                    self._members.setdefault(team, []).append((staff, share, start, until))

    def divided(self, teams: pa.ChunkedArray, places: Int64, amounts: Int64, chosen: Int64) -> Int64:
        """Per STAFF row what falls to the person of the amounts of some contract rows."""
        pools: dict[tuple[int, str], int] = {}
        for row, team in zip(chosen.tolist(), teams.take(pa.array(chosen)).to_pylist(), strict=True):
            key = (int(places[row]), team)
            pools[key] = pools.get(key, 0) + int(amounts[row])
        given = np.zeros(self.engaged.frame.rows(STAFF), np.int64)
        for (place, team), pool in pools.items():
            weights = self._weights(place, team)
            if weights:
                rows = sorted(weights)  # in order of the staff code, which decides ties
                parts = Exact(np.array([weights[row] for row in rows], np.int64), 0)
                shares, _ = apportion(Exact(np.array([pool], np.int64), FEN), parts, np.array([0, len(rows)], np.int64))
                given[rows] += shares.values
        return given

    def _weights(self, place: int, team: str) -> Mapping[int, int]:
        """Share x days in the team while engaged at the institution, per STAFF row there."""
        found: dict[int, int] = {}
        for staff, share, start, until in self._members.get(team, ()):
            row, intervals = self._engagements.get((place, staff), (-1, ()))
            days = sum(max(min(until, end) - max(start, begin), 0) for begin, end in intervals)
            if days:
                found[row] = found.get(row, 0) + share * days
        return found

    @cached_property
    def _engagements(self) -> Mapping[tuple[int, str], tuple[int, Sequence[tuple[int, int]]]]:
        """Per institution row and staff code of a member: the STAFF row, and the days of the engagements."""
        frame, coding = self.engaged.frame, self.engaged.coding
        codes = {staff for members in self._members.values() for staff, *_ in members}
        wanted = coding.staff.index(pa.array(sorted(codes), pa.string()))
        found: dict[tuple[int, str], tuple[int, list[tuple[int, int]]]] = {}
        until = coding.engagement_until[self.engaged.engagement]
        for row in np.flatnonzero(np.isin(frame.staff[frame.staff_of_engagement], wanted)).tolist():
            person = int(frame.staff_of_engagement[row])
            key = (int(frame.institution_of_staff[person]), frame.staff_codes[int(frame.staff[person])])
            found.setdefault(key, (person, []))[1].append((int(frame.engaged_from[row]), int(until[row])))
        return found

    def elsewhere(self, place: int, team: str) -> list[str]:
        """Members of a team in the period who are not engaged at the institution."""
        here = {staff for at, staff in self._engagements if at == place}
        return [staff for staff, *_ in self._members.get(team, ()) if staff not in here]


def sources(engaged: Engaged, table: pa.Table | None) -> list[str]:
    """Who pays for the contracts in the period at institutions of the run."""
    if table is None:
        return []
    period = engaged.period
    found = _within(engaged, table, day_number(period.first_day), day_number(period.next_first_day))
    return sorted(pc.unique(found["source"]).to_pylist(), key=str.encode)


def _within(engaged: Engaged, table: pa.Table, first: int, end: int) -> pa.Table:
    """The rows whose term meets a period, at institutions of the run."""
    met = pc.and_(pc.less(table["from"], end), pc.greater(table["until"], first))
    inside = pa.chunked_array([pa.array(engaged.institution_rows(table["institution"]) >= 0)])
    return table.filter(pc.and_(met, inside))


def _rows(engaged: Engaged, table: pa.Table | None, first: int, end: int) -> pa.Table:
    """The rows that can count in the period, at institutions of the run; every one has an end."""
    if table is None:
        empty = {name: pa.array([], pa.string()) for name in ("contract", "institution", "team", "package", "source")}
        return pa.table(
            {**empty, "amount": pa.array([], pa.int64())}
            | {name: pa.array([], pa.int32()) for name in ("from", "until", "cancelled_on")}
        )
    table = _within(engaged, table, first, end)
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


def _summed(places: Int64, amounts: Int64, rows: int) -> Int64:
    order = np.argsort(places, kind="stable")
    offsets = np.searchsorted(places[order], np.arange(rows + 1)).astype(np.int64)
    return Exact(amounts[order], FEN).sum_by(offsets).values
