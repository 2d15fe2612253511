"""The office's own names and codes that a freeze read as ours, as they are printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from batch.cli.views.tables import Sheet, figure, word
from batch.input_tables import ITEM_MAP
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.snapshot.snapshot import Snapshot

MOST_SHOWN = 10  # codes of one column; the rest is counted


def mapped_json(snapshot: Snapshot) -> dict[str, Any]:
    """Describe names and codes as JSON: columns by table, values by table and column, items."""
    found = snapshot.mapped
    return {
        "columns": found.get("columns", {}),
        "values": {
            table: {column: [_pair(row) for row in rows] for column, rows in columns.items()}
            for table, columns in found.get("values", {}).items()
        },
        "items": [_pair(row) for row in found.get("items", [])],
    }


def mapped_parts(snapshot: Snapshot) -> list[RenderableType]:
    """Print the columns read under the office's own names, and its codes with their values."""
    found = snapshot.mapped
    parts: list[RenderableType] = []
    named = [
        f"{table}.{name} = {theirs}"
        for table, names in found.get("columns", {}).items()
        for name, theirs in names.items()
    ]
    if named:
        parts += ["", say("Columns under the office's own names: {names}", names=joined(named))]
    rows = [row for where, codes in _columns(found) for row in _rows(where, codes)]
    if rows:
        heads = [word(say("Column"), key=True), word(say("Own code")), word(say("Read as")), figure(say("Values"))]
        parts += ["", say("The office's own codes, read as ours:"), Sheet(heads, rows, indent="  ")]
    return parts


def _columns(found: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield each column whose codes were mapped, with (own code, ours, values)."""
    for table, columns in found.get("values", {}).items():
        for column, codes in columns.items():
            yield f"{table}.{column}", codes
    if found.get("items"):
        yield ITEM_MAP.name, found["items"]


def _rows(where: str, codes: list[Any]) -> Iterator[list[str]]:
    for own, ours, count in codes[:MOST_SHOWN]:
        yield [where, own or say("empty"), ours or say("empty"), f"{count:,}"]
    rest = codes[MOST_SHOWN:]
    if rest:
        others = say("{n} further codes", n=f"{len(rest):,}")
        yield [where, others, "", f"{sum(count for _, _, count in rest):,}"]


def _pair(row: list[Any]) -> dict[str, Any]:
    own, ours, count = row
    return {"own": own, "ours": ours, "values": count}
