"""Tables of the ledger as this program reads and writes them.

`migrations/` makes them, and the views.

Money is BIGINT fen, points BIGINT millionths, every other reported value BIGINT with its scale; dates and periods are
ISO text; '' stands where a column does not apply. What a finance office asks in yuan it asks of the views `due_pay`,
`paid` and `outstanding`.

`run` and the tables that hold a run's rows are written once, in one transaction, and never changed after it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    event,
)
from sqlalchemy import text as sql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateTable

from batch.ledger.column_types import Code, Document, Hexadecimal, Whole
from batch.result_tables import DATE, LABEL, LEDGER_TABLES, LedgerTable

metadata = MetaData()

DIGEST = 64  # hexadecimal digits of a SHA-256


def text(name: str, length: int = 128, **more: Any) -> Column[Any]:
    return Column(name, Code(length), nullable=False, **more)


def ascii_text(name: str, length: int, **more: Any) -> Column[Any]:
    return Column(name, Hexadecimal(length), **{"nullable": False, **more})


def document(name: str) -> Column[Any]:
    return Column(name, Document(), nullable=False)


def integer(name: str, **more: Any) -> Column[Any]:
    return Column(name, Whole(), nullable=False, **more)


def of_run() -> Column[Any]:
    return Column("run", Hexadecimal(DIGEST), ForeignKey("run.id"), nullable=False)


def table(name: str, *parts: Any, **more: Any) -> Table:
    """Describe a table of the ledger.

    It is InnoDB where that is a choice, and its integers are checked where the database does not.
    """
    columns = [part for part in parts if isinstance(part, Column) and isinstance(part.type, Whole)]
    checks = [
        CheckConstraint(f"typeof({column.name}) = 'integer'", name=f"{name}_{column.name}_integer").ddl_if("sqlite")
        for column in columns
    ]
    return Table(name, metadata, *parts, *checks, **more)


@compiles(CreateTable, "mysql", "mariadb")
def _innodb(create: CreateTable, compiler: Any, **more: Any) -> str:
    """Write the engine into the statement.

    As an option of `Table` it would import the dialects of MySQL on any ledger.
    """
    statement: str = compiler.visit_create_table(create, **more)
    return f"{statement.rstrip()}ENGINE=InnoDB" if create.element.metadata is metadata else statement


def _refers_to_runs(*_: Any, dialect: Dialect, **__: Any) -> bool:
    return dialect.name != "postgresql"


def run_table(described: LedgerTable) -> Table:
    """Describe the SQL table of a registered one: the run, its columns, and its key.

    Rows name their run by `run_key`, shorter than its id. PostgreSQL would look for the run once for every row, which
    takes twice as long as all else: there staging alone sees to it that the run is there. On SQLite the rows stand in
    the key itself, as they do on MariaDB.
    """
    made: list[Column[Any]] = [integer("run_key")]
    for column in described.columns:
        if column.is_integer:
            made.append(integer(column.name))
        elif column.kind == LABEL:
            made.append(document(column.name))
        else:
            made.append((ascii_text if column.kind == DATE else text)(column.name, column.length))
    of_run = ForeignKeyConstraint(["run_key"], ["run.key"]).ddl_if(callable_=_refers_to_runs)
    return table(
        described.name, *made, of_run, PrimaryKeyConstraint("run_key", *described.key), sqlite_with_rowid=False
    )


# One row per migration that was applied. The first is also what a writer locks, so that there is one at a time.
ledger_schema = table(
    "ledger_schema",
    integer("version", primary_key=True, autoincrement=False),
    text("engine"), ascii_text("applied_at", 32),
)  # fmt: skip

policy_text = table("policy_text", ascii_text("digest", DIGEST, primary_key=True), document("text"))

# The sources that computed runs, each file's text once. A set is all files of the formulas, or of the engine, and bears
# the digest that `run` names it by; a run of before version 4 has none.
source_text = table("source_text", ascii_text("digest", DIGEST, primary_key=True), document("text"))
source_file = table(
    "source_file",
    ascii_text("set_digest", DIGEST), ascii_text("path", 255),
    Column("text_digest", Hexadecimal(DIGEST), ForeignKey("source_text.digest"), nullable=False),
    PrimaryKeyConstraint("set_digest", "path"),
)  # fmt: skip

run = table(
    "run",
    ascii_text("id", DIGEST, primary_key=True),
    ascii_text("period", 7, index=True),
    ascii_text("snapshot", DIGEST),
    Column("policy", Hexadecimal(DIGEST), ForeignKey("policy_text.digest"), nullable=False),
    ascii_text("formulas", DIGEST),
    text("engine"),
    document("holds"),  # JSON: institution -> reason
    document("details"),  # JSON: what else the register tells (row counts, warnings, tables that were empty)
    document("digests"),  # JSON: table -> logical digest of its rows
    integer("complete"),  # 1; 0 in what an older program left half written
    ascii_text("staged_at", 32), text("staged_by"),
    # The run's number within this ledger: no digest covers it, and no other ledger knows it.
    integer("key", server_default=sql("0")),
    Index("ix_run_key", "key", unique=True),
)  # fmt: skip

# What a staged run is meant to replace: `run --revise REASON`. Publication holds it to exactly that.
proposal = table(
    "proposal",
    Column("run", Hexadecimal(DIGEST), ForeignKey("run.id"), primary_key=True),
    Column("revises", Hexadecimal(DIGEST), ForeignKey("run.id"), nullable=False),
    integer("revision"),  # that the period would get
    document("reason"),
)  # fmt: skip

# The tables that hold the rows of runs, as the registry of results describes them.
RUN_TABLES = {name: run_table(described) for name, described in LEDGER_TABLES.items()}
run_report, report_line = RUN_TABLES["run_report"], RUN_TABLES["report_line"]

publication = table(
    "publication",
    ascii_text("period", 7), integer("revision"),
    of_run(),
    Column("previous", Hexadecimal(DIGEST), ForeignKey("run.id"), nullable=True),
    document("reason"), ascii_text("published_at", 32), text("published_by"),
    PrimaryKeyConstraint("period", "revision"),
)  # fmt: skip

# What a publication saw of what is implausible, and what of it was accepted. Beside the runs: these depend on the
# ledger and the moment. The publication's entry in the audit chain names their digest.
published_finding = table(
    "published_finding",
    ascii_text("period", 7), integer("revision"),
    text("kind", 64), text("subject", 255), text("severity", 32),
    integer("found"),  # rows, persons or cells
    document("told"),  # JSON: the sentence, the first rows, what to do
    PrimaryKeyConstraint("period", "revision", "kind", "subject"),
    ForeignKeyConstraint(["period", "revision"], ["publication.period", "publication.revision"]),
)  # fmt: skip

finding_acceptance = table(
    "finding_acceptance",
    ascii_text("period", 7), integer("revision"),
    text("kind", 64), text("subject", 255),  # subject '': all findings of the kind
    document("reason"), ascii_text("accepted_at", 32), text("accepted_by"),
    PrimaryKeyConstraint("period", "revision", "kind", "subject"),
    ForeignKeyConstraint(["period", "revision"], ["publication.period", "publication.revision"]),
)  # fmt: skip

# What left, or was closed by hand. A payment, its lines and what it carries are written once; its state follows from
# its steps, which are only added. Its entries in the audit chain name its digest.
payment = table(
    "payment",
    integer("number", primary_key=True, autoincrement=False),
    text("kind", 16),  # payment, or closing of a carried balance
    ascii_text("period", 7), text("scope", 16), ascii_text("pay_date", 10),  # '' of a closing
    document("reason"), document("details"),  # details: JSON, what it was made from
    ascii_text("digest", DIGEST),
    ascii_text("made_at", 32), text("made_by"),
)  # fmt: skip


def of_payment() -> Column[Any]:
    return Column("payment", Whole(), ForeignKey("payment.number"), nullable=False)


_PAID = ("payment", "period", "institution", "staff", "component", "funding")


def paid_key() -> list[Column[Any]]:
    """List the columns of what is paid: its period, institution, person ('': a statement)."""
    return [
        of_payment(), ascii_text("period", 7), text("institution"), text("staff"), text("component"),
        text("funding", 64),
    ]  # fmt: skip


payment_line = table(
    "payment_line",
    *paid_key(),
    integer("revision"), integer("previous_revision"),
    integer("amount_fen"),
    text("cause", 16),
    PrimaryKeyConstraint(*_PAID),
    Index("ix_payment_line_origin", "period", "institution", "staff"),
)  # fmt: skip

payment_carried = table("payment_carried", *paid_key(), integer("amount_fen"), PrimaryKeyConstraint(*_PAID))

payment_step = table(
    "payment_step",
    of_payment(),
    integer("position"),
    text("action", 16),
    text("institution"), text("staff"),  # whose transfer was returned; '' else
    document("reason"), ascii_text("made_at", 32), text("made_by"),
    PrimaryKeyConstraint("payment", "action", "institution", "staff"),
    UniqueConstraint("payment", "position"),
)  # fmt: skip

audit_entry = table(
    "audit_entry",
    integer("number", primary_key=True, autoincrement=False),
    document("entry"),  # canonical JSON
    ascii_text("previous", DIGEST),
    ascii_text("hash", DIGEST),
    UniqueConstraint("previous"),
)  # fmt: skip

# What was done with a run before its publication, each bound to a digest of what stood there, and with an entry of the
# same number in the audit chain: steps, objections, and their answers.
run_step = table(
    "run_step",
    integer("number", primary_key=True, autoincrement=False),
    Column("run", Hexadecimal(DIGEST), ForeignKey("run.id"), nullable=False, index=True),
    text("step", 32), ascii_text("digest", DIGEST),
    integer("days"),  # of an announcement, else 0
    integer("answers"),  # number of the objection that is answered, else 0
    document("document"), document("reason"),
    ascii_text("made_at", 32), text("made_by"),
)  # fmt: skip

# Who looked at records, exports or archives. Only added to, by readers too; in no entry of the audit chain.
access_log = table(
    "access_log",
    integer("number", primary_key=True, autoincrement=False),
    ascii_text("accessed_at", 32), text("accessed_by"), text("action", 32),
    ascii_text("period", 7), ascii_text("run", DIGEST), text("institution"), text("staff"), document("detail"),
)  # fmt: skip

# Triggers of SQLite, by name and text; any other on the ledger's tables is a stranger (`strangers.py`).
SQLITE_TRIGGERS = {
    f"access_log_not_{done}": f"CREATE TRIGGER access_log_not_{done} BEFORE {doing} ON access_log"
    " BEGIN SELECT RAISE(ABORT, 'access_log is only added to'); END"
    for done, doing in (("updated", "UPDATE"), ("deleted", "DELETE"))
}
for _statement in SQLITE_TRIGGERS.values():
    event.listen(access_log, "after_create", DDL(_statement).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
