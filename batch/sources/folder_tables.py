"""Tables of a folder: which file, folder of parts or sheet of a workbook holds which table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from batch.sources.headings import PARTED, table_named
from batch.sources.settings import WORKBOOKS
from batch.sources.sheets import Sheet
from batch.sources.workbooks import Workbook
from payengine.errors import Problem, Refused
from payengine.texts import say, word_and_code

FILES = (".csv", ".parquet")


@dataclass
class Held:
    """Files or sheet that hold a table; `shown` is how messages call them.

    `more` hold further rows of a table whose parts come from several hands.
    """

    name: str
    shown: str
    files: list[Path] = field(default_factory=list)
    workbook: Workbook | None = None
    more: list[Held] = field(default_factory=list)


@dataclass(frozen=True)
class Other:
    """Entry that holds no table; `shown` is how messages call it, `called` its own name.

    `may_hold`: with another name it could hold one.
    """

    shown: str
    called: str
    may_hold: bool


@dataclass
class FolderTables:
    """Contents of a folder: by table, and the others."""

    tables: dict[str, Held] = field(default_factory=dict)
    others: list[Other] = field(default_factory=list)
    workbooks: list[Workbook] = field(default_factory=list)


def visible(folder: Path) -> list[Path]:
    """List a folder without hidden files and the marks of open spreadsheets."""
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return [path for path in entries if not path.name.startswith((".", "~$"))]


def folder_tables(folder: Path, paths: Sequence[Path], refused: str) -> FolderTables:
    """Find the tables in files of a folder, parts in the order of their names.

    `Refused` with this text if a table stands twice or a workbook cannot be read. A sheet without a row beside another
    form of its table does not count.
    """
    found = FolderTables()
    held: dict[str, list[Held]] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            for table, one in _held(folder, path, found):
                held.setdefault(table, []).append(one)
        except Refused as damaged:
            problems += damaged.problems
    for table, forms in held.items():
        if len(forms) > 1:
            forms = [one for one in forms if one.workbook is None or _has_rows(one, table)] or forms[:1]
        if len(forms) > 1 and table in PARTED:
            forms[0].more = forms[1:]
        elif len(forms) > 1:
            what = say("table {table} stands here twice: {one} and {other}",
                       table=word_and_code(table), one=forms[0].shown, other=forms[1].shown)  # fmt: skip
            problems.append(Problem(what, folder.name, remedy=say("keep one of them")))
        found.tables[table] = forms[0]
    if problems:
        for workbook in found.workbooks:
            workbook.close()
        raise Refused(refused, problems)
    return found


def _held(folder: Path, path: Path, found: FolderTables) -> Iterator[tuple[str, Held]]:
    """Give the tables that an entry of the folder holds; its rest is noted among the others."""
    if path.is_dir():
        files = sorted((part for part in path.iterdir() if part.suffix.lower() in FILES), key=lambda part: part.name)
        table = table_named(path.name)
        if table and files:
            yield table, Held(path.name, f"{path.name}/", files)
            found.others += [
                Other(f"{path.name}/{part.name}", part.stem, False) for part in visible(path) if part not in files
            ]
        else:
            found.others.append(Other(path.name, path.name, bool(files)))
    elif path.suffix.lower() in WORKBOOKS:
        workbook = Workbook(path, f"{folder.name}/{path.name}")
        found.workbooks.append(workbook)
        workbook.open()
        sheets, others = workbook.tables()
        for table, names in sheets.items():
            for name in names:
                yield table, Held(name, _sheet(path, name), [path], workbook)
        found.others += [Other(_sheet(path, name), name, True) for name in others]
    elif path.suffix.lower() in FILES and table_named(path.stem):
        yield table_named(path.stem), Held(path.stem, path.name, [path])
    else:
        found.others.append(Other(path.name, path.stem, path.suffix.lower() in FILES))


def _sheet(path: Path, name: str) -> str:
    return say("{file}, sheet {sheet}", file=path.name, sheet=name)


def _has_rows(one: Held, table: str) -> bool:
    assert one.workbook is not None
    sheet = Sheet(one.workbook, one.name, table)
    try:
        sheet.open()
    except Refused:
        return True
    return sheet.has_rows()
