"""Canonical input tables: their columns, kinds, keys and bounds.

One description, read by the source readers, the checks, the documentation and its test. Kinds of columns:

text     compared byte for byte, surrounding blanks refused, empty is ''
code     text that may not be empty
day      a local date; int32 days since 1970-01-01
from     the inclusive start of an interval, never empty
until    its exclusive end; empty is `OPEN`
fixed    an exact number with at most `decimals` decimals; int64 in units of 10**-decimals
count    a whole number; int64
flag     yes/no
period   `2026-10`, `2026-Q4`, `2026-H2` or `2026`

To add a table: an entry of `TABLES`; the inputs that read it in `inputs/catalogue.py`; its sections in docs/input.md
and docs/formulas.md; its rows in `tests/support/input_county.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

TIME_ZONE = "Asia/Shanghai"  # in which dates are local dates
LARGEST_FIXED = 10**15  # bound of every fixed column in its smallest units: 10 trillion yuan, 10**11 equivalents
LARGEST_QUANTITY = 10**14  # bound of a quantity in hundredths, so that quantity x share fits 63 bits
LARGEST_FACTOR = 2**31 - 1  # bound of equivalents and difficulty in ten-thousandths, so that their product fits 62 bits
MOST_MINUTES = 100_000  # of one service: a course of ten weeks
NO_LIMIT = -1  # `limit_count` of an item without a limit; any count that is not given

KINDS_OF_INSTITUTION = (
    "county_hospital", "tcm_hospital", "maternal_child", "cdc",
    "township_center", "community_center", "community_station", "village_clinic",
)  # fmt: skip
DEPARTMENT_CLASSES = (
    "clinical", "nursing", "public_health", "medical_technology", "pharmacy", "management", "support",
)  # fmt: skip
EMPLOYMENTS = ("established", "filed", "contract", "dispatched", "rehired", "village")
PAY_SCHEMES = ("standard", "agreement")
NOT_FOLLOWED_UP = "none"  # a case of which nothing is to be put right
CASE_STATUSES = (NOT_FOLLOWED_UP, "fed_back", "reminded", "rectified")
LIMIT_PERIODS = ("day", "month", "quarter", "year")
SHARES_OF_WHOLE, SHARES_OF_ROLES = "of_whole", "of_roles"
SHARES = (SHARES_OF_WHOLE, SHARES_OF_ROLES)  # of a service's rows: parts that sum to 1, or each of its own role
YUAN, PERCENT = "¥", "%"
CATEGORIES = ("basic_medical", "public_health", "family_doctor", "directed")  # a policy may name more


@dataclass(frozen=True)
class Column:
    """Column; `choices` are the only values allowed, `empty` tells if it may be empty.

    A column with a `default` (a text or a flag) may be absent from its table: that value stands then in every row, and
    otherwise in the rows where the column is empty. One that `may_lack` may be absent, too: nothing is given then.
    """

    name: str
    kind: str = "text"
    decimals: int = 0
    empty: bool = True
    choices: tuple[str, ...] = ()
    refers: str = ""  # the table in whose key the code must stand
    least: int | None = None  # smallest value allowed, in the column's smallest units
    greatest: int = LARGEST_FIXED
    default: str = ""
    may_lack: bool = False
    private: bool = False  # the value stands in no message: it names a patient
    sign: str = ""  # that people write beside the number: YUAN, or PERCENT where 50% is 0.5

    @property
    def optional(self) -> bool:
        """Tell if a source may lack the column; without a default it then is an open end."""
        return self.default != "" or self.kind == "open" or self.may_lack


@dataclass(frozen=True)
class Table:
    """Input table; `key` names the key columns without `from`.

    Intervals of one key may not overlap.

    `axis_column`: the column by which formulas ask for a period's amounts. `is_paid`: these are pay or paid work, so a
    run tells of those that no formula reads. `kept_if_given`: a source without the table freezes to the snapshot to
    which it froze before there was such a table.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    optional: bool = False
    axis_column: str = ""
    is_paid: bool = False
    kept_if_given: bool = False

    @property
    def dated(self) -> bool:
        """Tell if rows hold for an interval."""
        return any(column.kind == "from" for column in self.columns)

    @property
    def required_columns(self) -> tuple[Column, ...]:
        """Columns that every source of the table has."""
        return tuple(column for column in self.columns if not column.optional)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def code(name: str, refers: str = "") -> Column:
    return Column(name, "code", empty=False, refers=refers)


def text(name: str, refers: str = "", choices: tuple[str, ...] = (), empty: bool = True) -> Column:
    return Column(name, "text", refers=refers, choices=choices, empty=empty)


def fixed(
    name: str,
    decimals: int,
    least: int | None = None,
    empty: bool = False,
    greatest: int = LARGEST_FIXED,
    sign: str = "",
) -> Column:
    return Column(name, "fixed", decimals=decimals, least=least, empty=empty, greatest=greatest, sign=sign)


def part(name: str, least: int | None = None, empty: bool = False, greatest: int = LARGEST_FIXED) -> Column:
    """Describe a column of parts or multiples of one whole."""
    return fixed(name, 4, least, empty, greatest, PERCENT)


def flag(name: str) -> Column:
    return Column(name, "flag", empty=False)


INTERVAL = (Column("from", "from", empty=False), Column("until", "until"))
PERIOD = Column("period", "period", empty=False)
MONEY = fixed("amount", 2, sign=YUAN)

TABLES: tuple[Table, ...] = (
    Table(
        "institution",
        (
            code("code"),
            text("name"),
            text("kind", choices=KINDS_OF_INSTITUTION, empty=False),
            text("parent", "institution"),
            Column("public_class", "count", empty=False, least=1, greatest=2),
            *INTERVAL,
        ),
        key=("code",),
    ),
    Table("staff", (code("code"), text("name"), Column("first_worked", "day")), key=("code",)),
    Table(
        "engagement",
        (
            code("staff", "staff"),
            code("institution", "institution"),
            text("employer", "institution"),
            text("department"),
            text("department_class", choices=DEPARTMENT_CLASSES, empty=False),
            text("role"),
            text("title"),
            text("education"),
            text("employment", choices=EMPLOYMENTS, empty=False),
            text("pay_scheme", choices=PAY_SCHEMES, empty=False),
            flag("director"),
            part("fte", least=0),
            part("post_coefficient", least=0),
            *INTERVAL,
        ),
        key=("staff", "institution"),
    ),
    Table("license", (code("staff", "staff"), code("kind"), *INTERVAL), key=("staff", "kind"), optional=True),
    Table(
        "absence",
        (code("staff", "staff"), code("kind"), flag("blocks_service"), *INTERVAL),
        key=("staff", "kind"),
        optional=True,
    ),
    Table(
        "team_member",
        (code("team"), code("staff", "staff"), part("share", least=1, empty=True), *INTERVAL),
        key=("team", "staff"),
        optional=True,
    ),
    Table(
        "service_item",
        (
            code("code"),
            text("name"),
            code("category"),
            fixed("equivalents", 4, least=0, greatest=LARGEST_FACTOR),
            text("license"),
            Column("limit_count", "count", least=0),
            text("limit_period", choices=LIMIT_PERIODS),
            *INTERVAL,
            Column("shares", choices=SHARES, default=SHARES_OF_WHOLE),
            Column("joint", "flag", default="no"),
            Column("minutes", "count", least=1, greatest=MOST_MINUTES, may_lack=True),
        ),
        key=("code",),
    ),
    Table(
        "difficulty",
        (
            code("institution", "institution"),
            text("item", "service_item"),
            part("coefficient", least=0, greatest=LARGEST_FACTOR),
            *INTERVAL,
        ),
        key=("institution", "item"),
        optional=True,
    ),
    Table(
        "service_record",
        (
            code("record_id"),
            Column("service_date", "day", empty=False),
            text("institution"),
            text("staff"),
            text("item"),
            fixed("quantity", 2, empty=True, greatest=LARGEST_QUANTITY),
            part("share", empty=True),
            Column("patient", private=True),
            text("reverses"),
        ),
    ),
    Table(
        "service_summary",
        (
            code("institution", "institution"),
            text("staff", "staff"),
            code("item", "service_item"),
            PERIOD,
            Column("quantity", "count", empty=False, least=0, greatest=LARGEST_QUANTITY // 100),
        ),
        key=("institution", "staff", "item", "period"),
        optional=True,
    ),
    Table(
        "patient",
        (Column("patient", "code", empty=False, private=True), Column("died", "day", empty=False)),
        key=("patient",),
        optional=True,
    ),
    Table(
        "appraisal",
        (
            code("institution", "institution"),
            text("staff", "staff"),
            code("indicator"),
            fixed("score", 4, least=0),
            fixed("full_score", 4, least=1),
            PERIOD,
        ),
        key=("institution", "staff", "indicator", "period"),
        optional=True,
        axis_column="indicator",
    ),
    Table(
        "finance",
        (code("institution", "institution"), code("line"), MONEY, PERIOD),
        key=("institution", "line", "period"),
        optional=True,
        axis_column="line",
    ),
    Table(
        "pay_component",
        (code("staff", "staff"), code("institution", "institution"), code("component"), MONEY, PERIOD),
        key=("staff", "institution", "component", "period"),
        optional=True,
        axis_column="component",
        is_paid=True,
    ),
    Table(
        "directed_task",
        (
            code("institution", "institution"),
            text("staff", "staff"),
            code("task"),
            Column("count", "count", empty=False, least=0),
            PERIOD,
        ),
        key=("institution", "staff", "task", "period"),
        optional=True,
        axis_column="task",
        is_paid=True,
    ),
    Table(
        "measure",
        (code("institution", "institution"), code("name"), fixed("value", 4), PERIOD),
        key=("institution", "name", "period"),
        optional=True,
        axis_column="name",
    ),
    Table(
        "adjustment",
        (
            code("institution", "institution"),
            text("staff", "staff"),
            code("component"),
            MONEY,
            code("case"),
            text("approver", empty=False),
            PERIOD,
            Column("status", choices=CASE_STATUSES, default=NOT_FOLLOWED_UP),
            Column("deadline", "open"),
        ),
        key=("institution", "staff", "component", "case", "period"),
        optional=True,
        axis_column="component",
        is_paid=True,
    ),
    Table(
        "second_distribution",
        (
            code("institution", "institution"),
            text("department"),
            code("component"),
            code("staff", "staff"),
            fixed("amount", 2, least=0, sign=YUAN),
            text("signed_by", empty=False),
            PERIOD,
        ),
        key=("institution", "department", "component", "staff", "period"),
        optional=True,
        axis_column="component",
        is_paid=True,
        kept_if_given=True,
    ),
    Table(
        "contract",
        (
            code("contract"),
            code("institution", "institution"),
            text("team"),
            text("package"),
            code("source"),
            MONEY,
            *INTERVAL,
            Column("cancelled_on", "day"),
        ),
        key=("contract", "source"),
        optional=True,
    ),
    Table(
        "comparator",
        (code("cell"), fixed("mean", 2, sign=YUAN), fixed("heads", 2, least=0), PERIOD),
        key=("cell", "period"),
        optional=True,
        axis_column="cell",
    ),
    Table(
        "calendar",
        (Column("day", "day", empty=False), flag("working"), text("name")),
        key=("day",),
        optional=True,
    ),
    Table(
        "opening_balance",
        (code("institution", "institution"), text("staff", "staff"), code("name"), MONEY, PERIOD),
        key=("institution", "staff", "name", "period"),
        optional=True,
        axis_column="name",
    ),
)

BY_NAME = {table.name: table for table in TABLES}

# The office's own codes of services, each with the item that it means from and until a day. It is read beside the input
# tables and applied to the records: a snapshot holds what comes of it.
SINCE_EVER = "1900-01-01"
ITEM_MAP = Table(
    "item_map",
    (
        code("source_item"),
        code("item", "service_item"),
        Column("from", "from", default=SINCE_EVER),
        Column("until", "until", may_lack=True),
    ),
    key=("source_item",),
    optional=True,
)
SOURCE_TABLES = (*TABLES, ITEM_MAP)  # what a source may hold
SOURCE_BY_NAME = {table.name: table for table in SOURCE_TABLES}
RECORD = BY_NAME["service_record"]
SUMMARY = BY_NAME["service_summary"]  # its rows become records of the month
FROM_SUMMARIES = "from_summaries"  # of a month's counts, where there are any: the records made of them
REFERENCE = tuple(table for table in TABLES if table is not RECORD)

REASONS = (
    "duplicate_row", "inconsistent_record", "reversed", "unknown_institution", "unknown_staff", "unknown_item",
    "bad_quantity", "bad_share", "no_patient", "institution_closed", "item_not_in_force", "not_engaged", "absent",
    "not_licensed", "after_death", "over_limit",
)  # fmt: skip  # why a row is not paid, in the order in which they apply


def opening_row(institution: str, name: str, fen: int, period: object) -> str:
    """Write an institution's row of `opening_balance` that holds from a period on, as CSV."""
    sign, amount = "-" if fen < 0 else "", abs(fen)
    return f"{institution},,{name},{sign}{amount // 100}.{amount % 100:02},{period}"
