"""Report of every adjustment that names its case, with its approver."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.inputs.period_tables import PeriodTables
from batch.results import REPORTS
from payengine.periods import OPEN, from_day_number
from payengine.policy import Policy

FEN = 2
TABLE = "adjustment"
STATUSES = {"fed_back": "已反馈，待整改", "reminded": "已提醒通报，待整改", "rectified": "已整改"}
MOST_LETTERS = 100  # of a case in the name of a report


def adjustment_report(tables: PeriodTables, policy: Policy) -> pa.Table:
    """List every case as a report, named `case[<component>/<case>/<approver>]`.

    Its label says the same in words.
    """
    found = tables.table(TABLE)
    roster = tables.roster
    of_person = np.asarray(pc.not_equal(found["staff"], ""), bool)
    person = roster.staff_rows(found["institution"], found["staff"]) if found.num_rows else np.zeros(0, np.int64)
    here = np.where(of_person, person, roster.institution_rows(found["institution"])) >= 0
    rows = []
    for row in found.filter(pa.array(here)).to_pylist():
        component, case, approver = row["component"], row["case"], row["approver"]
        rows.append(
            {
                "level": "staff" if row["staff"] else "institution",
                "institution": row["institution"],
                "staff": row["staff"],
                "name": f"case[{short_name(f'{component}/{case}/{approver}')}]",
                "label": f"{policy.label('component', component)}：{case}（{approver}）{_status(row)}",
                "unit": "yuan",
                "scale": FEN,
                "value": row["amount"],
            }
        )
    rows.sort(key=lambda row: tuple(str(row[name]).encode() for name in ("name", "institution", "staff")))
    return pa.Table.from_pylist(rows, REPORTS)


def _status(row: Mapping[str, Any]) -> str:
    """Write what is to be put right, and by when; '' for a case of which nothing is."""
    words = STATUSES.get(row.get("status", ""), "")
    deadline = row.get("deadline", OPEN)
    by = "" if deadline == OPEN or not words else f"，期限 {from_day_number(deadline)}"
    return f"：{words}{by}" if words else ""


def short_name(name: str) -> str:
    """Shorten a name to what a ledger's column holds.

    A longer one keeps its beginning, and a digest tells it from others.
    """
    if len(name) <= MOST_LETTERS:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: MOST_LETTERS - len(digest) - 1]}~{digest}"
