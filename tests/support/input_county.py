"""A small county in every form in which a source may hold it.

`CONTENT` is every input table as texts; a writer makes of it CSV, Parquet, SQLite, DuckDB or a server's tables, each
with the types that such a source would use.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import create_engine, text

from batch import input_tables as tables

Row = tuple[str, ...]

CONTENT: dict[str, list[str]] = {
    "institution": [
        "I01|县人民医院|county_hospital||2|2020-01-01|",
        "I02|城关镇卫生院|township_center|I01|1|2020-01-01|",
        "I03|龑镇村卫生室|village_clinic|I02|1|2021-03-01|2026-12-31",
    ],
    "staff": ["S01|王䶮|2010-07-01", "S02|李𬭎|", "S03|张㛃|2024-09-01", "s03|赵小写|"],
    "engagement": [
        "S01|I02||全科|clinical|全科医生|主治医师|本科|established|standard|yes|1|1.25|2020-01-01|2026-10-16",
        "S01|I02||全科|clinical|全科医生|副主任医师|本科|established|standard|yes|1|1.4|2026-10-16|",
        "S02|I02|I01|护理|nursing||护师||contract|standard|no|0.5|1.0000|2022-05-01|",
        "S03|I03||公卫|public_health|||中专|village|standard|no|1|0.8|2024-09-01|",
        "s03|I03||公卫|public_health||||village|agreement|no|1|0.8|2025-01-01|2025-12-01",
    ],
    "license": ["S01|physician|2010-07-01|", "S02|nurse|2012-01-01|2027-01-01"],
    "absence": ["S02|leave|yes|2026-10-08|2026-10-12", "S01|training|no|2026-10-20|2026-10-22"],
    "team_member": ["T01|S01|0.6|2026-01-01|", "T01|S02|0.4|2026-01-01|"],
    "service_item": [
        "A01|门诊诊疗|basic_medical|1|physician|||2020-01-01||of_roles|no|15",
        "B01|老年人健康体检|public_health|12.5||1|year|2020-01-01|2026-10-01||yes|",
        "B01|老年人健康体检|public_health|13.25||2|quarter|2026-10-01||of_whole|no|40",
        "D01|指令性任务|directed|0||||2020-01-01||||",
    ],
    "difficulty": ["I03||1.15|2020-01-01|", "I03|B01|1.2|2026-01-01|2027-01-01"],
    "service_record": [
        "R0001|2026-10-03|I02|S01|A01|1|1|P01|",
        "R0002|2026-10-03|I02|S02|A01|2.50|0.25|P02|",
        "R0002|2026-10-03|I02|S01|A01|2.5|0.75|P02|",
        "R0003|2026-03-31|I03|S03|B01|1|1|P03|",
        "R0004|2026-11-02|I02|S01|A01|||P01|R0001",
        "R0005|2026-10-31|I03||B01|-0.5||P03|R0003",
        "R0006|2026-01-01|I02|T01|B01|1|1|P04|",
        "R0007|2026-10-09||S02|A01|1|1||",
    ],
    "service_summary": ["I03||D01|2026-09|412", "I03|S03|D01|2026-09|0"],
    "patient": ["P09|2026-02-28", "P08|2026-12-24"],
    "appraisal": ["I02||quality|95|100|2026-10", "I02|S01|quality|88.5|100|2026-10", "I02||quality|90|100|2026-09"],
    "finance": ["I02|workload_pool|120000.50|2026-10", "I02|budget|-3.1|2026", "I02|budget|7|2026-Q4"],
    "pay_component": ["S01|I02|post_pay|3000|2026-10", "S02|I02|post_pay|1500.5|2026-10"],
    "directed_task": ["I03|S03|epidemic_response|3|2026-10", "I02||night_emergency|0|2026-10"],
    "measure": ["I02|population|21500|2026-10", "I02|satisfaction|0.9312|2026-10"],
    "adjustment": ["I02|S01|deduction|-200|C-17|院长办公会|2026-10|fed_back|2026-11-15"],
    "second_distribution": ["I02||department_bonus|S01|1200|王主任|2026-10"],
    "contract": [
        "C1|I02|T01|基础包|public_health_money|20|2026-01-01|2027-01-01|",
        "C1|I02|T01|基础包|self|10.5|2026-01-01|2027-01-01|",
        "C2|I02|T01||self|10|2026-01-01||2026-06-30",
    ],
    "comparator": ["town_physician|98000.25|12.5|2026-10"],
    "calendar": ["2026-10-01|no|国庆节", "2026-10-10|yes|国庆节调休"],
    "opening_balance": ["I02||surplus|1000|2026", "I02||surplus|900|2025"],
}


def rows(table: tables.Table, content: Mapping[str, list[str]] = CONTENT) -> list[Row]:
    """The rows of a table; what a line leaves out at its end is empty."""
    found = [line.split("|") for line in content[table.name]]
    return [(*row, *[""] * (len(table.columns) - len(row))) for row in found]


def changed(**changes: list[str] | None) -> dict[str, list[str]]:
    """Replace some tables of the county, or take them away by None.

    A line that begins with + is added.
    """
    content = dict(CONTENT)
    for name, lines in changes.items():
        if lines is None:
            del content[name]
        else:
            added = [line[1:] for line in lines if line.startswith("+")]
            content[name] = [*CONTENT[name], *added] if added else lines
    return content


def csv_folder(folder: Path, encoding: str = "utf-8", content: Mapping[str, list[str]] = CONTENT) -> dict[str, str]:
    """One CSV file a table; the settings of the source."""
    folder.mkdir(parents=True)
    for table in tables.TABLES:
        if table.name in content:
            out = io.StringIO()
            csv.writer(out).writerows([[column.name for column in table.columns], *rows(table, content)])
            (folder / f"{table.name}.csv").write_bytes(out.getvalue().encode(encoding))
    return {"folder": folder.name}


def parquet_folder(folder: Path, parts: bool = False) -> dict[str, str]:
    """One Parquet file a table, or a folder of two parts, in the types of a data frame."""
    folder.mkdir(parents=True)
    for table in tables.TABLES:
        whole = arrow(table)
        if parts:
            (folder / table.name).mkdir()
            half = len(whole) // 2
            pq.write_table(whole[:half], folder / table.name / "part-0.parquet")
            pq.write_table(whole[half:], folder / table.name / "part-1.parquet")
        else:
            pq.write_table(whole, folder / f"{table.name}.parquet")
    return {"folder": folder.name}


def arrow(table: tables.Table) -> pa.Table:
    """Build a table in natural Arrow types.

    They are dictionaries, decimals, doubles, dates, timestamps and booleans.
    """
    columns = {}
    for position, column in enumerate(table.columns):
        texts = [row[position] or None for row in rows(table)]
        if column.kind in ("day", "until"):
            columns[column.name] = pa.array([given and date.fromisoformat(given) for given in texts], pa.date32())
        elif column.kind == "from":
            days = pa.array([given and date.fromisoformat(given) for given in texts], pa.date32())
            columns[column.name] = days.cast(pa.timestamp("us"))
        elif column.kind == "fixed" and column.name in ("share", "amount"):
            columns[column.name] = pa.array([given and Decimal(given) for given in texts], pa.decimal128(18, 4))
        elif column.kind == "fixed":
            columns[column.name] = pa.array([given and float(given) for given in texts], pa.float64())
        elif column.kind == "count":
            columns[column.name] = pa.array([given and int(given) for given in texts], pa.int32())
        elif column.kind == "flag":
            columns[column.name] = pa.array([given == "yes" for given in texts], pa.bool_())
        elif column.refers:
            columns[column.name] = pa.array(texts, pa.string()).dictionary_encode()
        else:
            columns[column.name] = pa.array(texts, pa.large_string())
    return pa.table(columns)


def sqlite(path: Path, content: Mapping[str, list[str]] = CONTENT) -> dict[str, str]:
    """A SQLite file: real numbers in columns without a type, NULL for what is empty."""
    url = f"sqlite:///{path.as_posix()}"
    _fill(url, _sqlite_type, lambda column, given: _number(column, given, float), content)
    return {"url": url}


def duckdb_file(path: Path, content: Mapping[str, list[str]] = CONTENT) -> dict[str, str]:
    """A DuckDB file in its own types."""
    with duckdb.connect(str(path)) as connection:
        for table in tables.TABLES:
            names = ", ".join(f'"{column.name}" {_duckdb_type(column)}' for column in table.columns)
            connection.execute(f'CREATE TABLE "{table.name}" ({names})')
            marks = ", ".join("?" * len(table.columns))
            values = [
                [_as_given(column, given) for column, given in zip(table.columns, row, strict=True)]
                for row in rows(table, content)
            ]
            connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', values)
    return {"url": f"duckdb:///{path.as_posix()}"}


def postgresql(url: str, content: Mapping[str, list[str]] = CONTENT) -> dict[str, str]:
    _fill(url, _postgresql_type, _as_given, content)
    return {"url": url}


def mariadb(url: str, content: Mapping[str, list[str]] = CONTENT) -> dict[str, str]:
    _fill(url, _mariadb_type, _as_given, content)
    return {"url": url}


def _fill(
    url: str,
    type_of: Callable[[tables.Column], str],
    given: Callable[[tables.Column, str], Any],
    content: Mapping[str, list[str]] = CONTENT,
) -> None:
    engine = create_engine(url)
    quote = engine.dialect.identifier_preparer.quote_identifier
    with engine.begin() as connection:
        for table in tables.TABLES:
            # a name and an address of the patient stand beside every table: they must never be read
            columns = [f"{quote(column.name)} {type_of(column)}" for column in table.columns] + [
                "secret_name varchar(20)"
            ]
            connection.execute(text(f"CREATE TABLE {quote(table.name)} ({', '.join(columns)})"))
            marks = ", ".join(f":v{position}" for position in range(len(table.columns)))
            values = [
                {f"v{position}": given(column, row[position]) for position, column in enumerate(table.columns)}
                for row in rows(table, content)
            ]
            connection.execute(text(f"INSERT INTO {quote(table.name)} VALUES ({marks}, '某某')"), values)
    engine.dispose()


def _as_given(column: tables.Column, given: str) -> Any:
    return given == "yes" if column.kind == "flag" else _number(column, given, Decimal)


def _number(column: tables.Column, given: str, number: type) -> Any:
    if not given:
        return None
    return number(given) if column.kind == "fixed" else int(given) if column.kind == "count" else given


def _sqlite_type(column: tables.Column) -> str:
    return {"fixed": "REAL", "count": "INTEGER", "day": "DATE"}.get(column.kind, "TEXT")


def _duckdb_type(column: tables.Column) -> str:
    kinds = {"fixed": f"DECIMAL(18, {column.decimals})", "count": "INTEGER", "day": "DATE", "from": "TIMESTAMP"}
    return {**kinds, "until": "DATE", "flag": "BOOLEAN"}.get(column.kind, "VARCHAR")


def _postgresql_type(column: tables.Column) -> str:
    kinds = {"fixed": f"numeric(18, {column.decimals})", "count": "integer", "day": "date", "from": "timestamptz"}
    return {**kinds, "until": "date", "flag": "boolean"}.get(column.kind, "varchar(40)" if column.refers else "text")


def _mariadb_type(column: tables.Column) -> str:
    kinds = {"fixed": f"decimal(18, {column.decimals})", "count": "int", "day": "date", "from": "datetime"}
    return {**kinds, "until": "date", "flag": "tinyint(1)"}.get(column.kind, "varchar(40)")
