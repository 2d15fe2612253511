"""Files that hold pay are the office's alone, unless its settings say otherwise."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from batch.file_access import create
from batch.findings import notes as findings_note
from batch.findings import published_note
from batch.ledger import Ledger
from batch.reports.export import tables, write_file, write_folder
from batch.settings import FILE, patient_key, read_settings
from batch.snapshot import store
from batch.snapshot.layout import MANIFEST, NEWEST
from batch.workspace import Workspace
from payengine.errors import PayengineError, Refused, UsageError
from tests.support.freeze_case import freeze, record
from tests.support.sample_results import POLICY, results
from tests.support.small_county import county
from tests.support.small_county import tables as tables_of_county
from tests.support.small_run import NAMES, small

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights of files are others there")


@pytest.fixture(autouse=True)
def open_handed() -> object:
    """A system that lets everybody read what is new."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(entry: Path) -> int:
    return stat.S_IMODE(entry.stat().st_mode)


def modes(folder: Path) -> tuple[set[int], set[int]]:
    entries = list(folder.rglob("*"))
    return {mode(each) for each in entries if each.is_file()}, {mode(each) for each in entries if each.is_dir()}


def test_a_snapshot_its_folders_and_its_pointer_are_private(tmp_path: Path) -> None:
    frozen = freeze(tmp_path / "snapshots", [record("R")])
    assert modes(tmp_path) == ({0o600}, {0o700})
    assert mode(frozen.path.parent / NEWEST) == 0o600


@pytest.mark.parametrize(("access", "files", "folders"), [("group", 0o660, 0o770), ("system", 0o644, 0o755)])
def test_others_may_use_snapshots_where_the_settings_say_so(
    tmp_path: Path, access: str, files: int, folders: int
) -> None:
    frozen = freeze(tmp_path / "snapshots", [record("R")], access=access)
    assert modes(frozen.path) == ({files}, {folders})
    assert (mode(frozen.path), mode(frozen.path.parent), mode(frozen.path.parents[1])) == (folders,) * 3
    assert mode(frozen.path.parent / NEWEST) == files


@pytest.mark.parametrize(("access", "expected"), [("private", 0o600), ("group", 0o660), ("system", 0o644)])
def test_notes_of_another_freeze_of_the_same_content_keep_the_rights(
    tmp_path: Path, access: str, expected: int
) -> None:
    first = freeze(tmp_path / "snapshots", [record("R")], access=access)
    manifest = first.path / MANIFEST
    before = manifest.read_bytes()
    again = freeze(tmp_path / "snapshots", [record("R"), record("S", "2026-08-05")], access=access)
    assert (again.path, manifest.read_bytes() != before) == (first.path, True)
    assert mode(manifest) == expected


@pytest.mark.parametrize(("access", "expected"), [("private", 0o600), ("group", 0o660), ("system", 0o644)])
def test_notes_beside_a_snapshot_have_its_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, access: str, expected: int
) -> None:
    """They name people and tell pay; and they are nobody else's while they are written."""
    seen: list[int] = []
    replace = Path.replace

    def replaced(new: Path, old: Path) -> Path:
        if old.name.endswith(".json"):
            seen.append(mode(new))
        return replace(new, old)

    monkeypatch.setattr(Path, "replace", replaced)
    workspace = county(tmp_path / "c", tables_of_county(), settings="").folder
    text = (workspace / FILE).read_text(encoding="utf-8")
    (workspace / FILE).write_text(text.replace("[privacy]", f'[privacy]\nfiles = "{access}"'), encoding="utf-8")
    Workspace(workspace).freeze("2026-10")
    notes = sorted((workspace / "snapshots" / "2026-10").glob("*.json"))
    assert [note.name[64:] for note in notes] == [findings_note.ENDING, published_note.ENDING]
    assert {mode(note) for note in notes} == {expected}
    assert seen == [expected, expected]


def test_leftovers_of_killed_notes_are_removed(tmp_path: Path) -> None:
    workspace = county(tmp_path / "c", tables_of_county())
    path = workspace.freeze("2026-10").path
    old, fresh = (path.with_name(f".{path.name}{published_note.ENDING}-{number}") for number in (1, 2))
    for each in (old, fresh):
        create(each).close()
    os.utime(old, (time.time() - 2 * 3600,) * 2)
    workspace.freeze("2026-10")
    assert [each.exists() for each in (old, fresh)] == [False, True]


@pytest.mark.parametrize(("access", "expected"), [("private", 0o600), ("group", 0o660), ("system", 0o644)])
def test_a_ledger_and_its_log_have_the_rights_of_the_settings(tmp_path: Path, access: str, expected: int) -> None:
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path, access=access) as ledger:
        ledger.stage(results(), POLICY)
        with ledger._database.reading():
            assert modes(tmp_path)[0] == {expected}


@pytest.mark.parametrize(("access", "file", "folder"), [("private", 0o600, 0o700), ("group", 0o660, 0o770)])
def test_exports_have_the_rights_of_the_settings(tmp_path: Path, access: str, file: int, folder: int) -> None:
    every = tables(small(), NAMES)
    write_folder(every, tmp_path / "out", "parquet", access)
    write_file(every["pay_lines"], tmp_path / "pay.csv", access)
    assert modes(tmp_path) == ({file}, {folder})


def test_leftovers_of_a_killed_export_are_removed(tmp_path: Path) -> None:
    old, fresh, other = (tmp_path / name for name in (".pay.csv.1.partial", ".pay.csv.2.partial", ".x.csv.1.partial"))
    for each in (old, fresh, other):
        create(each).close()
    for each in (old, other):
        os.utime(each, (time.time() - 2 * 3600,) * 2)
    write_file(tables(small(), NAMES)["pay_lines"], tmp_path / "pay.csv")
    assert [each.exists() for each in (old, fresh, other)] == [False, True, True]


def test_leftovers_of_a_killed_pointer_are_removed(tmp_path: Path) -> None:
    period = freeze(tmp_path, [record("R")]).path.parent
    left = period / f".{NEWEST}-00"
    left.touch()
    os.utime(left, (time.time() - 2 * 3600,) * 2)
    freeze(tmp_path, [record("R")])
    assert not left.exists()


def test_a_snapshot_and_its_pointer_are_on_the_disk_before_they_have_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, rename = os.fsync, store._rename

    def told(descriptor: int) -> None:
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    def renamed(old: Path, new: Path) -> None:
        done.append("renamed")
        rename(old, new)

    if not Path("/proc/self/fd").exists():
        pytest.skip("the system does not tell what a descriptor is of")
    monkeypatch.setattr(os, "fsync", told)
    monkeypatch.setattr(store, "_rename", renamed)
    frozen = freeze(tmp_path, [record("R")])
    before, after = done[: done.index("renamed")], done[done.index("renamed") :]
    assert {file.name for file in frozen.path.rglob("*") if file.is_file()} <= set(before)
    assert after[1] == "2026-10"
    assert any(name.startswith(NEWEST) for name in after)


def settings(folder: Path, privacy: str, ledger: str = "sqlite:///ledger.sqlite") -> None:
    (folder / "payengine.toml").write_text(
        f'policy = "demo"\nledger = "{ledger}"\n[source]\nfolder = "x"\n[privacy]\n{privacy}\n', encoding="utf-8"
    )


@pytest.mark.parametrize(("rights", "access", "refused"), [
    (0o600, "private", False), (0o400, "private", False), (0o640, "private", True), (0o604, "private", True),
    (0o640, "group", False), (0o644, "group", True),
])  # fmt: skip
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, rights: int, access: str, refused: bool) -> None:
    workspace = tmp_path / "county"
    workspace.mkdir()
    (tmp_path / "key").write_text("k" * 64, encoding="utf-8")
    (tmp_path / "key").chmod(rights)
    settings(workspace, f'key_file = "../key"\nfiles = "{access}"')
    made = read_settings(workspace)
    if refused:
        with pytest.raises(UsageError, match="can be read by others"):
            patient_key(made.privacy, tmp_path)
    else:
        assert patient_key(made.privacy, tmp_path) == b"k" * 64


def test_another_word_for_access_is_refused(tmp_path: Path) -> None:
    settings(tmp_path, 'files = "everybody"')
    with pytest.raises(Refused, match="must be one of private, group, system"):
        read_settings(tmp_path)


@pytest.mark.parametrize("url", [
    "office:geheim@his.example/pay", "geheim", "postgresql//office:geheim@his.example", "://geheim",
    "mysql+pymysql://office:geheim@127.0.0.1:1/pay?ssl_key=geheim&token=geheim", "x+y://office:geheim@host/x",
    "postgresql+psycopg://office:geheim@127.0.0.1:1/pay?options=-c%20geheim", "sqlite:///?key=geheim",
])  # fmt: skip
def test_no_part_of_a_url_that_may_be_secret_is_told(tmp_path: Path, url: str) -> None:
    settings(tmp_path, 'patient = "as given"', url)
    with pytest.raises(PayengineError) as caught:
        Ledger.open(read_settings(tmp_path).ledger, tmp_path)
    assert "geheim" not in caught.value.report()
