"""Catalogue of inputs: it fits the columns, decimals, keys and windows of its tables."""

from __future__ import annotations

import pytest

from batch.input_tables import BY_NAME as TABLES
from batch.inputs.catalogue import INPUTS
from batch.inputs.entry import InputEntry, TableColumn
from batch.inputs.period_tables import BALANCES, RowSelection, Sign, Window
from payengine.graph import CONSORTIUM, INSTITUTION, STAFF
from payengine.graph.inputs import CODES, FLAG, NUMBER
from payengine.periods import Period

OF_ROWS = [entry for entry in INPUTS if isinstance(entry.source, RowSelection)]
OF_COLUMNS = [entry for entry in INPUTS if isinstance(entry.source, TableColumn)]
KINDS = {"flag": FLAG, "text": CODES, "code": CODES, "fixed": NUMBER, "count": NUMBER}


@pytest.mark.parametrize("entry", OF_ROWS + OF_COLUMNS, ids=lambda entry: entry.name)
def test_an_entry_reads_a_column_of_its_table_in_its_kind_and_decimals(entry: InputEntry) -> None:
    assert isinstance(entry.source, RowSelection | TableColumn)
    column = TABLES[entry.table].column(entry.source.column)
    assert (KINDS[column.kind], column.decimals) == (entry.kind, entry.scale)


@pytest.mark.parametrize("entry", OF_ROWS, ids=lambda entry: entry.name)
def test_rows_are_of_a_period_table_keyed_by_an_axis(entry: InputEntry) -> None:
    assert isinstance(entry.source, RowSelection)
    columns = {column.name for column in TABLES[entry.table].columns}
    assert {"period", TABLES[entry.table].axis_column} <= columns
    assert entry.axis
    assert entry.given
    assert (entry.level is CONSORTIUM) == ("institution" not in columns)
    if entry.level is STAFF or entry.source.of_everybody or entry.source.fallback:
        assert "staff" in columns
    assert not entry.source.of_everybody or entry.level is INSTITUTION
    assert (entry.table == BALANCES) == (entry.source.window in (Window.YEAR_SO_FAR, Window.BEGUN))


@pytest.mark.parametrize(
    ("window", "period", "expected"),
    [
        (Window.PERIOD, "2026-Q2", {"2026-Q2"}),
        (Window.WITHIN, "2026-Q2", {"2026-04", "2026-06"}),
        (Window.WITHIN, "2026-04", set()),
        (Window.WITHIN, "2026", {"2026-03", "2026-04", "2026-06", "2026-Q2", "2026-Q3"}),
        (Window.INSIDE, "2026-04", {"2026-04"}),
        (Window.INSIDE, "2026-Q2", {"2026-04", "2026-06", "2026-Q2"}),
        (Window.LAST_YEAR, "2026-Q2", {"2025-Q2"}),
        (Window.LAST_YEAR, "2026-04", {"2025-04"}),
        (Window.YEAR_SO_FAR, "2026-04", {"2026", "2026-03", "2026-04", "2026-Q2"}),
        (Window.BEGUN, "2026-H1", {"2026", "2026-03", "2026-04", "2026-06", "2026-Q2"}),
        (Window.BEGUN, "2026-H2", {"2026-Q3"}),
    ],
)
def test_windows(window: Window, period: str, expected: set[str]) -> None:
    texts = ["2025", "2025-04", "2025-Q2", "2026", "2026-03", "2026-04", "2026-06", "2026-Q2", "2026-Q3"]
    assert {text for text in texts if window.holds(Period.parse(text), Period.parse(period))} == expected


def test_only_rules_for_the_periods_own_rows_settle_a_key() -> None:
    """Only rules that read the period's own rows keep a key from being reported as unread.

    Reading the rows of a year ago, or asking whether somebody has a score, does not.
    """
    own = (Window.PERIOD, Window.INSIDE, Window.YEAR_SO_FAR, Window.BEGUN)
    assert [window for window in Window if RowSelection("amount", window).settles_key] == list(own)
    assert not any(RowSelection("amount", window, is_rule=False).settles_key for window in Window)
    by_name = {entry.name: entry.source for entry in INPUTS}
    for name, is_rule in (("own_score", False), ("own_full_score", False), ("score", True), ("adjustment", True)):
        source = by_name[name]
        assert isinstance(source, RowSelection)
        assert source.settles_key == is_rule


def test_signs_keep_amounts_or_leave_zero() -> None:
    import numpy as np

    amounts = np.array([-5, 0, 7])
    assert [sign.of(amounts).tolist() for sign in Sign] == [[-5, 0, 7], [0, 0, 7], [-5, 0, 0]]


def test_money_and_paid_work_that_no_formula_reads_is_told_of_these_tables() -> None:
    assert [table.name for table in TABLES.values() if table.is_paid] == [
        "pay_component", "directed_task", "adjustment", "second_distribution",
    ]  # fmt: skip
