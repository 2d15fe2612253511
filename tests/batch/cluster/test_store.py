"""Snapshots that workers fetch from a store: the same bits; each fault in words.

The stores are memory (in one process), a folder, and S3 by a server of its own; scheduler, workers and commands are
real processes but for the first.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from batch.cluster.part_cache import PartCache, bound_bytes
from batch.cluster.store import Store, StoredSnapshot, address_of
from batch.cluster.upload import files_read, upload
from batch.pricing.price_snapshot import price_snapshot
from batch.snapshot.snapshot import Snapshot
from batch.workspace import Workspace
from payengine.errors import IntegrityBroken, Unavailable, UsageError
from tests.batch.cluster.test_cluster import ledger_content, payengine
from tests.batch.pricing.test_price_snapshot import outcome
from tests.support.dask_cluster import PERIOD, county_of_many_parts, dask_processes, require, snapshot_of
from tests.support.object_store import NOWHERE, SECRET, damage

RUN = ("run", PERIOD, "--hold", "I0001", "scores missing", "--revise", "late")
# A worker that reads the snapshot elsewhere than in its own cache fails.
CACHE_ONLY = """
from batch.cluster import worker_task
from batch.pricing.part_sums import price_part
def own_cache_only(task):
    assert "payengine-parts" in task.snapshot, task.snapshot
    return price_part(task)
worker_task.price_part = own_cache_only
"""
# The store is damaged between the upload and the first file that the worker fetches after the tables.
DAMAGED = """
from batch.cluster.store import Store
from tests.support.object_store import damage
if not hasattr(Store, "undamaged"):  # Dask loads the file of a preload more than once
    Store.undamaged, Store.damaged = Store.get, False
def get(self, name, file):
    if not Store.damaged:
        Store.damaged = True
        damage(self.address, {how!r})
    self.undamaged(name, file)
Store.get = get
"""


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    require()
    return county_of_many_parts(tmp_path_factory.mktemp("county") / "demo")


def objects(address: str) -> dict[str, int]:
    """The files of a store with their bytes."""
    import fsspec

    files, root = fsspec.core.url_to_fs(address)
    files.invalidate_cache()
    return {path.removeprefix(root): files.info(path)["size"] for path in files.find(root)}


def test_memory_in_one_process_gives_the_bits_of_one_machine(county: Workspace, tmp_path: Path) -> None:
    import distributed

    from batch.cluster.cluster import Cluster

    snapshot = snapshot_of(county)
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None, local_directory=str(tmp_path)
        ) as threads,
        distributed.Client(threads, set_as_default=False) as client,
    ):
        cluster = Cluster(client, "inproc", 1, Store("memory://of-this-test"))
        assert outcome(cluster.price(snapshot)) == outcome(price_snapshot(snapshot))
    names = objects("memory://of-this-test")
    assert len(names) == len(set(files_read(snapshot).values())) + 1


def test_a_run_through_a_store_is_the_run_of_one_machine(county: Workspace, tmp_path: Path, store: str) -> None:
    """The same id; the second run uploads nothing; and no message or log holds the secret."""
    alone = json.loads(payengine(county, *RUN, "--json").stdout)
    with dask_processes(tmp_path / "dask") as processes:
        for _ in range(2):
            processes.add_worker(CACHE_ONLY)
        words = (*RUN, "--json", "--cluster", processes.address, "--snapshots", store)
        first, before = payengine(county, *words), objects(store)
        again = payengine(county, *words)
        log = (processes.folder / "log.txt").read_text(encoding="utf-8")
    for answer in (first, again):
        assert (answer.returncode, answer.stderr) == (0, "")
        assert json.loads(answer.stdout) == {**alone, "state": "already staged"}
    assert objects(store) == before
    assert SECRET not in log
    snapshot = snapshot_of(county)
    place = f"/{PERIOD}/{snapshot.digest}/"
    names = {name.removeprefix(place) for name in before}
    assert {name for name in names if not name.endswith(".manifest")} == set(files_read(snapshot).values())
    assert len(names) == len(set(files_read(snapshot).values())) + 1


def test_processes_of_this_machine_fetch_from_a_store_too(county: Workspace, tmp_path: Path) -> None:
    answer = payengine(county, "run", PERIOD, "--dry-run", "--workers", "1", "--snapshots", str(tmp_path / "store"))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert objects(f"file://{(tmp_path / 'store').as_posix()}")


def test_one_store_serves_a_list_of_workspaces(county: Workspace, tmp_path: Path) -> None:
    copies = [Path(shutil.copytree(county.folder, tmp_path / name)) for name in ("a", "b")]
    entry = '[[workspace]]\npath = "{}"\nperiod = "{}"\ndo = "run"\n'
    (tmp_path / "list.toml").write_text("".join(entry.format(each.name, PERIOD) for each in copies), encoding="utf-8")
    with dask_processes(tmp_path / "dask") as processes:
        processes.add_worker(CACHE_ONLY)
        words = ("batch", str(tmp_path / "list.toml"), "--json", "--cluster", processes.address)
        answer = payengine(county, *words, "--snapshots", str(tmp_path / "store"))
    assert (answer.returncode, json.loads(answer.stdout)["failed"]) == (0, 0), answer.stdout
    assert len(list((tmp_path / "store").rglob("*.manifest"))) == 1  # both months are the same content


@pytest.mark.parametrize(
    ("how", "code", "told"),
    [
        ("lost", 6, "is not in the store"),
        ("truncated", 7, "holds other bytes than were frozen"),
        ("other bytes", 7, "holds other bytes than were frozen"),
    ],
)
def test_a_store_damaged_after_the_upload_is_told(
    county: Workspace, tmp_path: Path, store: str, how: str, code: int, told: str
) -> None:
    before = ledger_content(county)
    with dask_processes(tmp_path / "dask") as processes:
        processes.add_worker(DAMAGED.format(how=how))
        words = ("run", PERIOD, "--hold", "I0002", "scores missing", "--revise", "late")
        answer = payengine(county, *words, "--cluster", processes.address, "--snapshots", store)
    assert (answer.returncode, answer.stdout) == (code, ""), answer.stderr
    assert answer.stderr.startswith("worker tcp://127.0.0.1:")
    assert told in answer.stderr
    assert SECRET not in answer.stderr
    assert ledger_content(county) == before


@pytest.mark.parametrize("how", ["lost", "truncated"])
def test_what_is_not_whole_is_uploaded_again(county: Workspace, store: str, how: str) -> None:
    snapshot = snapshot_of(county)
    stored = upload(snapshot, Store(store))
    whole = objects(store)
    damage(store, how)
    assert objects(store) != whole
    assert upload(snapshot, Store(store)) == stored
    assert objects(store) == whole


def test_an_upload_cut_short_shows_no_file_that_is_not_whole(
    county: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one completes it; before the manifest is there, no worker is sent to it."""
    snapshot, store = snapshot_of(county), Store(f"file://{tmp_path.as_posix()}/store")
    put_file, written = store._files.put_file, []

    def breaks(source: str, target: str, **options: Any) -> None:
        written.append(target)
        if len(written) == 7:
            Path(target).write_bytes(Path(source).read_bytes()[:-1])
            raise OSError(28, "No space left on device")
        put_file(source, target, **options)

    monkeypatch.setattr(store._files, "put_file", breaks)
    with pytest.raises(Unavailable, match="the disk is full"):
        upload(snapshot, store)
    names = objects(store.address)
    assert len(names) == 6
    assert not [name for name in names if name.endswith((".partial", ".manifest"))]
    monkeypatch.undo()
    upload(snapshot, store)
    assert len(objects(store.address)) == len(set(files_read(snapshot).values())) + 1


def test_a_part_changed_here_is_not_uploaded(county: Workspace, tmp_path: Path) -> None:
    snapshot = snapshot_of(county)
    copy = Snapshot.open(Path(shutil.copytree(snapshot.path, tmp_path / snapshot.digest)))
    file = copy.path / "limited" / "00001.arrow"
    file.write_bytes(file.read_bytes() + b"x")
    store = Store(f"file://{tmp_path.as_posix()}/store")
    with pytest.raises(IntegrityBroken) as broken:
        upload(copy, store)
    assert [problem.where for problem in broken.value.problems] == ["limited/00001.arrow"]
    assert not [name for name in objects(store.address) if name.endswith(".manifest")]


def test_the_manifest_that_is_uploaded_holds_no_notes_of_the_freeze(county: Workspace, tmp_path: Path) -> None:
    store = Store(f"file://{tmp_path.as_posix()}/store")
    snapshot = snapshot_of(county)
    stored = upload(snapshot, store)
    file = tmp_path / "store" / PERIOD / snapshot.digest / f"{stored.manifest}.manifest"
    told = json.loads(file.read_text(encoding="utf-8"))
    assert (told["frozen"], told["warnings"], "history" in told) == ({}, [], False)
    assert not re.search(r"R\d{9}", file.read_text(encoding="utf-8"))
    assert set(told["files"]) == set(files_read(snapshot))
    assert file.stat().st_mode & 0o077 == (snapshot.path / "manifest.json").stat().st_mode & 0o077


@pytest.mark.parametrize("who", ["command", "worker"])
def test_a_store_out_of_reach_ends_in_words(
    county: Workspace, tmp_path: Path, s3: str, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    before = ledger_content(county)
    with dask_processes(tmp_path) as processes:
        processes.add_worker(f"import os; os.environ['AWS_ENDPOINT_URL'] = {NOWHERE!r}" if who == "worker" else "")
        if who == "command":
            monkeypatch.setenv("AWS_ENDPOINT_URL", NOWHERE)
        words = ("run", PERIOD, "--hold", "I0002", "scores missing", "--revise", "late")
        answer = payengine(county, *words, "--cluster", processes.address, "--snapshots", f"{s3}/reach")
        log = (processes.folder / "log.txt").read_text(encoding="utf-8")
    assert (answer.returncode, answer.stdout) == (6, ""), answer.stderr
    assert answer.stderr.startswith("worker tcp://" if who == "worker" else f"the store {s3}/reach cannot be used")
    assert len(answer.stderr.splitlines()) == 2
    assert SECRET not in answer.stderr + log
    assert ledger_content(county) == before


def test_a_bucket_that_is_not_there_ends_in_words(county: Workspace, s3: str) -> None:
    with pytest.raises(Unavailable, match="cannot be used"):
        upload(snapshot_of(county), Store("s3://no-such-bucket-here/x"))


def test_secrets_of_the_environment_stand_in_no_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    store = Store(f"file://{tmp_path.as_posix()}")

    def quotes(*_: object, **__: object) -> None:
        raise ValueError(f'signed by {SECRET} at "http://me:word-of-pass@host/x?list=2&signature=word-of-pass"')

    monkeypatch.setattr(store._files, "ls", quotes)
    with pytest.raises(Unavailable) as told:
        store.sizes("x")
    assert told.value.what.endswith('signed by *** at "http://host/x"')
    assert told.value.__cause__ is None


@pytest.mark.parametrize(
    "text",
    [
        "s3://key:word-of-pass@bucket/x", "s3://bucket/x?secret=word-of-pass", "s3://bucket#word-of-pass",
        "simplecache::s3://word-of-pass", "s3://", "://word-of-pass", "sftp://[word-of-pass/x",
    ],
)  # fmt: skip
def test_an_address_with_credentials_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        address_of(text)
    assert "word-of-pass" not in refused.value.report()


def test_an_address_of_no_known_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="gopher is no kind of store"):
        Store(address_of("gopher://host/x"))


def test_the_memory_of_one_process_is_no_store_of_other_processes() -> None:
    """Workers would find it empty, and be told to run the command again, for ever."""
    from batch.cluster.cluster import connected, local

    for opened in (lambda: connected("tcp://127.0.0.1:9", "memory://x"), lambda: local(1, "memory://x")):
        with pytest.raises(UsageError, match="is the memory of this command"), opened():
            pass


def test_a_path_is_the_address_of_a_folder(tmp_path: Path) -> None:
    assert address_of(str(tmp_path / "a b")) == f"file://{tmp_path.as_posix()}/a b"
    assert address_of("s3://bucket/x/") == "s3://bucket/x"


def test_a_store_without_a_cluster_is_refused(county: Workspace) -> None:
    answer = payengine(county, "run", PERIOD, "--dry-run", "--snapshots", "s3://bucket/x")
    assert (answer.returncode, answer.stderr.splitlines()[0]) == (
        2, "--snapshots is given without --cluster or --workers",
    )  # fmt: skip


def test_the_cache_of_a_worker_keeps_within_its_bound(county: Workspace, tmp_path: Path) -> None:
    snapshot = snapshot_of(county)
    stored = upload(snapshot, Store(f"file://{tmp_path.as_posix()}/store"))
    parts = [name for name in files_read(snapshot) if name.endswith(".arrow")]
    largest = max((snapshot.path / name).stat().st_size for name in parts)
    smallest = min(parts, key=lambda name: (snapshot.path / name).stat().st_size)
    with PartCache(tmp_path / "cache", 0).holding(stored, smallest) as folder:
        least = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    cache = PartCache(tmp_path / "cache", least + largest)
    for name in [*parts, *reversed(parts)]:
        with cache.holding(stored, name) as folder:
            here = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
            assert {name, "manifest.json", "tables/staff.parquet"} <= here
            size = sum(file.stat().st_size for file in (tmp_path / "cache").rglob("*") if file.is_file())
            assert size == cache.size <= cache.bound
    assert cache.size < sum((snapshot.path / name).stat().st_size for name in files_read(snapshot))


def test_what_the_cache_holds_is_not_fetched_again(county: Workspace, tmp_path: Path) -> None:
    snapshot = snapshot_of(county)
    stored = upload(snapshot, Store(f"file://{tmp_path.as_posix()}/store"))
    cache = PartCache(tmp_path / "cache", 10**9)
    part = next(name for name in files_read(snapshot) if name.startswith("hot/"))
    with cache.holding(stored, part):
        pass
    (tmp_path / "store").rename(tmp_path / "gone")
    with cache.holding(stored, part) as folder:
        assert (folder / part).is_file()
    with pytest.raises(IntegrityBroken), cache.holding(stored, part):
        raise IntegrityBroken("found damaged")
    with pytest.raises(Unavailable), cache.holding(stored, part):  # nothing of it was kept
        pass


def test_a_manifest_of_other_bytes_is_not_read(county: Workspace, tmp_path: Path) -> None:
    stored = upload(snapshot_of(county), Store(f"file://{tmp_path.as_posix()}/store"))
    damage(stored.address, "other bytes", f"{stored.manifest}.manifest")
    with (
        pytest.raises(IntegrityBroken, match="holds other bytes"),
        PartCache(tmp_path / "cache", 10**9).holding(stored, "hot/00000.arrow"),
    ):
        pass
    strange = StoredSnapshot(stored.address, "0" * 64)
    with pytest.raises(Unavailable), PartCache(tmp_path / "cache", 10**9).holding(strange, "hot/00000.arrow"):
        pass


def test_the_bound_is_a_whole_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_PART_CACHE_MB", "12")
    assert bound_bytes() == 12_000_000
    monkeypatch.setenv("PAYENGINE_PART_CACHE_MB", "1.5")
    with pytest.raises(UsageError, match="PAYENGINE_PART_CACHE_MB"):
        bound_bytes()
