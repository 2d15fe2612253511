"""Ledgers of every version migrate, after any interruption, to the structure of the schema."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from batch import failpoints
from batch.ledger import Ledger, schema
from batch.ledger.connect import Database, connect
from batch.ledger.migrations import migrate
from batch.ledger.migrations.migrate import MIGRATIONS
from batch.ledger.migrations.steps import DIALECTS, MARIADB, MYSQL, Migration
from payengine.errors import IntegrityBroken, Unavailable
from tests.support import ledgers
from tests.support.later_migrations import LATER
from tests.support.ledger_child import child
from tests.support.ledger_structure import Structure, structure_of
from tests.support.sample_results import POLICY, results

STORED = Path(__file__).with_name("stored_ledgers")
VERSIONS = sorted(file.stem for file in STORED.glob("v*.json"))
SERVED = (*ledgers.KINDS, "mysql")  # MySQL where there is one: its skip is in the summary

# A published migration is never edited: the digest of its statements, of all dialects.
DIGESTS = {
    1: "d41eb65dd7eb20634b000e83eccc813aa861d515a4a82b088eceed39693b48da",
    2: "7d3f893f2021d521a6b56814886ef4f4c39080d2707d7e9872fec0cd5f495655",
    3: "a1a6e0ee154128b42f363f2d4bb933c335f4a57dcc77bd9347d981789b74d316",
    4: "48693015dd26eb34602a094e08c4d08630adcab9c111e0de4fedb07e0699d4fa",
    5: "90a80c775b33838788f516ed0d7b26e4321b9c1a4931d3cc7039e0caf2f86b67",
    6: "1f61b8866bbc2abf5eb0317f27f9ebe71d82099ab55e90ad7933e19043c901ca",
    7: "c176096545f1af6626a9ca348d59ff079ca8a5855c0d79fb55085228fc294578",
}


class Killed(BaseException):
    """The end of a process, which no handler of errors sees."""


@pytest.fixture(params=SERVED)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(kind: str, tmp_path: Path) -> Iterator[str]:
    with ledgers.fresh(kind, tmp_path) as made:
        yield made


def load(url: str, kind: str, version: str) -> None:
    """Fill an empty database with a stored ledger."""
    script = (STORED / f"{version}.{kind}.sql").read_text(encoding="utf-8")
    place = make_url(url)
    if kind == "sqlite":
        with sqlite3.connect(str(place.database)) as connection:
            connection.executescript(script)
        connection.close()
    elif kind == "postgresql":
        import psycopg

        with psycopg.connect(host=place.host, port=place.port, user=place.username, dbname=place.database) as server:
            server.execute(script.encode())
    else:
        import pymysql
        from pymysql.constants import CLIENT

        with (
            pymysql.connect(
                host=place.host, port=place.port or 3306, user=place.username, database=place.database,
                charset="utf8mb4", client_flag=CLIENT.MULTI_STATEMENTS,
            ) as server,
            server.cursor() as cursor,
        ):  # fmt: skip
            cursor.execute(script)
            while cursor.nextset():
                pass
            server.commit()


def expected(version: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((STORED / f"{version}.json").read_text(encoding="utf-8"))
    return told


def check_whole(ledger: Ledger, told: dict[str, Any]) -> None:
    """The publications, digests and the noted head of a stored ledger still stand."""
    ledger.verify(told["head"])
    assert [[str(one.period), one.revision, one.run] for one in ledger.publications()] == told["publications"]
    assert {record.id: dict(record.digests) for record in ledger.runs()} == told["digests"]


def described(url: str) -> Structure:
    """The structure of a database whose tables are made from the schema module."""
    database = connect(url, Path())
    with database.engine.begin() as connection:
        schema.metadata.create_all(connection)
    return structure_of(url)


def only_tables(structure: Structure) -> Structure:
    return {name: parts for name, parts in structure.items() if name in schema.metadata.tables}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_stored_ledger_goes_forward_and_is_published_to(version: str, kind: str, url: str, tmp_path: Path) -> None:
    told = expected(version)
    load(url, kind, version)
    before = structure_of(url)
    with Ledger.open(url) as ledger:
        check_whole(ledger, told)
        if int(version[1:]) == MIGRATIONS[-1].number:
            assert ledger.head() == told["head"], "nothing was to do"
            assert structure_of(url) == before
        older = [run for run in told["digests"] if "department_line" not in told["digests"][run]]
        assert [ledger.results(run).department_reports.num_rows for run in older] == [0] * len(older)
        made = results("2026-12", seed=5)
        ledger.stage(made, POLICY)
        ledger.publish(made.meta.run_id)
        assert ledger.results(made.meta.run_id).department_reports.equals(made.department_reports)
        assert ledger.results(made.meta.run_id).rejections.equals(made.rejections)
        corrected = results("2026-09", seed=5)
        ledger.stage(corrected, POLICY, "更正")
        assert ledger.publish(corrected.meta.run_id).publication.revision == 2
        ledger.verify(told["head"])
    (tmp_path / "other").mkdir()
    with ledgers.fresh(kind, tmp_path / "other") as other:
        Ledger.open(other).close()
        assert structure_of(url) == structure_of(other)


def test_a_ledger_of_the_version_before_goes_forward_with_every_row(kind: str, url: str, tmp_path: Path) -> None:
    """A ledger that stood at the version before is brought forward by itself."""
    told = expected(VERSIONS[0])
    load(url, kind, VERSIONS[0])
    migrate.migrate(connect(url, Path()), MIGRATIONS[:-1])
    before = rows_of_runs(url)
    assert all(before[name] for name in ("pay_line", "workload", "rejection", "report_line", "run_component"))
    with Ledger.open(url) as ledger:
        check_whole(ledger, told)
    assert rows_of_runs(url) == before
    (tmp_path / "other").mkdir()
    with ledgers.fresh(kind, tmp_path / "other") as other:
        Ledger.open(other).close()
        assert structure_of(url) == structure_of(other)


def rows_of_runs(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the tables of runs, sorted."""
    with connect(url, Path()).reading() as connection:
        return {
            name: sorted(tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}"))
            for name in schema.RUN_TABLES
        }


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_makes_what_its_stored_ledger_has(version: str, kind: str, url: str, tmp_path: Path) -> None:
    """The frozen statements make the structure that the program of their time made.

    These are tables, keys, checks, indexes and views.
    """
    database = connect(url, Path())
    migrate.migrate(database, tuple(each for each in MIGRATIONS if each.number <= int(version[1:])))
    (tmp_path / "stored").mkdir()
    with ledgers.fresh(kind, tmp_path / "stored") as stored:
        load(stored, kind, version)
        assert structure_of(url) == structure_of(stored)


def test_the_migrations_add_up_to_the_schema(kind: str, url: str, tmp_path: Path) -> None:
    """Whoever changes `schema.py` writes a migration, and the other way round."""
    Ledger.open(url).close()
    (tmp_path / "described").mkdir()
    with ledgers.fresh(kind, tmp_path / "described") as other:
        want = described(other)
        found = structure_of(url)
        assert only_tables(found) == want
        assert set(found) - set(want) == set(MIGRATIONS[-1].views(DIALECTS[0]))


def statements(migration: Migration, dialect: str) -> list[str]:
    steps = [[step.name, *step.statements] for step in migration.steps(dialect)]
    return [part for step in steps for part in step] + list(migration.views(dialect).values())


def test_a_published_migration_is_not_edited() -> None:
    found = {
        each.number: hashlib.sha256(json.dumps([statements(each, of) for of in DIALECTS]).encode()).hexdigest()
        for each in MIGRATIONS
    }
    assert found == DIGESTS


def test_versions_are_numbered_from_one_and_their_files_named_after_them() -> None:
    assert [each.number for each in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    files = sorted(file.name[:5] for file in Path(migrate.__file__).parent.glob("v*.py"))
    assert files == [f"v{each.number:04}" for each in MIGRATIONS]
    for each in MIGRATIONS:
        for dialect in DIALECTS:
            names = [step.name for step in each.steps(dialect)]
            assert len(set(names)) == len(names)


def test_mysqls_tables_are_those_that_its_stored_ledger_has() -> None:
    """No MySQL is needed to see that its statements are the frozen ones."""
    script = (STORED / "v0001.mysql.sql").read_text(encoding="utf-8")
    stored = [_plain(each) for each in script.split(";\n") if each.startswith("CREATE")]
    made = [_plain(each) for step in MIGRATIONS[0].steps(MYSQL) for each in step.statements]
    assert [*made, *(_plain(each) for each in MIGRATIONS[0].views(MYSQL).values())] == stored
    assert [each.replace("0900_bin", "nopad_bin") for each in made] == [
        _plain(each) for step in MIGRATIONS[0].steps(MARIADB) for each in step.statements
    ]


def _plain(statement: str) -> str:
    return " ".join(statement.replace("`", "").split()).replace(") ENGINE", ")ENGINE").replace(" )", ")")


def interrupted(database: Database, seen: set[tuple[int, str, int]]) -> bool:
    """Migrate and die at the first failpoint not yet died at; False if there is none."""
    start, passed = migrate.version_of(database), Counter[str]()

    def die(point: str) -> None:
        passed[point] += 1
        place = (start, point, passed[point])
        if place not in seen:
            seen.add(place)
            raise Killed

    failpoints.on = die
    try:
        migrate.migrate(database, LATER)
    except Killed:
        return True
    finally:
        failpoints.on = None
    return False


@pytest.fixture
def forward(kind: str, tmp_path: Path) -> Iterator[Structure]:
    """The structure of a fresh ledger of the latest of the later versions."""
    (tmp_path / "forward").mkdir()
    with ledgers.fresh(kind, tmp_path / "forward") as other:
        migrate.migrate(connect(other, Path()), LATER)
        yield structure_of(other)


def _empty(url: str, kind: str) -> dict[str, Any]:
    return {"head": "", "publications": [], "digests": {}}


def _stored(url: str, kind: str) -> dict[str, Any]:
    load(url, kind, VERSIONS[0])
    return expected(VERSIONS[0])


@pytest.mark.parametrize("begin", [_empty, _stored], ids=["empty", "stored"])
def test_interrupted_at_any_step_a_ledger_still_comes_forward(
    begin: Callable[[str, str], dict[str, Any]], kind: str, url: str, forward: Structure
) -> None:
    """A migration killed at any point is completed by the next one.

    A new column that is filled, a new table, another key, other views: killed at every point in turn.
    """
    told, database = begin(url, kind), connect(url, Path())
    start, seen = migrate.version_of(database), set[tuple[int, str, int]]()
    while interrupted(database, seen):
        assert len(seen) < 200, "it comes forward"
        if kind in ("sqlite", "postgresql"):
            assert migrate.version_of(database) == start, "all of it was undone"
    assert len(seen) > (10 if told["head"] else 25)
    assert migrate.version_of(database) == LATER[-1].number
    assert structure_of(url) == forward
    ledger = Ledger(database, True)  # as a program of that version would open it
    check_whole(ledger, told)
    actions = [json.loads(link.entry)["action"] for link in ledger.audit()]
    assert actions.count("schema") == len(LATER)
    with database.reading() as connection:
        numbers = connection.exec_driver_sql("SELECT number FROM run ORDER BY number").scalars().all()
        assert numbers == list(range(1, len(told["digests"]) + 1))
        paid = connection.exec_driver_sql("SELECT DISTINCT version FROM due_pay").scalars().all()
        assert paid == ([3] if told["publications"] else [])


KILLED = [
    ("sqlite", "migrate: workload rebuilt, statement 3"), ("postgresql", "migrate: workload rebuilt, statement 4"),
    ("mariadb", "migrate: run.number"), ("mariadb", "migrate: workload copied, statement 2"),
    ("mariadb", "migrate: workload exchanged"), ("mariadb", "migrate: before the number"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "point"), KILLED)
def test_a_killed_process_leaves_what_the_next_one_brings_forward(
    kind: str, point: str, url: str, forward: Structure
) -> None:
    load(url, kind, VERSIONS[0])
    process = child(url, 1, "later", "--die", point)
    output, errors = process.communicate(timeout=60)
    assert process.returncode != 0, f"it was not killed: {output}"
    assert not errors
    migrate.migrate(connect(url, Path()), LATER)
    assert structure_of(url) == forward
    check_whole(Ledger(connect(url, Path()), True), expected(VERSIONS[0]))


def test_a_table_of_other_software_is_refused_in_later_versions_too(kind: str, url: str) -> None:
    """A table of other software is refused in later versions too.

    This holds also where an interruption would leave tables of that name behind: nothing was interrupted here.
    """
    Ledger.open(url).close()
    database = connect(url, Path())
    before = structure_of(url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (a INTEGER)")
    with pytest.raises(Unavailable, match="tables that are not the ledger's: note"):
        migrate.migrate(database, LATER)
    assert {name: parts for name, parts in structure_of(url).items() if name != "note"} == before


def test_views_of_an_older_version_are_not_left(kind: str, url: str) -> None:
    database = connect(url, Path())
    migrate.migrate(database, LATER[:-1])
    assert "noted" in structure_of(url)
    migrate.migrate(database, LATER)
    assert "noted" not in structure_of(url)


def test_writers_wait_while_a_ledger_is_brought_forward(kind: str, url: str) -> None:
    """Writers wait during a migration, or their rows would be missing in a replaced table.

    The writer here is a program of the older version.
    """
    load(url, kind, VERSIONS[0])
    found = []

    def write(point: str) -> None:
        if "workload" in point and not found:
            with pytest.raises(Unavailable) as caught, connect(url, Path(), patience=1).writing():
                pass
            found.append(str(caught.value.report()))

    failpoints.on = write
    try:
        migrate.migrate(connect(url, Path()), LATER)
    finally:
        failpoints.on = None
    assert "Another process is writing." in found[0]


def test_a_reference_that_a_migration_would_break_is_told(tmp_path: Path) -> None:
    """A reference that a migration would break is reported.

    SQLite does not check references while tables are replaced, so all are checked before the end.
    """
    url = f"sqlite:///{(tmp_path / 'ledger.sqlite').as_posix()}"
    load(url, "sqlite", VERSIONS[0])
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("DELETE FROM policy_text")
    connection.close()
    database = connect(url, Path())
    with pytest.raises(IntegrityBroken, match="cannot be brought forward") as caught:
        migrate.migrate(database, LATER)
    assert {problem.where for problem in caught.value.problems} == {"run"}
    assert migrate.version_of(database) == int(VERSIONS[0][1:])


def test_references_of_other_software_in_the_file_are_its_own_affair(tmp_path: Path) -> None:
    """Missing rows of other software's tables do not keep a ledger from being made."""
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.executescript(
            "CREATE TABLE theirs (id INTEGER PRIMARY KEY);"
            "CREATE TABLE others (id INTEGER REFERENCES theirs (id), name TEXT REFERENCES nowhere (name));"
            "INSERT INTO others VALUES (7, 'x');"
        )
    connection.close()
    database = connect(f"sqlite:///{(tmp_path / 'ledger.sqlite').as_posix()}", Path())
    migrate.migrate(database)
    assert migrate.version_of(database) == MIGRATIONS[-1].number
