"""Damages of a ledger: rows changed by hand, foreign triggers and views, rights."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing

from tests.reliability.damage import PUBLISHED, REFUSED, SAME, STAGED, NoEffect, Office, damage


def execute(office: Office, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(office.ledger)) as connection, connection:
        if connection.execute(statement, values).rowcount == 0:
            raise NoEffect(statement)


@damage("staged_run", REFUSED, stage=STAGED, code=7)
def staged_pay_line_changed(office: Office) -> tuple[str, ...]:
    execute(office, "UPDATE pay_line SET amount_fen = amount_fen + 100")
    return (office.run[:12], "pay_line")


@damage("staged_run", REFUSED, stage=STAGED, code=7)
def staged_header_changed(office: Office) -> tuple[str, ...]:
    execute(office, "UPDATE run SET snapshot = ?", "0" * 64)
    return (office.run[:12],)


@damage("staged_run", REFUSED, stage=STAGED, code=7)
def staged_report_deleted(office: Office) -> tuple[str, ...]:
    execute(
        office, "DELETE FROM report_line WHERE (position, staff) IN (SELECT position, staff FROM report_line LIMIT 1)"
    )
    return (office.run[:12], "report_line")


@damage("published_run", REFUSED, stage=PUBLISHED, code=7)
def published_pay_line_changed(office: Office) -> tuple[str, ...]:
    execute(office, "UPDATE pay_line SET amount_fen = amount_fen + 100")
    return (office.run[:12], "pay_line")


@damage("published_run", REFUSED, stage=PUBLISHED, code=7)
def published_pay_line_deleted(office: Office) -> tuple[str, ...]:
    execute(office, "DELETE FROM pay_line WHERE (staff, component) IN (SELECT staff, component FROM pay_line LIMIT 1)")
    return (office.run[:12], "pay_line")


@damage("published_run", REFUSED, stage=PUBLISHED, code=7)
def published_work_changed(office: Office) -> tuple[str, ...]:
    execute(office, "UPDATE workload SET points_micro = points_micro + 1")
    return (office.run[:12], "workload")


@damage("published_run", REFUSED, stage=PUBLISHED, code=7)
def published_header_changed(office: Office) -> tuple[str, ...]:
    execute(office, "UPDATE run SET snapshot = ?", "0" * 64)
    return (office.run[:12],)


@damage("published_run", REFUSED, stage=PUBLISHED, code=7)
def policy_of_a_run_changed(office: Office) -> tuple[str, ...]:
    execute(office, "UPDATE policy_text SET text = text || ' '")
    return ("policy",)


@damage("published_run", REFUSED, stage=PUBLISHED, code=7)
def hold_written_in(office: Office) -> tuple[str, ...]:
    execute(office, """UPDATE run SET holds = '{"I1": "later"}'""")
    return (office.run[:12],)


@damage("chain", REFUSED, stage=PUBLISHED, code=7)
def publication_deleted(office: Office) -> tuple[str, ...]:
    execute(office, "DELETE FROM publication")
    return ("publication",)


@damage("chain", REFUSED, stage=PUBLISHED, code=7)
def publication_numbered_anew(office: Office) -> tuple[str, ...]:
    execute(office, "UPDATE publication SET revision = 2")
    return ("publication",)


@damage("chain", REFUSED, stage=PUBLISHED, code=7)
def entry_of_the_chain_changed(office: Office) -> tuple[str, ...]:
    execute(office, "UPDATE audit_entry SET entry = entry || ' ' WHERE number = 1")
    return ("audit_entry", "1")


@damage("chain", REFUSED, stage=PUBLISHED, code=7)
def entry_of_the_chain_deleted(office: Office) -> tuple[str, ...]:
    execute(office, "DELETE FROM audit_entry WHERE number = 1")
    return ("audit_entry",)


@damage("foreign_objects", REFUSED, stage=STAGED, code=7)
def trigger_added(office: Office) -> tuple[str, ...]:
    with closing(sqlite3.connect(office.ledger)) as connection:
        connection.execute(
            "CREATE TRIGGER more AFTER INSERT ON publication BEGIN UPDATE pay_line SET amount_fen = 0; END"
        )
    return ("more",)


@damage("foreign_objects", REFUSED, stage=PUBLISHED, code=7)
def view_added(office: Office) -> tuple[str, ...]:
    with closing(sqlite3.connect(office.ledger)) as connection:
        connection.execute("CREATE VIEW due AS SELECT * FROM pay_line")
    return ("due",)


@damage("ledger_rights", SAME, stage=PUBLISHED)
def ledger_read_only(office: Office) -> tuple[str, ...]:
    office.ledger.chmod(0o400)
    mode = stat.S_IMODE(office.folder.stat().st_mode)
    office.undo.append(lambda: office.folder.chmod(mode))
    office.folder.chmod(0o500)
    return ()


@damage("ledger_file", REFUSED, stage=STAGED, code=6)
def ledger_gone(office: Office) -> tuple[str, ...]:
    office.ledger.unlink()
    return ("ledger.sqlite", "2026-10")


@damage("ledger_file", REFUSED, stage=PUBLISHED, code=6)
def ledger_of_other_bytes(office: Office) -> tuple[str, ...]:
    office.ledger.write_bytes(office.rng.randbytes(5000))
    return ("ledger.sqlite",)
