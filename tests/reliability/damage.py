"""Register of the damages: what each does to a county's office, and what must come of it."""

from __future__ import annotations

import csv
import io
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from batch.input_tables import BY_NAME
from tests.support.small_county import OCTOBER, Row

REFUSED, TOLD, SAME = "refused", "told", "same results"
# When the damage is done: before the freeze, the run, the publication, after all of them, or before the next month's.
INPUT, SNAPSHOT, STAGED, PUBLISHED, NEXT = "input", "snapshot", "staged", "published", "next"


class NoEffect(Exception):
    """The damage cannot be done to this county, or changes nothing in it: another one is drawn."""


@dataclass
class Office:
    """Workspace of a drawn county, and the chance by which a damage chooses its place."""

    folder: Path
    tables: dict[str, list[Row]]
    rng: random.Random
    run: str = ""
    undo: list[Callable[[], object]] = field(default_factory=list)  # what gives a folder its rights back

    def file(self, table: str) -> Path:
        return self.folder / "input" / f"{table}.csv"

    @property
    def policy(self) -> Path:
        return self.folder / "policy" / "county.toml"

    @property
    def settings(self) -> Path:
        return self.folder / "payengine.toml"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.sqlite"

    @cached_property
    def snapshot(self) -> Path:
        """Folder of the newest snapshot of the month."""
        period = self.folder / "snapshots" / OCTOBER
        return period / (period / "newest").read_text(encoding="utf-8").strip()

    def text(self, table: str) -> str:
        if table not in self.tables:
            raise NoEffect(f"no table {table}")
        return self.file(table).read_bytes().decode("utf-8")

    def put(self, table: str, content: str | bytes) -> None:
        self.file(table).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)

    def replace(self, path: Path, old: str, new: str) -> None:
        """Replace a text in a policy or settings file; `NoEffect` where it does not stand there."""
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise NoEffect(f"{old} is not in {path.name}")
        path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")

    def rows(self, table: str) -> list[Row]:
        """Copies of a table's rows, to be changed and written."""
        if not self.tables.get(table):
            raise NoEffect(f"no rows of {table}")
        return [dict(row) for row in self.tables[table]]

    def write(self, table: str, rows: list[Row], **dialect: Any) -> None:
        text = io.StringIO()
        names = [column.name for column in BY_NAME[table].columns]
        writer = csv.DictWriter(text, names, restval="", **{"lineterminator": "\r\n", **dialect})
        writer.writeheader()
        writer.writerows(rows)
        self.put(table, text.getvalue())

    def change(self, table: str, column: str, change: Callable[[str], str], **where: str) -> tuple[int, Row]:
        """Change one value of a row that is drawn.

        Return the row's number in the file and the row as it was. `NoEffect` where no row has such a value.
        """
        rows = self.rows(table)
        places = [
            number for number, row in enumerate(rows)
            if row.get(column) and change(row[column]) != row[column] and where.items() <= row.items()
        ]  # fmt: skip
        if not places:
            raise NoEffect(f"{table}.{column} has no such value")
        place = self.rng.choice(places)
        before = dict(rows[place])
        rows[place][column] = change(rows[place][column])
        self.write(table, rows)
        return place + 2, before  # the header is row 1

    def change_all(self, table: str, column: str, change: Callable[[str], str]) -> None:
        """Change every value of a column; `NoEffect` where that changes none."""
        rows = self.rows(table)
        changed = [row | {column: change(row[column])} if row.get(column) else row for row in rows]
        if changed == rows:
            raise NoEffect(f"{table}.{column} stays as it is")
        self.write(table, changed)


Act = Callable[[Office], "tuple[str, ...]"]  # does the damage; returns the names that must be told together


@dataclass(frozen=True)
class Damage:
    """Fault that is done on purpose.

    `kind` is the row of docs/reliability.md in which it is counted; `outcome` one of REFUSED (with exit code `code`),
    TOLD, SAME; `stage` when it is done.
    """

    name: str
    kind: str
    outcome: str
    act: Act
    stage: str = INPUT
    code: int = 3


DAMAGES: dict[str, Damage] = {}


def damage(kind: str, outcome: str, *, stage: str = INPUT, code: int = 3) -> Callable[[Act], Act]:
    """Register a function as the damage of its name."""

    def register(act: Act) -> Act:
        name = act.__name__
        assert name not in DAMAGES, name
        DAMAGES[name] = Damage(name, kind, outcome, act, stage, code)
        return act

    return register


def copy_office(folder: Path, to: Path, tables: dict[str, list[Row]], seed: str, run: str = "") -> Office:
    """Copy an office, with a chance of its own that follows from `seed`."""
    shutil.copytree(folder, to)
    return Office(to, {name: [dict(row) for row in rows] for name, rows in tables.items()}, random.Random(seed), run)
