"""Make the workbooks of tests/batch/sources/workbooks by LibreOffice; see the README there."""

from __future__ import annotations

import json
import subprocess
import tempfile
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import input_county
from tests.support.workbook_county import book, county_book

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

FOLDER = Path(__file__).parents[1] / "batch" / "sources" / "workbooks"


def cells(path: Path) -> Path:
    """A table of people with cells that need a second look."""
    return book(
        path,
        {
            "staff": [
                ["人员编码", "姓名", "参加工作日期"],
                ["S01", lambda sheet, row, column: sheet.write_formula(row, column, "=1/0", None, "#DIV/0!"),
                 datetime.combine(date(2010, 7, 1), time(8, 30))],
                ["S02", lambda sheet, row, column: sheet.write_formula(row, column, '=""', None, ""), 40360],
                ["S03", lambda sheet, row, column: sheet.merge_range(row, column, row + 1, column, "王"), None],
                ["S04", None, None],
                ["S05", lambda sheet, row, column: sheet.write_formula(row, column, '="李"&"四"', None, "李四"), None],
            ]
        },
    )  # fmt: skip


def hidden(path: Path) -> Path:
    """A table of people with rows and a column that are not shown."""

    def not_shown(sheet: Worksheet, row: int, column: int) -> None:
        sheet.write_string(row, column, "S02")
        for each in (row, row + 1):  # the second one is empty
            sheet.set_row(each, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})

    return book(
        path, {"staff": [["人员编码", "姓名", "参加工作日期"], ["S01", "王"], [not_shown, "李"], [], ["S03", "赵"]]}
    )


def main() -> None:
    """Write all of them."""
    with tempfile.TemporaryDirectory() as made:
        for path in (county_book(Path(made) / "county.xlsx"), cells(Path(made) / "cells.xlsx"),
                     hidden(Path(made) / "hidden.xlsx")):  # fmt: skip
            for kind in ("ods", "xls"):
                _convert(path, kind)
    text = json.dumps(input_county.CONTENT, ensure_ascii=False, indent=1) + "\n"
    (FOLDER / "county.json").write_text(text, encoding="utf-8", newline="\n")


def _convert(path: Path, kind: str) -> None:
    subprocess.run(
        ["soffice", "--headless", "--convert-to", kind, "--outdir", str(FOLDER), str(path)],
        check=True, capture_output=True,
    )  # fmt: skip


if __name__ == "__main__":
    main()
