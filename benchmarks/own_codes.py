"""Times of freezing a county by an office's own codes of services, beside ours.

python -m benchmarks.own_codes [RECORDS]

The records are read from one Parquet folder: as they are, with every item mapped to itself by the settings
(`[source.values]`), and by a table `item_map`. The three are interleaved; the snapshots must be the same.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from batch.freeze import freeze_period
from batch.input_tables import ITEM_MAP, RECORD
from batch.snapshot.snapshot import Snapshot
from batch.sources import SourceSettings, open_source
from benchmarks.county import PERIOD, Size, reference, write_parquet

ROUNDS = 5


def main(records: int) -> None:
    """Print medians of each way, in seconds."""
    size = Size.of(records)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_parquet(folder / "plain", size)
        items = dict(reference(size))["service_item"]["code"].combine_chunks()
        (folder / "mapped").mkdir()
        for file in (folder / "plain").iterdir():
            (folder / "mapped" / file.name).hardlink_to(file)
        table = {"source_item": items, "item": items}
        pq.write_table(pa.table(table), folder / "mapped" / f"{ITEM_MAP.name}.parquet")
        codes = {RECORD.name: {"item": {code: code for code in items.to_pylist()}}}
        ways = {
            "our codes": SourceSettings(folder="plain"),
            "codes in the settings": SourceSettings(folder="plain", values=codes),
            "codes in item_map": SourceSettings(folder="mapped"),
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(ROUNDS + 1):  # the first compiles
            frozen = {}
            for name, settings in ways.items():
                began = time.perf_counter()
                frozen[name] = _freeze(settings, folder)
                if turn:
                    times[name].append(time.perf_counter() - began)
            assert len({one.digest for one in frozen.values()}) == 1, "the same content has one digest"
        for name, taken in times.items():
            print(f"{name:24} {statistics.median(taken):.3f} s")


def _freeze(settings: SourceSettings, folder: Path) -> Snapshot:
    with open_source(settings, folder) as source:
        return freeze_period(source, PERIOD, folder / "snapshots", patient_key=b"k" * 32)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
