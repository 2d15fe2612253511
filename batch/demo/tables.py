"""Tables of a demo county as they grow, and the posts from which its records are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

Rows = list[tuple[str, ...]]


@dataclass(frozen=True)
class Post:
    """A person at an institution, with the days of the last month (0-based, inclusive) on which that person serves.

    `late` marks a post that begins with that month; the others are there all year.
    """

    institution: str
    staff: str
    profession: int
    first: int
    last: int
    late: bool = False


@dataclass
class County:
    """The input tables, rows of text in the order of their columns, and what the records are drawn from."""

    tables: dict[str, Rows] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    teams: list[tuple[str, str]] = field(default_factory=list)  # (team, institution)
    special: dict[str, str] = field(default_factory=dict)  # the people and places of the special cases


def iso(day: date) -> str:
    """Write a day as the input tables do."""
    return day.isoformat()
