"""No message of a source holds a password or a value of a patient's row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from sqlalchemy import create_engine, text

from batch import input_tables as tables
from batch.sources import Binds, SourceSettings, open_source
from batch.sources.databases import without_values
from payengine.errors import PayengineError, Refused, UsageError
from payengine.periods import Period
from tests.support import servers

SECRET = "s3cr:t@/w%rd?é &"
WRITTEN = quote(SECRET, safe="")
PARTS = (SECRET, WRITTEN, "s3cr", "w%rd", "w%25rd")
OCTOBER = Binds.of(Period.parse("2026-10"))

SERVERS = ("postgresql", "postgresql+psycopg", "mysql", "mysql+pymysql", "mariadb+pymysql")
WRONG = {
    "password": "{kind}://someone:{secret}@{place}/his",
    "password as an option": "{kind}://someone@{place}/his?password={secret}",
    "password written as it is": "{kind}://someone:{raw}@{place}/his",
    "@ written as it is": "{kind}://someone:p@s3cr@{place}/his",
    "host": "{kind}://someone:{secret}@nohost.invalid/his?password={secret}",
    "port": "{kind}://someone:{secret}@127.0.0.1:1/his",
    "port out of range": "{kind}://someone:{secret}@127.0.0.1:99999/his",
    "port that is none": "{kind}://someone:{secret}@127.0.0.1:s3cr/his",
    "database": "{kind}://root:{secret}@{place}/nowhere",
    "option that there is not": "{kind}://someone:{secret}@{place}/his?passwrd={secret}",
    "value of an option": "{kind}://someone:{secret}@{place}/his?connect_timeout={secret}",
    "mode of an option": "{kind}://someone:{secret}@{place}/his?sslmode={secret}",
    "file of an option": "{kind}://someone:{secret}@{place}/his?ssl_ca={secret}&sslrootcert={secret}&sslmode=verify-ca",
    "doubled option": "{kind}://someone:{secret}@{place}/his?password={secret}&password={secret}2",
}


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("wrong", WRONG)
def test_no_private_part_of_a_servers_url_is_told(kind: str, wrong: str, tmp_path: Path) -> None:
    place = servers.server("postgresql" if kind.startswith("postgres") else "mariadb")
    url = WRONG[wrong].format(kind=kind, secret=WRITTEN, raw=SECRET, place=f"{place.host}:{place.port}")
    with pytest.raises(PayengineError) as refused, open_source(SourceSettings(url=url), tmp_path) as source:
        source.found()
    told = refused.value.report()
    assert not [part for part in PARTS if part in told], told
    assert not [part for part in PARTS if part in str(refused.value.problems)]


OTHERS = (
    f"sqlite:///a.db?password={WRITTEN}", f"sqlite:///none.db?key={WRITTEN}", f"duckdb:///a.db?password={WRITTEN}",
    f"duckdb:///none.db?motherduck_token={WRITTEN}", f"oracle+oracledb://u:{WRITTEN}@127.0.0.1/x?password={WRITTEN}",
    f"mssql+pyodbc://u:{WRITTEN}@h/x?password={WRITTEN}", f"http://u:{WRITTEN}@h/x", SECRET, f"postgresql:/{WRITTEN}",
)  # fmt: skip


@pytest.mark.parametrize("url", OTHERS)
def test_no_private_part_of_another_url_is_told(url: str, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("no database" * 100, encoding="utf-8")
    with pytest.raises(PayengineError) as refused, open_source(SourceSettings(url=url), tmp_path) as source:
        source.found()
    assert not [part for part in PARTS if part in refused.value.report()], refused.value.report()


def test_a_password_that_must_be_written_otherwise_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="more than one @") as refused:
        open_source(SourceSettings(url="postgresql://u:first@second@host/his"), tmp_path)
    assert "second" not in refused.value.report()


QUERIES = {  # in each the database quotes a value of `patient`
    "postgresql": "SELECT record_id, service_date, institution, staff, item, quantity, share, "
    "CAST(patient AS integer) AS patient, reverses FROM service_record",
    "duckdb": "SELECT * REPLACE (CAST(patient AS integer) AS patient) FROM service_record",
}
PATIENT = "P-330106195001011234"


@pytest.mark.parametrize("kind", QUERIES)
def test_a_patients_number_that_the_database_quotes_is_not_told(kind: str, tmp_path: Path) -> None:
    columns = ", ".join(f"{column.name} varchar(40)" for column in tables.RECORD.columns)
    row = ", ".join(repr(PATIENT if column.name == "patient" else "1") for column in tables.RECORD.columns)
    made = (f"CREATE TABLE service_record ({columns})", f"INSERT INTO service_record VALUES ({row})")
    if kind == "duckdb":
        with duckdb.connect(str(tmp_path / "a.duckdb")) as database:
            for statement in made:
                database.execute(statement)
        refuse(SourceSettings(url="duckdb:///a.duckdb", queries={"service_record": QUERIES[kind]}), tmp_path)
        return
    with servers.database(kind) as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            for statement in made:
                connection.execute(text(statement))
        engine.dispose()
        refuse(SourceSettings(url=url, queries={"service_record": QUERIES[kind]}), tmp_path)


def refuse(settings: SourceSettings, folder: Path) -> None:
    with pytest.raises(Refused) as refused, open_source(settings, folder) as source:
        list(source.read("service_record", OCTOBER))
    told = refused.value.report() + repr(refused.value.problems)
    assert "service_record" in told
    assert "33010619" not in told


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ('invalid input syntax for type integer: "P-33010"', 'invalid input syntax for type integer: "***"'),
        ('column "pateint" does not exist', 'column "pateint" does not exist'),
        ("Could not convert string '12' to INT32", "Could not convert string '***' to INT32"),
        ("value 330106195001011234 is out of range", "value *** is out of range"),
        ("Incorrect value: '张三' for column `patient`", "Incorrect value: '***' for column `patient`"),
    ],
)
def test_names_of_the_statement_stay_and_values_do_not(message: str, told: str) -> None:
    assert without_values(message, "select pateint from visits patient int32") == told


def test_a_damaged_parquet_file_tells_nothing_of_its_rows(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = tmp_path / "service_record.parquet"
    pq.write_table(pa.table({column.name: [PATIENT] * 100 for column in tables.RECORD.columns}), file)
    data = file.read_bytes()
    for cut in (0, 3, len(data) // 2, len(data) - 9):
        file.write_bytes(data[:cut])
        with pytest.raises(Refused) as refused, open_source(SourceSettings(folder="."), tmp_path) as source:
            list(source.read("service_record", OCTOBER))
        assert "33010619" not in refused.value.report()


def test_sqlite_tells_nothing_of_its_rows(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        columns = ", ".join(column.name for column in tables.RECORD.columns)
        connection.execute(f"CREATE TABLE service_record ({columns})")
        connection.execute(f"INSERT INTO service_record VALUES ({', '.join([repr(PATIENT)] * 9)})")
    wrong = {"service_record": "SELECT * FROM service_record WHERE json_extract(patient, '$.x') = 1"}
    refuse(SourceSettings(url="sqlite:///a.db", queries=wrong), tmp_path)
