"""Second pass: which rows can be judged alone, and which are to be looked at together with others.

The sieve is big and lives only here; what it found is kept as one bit per row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from batch.arrow_columns import Booleans, numbers
from batch.freeze.records.counting_filter import NEVER, ONCE, Sieve
from batch.freeze.records.ingest import Spooled
from batch.freeze.records.row_schemas import LATE
from batch.freeze.sorting.spool import Spool


class Flagged:
    """The rows of a spool, each with a flag."""

    def __init__(self, spool: Spool, flags: Iterator[Booleans]) -> None:
        self._spool = spool
        self._bits = [(each.size, np.packbits(each)) for each in flags]

    def bytes(self, flagged: bool) -> int:
        """About how much the rows are whose flag is so."""
        if not self._spool.rows:
            return 0
        rows = sum(int(np.unpackbits(bits, count=count).sum()) for count, bits in self._bits)
        return self._spool.bytes * (rows if flagged else self._spool.rows - rows) // self._spool.rows

    def each(self) -> Iterator[tuple[pa.RecordBatch, Booleans]]:
        """All rows with their flags, batch by batch."""
        for batch, (count, bits) in zip(self._spool.read(), self._bits, strict=True):
            yield batch, np.unpackbits(bits, count=count).astype(bool)

    def rows(self, flagged: bool) -> Iterator[pa.RecordBatch]:
        """The rows whose flag is so, batch by batch."""
        for batch, flags in self.each():
            chosen = flags == flagged
            if chosen.all():
                yield batch
            elif chosen.any():
                yield batch.filter(pa.array(chosen))


@dataclass(frozen=True)
class Sifted:
    """Plain rows with the flag that no other row can touch them; suspects with the flag that they may be read."""

    plain: Flagged
    limited: Flagged
    suspects: Flagged


def sift(spooled: Spooled) -> Sifted:
    """Count every record id that is read; what is reversed is to be looked at."""
    sieve = Sieve(spooled.rows)
    for spool in (spooled.plain, spooled.limited):
        for batch in spool.read(["id_mark"]):
            sieve.count(numbers(batch, "id_mark"))
    for batch in spooled.suspects.read(["id_mark", "kind"]):
        sieve.count(numbers(batch, "id_mark")[numbers(batch, "kind") != LATE])
    suspects = Flagged(spooled.suspects, _perhaps_read(spooled.suspects, sieve))
    return Sifted(
        Flagged(spooled.plain, _alone(spooled.plain, sieve)),
        Flagged(spooled.limited, _alone(spooled.limited, sieve)),
        suspects,
    )


def _perhaps_read(suspects: Spool, sieve: Sieve) -> Iterator[Booleans]:
    """Late rows are read only if what they reverse is: the sieve rules most of the others out. Those that are left, and
    whatever suspects reverse, are counted meanwhile."""
    for batch in suspects.read(["id_mark", "reverses_mark", "kind"]):
        reversed_mark, late = numbers(batch, "reverses_mark"), numbers(batch, "kind") == LATE
        read = np.asarray(~late | (sieve.seen(reversed_mark) != NEVER))
        sieve.count(numbers(batch, "id_mark")[read & late])
        sieve.suspect(reversed_mark[read & (reversed_mark != 0)])
        yield read


def _alone(plain: Spool, sieve: Sieve) -> Iterator[Booleans]:
    for batch in plain.read(["id_mark"]):
        yield np.asarray(sieve.seen(numbers(batch, "id_mark")) == ONCE)
