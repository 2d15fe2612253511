"""Figures come into a history in the order of all columns, and none of persons does."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from batch.ledger.history import Given
from batch.ledger.records import Publication
from batch.ledger.run_tables import RUN_TABLES
from batch.snapshot.schemas import FIGURES
from payengine.periods import Period

MADE = Publication(Period.parse("2026-03"), 1, "0" * 64, None, "", "", "")
LEVELS = ("staff", "institution", "consortium")


class Run:
    """Run of some reports, each with a figure of every place."""

    def __init__(self, reports: int) -> None:
        random = Random(reports)
        self.header: dict[str, Any] = {"holds": "{}"}
        names = [
            {"position": at, "level": LEVELS[at % 3], "name": random.choice("abcdé中") + str(at // 3), "label": "",
             "unit": random.choice(["yuan", "points"]), "scale": random.choice([2, 6])}
            for at in range(reports)
        ]  # fmt: skip
        lines = [
            {"position": row["position"], "institution": institution, "staff": "S1" if row["level"] == "staff" else "",
             "value": random.randrange(-9, 9)}
            for row in names
            for institution in ([""] if row["level"] == "consortium" else ["I1", "I10", "I9", "Ⅱ"])
        ]  # fmt: skip
        self.rows = {"run_report": names, "report_line": lines}

    def batches(self, name: str) -> Iterator[pa.RecordBatch]:
        yield from self.table(name).to_batches(max_chunksize=7)

    def table(self, name: str) -> pa.Table:
        return pa.Table.from_pylist(self.rows.get(name, []), RUN_TABLES[name].arrow)


@pytest.mark.parametrize("reports", [0, 1, 2, 40])
def test_figures_come_in_the_order_of_all_columns(reports: int) -> None:
    """Each figure has the name of its report; those of persons are left out."""
    run = Run(reports)
    found = Given.of(run, MADE).tables[FIGURES]
    called = {row["position"]: row for row in run.rows["run_report"]}
    expected = [
        (called[line["position"]]["level"], line["institution"], *(called[line["position"]][k] for k in _NAMED),
         line["value"])
        for line in run.rows["report_line"]
        if called[line["position"]]["level"] != "staff"
    ]  # fmt: skip
    told = [(row["level"], row["institution"], *(row[k] for k in _NAMED), row["value"]) for row in found.to_pylist()]
    assert told == sorted(expected, key=lambda row: tuple(str(each).encode() for each in row[:4]))
    assert set(found["period"].to_pylist()) <= {"2026-03"}


_NAMED = ("name", "unit", "scale")
