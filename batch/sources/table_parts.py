"""Parts of a table as values: files of a folder, or ranges of one.

What reading a part learns beside its rows comes back as `PartFacts`, which the source that made the part takes in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from batch.sources.csv_scan import Scan
from payengine.errors import Refused, Unavailable
from payengine.texts import say

State = tuple[int, int]  # size in bytes and time of the last change, in nanoseconds


@dataclass(frozen=True)
class TablePart:
    """Part of a table: a file, or row groups [first, last) of a Parquet file.

    `path` is the same on every machine, `where` names the file in messages, `file` is its number among the files of
    the table. `names` are the file's own names of `columns`; `state` and `scanned` are what was found when the file
    was first looked at; `rows` counts those of the part as the file states them.
    """

    table: str
    file: int
    path: str
    where: str
    state: State
    names: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int
    groups: tuple[int, int] | None = None
    scanned: Scan | None = None


@dataclass(frozen=True)
class PartSettings:
    """Settings by which parts are read: stated codes by column, and the date system."""

    values: Mapping[str, Mapping[str, str]]
    date_system: str


@dataclass
class PartFacts:
    """Facts of a part that was read, beside its rows.

    `passed_over` are the places of blank rows and examples, `words` and `mapped` count by column the words read as
    codes and the values of each stated code.
    """

    rows: int = 0
    passed_over: list[int] = field(default_factory=list)
    examples: int = 0
    words: dict[str, int] = field(default_factory=dict)
    mapped: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class TableParts:
    """Table as parts, in the order of reading.

    `took` takes in the facts of a part that another process has read, in that order; `Refused` where the part's file
    has changed meanwhile.
    """

    parts: Sequence[TablePart]
    settings: PartSettings
    took: Callable[[TablePart, PartFacts], None]


class AnotherFile(Unavailable):
    """File of a part that is not, here, the file that was found when the part was made."""


def state_of(path: Path) -> State:
    """Give size and time of change of a file."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def changed(where: str) -> Refused:
    """Make the refusal of a file that is not as it was when it was first looked at."""
    return Refused(say("{where} changed while it was read", where=where), remedy=say("Run the command again."))
