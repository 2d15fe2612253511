"""Results in an archive: Parquet, which a replay compares, and CSV, which people read.

The CSV says what the Parquet says, with yuan, points and figures as decimals beside the integers; a reader compares
them. How it is written is part of the format.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from batch.report_names import NO_UNIT
from batch.reports.export import harmless, text_column, visible
from batch.result_tables import RESULT_TABLES, SCALED, ResultTable
from batch.results import SCHEMAS
from payengine.errors import Problem
from payengine.texts import say

_BOM = b"\xef\xbb\xbf"


def parquet_bytes(table: pa.Table) -> bytes:
    """Write a table of results as Parquet."""
    stream = io.BytesIO()
    pq.write_table(table, stream, compression="zstd")
    return stream.getvalue()


def csv_bytes(name: str, table: pa.Table) -> bytes:
    """Write a table of results as CSV: UTF-8 with a BOM, every cell text."""
    stream = io.BytesIO(_BOM)
    stream.seek(len(_BOM))
    pa.csv.write_csv(_readable(RESULT_TABLES[name], table), stream)
    return stream.getvalue()


def read_parquet(name: str, file: Path) -> pa.Table:
    """Read a table of results; `ValueError` where it is of another form."""
    with pq.ParquetFile(file) as opened:
        if opened.schema_arrow.remove_metadata() != SCHEMAS[name]:
            raise ValueError(say("the columns are not those of results"))
        table = opened.read()
    table.validate(full=True)
    return table


def differing_csv(names: Iterable[str], table: Callable[[str], pa.Table], file: Callable[[str], Path]) -> list[Problem]:
    """List the tables whose CSV does not say what their Parquet says."""
    found = []
    for name in names:
        expected = _readable(RESULT_TABLES[name], table(name))
        content = file(name).read_bytes()
        options = pa.csv.ConvertOptions(
            column_types={column: pa.string() for column in expected.column_names}, strings_can_be_null=False
        )
        parsing = pa.csv.ParseOptions(newlines_in_values=True)
        read = pa.csv.read_csv(io.BytesIO(content.removeprefix(_BOM)), parse_options=parsing, convert_options=options)
        if not content.startswith(_BOM) or not read.combine_chunks().equals(expected.combine_chunks()):
            found.append(Problem(say("does not say what {file} says", file=f"{name}.parquet"), f"results/{name}.csv"))
    return found


def _readable(described: ResultTable, table: pa.Table) -> pa.Table:
    """Write every cell as text, with decimals beside the integers."""
    columns: dict[str, pa.Array | pa.ChunkedArray] = {}
    for column in described.columns:
        values = columns[column.name] = table[column.name]
        if column.decimals is not None:
            shown, scale = column.decimals
            columns[shown] = text_column(values, scale)
        elif column.kind == SCALED:
            columns["value_text"] = _figures(table)
    texts = [column.name for column in described.columns if not column.is_integer]
    made = visible(pa.table({name: pc.cast(values, pa.string()) for name, values in columns.items()}))
    for name in texts:
        made = made.set_column(made.column_names.index(name), name, harmless(made[name]))
    return made


def _figures(table: pa.Table) -> pa.Array | pa.ChunkedArray:
    """Write reported figures, each by its own scale; '' for one that is not given."""
    text = pa.nulls(table.num_rows, pa.string())
    for scale in pc.unique(table["scale"]).to_pylist():
        if not 0 <= scale <= 18:
            raise ValueError(say("the columns are not those of results"))
        text = pc.if_else(pc.equal(table["scale"], scale), text_column(table["value"], scale), text)
    return pc.if_else(pc.equal(table["unit"], NO_UNIT), "", text)
