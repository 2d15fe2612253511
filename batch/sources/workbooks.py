"""Workbooks (.xlsx, .xlsm, .xls, .ods): which sheet holds which table.

`python-calamine` gives the values; a second look (`xlsx_scan`, `xls_scan`, `ods_scan`) finds what it passes over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from batch.sources.headings import part_named, table_named
from batch.sources.ods_scan import CONTENT, OdsScan
from batch.sources.sheet_facts import SheetFacts
from batch.sources.xls_scan import MAGIC, XlsScan, is_protected
from batch.sources.xlsx_scan import XlsxScan
from payengine.errors import Problem, Refused
from payengine.texts import say, word

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

DOCUMENTATION = ("说明", "还需提供", "可用名称", "notes", "still needed", "names")
LISTS = "_lists"
_ZIP = b"PK\x03\x04"
_MANIFEST = "META-INF/manifest.xml"  # of OpenDocument
_BINARY = "xl/workbook.bin"
_BEGIN = 4_096  # bytes by which another kind of file is known
_UNREADABLE = (BadZipFile, ParseError, ExpatError, ValueError, KeyError, IndexError, EOFError, struct.error)


class Scan(Protocol):
    """Second look at a workbook."""

    date_system: str

    def facts(self, sheet: str) -> SheetFacts:
        """Look at a sheet."""


class Workbook:
    """Workbook that is open; `where` names it in messages. Its sheets are read one by one."""

    def __init__(self, path: Path, where: str) -> None:
        self.path = path
        self.where = where
        self.sheets: list[str] = []  # worksheets that could hold a table, in their order
        self.hidden: set[str] = set()
        self._book: Any = None
        self._scan: Scan | None = None
        self._opened = ExitStack()  # files that are open

    def open(self) -> None:
        """Read the list of sheets; `Refused` for what is no workbook or is protected."""
        import python_calamine as calamine

        with self.path.open("rb") as file:
            head = file.read(len(MAGIC))
        if not head.startswith((_ZIP, MAGIC)):
            remedy = say("open it in a spreadsheet and save it as .xlsx")
            raise self._refused(Problem(_what_it_is(self.path), self.where, remedy=remedy))
        if _is_protected(self.path, head):
            raise self._protected()
        with self.reading():
            self._book = calamine.CalamineWorkbook.from_filelike(self._opened.enter_context(self.path.open("rb")))
            for sheet in self._book.sheets_metadata:
                is_hidden = sheet.visible != calamine.SheetVisibleEnum.Visible
                if sheet.typ != calamine.SheetTypeEnum.WorkSheet or (is_hidden and sheet.name == LISTS):
                    continue
                if is_hidden:
                    self.hidden.add(sheet.name)
                self.sheets.append(sheet.name)
            if head.startswith(MAGIC):
                self._scan = XlsScan(self.path.read_bytes())
            else:
                archive = self._opened.enter_context(ZipFile(self.path))
                if _BINARY in archive.namelist():
                    raise ValueError("binary")
                self._scan = OdsScan(archive) if CONTENT in archive.namelist() else XlsxScan(archive)

    def close(self) -> None:
        """Let go of the file; safe to call twice."""
        self._book = self._scan = None
        self._opened.close()

    def sheet(self, name: str) -> CalamineSheet:
        """Read the values of a sheet."""
        with self.reading():
            sheet: CalamineSheet = self._book.get_sheet_by_name(name)
        return sheet

    def facts(self, name: str) -> SheetFacts:
        """Take the second look at a sheet."""
        assert self._scan is not None
        with self.reading():
            return self._scan.facts(name)

    def tables(self) -> tuple[dict[str, list[str]], list[str]]:
        """Tell which sheets hold which table, and which hold none.

        A workbook that is named after a table holds it in the sheet of that name, or in its first one. `Refused` if
        that one is named after another table.
        """
        found: dict[str, list[str]] = {}
        others = []
        for name in self.sheets:
            table = table_named(name) or part_named(name)
            if table:
                found.setdefault(table, []).append(name)
            elif not name.strip().casefold().startswith(DOCUMENTATION):
                others.append(name)
        own = table_named(self.path.stem)
        if own and own not in found:
            if self.sheets and self.sheets[0] not in others and table_named(self.sheets[0]):
                what = say("is named after table {table}, but its first sheet, {sheet}, after table {other}",
                           table=word(own), sheet=self.sheets[0], other=word(table_named(self.sheets[0])))  # fmt: skip
                remedy = say("name the sheet after its table")
                raise self._refused(Problem(what, self.where, remedy=remedy))
            if others:
                found[own] = [others.pop(0)]
        return found, others

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Refuse in words what the readers of workbooks cannot read."""
        import python_calamine as calamine

        try:
            yield
        except calamine.PasswordError:
            raise self._protected() from None
        except (calamine.CalamineError, *_UNREADABLE) as error:
            raise self._damaged(error) from error
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # of a library that is not written in Python
                raise
            raise self._damaged(error) from error

    def _protected(self) -> Refused:
        remedy = say("save a copy without the password, and keep it where only the office can read it")
        return self._refused(Problem(say("is protected by a password"), self.where, remedy=remedy))

    def _damaged(self, error: BaseException) -> Refused:
        if str(error) == "binary":
            what = say("is a binary workbook, which is not read")
            return self._refused(Problem(what, self.where, remedy=say("save it as .xlsx")))
        what = say("is not a whole workbook")
        remedy = say("open it in a spreadsheet and save it as .xlsx; if it does not open, fetch it again")
        return self._refused(Problem(what, self.where, remedy=remedy))

    def _refused(self, problem: Problem) -> Refused:
        return Refused(say("{where} cannot be read", where=self.where), [problem])


def _what_it_is(path: Path) -> str:
    """Say what a file is that has only the name of a workbook, as a web page saved so."""
    with path.open("rb") as file:
        begin = file.read(_BEGIN)
    plain = begin.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()  # UTF-16, too
    if not begin:
        return say("is an empty file")
    if plain.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style", b"<body")) or (
        plain.startswith((b"<?xml", b"<!--")) and b"<html" in plain
    ):
        return say("is a web page (HTML) with the name of a workbook")
    if plain.startswith(b"<?xml"):
        return say("is an XML file with the name of a workbook")
    if b"\0" not in begin and (b"," in begin or b"\t" in begin) and b"\n" in begin:
        return say("is a text (CSV) with the name of a workbook")
    return say("is no workbook, whatever its name says")


def _is_protected(path: Path, head: bytes) -> bool:
    """Tell if a file wants a password.

    The library says of some of them only that it does not know their kind.
    """
    if head.startswith(MAGIC):
        return is_protected(path.read_bytes())
    try:
        with ZipFile(path) as archive:
            return _MANIFEST in archive.namelist() and b"encryption-data" in archive.read(_MANIFEST)
    except BadZipFile:
        return False
