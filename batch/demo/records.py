"""Service records of the demo county: skewed as in life, with a few of every fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.demo.catalogue import ITEMS, OWN_WORK, Item
from batch.demo.tables import County, Post
from batch.input_tables import RECORD
from payengine.periods import Period

CHUNK = 200_000
HISTORY_SHARE = 5  # an earlier month has a fifth of the month's limited services: follow-ups are not monthly
TEAM_EVERY, OWN_EVERY = 150, 100  # one record in so many is a team's, an institution's own
PATIENTS_PER_SERVICE = 6  # size of the group of chronic patients per limited service: some meet their limit
COLUMNS = tuple(column.name for column in RECORD.columns)
SCHEMA = pa.schema([(name, pa.string()) for name in COLUMNS])
Row = tuple[str, ...]


def stream(county: County, records: int, period: Period, seed: int) -> Iterator[pa.RecordBatch]:
    """Stream all records in batches of at most `CHUNK` rows.

    Each month has exactly `records` rows; those of limited items since 1 January come on top.
    The special cases and the people who come and go stand in the period's last month; before it everyone works.
    """
    months = period.months()
    rng = np.random.default_rng([seed, 1])
    all_year = [replace(post, first=0, last=30) for post in county.posts if not post.late]
    ordinary = RecordGenerator(county, all_year, rng)
    for month in months:
        special = month == months[-1]
        special_rows = SpecialRecords(county, county.posts if special else all_year, month).rows(records)
        yield from _batches(special_rows)
        rest = records - sum(1 for row in special_rows if row[1][:7] == str(month))
        generator = RecordGenerator(county, county.posts, rng) if special else ordinary
        for start in range(0, rest, CHUNK):
            yield generator.chunk(month, start, min(CHUNK, rest - start), ITEMS)
    limited = [item for item in ITEMS if item.limit_count]
    of_all = sum(sum(item.often) for item in limited) / sum(sum(item.often) for item in ITEMS)  # a frequency, no money
    for month in months[0].earlier_months():
        count = int(records * of_all) // HISTORY_SHARE
        for start in range(0, count, CHUNK):
            yield ordinary.chunk(month, start, min(CHUNK, count - start), limited)


def _batches(rows: list[Row]) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        yield pa.RecordBatch.from_arrays(
            [pa.array(column, pa.string()) for column in zip(*part, strict=True)], schema=SCHEMA
        )


class RecordGenerator:
    """Generator of ordinary records: busy people do more, weekends are quiet."""

    def __init__(self, county: County, posts: list[Post], rng: np.random.Generator) -> None:
        self.rng = rng
        self.teams = county.teams
        institutions = list(county.kinds)
        self.institutions = pa.array(institutions)
        self.staff = pa.array([post.staff for post in posts])
        self.post_institution = np.array([institutions.index(post.institution) for post in posts])
        self.profession = np.array([post.profession for post in posts])
        self.first = np.array([post.first for post in posts])
        self.last = np.array([post.last for post in posts])
        # Log-normal: the busiest tenth of the staff does about a third of the work.
        self.busy = np.cumsum(rng.lognormal(0.0, 0.8, len(posts)))
        team_places = [place for _, place in county.teams]
        self.team_codes = pa.array([team for team, _ in county.teams], pa.string())
        self.team_institution = np.array([institutions.index(place) for place in team_places], dtype=np.int64)

    def chunk(self, month: Period, start: int, count: int, items: tuple[Item, ...] | list[Item]) -> pa.RecordBatch:
        """Draw `count` records of one month, numbered from `start`."""
        rng = self.rng
        post = np.searchsorted(self.busy, rng.random(count) * self.busy[-1], side="right")
        item = self._items(self.profession[post], items, rng)
        day = self._days(month, count)
        first, last = self.first[post], np.minimum(self.last[post], month.days - 1)
        outside = (day < first) | (day > last)
        day[outside] = (first + day % np.maximum(last - first + 1, 1))[outside]
        place = self.post_institution[post]
        staff = self.staff.take(pa.array(post))

        own = np.flatnonzero(rng.integers(0, OWN_EVERY, count) == 0) if items is ITEMS else np.zeros(0, np.int64)
        codes = [entry.code for entry in items]
        if len(own):
            item[own] = rng.choice([codes.index(code) for code in OWN_WORK], len(own))
        team = np.flatnonzero(rng.integers(0, TEAM_EVERY, count) == 0) if items is ITEMS and self.teams else own[:0]
        team = np.setdiff1d(team, own)
        which = rng.integers(0, max(len(self.teams), 1), len(team))
        if len(team):
            item[team] = codes.index("F002")
            place[team] = self.team_institution[which]
        staff = self._replaced(staff, own, pa.array([""] * len(own), pa.string()))
        staff = self._replaced(staff, team, self.team_codes.take(pa.array(which)))

        limited = np.array([bool(entry.limit_count) for entry in items])[item]
        people = np.where(
            limited,
            1 + rng.integers(0, max(count // PATIENTS_PER_SERVICE, 1) * PATIENTS_PER_SERVICE, count),
            rng.integers(0, 40 * count, count),
        )
        most = np.array([entry.most for entry in items])[item]
        quantity = 1 + rng.integers(0, 6, count) % most
        number = pa.array(np.arange(start, start + count))
        columns = {
            "record_id": _numbered(f"R{str(month).replace('-', '')}-", number, 9),
            "service_date": pa.array([(month.first_day + timedelta(days=n)).isoformat() for n in range(31)]).take(
                pa.array(day)
            ),
            "institution": self.institutions.take(pa.array(place)),
            "staff": staff,
            "item": pa.array(codes).take(pa.array(item)),
            "quantity": pa.array([str(n) for n in range(10)]).take(pa.array(quantity)),
            "share": pa.array(["1"]).take(pa.array(np.zeros(count, np.int64))),
            "patient": _numbered("P", pa.array(people), 8),
            "reverses": pa.array([""]).take(pa.array(np.zeros(count, np.int64))),
        }
        return pa.RecordBatch.from_arrays([columns[name] for name in COLUMNS], schema=SCHEMA)

    def _items(
        self, profession: npt.NDArray[np.int64], items: tuple[Item, ...] | list[Item], rng: np.random.Generator
    ) -> npt.NDArray[np.int64]:
        """Draw an item for each record, by the frequencies of its profession."""
        often = np.array([entry.often for entry in items])
        draw = rng.random(len(profession))
        chosen = np.zeros(len(profession), np.int64)
        for each in range(often.shape[1]):
            here = profession == each
            edges = np.cumsum(often[:, each])
            if edges[-1] == 0:  # among the limited items alone a profession may have none: take the commonest of all
                edges = np.cumsum(often.sum(axis=1))
            chosen[here] = np.searchsorted(edges, draw[here] * edges[-1], side="right")
        return chosen

    def _days(self, month: Period, count: int) -> npt.NDArray[np.int64]:
        """Draw days of the month (from 0): Mondays are full, Saturdays half, Sundays a third."""
        rhythm = (12, 10, 10, 10, 10, 6, 4)
        weights = np.cumsum([rhythm[(month.first_day + timedelta(days=n)).weekday()] for n in range(month.days)])
        return np.searchsorted(weights, self.rng.integers(0, weights[-1], count), side="right")

    @staticmethod
    def _replaced(column: pa.Array, rows: npt.NDArray[np.int64], values: pa.Array) -> pa.Array:
        """Put values into a column at the given rows."""
        index = np.arange(len(column))
        index[rows] = len(column) + np.arange(len(rows))
        return pa.concat_arrays([column, values]).take(pa.array(index))


def _numbered(prefix: str, numbers: pa.Array, width: int) -> pa.Array:
    import pyarrow.compute as pc

    padded = pc.utf8_lpad(pc.cast(numbers, pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), padded, "")


class SpecialRecords:
    """A few records of every reason for rejection, with lawful special cases beside them."""

    def __init__(self, county: County, posts: list[Post], period: Period) -> None:
        self.county = county
        self.period = period
        self.number = 0
        town = county.special["town"]
        ready = [p for p in posts if p.institution == town and p.first == 0 and p.last >= period.days - 1]
        ready = [p for p in ready if p.staff not in (county.special["seconded"], county.special["promoted"])]
        self.town = town
        self.people = [p.staff for p in ready]
        self.hospital = [
            p.staff for p in county.posts if p.institution == "I0001" and p.staff != county.special["seconded"]
        ]

    def rows(self, records: int) -> list[Row]:
        """List one round of every case per 10,000 records, at least one."""
        rows: list[Row] = []
        for turn in range(max(1, records // 10_000)):
            rows.extend(self._round(turn))
        return rows

    def _day(self, turn: int, offset: int = 0) -> date:
        return self.period.first_day + timedelta(days=(turn * 3 + offset) % 14)

    def _row(self, turn: int, **changed: str) -> Row:
        self.number += 1
        values = {
            "record_id": f"Q{str(self.period).replace('-', '')}-{self.number:08}",
            "service_date": self._day(turn).isoformat(),
            "institution": self.town,
            "staff": self.people[turn % len(self.people)],
            "item": "P002",
            "quantity": "1",
            "share": "1",
            "patient": f"PQ{self.number:08}",
            "reverses": "",
        } | changed
        return tuple(values[name] for name in COLUMNS)

    def _round(self, turn: int) -> Iterator[Row]:
        special, people = self.county.special, self.people
        one, two = people[turn % len(people)], people[(turn + 1) % len(people)]
        row = self._row

        yield (twice := row(turn))
        yield twice  # duplicate_row
        first = row(turn)
        yield first
        yield row(
            turn, record_id=first[0], service_date=self._day(turn, 5).isoformat(), patient=first[7]
        )  # inconsistent_record
        cancelled = row(turn)
        yield cancelled
        yield row(turn, quantity="", reverses=cancelled[0])  # reversed, both
        visits = row(turn, quantity="3", item="F002")
        yield visits
        yield row(turn, quantity="-1", share="", item="F002", reverses=visits[0])  # a partial refund: paid, negative
        yield row(turn, quantity="-1", share="", reverses=f"N{self.number:08}")  # a refund of nothing: reversed
        yield row(turn, institution="I9999")  # unknown_institution
        yield row(turn, staff="S99999")  # unknown_staff
        yield row(turn, item="P999")  # unknown_item
        yield row(turn, quantity="0")  # bad_quantity
        yield row(turn, quantity="")  # bad_quantity
        yield row(turn, share="0.6")  # bad_share
        yield row(turn, item="P007", patient="")  # no_patient
        closed = special["closed"]
        late = (self.period.first_day + timedelta(days=22)).isoformat()
        doctor = next(entry[0] for entry in self.county.tables["engagement"] if entry[1] == closed)
        yield row(turn, institution=closed, staff=doctor, service_date=late)  # institution_closed
        yield row(turn, item="X001")  # item_not_in_force
        yield row(turn, staff=self.hospital[turn % len(self.hospital)])  # not_engaged
        yield row(turn, staff=special["on leave"])  # absent
        yield row(turn, staff=special["unlicensed"], item="M001")  # not_licensed
        yield row(
            turn, patient="PX000001", service_date=(self.period.first_day + timedelta(days=9)).isoformat()
        )  # after_death
        examined = row(turn, item="P007")
        yield examined
        yield row(turn, item="P007", patient=examined[7], service_date=self._day(turn, 1).isoformat())  # over_limit
        shared = row(turn, share="0.6", staff=one)
        yield shared  # a service of two people
        yield row(turn, record_id=shared[0], share="0.4", staff=two, patient=shared[7])
        if self.county.teams:
            team, place = self.county.teams[turn % len(self.county.teams)]
            yield row(turn, staff=team, institution=place, item="F004")  # a team's: one row per member
            yield row(turn, staff=team, institution=place, item="F004", share="0.5")  # bad_share
        yield row(turn, staff="", item="P015", patient="")  # the institution's own work
        yield row(turn, item="D001")  # directed: paid by task, no points
