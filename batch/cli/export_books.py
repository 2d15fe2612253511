"""Workbooks of the command `export`: one of a run, or one for each of its institutions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch.cli.session import Progress, Session
from payengine.errors import UsageError
from payengine.texts import joined, say

if TYPE_CHECKING:
    from batch.reports.sheets.material import SheetMaterial
    from batch.sheets import Book

WORKBOOK = ".xlsx"
_MOST_LISTED = 5  # files named in a message


def export_book(session: Session, run: str, file: Path, sheets: Sequence[str], force: bool) -> None:
    """Write a run's sheets into one workbook."""
    from batch.reports.sheets.catalogue import chosen
    from batch.sheets import write_book

    wanted = chosen(sheets)
    refuse_present([file], force)
    workspace = session.workspace()
    with workspace.sheet_material(run) as material, Progress() as progress:
        logged = _log(session, material, wanted)
        progress(say("writing"))
        book = write_book(material, wanted, file, workspace.settings.privacy.files)
        _answer(session, material, [book], logged)


def export_books(session: Session, run: str, folder: Path, sheets: Sequence[str], force: bool) -> None:
    """Write a workbook for each institution of a run, into files named by code and name."""
    from batch.file_access import make_folder
    from batch.reports.sheets.catalogue import chosen
    from batch.reports.workbooks.workbook import file_names
    from batch.sheets import institutions_of, write_books

    wanted = chosen(sheets)
    if folder.exists() and not folder.is_dir():
        raise UsageError(say("{file} is a file, not a folder", file=folder))
    workspace = session.workspace()
    with workspace.sheet_material(run) as material, Progress() as progress:
        named = {code: (code, material.names.institutions.get(code, ""), str(material.meta.period))
                 for code in institutions_of(material.results)}  # fmt: skip
        targets = {code: folder / name for code, name in file_names(named).items()}
        refuse_present(list(targets.values()), force)
        logged = _log(session, material, wanted)
        access = workspace.settings.privacy.files
        make_folder(folder, access)
        books = write_books(material, wanted, targets, access, progress)
        _answer(session, material, books, logged)


def refuse_present(files: Sequence[Path], force: bool) -> None:
    """Raise `UsageError` for files that exist, unless they may be replaced."""
    present = [file for file in files if file.exists()]
    if present and not force:
        rest = len(present) - _MOST_LISTED
        named = joined(map(str, present[:_MOST_LISTED])) + (f" (+{rest})" if rest > 0 else "")
        raise UsageError(
            say("{file} exists already", file=named), remedy=say("Name another one, or replace it with --force.")
        )


def _log(session: Session, material: SheetMaterial, wanted: Sequence[str]) -> dict[str, bool]:
    from batch.ledger import Accessed

    detail = "workbook: " + ", ".join(wanted)
    return session.log_access("export", Accessed(str(material.meta.period), material.meta.run_id, detail=detail))


def _answer(session: Session, material: SheetMaterial, books: Sequence[Book], logged: dict[str, bool]) -> None:
    from batch.reports.sheets.catalogue import with_tab
    from batch.sheets import state_of

    rows: dict[str, int] = {}
    absent: dict[str, str] = {}
    for book in books:
        absent |= book.absent
        for name, number in book.rows.items():
            rows[name] = rows.get(name, 0) + number
    meta = material.meta
    told: dict[str, Any] = {
        "run": meta.run_id, "period": str(meta.period), "revision": material.revision, "current": material.is_current,
        "illustrative": meta.illustrative, "files": [str(book.file) for book in books], "rows": rows,
        "absent": absent, **logged,
    }  # fmt: skip
    lines = [say("{period}: run {run}, {state}", period=meta.period, run=meta.run_id[:12], state=state_of(material))]
    if len(books) == 1:
        lines.append(str(books[0].file))
    else:
        folder = books[0].file.parent if books else ""
        lines.append(say("{folder}: {n} workbooks", folder=folder, n=f"{len(books):,}"))
    lines += [say("  {sheet}: {n} rows", sheet=with_tab(name), n=f"{number:,}") for name, number in rows.items()]
    lines += [
        say("  {sheet}: not there: {why}", sheet=with_tab(name), why=why)
        for name, why in absent.items()
        if name not in rows
    ]
    session.answer(told, *lines)
