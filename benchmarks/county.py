"""The county of the measurements: 20,000 staff, 300 institutions, 400 items, 8 categories.

Unlike the demo it is made for load, not for looks: uniform names, and the faults of a real month in real proportion
(2 % of items with a limit, a tenth of a per cent repeated, cancelled or refunded, one per cent shared by two people).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from adbc_driver_sqlite import dbapi

from batch.input_tables import BY_NAME, CATEGORIES, RECORD
from payengine.periods import Period

PERIOD = Period.parse("2026-10")
CHUNK = 500_000
COLUMNS = tuple(column.name for column in RECORD.columns)
SCHEMA = pa.schema([(name, pa.string()) for name in COLUMNS])
LIMITED_ITEMS = 8  # the last of the catalogue; two of a hundred records are theirs


@dataclass(frozen=True)
class Size:
    """The size of the county."""

    records: int = 10_000_000
    staff: int = 20_000
    institutions: int = 300
    items: int = 400

    @classmethod
    def of(cls, records: int) -> Size:
        """Choose the size for so many records; below 10 million it keeps 500 records a head."""
        staff = max(600, min(20_000, records // 500))
        return cls(records, staff, max(20, staff * 300 // 20_000))


def reference(size: Size) -> dict[str, Sequence[tuple[str, ...]]]:
    """Build the reference tables as rows of text."""
    rng = np.random.default_rng(1)
    start, month = "2020-01-01", str(PERIOD)
    categories = [*CATEGORIES[:3], "tcm", "rehabilitation", "village", "outreach", "directed"]
    kinds = ("county_hospital", "township_center", "community_center", "village_clinic")
    institutions = [
        (_institution(n), f"机构{n}", kinds[min(n, 1 + n % 3)], "", "1", start, "") for n in range(size.institutions)
    ]
    items = []
    for n in range(size.items):
        limited = n >= size.items - LIMITED_ITEMS
        limit = (str(1 + n % 4), ("year", "quarter", "month")[n % 3]) if limited else ("", "")
        equivalents = f"{1 + n % 7}.{n * 1237 % 10_000:04}"
        items.append((_item(n), f"项目{n}", categories[n % len(categories)], equivalents, "", *limit, start, ""))
    staff, engagements, licenses, absences = [], [], [], []
    for n in range(size.staff):
        code = f"S{n:06}"
        staff.append((code, f"人员{n}", "2010-01-01"))
        coefficient = f"{1 + n % 2}.{n * 271 % 10_000:04}"
        engagements.append(
            (
                code,
                _institution(n % size.institutions),
                "",
                "全科",
                "clinical",
                "physician",
                "医师",
                "本科",
                "established",
                "standard",
                "no",
                "1.0000",
                coefficient,
                start,
                "",
            )
        )
        licenses.append((code, "physician", start, ""))
        if n % 50 == 0:
            absences.append((code, "leave", "yes", "2026-10-30", "2026-11-02"))
    difficulty = [(_institution(n), "", f"1.{n * 97 % 3000:04}", start, "") for n in range(size.institutions)]
    difficulty += [
        (_institution(n), _item(m), f"1.{n * 31 % 5000:04}", start, "")
        for n in range(0, size.institutions, 3)
        for m in range(5)
    ]
    appraisal = [
        (_institution(n), "", indicator, str(80 + int(rng.integers(0, 20))), "100", month)
        for n in range(size.institutions)
        for indicator in ("workload", "quality", "ethics", "satisfaction")
    ]
    pay = [
        (code, row[1], component, f"{amount}.00", month)
        for (code, *_), row in zip(staff, engagements, strict=True)
        for component, amount in (
            ("post_pay", 2600),
            ("grade_pay", 1200),
            ("allowance", 400),
            ("basic_performance_pay", 1500),
        )
    ]
    measures = [(_institution(n), "population", str(1000 + n), month) for n in range(size.institutions)]
    tables: dict[str, Sequence[tuple[str, ...]]] = {
        "institution": institutions,
        "service_item": items,
        "staff": staff,
        "engagement": engagements,
        "license": licenses,
        "absence": absences,
        "difficulty": difficulty,
        "appraisal": appraisal,
        "pay_component": pay,
        "measure": measures,
    }
    return tables


def records(size: Size) -> Iterator[pa.RecordBatch]:
    """Stream the service records as text, in the order of an office's day book."""
    rng = np.random.default_rng(2)
    days = pa.array([(PERIOD.first_day + timedelta(days=n)).isoformat() for n in range(31)])
    items = pa.array([_item(n) for n in range(size.items)])
    places = pa.array([_institution(n) for n in range(size.institutions)])
    quantities, shares = pa.array(["1", "2", "3", "0.5", "", "-1"]), pa.array(["1", "0.6", "0.4", ""])
    for start in range(0, size.records, CHUNK):
        count = min(CHUNK, size.records - start)
        number = np.arange(start, start + count)
        staff = (rng.pareto(1.5, count) * size.staff / 4).astype(np.int64) % size.staff  # few do much: no money here
        limited = rng.integers(0, 50, count) == 0
        item = np.where(
            limited,
            size.items - LIMITED_ITEMS + rng.integers(0, LIMITED_ITEMS, count),
            rng.integers(0, size.items - LIMITED_ITEMS, count),
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
            _numbered("S", staff, 6),
            items.take(pa.array(item)),
            quantities.take(pa.array(quantity)),
            shares.take(pa.array(share)),
            _numbered("P", patient),
            pc.if_else(pa.array(reverses >= 0), reverse_text, ""),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def write_parquet(folder: Path, size: Size) -> None:
    """Write the county as a folder of Parquet files."""
    folder.mkdir(parents=True)
    for name, rows in reference(size).items():
        columns = [column.name for column in BY_NAME[name].required_columns]
        table = pa.table(
            {column: pa.array(values) for column, values in zip(columns, zip(*rows, strict=True), strict=True)}
        )
        pq.write_table(table, folder / f"{name}.parquet")
    with pq.ParquetWriter(folder / f"{RECORD.name}.parquet", SCHEMA, compression="zstd") as writer:
        for batch in records(size):
            writer.write_batch(batch)


def write_sqlite(path: Path, size: Size) -> None:
    """Write the county as a SQLite database."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("pragma journal_mode = off")
        tables = reference(size)
        for name in (*tables, RECORD.name):
            columns = ", ".join(f'"{column.name}" text not null' for column in BY_NAME[name].required_columns)
            database.execute(f'create table "{name}" ({columns})')
        for name, rows in tables.items():
            database.executemany(f'insert into "{name}" values ({", ".join("?" * len(rows[0]))})', rows)
    with dbapi.connect(str(path), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("pragma journal_mode = off")
        cursor.execute("pragma synchronous = off")
        for batch in records(size):
            cursor.adbc_ingest(RECORD.name, batch, mode="append")


def _numbered(prefix: str, numbers: np.ndarray, width: int = 9) -> pa.Array:
    padded = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), padded, "")


def _record(number: np.ndarray) -> pa.Array:
    """Make record ids in no order, as if several systems counted; unique, being prime to 10**9."""
    return _numbered("R", number * 736_878_971 % 1_000_000_000)


def _institution(number: int) -> str:
    return f"I{number:04}"


def _item(number: int) -> str:
    return f"A{number:04}"
