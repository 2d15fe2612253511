"""Bench: what all sections share, the county, its sizes and the number of rounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from batch.snapshot.snapshot import Snapshot
from batch.workspace import Workspace
from benchmarks import county, desk
from benchmarks.figures import Figures
from benchmarks.graph import demo_county
from benchmarks.measure import in_child

LARGE = 5_000_000  # records from which on a whole job is measured once, without a round to warm up
YEAR = "2026"


@dataclass
class Bench:
    """A folder with a county of a size, made as far as sections ask for it.

    `engagements` are those of the formula graphs, `people` those of the year with its history, `many` those whose run
    is looked at for its memory.
    """

    folder: Path
    size: county.Size
    engagements: int
    people: int
    many: int
    rounds: int
    figures: Figures

    @property
    def few_rounds(self) -> int:
        """Rounds of what takes seconds."""
        return max(1, self.rounds // 3)

    @property
    def is_large(self) -> bool:
        return self.size.records >= LARGE

    @cached_property
    def parquet(self) -> Path:
        """The county as Parquet files."""
        files = self.folder / "parquet"
        if not files.exists():
            self.figures.say(f"writing a county of {self.size.records:,} records")
            county.write_parquet(files, self.size)
        return files

    @cached_property
    def sqlite(self) -> Path:
        """The county as a SQLite database."""
        database = self.folder / "county.sqlite"
        if not database.exists():
            self.figures.say("writing the same county into SQLite")
            county.write_sqlite(database, self.size)
        return database

    @cached_property
    def snapshot(self) -> Snapshot:
        """The county's month, frozen anew in a process of its own: this one stays small."""
        files = self.parquet
        self.figures.say("freezing it")
        return Snapshot.open(Path(in_child("freeze", files, self.folder / "snapshots")["snapshot"]))

    @cached_property
    def month(self) -> Workspace:
        """A workspace in which the month is published."""
        _ = self.snapshot
        self.figures.say("running and publishing the month")
        return desk.published_month(self.folder)

    @cached_property
    def year(self) -> Workspace:
        """A demo county of `people`, all of its year published."""
        staff = self.people
        self.figures.say(f"publishing a year of {staff:,} people by the full xining policy")
        return demo_county(self.folder / f"xining-year-{staff}", "xining", staff, staff // 10, YEAR)

    def demo(self, policy: str, period: str) -> Workspace:
        """A demo county of some people, one period of it published, to be copied."""
        staff, institutions = (3000, 300) if self.engagements >= 300_000 else (500, 50)
        folder = self.folder / f"{policy}-{period}-{staff}"
        self.figures.say(f"publishing {period} of a demo county by the policy {policy}")
        return demo_county(folder, policy, staff, institutions, period)
