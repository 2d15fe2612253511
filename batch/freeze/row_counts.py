"""Counts of the rows read, by outcome: none is lost, none appears from nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from batch.content_digest import Description
from batch.freeze.records.ingest import RecordSpools
from batch.freeze.records.outputs import RecordOutputs
from batch.freeze.records.row_schemas import COUNTING, IN_PERIOD, LATE
from batch.input_tables import FROM_SUMMARIES, RECORD
from batch.snapshot.table_rows import TableRows
from payengine.errors import IdentityBroken
from payengine.texts import say


def count_rows(
    spooled: RecordSpools, outputs: RecordOutputs, rejections: Description, columns: Mapping[str, Description]
) -> dict[str, Any]:
    """Count the rows read, by outcome; `IdentityBroken` if they do not add up."""
    read = sum(spooled.read.values())
    kept, limited = columns["hot"]["rows"], columns["limited"]["rows"]
    rejected = {reason: count for reason, count in outputs.reasons.items() if count}
    accounted = kept + limited + rejections["rows"] + outputs.unlisted
    if read + spooled.summaries + outputs.expanded != accounted or sum(rejected.values()) != rejections["rows"]:
        raise IdentityBroken(
            say(
                "{read} rows read and {expanded} of teams, but {told} accounted for",
                read=read + spooled.summaries,
                expanded=outputs.expanded,
                told=accounted,
            )
        )
    return {
        "read": read,
        "dated_in_period": spooled.read[IN_PERIOD],
        "counting_only": spooled.read[COUNTING],
        "late_reversals": spooled.read[LATE],
        "expanded": outputs.expanded,
        "kept": kept,
        "limited": limited,
        "rejected": rejected,
        "unlisted": outputs.unlisted,
        **({FROM_SUMMARIES: spooled.summaries} if spooled.summaries else {}),
    }


def record_rows(counts: Mapping[str, Any], of_all_months: int, kept_summaries: int) -> dict[str, TableRows]:
    """Count a month's service records as rows of a table, without those made of summaries.

    `of_all_months` counts the source's rows of every month, so that a table of other months only is none without rows.
    """
    used = counts["kept"] + counts["limited"] - kept_summaries
    return {RECORD.name: TableRows(max(counts["read"], of_all_months), counts["dated_in_period"], used)}
