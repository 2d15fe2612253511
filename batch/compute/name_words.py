"""Names of the input in messages: a clerk knows 夜班费, the file calls it night_pay."""

from __future__ import annotations

from batch.inputs.period_tables import axis_column
from payengine.policy import Policy
from payengine.policy.keys import NAMED_BY
from payengine.texts import labelled


def name_words(policy: Policy, table: str, name: str) -> str:
    """Write what stands in the column by which a table is asked: its label, with the code."""
    return labelled(name_label(policy, table, name), name)


def name_label(policy: Policy, table: str, name: str) -> str:
    """Find the label of a name of a table, or of the line it is given for; else the name."""
    column = axis_column(table)
    label = policy.label(NAMED_BY.get(column, column), name)
    if label != name or column != "component":
        return label
    return next((one.label for one in policy.components.values() if name in (one.input, one.name)), name)
