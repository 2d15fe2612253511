"""A frozen county with the rows of one name taken away, to see what the run says."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from batch.compute.compute import compute
from batch.inputs.period_tables import Window
from batch.ledger.records import History
from batch.needs.name_needs import NameNeed
from batch.results import Results
from batch.snapshot.snapshot import Snapshot
from payengine.periods import Period
from tests.support.lacking_tables import PERIODS, Lacking, PolicyCounty


class WithoutName(Lacking):
    """A snapshot without the rows that one need of a policy asks for."""

    def __init__(self, whole: Snapshot, need: NameNeed, history: History | None) -> None:
        super().__init__(whole, history=history)
        self._need = need

    def table(self, name: str) -> pa.Table:
        table = super().table(name)
        return without(table, self._need) if name == self._need.table else table


def without(table: pa.Table, need: NameNeed) -> pa.Table:
    """Take away the rows of a name in the periods that count.

    Of an unnamed column its values.
    """
    if need.column == "first_worked":
        nothing = pa.nulls(table.num_rows, table.schema.field(need.column).type)
        return table.set_column(table.schema.get_field_index(need.column), need.column, nothing)
    if need.column == "day":
        return table.slice(0, 0)
    gone = pc.equal(table[need.column], need.name)
    if "period" in table.column_names and need.window is not Window.YEAR_SO_FAR:
        counted = [
            text
            for text in pc.unique(table["period"]).to_pylist()
            if need.window.holds(Period.parse(text), need.period)
        ]
        gone = pc.and_(gone, pc.is_in(table["period"], value_set=pa.array(counted, pa.string())))
    return table.filter(pc.invert(gone))


def run_without(county: PolicyCounty, kind: str, need: NameNeed) -> Results:
    """Compute a period of a kind without the rows of a need; its months and quarters had them."""
    history = None if kind == "month" else county._before(kind, (), {})
    return compute(WithoutName(county.frozen(PERIODS[kind]), need, history), county.policy, threads=1)
