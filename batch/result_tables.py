"""Registry of result tables: columns, keys, kinds of integers, form in the ledger.

Arrow schemas, SQL tables, staging, digests, reading, checks, exports and docs/results.md follow from the entries here.
To add a table: an entry of `RESULT_TABLES` and its field of `ResultFields`, its rows in `compute/result_rows.py`,
handed over in `compute/compute.py`, a migration that makes it in the ledger, and its section of the page. A table with
a column `institution` has no rows of held institutions (`audit/invariants.py`).
This module imports nothing when it runs, so that the command line can name the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

CODE, DATE, LABEL = "code", "date", "label"  # texts: a label has no bound, a date is ASCII
COUNT, FEN, MILLIONTHS, SCALED = (
    "count",
    "fen",
    "millionths",
    "scaled",
)  # int64; SCALED in units of 10^-(column `scale`)
_INTEGERS = (COUNT, FEN, MILLIONTHS, SCALED)
_DECIMALS = {FEN: ("_fen", "_yuan", 2), MILLIONTHS: ("_micro", "", 6)}  # ending, ending of the decimals, scale
FIRST_VERSION = 1  # of the ledger's schema
# Of a month's counts, where there are any: paid rows of `service_summary`, and the services that they count.
SUMMARY_ROWS, SUMMARY_SERVICES = "summary_rows", "summary_services"


@dataclass(frozen=True)
class ResultColumn:
    """A column that is never empty; `length` bounds its text on MariaDB and MySQL."""

    name: str
    kind: str
    about: str
    length: int = 128

    @property
    def is_integer(self) -> bool:
        return self.kind in _INTEGERS

    @property
    def decimals(self) -> tuple[str, int] | None:
        """Name the same number with decimals, in yuan or points, and tell how many those are."""
        if self.kind not in _DECIMALS:
            return None
        ending, other, scale = _DECIMALS[self.kind]
        return self.name.removesuffix(ending) + other, scale


@dataclass(frozen=True)
class LedgerTable:
    """A table of the ledger that holds rows of runs.

    Before `columns` it has the column `run_key`; its rows are stored in the order of `key`. `since` is the version of
    the ledger's schema that brought it: an older run has no digest of it, and no rows. `is_describing` marks names and
    labels, which may be worded anew without making another run.
    """

    name: str
    columns: tuple[ResultColumn, ...]
    key: tuple[str, ...]
    since: int = FIRST_VERSION
    is_describing: bool = False


@dataclass(frozen=True)
class ResultTable:
    """A table of `Results`, whose rows are unique in `key`.

    The ledger stores it as it is, under the name `stored_as` since version `since`; '' where it has a form of its own
    there (see `batch/ledger/run_tables.py`).
    """

    name: str
    about: str
    columns: tuple[ResultColumn, ...]
    key: tuple[str, ...]
    stored_as: str = ""
    since: int = FIRST_VERSION

    def __getitem__(self, name: str) -> ResultColumn:
        """Find the column of a name."""
        return next(column for column in self.columns if column.name == name)

    def has(self, name: str) -> bool:
        return any(column.name == name for column in self.columns)


def _by_name(tables: Iterable[ResultTable]) -> Mapping[str, ResultTable]:
    return {table.name: table for table in tables}


_INSTITUTION = ResultColumn("institution", CODE, "the institution's code")
_STAFF = ResultColumn("staff", CODE, "the person's code")
_ENGAGEMENT_FROM = ResultColumn("engagement_from", DATE, "first day of the engagement, such as 2026-10-01", 10)
_COMPONENT = ResultColumn("component", CODE, "the component of pay or of a statement")
_FUNDING = ResultColumn("funding", CODE, "the source that pays it", 64)
_AMOUNT = ResultColumn("amount_fen", FEN, "the amount; never zero")
_POSITION = ResultColumn("position", COUNT, "the place in the order of the results, from 0")

# In the order in which an export lists them.
RESULT_TABLES = _by_name(
    (
        ResultTable(
            "pay_lines",
            "Pay of every engagement, by component and source of funding.",
            (_INSTITUTION, _STAFF, _ENGAGEMENT_FROM, _COMPONENT, _FUNDING, _AMOUNT),
            ("institution", "staff", "engagement_from", "component", "funding"),
            "pay_line",
        ),
        ResultTable(
            "statement_lines",
            "Amounts that institutions get, such as the purchase of services, by component and source of funding.",
            (_INSTITUTION, _COMPONENT, _FUNDING, _AMOUNT),
            ("institution", "component", "funding"),
            "statement_line",
        ),
        ResultTable(
            "workload",
            "Paid services and points of every engagement, and of an institution's own work, by category.",
            (
                _INSTITUTION,
                ResultColumn("staff", CODE, "the person's code; '' for the institution's own work"),
                ResultColumn("engagement_from", DATE, "first day of the engagement; '' for the institution's own", 10),
                ResultColumn("category", CODE, "the category of the service items"),
                ResultColumn("services", COUNT, "paid rows, refunds apart; a row of a summary as many as it counts"),
                ResultColumn("points_micro", MILLIONTHS, "the points, refunds taken off"),
            ),
            ("institution", "staff", "engagement_from", "category"),
            "workload",
        ),
        ResultTable(
            "rejections",
            "Service records that are not paid, each with the first reason against it.",
            (
                ResultColumn("record_id", CODE, "the record's id", 255),
                ResultColumn("staff", CODE, "the staff code of the row"),
                ResultColumn("institution", CODE, "the institution's code of the row"),
                ResultColumn("copy", COUNT, "numbers the rows of one record and staff code, from 1"),
                ResultColumn("reason", CODE, "the reason (see input.md)", 32),
            ),
            ("record_id", "staff", "copy"),
            "rejection",
        ),
        ResultTable(
            "reports",
            "Figures that are reported beside the lines: heads, sums, pools, checks, and what the policy lists. Where "
            "one is not given, `NAME.not_given[0]` ... stand in its place, of the unit `not_given`; their label says "
            "what lacks.",
            (
                ResultColumn("level", CODE, "`staff`, `institution` or `consortium` (the whole run)", 32),
                ResultColumn("institution", CODE, "the institution's code; '' for the whole run"),
                ResultColumn("staff", CODE, "the person's code; '' for an institution or the whole run"),
                ResultColumn("name", CODE, "the name of the figure"),
                ResultColumn("label", LABEL, "its label"),
                ResultColumn("unit", CODE, "its unit", 32),
                ResultColumn("scale", COUNT, "how many decimals it has"),
                ResultColumn("value", SCALED, "the figure in units of 10^-scale"),
            ),
            ("level", "name", "institution", "staff"),
        ),
        ResultTable(
            "department_reports",
            "Figures of departments: what the policy lists of this level, and their pools.",
            (
                _INSTITUTION,
                ResultColumn("department", CODE, "the department's code; '' where engagements name none"),
                ResultColumn("name", CODE, "the name of the figure"),
                ResultColumn("label", LABEL, "its label"),
                ResultColumn("unit", CODE, "its unit", 32),
                ResultColumn("scale", COUNT, "how many decimals it has"),
                ResultColumn("value", SCALED, "the figure in units of 10^-scale"),
            ),
            ("name", "institution", "department"),
        ),
        ResultTable(
            "components",
            "Components of the run in the policy's order.",
            (
                _COMPONENT,
                ResultColumn("pay_class", CODE, "`fixed` or `variable`; '' for a statement", 32),
                ResultColumn("kind", CODE, "`pay` or `statement`", 32),
                ResultColumn("label", LABEL, "its label"),
            ),
            ("kind", "component"),
        ),
    )
)


@dataclass(frozen=True)
class ResultFields:
    """The tables of `Results`: a field for every entry of the registry."""

    pay_lines: pa.Table
    statement_lines: pa.Table
    workload: pa.Table
    rejections: pa.Table
    reports: pa.Table
    department_reports: pa.Table
    components: pa.Table


def _as_they_are() -> Iterable[LedgerTable]:
    for table in RESULT_TABLES.values():
        if table.stored_as:
            yield LedgerTable(table.stored_as, table.columns, table.key, table.since)


def _of(table: str, *names: str) -> tuple[ResultColumn, ...]:
    return tuple(RESULT_TABLES[table][name] for name in names)


# Components keep their order by a position. Reports are stored in three tables: a name once, and by position its values
# of institutions and persons, and those of departments.
LEDGER_TABLES: Mapping[str, LedgerTable] = {
    table.name: table
    for table in (
        *_as_they_are(),
        LedgerTable(
            "run_component",
            (_POSITION, *_of("components", "component", "kind", "pay_class", "label")),
            ("position",),
            is_describing=True,
        ),
        LedgerTable(
            "run_report",
            (_POSITION, *_of("reports", "level", "name", "label", "unit", "scale")),
            ("position",),
            is_describing=True,
        ),
        LedgerTable(
            "report_line",
            (_POSITION, *_of("reports", "institution", "staff", "value")),
            ("position", "institution", "staff"),
        ),
        LedgerTable(
            "department_line",
            (_POSITION, *_of("department_reports", "institution", "department", "value")),
            ("position", "institution", "department"),
            since=2,
        ),
    )
}
