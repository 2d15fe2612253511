"""County of the measurements, as large as asked: its tables, its service records.

It has 20,000 staff, 300 institutions, 400 items and 8 categories unless said otherwise. Unlike the demo it is made for
load, not for looks: uniform names, and the faults of a real month in real proportion (2 % of items with a limit, a
tenth of a per cent repeated, cancelled or refunded, one per cent shared by two people). Work is skewed as in life: few
items make up most of the records (Zipf), and few people do much. All tables are made column by column, so that two
million people take no longer than their bytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from adbc_driver_sqlite import dbapi

from batch.input_tables import BY_NAME, CATEGORIES, RECORD
from payengine.periods import Period

PERIOD = Period.parse("2026-10")
CHUNK = 500_000
COLUMNS = tuple(column.name for column in RECORD.columns)
SCHEMA = pa.schema([(name, pa.string()) for name in COLUMNS])
LIMITED_ITEMS = 8  # the last of the catalogue; two of a hundred records are theirs
START = "2020-01-01"
PAY = {"post_pay": "2600.00", "grade_pay": "1200.00", "allowance": "400.00", "basic_performance_pay": "1500.00"}


@dataclass(frozen=True)
class Size:
    """The size of the county, and the seed by which its records are drawn."""

    records: int = 10_000_000
    staff: int = 20_000
    institutions: int = 300
    items: int = 400
    seed: int = 2

    @classmethod
    def of(cls, records: int) -> Size:
        """Choose the size for so many records; below 10 million it keeps 500 records a head."""
        return cls(records).with_staff(max(600, min(20_000, records // 500)))

    def with_staff(self, staff: int) -> Size:
        """Choose another number of people, and institutions for them, up to 3,000."""
        return replace(self, staff=staff, institutions=max(20, min(3000, staff * 300 // 20_000)))


def reference(size: Size) -> Iterator[tuple[str, pa.Table]]:
    """Build the reference tables as columns of text, one after another."""
    for name, columns in (
        ("institution", _institutions(size)),
        ("service_item", _items(size)),
        ("staff", _staff(size)),
        ("engagement", _engagements(size)),
        ("license", _licenses(size)),
        ("absence", _absences(size)),
        ("difficulty", _difficulty(size)),
        ("appraisal", _appraisal(size)),
        ("pay_component", _pay_components(size)),
        ("measure", _measures(size)),
    ):
        names = [column.name for column in BY_NAME[name].required_columns]
        length = max(len(column) for column in columns if not isinstance(column, str))
        filled = [pa.repeat(column, length) if isinstance(column, str) else column for column in columns]
        yield name, pa.table(dict(zip(names, filled, strict=True)))


Columns = Sequence[str | pa.Array]  # a text stands for a column of it


def _institutions(size: Size) -> Columns:
    number = np.arange(size.institutions)
    kinds = pa.array(("county_hospital", "township_center", "community_center", "village_clinic"))
    kind = kinds.take(pa.array(np.minimum(number, 1 + number % 3)))
    return [_institution(number), _numbered("机构", number, 1), kind, "", "1", START, ""]


def _items(size: Size) -> Columns:
    number = np.arange(size.items)
    limited = number >= size.items - LIMITED_ITEMS
    categories = pa.array([*CATEGORIES[:3], "tcm", "rehabilitation", "village", "outreach", "directed"])
    category = categories.take(pa.array(number % len(categories)))
    count = pc.if_else(pa.array(limited), _numbered("", 1 + number % 4, 1), "")
    spans = pa.array(("year", "quarter", "month")).take(pa.array(number % 3))
    equivalents = _decimal(1 + number % 7, number * 1237 % 10_000)
    span = pc.if_else(pa.array(limited), spans, "")
    return [_item(number), _numbered("项目", number, 1), category, equivalents, "", count, span, START, ""]


def _staff(size: Size) -> Columns:
    number = np.arange(size.staff)
    return [_person(number), _numbered("人员", number, 1), "2010-01-01"]


def _engagements(size: Size) -> Columns:
    number = np.arange(size.staff)
    post = _decimal(1 + number % 2, number * 271 % 10_000)
    place = _institution(number % size.institutions)
    fixed = ("", "全科", "clinical", "physician", "医师", "本科", "established", "standard", "no", "1.0000")
    return [_person(number), place, *fixed, post, START, ""]


def _licenses(size: Size) -> Columns:
    return [_person(np.arange(size.staff)), "physician", START, ""]


def _absences(size: Size) -> Columns:
    return [_person(np.arange(0, size.staff, 50)), "leave", "yes", "2026-10-30", "2026-11-02"]


def _difficulty(size: Size) -> Columns:
    places, some = np.arange(size.institutions), np.arange(0, size.institutions, 3)
    institution = pa.concat_arrays([_institution(places), _institution(np.repeat(some, 5))])
    item = pa.concat_arrays([pa.repeat("", len(places)), _item(np.tile(np.arange(5), len(some)))])
    ten_thousandths = np.concatenate([places * 97 % 3000, np.repeat(some * 31 % 5000, 5)])
    return [institution, item, _decimal(np.ones_like(ten_thousandths), ten_thousandths), START, ""]


def _appraisal(size: Size) -> Columns:
    indicators = ("workload", "quality", "ethics", "satisfaction")
    places = np.repeat(np.arange(size.institutions), len(indicators))
    score = 80 + np.random.default_rng(1).integers(0, 20, len(places))
    indicator = pa.array(indicators * size.institutions)
    return [_institution(places), "", indicator, _numbered("", score, 1), "100", str(PERIOD)]


def _pay_components(size: Size) -> Columns:
    person = np.repeat(np.arange(size.staff), len(PAY))
    which = pa.array(np.tile(np.arange(len(PAY)), size.staff))
    component, amount = pa.array([*PAY]).take(which), pa.array([*PAY.values()]).take(which)
    return [_person(person), _institution(person % size.institutions), component, amount, str(PERIOD)]


def _measures(size: Size) -> Columns:
    number = np.arange(size.institutions)
    return [_institution(number), "population", _numbered("", 1000 + number, 1), str(PERIOD)]


def popularity(items: int, draws: np.ndarray) -> np.ndarray:
    """Turn draws of [0, 1) into items by Zipf's law.

    The k-th most frequent comes 1/k as often as the first. Which item is the k-th is drawn too, always alike, so that
    rank and category have nothing to do with each other.
    """
    weight = np.cumsum(1 / np.arange(1, items + 1))
    ranked: np.ndarray = np.random.default_rng(4).permutation(items)
    drawn: np.ndarray = ranked[np.searchsorted(weight, draws * weight[-1], side="right").clip(max=items - 1)]
    return drawn


def records(size: Size) -> Iterator[pa.RecordBatch]:
    """Stream the service records as text, in the order of an office's day book."""
    rng = np.random.default_rng(size.seed)
    days = pa.array([(PERIOD.first_day + timedelta(days=n)).isoformat() for n in range(31)])
    items = _item(np.arange(size.items))
    places = _institution(np.arange(size.institutions))
    quantities, shares = pa.array(["1", "2", "3", "0.5", "", "-1"]), pa.array(["1", "0.6", "0.4", ""])
    for start in range(0, size.records, CHUNK):
        count = min(CHUNK, size.records - start)
        number = np.arange(start, start + count)
        staff = (rng.pareto(1.5, count) * size.staff / 4).astype(np.int64) % size.staff  # few do much: no money here
        limited = rng.integers(0, 50, count) == 0
        item = np.where(
            limited,
            size.items - LIMITED_ITEMS + rng.integers(0, LIMITED_ITEMS, count),
            popularity(size.items - LIMITED_ITEMS, rng.random(count)),
        )
        day = (rng.integers(0, 31, count)).astype(np.int64)
        patient = np.where(
            limited, rng.integers(0, max(size.records // 100, 10), count), rng.integers(0, 50_000_000, count)
        )
        quantity = rng.choice(4, count, p=(0.85, 0.08, 0.03, 0.04))
        share, reverses, ident = np.zeros(count, np.int64), np.full(count, -1), number.copy()
        kind = rng.integers(0, 1000, count)
        follower = np.flatnonzero((kind < 13) & (np.arange(count) > 0))
        follower = follower[np.concatenate([[True], np.diff(follower) > 1])]  # no chains
        before = follower - 1
        for column in (staff, item, day, patient, quantity):
            column[follower] = column[before]
        repeated, cancelled, refunded = (follower[kind[follower] == n] for n in (0, 1, 2))
        shared = follower[kind[follower] >= 3]
        ident[repeated] -= 1
        reverses[cancelled], quantity[cancelled] = number[cancelled] - 1, 4
        reverses[refunded], quantity[refunded], share[refunded] = number[refunded] - 1, 5, 3
        ident[shared] -= 1
        staff[shared] = (staff[shared] + size.institutions) % size.staff  # a colleague in the same place
        staff[shared] = np.where(
            staff[shared] % size.institutions == staff[shared - 1] % size.institutions, staff[shared], staff[shared - 1]
        )
        split = shared[staff[shared] != staff[shared - 1]]
        share[split], share[split - 1] = 2, 1
        reverse_text = _record(np.maximum(reverses, 0))
        columns = [
            _record(ident),
            days.take(pa.array(day)),
            places.take(pa.array(staff % size.institutions)),
            _person(staff),
            items.take(pa.array(item)),
            quantities.take(pa.array(quantity)),
            shares.take(pa.array(share)),
            _numbered("P", patient),
            pc.if_else(pa.array(reverses >= 0), reverse_text, ""),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def write_parquet(folder: Path, size: Size) -> None:
    """Write the county as a folder of Parquet files, under its name when it is whole."""
    partial = folder.with_name(folder.name + ".partial")
    partial.mkdir(parents=True)
    for name, table in reference(size):
        pq.write_table(table, partial / f"{name}.parquet")
    with pq.ParquetWriter(partial / f"{RECORD.name}.parquet", SCHEMA, compression="zstd") as writer:
        for batch in records(size):
            writer.write_batch(batch)
    partial.rename(folder)


def write_sqlite(path: Path, size: Size) -> None:
    """Write the county as a SQLite database, which appears under its name when it is whole."""
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial)) as database, database:
        database.execute("pragma journal_mode = off")
        for name, columns in _columns_by_table().items():
            database.execute(f'create table "{name}" ({columns})')
    with dbapi.connect(str(partial), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("pragma journal_mode = off")
        cursor.execute("pragma synchronous = off")
        for name, batch in _batches(size):
            cursor.adbc_ingest(name, batch, mode="append")
    partial.rename(path)


def write_postgresql(url: str, size: Size) -> None:
    """Write the county into an empty PostgreSQL database; `url` as its own library takes it."""
    import psycopg

    options = pyarrow.csv.WriteOptions(include_header=False)
    with psycopg.connect(url) as database, database.cursor() as cursor:
        for name, columns in _columns_by_table().items():
            cursor.execute(f'create table "{name}" ({columns})'.encode())
        for name, batch in _batches(size):
            with cursor.copy(f'copy "{name}" from stdin (format csv)'.encode()) as copy:
                sink = pa.BufferOutputStream()
                pyarrow.csv.write_csv(batch, sink, options)
                copy.write(memoryview(sink.getvalue()))


def _columns_by_table() -> Mapping[str, str]:
    """Write the columns of each table as SQL."""
    tables = [BY_NAME[name] for name in _TABLES]
    return {
        table.name: ", ".join(f'"{column.name}" text not null' for column in table.required_columns)
        for table in tables
    }  # fmt: skip


_TABLES = (
    "institution", "service_item", "staff", "engagement", "license", "absence", "difficulty", "appraisal",
    "pay_component", "measure", RECORD.name,
)  # fmt: skip


def _batches(size: Size) -> Iterator[tuple[str, pa.RecordBatch]]:
    for name, table in reference(size):
        for batch in table.to_batches(max_chunksize=CHUNK):
            yield name, batch
    for batch in records(size):
        yield RECORD.name, batch


def _numbered(prefix: str, numbers: np.ndarray, width: int = 9) -> pa.Array:
    padded = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), padded, "")


def _decimal(whole: np.ndarray, ten_thousandths: np.ndarray) -> pa.Array:
    return pc.binary_join_element_wise(_numbered("", whole, 1), _numbered("", ten_thousandths, 4), ".")


def _record(number: np.ndarray) -> pa.Array:
    """Make record ids in no order, as if several systems counted; unique, being prime to 10**9."""
    return _numbered("R", number * 736_878_971 % 1_000_000_000)


def _institution(number: np.ndarray) -> pa.Array:
    return _numbered("I", number, 4)


def _item(number: np.ndarray) -> pa.Array:
    return _numbered("A", number, 4)


def _person(number: np.ndarray) -> pa.Array:
    return _numbered("S", number, 7)
