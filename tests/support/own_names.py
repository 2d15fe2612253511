"""The county of `input_county` under an office's own names and codes, and their settings."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from batch import input_tables as tables
from tests.support import input_county

COLUMNS = {
    "staff": {"code": "员工号", "name": "员工姓名"},
    "engagement": {"staff": "员工号", "department": "科室名", "until": "离岗日", "fte": "FTE"},
    "service_record": {"record_id": "单据号", "service_date": "日期", "staff": "医生", "item": "收费码"},
    "pay_component": {"component": "工资项", "amount": "实发"},
}
VALUES = {
    "engagement": {
        "employment": {"正式工": "established", "临时工": "contract", "村": "village"},
        "pay_scheme": {"": "standard"},
        "director": {"院长": "yes"},
        "department": {"QK": "全科"},
    },
    "service_item": {"category": {"甲类": "basic_medical"}},
    "service_record": {"item": {"110200001": "A01", "老年体检": "B01"}, "institution": {"城关": "I02"}},
    "pay_component": {"component": {"岗位工资": "post_pay"}},
    "appraisal": {"indicator": {"质量": "quality"}},
    "finance": {"line": {"工作量总额": "workload_pool"}},
}
SETTINGS: dict[str, Any] = {"columns": COLUMNS, "values": VALUES}

Written = dict[str, list[list[str]]]  # by table, the header and the rows


def written(content: Mapping[str, list[str]] = input_county.CONTENT) -> Written:
    """Write the county's tables with the office's headers and codes."""
    found: Written = {}
    for table in tables.TABLES:
        if table.name not in content:
            continue
        own = {name: {ours: mine for mine, ours in codes.items()} for name, codes in VALUES.get(table.name, {}).items()}
        header = [COLUMNS.get(table.name, {}).get(column.name, column.name) for column in table.columns]
        rows = [
            [own.get(column.name, {}).get(value, value) for column, value in zip(table.columns, row, strict=True)]
            for row in input_county.rows(table, content)
        ]
        found[table.name] = [header, *rows]
    return found


def csv_folder(folder: Path, given: Written, encoding: str = "utf-8") -> dict[str, str]:
    """Write a CSV file for each table."""
    folder.mkdir(parents=True)
    for name, lines in given.items():
        out = io.StringIO()
        csv.writer(out).writerows(lines)
        (folder / f"{name}.csv").write_bytes(out.getvalue().encode(encoding))
    return {"folder": folder.name}


def parquet_folder(folder: Path, given: Written) -> dict[str, str]:
    """Write a Parquet file for each table; every second column is a dictionary of texts."""
    folder.mkdir(parents=True)
    for name, (header, *rows) in given.items():
        columns = [pa.array([row[at] or None for row in rows], pa.string()) for at in range(len(header))]
        coded = [column.dictionary_encode() if at % 2 else column for at, column in enumerate(columns)]
        pq.write_table(pa.table(coded, names=header), folder / f"{name}.parquet")
    return {"folder": folder.name}


def workbook(folder: Path, given: Written) -> dict[str, str]:
    """Write a workbook with a sheet of texts for each table."""
    folder.mkdir(parents=True)
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, lines in given.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append([value or None for value in line])
    book.save(folder / "export.xlsx")
    return {"folder": folder.name}


def duckdb_file(file: Path, given: Written) -> dict[str, str]:
    """Write a DuckDB file of texts."""
    with duckdb.connect(str(file)) as database:
        for name, (header, *rows) in given.items():
            columns = [pa.array([row[at] or None for row in rows], pa.string()) for at in range(len(header))]
            database.register("given", pa.table(columns, names=header))
            database.execute(f'CREATE TABLE "{name}" AS SELECT * FROM given')
            database.unregister("given")
    return {"url": f"duckdb:///{file.as_posix()}"}


def sqlite(file: Path, given: Written) -> dict[str, str]:
    """Write a SQLite file: columns without a type, so that a code of digits may be a number."""
    with closing(sqlite3.connect(file)) as database, database:
        for name, (header, *rows) in given.items():
            names = ", ".join(f'"{column}"' for column in header)
            database.execute(f'CREATE TABLE "{name}" ({names})')
            marks = ", ".join("?" * len(header))
            kept = [[int(value) if value == "110200001" else value or None for value in row] for row in rows]
            database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', kept)
    return {"url": f"sqlite:///{file.as_posix()}"}
