"""Dask clusters of real processes, and a county whose snapshot has many parts.

Where Dask is missing, the test is skipped and says so; with PAYENGINE_REQUIRE_SERVERS set it fails instead.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from batch.cli.root import root
from batch.freeze.records import write
from batch.snapshot.part_writer import even
from batch.snapshot.snapshot import Snapshot, find_snapshot
from batch.workspace import Workspace
from payengine.periods import Period
from tests.support.paths import ROOT
from tests.support.servers import REQUIRED

PERIOD = "2026-10"
SECONDS = 60  # until a process of the cluster must be there


def require() -> None:
    """Skip the test, or fail it where servers are required, if Dask is not installed."""
    try:
        import cryptography  # noqa: F401
        import distributed  # noqa: F401
    except ImportError as error:
        why = f"NO DASK: the tests of clusters did not run ({error}); pip install payengine[cluster]"
        if os.environ.get(REQUIRED):
            pytest.fail(f"{why}; {REQUIRED} is set", pytrace=False)
        pytest.skip(why)


def county_of_many_parts(folder: Path) -> Workspace:
    """A demo county, published; its parts are of few rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "even", lambda batches: even(batches, 1000))
        patch.setattr(write, "LIMITED_PART_ROWS", 1500)
        words = ["demo", str(folder), "--records", "24000", "--staff", "60", "--institutions", "8"]
        made = CliRunner().invoke(root, words)
    assert made.exit_code == 0, made.output
    return Workspace(folder)


def snapshot_of(county: Workspace) -> Snapshot:
    return find_snapshot(county.snapshots, Period.parse(PERIOD))


class DaskProcesses:
    """A scheduler and its workers, one process each; what is killed stays dead."""

    def __init__(self, folder: Path, lost_workers: int = 3) -> None:
        """`lost_workers` are those that one task may lose before the scheduler gives it up."""
        self._lost_workers = str(lost_workers)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        self._wait_for_scheduler()

    def add_worker(self, preload: str = "") -> subprocess.Popen[bytes]:
        """Start a worker of one thread; `preload` is Python code that it carries out first."""
        number = len(self.workers)
        words = [self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0"]
        words += ["--name", f"w{number}", "--local-directory", str(self.folder / f"w{number}")]
        if preload:
            file = self.folder / f"preload{number}.py"
            file.write_text(preload, encoding="utf-8")
            words += ["--preload", str(file)]
        self.workers.append(self._start("worker", *words))
        return self.workers[-1]

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": self._lost_workers}
        environment |= {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        with (self.folder / "log.txt").open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", "dask", *words], env=environment, stdout=log, stderr=log)

    def _wait_for_scheduler(self) -> None:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and self.scheduler.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)
        pytest.fail(f"no scheduler: {(self.folder / 'log.txt').read_text(encoding='utf-8')}")


@contextmanager
def dask_processes(folder: Path, workers: int = 0, lost_workers: int = 3) -> Iterator[DaskProcesses]:
    """A cluster of some workers, killed at the end of the block."""
    require()
    folder.mkdir(parents=True, exist_ok=True)
    started = DaskProcesses(folder, lost_workers)
    try:
        for _ in range(workers):
            started.add_worker()
        yield started
    finally:
        started.end()
