"""Payslips of a run at its publication: the root of their tree for its audit entry."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from batch.ledger import audit
from batch.ledger.records import AuditEntry
from batch.ledger.run_tables import RUN_TABLES, join_reports
from batch.proof.payslips import PayslipRows

FACT = "payslips"  # what an entry calls them
Secret = Callable[[bool], bytes]  # gives the secret that salts them; True: one that is not there may be made

_USED = ("pay_line", "workload", "run_component", "run_report", "report_line")


class PayslipTree:
    """Rows of payslips, kept while a run is compared with its digests, so that it is read once."""

    def __init__(self) -> None:
        self._batches: dict[str, list[pa.RecordBatch]] = {name: [] for name in _USED}

    def take(self, name: str, batch: pa.RecordBatch) -> None:
        """Keep what of a table's rows stands on payslips."""
        if name not in self._batches:
            return
        if "staff" in batch.schema.names:
            batch = batch.filter(pc.not_equal(batch["staff"], ""))
        coded = [each.dictionary_encode() if pa.types.is_string(each.type) else each for each in batch.columns]
        self._batches[name].append(pa.RecordBatch.from_arrays(coded, names=batch.schema.names))

    def facts(self, staged: Mapping[str, Any], secret: bytes) -> dict[str, Any]:
        """State the number of payslips and the root of their tree; `staged` is the run's header."""
        tables = {name: self._table(name) for name in _USED}
        rows = PayslipRows(staged["id"], staged["period"], bool(json.loads(staged["details"]).get("illustrative")), {
            "pay_lines": tables["pay_line"], "workload": tables["workload"], "components": tables["run_component"],
            "reports": join_reports(tables["run_report"], tables["report_line"]),
        })  # fmt: skip
        return rows.tree(secret).facts()

    def _table(self, name: str) -> pa.Table:
        """Give what was kept of a table, its texts as dictionaries; the batches are let go."""
        found = self._batches.pop(name)
        return pa.Table.from_batches(found).unify_dictionaries() if found else RUN_TABLES[name].arrow.empty_table()


def has_payslips(chain: Sequence[AuditEntry]) -> bool:
    """Tell if payslips were published before, so that there is a secret that must not be lost."""
    return any(FACT in audit.facts(link) for link in chain)
