"""Table of a difference for export: each pay line that changed, by person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from batch.audit.difference import PERSON, Difference, largest_first
from batch.reports.export import DIGITS_OF_RUN, names_of_codes, text_column
from batch.reports.register import Names
from payengine.exact import FEN
from payengine.periods import Period

AMOUNTS = ("before_fen", "after_fen", "change_fen", "person_change_fen")


def difference_table(
    found: Difference, before: str, after: str, periods: tuple[Period, Period], illustrative: bool, names: Names,
    labels: Mapping[str, str],
) -> pa.Table:  # fmt: skip
    """Make the table: one row for each changed pay line, with names, and amounts in yuan too.

    `before` and `after` are the ids of the runs, `illustrative` says if either used illustrative values.
    `change_fen` adds up to the change of all pay; `person` numbers the persons by their `person_change_fen`, the
    largest first. `labels` are those of the components.
    """
    ranked = largest_first(found.staff, *PERSON)
    place = pc.index_in(_person(found.lines), value_set=_person(ranked).combine_chunks())
    lines = found.lines.append_column("person", pc.add(place.cast(pa.int64()), 1))
    lines = lines.append_column("person_change_fen", ranked["change_fen"].take(place))
    order = ("person", "engagement_from", "component", "funding")
    lines = lines.sort_by([(name, "ascending") for name in order])
    marks = {
        "period_before": str(periods[0]), "period_after": str(periods[1]),
        "run_before": before[:DIGITS_OF_RUN], "run_after": after[:DIGITS_OF_RUN],
        "illustrative": "yes" if illustrative else "no",
    }  # fmt: skip
    columns: dict[str, Any] = {name: pa.repeat(pa.scalar(text), lines.num_rows) for name, text in marks.items()}
    columns |= {
        "person": lines["person"],
        "institution": lines["institution"],
        "institution_name": names_of_codes(lines["institution"], names.institutions),
        "staff": lines["staff"],
        "staff_name": names_of_codes(lines["staff"], names.staff),
        "engagement_from": lines["engagement_from"],
        "component": lines["component"],
        "component_label": names_of_codes(lines["component"], labels),
        "funding": lines["funding"],
    }  # fmt: skip
    for name in AMOUNTS:
        columns[name] = lines[name]
        columns[name.replace("_fen", "_yuan")] = text_column(lines[name], FEN)
    return pa.table(columns)


def _person(table: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(table[name] for name in PERSON), "\x00")
