"""Adjustments that name their case, additions and deductions apart."""

from __future__ import annotations

import numpy as np

from batch.inputs.keyed_columns import ByKey
from batch.inputs.period_tables import PeriodTables
from payengine.graph import Level

TABLE = "adjustment"


def additions(tables: PeriodTables, level: Level) -> ByKey:
    """The amounts above zero, by component."""
    whole = tables.by_key(TABLE, level, "amount")
    return ByKey(whole.groups, np.maximum(whole.values, 0))


def deductions(tables: PeriodTables, level: Level) -> ByKey:
    """The amounts below zero, by component."""
    whole = tables.by_key(TABLE, level, "amount")
    return ByKey(whole.groups, np.minimum(whole.values, 0))
