"""Databases as sources: queries, rows left out at the source, stored numbers, errors."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from batch import input_tables as tables
from batch.sources import Binds, Source, SourceSettings, open_source
from batch.sources.any_database import OtherSource
from batch.sources.databases import DatabaseSource
from batch.sources.sql import with_dates
from batch.values import parse as values
from payengine.errors import Refused, Unavailable, UsageError
from payengine.periods import Period
from tests.support import input_county, servers

OCTOBER = Binds.of(Period.parse("2026-10"))
KINDS = ("sqlite", "duckdb", "postgresql", "mariadb")
FIELDS = [column.name for column in tables.RECORD.columns]


def typed(source: Source, table: str) -> list[dict[str, Any]]:
    """The rows of a table, typed; a value that cannot be read as its message."""
    found = []
    for raw in source.read(table, OCTOBER):
        batch, faults = values.parse_batch(tables.BY_NAME[table], raw)
        rows = batch.to_pylist()
        for fault in faults:
            for at, row in enumerate(fault.rows):
                rows[row][fault.column.name] = fault.what(at)
        found += rows
    return found


@contextmanager
def database(kind: str, folder: Path, *statements: str) -> Iterator[SourceSettings]:
    """A database of a kind with what the statements make."""
    if kind == "sqlite":
        with closing(sqlite3.connect(folder / "a.sqlite")) as connection, connection:
            connection.executescript(";".join(statements))
        yield SourceSettings(url="sqlite:///a.sqlite")
    elif kind == "duckdb":
        with duckdb.connect(str(folder / "a.duckdb")) as connection:
            connection.execute(";".join(statements))
        yield SourceSettings(url="duckdb:///a.duckdb")
    else:
        with servers.database(kind) as url:
            engine = create_engine(url)
            with engine.begin() as connection:
                for statement in statements:
                    connection.execute(text(statement.replace('"', "`") if kind == "mariadb" else statement))
            engine.dispose()
            yield SourceSettings(url=url)


def quoted(row: tuple[str | None, ...]) -> str:
    return "(" + ", ".join("NULL" if value is None else f"'{value}'" for value in row) + ")"


# --- queries ----------------------------------------------------------------------------------------------------


def test_dates_are_filled_in_and_nothing_else_is_touched() -> None:
    opaque = "SELECT a::date, ':first_day', \":x\", 'it''s :y' -- :z\n FROM t /* :w */ "
    query = opaque + "WHERE d >= :year_start AND d < :next_period;"
    assert with_dates(query, OCTOBER, "q") == opaque + "WHERE d >= '2026-01-01' AND d < '2026-11-01'"


def test_a_name_that_is_not_bound_is_refused_with_the_nearest() -> None:
    with pytest.raises(Refused) as refused:
        with_dates("SELECT * FROM t WHERE d >= :yearstart AND e = :foo", OCTOBER, "query service_record")
    assert [problem.what for problem in refused.value.problems] == [
        ":yearstart is not bound in a query (did you mean :year_start?)", ":foo is not bound in a query",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_query_may_stand_for_a_table(kind: str, tmp_path: Path) -> None:
    make = [
        "CREATE TABLE v_staff (gh varchar(10), xm varchar(10), tel varchar(10), d date)",
        "INSERT INTO v_staff VALUES ('S1', '王䶮', '139', '2026-10-31'), ('S2', '李', '138', '2026-11-01')",
    ]
    query = (
        "WITH a AS (SELECT * FROM v_staff WHERE d >= :first_day AND d < :next_period)\n"
        "SELECT gh AS code, xm AS name, d AS first_worked FROM a; "
    )
    with (
        database(kind, tmp_path, *make) as found,
        open_source(SourceSettings(found.url, queries={"staff": query}), tmp_path) as source,
    ):
        assert source.present() == {"staff"}
        assert typed(source, "staff") == [{"code": "S1", "name": "王䶮", "first_worked": 20_757}]
        assert source.place("staff", 0).row is None
        assert source.where("staff") == f"query staff on {source.name}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_query_that_the_database_refuses_is_told_in_its_words(kind: str, tmp_path: Path) -> None:
    with database(kind, tmp_path, "CREATE TABLE a (b integer)") as found:
        for query in ("SELECT nowhere FROM a", "SELEC 1", "SELECT * FROM nowhere"):
            settings = SourceSettings(found.url, queries={"staff": query})
            with open_source(settings, tmp_path) as source, pytest.raises(Refused) as refused:
                list(source.read("staff", OCTOBER))
            [problem] = refused.value.problems
            assert problem.what.startswith("the database refuses it: ")
            assert len(problem.what.splitlines()) == 1
            assert problem.where == f"query staff on {source.name}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_misspelt_view_is_one_problem_and_no_other_table_is_blamed(kind: str, tmp_path: Path) -> None:
    make = [
        "CREATE TABLE staff (code varchar(9), name varchar(9))",
        "CREATE TABLE engagement (staff varchar(9), institution varchar(9))",
        "CREATE TABLE v_institution (a integer)",
    ]
    with database(kind, tmp_path, *make) as found:
        settings = SourceSettings(found.url, queries={"institution": "SELECT * FROM v_institutoin"})
        with open_source(settings, tmp_path) as source:
            problems = source.problems()
            refused = [problem for problem in problems if problem.what.startswith("the database refuses it: ")]
            assert [problem.where for problem in refused] == [f"query institution on {source.name}"], problems
            assert "v_institutoin" in refused[0].what
            assert not any("abort" in problem.what for problem in problems), problems


@pytest.mark.parametrize("kind", KINDS)
def test_missing_tables_and_columns_are_told_with_what_there_is(kind: str, tmp_path: Path) -> None:
    make = ["CREATE TABLE staf (a integer)", "CREATE TABLE license (staff integer, sort integer)"]
    with database(kind, tmp_path, *make) as found, open_source(found, tmp_path) as source:
        problems = {problem.what: problem for problem in source.problems()}
    assert problems["table staff is missing (did you mean staf?)"].where == source.name
    assert problems["column kind is missing"].where == f"table license of {source.name}"
    assert problems["column kind is missing"].remedy == "the columns are: staff, sort"


# --- what is left out at the source -----------------------------------------------------------------------------

ROWS: list[tuple[str | None, ...]] = [
    ("in the period", "2026-10-05", None), ("in the year", "2026-01-01", None),
    ("the year before", "2025-12-28", None), ("the day after", "2026-11-01", ""),
    ("reversing, later", "2026-11-01", "x"), ("reversing, long ago", "2001-01-01", "x"),
    ("reversing a blank", "2001-01-01", " "), ("no date", None, None),
]  # fmt: skip
TEXT_ROWS: list[tuple[str | None, ...]] = [
    ("slashes", "2001/1/1", None), ("no such day", "2001-02-30", None), ("with a blank", "2001-01-01 ", None),
    ("empty", "", None), ("compact", "20010101", None),
    ("with a time", "2001-01-01 10:00:00", None), ("month end", "2001-01-31", None),
]  # fmt: skip
NEVER_LEFT_OUT = {
    "in the period", "in the year", "reversing, later", "reversing, long ago", "reversing a blank", "no date",
    "no such day", "with a blank", "empty",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("day", ["date", "varchar(30)", "timestamp"])
def test_rows_are_left_out_only_if_their_date_surely_lies_elsewhere(kind: str, day: str, tmp_path: Path) -> None:
    """No row is left out that must be read.

    These are rows of the period or its year, reversing ones, and those with a date that must be refused.
    """
    rows = ROWS + (TEXT_ROWS if day == "varchar(30)" or kind == "sqlite" else [])
    kinds = [f"{name} {day} NULL" if name == "service_date" else f"{name} varchar(40)" for name in FIELDS]
    filled = [(name, date, "I", "S", "A", "1", "1", "P", reverses) for name, date, reverses in rows]
    make = [
        f"CREATE TABLE service_record ({', '.join(kinds)})",
        f"INSERT INTO service_record VALUES {', '.join(map(quoted, filled))}",
    ]
    with database(kind, tmp_path, *make) as found, open_source(found, tmp_path) as source:
        read = {row["record_id"] for row in typed(source, "service_record")}
    assert read >= NEVER_LEFT_OUT & {name for name, *_ in rows}
    assert not read & {"the year before", "the day after"}


# --- numbers and texts as they are stored -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_doubles_are_their_shortest_form_and_floats_theirs(kind: str, tmp_path: Path) -> None:
    double = {"postgresql": "double precision", "sqlite": "REAL"}.get(kind, "double")
    single = "real" if kind == "postgresql" else "float"
    make = [
        f"CREATE TABLE team_member (team varchar(20), staff {double}, share {single}, "
        '"from" varchar(20), "until" varchar(20))',
        f"CREATE TABLE finance (institution varchar(9), line varchar(9), amount {double}, period varchar(9))",
        "INSERT INTO team_member VALUES ('T', 1001, 0.3, '2026-01-01', NULL), "
        "('U', 123456789012345678, 0.30004, '2026-01-01', '')",
        "INSERT INTO finance VALUES ('I', 'a', 0.1, '2026'), ('I', 'b', 1234567890123.45, '2026'), "
        "('I', 'c', -0.07, '2026'), "
        "('I', 'd', 1e0 / 3, '2026'), ('I', 'e', 1e15, '2026'), ('I', 'f', 4.35, '2026'), ('I', 'g', NULL, '2026')",
    ]
    with database(kind, tmp_path, *make) as found, open_source(found, tmp_path) as source:
        members, amounts = typed(source, "team_member"), [row["amount"] for row in typed(source, "finance")]
    assert [members[0]["staff"], members[0]["share"]] == ["1001", 3_000]
    assert "123456789012345" in members[1]["staff"] or "1.23456789" in members[1]["staff"]
    assert "cut" in members[1]["staff"] or "15 digits" in members[1]["staff"]
    assert members[1]["share"] == "0.30004 has more than 4 decimals"
    assert amounts[:3] == [10, 123_456_789_012_345, -7]
    assert amounts[3].startswith("0.333333333333333")
    assert amounts[3].endswith(" has more than 2 decimals")
    assert amounts[4].endswith("is more than 10000000000000")
    assert amounts[5:] == [435, "is empty"]


def test_sqlite_values_are_read_each_in_its_own_type(tmp_path: Path) -> None:
    """Each SQLite value is read in its own type.

    A column of SQLite may hold anything: the type that ADBC would infer from the first rows does not matter.
    """
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection, connection:
        connection.execute("CREATE TABLE staff (code, name, first_worked)")
        connection.executemany("INSERT INTO staff VALUES (?, ?, ?)", [(n, None, None) for n in range(70_000)])
        connection.executemany(
            "INSERT INTO staff VALUES (?, ?, ?)",
            [("甲", "x", "2020-01-01"), (2.0, 3.5, 20200101), (b"raw", b"\xff", "x"), (1e15, "", None)],
        )
    with open_source(SourceSettings(url="sqlite:///a.sqlite"), tmp_path) as source:
        rows = typed(source, "staff")
    assert len(rows) == 70_004
    assert [row["code"] for row in rows[-4:]] == [
        "甲", "2", "raw", "1.0e+15 is a code that a spreadsheet cut; export the column as text",
    ]  # fmt: skip
    assert [row["name"] for row in rows[-4:]] == ["x", "3.5", "\\xff is not UTF-8 text", ""]
    assert [row["first_worked"] for row in rows[-4:]] == [
        18_262,
        18_262,
        "x is not a date; write it as 2026-10-03",
        None,
    ]


def test_postgresql_types_that_are_not_plain(tmp_path: Path) -> None:
    make = [
        "CREATE TYPE kinds AS ENUM ('physician', 'nurse')",
        'CREATE TABLE license (staff char(8), kind kinds, "from" date, until timestamptz)',
        "INSERT INTO license VALUES ('S1', 'nurse', '2020-01-01', 'infinity'), "
        "('王', 'physician', '-infinity', '2020-02-29 16:00+00')",
        "CREATE TABLE patient (patient uuid, died timestamp)",
        "INSERT INTO patient VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2026-02-28 23:59')",
    ]
    with database("postgresql", tmp_path, *make) as found, open_source(found, tmp_path) as source:
        assert typed(source, "license") == [
            {"staff": "S1", "kind": "nurse", "from": 18_262, "until": 2**31 - 1},
            {
                "staff": "王",
                "kind": "physician",
                "from": "-infinity is not a date; write it as 2026-10-03",
                "until": 18_322,
            },
        ]
        assert typed(source, "patient") == [{"patient": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "died": 20_512}]


def test_mariadb_types_that_are_not_plain(tmp_path: Path) -> None:
    make = [
        "CREATE TABLE absence (staff char(8), kind enum('leave', 'sick'), blocks_service bit(1), "
        "`from` datetime, until date)",
        "SET sql_mode = ''",
        "INSERT INTO absence VALUES ('S1', 'leave', 1, '2020-01-01 10:00:00', NULL), "
        "('王', 'sick', 0, '2020-02-29', '0000-00-00')",
    ]
    with database("mariadb", tmp_path, *make) as found, open_source(found, tmp_path) as source:
        assert typed(source, "absence") == [
            {"staff": "S1", "kind": "leave", "blocks_service": True, "from": 18_262, "until": 2**31 - 1},
            {
                "staff": "王",
                "kind": "sick",
                "blocks_service": False,
                "from": 18_321,
                "until": "0000-00-00 is not a date",
            },
        ]


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_the_slower_way_reads_the_same(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are the same without ADBC, or with a PyMySQL of another build."""
    with servers.database(kind) as url:
        settings = SourceSettings.parse(getattr(input_county, kind)(url))
        with open_source(settings, tmp_path) as source:
            expected = {table.name: typed(source, table.name) for table in tables.TABLES}
        monkeypatch.setitem(sys.modules, "adbc_driver_postgresql.dbapi", None)
        monkeypatch.setattr("batch.sources.mysql_wire.can_read", lambda connection: False)
        with open_source(settings, tmp_path) as source:
            for name, rows in expected.items():
                assert typed(source, name) == rows


def test_any_other_database_is_read_through_sqlalchemy(tmp_path: Path) -> None:
    found = input_county.sqlite(tmp_path / "his.sqlite")
    with open_source(SourceSettings.parse(found), tmp_path) as source:
        expected = {table.name: typed(source, table.name) for table in tables.TABLES}
    query = {"staff": "SELECT code, name, first_worked, ':' FROM staff WHERE :year_start < '2027'"}
    with OtherSource(make_url(found["url"]), query) as source:
        for name, rows in expected.items():
            assert typed(source, name) == rows
        with pytest.raises(Refused, match="cannot be read"):
            source.describe("nowhere")


# --- one moment, one reader -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_all_tables_are_read_as_of_one_moment(kind: str, tmp_path: Path) -> None:
    make = [
        "CREATE TABLE staff (code varchar(9), name varchar(9), first_worked varchar(9))",
        "INSERT INTO staff VALUES ('S1', '', '')",
    ]
    with database(kind, tmp_path, *make) as found, open_source(found, tmp_path) as source:
        assert len(typed(source, "staff")) == 1
        if kind == "sqlite":
            write = "import sqlite3, sys; sqlite3.connect(sys.argv[1], 0.1, isolation_level=None).execute(sys.argv[2])"
            insert = "INSERT INTO staff VALUES ('S2', '', '')"
            arguments = [sys.executable, "-c", write, str(tmp_path / "a.sqlite"), insert]
            writer = subprocess.run(arguments, capture_output=True, text=True, check=False)
            assert "database is locked" in writer.stderr  # (locks hold between processes)
        else:
            engine = create_engine(found.url)
            with engine.begin() as other_connection:
                other_connection.execute(text("INSERT INTO staff VALUES ('S2', '', '')"))
            engine.dispose()
        assert len(typed(source, "staff")) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_cannot_be_written_to(kind: str, tmp_path: Path) -> None:
    with database(kind, tmp_path, "CREATE TABLE a (b integer)") as found, open_source(found, tmp_path) as source:
        assert isinstance(source, DatabaseSource)
        writing = source.stream("INSERT INTO a VALUES (1)", [])
        with pytest.raises((Refused, Unavailable)):
            list(writing)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reading_that_is_given_up_leaves_nothing_hanging(kind: str, tmp_path: Path) -> None:
    make = ["CREATE TABLE staff (code varchar(9), name varchar(9), first_worked varchar(9))",
            "INSERT INTO staff VALUES " + ", ".join(f"('S{n}', '{'x' * 9}', '')" for n in range(20_000))]  # fmt: skip
    with database(kind, tmp_path, *make) as found:
        source = open_source(found, tmp_path)
        reading = source.read("staff", OCTOBER)
        next(reading)
        source.close()
        source.close()
        reading.close()  # type: ignore[attr-defined]


def test_wide_and_long_values_cross_the_wire_whole(tmp_path: Path) -> None:
    """MySQL's protocol passes lengths of 1, 3 and 4 bytes, NULLs and empty texts."""
    sizes = [0, 1, 250, 251, 255, 65_535, 65_536, 1_000_000]
    with database(
        "mariadb", tmp_path, "CREATE TABLE staff (code varchar(9), name longtext, first_worked date)"
    ) as found:
        engine = create_engine(found.url)
        with engine.begin() as connection:
            for size in sizes:
                connection.execute(
                    text("INSERT INTO staff VALUES (:code, :name, NULL)"),
                    {"code": f"S{size}", "name": "字" * (size // 3) + "x" * (size % 3)},
                )
            connection.execute(text("INSERT INTO staff VALUES ('last', NULL, '2026-10-01')"))
        engine.dispose()
        with open_source(found, tmp_path) as source:
            rows = typed(source, "staff")
    assert [len(row["name"].encode()) for row in rows] == [*sizes, 0]
    assert rows[-1]["first_worked"] == 20_727


# --- what cannot be reached -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://someone:secret@127.0.0.1:1/his", "mysql+pymysql://someone:secret@127.0.0.1:1/his"]
)
def test_a_server_that_does_not_answer_is_unavailable_and_its_password_stays_secret(url: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as found:
        open_source(SourceSettings(url=f"{url}?ssl_key=secret"), tmp_path)
    assert found.value.exit_code == 6
    assert "127.0.0.1:1/his" in found.value.report()
    assert "secret" not in found.value.report()


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_file_that_is_not_there_or_no_database_is_unavailable(kind: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"a\.db is not there"):
        open_source(SourceSettings(url=f"{kind}:///a.db"), tmp_path)
    (tmp_path / "a.db").write_text("no database" * 100, encoding="utf-8")
    with pytest.raises(Unavailable, match="cannot be reached"):
        open_source(SourceSettings(url=f"{kind}:///a.db"), tmp_path)


def test_a_url_that_is_none_is_a_matter_of_usage(tmp_path: Path) -> None:
    for url in ("his.sqlite", "sqlite://", "nosuch://host/his"):
        with pytest.raises(UsageError):
            open_source(SourceSettings(url=url), tmp_path)


# --- settings ---------------------------------------------------------------------------------------------------


def test_every_problem_of_the_settings_is_told(tmp_path: Path) -> None:
    given = {
        "url": "sqlite:///a",
        "folder": "input",
        "quries": {},
        "encoding": "gbk",
        "queries": {"stff": "x", "staff": " "},
    }
    with pytest.raises(Refused) as refused:
        SourceSettings.parse(given)
    told = {problem.column: problem.what for problem in refused.value.problems}
    assert told == {
        "quries": "is not a setting of [source] (did you mean queries?)",
        "source": "give one of url, folder and workbook",
        "encoding": "must be one of utf-8, gb18030",
        "queries": "queries need a database; a folder is read as it is",
        "queries.stff": "is not an input table (did you mean staff?)",
        "queries.staff": "must be a text",
    }


@pytest.mark.parametrize(
    "url", ["secret-word", "postgresql+psycopg://u:secret-word@localhost:abc/x", "a:b:secret-word"]
)
def test_what_is_no_database_url_is_refused_and_not_repeated(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the source's url is not a database URL") as refused:
        open_source(SourceSettings(url), tmp_path)
    assert "secret-word" not in refused.value.report()
