"""Hostile archives: each ends in words, and nothing of it leaves its folder."""

from __future__ import annotations

import io
import json
import random
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from batch.archive import file_bounds, layout, reader, zip_file
from batch.archive.layout import is_safe
from batch.archive.reader import read_archive
from batch.archive.replay import replay_archive
from batch.archive.result_files import csv_bytes, parquet_bytes
from batch.cli.root import root
from payengine.errors import IntegrityBroken, PayengineError, Refused
from tests.support.archives import contents, signed, write

FLIPS, TRUNCATIONS, FORGERIES = 150, 60, 25  # more by hand: these take some seconds


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    for words in (["demo", str(folder / "c"), "--records", "300", "--staff", "32", "--institutions", "8"],
                  ["--workspace", str(folder / "c"), "archive", "2026-10", "-o", str(folder / "a.zip")]):  # fmt: skip
        assert CliRunner().invoke(root, words).exit_code == 0
    return folder / "a.zip"


def read(path: Path, folder: Path) -> None:
    """Read an archive into a new folder, beside which nothing may appear."""
    inner = folder / "inner"
    inner.mkdir()
    before = sorted(folder.parent.iterdir()), sorted(folder.iterdir())
    try:
        read_archive(path, inner)
    finally:
        assert (sorted(folder.parent.iterdir()), sorted(folder.iterdir())) == before


NAMES = [
    "../evil", "/etc/passwd", "snapshot/../../evil", "snapshot/./x", "snapshot//x", "snapshot\\..\\..\\evil", "C:/evil",
    "C:evil", "snapshot/a:b", "snapshot/.hidden", "snapshot/con", "snapshot/NUL.txt", "snapshot/com1.parquet",
    "snapshot/x.", "snapshot/x ", "snapshot/\u202ex", "snapshot/x\ny", "evil.pkl", "payengine/__init__.py", "snapshot/",
    "", ".", "..", "snapshot/" + "x" * 300, "~/x", "snapshot/é",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_elsewhere_is_refused(name: str, file: Path, tmp_path: Path) -> None:
    assert not is_safe(name)
    if name:
        made = write(tmp_path / "a.zip", {**contents(file), name: b"evil"})
        with pytest.raises(IntegrityBroken, match="is no name of a file"):
            read(made, tmp_path)


def test_every_name_that_is_written_is_safe(file: Path) -> None:
    assert all(map(is_safe, contents(file)))


def test_a_name_with_an_end_inside_is_refused(file: Path, tmp_path: Path) -> None:
    """`zipfile` cuts a name at its first zero byte."""
    made = write(tmp_path / "a.zip", {**contents(file), "snapshot/evilX.py": b"x"})
    made.write_bytes(made.read_bytes().replace(b"snapshot/evilX.py", b"snapshot/evil\0.py"))
    with pytest.raises(IntegrityBroken, match="is no name of a file"):
        read(made, tmp_path)


def packed(file: Path, target: Path, entry: Callable[[zipfile.ZipInfo], Any], name: str = "README.md") -> Path:
    """An archive in which one file is packed otherwise."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for each, content in contents(file).items():
            told = zipfile.ZipInfo(each)
            told.create_system, told.external_attr = 3, (stat.S_IFREG | 0o600) << 16
            if each == name:
                entry(told)
            made.writestr(told, content)
    target.write_bytes(stream.getvalue())
    return target


FORMS: dict[str, tuple[Callable[[zipfile.ZipInfo], Any], str]] = {
    "link": (lambda told: setattr(told, "external_attr", (stat.S_IFLNK | 0o777) << 16), "is no plain file"),
    "folder": (lambda told: setattr(told, "external_attr", (stat.S_IFDIR | 0o700) << 16), "is no plain file"),
    "device": (lambda told: setattr(told, "external_attr", (stat.S_IFCHR | 0o600) << 16), "is no plain file"),
    "set-uid": (lambda told: setattr(told, "external_attr", (stat.S_IFREG | 0o4755) << 16), "is no plain file"),
    "deflated": (lambda told: setattr(told, "compress_type", zipfile.ZIP_DEFLATED), "is compressed"),
    "bzip2": (lambda told: setattr(told, "compress_type", zipfile.ZIP_BZIP2), "is compressed"),
    "comment": (lambda told: setattr(told, "comment", b"hello"), "of a form that no archive has"),
    "extra": (lambda told: setattr(told, "extra", struct.pack("<HH4s", 9, 4, b"evil")), "of a form"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_another_form_is_refused(form: str, file: Path, tmp_path: Path) -> None:
    entry, what = FORMS[form]
    with pytest.raises(IntegrityBroken, match=what):
        read(packed(file, tmp_path / "a.zip", entry), tmp_path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(file: Path, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in {**contents(file), "snapshot/bomb.parquet": bytes(200 * 2**20)}.items():
            made.writestr(name, content)
    (tmp_path / "bomb.zip").write_bytes(stream.getvalue())
    assert (tmp_path / "bomb.zip").stat().st_size < 3 * 2**20
    with pytest.raises(IntegrityBroken, match="is compressed"):
        read(tmp_path / "bomb.zip", tmp_path)
    assert not list((tmp_path / "inner").iterdir())


def test_names_that_stand_twice_are_refused(file: Path, tmp_path: Path) -> None:
    for name in ("README.MD", "readme.md"):
        with pytest.raises(IntegrityBroken, match=r"twice|is no name"):
            read(write(tmp_path / "a.zip", {**contents(file), name: b"x"}), tmp_path)
        (tmp_path / "inner").rmdir()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the name that stands twice
        for name, content in [*contents(file).items(), ("README.md", b"other")]:
            told = zipfile.ZipInfo(name)
            told.create_system, told.external_attr = 3, (stat.S_IFREG | 0o600) << 16
            made.writestr(told, content)
    (tmp_path / "b.zip").write_bytes(stream.getvalue())
    with pytest.raises(IntegrityBroken, match="twice"):
        read(tmp_path / "b.zip", tmp_path)
    (tmp_path / "inner").rmdir()
    with pytest.raises(IntegrityBroken, match="twice"):
        read(write(tmp_path / "c.zip", {**contents(file), "policy/x": b"", "policy/x/y": b""}), tmp_path)


def test_files_that_overlap_or_hide_something_are_refused(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    for number, made in enumerate([b"#!/bin/sh\n" + whole, whole + b"tail", whole[:-2] + b"\4\0evil"]):
        target = tmp_path / f"{number}.zip"
        target.write_bytes(made)
        with pytest.raises((IntegrityBroken, Refused)):
            read(target, tmp_path)
        (tmp_path / "inner").rmdir()
    begin = struct.unpack("<I", whole[-6:-2])[0]
    second = whole.index(b"PK\x01\x02", begin + 4)  # the directory's second entry is given the first one's place
    (tmp_path / "o.zip").write_bytes(whole[: second + 42] + whole[begin + 42 : begin + 46] + whole[second + 46 :])
    with pytest.raises(IntegrityBroken):
        read(tmp_path / "o.zip", tmp_path)


def test_the_form_of_large_archives_is_read_too(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large zip file has its sizes elsewhere; here that begins at 3,000 bytes."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 3000)
    made = write(tmp_path / "large.zip", contents(file))
    assert b"PK\x06\x06" in made.read_bytes()
    read(made, tmp_path)
    (tmp_path / "cut.zip").write_bytes(made.read_bytes().replace(b"PK\x06\x06", b"PK\x06\x05"))
    (tmp_path / "inner").rename(tmp_path / "before")
    with pytest.raises(IntegrityBroken):
        read(tmp_path / "cut.zip", tmp_path)


def test_more_files_than_may_be_are_refused(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_file, "MOST_FILES", 20)
    with pytest.raises(IntegrityBroken, match="more than 20 files"):
        read(file, tmp_path)


def test_larger_files_than_may_be_are_refused(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_file, "LARGEST_ARCHIVE", 1000)
    with pytest.raises(IntegrityBroken, match="larger than 1,000 bytes"):
        read(file, tmp_path)
    monkeypatch.undo()
    (tmp_path / "inner").rmdir()
    monkeypatch.setattr(reader, "LARGEST_TEXT", 1000)
    with pytest.raises(IntegrityBroken, match="larger than 1,000 bytes"):
        read(file, tmp_path)
    assert layout.LARGEST_TEXT > 1000


def test_parquet_and_arrow_that_would_grow_beyond_measure_are_refused(tmp_path: Path) -> None:
    many = pa.table({"a": pa.array([7] * 100)})
    folder = tmp_path / "f"
    folder.mkdir()
    rows = pa.table({"a": pa.repeat(pa.scalar(0, pa.int64()), 3_000_000)})
    pq.write_table(rows, folder / "rows.parquet", compression="zstd")
    text = pa.table({"a": pa.array(["x" * 2**20] * 100)})
    pq.write_table(text, folder / "text.parquet", compression="zstd", use_dictionary=False)
    pq.write_table(many, folder / "plain.parquet")
    for name, compression in (("zstd", "zstd"), ("lz4", "lz4"), ("none", None)):
        with pa.ipc.new_file(folder / f"{name}.arrow", many.schema,
                             options=pa.ipc.IpcWriteOptions(compression=compression)) as made:  # fmt: skip
            made.write_table(many)
    found = {problem.where for problem in file_bounds.unbounded(folder)}
    assert found == {"rows.parquet", "text.parquet", "zstd.arrow", "lz4.arrow"}


def test_an_archive_with_such_a_file_is_refused(file: Path, tmp_path: Path) -> None:
    files = contents(file)
    stream = io.BytesIO()
    pq.write_table(pa.table({"a": pa.repeat(pa.scalar(0, pa.int64()), 3_000_000)}), stream)
    with pytest.raises(IntegrityBroken, match="would grow beyond measure"):
        read(write(tmp_path / "a.zip", signed({**files, "snapshot/history.parquet": stream.getvalue()})), tmp_path)


def without(files: dict[str, bytes], name: str) -> dict[str, bytes]:
    return {one: content for one, content in files.items() if one != name}


SIGNED: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "a file more": lambda files: {**files, "results/evil.pkl": b"x"},
    "a file more in the snapshot": lambda files: {**files, "snapshot/evil.parquet": b"x"},
    "a source more": lambda files: {**files, "sources/formulas/evil.py": b"x"},
    "a source elsewhere": lambda files: {**files, "sources/other/evil.py": b"x"},
    "no sources": lambda files: {name: one for name, one in files.items() if not name.startswith("sources/formulas")},
    "no page": lambda files: without(files, "README.zh.md"),
    "no results": lambda files: without(files, "results/workload.parquet"),
    "no CSV": lambda files: without(files, "results/workload.csv"),
    "no policy": lambda files: without(files, "policy.json"),
    "no part of the snapshot": lambda files: without(files, "snapshot/tables/staff.parquet"),
    "no manifest": lambda files: without(files, "snapshot/manifest.json"),
    "another CSV": lambda files: {
        **files, "results/pay_lines.csv": files["results/pay_lines.csv"].replace(b'1"', b'2"', 1)
    },
    "a CSV of more rows": lambda files: {
        **files, "results/pay_lines.csv": files["results/pay_lines.csv"] + files["results/pay_lines.csv"][-60:]
    },
    "no mark of UTF-8": lambda files: {**files, "results/pay_lines.csv": files["results/pay_lines.csv"][3:]},
    "another layer": lambda files: {**files, next(one for one in files if "policy/01" in one): b"# nothing"},
    "another policy": lambda files: {**files, "policy.json": files["policy.json"].replace(b"0.60", b"0.70", 1) + b" "},
    "another source": lambda files: {**files, "sources/formulas/purchase.py": b"evil()"},
    "other results": lambda files: {**files, "results/pay_lines.parquet": files["results/components.parquet"]},
    "another table": lambda files: {**files, "snapshot/tables/staff.parquet": files["snapshot/tables/license.parquet"]},
    "another entry": lambda files: {**files, "chain.json": files["chain.json"].replace(b"publish", b"publisH")},
    "an entry more": lambda files: {
        **files, "chain.json": json.dumps([*json.loads(files["chain.json"]), [99, "{}", "", ""]]).encode()
    },
    "an entry less": lambda files: {**files, "chain.json": json.dumps(json.loads(files["chain.json"])[1:]).encode()},
    "the last entry gone": lambda files: {
        **files, "chain.json": json.dumps(json.loads(files["chain.json"])[:-2]).encode()
    },
    "a chain of nonsense": lambda files: {**files, "chain.json": b'[["1", 2, null, {}]]'},
    "a header of nonsense": lambda files: {**files, "archive.json": b'{"format": 1, "variant": "full", "run": [1]}'},
    "no variant": lambda files: {**files, "archive.json": b'{"format": 1, "variant": "other"}'},
    "deep JSON": lambda files: {**files, "archive.json": b"[" * 200_000},
    "long numbers": lambda files: {**files, "archive.json": b'{"format": ' + b"9" * 9_000 + b"}"},
    "no JSON": lambda files: {**files, "policy.json": b"\xff\xfe"},
}  # fmt: skip


@pytest.mark.parametrize("forgery", SIGNED)
def test_a_forgery_with_right_digests_is_found(forgery: str, file: Path, tmp_path: Path) -> None:
    """A forgery is found by id, header and chain, though the list of digests is right."""
    made = signed(SIGNED[forgery](contents(file)))
    with pytest.raises(IntegrityBroken) as caught:
        read(write(tmp_path / "a.zip", made), tmp_path)
    assert "is not as it was written" in caught.value.what
    assert caught.value.problems
    assert all(problem.what for problem in caught.value.problems)


def test_a_file_without_its_digest_is_found(file: Path, tmp_path: Path) -> None:
    """The page for the auditor is compared with nothing but the list."""
    files = contents(file)
    with pytest.raises(IntegrityBroken, match=r"README\.md: 1 problem.*\n.*does not have its digest"):
        read(
            write(tmp_path / "a.zip", {**files, "README.md": files["README.md"].replace(b"identical", b"different")}),
            tmp_path,
        )
    (tmp_path / "inner").rename(tmp_path / "before")
    index = json.loads(files["digests.json"])
    index["files"]["results/more.csv"] = index["files"].pop("README.md")
    with pytest.raises(IntegrityBroken, match="does not stand in the list of digests") as caught:
        read(write(tmp_path / "b.zip", {**files, "digests.json": json.dumps(index).encode()}), tmp_path)
    assert {problem.where for problem in caught.value.problems} == {"README.md", "results/more.csv"}


def test_an_id_that_does_not_follow_is_found_before_anything_is_computed(file: Path, tmp_path: Path) -> None:
    files = contents(file)
    archive = json.loads(files["archive.json"])
    archive["run"]["engine"] = "1" * 64
    made = {name: one for name, one in files.items() if not name.startswith(("sources/payengine", "sources/batch"))}
    made |= {"archive.json": json.dumps(archive).encode(), "chain.json": b"[]"}
    with pytest.raises(IntegrityBroken, match="does not follow from what it was made from"):
        read(write(tmp_path / "a.zip", signed(made)), tmp_path)


def test_a_figure_changed_in_parquet_and_csv_is_found(file: Path, tmp_path: Path) -> None:
    """Both say the same, and the digests are right: the header names the digest of the rows."""
    files = contents(file)
    lines = pq.read_table(io.BytesIO(files["results/pay_lines.parquet"]))
    amounts = lines["amount_fen"].to_pylist()
    amounts[0] += 100
    lines = lines.set_column(5, lines.schema.field("amount_fen"), pa.array(amounts))
    made = {**files, "results/pay_lines.parquet": parquet_bytes(lines),
            "results/pay_lines.csv": csv_bytes("pay_lines", lines)}  # fmt: skip
    with pytest.raises(IntegrityBroken, match="rows were changed, added or taken away"):
        read(write(tmp_path / "a.zip", signed(made)), tmp_path)


def test_a_list_of_digests_that_is_wrong_is_found(file: Path, tmp_path: Path) -> None:
    files = contents(file)
    for index in (b"{}", b"[]", b'{"files": []}', b'{"files": {}}', b"\xff", files["digests.json"].replace(b"1", b"2")):
        with pytest.raises(IntegrityBroken):
            read(write(tmp_path / "a.zip", {**files, "digests.json": index}), tmp_path)
        for left in (tmp_path / "inner").rglob("*"):
            if left.is_file():
                left.unlink()
        (tmp_path / "inner").rename(tmp_path.parent / f"{tmp_path.name}-{random.random()}")
    with pytest.raises(Refused, match="is no archive"):
        read(write(tmp_path / "a.zip", without(files, "digests.json")), tmp_path)


def ended(made: bytes, folder: Path, number: int) -> int:
    """Replay bytes; returns the exit code, which no error of another kind may give."""
    target = folder / f"{number}.zip"
    target.write_bytes(made)
    try:
        replay_archive(target)[0].require_identical()
    except PayengineError as error:
        return error.exit_code if error.what else 1
    finally:
        target.unlink()
    return 0


def _in_a_head(whole: bytes, dice: random.Random) -> int:
    """Choose a byte of what stands before a file."""
    begin = whole.rfind(b"PK\x03\x04", 0, dice.randrange(30, len(whole)))
    return begin + dice.randrange(30)


def test_any_flipped_byte_is_found(file: Path, tmp_path: Path) -> None:
    dice, whole = random.Random(1), file.read_bytes()
    directory = struct.unpack("<I", whole[-6:-2])[0]
    for number in range(FLIPS):
        place = dice.choice(
            [dice.randrange(len(whole)), dice.randrange(directory, len(whole)), _in_a_head(whole, dice)]
        )
        made = bytearray(whole)
        made[place] ^= 1 << dice.randrange(8)
        assert ended(bytes(made), tmp_path, number) in (3, 7), f"byte {place}"


def test_any_cut_is_found(file: Path, tmp_path: Path) -> None:
    dice, whole = random.Random(2), file.read_bytes()
    lengths = [0, 1, 3, 4, 21, 22, len(whole) - 1, *(dice.randrange(len(whole)) for _ in range(TRUNCATIONS))]
    for number, length in enumerate(lengths):
        assert ended(whole[:length], tmp_path, number) in (3, 7), f"cut at {length}"


def test_bytes_changed_inside_with_right_digests_end_in_words(file: Path, tmp_path: Path) -> None:
    """Files are changed anywhere: no other error than ours comes of it.

    Nor is anything else than the run replayed as identical.
    """
    dice, files = random.Random(3), contents(file)
    free = {"README.md", "README.zh.md", "snapshot/manifest.json"}  # the page and the notes of the freeze prove nothing
    names = [name for name in files if name not in {"digests.json", *free} and files[name]]
    inside = [name for name in names if not name.startswith("sources/")]
    for number in range(FORGERIES):
        name = dice.choice(inside if number % 6 else names)
        content = bytearray(files[name])
        for _ in range(dice.choice([1, 1, 4, 40])):
            content[dice.randrange(len(content))] = dice.randrange(256)
        if dice.random() < 0.1:
            del content[dice.randrange(len(content)) :]
        if bytes(content) == files[name]:
            continue
        made = signed({**files, name: bytes(content)})
        stream = io.BytesIO()
        zip_file.write_zip(stream, made)
        assert ended(stream.getvalue(), tmp_path, number) in (0 if _says_the_same(name) else 3, 3, 7), name


def _says_the_same(name: str) -> bool:
    """Tell if bytes of a file may differ without other values: padding, blanks."""
    return name.endswith((".parquet", ".arrow", ".json", ".u64", ".csv"))


def test_values_changed_inside_with_all_hashes_right_are_found(file: Path, tmp_path: Path) -> None:
    """A file with its hash in the manifest made right too: the digest is of values."""
    import hashlib

    files = contents(file)
    stream = io.BytesIO()
    staff = pq.read_table(io.BytesIO(files["snapshot/tables/staff.parquet"]))
    codes = pa.array(["X" + code[1:] for code in staff["code"].to_pylist()])
    pq.write_table(staff.set_column(0, staff.schema.field("code"), codes), stream)
    manifest = json.loads(files["snapshot/manifest.json"])
    manifest["files"]["tables/staff.parquet"] = {
        "bytes": len(stream.getvalue()), "sha256": hashlib.sha256(stream.getvalue()).hexdigest()
    }  # fmt: skip
    made = {**files, "snapshot/tables/staff.parquet": stream.getvalue(),
            "snapshot/manifest.json": json.dumps(manifest).encode()}  # fmt: skip
    with pytest.raises(IntegrityBroken, match="do not match their digest"):
        read(write(tmp_path / "a.zip", signed(made)), tmp_path)


def test_what_was_made_to_have_its_digests_and_cannot_be_computed_ends_in_words(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("batch.audit.replay.compute", fail)
    result = CliRunner().invoke(root, ["replay", str(file)])
    assert result.exit_code == 7
    assert "cannot be computed: ZeroDivisionError" in result.stderr
