"""Names of the input in messages: a clerk knows 夜班费, the file calls it night_pay."""

from __future__ import annotations

from batch.inputs.period_tables import axis_column
from payengine.policy import Policy
from payengine.policy.keys import NAMED_BY
from payengine.texts import labelled


def name_words(policy: Policy, table: str, name: str) -> str:
    """Write what stands in the column by which a table is asked: its label, with the code."""
    column = axis_column(table)
    return labelled(policy.label(NAMED_BY.get(column, column), name), name)
