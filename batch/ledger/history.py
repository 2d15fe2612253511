"""What earlier periods pay by their current revisions, in the form in which a freeze keeps it."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from batch.ledger.publishing import publications
from batch.ledger.records import History, Publication
from batch.ledger.rows import read_all
from batch.ledger.stored import STORED
from payengine.periods import MONTH, Period

LINES = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in (
                "period",
                "kind",
                "institution",
                "staff",
                "engagement_from",
                "component",
                "pay_class",
                "funding",
            )
        ),
        pa.field("amount_fen", pa.int64(), nullable=False),
    ]
)


def months_before(period: Period) -> list[Period]:
    """The months whose results a period's run may read: a month's are those before it, a settlement's its own too."""
    return period.earlier_months() + ([] if period.kind == MONTH else period.months())


def history(connection: Connection | None, period: Period) -> History:
    """The published results before `period`; without a ledger every month is missing."""
    months = months_before(period)
    current = {} if connection is None else {made.period: made for made in publications(connection)}
    found = [current[month] for month in months if month in current]
    tables = [LINES.empty_table()]
    if connection is not None:
        tables += [table for made in found for table in _lines(connection, made)]
    lines = pa.concat_tables(tables).sort_by([(name, "ascending") for name in LINES.names]).combine_chunks()
    return History(lines, tuple(found), tuple(month for month in months if month not in current))


def _lines(connection: Connection, made: Publication) -> Iterator[pa.Table]:
    components = read_all(connection, STORED["run_component"], made.run)
    for kind, name in (("pay", "pay_line"), ("statement", "statement_line")):
        table = read_all(connection, STORED[name], made.run)
        of_kind = components.filter(pc.equal(components["kind"], kind))
        place = pc.index_in(table["component"], value_set=of_kind["component"].combine_chunks())
        classes = of_kind["pay_class"].combine_chunks().take(place.combine_chunks()).fill_null("")
        constant = {"period": str(made.period), "kind": kind, "staff": "", "engagement_from": ""}
        columns = []
        for field in LINES:
            if field.name in table.column_names:
                columns.append(table[field.name])
            elif field.name == "pay_class":
                columns.append(classes)
            else:
                columns.append(pa.array([constant[field.name]] * len(table), pa.string()))
        yield pa.Table.from_arrays(columns, schema=LINES)
