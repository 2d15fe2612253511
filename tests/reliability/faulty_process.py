"""Processes that a fault strikes at a named point, forked from one with the program."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url

from batch import failpoints
from batch.freeze import freeze_period
from batch.ledger import Ledger
from batch.sources import SourceSettings, open_source
from batch.workspace import Workspace
from payengine.errors import PayengineError
from payengine.periods import Period
from tests.reliability.fault_cases import CUT, FULL, KILL
from tests.reliability.phases import MONTH, PHASES
from tests.support.late_county import REASON
from tests.support.ledger_child import die

CONTEXT: Any = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
if sys.platform != "win32":
    CONTEXT.set_forkserver_preload([__name__])
SECONDS = 900  # of silence; a process that ends is seen at once, and on a busy machine a revision takes minutes
_NO_SPACE = {
    "postgresql": "could not extend file: No space left on device",
    "mysql": "The table is full (No space left on device)",
}


@dataclass
class Outcome:
    """Outcome of a process: if it got to the point, how it ended, what it said."""

    reached: bool = False
    exit_code: int | None = None
    error: str = ""
    report: str = ""
    told: list[Any] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """True if the command ended without an error."""
        return self.exit_code == 0 and not self.error


def run(work: Callable[..., object], *given: object, point: str = "", fault: str = "", url: str = "") -> Outcome:
    """Do `work` in a process of its own, with a fault at a point.

    `url` is the database that is cut or full.
    """
    return finished(started(work, *given, point=point, fault=fault, url=url))


def started(
    work: Callable[..., object], *given: object, point: str = "", fault: str = "", url: str = "", gate: Any = None
) -> tuple[Any, Connection]:
    """Start the process; with a `gate` (a barrier) it waits there for the others."""
    mine, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_main, args=(theirs, work, given, point, fault, url, gate))
    process.start()
    theirs.close()
    return process, mine


def finished(of: tuple[Any, Connection]) -> Outcome:
    """Wait for a process and tell what came of it."""
    process, pipe = of
    outcome = Outcome()
    try:
        while pipe.poll(SECONDS):
            name, value = pipe.recv()
            if name == "told":
                outcome.told.append(value)
            else:
                setattr(outcome, name, value)
    except EOFError:
        pass
    process.join(SECONDS)
    outcome.exit_code = process.exitcode
    return outcome


def _main(
    pipe: Connection, work: Callable[..., object], given: tuple[object, ...], point: str, fault: str, url: str,
    gate: Any,
) -> None:  # fmt: skip
    def at(reached: str) -> None:
        if reached == point:
            failpoints.on = None
            pipe.send(("reached", True))
            {KILL: die, CUT: lambda: cut(url), FULL: lambda: fill(url)}[fault]()

    failpoints.on = at if point else None
    try:
        if gate is not None:
            gate.wait(SECONDS)
        pipe.send(("told", work(*given)))
    except PayengineError as error:
        pipe.send(("error", type(error).__name__))
        pipe.send(("report", error.report()))
    except BaseException:
        pipe.send(("error", "bug"))
        pipe.send(("report", traceback.format_exc()))


def cut(url: str) -> None:
    """End every other session of a server's database, as a cut line does."""
    engine = sa.create_engine(make_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        else:
            query = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            for number in connection.exec_driver_sql(query).scalars().all():
                connection.exec_driver_sql(f"KILL {number}")
    engine.dispose()


def fill(url: str) -> None:
    """Let no file grow any more; a server refuses the next write or commit."""
    if make_url(url).get_backend_name() == "sqlite":
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
        return

    @sa.event.listens_for(Engine, "before_cursor_execute")
    def _execute(connection: sa.Connection, cursor: object, statement: str, *more: object) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "CREATE")):
            _refuse(connection)

    sa.event.listen(Engine, "commit", _refuse)


def _refuse(connection: sa.Connection) -> NoReturn:
    driver: Any = connection.dialect.loaded_dbapi
    raise driver.OperationalError(1114, _NO_SPACE[connection.dialect.name])


# --- what the processes do ------------------------------------------------------------------------------------------


def act(phase: str, url: str, period: str) -> str:
    """Do what a phase does; its files are written beside a ledger's."""
    with Ledger.open(url) as ledger:
        PHASES[phase].act(ledger, period)
    return "done"


def revise(folder: Path) -> str:
    """Revise the year of a workspace."""
    Workspace(folder).revise("2026", publish=REASON)
    return "done"


def freeze(folder: Path, url: str) -> str:
    """Freeze a month from a database; returns the digest of the snapshot."""
    with contextlib.closing(open_source(SourceSettings(url=url), folder)) as source:
        return freeze_period(source, Period.parse(MONTH), folder, patient_key=None, privacy="as given").digest
