"""Export of a run's results: CSV for spreadsheets, Parquet for programs.

Amounts are exact integers (fen, millionths of a point), with the same in yuan and points as text beside them. CSV is
UTF-8 with a BOM, so that Excel opens it rightly, and no cell can become a formula there. A file appears under its name
when it is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from batch.file_access import PRIVATE, make_folder, replacing
from batch.report_names import NO_UNIT
from batch.reports.register import Names, register
from batch.result_tables import RESULT_TABLES, SCALED
from payengine.characters import RE2_PATTERN, escaped
from payengine.errors import UsageError
from payengine.exact import FEN, POINTS, RATE
from payengine.texts import say

if TYPE_CHECKING:
    from batch.results import Results

CSV, PARQUET = "csv", "parquet"
REGISTER = "register"
TABLES = (REGISTER, *RESULT_TABLES)
VALUE_TEXT = "value_text"
_FORMULA = "^[=+\\-@\t\r＝＋－＠]"  # beginnings that a spreadsheet takes for a formula, full width included
_LEADING = "'"
_DECIMALS = (column.decimals for table in RESULT_TABLES.values() for column in table.columns)
_NUMBERS = {"points", "fixed_share", VALUE_TEXT, *(found[0] for found in _DECIMALS if found)}  # as text
DIGITS_OF_RUN = 12  # as the command line prints a run's id; any unique beginning of it is read


def tables(results: Results, names: Names) -> dict[str, pa.Table]:
    """Make every table of an export, with names, labels and amounts in text.

    Each row says of which period and run it is (the beginning of its id), and whether illustrative values were used.
    """
    made = {name: _explained(name, table, results, names) for name, table in results.tables().items()}
    every = {REGISTER: _register(results, names), **made}
    return {name: _marked(table, results) for name, table in every.items()}


def write_file(table: pa.Table, file: Path, access: str = PRIVATE, *, in_words: bool = False) -> None:
    """Write one table in the format of the file's ending, with the rights of `access`.

    An existing file is replaced at the end. `in_words`: the columns of CSV have words of the language in use for
    headings; those of Parquet always have their names.
    """
    write_csv = partial(_write_csv, in_words=in_words)
    writers: Mapping[str, Callable[[pa.Table, BinaryIO], None]] = {".csv": write_csv, ".parquet": _write_parquet}
    if file.suffix not in writers:
        raise UsageError(
            say("{file} ends in none of .xlsx, .csv and .parquet", file=file),
            remedy=say(
                "Name a file ending in .xlsx for the workbook, in .csv or .parquet for a table, "
                "or a folder (it ends in /) for all tables."
            ),
        )
    if file.is_dir():
        raise UsageError(say("{file} is a folder", file=file))
    if not file.parent.is_dir():
        raise UsageError(say("the folder {folder} is not there", folder=file.parent), remedy=say("Make it first."))
    with replacing(file, access) as stream:
        writers[file.suffix](table, stream)


def write_folder(
    every: Mapping[str, pa.Table], folder: Path, kind: str, access: str = PRIVATE, *, in_words: bool = False
) -> list[Path]:  # fmt: skip
    """Write all tables into `folder` as `<table>.<kind>`; return the files."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(say("{file} is a file, not a folder", file=folder))
    make_folder(folder, access)
    files = []
    for name, table in every.items():
        file = folder / f"{name}.{kind}"
        write_file(table, file, access, in_words=in_words)
        files.append(file)
    return files


def text_column(values: pa.Array | pa.ChunkedArray, scale: int) -> pa.Array | pa.ChunkedArray:
    """Write int64 in units of 10**-scale as decimals: -5 fen as -0.05; null stays null.

    The same texts as `payengine.exact.amounts.decimal_text` gives, by Arrow because tables have millions of rows.
    """
    if scale == 0:
        return pc.cast(values, pa.string())
    # Digits as text, so that the smallest int64 has no absolute value to overflow.
    digits = pc.utf8_lpad(pc.utf8_ltrim(pc.cast(values, pa.string()), "-"), scale + 1, "0")
    sign = pc.if_else(pc.less(values, 0), "-", "")
    whole, part = pc.utf8_slice_codeunits(digits, 0, -scale), pc.utf8_slice_codeunits(digits, -scale)
    return pc.binary_join_element_wise(pc.binary_join_element_wise(sign, whole, ""), part, ".")


def _explained(name: str, table: pa.Table, results: Results, names: Names) -> pa.Table:
    """Add names beside codes and exact numbers as text beside integers to a result table."""
    labels = dict(
        zip(results.components["component"].to_pylist(), results.components["label"].to_pylist(), strict=True)
    )
    explained = {
        "institution": ("institution_name", names.institutions),
        "staff": ("staff_name", names.staff),
        "component": ("component_label", labels),
    }
    columns: dict[str, Any] = {}
    described = RESULT_TABLES[name]
    for column in described.columns:
        values = columns[column.name] = table[column.name]
        if column.name in explained and not (column.name == "component" and described.has("label")):
            title, called = explained[column.name]
            columns[title] = names_of_codes(values, called)
        elif column.decimals is not None:
            title, scale = column.decimals
            columns[title] = text_column(values, scale)
        elif column.kind == SCALED:
            text = _values(values, table["scale"])
            if described.has("unit"):  # a figure that is not given has no number
                text = pc.if_else(pc.equal(table["unit"], NO_UNIT), say("not given"), text)
            columns[VALUE_TEXT] = text
    return pa.table(columns)


def _marked(table: pa.Table, results: Results) -> pa.Table:
    meta = results.meta
    marks = {
        "period": str(meta.period),
        "run": meta.run_id[:DIGITS_OF_RUN],
        "illustrative": "yes" if meta.illustrative else "no",
    }
    for index, (name, text) in enumerate(marks.items()):
        table = table.add_column(index, name, pa.repeat(pa.scalar(text), table.num_rows))
    return table


def visible(table: pa.Table) -> pa.Table:
    """Escape controls, bidirectional marks and invisible characters of all texts: <U+200B>."""
    for index, (name, column) in enumerate(zip(table.column_names, table.columns, strict=True)):
        if pa.types.is_string(column.type) and pc.any(pc.match_substring_regex(column, RE2_PATTERN)).as_py():
            coded = column.combine_chunks().dictionary_encode()
            texts = pa.array([escaped(text) for text in coded.dictionary.to_pylist()], pa.string())
            table = table.set_column(index, name, texts.take(coded.indices))
    return table


def names_of_codes(codes: pa.ChunkedArray, called: Mapping[str, str]) -> pa.ChunkedArray:
    """Look up the name of each code; '' where it has none."""
    known = pa.array(list(called), pa.string())
    texts = pa.array(list(called.values()), pa.string())
    return pc.fill_null(pc.take(texts, pc.index_in(pc.cast(codes, pa.string()), known)), "")


def _values(values: pa.ChunkedArray, scales: pa.ChunkedArray) -> pa.Array:
    """Write reported figures as text, each by its own scale."""
    text = pa.nulls(len(values), pa.string())
    for scale in pc.unique(scales).to_pylist():
        text = pc.if_else(pc.equal(scales, scale), text_column(values, scale), text)
    return text


def _register(results: Results, names: Names) -> pa.Table:
    """Make the table of the register's lines, without the total."""
    made = register(results, names)
    figures = [line.as_json() for line in made.lines]
    texts, numbers = ("institution", "name"), ["heads", "services", "rejected", "points_micro"]
    if made.total.summarised:
        figures = [{"summary_services": 0, **line} for line in figures]
        numbers.insert(2, "summary_services")
    columns: dict[str, Any] = {name: pa.array([line[name] for line in figures], pa.string()) for name in texts}
    money = ["fixed_fen", "variable_fen", "gross_fen", "purchase_fen"]
    if made.settles:
        money += ["months_paid_fen", "months_purchase_fen", "year_paid_before_fen"]
    for name in (*numbers, *money, "fixed_share_e4"):
        columns[name] = pa.array([line[name] for line in figures], pa.int64())
    columns["points"] = text_column(columns["points_micro"], POINTS)
    for name in money:
        columns[name.replace("_fen", "_yuan")] = text_column(columns[name], FEN)
    columns["fixed_share"] = text_column(columns["fixed_share_e4"], RATE)
    return pa.table(columns)


def _write_csv(table: pa.Table, stream: BinaryIO, in_words: bool = False) -> None:
    table = visible(table)
    columns = {
        name: harmless(column) if pa.types.is_string(column.type) and not _is_number(name) else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    made = pa.table(columns)
    if in_words:
        from batch.reports.column_words import column_words, value_words

        for index, name in enumerate(made.column_names):
            if words := value_words(name):
                told = names_of_codes(made[name], words)
                kept = pc.if_else(pc.equal(told, ""), pc.cast(made[name], pa.string()), told)
                made = made.set_column(index, name, kept)
        made = made.rename_columns([column_words(name) for name in made.column_names])
    stream.write(b"\xef\xbb\xbf")
    pa.csv.write_csv(made, stream)


def _is_number(name: str) -> bool:
    """True for a column of text that is a number of ours: a minus before it is no formula."""
    return name in _NUMBERS or name.endswith("_yuan")


def harmless(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Put an apostrophe before cells that a spreadsheet would run."""
    return pc.if_else(
        pc.match_substring_regex(column, _FORMULA), pc.binary_join_element_wise(_LEADING, column, ""), column
    )


def _write_parquet(table: pa.Table, stream: BinaryIO) -> None:
    pa.parquet.write_table(table, stream, compression="zstd")
