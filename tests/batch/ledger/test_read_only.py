"""An auditor may only read: a copy, a folder or a role without rights to write."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from batch.ledger import Ledger
from batch.ledger.sqlite_file import require_unchanged, state
from payengine.errors import Unavailable
from payengine.periods import Period
from tests.support import servers
from tests.support.paths import ROOT
from tests.support.sample_results import POLICY, results

MADE = results()
NOBODY = 65534
READ = """
import os, sys
from pathlib import Path
import pandas  # Arrow imports it when it first meets a Python value, then perhaps from where only root may read
from batch.ledger import Ledger
from payengine.errors import PayengineError
from payengine.periods import Period
from payengine.texts import use
use("en")
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    with Ledger.open("sqlite:///ledger.sqlite", Path(sys.argv[1]), create=False) as ledger:
        (record,) = ledger.runs()
        print(len(ledger.results(record.id).pay_lines), len(ledger.history(Period.parse("2026-11")).lines))
        ledger.verify(ledger.head())
except PayengineError as error:
    print(error.exit_code, error)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others may look into, which pytest's own is not."""
    made = Path(tempfile.mkdtemp(prefix="payengine-test-"))
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


def publish(url: str) -> None:
    with Ledger.open(url) as ledger:
        ledger.stage(MADE, POLICY)
        ledger.publish(MADE.meta.run_id)


def may_only_read(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)


def read(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", READ, str(folder)], env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120, check=False, cwd="/",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


posix = pytest.mark.skipif(os.name == "nt", reason="rights of folders are others there")


@posix
def test_a_ledger_in_a_folder_that_cannot_be_written_is_read(folder: Path) -> None:
    """No log, no lock and no index is made beside it."""
    publish(f"sqlite:///{folder}/ledger.sqlite")
    may_only_read(folder)
    lines = len(MADE.pay_lines)
    assert read(folder) == f"{lines} {lines + len(MADE.statement_lines)}"
    assert [file.name for file in folder.iterdir()] == ["ledger.sqlite"]


@posix
def test_a_log_that_was_left_is_read_with_its_index_or_told(folder: Path) -> None:
    """Changes that only the log holds are never passed over."""
    publish(f"sqlite:///{folder}/first.sqlite")
    held = sqlite3.connect(folder / "first.sqlite")
    held.execute("UPDATE run SET staged_by = 'somebody'")  # stays in the log while this connection is open
    held.commit()
    for ending in ("", "-wal", "-shm"):
        shutil.copy(folder / f"first.sqlite{ending}", folder / f"ledger.sqlite{ending}")
    held.close()
    may_only_read(folder)
    lines = len(MADE.pay_lines)
    assert read(folder) == f"{lines} {lines + len(MADE.statement_lines)}"
    folder.chmod(0o755)
    (folder / "ledger.sqlite-shm").unlink()
    folder.chmod(0o555)
    told = read(folder)
    assert told.startswith("6 ")
    assert "cannot be read without writing" in told


def test_reading_where_writing_is_allowed_leaves_nothing_and_cannot_write(tmp_path: Path) -> None:
    publish(f"sqlite:///{tmp_path}/ledger.sqlite")
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path, create=False) as ledger:
        ledger.verify()
        with pytest.raises(Unavailable, match="writable for this user"):
            ledger.stage(results(seed=2), POLICY, "why")
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_a_ledger_written_while_it_is_read_as_it_is_is_told(tmp_path: Path) -> None:
    publish(f"sqlite:///{tmp_path}/ledger.sqlite")
    before = state(tmp_path / "ledger.sqlite")
    require_unchanged(tmp_path / "ledger.sqlite", before)
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.stage(results(seed=2), POLICY, "why")
    with pytest.raises(Unavailable, match="was written while it was read"):
        require_unchanged(tmp_path / "ledger.sqlite", before)


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_role_that_may_only_select_reads_everything(kind: str) -> None:
    role = f"auditor_{uuid.uuid4().hex[:8]}"
    with servers.database(kind) as url:
        publish(url)
        parsed = make_url(url)
        grants = {
            "postgresql": [f"CREATE ROLE {role} LOGIN", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"],
            "mariadb": [f"CREATE USER {role}@'%'", f"GRANT SELECT ON {parsed.database}.* TO {role}@'%'"],
        }[kind]
        drops = {
            "postgresql": [f"DROP OWNED BY {role}", f"DROP ROLE {role}"],
            "mariadb": [f"DROP USER {role}@'%'"],
        }[kind]
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                for statement in grants:
                    connection.exec_driver_sql(statement.replace("%", "%%") if kind == "mariadb" else statement)
                try:
                    with Ledger.open(parsed.set(username=role).render_as_string(False), create=False) as ledger:
                        assert ledger.results(MADE.meta.run_id).pay_lines.equals(MADE.pay_lines)
                        assert len(ledger.history(Period.parse("2026-11")).lines) > 0
                        ledger.verify(ledger.head())
                finally:
                    for statement in drops:
                        connection.exec_driver_sql(statement.replace("%", "%%") if kind == "mariadb" else statement)
        finally:
            engine.dispose()
