"""CSV files of a small county, read by their source or frozen."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from batch import input_tables as tables
from batch.freeze import freeze_period
from batch.snapshot.snapshot import Snapshot
from batch.sources import Binds, SourceSettings, open_source
from payengine.errors import Problem, Refused
from payengine.periods import Period
from tests.support.freeze_case import Row, record, reference

OCTOBER = Period.parse("2026-10")
HEADER = "code,name,first_worked\n"


def read(path: Path, encoding: str = "") -> list[tuple[str, ...]]:
    """Rows of the table that a file beneath `input/` is, as its source gives them."""
    with open_source(SourceSettings(folder=path.parent.name, encoding=encoding), path.parent.parent) as source:
        return [tuple(row.values()) for batch in source.read(path.stem, Binds.of(OCTOBER)) for row in batch.to_pylist()]


def staff(base: Path, content: bytes | str) -> list[tuple[str, ...]]:
    (base / "input").mkdir(exist_ok=True)
    path = base / "input" / "staff.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path)


def refused(base: Path, content: bytes | str) -> Problem:
    with pytest.raises(Refused) as found:
        staff(base, content)
    [problem] = found.value.problems
    assert problem.where == "input/staff.csv"
    return problem


def county(base: Path, **files: bytes) -> Path:
    """A folder of CSV files of the small county, one of them replaced or added."""
    folder = base / "input"
    folder.mkdir(exist_ok=True)
    for name, rows in (reference() | {"service_record": [record(f"R{n}") for n in range(4)]}).items():
        (folder / f"{name}.csv").write_text(written(name, rows, lineterminator="\n"), encoding="utf-8", newline="")
    for name, data in files.items():
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def written(table: str, rows: Iterable[Row], **dialect: Any) -> str:
    """A table as Python's writer of CSV writes it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [column.name for column in tables.BY_NAME[table].columns], restval="", **dialect)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def freeze(folder: Path, encoding: str = "") -> Snapshot:
    with open_source(SourceSettings(folder=folder.name, encoding=encoding), folder.parent) as source:
        return freeze_period(source, OCTOBER, folder.parent / "snapshots", patient_key=None, privacy="as given")
