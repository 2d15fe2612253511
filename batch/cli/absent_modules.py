"""Modules that the command line does without, though they are installed.

Arrow asks of every list that it is handed if it is a pandas Series, and imports pandas to find out: a third of a second
for every command. `Results.frames` is for Python alone, where pandas is imported as ever; a command never makes a
frame. So in the process of a command pandas is as if it were not installed, which Arrow is made for. The readers of
databases import Polars likewise, to take its frames.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

ABSENT = frozenset({"pandas", "polars"})


class AbsentModules(MetaPathFinder):
    """Finder that finds none of `ABSENT`, before any other could."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in ABSENT:
            raise ModuleNotFoundError(f"the command line does without {fullname}", name=fullname)
        return None


def leave_out() -> None:
    """Leave them out from here on, in this process; what is imported already stays."""
    sys.meta_path.insert(0, AbsentModules())
