"""Reference tables of a snapshot, each read when it is first asked for.

A run reads some of them only, and of those with rows for every person the texts repeat: they are read as dictionaries,
which take a third of the memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pyarrow as pa

REPEATED: Mapping[str, Sequence[str]] = {
    "engagement": (
        "institution", "employer", "department", "department_class", "role", "title", "education", "employment",
        "pay_scheme",
    ),
    "pay_component": ("institution", "component", "period"),
}  # fmt: skip


class ReferenceTables(Mapping[str, pa.Table]):
    """Tables by name, in the order of `names`; `read` gives the table of a name."""

    def __init__(self, names: Sequence[str], read: Callable[[str], pa.Table]) -> None:
        self._names = tuple(names)
        self._read = read
        self._tables: dict[str, pa.Table] = {}

    def __getitem__(self, name: str) -> pa.Table:
        if name not in self._tables:
            if name not in self._names:
                raise KeyError(name)
            self._tables[name] = self._read(name)
        return self._tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
