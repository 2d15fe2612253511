"""Reports that other code adds are left out of a comparison; nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.compute as pc

from batch.compute.added_reports import REPORTS, tables_to_compare
from batch.results import Results
from tests.support.sample_results import results as sample


def without(results: Results, name: str, engine: str) -> Results:
    """Make results whose run lacked a report, by an engine of this digest."""
    reports = results.reports.filter(pc.not_equal(results.reports["name"], name))
    return replace(results, reports=reports, meta=replace(results.meta, engine_digest=engine))


def test_only_reports_that_other_code_adds_are_left_out() -> None:
    computed = sample()
    names = sorted(set(computed.reports["name"].to_pylist()))
    older = without(computed, names[0], "0" * 64)
    compared, added = tables_to_compare(older, computed)
    assert added == [names[0]]
    assert set(compared[REPORTS]["name"].to_pylist()) == set(names[1:])
    assert all(compared[name].equals(table) for name, table in computed.tables().items() if name != REPORTS)


def test_by_the_code_that_made_the_run_a_lacking_report_is_a_difference() -> None:
    computed = sample()
    name = computed.reports["name"][0].as_py()
    same = without(computed, name, computed.meta.engine_digest)
    compared, added = tables_to_compare(same, computed)
    assert (added, compared[REPORTS].num_rows) == ([], computed.reports.num_rows)
