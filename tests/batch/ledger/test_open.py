"""Opening a ledger: URLs, versions, databases of other software, and faults of any kind."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect

from batch.ledger import Ledger, schema
from batch.ledger.connect import connect
from batch.ledger.migrations import migrate
from batch.ledger.migrations.steps import Migration, create_table
from batch.ledger.network_drive import on_network_share
from payengine.errors import PayengineError, Unavailable, UsageError
from payengine.periods import Period
from tests.support import ledgers, servers
from tests.support.sample_results import POLICY, results

OCTOBER = Period.parse("2026-10")


@pytest.fixture(params=ledgers.KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ledgers.fresh(request.param, tmp_path) as made:
        yield made


def test_a_relative_path_is_meant_from_the_workspace(tmp_path: Path) -> None:
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        assert (tmp_path / "ledger.sqlite").is_file()
        assert ledger.location == f"sqlite:///{(tmp_path / 'ledger.sqlite').as_posix()}"


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    folder = tmp_path / "绩效 100%? #1"
    folder.mkdir()
    with Ledger.open("sqlite:///ledger.sqlite", folder) as ledger:
        ledger.stage(results(), POLICY)
    assert (folder / "ledger.sqlite").is_file()


def test_without_create_nothing_is_written(url: str) -> None:
    with Ledger.open(url, create=False) as ledger:
        assert ledger.runs() == ledger.publications() == ledger.audit() == []
        assert ledger.current(OCTOBER) is None
        history = ledger.history(OCTOBER)
        assert len(history.lines) == 0
        assert [str(month) for month in history.missing] == [f"2026-{month:02}" for month in range(1, 10)]
        ledger.verify()
        with pytest.raises(UsageError, match="there is no run"):
            ledger.results("abcd1234")
    database = connect(url, Path())
    if database.file is not None:
        assert not database.file.exists()
    else:
        with database.reading() as connection:
            assert inspect(connection).get_table_names() == []


def test_sqlite_commits_are_durable_and_do_not_block_readers(tmp_path: Path) -> None:
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.stage(results(), POLICY)
        with ledger._database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
            journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
            assert journal == ("delete" if on_network_share(tmp_path) else "wal")
        with ledger._database.writing(), ledger._database.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM run").scalar_one() == 1


def test_network_shares_are_recognised(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\nserver:/x /mnt/with\\040blank nfs4 rw 0 0\n", encoding="utf-8")
    assert on_network_share(Path("/mnt/with blank/county/ledger.sqlite"), mounts)
    assert not on_network_share(Path("/mnt/other/ledger.sqlite"), mounts)
    assert not on_network_share(Path("/mnt/other/ledger.sqlite"), tmp_path / "none")


def test_an_integer_that_is_none_is_refused_by_sqlite(tmp_path: Path) -> None:
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.stage(results(), POLICY)
    with (
        sqlite3.connect(tmp_path / "ledger.sqlite") as connection,
        pytest.raises(sqlite3.IntegrityError, match="integer"),
    ):
        connection.execute("UPDATE pay_line SET amount_fen = 1.5")
    connection.close()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("ledger.sqlite", "not understood"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("oracle+oracledb://user@host/x", "oracle cannot hold a ledger"),
        ("postgresql+psycopg2://host/x", r"driver postgresql\+psycopg2"),
        ("sqlite+aiosqlite:///x.sqlite", r"driver sqlite\+aiosqlite"),
        ("postgresql://user:geheim@host:port/x", "is not understood$"),
        ("mysql+pymysql://root@127.0.0.1", "names no database"),
        ("duckdb:///x.duckdb", "duckdb cannot hold a ledger"),
    ],
)
def test_a_url_that_cannot_hold_a_ledger_is_a_usage_error(given: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Ledger.open(given, tmp_path)
    assert re.search(told, caught.value.what)
    assert "geheim" not in caught.value.report()


@pytest.mark.parametrize(
    "given",
    ["postgresql://office:geheim@127.0.0.1:1/pay", "mysql://office:geheim@127.0.0.1:1/pay?ssl_key_password=geheim"],
)
def test_an_unreachable_server_is_named_without_its_password(given: str) -> None:
    for create in (True, False):
        with pytest.raises(Unavailable) as caught:
            Ledger.open(given, create=create)
        report = caught.value.report()
        assert caught.value.exit_code == 6
        assert "office:***@127.0.0.1:1/pay" in report
        assert "Check the URL in payengine.toml" in report
        assert "geheim" not in report


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_text("not a database, but long enough to look like one " * 20, encoding="utf-8")
    for create in (True, False):
        with pytest.raises(Unavailable, match=r"damaged or is no ledger"):
            Ledger.open("sqlite:///ledger.sqlite", tmp_path, create=create)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not there"):
        Ledger.open("sqlite:///nowhere/ledger.sqlite", tmp_path)


def test_a_newer_ledger_is_refused(url: str) -> None:
    Ledger.open(url).close()
    database = connect(url, Path())
    with database.writing() as connection:
        row = {"version": 99, "engine": "payengine 9", "applied_at": "2030-01-01T00:00:00Z"}
        connection.execute(schema.ledger_schema.insert().values(row))
    for create in (True, False):
        with pytest.raises(Unavailable, match="has schema version 99") as caught:
            Ledger.open(url, create=create)
        assert "or a newer one" in caught.value.report()


def test_migrations_go_forward_once_and_are_audited(url: str) -> None:
    Ledger.open(url).close()
    database = connect(url, Path())
    first = migrate.MIGRATIONS[-1]
    table = create_table("note", "CREATE TABLE note (a INTEGER)")
    second = Migration(first.number + 1, "a note", lambda _: [table], first.views)
    migrations = (*migrate.MIGRATIONS, second)
    with pytest.raises(Unavailable, match=f"reads version {second.number}"):
        migrate.refuse_other(database, migrate.version_of(database), migrations)
    for _ in range(2):
        migrate.migrate(database, migrations)
    assert migrate.version_of(database) == second.number
    with database.reading() as connection:
        entries = connection.exec_driver_sql("SELECT count(*) FROM audit_entry").scalar_one()
    assert entries == second.number


def test_another_softwares_database_is_left_alone(url: str) -> None:
    database = connect(url, Path())
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE run (id INTEGER)")
    with pytest.raises(Unavailable, match="tables that are not the ledger's: run"):
        Ledger.open(url)
    with Ledger.open(url, create=False) as ledger:
        assert ledger.runs() == []
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["run"]


def test_a_writer_waits_for_another_and_gives_up_with_words(url: str) -> None:
    made = results()
    with Ledger.open(url, patience=1) as ledger, ledger._database.writing():
        told: list[Exception] = []

        def stage() -> None:
            with Ledger.open(url, patience=1) as other:
                try:
                    other.stage(made, POLICY)
                except Unavailable as error:
                    told.append(error)

        thread = threading.Thread(target=stage)
        thread.start()
        thread.join(30)
        assert not thread.is_alive()
    assert "Another process is writing." in str(told[0])
    with Ledger.open(url) as ledger:
        assert ledger.stage(made, POLICY) == "staged"


def test_a_server_that_only_reads_is_told() -> None:
    with servers.database("postgresql") as url:
        Ledger.open(url).close()
        with (
            Ledger.open(f"{url}?options=-c%20default_transaction_read_only%3Don") as ledger,
            pytest.raises(Unavailable, match="writable for this user"),
        ):
            ledger.stage(results(), POLICY)


def test_a_mariadb_url_may_say_so() -> None:
    with servers.database("mariadb") as url, Ledger.open(url.replace("mysql+pymysql:", "mariadb:")) as ledger:
        ledger.stage(results(), POLICY)
        ledger.publish(results().meta.run_id)
        assert ledger.location.startswith("mariadb+pymysql://")
        ledger.verify()


def test_mariadb_without_local_infile_is_written_row_by_row() -> None:
    """LOAD DATA LOCAL is often switched off; the rows are the same without it."""
    with servers.database("mariadb") as url, Ledger.open(url) as ledger:
        made = results()
        object.__setattr__(ledger._database, "bulk", ledger._database.engine)
        ledger.stage(made, POLICY)
        assert ledger.results(made.meta.run_id).rejections.equals(made.rejections)
        ledger.publish(made.meta.run_id)


SERVERS = {"postgresql+psycopg": "postgresql", "mysql+pymysql": "mariadb"}
WRONG = {
    "a mode": "{kind}://root:geheim@{place}/nowhere?sslmode=geheim",
    "an option with a blank": "{kind}://root:geheim@{place}/nowhere?options=-c%20geheim",
    "an @ as it is": "{kind}://root:ge@geheim@{place}/nowhere",
    "an option that there is not": "{kind}://root:geheim@{place}/nowhere?foo=geheim",
    "a number": "{kind}://root:geheim@{place}/nowhere?connect_timeout=geheim",
    "a file": "{kind}://root:geheim@{place}/nowhere?ssl_ca=/geheim&sslrootcert=/geheim&sslmode=verify-ca",
}


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("wrong", WRONG)
def test_no_private_part_of_a_ledgers_url_is_told(kind: str, wrong: str) -> None:
    place = servers.server(SERVERS[kind])
    url = WRONG[wrong].format(kind=kind, place=f"{place.host}:{place.port}")
    with pytest.raises(PayengineError) as caught:  # never an exception of the driver
        Ledger.open(url)
    assert "geheim" not in caught.value.report()
