"""Whoever looks at records is logged: only ever added to, and never in the way of reading."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import create_engine, make_url

from batch.ledger import Accessed, Ledger, access_log
from batch.ledger.connect import connect
from batch.ledger.schema import SQLITE_TRIGGERS
from batch.workspace import Workspace
from payengine.errors import IntegrityBroken
from tests.support import ledgers, servers
from tests.support.small_county import OCTOBER, call, county, pay, record, tables


@pytest.fixture(params=ledgers.KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ledgers.fresh(request.param, tmp_path) as made:
        Ledger.open(made).close()
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite").close()
    return tmp_path / "ledger.sqlite"


def entries(url: str) -> list[tuple[int, str, Accessed]]:
    with connect(url, Path(), create=False).reading() as connection:
        return [(one.number, one.action, one.object) for one in access_log.read(connection)]


def test_accesses_are_numbered_in_order(url: str, tmp_path: Path) -> None:
    first, second = Accessed(OCTOBER, "ab" * 32, "I1", "S1", "records"), Accessed(OCTOBER, "ab" * 32)
    assert access_log.write(url, tmp_path, "explain", [first, second]) == ""
    assert access_log.write(url, tmp_path, "archive", [second]) == ""
    assert entries(url) == [(1, "explain", first), (2, "explain", second), (3, "archive", second)]


def test_nothing_looked_at_is_no_entry(url: str, tmp_path: Path) -> None:
    assert access_log.write(url, tmp_path, "explain", []) == ""
    assert entries(url) == []


def test_readers_at_once_are_all_logged(url: str, tmp_path: Path) -> None:
    """Each finds a number of its own, also where another took it first."""
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda n: access_log.write(url, tmp_path, "export", [Accessed(staff=str(n))]), range(12)))
    assert told == [""] * 12
    found = entries(url)
    assert [number for number, _, _ in found] == list(range(1, 13))
    assert {one.staff for _, _, one in found} == {str(n) for n in range(12)}


def test_a_writer_of_a_server_is_not_waited_for(url: str, tmp_path: Path) -> None:
    """A writer holds the lock while it stages; only SQLite has no room beside it."""
    with connect(url, Path()).writing():
        told = access_log.write(url, tmp_path, "export", [Accessed()])
    assert bool(told) == url.startswith("sqlite")
    assert len(entries(url)) == (0 if told else 1)


def test_the_log_is_no_part_of_the_chain(url: str, tmp_path: Path) -> None:
    with Ledger.open(url) as ledger:
        head = ledger.head()
        access_log.write(url, tmp_path, "export", [Accessed()])
        assert ledger.head() == head
        ledger.verify(head)


@pytest.mark.parametrize("statement", ["UPDATE access_log SET staff = 'S2'", "DELETE FROM access_log"])
def test_the_log_of_a_file_is_only_added_to(statement: str, file: Path) -> None:
    access_log.write(f"sqlite:///{file}", file.parent, "export", [Accessed(staff="S1")])
    with sqlite3.connect(file) as ledger, pytest.raises(sqlite3.IntegrityError, match="only added to"):
        ledger.execute(statement)
    assert entries(f"sqlite:///{file}")[0][2].staff == "S1"


def change(file: Path, *statements: str) -> None:
    with sqlite3.connect(file) as ledger:
        for statement in statements:
            ledger.execute(statement)
    ledger.close()


OWN = "access_log_not_deleted"


@pytest.mark.parametrize(
    ("statements", "what"),
    [
        ([f"DROP TRIGGER {OWN}"], "the trigger is missing"),
        (
            [f"DROP TRIGGER {OWN}", f"CREATE TRIGGER {OWN} BEFORE DELETE ON access_log BEGIN SELECT 1; END"],
            "is a trigger or a rule that is not the ledger's",
        ),
        (
            ["CREATE TRIGGER mine AFTER INSERT ON access_log BEGIN SELECT 1; END"],
            "is a trigger or a rule that is not the ledger's",
        ),
        (
            [SQLITE_TRIGGERS[OWN].replace(OWN, "other").replace("BEFORE DELETE ON access_log", "BEFORE DELETE ON run")],
            "is a trigger or a rule that is not the ledger's",
        ),
    ],
)
def test_triggers_are_the_ledgers_own_by_their_text(statements: list[str], what: str, file: Path) -> None:
    url = f"sqlite:///{file}"
    with Ledger.open(url) as ledger:
        ledger.verify()
    change(file, *statements)
    with Ledger.open(url) as ledger, pytest.raises(IntegrityBroken, match=what):
        ledger.verify()


def test_a_ledger_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert access_log.write("sqlite:///none.sqlite", tmp_path, "export", [Accessed()]) != ""
    assert not list(tmp_path.iterdir())


def test_a_server_that_cannot_be_reached_is_told_and_no_error(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody:secret-word@127.0.0.1:1/none"
    told = access_log.write(url, tmp_path, "export", [Accessed()])
    assert "cannot be used" in told
    assert "secret-word" not in told


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_role_that_may_only_select_is_told_that_it_is_not_logged(kind: str, tmp_path: Path) -> None:
    role = f"reader_{uuid.uuid4().hex[:8]}"
    with servers.database(kind) as url:
        Ledger.open(url).close()
        parsed = make_url(url)
        given = {
            "postgresql": [f"CREATE ROLE {role} LOGIN", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"],
            "mariadb": [f"CREATE USER {role}@'%%'", f"GRANT SELECT ON {parsed.database}.* TO {role}@'%%'"],
        }[kind]
        taken = {
            "postgresql": [f"DROP OWNED BY {role}", f"DROP ROLE {role}"],
            "mariadb": [f"DROP USER {role}@'%%'"],
        }[kind]
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            try:
                for statement in given:
                    connection.exec_driver_sql(statement)
                theirs = parsed.set(username=role).render_as_string(hide_password=False)
                assert "denied" in access_log.write(theirs, tmp_path, "export", [Accessed()])
                assert entries(url) == []
            finally:
                for statement in taken:
                    connection.exec_driver_sql(statement)
        engine.dispose()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("looked") / "county"
    rows = tables(pay_component=[pay("S1"), pay("S2")], service_record=[record("R1"), record("R2", "S2")])
    workspace = county(folder, rows)
    workspace.freeze(OCTOBER)
    workspace.publish(workspace.run(OCTOBER).run)
    return folder


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "county"))


def done(result: Result) -> Result:
    assert result.exit_code == 0, result.output + result.stderr
    return result


def looked(office: Path) -> list[tuple[str, str, str, str]]:
    with Workspace(office).ledger() as ledger, ledger._database.reading() as connection:
        return [
            (one.action, one.object.institution, one.object.staff, one.object.detail)
            for one in access_log.read(connection)
        ]


def test_looks_at_records_and_exports_are_logged(office: Path, tmp_path: Path) -> None:
    done(call(office, "explain", OCTOBER, "--staff", "S1"))
    done(call(office, "show", OCTOBER, "--staff", "S1"))
    assert looked(office) == [], "figures without records"
    told = json.loads(done(call(office, "--json", "explain", OCTOBER, "--staff", "S1", "--records")).output)
    assert told["logged"] is True
    done(call(office, "explain", OCTOBER, "--institution", "I1", "--records"))
    told = json.loads(done(call(office, "--json", "explain", OCTOBER, "--record", "R2")).output)
    assert told["logged"] is True
    told = json.loads(done(call(office, "--json", "export", OCTOBER, "-o", str(tmp_path / "pay.csv"))).output)
    assert told["logged"] is True
    assert looked(office) == [
        ("explain", "I1", "S1", "records"), ("explain", "I1", "", "records"), ("explain", "I1", "S2", "record R2"),
        ("export", "", "", "pay_lines"),
    ]  # fmt: skip
    assert Workspace(office).log_access("archive", Accessed(OCTOBER)) == ""
    assert looked(office)[-1][0] == "archive"


@pytest.mark.skipif(os.name == "nt", reason="rights of folders are others there")
def test_a_copy_that_may_only_be_read_says_so_and_goes_on(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "is_read_only", lambda file: True)  # root may write everywhere
    before = (office / "ledger.sqlite").read_bytes()
    told = done(call(office, "explain", OCTOBER, "--staff", "S1", "--records"))
    assert "not logged: the ledger cannot be written here" in told.stderr
    assert "not logged" not in told.stdout
    answer = done(call(office, "--json", "export", OCTOBER, "-o", str(tmp_path / "pay.csv")))
    assert json.loads(answer.stdout)["logged"] is False
    assert "未记入日志" in done(call(office, "--lang", "zh", "explain", OCTOBER, "--record", "R1")).stderr
    assert (office / "ledger.sqlite").read_bytes() == before
    assert stat.S_IMODE((office / "ledger.sqlite").stat().st_mode) == 0o600


def test_a_long_writer_of_a_file_does_not_stop_a_reader(office: Path) -> None:
    with Workspace(office).ledger(create=True) as ledger, ledger._database.writing():
        told = done(call(office, "explain", OCTOBER, "--staff", "S1", "--records"))
        assert "not logged" in told.stderr


def test_who_did_what_is_found_by_person_time_and_object(office: Path) -> None:
    done(call(office, "explain", OCTOBER, "--staff", "S1", "--records"))

    def found(*words: str) -> list[dict[str, object]]:
        told = json.loads(done(call(office, "--json", "log", *words)).output)
        assert told["damage"] == []
        return list(told["entries"])

    def actions(*words: str) -> list[object]:
        return [one["action"] for one in found(*words)]

    run = Workspace(office).runs()[0].id
    assert set(actions()) == {"schema", "stage", "publish", "explain"}
    assert actions("--period", OCTOBER) == actions("--run", run[:8]) == actions("--run", OCTOBER)
    assert actions("--staff", "S1") == ["stage", "publish", "explain"]
    assert actions("--staff", "S2") == ["stage", "publish"], "looking at another person is not about S2"
    assert actions("--staff", "S9") == []
    assert actions("--institution", "I1") == ["stage", "publish", "explain"]
    assert actions("--action", "publish") == ["publish"]
    assert actions("--user", "nobody-here") == []
    by = str(found("--action", "stage")[0]["by"])
    assert actions("--user", by) == actions("--user", by.rpartition("@")[0]) == actions()
    assert actions("--until", "2000-01-01") == []
    assert actions("--since", "2000-01-01") == actions()
    published = found("--action", "publish")[0]
    assert published["after"] == run
    with Workspace(office).ledger() as ledger:
        assert published["head_after"] == ledger.audit()[-1].hash
    assert "publish" in call(office, "log", "--period", OCTOBER).output


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--action", "publsh"), "did you mean publish"),
        (("--since", "yesterday"), "'yesterday' is not a date"),
        (("--period", "2026-13"), "2026-13"),
        (("--run", "xyz"), "is not a run's id"),
    ],
)
def test_what_is_asked_wrongly_is_told(words: tuple[str, str], what: str, office: Path) -> None:
    told = call(office, "log", *words)
    assert told.exit_code == 2
    assert what in told.stderr.lower()


def test_a_broken_chain_is_listed_with_its_damage(office: Path) -> None:
    change(office / "ledger.sqlite", "UPDATE audit_entry SET entry = replace(entry, 'publish', 'publisH')")
    told = done(call(office, "log")).output
    assert "publisH" in told
    assert "the entry was changed" in told
