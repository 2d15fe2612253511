"""Runs priced on Dask, whose workers and scheduler are killed or cannot read.

Scheduler, workers and commands are real processes, which speak TCP.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from batch.pricing.price_snapshot import price_snapshot
from batch.workspace import Workspace
from payengine.errors import UsageError
from tests.batch.pricing.test_price_snapshot import outcome
from tests.support.dask_cluster import (
    PERIOD,
    county_of_many_parts,
    dask_processes,
    require,
    snapshot_of,
)

# Dask loads the file of a preload more than once.
IN_THE_WAY = """
from batch.cluster import worker_task
from batch.pricing.part_sums import price_part
calls = []
def in_the_way(task):
    calls.append(task)
    if len(calls) == {call}:
        {action}
    return price_part(task)
worker_task.price_part = in_the_way
"""
KILL = "import os, signal; os.kill({pid}, signal.SIGKILL)"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    require()
    return county_of_many_parts(tmp_path_factory.mktemp("county") / "demo")


def payengine(county: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own."""
    line = [sys.executable, "-m", "batch", "--workspace", str(county.folder), "--lang", "en", *words]
    return subprocess.run(line, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)


def ledger_content(county: Workspace) -> tuple[int, int]:
    """Count the runs and the entries of the audit chain."""
    with county.ledger() as ledger:
        return len(ledger.runs()), len(ledger.publications())


@pytest.mark.parametrize(("workers", "batches"), [(1, 1), (2, 3), (3, 1000)])
def test_any_number_of_workers_gives_the_bits_of_one_machine(
    county: Workspace, tmp_path: Path, workers: int, batches: int
) -> None:
    from batch.cluster.cluster import connected

    snapshot = snapshot_of(county)
    held = [snapshot.coding.institutions.values[0].as_py()]
    with dask_processes(tmp_path, workers) as processes, connected(processes.address) as cluster:
        cluster.batches = batches
        for holds in ((), held):
            assert outcome(cluster.price(snapshot, holds)) == outcome(price_snapshot(snapshot, holds))


def test_a_run_on_a_cluster_is_the_run_of_one_machine(county: Workspace, tmp_path: Path) -> None:
    """The same id and the same answer: the second is staged already."""
    with dask_processes(tmp_path, 2) as processes:
        words = ("run", PERIOD, "--hold", "I0001", "scores missing", "--revise", "late", "--json")
        alone = json.loads(payengine(county, *words).stdout)
        answer = payengine(county, *words, "--cluster", processes.address)
        local = payengine(county, *words, "--workers", "2")
    assert alone["state"] == "staged"
    for one in (answer, local):
        assert (one.returncode, one.stderr) == (0, "")
        assert json.loads(one.stdout) == {**alone, "state": "already staged"}


def test_a_worker_killed_in_the_middle_of_a_task_is_survived(county: Workspace, tmp_path: Path) -> None:
    from batch.cluster.cluster import connected

    snapshot = snapshot_of(county)
    with dask_processes(tmp_path, 1) as processes:
        killed = processes.add_worker(IN_THE_WAY.format(call=2, action=KILL.format(pid="os.getpid()")))
        with connected(processes.address) as cluster:
            cluster.batches = 1
            while cluster._threads() < 2:
                time.sleep(0.1)
            assert outcome(cluster.price(snapshot)) == outcome(price_snapshot(snapshot))
        assert killed.wait(60) == -9


def test_a_task_that_loses_too_many_workers_ends_in_words(county: Workspace, tmp_path: Path) -> None:
    with dask_processes(tmp_path, lost_workers=0) as processes:
        processes.add_worker(IN_THE_WAY.format(call=1, action=KILL.format(pid="os.getpid()")))
        answer = payengine(county, "run", PERIOD, "--dry-run", "--cluster", processes.address)
    assert answer.returncode == 6
    assert f"workers of the cluster {processes.address} were lost again and again" in answer.stderr
    assert len(answer.stderr.splitlines()) == 2


def test_a_lost_scheduler_ends_in_words_and_nothing_is_staged(county: Workspace, tmp_path: Path) -> None:
    before = ledger_content(county)
    with dask_processes(tmp_path) as processes:
        processes.add_worker(IN_THE_WAY.format(call=1, action=KILL.format(pid=processes.scheduler.pid)))
        words = ("run", PERIOD, "--hold", "I0002", "scores missing", "--revise", "late")
        answer = payengine(county, *words, "--cluster", processes.address)
        assert processes.scheduler.wait(60) == -9
    assert answer.returncode == 6, answer.stderr
    assert answer.stderr == (
        f"the connection to the cluster {processes.address} is lost\n"
        "Nothing was staged or published. Start the cluster and run the command again.\n"
    )
    assert ledger_content(county) == before


def test_no_cluster_at_the_address_ends_in_words(county: Workspace) -> None:
    answer = payengine(county, "run", PERIOD, "--dry-run", "--cluster", "tcp://127.0.0.1:9")
    assert (answer.returncode, answer.stderr.splitlines()[0]) == (6, "no cluster answers at tcp://127.0.0.1:9")
    assert len(answer.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    "address",
    ["tcp://", "tcp://127.0.0.1", "tcp://:8786", "127.0.0.1:8786", "http://127.0.0.1:8786", "tcp://127.0.0.1:99999",
     "tcp://127.0.0.1:port", "tls://127.0.0.1", "tcp://[::1"],
)  # fmt: skip
def test_what_is_no_address_is_refused_at_once(address: str) -> None:
    """Dask would look for a host or port that is not there, and end in a traceback."""
    from batch.cluster.cluster import connected

    with pytest.raises(UsageError, match="is no address of a cluster"), connected(address):
        pass


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_a_server_that_is_no_scheduler_ends_in_words(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the connection and says nothing, or something else; Dask waits for ever."""
    from batch.cluster import cluster as room
    from payengine.errors import Unavailable

    monkeypatch.setattr(room, "CONNECT_SECONDS", 2)
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            with suppress(OSError):
                while True:
                    taken.append(server.accept()[0])
                    taken[-1].sendall(answer)

        threading.Thread(target=take, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(Unavailable, match="no cluster answers at"), room.connected(address):
            pass
    for each in taken:
        each.close()


def test_a_worker_that_cannot_read_the_snapshot_is_named(county: Workspace, tmp_path: Path) -> None:
    with dask_processes(tmp_path) as processes:
        action = "import dataclasses; task = dataclasses.replace(task, snapshot='/of/another/machine')"
        processes.add_worker(IN_THE_WAY.format(call=1, action=action))
        answer = payengine(county, "run", PERIOD, "--dry-run", "--cluster", processes.address)
    told = answer.stderr.splitlines()
    assert (answer.returncode, len(told)) == (6, 2), answer.stderr
    assert told[0].startswith("worker tcp://127.0.0.1:")
    assert told[0].endswith("/of/another/machine cannot be read: there is no such folder")
    assert "share the folder" in told[1]


def test_a_worker_of_another_payengine_is_named(county: Workspace, tmp_path: Path) -> None:
    other = "from batch.cluster import worker_task\nworker_task.engine_digest = lambda: 'another'\n"
    with dask_processes(tmp_path) as processes:
        processes.add_worker(other)
        answer = payengine(county, "run", PERIOD, "--dry-run", "--cluster", processes.address)
    assert answer.returncode == 6
    assert "its payengine is another than that of this command" in answer.stderr


@pytest.mark.parametrize("where", ["one machine", "cluster"])
def test_a_damaged_part_ends_in_the_same_error(county: Workspace, tmp_path: Path, where: str) -> None:
    """Damage behind a hash that was forged with it is found by the digest, whoever prices."""
    import hashlib

    copy = Workspace(shutil.copytree(county.folder, tmp_path / "county"))
    snapshot = snapshot_of(copy)
    file = snapshot.hot_parts()[0].path
    content = bytearray(file.read_bytes())
    amounts = content.find(snapshot_amounts(file))
    content[amounts] ^= 1
    file.write_bytes(content)
    snapshot.manifest["files"]["hot/00000.arrow"]["sha256"] = hashlib.sha256(content).hexdigest()
    (snapshot.path / "manifest.json").write_text(json.dumps(snapshot.manifest), encoding="utf-8")
    with dask_processes(tmp_path / "dask", 1) as processes:
        words = ["--cluster", processes.address] if where == "cluster" else []
        answer = payengine(copy, "run", PERIOD, "--dry-run", *words)
    assert answer.returncode == 7, answer.stderr
    assert "the rows do not match their digest" in answer.stderr


def snapshot_amounts(file: Path) -> bytes:
    """The bytes of the first amounts of a file of hot rows."""
    import pyarrow as pa

    with pa.OSFile(str(file)) as source, pa.ipc.open_file(source) as reader:
        return bytes(reader.get_batch(0).column("amount").to_numpy()[:64].tobytes())


def test_what_has_no_workers_ends_in_words(county: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from batch.cluster import cluster as room
    from payengine.errors import Unavailable

    monkeypatch.setattr(room, "PATIENCE_SECONDS", 1)
    with (
        dask_processes(tmp_path) as processes,
        room.connected(processes.address) as cluster,
        pytest.raises(Unavailable, match="has no workers"),
    ):
        cluster.price(snapshot_of(county))
