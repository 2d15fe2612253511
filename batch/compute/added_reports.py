"""Reports that a newer version makes of a stored run, whose own code did not."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from batch.results import Results

REPORTS = "reports"


def tables_to_compare(stored: Results, computed: Results) -> tuple[dict[str, pa.Table], list[str]]:
    """Give the computed tables without the reports that other code adds, and their names.

    No row is left out of a report that the stored run has; by the code that made the run nothing is.
    """
    tables = dict(computed.tables())
    one, other = stored.meta, computed.meta
    if (one.formulas_digest, one.engine_digest) == (other.formulas_digest, other.engine_digest):
        return tables, []
    known = set(stored.tables()[REPORTS]["name"].to_pylist())
    added = sorted(set(tables[REPORTS]["name"].to_pylist()) - known)
    tables[REPORTS] = tables[REPORTS].filter(pc.invert(pc.is_in(tables[REPORTS]["name"], pa.array(added, pa.string()))))
    return tables, added
