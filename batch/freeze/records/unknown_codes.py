"""Unknown codes of rejected records, each with its rows and the nearest known code.

A record is rejected row by row, but a code is mistyped once and copied: `s2` for `S2` in a whole sheet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch.freeze.records.record_rules import RecordRules
from batch.input_tables import ITEM_MAP, RECORD
from batch.snapshot.layout import BATCH_ROWS
from payengine.suggest import hint
from payengine.texts import joined, say, word

MOST_TOLD = 20  # codes of one column; the rest is counted
COLUMNS = {"institution": "institution", "staff": "staff", "item": "service_item"}  # the column and its table


def unknown_codes(rejected: Path, rules: RecordRules, where: str, item_map: pa.Table | None = None) -> Iterator[str]:
    """Yield a warning for each unknown code of rejected rows, the most frequent first.

    Of items it is looked for in the office's map too, where there is one.
    """
    coding = rules.coding
    known: dict[str, Iterable[str]] = {
        "institution": coding.institutions.values.to_pylist(),
        "staff": [*coding.staff.values.to_pylist(), *rules.teams.values.to_pylist()],
        "item": coding.items.values.to_pylist(),
    }
    if item_map is not None:
        known["item"] = [*known["item"], *item_map["source_item"].to_pylist()]
    mapped = set() if item_map is None else set(item_map["source_item"].to_pylist())
    for column, table in COLUMNS.items():
        shown, heading = word(table), word(f"{RECORD.name}.{column}")
        if column == "item" and item_map is not None:
            shown = joined((word(table), word(ITEM_MAP.name)))
        counted = _count(rejected, column)
        found = sorted(counted.items(), key=lambda one: (-one[1], one[0].encode()))
        for code, rows in found[:MOST_TOLD]:
            if not code:
                yield say("{where}: {n} rejected row(s) have no {column}", where=where, n=f"{rows:,}", column=heading)
                continue
            if column == "item" and code in mapped:
                yield say(
                    "{where}: {n} rejected row(s) name item {code}, which no row of {table} maps on their days",
                    where=where, n=f"{rows:,}", code=code, table=word(ITEM_MAP.name),
                )  # fmt: skip
                continue
            yield say(
                "{where}: {n} rejected row(s) name {column} {code}, which is in no row of {table}{near}",
                where=where, n=f"{rows:,}", column=heading, code=code, table=shown, near=hint(code, known[column]),
            )  # fmt: skip
        if len(found) > MOST_TOLD:
            yield say(
                "{where}: {n} further unknown codes in {column}",
                where=where, n=f"{len(found) - MOST_TOLD:,}", column=heading,
            )  # fmt: skip


def _count(rejected: Path, column: str) -> Counter[str]:
    """Count the rows rejected because of this column's code, by code."""
    counted: Counter[str] = Counter()
    with pq.ParquetFile(rejected, pre_buffer=False) as file:
        for batch in file.iter_batches(BATCH_ROWS, columns=["reason", column]):
            chosen = batch.filter(pc.equal(batch["reason"], f"unknown_{column}"))
            if chosen.num_rows:
                for one in chosen[column].value_counts().to_pylist():
                    counted[one["values"]] += one["counts"]
    return counted
