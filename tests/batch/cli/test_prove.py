"""The commands `prove` and `verify-proof`: a payslip, and a head in a later one."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch.file_access import POSIX
from batch.proof.documents import LARGEST
from tests.support import small_county
from tests.support.command_line import call

OTHERS = ("S2", "李玲", "I1 note", "290000", "2900", "root@")  # of others than S1: code, name, reason, amount, officer
REASON = "李玲 (S2) I1 note"
Document = dict[str, Any]


def head_of(county: Path) -> str:
    return str(json.loads(call("--workspace", county, "--json", "runs").output)["head"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A month published twice, the second time for a reason that names somebody; both heads."""
    folder = tmp_path_factory.mktemp("prove") / "county"
    rows = small_county.tables(pay_component=[small_county.pay("S1"), small_county.pay("S2", "2900")])
    office = small_county.county(folder, rows)
    heads = []
    for score, reason in (("100", ""), ("90", REASON)):
        scores = [{**row, "score": score} for row in rows["appraisal"]]
        small_county.write(folder / "input", {"appraisal": scores})
        office.freeze("2026-10")
        heads.append(office.publish(office.run("2026-10", revise=reason).run).head)
    return folder, heads


@pytest.fixture
def county(made: tuple[Path, list[str]], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[0], tmp_path / "county"))


@pytest.fixture
def proof(county: Path, tmp_path: Path) -> Path:
    file = tmp_path / "payslip.json"
    call("--workspace", county, "prove", "2026-10", "--staff", "S1", "-o", file)
    return file


def read(file: Path) -> Document:
    return dict(json.loads(file.read_text(encoding="utf-8")))


def changed(file: Path, change: Callable[[Document], object]) -> Path:
    document = copy.deepcopy(read(file))
    change(document)
    other = file.with_name("changed.json")
    other.write_text(json.dumps(document), encoding="utf-8")
    return other


# --- a payslip -----------------------------------------------------------------------------------------------------


def test_a_payslip_is_proved_without_workspace_or_ledger(
    county: Path, proof: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = head_of(county)
    shutil.rmtree(county)
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    monkeypatch.chdir(empty)
    text = call("verify-proof", proof, "--head", head).output
    assert "The proof holds" in text
    assert "S1 at I1, 2026-10 revision 2" in text
    assert "3,100.00" in text
    assert "no later revision" in text
    assert "Illustrative values" in text
    assert "证明成立" in call("--lang", "zh", "verify-proof", proof, "--head", head).output
    told = json.loads(call("--json", "verify-proof", proof, "--head", head).output)
    assert (told["holds"], told["staff"], told["institution"], told["revision"], told["payslips"]) == (
        True, "S1", "I1", 2, 2,
    )  # fmt: skip
    assert [line["amount_fen"] for line in told["payslip"]["lines"] if line["component"] == "post_pay"] == [310_000]
    assert list(empty.iterdir()) == []


def test_whoever_proves_a_payslip_is_logged(county: Path, tmp_path: Path) -> None:
    assert call("--workspace", county, "prove", "2026-10", "--staff", "S1", "-o", tmp_path / "p.json").exit_code == 0
    told = json.loads(call("--workspace", county, "--json", "log", "--action", "prove").output)["entries"][-1]
    assert (told["log"], told["period"], told["staff"]) == ("access", "2026-10", "S1")


def test_a_program_of_others_checks_a_proof_by_its_description(county: Path, proof: Path) -> None:
    """A proof is checked by what docs/proof.md says, and nothing else."""

    def sha(content: bytes) -> bytes:
        return hashlib.sha256(content).digest()

    def canonical(value: object) -> bytes:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def climb(leaf: bytes, index: int, size: int, path: list[str]) -> str:
        if size == 1:
            assert path == []
            return leaf.hex()
        split = 1 << (size - 1).bit_length() - 1
        sibling, below = bytes.fromhex(path[-1]), path[:-1]
        if index < split:
            return sha(b"\x01" + bytes.fromhex(climb(leaf, index, split, below)) + sibling).hex()
        return sha(b"\x01" + sibling + bytes.fromhex(climb(leaf, index - split, size - split, below))).hex()

    told = read(proof)
    entry, size = told["entry"], int(told["head"].split("-")[0])
    leaf = sha(b"\x00" + bytes.fromhex(told["salt"]) + canonical(told["payslip"]))
    assert climb(leaf, told["index"], entry["payslips"]["size"], told["payslip_path"]) == entry["payslips"]["root"]
    root = climb(sha(b"\x00" + canonical(entry)), entry["number"] - 1, size, told["entry_path"])
    assert f"{size}-{root}" == head_of(county)


def test_a_proof_holds_nothing_of_others(county: Path, proof: Path) -> None:
    text = proof.read_text(encoding="utf-8")
    text += call("verify-proof", proof, "--head", head_of(county)).output
    assert [one for one in OTHERS if one in text] == []
    assert "S1" in text
    if POSIX:
        assert proof.stat().st_mode & 0o777 == 0o600


def test_the_payslip_is_the_one_that_show_prints(county: Path, proof: Path) -> None:
    shown = json.loads(call("--workspace", county, "--json", "show", "2026-10", "--staff", "S1").output)["payslips"][0]
    proved = read(proof)["payslip"]
    assert sum(line["amount_fen"] for line in proved["lines"]) == shown["gross_fen"]
    assert {row["name"]: row["value"] for row in proved["reports"]} == {
        row["name"]: row["value"] for row in shown["reports"]
    }
    assert [row["points_micro"] for row in proved["workload"]] == [row["points_micro"] for row in shown["workload"]]


def digit(text: str) -> str:
    return ("1" if text[0] != "1" else "2") + text[1:]


CHANGES: dict[str, Callable[[Document], object]] = {
    "an amount": lambda proof: proof["payslip"]["lines"][0].update(amount_fen=1),
    "an amount taken away": lambda proof: proof["payslip"]["lines"].pop(),
    "a line twice": lambda proof: proof["payslip"]["lines"].append(proof["payslip"]["lines"][0]),
    "a label": lambda proof: proof["payslip"]["lines"][0].update(label="奖励"),
    "a class": lambda proof: proof["payslip"]["lines"][0].update(pay_class="variable"),
    "another person": lambda proof: proof["payslip"].update(staff="S2"),
    "another institution": lambda proof: proof["payslip"].update(institution="I2"),
    "another period": lambda proof: proof["payslip"].update(period="2026-09"),
    "another period in both": lambda proof: [
        proof[part].update(period="2026-09") for part in ("payslip", "entry")
    ],
    "another run": lambda proof: proof["payslip"].update(run=digit(proof["payslip"]["run"])),
    "the mark of invented values": lambda proof: proof["payslip"].update(illustrative=False),
    "points": lambda proof: proof["payslip"]["workload"][0].update(points_micro=1),
    "a figure": lambda proof: proof["payslip"]["reports"][0].update(value=1),
    "the salt": lambda proof: proof.update(salt=digit(proof["salt"])),
    "the place": lambda proof: proof.update(index=1 - proof["index"]),
    "the path": lambda proof: proof.update(payslip_path=[digit(proof["payslip_path"][0])]),
    "a path too long": lambda proof: proof["payslip_path"].append("00" * 32),
    "no path": lambda proof: proof.update(payslip_path=[]),
    "the root in the entry": lambda proof: proof["entry"]["payslips"].update(
        root=digit(proof["entry"]["payslips"]["root"])
    ),
    "the size in the entry": lambda proof: proof["entry"]["payslips"].update(size=1),
    "the time": lambda proof: proof["entry"].update(at="2026-01-01T00:00:00Z"),
    "the revision": lambda proof: proof["entry"].update(revision=1),
    "the action": lambda proof: proof["entry"].update(action="stage"),
    "the entry's number": lambda proof: proof["entry"].update(number=proof["entry"]["number"] - 1),
    "the entry's hash": lambda proof: proof["entry"].update(hash=digit(proof["entry"]["hash"])),
    "the entry's path": lambda proof: proof["entry_path"].insert(0, digit(proof["entry_path"].pop(0))),
    "the head": lambda proof: proof.update(head=f"{proof['head'].split('-')[0]}-{'ab' * 32}"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_is_changed_is_exit_7(county: Path, proof: Path, change: Callable[[Document], object]) -> None:
    told = call("verify-proof", changed(proof, change), "--head", head_of(county), code=7)
    assert "the proof does not hold" in told.stderr
    assert "3,100.00" not in told.output


def test_another_head_is_exit_7_and_says_for_which_the_file_is(county: Path, proof: Path) -> None:
    head = head_of(county)
    size, _, digits = head.partition("-")
    for other in (f"{size}-{digit(digits)}", f"{int(size) + 1}-{digits}"):
        assert f"is made for the head {head}" in call("verify-proof", proof, "--head", other, code=7).stderr


def test_a_proof_under_an_earlier_head(county: Path, made: tuple[Path, list[str]], tmp_path: Path) -> None:
    first, last = made[1]
    runs = json.loads(call("--workspace", county, "--json", "runs").output)["runs"]
    replaced = next(run["run"] for run in runs if run["state"] == "replaced")
    file = tmp_path / "first.json"
    call("--workspace", county, "prove", replaced, "--staff", "S1", "-o", file, "--head", first)
    assert "revision 1" in call("verify-proof", file, "--head", first).output
    call("verify-proof", file, "--head", last, code=7)
    told = call(
        "--workspace", county, "prove", "2026-10", "--staff", "S1", "-o", tmp_path / "x", "--head", first, code=2
    )
    assert "is not published under this head" in told.stderr
    strange = f"3-{'ab' * 32}"
    told = call(
        "--workspace", county, "prove", "2026-10", "--staff", "S1", "-o", tmp_path / "x", "--head", strange, code=2
    )
    assert "is no head of this ledger's audit chain" in told.stderr


# --- from head to head ---------------------------------------------------------------------------------------------


def test_an_earlier_head_stands_in_a_later_one(county: Path, made: tuple[Path, list[str]], tmp_path: Path) -> None:
    first, last = made[1]
    file = tmp_path / "heads.json"
    call("--workspace", county, "prove", "--from", first, "-o", file)
    assert "Compare the earlier head" in call("verify-proof", file, "--head", last).output
    told = call("verify-proof", file, "--head", last, "--from", first).output
    assert "The proof holds" in told
    assert "Compare" not in told
    assert "begins at the head" in call("verify-proof", file, "--head", last, "--from", last, code=7).stderr
    call("verify-proof", file, "--head", first, code=7)
    for change in (
        lambda proof: proof.update(path=[digit(proof["path"][0]), *proof["path"][1:]]),
        lambda proof: proof["path"].pop(),
        lambda proof: proof.update({"from": f"{first.split('-')[0]}-{'ab' * 32}"}),
        lambda proof: proof.update({"from": f"{int(first.split('-')[0]) - 1}-{first.split('-')[1]}"}),
    ):
        call("verify-proof", changed(file, change), "--head", last, code=7)
    told = call("--workspace", county, "prove", "--from", last, "--head", first, "-o", tmp_path / "x", code=2).stderr
    assert "is later than" in told
    call("--workspace", county, "prove", "--from", first, "--head", first, "-o", file, "--force")
    call("verify-proof", file, "--head", first)


def test_a_signed_text_gives_the_head(county: Path, proof: Path, tmp_path: Path) -> None:
    note = tmp_path / "signed.txt"
    note.write_text(f"-----BEGIN-----\n链头 {head_of(county)}\n-----END-----\n", encoding="utf-8")
    call("verify-proof", proof, "--head", f"@{note}")
    assert head_of(county) in call("--workspace", county, "verify", "--head", f"@{note}").output
    call("--workspace", county, "prove", "--from", f"@{note}", "-o", tmp_path / "heads.json")


def test_heads_of_earlier_versions_are_still_verified(county: Path) -> None:
    """A hash of the chain is found, and told as it is written today."""
    with sqlite3.connect(county / "ledger.sqlite") as ledger:
        number, noted = ledger.execute(
            "select number, hash from audit_entry order by number limit 1 offset 2"
        ).fetchone()
    told = json.loads(call("--workspace", county, "--json", "verify", "--head", noted).output)
    assert told["noted"].startswith(f"{number}-")
    assert told["noted"] in call("--workspace", county, "verify", "--head", noted).output
    call("--workspace", county, "verify", "--head", told["noted"])


def test_every_head_ever_printed_is_still_verified(county: Path, made: tuple[Path, list[str]]) -> None:
    for head in made[1]:
        call("--workspace", county, "verify", "--head", head)
    size, _, digits = made[1][0].partition("-")
    for wrong, told in ((f"{size}-{digit(digits)}", "are not those of the noted head"),
                        (f"{int(size) + 90}-{digits}", "its end was cut off")):  # fmt: skip
        assert told in call("--workspace", county, "verify", "--head", wrong, code=7).stderr


# --- what is refused -----------------------------------------------------------------------------------------------


def test_wrong_words_are_exit_2(county: Path, proof: Path, tmp_path: Path) -> None:
    head, file = head_of(county), tmp_path / "x.json"
    prove = ("--workspace", county, "prove")
    call(*prove, "-o", file, code=2)
    call(*prove, "2026-10", "-o", file, code=2)
    call(*prove, "2026-10", "--staff", "S1", "--from", head, "-o", file, code=2)
    call(*prove, "2026-10", "--staff", "S9", "-o", file, code=2)
    call(*prove, "2026-10", "--staff", "S1", "--institution", "I9", "-o", file, code=2)
    assert "exists already" in call(*prove, "2026-10", "--staff", "S1", "-o", proof, code=2).stderr
    call(*prove, "2026-10", "--staff", "S1", "-o", tmp_path, "--force", code=2)
    call(*prove, "2026-10", "--staff", "S1", "-o", tmp_path / "no" / "x.json", code=2)
    call("verify-proof", proof, code=2)
    call("verify-proof", proof, "--head", "x", code=2)
    call("verify-proof", proof, "--head", head, "--from", head, code=2)
    call("verify-proof", tmp_path / "nowhere", "--head", head, code=2)
    assert not file.exists()


HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"PK\x03\x04",
    "no UTF-8": b'{"format": "\xff"}',
    "a list": b"[]",
    "an object of others": b'{"format": "x"}',
    "a format that is no text": b'{"format": {}}',
    "deep": b"[" * 200_000,
    "deep objects": b'{"a":' * 200_000,
    "a huge number": b'{"format": ' + b"9" * 10_000 + b"}",
    "no number": b'{"format": NaN}',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_no_proof_is_exit_3(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content)
    assert "is no proof" in call("verify-proof", file, "--head", f"1-{'ab' * 32}", code=3).stderr


MISSHAPEN: dict[str, Callable[[Document], object]] = {
    "a float": lambda proof: proof["payslip"]["lines"][0].update(amount_fen=1.5),
    "a flag for a number": lambda proof: proof.update(index=True),
    "a number for a text": lambda proof: proof["payslip"].update(staff=1),
    "a number too large": lambda proof: proof["payslip"]["lines"][0].update(amount_fen=1 << 63),
    "a text for a list": lambda proof: proof["payslip"].update(lines="x"),
    "a list for an object": lambda proof: proof.update(entry=[]),
    "half a character": lambda proof: proof["payslip"].update(staff="\ud800"),
    "a key too many": lambda proof: proof.update(more=1),
    "a key too many inside": lambda proof: proof["payslip"]["lines"][0].update(note="x"),
    "a key too few": lambda proof: proof.pop("salt"),
    "a salt too short": lambda proof: proof.update(salt="00"),
    "a path of other things": lambda proof: proof.update(payslip_path=[1]),
    "an endless path": lambda proof: proof.update(entry_path=["00" * 32] * 65),
    "no head": lambda proof: proof.update(head="x"),
    "no period": lambda proof: proof["payslip"].update(period="x"),
    "a version of later": lambda proof: proof.update(version=2),
    "no version": lambda proof: proof.update(version="1"),
    "a scale beyond all": lambda proof: proof["payslip"]["reports"][0].update(scale=1 << 40),
}


@pytest.mark.parametrize("change", MISSHAPEN.values(), ids=MISSHAPEN)
def test_a_proof_of_another_shape_is_exit_3(county: Path, proof: Path, change: Callable[[Document], object]) -> None:
    call("verify-proof", changed(proof, change), "--head", head_of(county), code=3)


def test_a_file_too_large_is_exit_3(county: Path, proof: Path) -> None:
    """A proof is not read to its end where it is longer than any proof."""
    proof.write_bytes(proof.read_bytes().ljust(LARGEST))
    call("verify-proof", proof, "--head", head_of(county))
    proof.write_bytes(proof.read_bytes() + b" ")
    call("verify-proof", proof, "--head", head_of(county), code=3)


def test_a_name_that_stands_twice_is_exit_3(county: Path, proof: Path) -> None:
    text = proof.read_text(encoding="utf-8")
    proof.write_text(text.replace('"staff": "S1"', '"staff": "S2", "staff": "S1"'), encoding="utf-8")
    call("verify-proof", proof, "--head", head_of(county), code=3)


def test_words_in_a_proof_cannot_drive_a_terminal(county: Path, proof: Path) -> None:
    file = changed(proof, lambda document: document["payslip"].update(staff="\x1b[2J"))
    result = call("verify-proof", file, "--head", head_of(county), code=7)
    assert "\x1b" not in result.output + result.stderr


# --- the ledger, the secret ----------------------------------------------------------------------------------------


def test_nothing_is_proved_of_a_ledger_that_was_changed(county: Path, tmp_path: Path) -> None:
    with sqlite3.connect(county / "ledger.sqlite") as ledger:
        ledger.execute("update pay_line set amount_fen = amount_fen + 1 where staff = 'S2'")
    call("--workspace", county, "prove", "2026-10", "--staff", "S1", "-o", tmp_path / "x.json", code=7)
    assert not (tmp_path / "x.json").exists()


def test_another_secret_than_at_the_publication_is_exit_7(
    county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYENGINE_PROOF_KEY", "k" * 40)
    told = call("--workspace", county, "prove", "2026-10", "--staff", "S1", "-o", tmp_path / "x.json", code=7).stderr
    assert "under this secret" in told
    assert "k" * 40 not in told
    call("--workspace", county, "verify")


def test_a_lost_secret_is_told_and_stops_the_next_publication(county: Path, tmp_path: Path) -> None:
    """A secret that was in use is not made anew in silence."""
    (county / "payslip.key").unlink()
    told = call("--workspace", county, "prove", "2026-10", "--staff", "S1", "-o", tmp_path / "x.json", code=2).stderr
    assert "cannot be proved any more" in told
    scores = [{**row, "score": "80"} for row in small_county.tables()["appraisal"]]
    small_county.write(county / "input", {"appraisal": scores})
    call("--workspace", county, "freeze", "2026-10")
    call("--workspace", county, "run", "2026-10", "--revise", "scores")
    assert "payslips were published with one" in call("--workspace", county, "publish", "2026-10", code=2).stderr
    assert not (county / "payslip.key").exists()
    (county / "payslip.key").write_text("ab" * 32, encoding="ascii")
    (county / "payslip.key").chmod(0o600)
    call("--workspace", county, "publish", "2026-10")
    call("--workspace", county, "prove", "2026-10", "--staff", "S1", "-o", tmp_path / "x.json")


def test_the_secret_stands_where_the_settings_say(tmp_path: Path) -> None:
    (tmp_path / "safe").mkdir()
    office = small_county.county(
        tmp_path / "county", small_county.tables(), settings='[audit]\nkey_file = "../safe/payslip.key"\n'
    )
    office.freeze("2026-10")
    office.publish(office.run("2026-10").run)
    assert (tmp_path / "safe" / "payslip.key").is_file()
    assert not (office.folder / "payslip.key").exists()
    assert office.prove("2026-10", "S1").payslip["staff"] == "S1"


def test_a_new_workspace_has_its_secret(tmp_path: Path) -> None:
    call("init", tmp_path / "new", "--policy", "demo")
    assert len((tmp_path / "new" / "payslip.key").read_text(encoding="ascii").strip()) == 64
    assert "[audit]" in (tmp_path / "new" / "payengine.toml").read_text(encoding="utf-8")
