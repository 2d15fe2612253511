"""The secret that salts payslips: made once, private, never made anew where one was in use."""

from __future__ import annotations

import hmac
from pathlib import Path

import pytest

from batch.file_access import GROUP, POSIX, PRIVATE, SYSTEM
from batch.proof.secret import FILE, VARIABLE, Salts, make_secret, place_json, read_secret
from payengine.errors import Unavailable, UsageError


def test_a_secret_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    file = tmp_path / FILE
    made = read_secret(file, PRIVATE, make=True)
    assert len(made) == 64
    assert read_secret(file, PRIVATE, make=True) == read_secret(file, PRIVATE) == made
    if POSIX:
        assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not POSIX, reason="rights of files")
@pytest.mark.parametrize(("access", "mode"), [(PRIVATE, 0o600), (GROUP, 0o660), (SYSTEM, 0o600)])
def test_the_system_never_decides_who_reads_it(tmp_path: Path, access: str, mode: int) -> None:
    make_secret(tmp_path / FILE, access)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == mode
    read_secret(tmp_path / FILE, access)


@pytest.mark.skipif(not POSIX, reason="rights of files")
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    make_secret(tmp_path / FILE, PRIVATE)
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(UsageError, match="can be read by others"):
        read_secret(tmp_path / FILE, PRIVATE)


def test_a_secret_that_is_lost_is_told_and_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be proved any more"):
        read_secret(tmp_path / FILE, PRIVATE)
    assert not (tmp_path / FILE).exists()


def test_the_variable_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "x" * 32)
    assert read_secret(tmp_path / FILE, PRIVATE, make=True) == b"x" * 32
    assert not (tmp_path / FILE).exists()
    monkeypatch.setenv(VARIABLE, "short!")
    with pytest.raises(UsageError, match="6 bytes and needs 32") as caught:
        read_secret(tmp_path / FILE, PRIVATE)
    assert "short!" not in caught.value.report()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be written"):
        read_secret(tmp_path / "nowhere" / FILE, PRIVATE, make=True)


def test_each_payslip_has_a_salt_of_its_own() -> None:
    """Codes are told apart however they are cut."""
    secret = b"s" * 32
    run, place = Salts(secret, "r"), place_json("I1", "S1")
    salts = {run.of(place), run.of(place_json("I1S", "1")), Salts(secret, "r2").of(place),
             Salts(b"t" * 32, "r").of(place)}  # fmt: skip
    assert run.of(place) == hmac.digest(secret, b'["r","I1","S1"]', "sha256")
    assert len(salts) == 4
