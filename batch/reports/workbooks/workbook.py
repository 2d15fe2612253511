"""Writer of workbooks, row by row: the same bytes for the same sheets.

Totals are values, not formulas: they are the ledger's, and no cell that is changed later changes them. XlsxWriter keeps
one row in memory. Zip entries have its fixed date, and the file's properties have the period's last day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

from batch.file_access import PRIVATE, replacing
from batch.reports.sheets.sheet import Sheet
from batch.reports.workbooks.formats import Formats
from batch.reports.workbooks.sheet_writer import SheetWriter
from payengine.characters import escaped
from payengine.errors import Unavailable, UsageError
from payengine.system_errors import in_words
from payengine.texts import say

if TYPE_CHECKING:
    from xlsxwriter import Workbook

XLSX = ".xlsx"
LONGEST_TAB = 31
_NOT_IN_FILES = '<>:"/\\|?*'
_LONGEST_FILE = 150  # bytes of a name, below every system's bound
_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{device}{n}" for device in ("COM", "LPT") for n in range(10))}  # of Windows
_NOT_IN_TABS = dict.fromkeys(map(ord, "[]:*?/\\"), "_")


@dataclass(frozen=True)
class BookFacts:
    """Facts that a workbook states on every sheet: whose figures these are.

    `footer` stands at the foot of each page, beside the page's number; `marks` (草稿 ...) before titles and in the
    footer; `day` is the date of the file's properties, for it must not be that of the writing.
    """

    title: str
    footer: str
    day: date
    marks: tuple[str, ...] = ()


def write_workbook(sheets: Iterable[Sheet], facts: BookFacts, stream: BinaryIO) -> dict[str, int]:
    """Write sheets and count their rows; `Refused` for more rows than a sheet holds."""
    import xlsxwriter

    with TemporaryDirectory(prefix="payengine-") as folder:  # of this user alone
        book = xlsxwriter.Workbook(
            stream,
            {
                "constant_memory": True, "tmpdir": folder, "strings_to_numbers": False, "strings_to_formulas": False,
                "strings_to_urls": False,
            },
        )  # fmt: skip
        try:
            rows = _write_sheets(book, sheets, facts)
            book.close()
        finally:  # what a refused sheet leaves open: Windows removes no open file
            for page in book.worksheets():
                if page.row_data_fh is not None:
                    page.row_data_fh.close()
    return rows


def _write_sheets(book: Workbook, sheets: Iterable[Sheet], facts: BookFacts) -> dict[str, int]:
    from batch.reports.workbooks.row_cells import RowSheet

    created = datetime.combine(facts.day, time(), UTC).replace(tzinfo=None)  # XlsxWriter writes it as UTC
    book.set_properties({"title": facts.title, "comments": facts.footer, "created": created})
    formats, rows, tabs = Formats(book), {}, set[str]()
    for sheet in sheets:
        page = book.add_worksheet(_tab(sheet.tab, tabs), worksheet_class=RowSheet)
        rows[sheet.name] = SheetWriter(page, formats, sheet, facts.footer, facts.marks).write()
    return rows


def write_file(sheets: Iterable[Sheet], facts: BookFacts, file: Path, access: str = PRIVATE) -> dict[str, int]:
    """Write a workbook that appears under its name when it is whole.

    It has the rights of `access`. `Unavailable` where the file that it replaces is open in another program.
    """
    if file.is_dir():
        raise UsageError(say("{file} is a folder", file=file))
    if not file.parent.is_dir():
        raise UsageError(say("the folder {folder} is not there", folder=file.parent), remedy=say("Make it first."))
    try:
        with replacing(file, access) as stream:
            return write_workbook(sheets, facts, stream)
    except PermissionError as error:
        raise Unavailable(
            say("{file} cannot be written: {why}", file=file, why=in_words(error)),
            remedy=say("If it is open in Excel or another program, close it there and run the command again."),
        ) from error


def _tab(name: str, taken: set[str]) -> str:
    """Make the name of a tab as Excel allows it, and unlike the others."""
    plain = name.translate(_NOT_IN_TABS).strip("'")[:LONGEST_TAB] or "-"
    made, number = plain, 2
    while made.casefold() in taken:
        ending = f" {number}"
        made, number = plain[: LONGEST_TAB - len(ending)] + ending, number + 1
    taken.add(made.casefold())
    return made


def file_names(parts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Name a workbook for each key from codes and names, as every system allows, none twice."""
    made: dict[str, str] = {}
    taken: set[str] = set()
    for key, words in parts.items():
        plain = _file_name(words)
        name, number = plain, 2
        while name.casefold() in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name.casefold())
        made[key] = name + XLSX
    return made


def _file_name(words: Sequence[str]) -> str:
    text = escaped("_".join(word for word in words if word))
    plain = "".join("-" if character in _NOT_IN_FILES or character.isspace() else character for character in text)
    plain = plain.strip(". ")
    while len(plain.encode()) > _LONGEST_FILE:
        plain = plain[:-1]
    return f"_{plain}" if not plain or plain.split("_")[0].split(".")[0].upper() in _DEVICES else plain
