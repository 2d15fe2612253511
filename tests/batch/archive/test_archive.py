"""Archives: one run in one file, the same bytes each time, computed again elsewhere."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import sys
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from batch.archive import encryption
from batch.archive.layout import TABLES_OF_RECORDS
from batch.archive.replay import replay_archive
from batch.audit import replay as replaying
from batch.content_digest import digest_of, texts_digest
from batch.file_access import POSIX
from batch.results import SCHEMAS
from batch.workspace import Workspace
from payengine.errors import IntegrityBroken, Refused, UsageError
from tests.support.archives import contents, signed, write
from tests.support.command_line import call

MONTH = "2026-10"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "county"
    call("demo", folder, "--records", "500", "--staff", "32", "--institutions", "8")
    return folder


@pytest.fixture(scope="module")
def file(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive alone, in a folder of its own."""
    target = tmp_path_factory.mktemp("elsewhere") / "october.zip"
    call("--workspace", made, "archive", MONTH, "-o", target)
    return target


@pytest.fixture
def county(made: Path, tmp_path: Path) -> Workspace:
    return Workspace(shutil.copytree(made, tmp_path / "county"))


def test_an_archive_is_replayed_without_ledger_and_workspace(
    file: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAYENGINE_WORKSPACE", str(tmp_path / "nothing"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    told = json.loads(call("--json", "replay", file).output)
    assert told["identical"] is True
    with Workspace(made).ledger() as ledger:
        assert told["archive"]["head"] == ledger.head()
    assert not list(tmp_path.iterdir()), "nothing is left"
    text = call("replay", file).output
    assert told["archive"]["digest"] in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_same_run_makes_the_same_bytes_in_any_language_and_at_any_time(
    file: Path, county: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = county.folder / "again.zip"
    for entry in county.snapshots.rglob("*"):
        entry.touch()
    county.publish(county.run(MONTH, hold={"I0005": "scores missing"}, revise="later").run)
    run = next(record for record in county.runs() if not record.current)
    call("--workspace", county.folder, "--lang", "zh", "archive", run.id, "-o", again)
    assert again.read_bytes() == file.read_bytes()


def test_an_archive_says_all_of_the_run(file: Path, made: Path) -> None:
    files, county = contents(file), Workspace(made)
    assert list(files) == sorted(files)
    with zipfile.ZipFile(file) as opened:
        forms = {(one.date_time, one.external_attr, one.create_system, one.compress_type) for one in opened.infolist()}
    assert forms == {((1980, 1, 1, 0, 0, 0), 0o100600 << 16, 3, zipfile.ZIP_STORED)}
    results = county.results(MONTH)
    for name, table in results.tables().items():
        path = file.parent / f"{name}.parquet"
        path.write_bytes(files[f"results/{name}.parquet"])
        assert pq.read_table(path).equals(table)
        path.unlink()
        lines = files[f"results/{name}.csv"].decode("utf-8-sig").splitlines()
        assert len(lines) == table.num_rows + 1
    first = results.pay_lines.slice(0, 1).to_pylist()[0]
    yuan = f"{first['amount_fen'] / 100:.2f}"
    assert f'"{first["staff"]}"' in files["results/pay_lines.csv"].decode()
    assert f'"{yuan}"' in files["results/pay_lines.csv"].decode().splitlines()[1]
    sources = {name.removeprefix("sources/"): text.decode() for name, text in files.items() if "sources/" in name}
    formulas = {name: text for name, text in sources.items() if name.startswith("formulas/")}
    assert texts_digest(formulas) == results.meta.formulas_digest
    assert texts_digest({n: t for n, t in sources.items() if n not in formulas}) == results.meta.engine_digest
    manifest = json.loads(files["snapshot/manifest.json"])
    assert digest_of(manifest["logical"]) == results.meta.snapshot_digest
    assert b'code = "demo"' in b"".join(text for name, text in files.items() if name.startswith("policy/"))
    for page in ("README.md", "README.zh.md"):
        assert results.meta.run_id in files[page].decode()
        assert "payengine replay" in files[page].decode()


@pytest.mark.skipif(not POSIX, reason="Windows has no such rights")
def test_an_archive_is_private_and_appears_when_it_is_whole(county: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    target = county.folder / "out" / "a.zip"
    target.parent.mkdir()
    call("--workspace", county.folder, "archive", MONTH, "-o", target)
    assert target.stat().st_mode & 0o777 == 0o600
    before = target.read_bytes()
    assert "exists already" in call("--workspace", county.folder, "archive", MONTH, "-o", target, code=2).stderr

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("batch.archive.writer.write_zip", fail)
    call("--workspace", county.folder, "archive", MONTH, "-o", target, "--force", code=6)
    assert target.read_bytes() == before
    assert list(target.parent.iterdir()) == [target]


def test_wrong_places_are_told(county: Workspace) -> None:
    call("--workspace", county.folder, "archive", MONTH, "-o", county.folder, code=2)
    call("--workspace", county.folder, "archive", MONTH, "-o", county.folder / "no" / "a.zip", code=2)
    call("--workspace", county.folder, "archive", "2026-09", "-o", county.folder / "a.zip", code=2)


def test_a_damaged_snapshot_or_ledger_makes_no_archive(county: Workspace) -> None:
    target = county.folder / "a.zip"
    ids = next(county.folder.glob(f"snapshots/{MONTH}/*/records/*.parquet"))
    kept = ids.read_bytes()
    ids.write_bytes(kept[:-1] + b"x")
    call("--workspace", county.folder, "archive", MONTH, "-o", target, code=7)
    ids.write_bytes(kept)
    with sqlite3.connect(county.folder / "ledger.sqlite") as ledger:
        ledger.execute("update source_text set text = text || ' '")
    call("--workspace", county.folder, "archive", MONTH, "-o", target, code=7)
    assert not target.exists()


def test_without_records_there_is_no_record_and_no_patient(county: Workspace) -> None:
    target = county.folder / "figures.zip"
    told = json.loads(call("--workspace", county.folder, "--json", "archive", MONTH, "-o", target,
                           "--without-records").output)  # fmt: skip
    assert told["variant"] == "without-records"
    files = contents(target)
    assert not any(name.startswith("snapshot/") and name != "snapshot/logical.json" for name in files)
    assert not any(f"results/{name}" in one for name in TABLES_OF_RECORDS for one in files)
    folder = next(county.folder.glob(f"snapshots/{MONTH}/*/manifest.json")).parent
    records = [*folder.glob("records/*.parquet"), *folder.glob("limited_records/*"), folder / "rejected.parquet"]
    ids = {row for one in records for row in pq.read_table(one)["record_id"].to_pylist()}
    names = set(pq.read_table(folder / "tables/staff.parquet")["name"].to_pylist())
    whole = b"\n".join(one for name, one in files.items() if not name.startswith(("sources/", "policy")))
    assert len(ids) > 400
    assert not [one for one in ids | names if re.search(rb"\b" + re.escape(one.encode()) + rb"\b", whole)]
    refused = call("replay", target, code=3).stderr
    assert "cannot be computed again" in refused
    assert "have their digests" in refused
    changed = write(county.folder / "x.zip", signed({**files, "snapshot/logical.json": b"{}"}))
    call("replay", changed, code=7)


def test_an_archive_for_recipients_is_read_by_their_keys_alone(county: Workspace) -> None:
    pyrage = pytest.importorskip("pyrage")
    keys = [pyrage.x25519.Identity.generate() for _ in range(3)]
    files = []
    for number, key in enumerate(keys):
        files.append(county.folder / f"key{number}.txt")
        files[-1].write_text(f"# a key\n{key}\n", encoding="utf-8")
    target = county.folder / "october.age"
    call("--workspace", county.folder, "archive", MONTH, "-o", target,
         "--recipient", keys[0].to_public(), "--recipient", keys[1].to_public())  # fmt: skip
    assert b"README" not in target.read_bytes()
    for key in files[:2]:
        assert json.loads(call("--json", "replay", target, "--identity", key).output)["identical"] is True
    assert "is encrypted" in call("replay", target, code=3).stderr
    assert "for other keys" in call("replay", target, "--identity", files[2], code=3).stderr
    refused = call("replay", target, "--identity", target, code=2).stderr
    assert "holds no key" in refused
    damaged, whole = county.folder / "damaged.age", target.read_bytes()
    for made in (whole[:-9] + b"123456789", whole[:-9], whole[:40], whole.replace(b"--- ", b"--- x", 1)):
        damaged.write_bytes(made)
        assert "damaged on its way" in call("replay", damaged, "--identity", files[0], code=7).stderr
    assert "no public key" in call("--workspace", county.folder, "archive", MONTH, "-o", county.folder / "b.age",
                                   "--recipient", "age1wrong", code=2).stderr  # fmt: skip


def test_encryption_without_its_package_is_told(county: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyrage", None)
    with pytest.raises(UsageError, match=r"payengine\[archive\]"):
        encryption.recipients_of(["age1x"])


def forged(file: Path, folder: Path, **header: str) -> dict[str, bytes]:
    """The files of an archive without a chain whose header says something else.

    It has the id that follows from what it says.
    """
    files = contents(file)
    archive = json.loads(files["archive.json"])
    run = {**archive["run"], **header}
    made = {"period": run["period"], "holds": json.loads(run["holds"]),
            **{name: run[name] for name in ("snapshot", "policy", "formulas", "engine")}}  # fmt: skip
    run["id"] = digest_of(made)
    archive["run"] = run
    return signed({**files, "archive.json": json.dumps(archive).encode(), "chain.json": b"[]"})


def test_archived_code_is_never_executed(file: Path, tmp_path: Path) -> None:
    """Sources that would do harm are read as text: the run counts as one of another engine."""
    mark = tmp_path / "executed"
    harm = f"open({str(mark)!r}, 'w').write('x')\nraise SystemExit(9)\n"
    engine = {
        name.removeprefix("sources/"): harm for name in contents(file) if name.startswith(("sources/p", "sources/b"))
    }
    files = forged(file, tmp_path, engine=texts_digest(engine))
    files |= {f"sources/{name}": text.encode() for name, text in engine.items()}
    found, _ = replay_archive(write(tmp_path / "harm.zip", signed(files)))
    assert not found.same_code
    assert not found.differing
    assert not mark.exists()


def test_an_archive_of_another_engine_names_the_changed_files(file: Path, tmp_path: Path) -> None:
    files = contents(file)
    engine = {
        n.removeprefix("sources/"): t.decode() for n, t in files.items() if n.startswith(("sources/p", "sources/b"))
    }
    engine["payengine/errors.py"] += "# another"
    made = forged(file, tmp_path, engine=texts_digest(engine))
    made["sources/payengine/errors.py"] = engine["payengine/errors.py"].encode()
    found, _ = replay_archive(write(tmp_path / "other.zip", signed(made)))
    assert found.sources[1].files == {"payengine/errors.py": "changed"}


def test_figures_of_another_computation_are_exit_4(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "stored_policy", lambda text: _dearer(text))
    assert "stored " in call("replay", file, code=4).stderr


def _dearer(text: str) -> object:
    from payengine.policy import stored_policy

    layers = json.loads(text)
    for layer in layers["layers"]:
        layer["text"] = layer["text"].replace('value = "4.20"', 'value = "4.30"')
    changed = json.dumps(layers)
    assert changed != text
    return stored_policy(changed)


def test_an_id_that_does_not_follow_from_the_contents_is_refused(file: Path, tmp_path: Path) -> None:
    """An id that does not follow is refused, though all digests are made right again."""
    files = contents(file)
    archive = json.loads(files["archive.json"])
    for name, value in (("id", "0" * 64), ("period", "2026-09"), ("holds", '{"I0001":"x"}'), ("policy", "1" * 64)):
        other = {**archive, "run": {**archive["run"], name: value}}
        made = signed({**files, "archive.json": json.dumps(other).encode()})
        with pytest.raises(IntegrityBroken, match="is not as it was written"):
            replay_archive(write(tmp_path / "forged.zip", made))
    foreign = signed({**files, "chain.json": b"[]"})
    found, seen = replay_archive(write(tmp_path / "unchained.zip", foreign))
    assert seen.head == ""
    assert not found.differing


def test_newer_formats_and_other_files_are_no_archives(file: Path, tmp_path: Path) -> None:
    files = contents(file)
    archive = {**json.loads(files["archive.json"]), "format": 2}
    with pytest.raises(Refused, match="has format 2"):
        replay_archive(write(tmp_path / "newer.zip", signed({**files, "archive.json": json.dumps(archive).encode()})))
    for name, content in (("text.zip", b"hello"), ("empty.zip", b""), ("pdf.zip", b"%PDF-1.7\n" * 99)):
        (tmp_path / name).write_bytes(content)
        assert "is no archive of payengine" in call("replay", tmp_path / name, code=3).stderr
    assert "there is no file" in call("replay", tmp_path / "missing.zip", code=2).stderr
    assert set(SCHEMAS) >= set(TABLES_OF_RECORDS)


def test_a_policy_that_the_id_does_not_name_is_no_replay_of_the_run(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another policy under the same id is found, also under other code.

    The chain tells, or without one the digest of the policy.
    """
    files = contents(file)
    policy = json.loads(files["policy.json"])
    for layer in policy["layers"]:
        layer["text"] = layer["text"].replace('value = "4.20"', 'value = "4.30"')
    layers = {
        name: text.replace(b'value = "4.20"', b'value = "4.30"') for name, text in files.items() if "policy/" in name
    }
    changed = {**files, **layers, "policy.json": json.dumps(policy).encode()}
    with pytest.raises(IntegrityBroken, match="does not end with the digests of this run"):
        replay_archive(write(tmp_path / "a.zip", signed(changed)))
    # with the results of that policy, other formulas and no chain: only the digest of the policy tells
    results = replay_archive(write(tmp_path / "b.zip", signed({**files, "chain.json": b"[]"})))[0]
    monkeypatch.setattr(replaying, "compare_table", lambda described, one, other: (results.tables[0], []))
    monkeypatch.setattr(replaying, "digests_of", lambda computed: {})
    bare = {name: one for name, one in changed.items() if not name.startswith("sources/formulas/")}
    made = forged(file, tmp_path, formulas="3" * 64)
    made = {**{name: one for name, one in bare.items() if name not in ("archive.json", "chain.json")},
            "archive.json": made["archive.json"], "chain.json": b"[]"}  # fmt: skip
    found, _ = replay_archive(write(tmp_path / "c.zip", signed(made)))
    assert not found.same_code
    assert [one.key for one in found.differences] == [{"column": "policy_digest"}]


def test_a_run_that_is_older_than_a_table_is_replayed_without_it(file: Path, tmp_path: Path) -> None:
    """A run of before version 2 of the ledger states no digest of departments' figures."""
    header = json.loads(contents(file)["archive.json"])["run"]
    digests = json.loads(header["digests"])
    del digests["department_line"]
    made = forged(file, tmp_path, digests=json.dumps(digests))
    for name in ("results/department_reports.csv", "results/department_reports.parquet"):
        del made[name]
    found, _ = replay_archive(write(tmp_path / "older.zip", signed(made)))
    assert not found.differing
    assert "department_reports" not in {table.name for table in found.tables}
    del digests["workload"]
    with pytest.raises(IntegrityBroken, match="workload"):
        replay_archive(write(tmp_path / "w.zip", forged(file, tmp_path, digests=json.dumps(digests))))
