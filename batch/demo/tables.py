"""Tables of a demo county in the making, and the posts from which its records are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

Rows = list[tuple[str, ...]]


@dataclass(frozen=True)
class Post:
    """A person at an institution.

    `first` and `last` are the days of the last month (0-based, inclusive) between which that person may serve.
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
    """A demo county: input tables (rows of text) and everything that records are drawn from."""

    tables: dict[str, Rows] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    teams: list[tuple[str, str]] = field(default_factory=list)  # (team, institution)
    special: dict[str, str] = field(default_factory=dict)  # the people and places of the special cases


def iso(day: date) -> str:
    """Write a day as the input tables do."""
    return day.isoformat()
