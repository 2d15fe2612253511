"""Snapshot whose coded rows and tables are held in memory, as the peers hold theirs."""

from __future__ import annotations

import pyarrow as pa

from batch.pricing.part_sums import PartInMemory
from batch.snapshot.snapshot import Part, Snapshot


class HeldSnapshot(Snapshot):
    """A snapshot of which pricing reads no file: hot and limited parts as bytes, tables coded.

    What the run refuses is listed from its files, when somebody asks for it; pricing does not.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot.path, snapshot.manifest)
        self.coding = snapshot.coding
        self._hot, self._limited = _held(snapshot.hot_parts()), _held(snapshot.limited_parts())

    def hot_parts(self) -> list[Part]:
        return self._hot

    def limited_parts(self) -> list[Part]:
        return self._limited


def _held(parts: list[Part]) -> list[Part]:
    return [PartInMemory(part.path, part.rows, pa.py_buffer(part.path.read_bytes())) for part in parts]
