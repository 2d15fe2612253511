"""Mapping of results to the rows that the ledger stores, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from batch.arrow_columns import written_out
from batch.content_digest import canonical_json
from batch.ledger.run_tables import RUN_TABLES, Tables, batches_of, join_reports, numbered, split_reports
from batch.result_tables import RESULT_TABLES
from payengine.errors import IntegrityBroken, Problem
from payengine.periods import Period
from payengine.texts import all_said_again, recipe, say

if TYPE_CHECKING:
    from batch.results import Meta, Results

# Results' own names of the tables that are stored as they are, by their names in the ledger.
_STORED_AS = {table.stored_as: name for name, table in RESULT_TABLES.items() if table.stored_as}
# The tables of results by the tables of the ledger that hold their rows. A run that states no digest of one is older
# than the table.
HELD_IN = {
    **{name: stored for stored, name in _STORED_AS.items()},
    "components": "run_component", "reports": "report_line", "department_reports": "department_line",
}  # fmt: skip
LINES = ("pay_line", "statement_line")  # tables that say what is paid
_DETAILS = ("policy_code", "policy_title", "illustrative", "counts", "warnings", "empty_tables")


def header_of(results: Results) -> dict[str, Any]:
    """Fill the columns of the table `run` that results give."""
    meta = results.meta
    details = {name: getattr(meta, name) for name in _DETAILS}
    details["said"] = [recipe(text) for text in meta.warnings]
    return {
        "id": meta.run_id,
        "period": str(meta.period),
        "snapshot": meta.snapshot_digest,
        "policy": meta.policy_digest,
        "formulas": meta.formulas_digest,
        "engine": meta.engine_digest,
        "holds": canonical_json(dict(meta.holds)).decode(),
        "details": canonical_json(details).decode(),
    }


def tables_of(results: Results) -> Tables:
    """Make the stored tables of results, each in the order of its key.

    The texts are written out for them alone: results that kept them would hold every table twice while it is stored.
    """
    names, values = split_reports(written_out(results.coded("reports")))
    more, of_departments = split_reports(written_out(results.coded("department_reports")), len(names))
    names = pa.concat_tables([names, more.cast(names.schema)])
    tables = {stored: written_out(results.coded(own)) for stored, own in _STORED_AS.items()}
    tables |= {"run_component": numbered(results.components), "run_report": names, "report_line": values}
    tables["department_line"] = of_departments
    return {name: RUN_TABLES[name].ordered(table) for name, table in tables.items()}


def digests_of(results: Results) -> dict[str, str]:
    """Compute the digests that the stored tables of results have."""
    return {name: RUN_TABLES[name].digest(batches_of(table)) for name, table in tables_of(results).items()}


def meta_of(header: Mapping[str, Any]) -> Meta:
    """Make of a row of `run` what results tell of themselves."""
    from batch.results import Meta

    details = json.loads(header["details"])
    if lacking := [name for name in _DETAILS if name not in details]:
        raise IntegrityBroken(
            say("run {run} is not stored as it was computed", run=header["id"][:12]),
            [Problem(say("is not what was written there"), "run", column=name) for name in lacking],
            say("Keep it as it is for examination, and restore a copy from before the change."),
        )
    details["warnings"] = all_said_again(details["warnings"], details.get("said"))
    return Meta(
        run_id=header["id"],
        period=Period.parse(header["period"]),
        snapshot_digest=header["snapshot"],
        policy_digest=header["policy"],
        formulas_digest=header["formulas"],
        engine_digest=header["engine"],
        holds=json.loads(header["holds"]),
        **{name: details[name] for name in _DETAILS},
    )


def as_results(name: str, stored: pa.Table) -> pa.Table:
    """Give a stored table, one of `LINES`, the columns and types that it has in `Results`."""
    from batch.results import SCHEMAS

    schema = SCHEMAS[_STORED_AS[name]]
    return stored.select(schema.names).cast(schema)


def results_of(header: Mapping[str, Any], tables: Tables) -> Results:
    """Make results of a row of `run` and the stored tables."""
    from batch.results import SCHEMAS, Results

    found = {own: tables[stored] for stored, own in _STORED_AS.items()}
    found["components"] = tables["run_component"]
    found["reports"] = join_reports(tables["run_report"], tables["report_line"])
    found["department_reports"] = join_reports(tables["run_report"], tables["department_line"])
    return Results(
        meta=meta_of(header),
        **{name: found[name].select(schema.names).cast(schema) for name, schema in SCHEMAS.items()},
    )
