"""Rows of runs go into every kind of ledger and come out the same."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Connection

from batch.ledger import Ledger, bulk_rows, joined_columns, mariadb_rows, sqlite_rows
from batch.ledger.joined_columns import Spelling
from batch.ledger.results_mapping import tables_of
from batch.ledger.run_tables import RUN_TABLES, RunTable, Tables, is_ordered
from batch.results import REJECTIONS, Results
from payengine.errors import IdentityBroken, IntegrityBroken
from tests.support import ledgers, servers
from tests.support.sample_results import AWKWARD, POLICY, results

TOGETHER = 700 // len(REJECTIONS)  # rows of one INSERT on SQLite


@pytest.fixture(params=ledgers.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with ledgers.fresh(request.param, tmp_path) as url, Ledger.open(url) as opened:
        yield opened


def read(ledger: Ledger, run: str) -> Tables:
    with ledger._database.reading() as connection:
        return {
            name: pa.Table.from_batches(bulk_rows.read(connection, stored, run), stored.arrow)
            for name, stored in RUN_TABLES.items()
        }


def never(*_: Any) -> Iterator[pa.RecordBatch]:
    raise AssertionError("read row by row")


def with_rejections(records: list[str]) -> Results:
    rows = [
        {"record_id": record, "staff": "", "institution": "I00", "copy": 1, "reason": "bad_quantity"}
        for record in sorted(records, key=str.encode)
    ]
    made = results(rejected=0, rejections=pa.Table.from_pylist(rows, REJECTIONS))
    named = hashlib.sha256(repr(records).encode()).hexdigest()
    return replace(made, meta=replace(made.meta, run_id=named))


@pytest.mark.parametrize("page", [1, 2, 7, 1000])
def test_pages_of_any_size_hold_every_row_in_its_order(
    page: int, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row of a program's own is read by itself: none has a text that would be taken for two."""
    first, second = results(seed=1), results("2026-11", seed=2)
    for made in (first, second):
        ledger.stage(made, POLICY)
    spelled = bulk_rows._spelling
    monkeypatch.setattr(bulk_rows, "_spelling", lambda *given: replace(spelled(*given), page=page))
    monkeypatch.setattr(joined_columns, "_row_by_row", never)
    for made in (first, second):
        found, expected = read(ledger, made.meta.run_id), tables_of(made)
        assert {name: table.equals(expected[name]) for name, table in found.items()} == dict.fromkeys(expected, True)
        assert found["rejection"].num_rows == len(AWKWARD)


def test_a_page_ends_where_the_first_column_of_the_key_changes(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    made = results(institutions=3)
    ledger.stage(made, POLICY)
    spelled = bulk_rows._spelling
    monkeypatch.setattr(bulk_rows, "_spelling", lambda *given: replace(spelled(*given), page=1))
    with ledger._database.reading() as connection:
        batches = list(bulk_rows.read(connection, RUN_TABLES["workload"], made.meta.run_id))
    places = [set(batch["institution"].to_pylist()) for batch in batches]
    assert [len(place) for place in places] == [1] * len(places)
    assert len(places) == len(set.union(*places)) > 1


@pytest.mark.parametrize("number", [0, 1, TOGETHER - 1, TOGETHER, TOGETHER + 1, 3 * TOGETHER + 5])
def test_rows_of_any_number_are_written_once(number: int, tmp_path: Path) -> None:
    made = with_rejections([f"R{each:05}" for each in range(number)])
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        ledger.stage(made, POLICY)
        assert read(ledger, made.meta.run_id)["rejection"]["record_id"].to_pylist() == (
            made.rejections["record_id"].to_pylist()
        )
    assert sqlite_rows._VARIABLES // len(REJECTIONS) == TOGETHER


def test_chunks_without_rows_are_passed_over(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a server takes no file: there is no INSERT of nothing."""
    made = with_rejections(["a", "b"])
    ordered = RunTable.ordered

    def in_chunks(stored: RunTable, table: pa.Table) -> pa.Table:
        whole = ordered(stored, table)
        return pa.concat_tables([whole.slice(0, 0), whole.slice(0, 1), whole.slice(0, 0), whole.slice(1)])

    monkeypatch.setattr(RunTable, "ordered", in_chunks)
    by_rows = property(lambda _: False, lambda *_: None)
    monkeypatch.setattr("pymysql.connections.Connection._local_infile", by_rows, raising=False)
    ledger.stage(made, POLICY)
    assert read(ledger, made.meta.run_id)["rejection"].equals(tables_of(made)["rejection"])


def test_a_text_that_holds_a_separator_is_read_row_by_row(ledger: Ledger) -> None:
    """PostgreSQL cannot hold U+0000, so there another character separates."""
    made = with_rejections(["a\x01b", "a", "b", "\x01", "\x02"])
    ledger.stage(made, POLICY)
    assert read(ledger, made.meta.run_id)["rejection"].equals(tables_of(made)["rejection"])
    ledger.publish(made.meta.run_id)
    ledger.verify()


def test_what_the_server_cuts_off_is_read_row_by_row(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value of one cell that was cut off has as many separators as a whole one."""
    made = with_rejections(["R" * 100, "Q" * 200, "short"])
    ledger.stage(made, POLICY)
    spelled = bulk_rows._spelling

    def cut(connection: Connection, stored: RunTable) -> Spelling:
        found = spelled(connection, stored)
        if connection.dialect.name not in ("sqlite", "postgresql"):
            connection.exec_driver_sql("SET SESSION group_concat_max_len = 64")
        return replace(found, page=1, longest=60)

    monkeypatch.setattr(bulk_rows, "_spelling", cut)
    found, expected = read(ledger, made.meta.run_id), tables_of(made)
    assert {name: table.equals(expected[name]) for name, table in found.items()} == dict.fromkeys(expected, True)


def test_foreign_keys_are_checked_again_after_a_load_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes back to those that are used again."""
    monkeypatch.setattr("pyarrow.csv.write_csv", lambda *_: None)  # so there is no file to load
    stored = RUN_TABLES["rejection"]
    batch = tables_of(results())["rejection"].to_batches()[0]
    with (
        servers.database("mariadb") as url, Ledger.open(url) as ledger, ledger._database.bulk.connect() as connection
    ):  # fmt: skip
        with pytest.raises(Exception, match=r"rows\.csv"):
            mariadb_rows.write(connection, stored, 1, [batch])
        assert connection.exec_driver_sql("SELECT @@foreign_key_checks").scalar_one() == 1


def test_a_text_that_mariadb_cuts_is_no_text_of_the_ledger() -> None:
    """LOAD DATA LOCAL takes the row, and only warns."""
    row = tables_of(results())["rejection"].to_pylist()[0]
    stored = RUN_TABLES["rejection"]
    batch = pa.RecordBatch.from_pylist([{**row, "staff": "S" * 3000}], stored.arrow)
    with (
        servers.database("mariadb") as url, Ledger.open(url) as ledger, ledger._database.bulk.connect() as connection,
        pytest.raises(IdentityBroken, match="staff"),
    ):  # fmt: skip
        mariadb_rows.write(connection, stored, 1, [batch])


CHANGED = {
    "a blob that looks like the amount": "UPDATE pay_line SET amount_fen = CAST(amount_fen AS BLOB)",
    "a blob in one row": "UPDATE pay_line SET amount_fen = CAST(amount_fen AS BLOB)"
    " WHERE staff = (SELECT max(staff) FROM pay_line)",
    "a fraction": "UPDATE pay_line SET amount_fen = amount_fen + 0.5",
    "a word": "UPDATE pay_line SET amount_fen = 'much'",
    "a text cut in two": "UPDATE pay_line SET staff = staff || char(0) || 'x'",
    "bytes that are no text": "UPDATE pay_line SET funding = CAST(x'FF' AS TEXT) WHERE component = 'post_pay'",
}


@pytest.mark.parametrize("name", CHANGED)
def test_cells_that_no_program_wrote_are_found(name: str, tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    made = results()
    with Ledger.open(f"sqlite:///{file}") as ledger:
        ledger.stage(made, POLICY)
        ledger.publish(made.meta.run_id)
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("PRAGMA ignore_check_constraints = ON")
            assert database.execute(CHANGED[name]).rowcount
        with pytest.raises(Exception) as caught:  # noqa: PT011 - which one says how it was found
            ledger.verify()
        assert isinstance(caught.value, IntegrityBroken) or "UTF-8" in str(caught.value)


def test_a_row_without_the_first_column_of_its_key_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that somebody made anew may hold what the ledger's own cannot.

    No page would begin before such a row.
    """
    spelled = bulk_rows._spelling
    monkeypatch.setattr(bulk_rows, "_spelling", lambda *given: replace(spelled(*given), page=2))
    file = tmp_path / "ledger.sqlite"
    made = results()
    with Ledger.open(f"sqlite:///{file}") as ledger:
        ledger.stage(made, POLICY)
        ledger.publish(made.meta.run_id)
        ledger.verify()
        with closing(sqlite3.connect(file)) as database, database:
            database.executescript(
                "PRAGMA foreign_keys = OFF; CREATE TABLE kept AS SELECT * FROM statement_line;"
                "DROP VIEW outstanding; DROP TABLE statement_line;"
                "CREATE TABLE statement_line (run_key, institution, component, funding, amount_fen,"
                " PRIMARY KEY (run_key, institution, component, funding));"
                "INSERT INTO statement_line SELECT * FROM kept;"
                "INSERT INTO statement_line VALUES (1, NULL, 'x', '', 1); DROP TABLE kept;"
            )
        with pytest.raises(IntegrityBroken) as caught:
            ledger.verify()
        assert any("is not what the audit chain says of it" in str(problem.what) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], True),
        ([("a", 1)], True),
        ([("a", 1), ("a", 1)], True),
        ([("a", 1), ("a", 2), ("b", 0)], True),
        ([("a", 2), ("a", 1)], False),
        ([("b", 0), ("a", 1)], False),
        ([("a", 1), ("b", 0), ("b", -1)], False),
        ([("é", 1), ("z", 1)], False),
    ],
)
def test_an_order_is_that_of_bytes_column_by_column(rows: list[tuple[str, int]], expected: bool) -> None:
    columns = [[row[place] for row in rows] for place in (0, 1)]
    table = pa.table({"text": pa.array(columns[0], pa.string()), "number": pa.array(columns[1], pa.int64())})
    assert is_ordered(table, ("text", "number")) is expected
