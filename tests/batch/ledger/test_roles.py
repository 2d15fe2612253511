"""Roles of a ledger, tried on the servers: each may do its work and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DBAPIError

from batch.ledger import Ledger, roles
from batch.ledger.roles import AUDITOR, OWNER, PREPARER, PUBLISHER, ROLES, rights, roles_sql
from batch.ledger.schema import RUN_TABLES, metadata
from payengine.errors import Refused, Unavailable, UsageError
from tests.support import servers
from tests.support.sample_results import POLICY, results
from tests.support.small_county import OCTOBER, SETTINGS, call, county, pay, tables

CHANGING = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "ALL PRIVILEGES")


@dataclass(frozen=True)
class Server:
    """A ledger's database on a server, with a user for each role."""

    kind: str
    url: str
    prefix: str

    def of(self, role: str) -> str:
        """The URL under which the user of a role connects."""
        return make_url(self.url).set(username=f"{self.prefix}_{role}_user").render_as_string(hide_password=False)

    def execute(self, role: str, *statements: str) -> list[str]:
        """Execute statements as the user of a role and undo them; returns the refusals."""
        engine, told = create_engine(self.of(role)), []
        with engine.connect() as connection:
            for statement in statements:
                try:
                    connection.exec_driver_sql(statement)
                    told.append("")
                except DBAPIError as error:
                    told.append(str(error.orig).lower())
                connection.rollback()
        engine.dispose()
        return told


@contextmanager
def served(kind: str) -> Iterator[Server]:
    with servers.database(kind) as url:
        Ledger.open(url).close()
        prefix = f"pe{uuid.uuid4().hex[:8]}"
        made = Server(kind, url, prefix)
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:

                def execute(statement: str) -> None:
                    connection.exec_driver_sql(statement.replace("%", "%%"))

                schema = "public" if kind == "postgresql" else str(make_url(url).database)
                try:
                    for text in [*roles_sql(kind, schema, prefix).values()] * 2:  # the second time it changes nothing
                        for line in text.splitlines():
                            if not line.startswith("--"):
                                execute(line)
                    for role in ROLES:
                        name = f"{prefix}_{role}"
                        if kind == "postgresql":
                            execute(f"CREATE ROLE {name}_user LOGIN IN ROLE {name}")
                        else:
                            execute(f"CREATE USER {name}_user@'%'")
                            execute(f"GRANT {name} TO {name}_user@'%'")
                            execute(f"SET DEFAULT ROLE {name} FOR {name}_user@'%'")
                    yield made
                finally:
                    for role in ROLES:
                        name = f"{prefix}_{role}"
                        if kind == "postgresql":
                            execute(f"REASSIGN OWNED BY {name} TO CURRENT_USER")
                            execute(f"DROP OWNED BY {name}, {name}_user")
                            execute(f"DROP ROLE {name}_user")
                            execute(f"DROP ROLE {name}")
                        else:
                            execute(f"DROP USER IF EXISTS {name}_user@'%'")
                            execute(f"DROP ROLE IF EXISTS {name}")
        finally:
            engine.dispose()


@pytest.fixture(scope="module", params=roles.DATABASES)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with served(request.param) as made:
        yield made


@pytest.fixture(scope="module")
def office(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county whose month is run by the preparer and published by the publisher."""
    folder = tmp_path_factory.mktemp("roles") / "county"
    rows = tables(pay_component=[pay("S1"), pay("S2")])
    county(folder, rows, settings=f'ledger = "{server.of(PREPARER)}"')
    done(call(folder, "freeze", OCTOBER))
    done(call(folder, "run", OCTOBER))
    done(call(folder, "run", OCTOBER))
    refused = call(folder, "publish", OCTOBER)
    assert refused.exit_code == 6, "the preparer cannot publish"
    assert "denied" in refused.stderr
    work_as(folder, server, PUBLISHER)
    done(call(folder, "step", OCTOBER, "reviewed"))
    done(call(folder, "publish", OCTOBER))
    work_as(folder, server, AUDITOR)
    return folder


def work_as(folder: Path, server: Server, role: str) -> None:
    settings = SETTINGS.format(policy="demo", more=f'ledger = "{server.of(role)}"')
    (folder / "payengine.toml").write_text(settings, encoding="utf-8")


def done(result: Result) -> Result:
    assert result.exit_code == 0, result.output + result.stderr
    return result


def test_the_auditor_reads_everything_and_what_it_looks_at_is_logged(office: Path, tmp_path: Path) -> None:
    done(call(office, "verify", "--all"))
    done(call(office, "runs"))
    done(call(office, "show", OCTOBER, "--staff", "S1"))
    done(call(office, "steps", OCTOBER))
    looked = done(call(office, "explain", OCTOBER, "--staff", "S1", "--records"))
    taken = done(call(office, "export", OCTOBER, "-o", str(tmp_path / "out")))
    assert "not logged" not in looked.stderr + taken.stderr
    told = done(call(office, "log", "--action", "export")).output
    assert "export" in told


def test_the_roles_do_by_the_program_what_is_theirs(office: Path, server: Server) -> None:
    staged, other = results("2026-11"), results("2026-12")
    run = staged.meta.run_id
    with Ledger.open(server.url) as ledger:
        ledger.stage(staged, POLICY)
        head = ledger.head()
    with Ledger.open(server.of(AUDITOR)) as ledger:
        for change in (
            lambda: ledger.stage(other, POLICY),
            lambda: ledger.publish(run),
            lambda: ledger.enter_step(run, "reviewed", {}),
            lambda: ledger.object_to(run, "why"),
        ):
            with pytest.raises(Unavailable, match="denied"):
                change()
        assert ledger.head() == head
    with Ledger.open(server.of(PREPARER)) as ledger:
        for change in (lambda: ledger.publish(run), lambda: ledger.enter_step(run, "reviewed", {})):
            with pytest.raises(Unavailable, match="denied"):
                change()
        assert ledger.head() == head
    with Ledger.open(server.of(PUBLISHER)) as ledger:
        with pytest.raises(Unavailable, match="denied"):
            ledger.stage(other, POLICY)
        assert ledger.head() == head
        ledger.object_to(run, "why")


def refuse(server: Server, role: str, *attempts: str) -> None:
    """Try statements that the server must refuse to a role."""
    for attempt, told in zip(attempts, server.execute(role, *attempts), strict=True):
        assert "denied" in told or "must be owner" in told, f"{attempt}: {told or 'done'}"


@pytest.mark.parametrize("role", [PREPARER, PUBLISHER, AUDITOR])
@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_no_role_changes_or_deletes_what_stands_there(table: str, role: str, office: Path, server: Server) -> None:
    column = next(iter(metadata.tables[table].c)).name
    quoted = f"`{column}`" if server.kind == "mariadb" else f'"{column}"'
    attempts = [f"UPDATE {table} SET {quoted} = {quoted}", f"DELETE FROM {table} WHERE 1 = 0", f"DROP TABLE {table}"]
    attempts.append(f"ALTER TABLE {table} ADD COLUMN more INTEGER")
    if "INSERT" not in rights(table, role):
        attempts.append(f"INSERT INTO {table} SELECT * FROM {table} WHERE 1 = 0")
    if server.kind == "postgresql":
        attempts.append(f"TRUNCATE {table} CASCADE")
    if (table, role) == ("proposal", PREPARER):  # what a staged run is to replace, which is no result
        attempts = [attempt for attempt in attempts if not attempt.startswith("DELETE")]
    refuse(server, role, *attempts)
    assert server.execute(role, f"SELECT * FROM {table}") == [""]


@pytest.mark.parametrize("role", [PREPARER, PUBLISHER, AUDITOR])
def test_no_role_but_the_owner_makes_anything(role: str, office: Path, server: Server) -> None:
    trigger = {
        "postgresql": "CREATE RULE quiet AS ON INSERT TO pay_line DO INSTEAD NOTHING",
        "mariadb": "CREATE TRIGGER quiet BEFORE INSERT ON pay_line FOR EACH ROW SET NEW.amount_fen = 0",
    }[server.kind]
    made = ("CREATE TABLE other (a INTEGER)", "CREATE VIEW other AS SELECT 1", "DROP VIEW due_pay", trigger)
    refuse(server, role, *made)
    assert server.execute(role, "SELECT * FROM due_pay") == [""]


def test_the_owner_brings_the_ledger_forward(server: Server) -> None:
    """It makes tables and views; a server that cannot undo that is left as it was."""
    made = ("CREATE TABLE other (a INTEGER)", "CREATE VIEW others AS SELECT * FROM other", "DROP VIEW others",
            "DROP TABLE other")  # fmt: skip
    if server.kind == "postgresql":
        made = ("ALTER TABLE run_step ADD COLUMN more INTEGER", "CREATE TABLE other (a INTEGER)", "DROP VIEW due_pay")
    assert set(server.execute(OWNER, *made)) == {""}


def test_every_table_has_its_rights_in_every_role() -> None:
    """A new table cannot be forgotten.

    It is refused by name until somebody says who may add rows to it.
    """
    for table in metadata.tables:
        for role in ROLES:
            assert rights(table, role)
    assert set(roles.ADDING) == set(metadata.tables)
    with pytest.raises(Refused, match="the table another is in no group"):
        rights("another", AUDITOR)


def test_results_are_added_by_the_preparer_alone_and_changed_by_nobody() -> None:
    for table in ("run", "policy_text", "publication", "audit_entry", *RUN_TABLES):
        for role in (PREPARER, PUBLISHER, AUDITOR):
            found = [right for right in rights(table, role) if right.split()[0] in CHANGING]
            assert found in ([], ["INSERT"])
    for table in RUN_TABLES:
        assert rights(table, PUBLISHER) == rights(table, AUDITOR) == ("SELECT",)
    for table in metadata.tables:
        assert rights(table, AUDITOR) == (("SELECT", "INSERT") if table == "access_log" else ("SELECT",))


@pytest.mark.parametrize("name", ['x"; DROP TABLE run; --', "x\ny", "", "a" * 41, "机构"])
def test_names_that_could_be_more_than_names_are_refused(name: str) -> None:
    for database in roles.DATABASES:
        with pytest.raises(UsageError):
            roles_sql(database, name or "x y")
        with pytest.raises(UsageError):
            roles_sql(database, "", name)


def test_the_command_writes_a_file_for_each_role(tmp_path: Path) -> None:
    out = tmp_path / "sql"
    done(call(tmp_path, "roles", "--database", "postgresql", "-o", str(out)))
    assert sorted(file.name for file in out.iterdir()) == [f"{role}.sql" for role in sorted(ROLES)]
    assert 'GRANT SELECT, INSERT ON "public"."access_log" TO "payengine_auditor";' in (out / "auditor.sql").read_text()
    assert "exists already" in call(tmp_path, "roles", "--database", "postgresql", "-o", str(out)).stderr
    told = done(call(tmp_path, "roles", "--database", "mariadb", "--schema", "pay", "--role", "publisher")).output
    assert "GRANT SELECT, INSERT ON `pay`.`publication` TO `payengine_publisher`;" in told
    assert "preparer" not in told
