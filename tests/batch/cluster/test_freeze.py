"""Freezes whose records are read by workers that are killed or see another source.

Scheduler, workers and commands are real processes, which speak TCP. What any cut and any order of the parts give is
held by `tests/batch/freeze/test_part_reading.py`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from batch.cluster import exchange
from batch.cluster.store import Store
from batch.freeze import part_reading
from batch.workspace import Workspace
from payengine.errors import Unavailable
from tests.batch.cluster.test_cluster import KILL, payengine
from tests.support.dask_cluster import PERIOD, dask_processes, require
from tests.support.object_store import SECRET
from tests.support.parts_county import cut, records, spoilt, told, write_county

KEY = "a key of an office, for this test alone"
FREEZE = ("freeze", PERIOD)
SETTINGS = 'policy = "demo"\n[source]\nfolder = "input"\n'
# Dask loads the file of a preload more than once.
BEFORE_READING = """
from batch.cluster import part_workers
from batch.freeze.records.part_rows import read_parts
calls = []
def in_the_way(task, *others):
    calls.append(task)
    if len(calls) == {call}:
        {action}
    return read_parts(task, *others)
part_workers.read_parts = in_the_way
"""
AFTER_A_RUN = """
from batch.cluster import exchange
if not hasattr(exchange.FileExchange, "plain"):
    exchange.FileExchange.plain, exchange.FileExchange.puts = exchange.FileExchange.put, []
def put(self, file):
    name = self.plain(file)
    self.puts.append(name)
    if len(self.puts) == {call}:
        {action}
    return name
exchange.FileExchange.put = put
"""


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    require()
    monkeypatch.setenv("PAYENGINE_PATIENT_KEY", KEY)
    monkeypatch.setattr(part_reading, "TASK_ROWS", 12)


def county(place: Path, *how: str, parts: int = 6) -> Workspace:
    rows = spoilt(records(), how)
    write_county(place, cut(rows, [len(rows) * n // parts for n in range(1, parts)], ["csv", "parquet"]))
    (place / "payengine.toml").write_text(SETTINGS, encoding="utf-8")
    return Workspace(place)


def left(address: str) -> list[str]:
    """The files that freezes have left in a store."""
    import fsspec

    files, root = fsspec.core.url_to_fs(address)
    files.invalidate_cache()
    return sorted(files.find(f"{root}/{exchange.FOLDER}"))


def nothing_frozen(made: Workspace) -> bool:
    """Tell that there is no snapshot, and no file of one."""
    return not [path for path in made.snapshots.rglob("*") if path.is_file()]


def waiting_for(cluster: Any, workers: int) -> None:
    while cluster._threads() < workers:
        time.sleep(0.1)


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_workers_gives_the_bytes_of_one_machine(tmp_path: Path, store: str, workers: int) -> None:
    from batch.cluster.cluster import connected

    made = county(tmp_path / "county")
    alone = told(made.freeze(PERIOD))
    with dask_processes(tmp_path / "dask", workers) as processes:
        for snapshots in ("", store):
            with connected(processes.address, snapshots) as cluster:
                waiting_for(cluster, workers)
                assert told(made.freeze(PERIOD, cluster=cluster)) == alone
                assert cluster.ended > 3
        log = (processes.folder / "log.txt").read_text(encoding="utf-8")
    assert left(store) == []
    assert not list((made.snapshots / ".tmp").iterdir())
    assert KEY not in log
    assert SECRET not in log


def test_the_command_answers_as_on_one_machine(tmp_path: Path) -> None:
    made = county(tmp_path / "county")
    alone = payengine(made, *FREEZE, "--json")
    local = payengine(made, *FREEZE, "--json", "--workers", "2")
    assert (alone.returncode, alone.stderr) == (local.returncode, local.stderr) == (0, "")
    assert json.loads(local.stdout) == json.loads(alone.stdout)


def test_a_refusal_is_that_of_one_machine(tmp_path: Path) -> None:
    made = county(tmp_path / "county", "day", "quantity", "cut")
    alone = payengine(made, *FREEZE)
    with dask_processes(tmp_path / "dask", 2) as processes:
        answer = payengine(made, *FREEZE, "--cluster", processes.address)
    assert answer.returncode == 3
    assert "row " in answer.stderr
    assert (answer.stderr, answer.stdout) == (alone.stderr, alone.stdout)
    assert nothing_frozen(made)


def test_records_in_one_part_are_read_by_the_command(tmp_path: Path) -> None:
    made = county(tmp_path / "county", parts=1)
    with dask_processes(tmp_path / "dask") as processes:  # no worker is there, and none is waited for
        answer = payengine(made, *FREEZE, "--cluster", processes.address)
    assert answer.returncode == 0, answer.stderr
    assert "The workers had nothing to read: the records stand in one part" in answer.stdout


@pytest.mark.parametrize("when", [BEFORE_READING, AFTER_A_RUN], ids=["before reading", "after a run"])
def test_a_worker_killed_in_the_middle_is_survived(tmp_path: Path, when: str) -> None:
    from batch.cluster.cluster import connected

    made = county(tmp_path / "county")
    alone = told(made.freeze(PERIOD))
    with dask_processes(tmp_path / "dask", 1) as processes:
        killed = processes.add_worker(when.format(call=1, action=KILL.format(pid="os.getpid()")))
        with connected(processes.address) as cluster:
            waiting_for(cluster, 2)
            assert told(made.freeze(PERIOD, cluster=cluster)) == alone
        assert killed.wait(60) == -9


@pytest.mark.parametrize("when", [BEFORE_READING, AFTER_A_RUN], ids=["before reading", "after a run"])
def test_a_lost_scheduler_ends_in_words_and_nothing_is_left(tmp_path: Path, store: str, when: str) -> None:
    made = county(tmp_path / "county")
    with dask_processes(tmp_path / "dask") as processes:
        processes.add_worker(when.format(call=1, action=KILL.format(pid=processes.scheduler.pid)))
        answer = payengine(made, *FREEZE, "--cluster", processes.address, "--snapshots", store)
        assert processes.scheduler.wait(60) == -9
    assert answer.returncode == 6, answer.stderr
    assert answer.stderr == (
        f"the connection to the cluster {processes.address} is lost\n"
        "Nothing was frozen. Start the cluster and run the command again.\n"
    )
    assert nothing_frozen(made)
    with dask_processes(tmp_path / "dask again", 1) as processes:
        again = payengine(made, *FREEZE, "--cluster", processes.address, "--snapshots", store)
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize(
    ("their_key", "told_of_it"),
    [
        ("another key of an office, of a worker", "its patient key is another than that of this command"),
        ("", "there is no patient key"),
        ("too short", "needs 32"),
    ],
)
def test_a_worker_without_the_patient_key_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, their_key: str, told_of_it: str
) -> None:
    made = county(tmp_path / "county")
    with dask_processes(tmp_path / "dask") as processes:
        monkeypatch.setenv("PAYENGINE_PATIENT_KEY", their_key)
        processes.add_worker()
        monkeypatch.setenv("PAYENGINE_PATIENT_KEY", KEY)
        answer = payengine(made, *FREEZE, "--cluster", processes.address)
    assert answer.returncode == 6, answer.stderr
    assert answer.stderr.startswith("worker tcp://127.0.0.1:")
    assert told_of_it in answer.stderr
    assert KEY not in answer.stderr + (processes.folder / "log.txt").read_text(encoding="utf-8")
    assert nothing_frozen(made)


def test_a_worker_of_another_payengine_is_named(tmp_path: Path) -> None:
    made = county(tmp_path / "county")
    with dask_processes(tmp_path / "dask") as processes:
        processes.add_worker("from batch.cluster import part_workers\npart_workers.installed_digest = lambda: 'x'\n")
        answer = payengine(made, *FREEZE, "--cluster", processes.address)
    assert answer.returncode == 6
    assert "its payengine is another than that of this command" in answer.stderr


def test_a_worker_that_cannot_reach_the_source_is_named(tmp_path: Path) -> None:
    made = county(tmp_path / "county")
    elsewhere = (
        "import dataclasses as d; "
        "task = d.replace(task, parts=tuple(d.replace(p, path='/of/another/machine') for p in task.parts))"
    )
    with dask_processes(tmp_path / "dask") as processes:
        processes.add_worker(BEFORE_READING.format(call=1, action=elsewhere))
        answer = payengine(made, *FREEZE, "--cluster", processes.address)
    first, second = answer.stderr.splitlines()
    assert answer.returncode == 6
    assert first.startswith("worker tcp://127.0.0.1:")
    assert first.endswith("/of/another/machine cannot be read: there is no such file or folder")
    assert "share the folder, do not copy it" in second


def test_a_source_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    made = county(tmp_path / "county")
    action = "from pathlib import Path; Path(task.parts[0].path).open('ab').write(b'x')"
    with dask_processes(tmp_path / "dask") as processes:
        processes.add_worker(BEFORE_READING.format(call=1, action=action))
        answer = payengine(made, *FREEZE, "--cluster", processes.address)
    assert answer.returncode == 3, answer.stderr
    assert "input/service_record/part-000.csv changed while it was read" in answer.stderr
    assert nothing_frozen(made)


@pytest.mark.parametrize(("how", "code"), [("lost", 6), ("truncated", 7), ("other bytes", 7)])
def test_a_file_damaged_in_the_store_is_told(tmp_path: Path, store: str, how: str, code: int) -> None:
    made = county(tmp_path / "county")
    action = f"from tests.support.object_store import damage; damage(self.store.address, {how!r})"
    with dask_processes(tmp_path / "dask") as processes:
        processes.add_worker(AFTER_A_RUN.format(call=3, action=action))
        answer = payengine(made, *FREEZE, "--cluster", processes.address, "--snapshots", store)
    assert answer.returncode == code, answer.stderr
    assert ("is not in the store" if how == "lost" else "holds other bytes than were put into it") in answer.stderr
    assert nothing_frozen(made)
    assert left(store) == []


def test_folders_that_killed_commands_left_are_removed_a_day_later(tmp_path: Path, store: str) -> None:
    place = Store(store)
    file = tmp_path / "file"
    file.write_bytes(b"rows")
    now = datetime.now(UTC)
    old = f"{exchange.FOLDER}/{(now - exchange.LEFT_OVER).strftime('%Y%m%dT%H%M')}00Z-0"
    young = f"{exchange.FOLDER}/{now.strftime('%Y%m%dT%H%M%SZ')}-0"
    for folder in (old, young):
        place.put(file, f"{folder}/name")
    with exchange.new_folder(place) as own:
        place.put(file, f"{own}/name")
        assert len(left(store)) == 2
        assert exchange.FileExchange(place, own, tmp_path).is_open
    assert [name.rpartition(f"{exchange.FOLDER}/")[2] for name in left(store)] == [f"{young.rpartition('/')[2]}/name"]
    assert not exchange.FileExchange(place, own, tmp_path).is_open


def test_a_worker_leaves_nothing_behind_a_freeze_that_has_ended(tmp_path: Path) -> None:
    """A late file would make its folder again."""
    from batch.cluster import part_workers

    made = county(tmp_path / "county")
    found: list[tuple[Any, ...]] = []
    kept = part_workers.read_task

    class Keeping:
        """A cluster that keeps what it is asked, and does it in this process."""

        store = Store(f"file://{tmp_path.as_posix()}/store")
        lost_remedy = ""

        def outcomes(self, function: Callable[..., Any], tasks: Any, *common: Any) -> Iterator[Any]:
            for task in tasks:
                found.append((task, *common))
                yield function(task, *common)

    made.freeze(PERIOD, cluster=Keeping())  # type: ignore[arg-type]
    assert left(Keeping.store.address) == []
    part_workers._rules.cache_clear()
    late = kept(*found[0])
    assert isinstance(late, Unavailable)
    assert left(Keeping.store.address) == []
