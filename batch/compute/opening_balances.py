"""Opening balances beside published periods: what these gave counts once.

A balance is what stood before the first run here. So the published periods of the year have read it, and a row that
they did not read, or read with another amount, most likely repeats what they gave. Carried pools are compared with
what the periods left, too (`carried_pools`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from batch.compute.declared.bases import MEMORY
from batch.inputs.catalogue import BY_NAME
from batch.inputs.history import PAY, HistoryInputs
from batch.inputs.period_tables import BALANCES, PeriodTables, RowSelection
from batch.inputs.weak_methods import weakly
from batch.snapshot.snapshot import Snapshot
from payengine.errors import Problem
from payengine.exact import FEN
from payengine.exact.amounts import decimal_text
from payengine.graph import STAFF, Graph
from payengine.periods import MONTH, YEAR, Period, day_number
from payengine.suggest import listed
from payengine.texts import joined, say

MOST_TOLD = 20


@dataclass(frozen=True)
class Balance:
    """Row of `opening_balance` apart from its amount; `staff` is '' for the institution."""

    institution: str
    staff: str
    name: str
    start: Period

    def __str__(self) -> str:
        return " ".join(one for one in (self.institution, self.staff, self.name) if one)

    @property
    def order(self) -> tuple[str, str, str, Period]:
        return self.institution, self.staff, self.name, self.start


@dataclass(frozen=True)
class PublishedBalances:
    """Balances that a published period was computed from.

    `rows` is None where its snapshot is not at hand; `holds` are the institutions that it left out: nothing of theirs
    was read.
    """

    period: Period
    rows: pa.Table | None
    holds: Collection[str]

    @classmethod
    def of(cls, period: Period, snapshot: Snapshot | None, holds: Collection[str]) -> PublishedBalances:
        """Read them from the period's snapshot; `IntegrityBroken` where they are not those frozen."""
        if snapshot is not None:
            snapshot.verify_tables(BALANCES)
        return cls(period, None if snapshot is None else snapshot.table(BALANCES), holds)


@dataclass
class _Change:
    """Amounts of a balance in hundredths, and the published periods that read the first."""

    then: int
    now: int
    periods: list[Period] = field(default_factory=list)


class OpeningBalances:
    """Opening balances that a run reads."""

    def __init__(
        self, snapshot: Snapshot, tables: PeriodTables, history: HistoryInputs, graph: Graph, pools: Collection[str],
        graph_of: Callable[[Period], Graph],
    ) -> None:  # fmt: skip
        self.period = snapshot.period
        self._history = history
        self._tables = tables
        self._graph = graph
        self._pools = pools
        self._graph_of = graph_of
        self._published = {row["period"] for row in snapshot.logical.get("history", {}).get("publications", ())}
        self._reads = cache(weakly(self._find_reads))

    # Rows of a date before which the published months account for what they name.

    def problems(self) -> Iterator[Problem]:
        """Find balances of persons whose whole year before them is published here."""
        for balance, amount, months, whole in self._after_published:
            if whole and balance.staff:
                yield Problem(
                    say("is {given} from {period}, and {months} before it gave that in published runs: it would count "
                        "twice", given=_number(amount), period=balance.start, months=joined(months)),
                    BALANCES, column=str(balance),
                    remedy=say("take the row out; what stood before the year's first month is a row of that month"),
                )  # fmt: skip

    def told(self) -> Iterator[str]:
        """Yield a warning of balances that may repeat published months before them.

        A person may have been elsewhere meanwhile, an institution may have paid beside the run: the office knows.
        """
        rows = [
            f"{balance} {_number(amount)} {balance.start} ({joined(months)})"
            for balance, amount, months, whole in self._after_published
            if not (whole and balance.staff)
        ]
        if rows:
            yield say(
                "opening_balance beside published months before it: {rows}; what these months gave counts already and "
                "must not be in the row", rows=listed(rows, MOST_TOLD),
            )  # fmt: skip

    @cached_property
    def _after_published(self) -> list[tuple[Balance, int, list[str], bool]]:
        """List balances with the months before them that gave the same.

        The last says that all months before them are published, with the person engaged there alone.
        """
        found = []
        rows = [
            (balance, amount) for balance, amount in self._now(self.period).items()
            if self._reads(self.period)(balance) and _months_before(balance) & self._published
            and (balance.staff or balance.name not in self._pools)
        ]  # fmt: skip
        if rows:
            given = _Given(self._history, {balance.staff for balance, _ in rows})
            for balance, amount in rows:
                before = _months_before(balance)
                months = sorted(before & self._published & given.months(balance))
                whole = before <= self._published and all(
                    given.accounts(balance.institution, month)
                    and not given.elsewhere(balance, month)
                    and (not balance.staff or self._engaged(balance, Period.parse(month), whole=True))
                    for month in before
                )
                if months and (whole or balance.staff):
                    found.append((balance, amount, months, whole))
        return found

    # Rows that the published periods did not read.

    def compared(self, published: Sequence[PublishedBalances]) -> tuple[list[Problem], list[str]]:
        """Compare the balances with those of published periods.

        Returns problems, and warnings of what cannot be known.

        A row that such a period's own rules read is a problem if it read another amount, or none. Where they do not
        read it (pay of the year that its settlement alone counts), nobody can tell what it repeats.
        """
        changed: dict[Balance, _Change] = {}
        beside: dict[Balance, _Change] = {}
        unknown = []
        for one in sorted(published, key=lambda each: (each.period.first_day, each.period.last_day)):
            now = {balance: amount for balance, amount in self._now(one.period).items() if self._counts(balance, one)}
            if one.rows is None:
                unknown += [str(one.period)] if now else []
                continue
            then = {balance: amount for balance, amount in _rows(one.rows, one.period).items()
                    if self._counts(balance, one)}  # fmt: skip
            for balance in {*then, *now}:
                before, after = then.get(balance, 0), now.get(balance, 0)
                if before != after:
                    found = changed if self._reads(one.period)(balance) else beside
                    if found is changed or after:
                        change = found.setdefault(balance, _Change(before, after))
                        if change.then == before:  # others read another amount: told once the first is right
                            change.periods.append(one.period)
        return [_problem(balance, changed[balance]) for balance in _sorted(changed)], [*_beside(beside, unknown)]

    def _counts(self, balance: Balance, one: PublishedBalances) -> bool:
        """Tell whether a balance counts in this run, of who took part in a published period."""
        if balance.institution not in self._tables.roster.frame.institutions or balance.institution in one.holds:
            return False
        if balance.staff and not self._engaged(balance, one.period):
            return False
        return self._reads(self.period)(balance)

    # What is read, and by whom.

    def _now(self, period: Period) -> dict[Balance, int]:
        return _rows(self._tables.table(BALANCES), period)

    def _find_reads(self, period: Period) -> Callable[[Balance], bool]:
        """Make a test of balances: whether the rules of a period's run read them."""
        graph = self._graph if period == self.period else self._graph_of(period)
        read = []
        for name, keys in graph.keys_tried(period).items():
            entry = BY_NAME[name]
            if entry.table == BALANCES and isinstance(entry.source, RowSelection):
                read.append((entry.level is STAFF, keys, entry.source.window))
        return lambda balance: any(
            bool(balance.staff) == of_persons and balance.name in keys and window.holds(balance.start, period)
            for of_persons, keys, window in read
        )

    def _engaged(self, balance: Balance, period: Period, *, whole: bool = False) -> bool:
        """Tell whether a person was engaged at that institution in a period, or in the whole of it."""
        days = [
            (max(start, day_number(period.first_day)), min(until, day_number(period.next_first_day)))
            for start, until in self._engagements.get((balance.institution, balance.staff), ())
        ]
        engaged = sum(max(0, until - start) for start, until in days)
        return engaged == period.days if whole else engaged > 0

    @cached_property
    def _engagements(self) -> dict[tuple[str, str], list[tuple[int, int]]]:
        people = pa.array({balance.staff for balance in self._now(self.period)}, pa.string())
        table = self._tables.roster.coding.engagements
        found: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for row in table.filter(pc.is_in(table["staff"], value_set=people)).to_pylist():
            found.setdefault((row["institution"], row["staff"]), []).append((row["from"], row["until"]))
        return found


_Rows = dict[str, list[dict[str, Any]]]  # by person


class _Given:
    """Work and pay that the year's published months gave to some persons."""

    def __init__(self, history: HistoryInputs, staff: Collection[str]) -> None:
        people = pa.array(staff, pa.string())
        self._lines: _Rows = {}
        self._work: _Rows = {}
        self._accounts: set[tuple[str, str]] = set()
        self._gave: set[tuple[str, str]] = set()
        for lines in history.lines_before():
            self._take(lines, people, self._lines, "amount_fen")
        self._take(history.work_before(), people, self._work, "points_micro", "services")
        self._accounts |= _places(history.figures_before())

    def _take(self, table: pa.Table, people: pa.Array, rows: _Rows, *amounts: str) -> None:
        """Keep the rows of these persons, and which institutions a period has and gave something."""
        _add_by_person(table.filter(pc.is_in(table["staff"].cast(pa.string()), value_set=people)), rows)
        self._accounts |= _places(table)
        for column in amounts:
            self._gave |= _places(_nonzero(table, column))

    def months(self, balance: Balance) -> set[str]:
        """Find the months that gave a person some of a balance, or an institution anything."""
        if not balance.staff:
            return {period for institution, period in self._gave if institution == balance.institution}
        base, key = balance.name.partition("[")[0], balance.name.partition("[")[2].removesuffix("]")
        rows, column, wanted, amount = self._lines, "component", balance.name, "amount_fen"
        if base in MEMORY:
            rows, column, wanted = self._work, "category", key
            amount = "services" if base.startswith("services") else "points_micro"
        totals: dict[str, int] = {}
        for row in rows.get(balance.staff, ()):
            if (
                row["institution"] == balance.institution
                and row.get("kind", PAY) == PAY
                and wanted in ("", row[column])
            ):
                totals[row["period"]] = totals.get(row["period"], 0) + row[amount]
        return {period for period, total in totals.items() if total}

    def accounts(self, institution: str, month: str) -> bool:
        """Tell whether a month's published run had this institution."""
        return (institution, month) in self._accounts

    def elsewhere(self, balance: Balance, month: str) -> bool:
        """Tell whether a month gave the person anything at another institution."""
        return any(
            row["institution"] != balance.institution and row["period"] == month
            for rows in (self._lines, self._work)
            for row in rows.get(balance.staff, ())
        )


def _add_by_person(table: pa.Table, found: _Rows) -> None:
    """Add the rows of persons to theirs; an institution's own are left out."""
    for row in table.to_pylist():
        if row["staff"]:
            found.setdefault(row["staff"], []).append(row)


def _places(table: pa.Table) -> set[tuple[str, str]]:
    """Collect (institution, period) of the rows."""
    found = table.group_by(["institution", "period"]).aggregate([])
    return set(zip(found["institution"].to_pylist(), found["period"].to_pylist(), strict=True))


def _nonzero(table: pa.Table, column: str) -> pa.Table:
    return table.filter(pc.not_equal(table[column], 0))


def _rows(table: pa.Table, period: Period) -> dict[Balance, int]:
    """Add up the balances of a period's year that begin before it ends; those of 0 say nothing."""
    parsed = {text: Period.parse(text) for text in pc.unique(table["period"]).to_pylist()}
    starts = {
        text: Period(start.first_day, MONTH)  # a year and its January begin together
        for text, start in parsed.items()
        if start.year_start == period.year_start and start.first_day <= period.last_day
    }
    found: dict[Balance, int] = {}
    for row in table.filter(pc.is_in(table["period"], value_set=pa.array(starts, pa.string()))).to_pylist():
        balance = Balance(row["institution"], row["staff"], row["name"], starts[row["period"]])
        found[balance] = found.get(balance, 0) + row["amount"]
    return {balance: amount for balance, amount in found.items() if amount}


def _months_before(balance: Balance) -> set[str]:
    """Name the months of the year before a balance's."""
    months = Period(balance.start.year_start, YEAR).months()
    return {str(month) for month in months if month < balance.start}


def _sorted(found: Collection[Balance]) -> list[Balance]:
    return sorted(found, key=lambda balance: balance.order)


def _problem(balance: Balance, change: _Change) -> Problem:
    first, months = change.periods[0], joined(map(str, change.periods))
    what = say("is {now} from {period}, and published {months} counted {then}", now=_number(change.now),
               period=balance.start, months=months, then=_number(change.then))  # fmt: skip
    remedy = say("enter {then} again; if {now} is right, correct {month} first: "
                 "payengine month {month} --revise REASON",
                 then=_number(change.then), now=_number(change.now), month=first)  # fmt: skip
    if not change.then:
        what = say("is {now} from {period}, and {months} was published without it: what that gave would count twice",
                   now=_number(change.now), period=balance.start, months=months)  # fmt: skip
        remedy = say("take the row out; if it stood before, correct {month} first: "
                 "payengine month {month} --revise REASON",
                     month=first)  # fmt: skip
    return Problem(what, BALANCES, column=str(balance), remedy=remedy)


def _beside(beside: dict[Balance, _Change], unknown: Sequence[str]) -> Iterator[str]:
    rows = [f"{one} {_number(beside[one].now)} {one.start} ({joined(map(str, beside[one].periods))})"
            for one in _sorted(beside)]  # fmt: skip
    if rows:
        yield say(
            "opening_balance that published periods did not have: {rows}; what these periods gave counts already and "
            "must not be in the row", rows=listed(rows, MOST_TOLD),
        )  # fmt: skip
    if unknown:
        yield say(
            "opening_balance cannot be compared with that of published {periods}: the snapshot is not here",
            periods=joined(unknown),
        )  # fmt: skip


def _number(amount: int) -> str:
    return decimal_text(amount, FEN, least=0)
