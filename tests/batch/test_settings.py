"""`payengine.toml` is read strictly: all errors come together, and nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.settings import FILE, patient_key, read_settings
from payengine.errors import Refused, UsageError

GOOD = """
policy = "haiyan"
ledger = "sqlite:///ledger.sqlite"

[source]
url = "postgresql+psycopg://his.example/his"
[source.queries]
service_record = "select * from v_service where service_date >= :year_start"

[privacy]
patient = "hmac"
"""


FOLDER = 'policy = "demo"\n[source]\nfolder = "x"\n'


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PAYENGINE_SOURCE_URL", "PAYENGINE_LEDGER_URL", "PAYENGINE_PATIENT_KEY"):
        monkeypatch.delenv(name, raising=False)


def write(folder: Path, text: str | bytes) -> Path:
    data = text.encode("utf-8") if isinstance(text, str) else text
    (folder / FILE).write_bytes(data)
    return folder


def refused(folder: Path, text: str | bytes) -> list[str]:
    """The problems in a settings file, as "column: what; remedy"."""
    with pytest.raises(Refused) as caught:
        read_settings(write(folder, text))
    assert caught.value.exit_code == 3
    return [f"{problem.column}: {problem.what}; {problem.remedy}".rstrip("; ") for problem in caught.value.problems]


def test_the_example_of_the_documentation_is_read(tmp_path: Path) -> None:
    settings = read_settings(write(tmp_path, GOOD))
    assert settings.policy == "haiyan"
    assert settings.ledger == "sqlite:///ledger.sqlite"
    assert settings.source.url == "postgresql+psycopg://his.example/his"
    assert list(settings.source.queries) == ["service_record"]
    assert settings.privacy.patient == "hmac"


@pytest.mark.parametrize(
    "encode", [lambda text: b"\xef\xbb\xbf" + text.encode(), lambda text: text.replace("\n", "\r\n").encode()]
)
def test_files_saved_on_windows_are_read(tmp_path: Path, encode: object) -> None:
    assert read_settings(write(tmp_path, encode(GOOD))).policy == "haiyan"  # type: ignore[operator]


def test_a_folder_of_files_needs_no_more_than_its_name(tmp_path: Path) -> None:
    settings = read_settings(write(tmp_path, 'policy = "demo"\n[source]\nfolder = "input"\n'))
    assert settings.source.folder == "input"
    assert settings.ledger == "sqlite:///ledger.sqlite"


def test_all_problems_are_told_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    text = 'polici = "x"\nledger = 3\n[source]\nurl = "a://b"\nfolder = "input"\n'
    text += '[privacy]\npatient = "plain"\nkeyfile = "k"\n'
    problems = refused(tmp_path, text)
    assert "polici: is not a setting; did you mean policy?" in problems
    assert any(problem.startswith("policy: is missing") for problem in problems)
    assert "ledger: must be text in quotation marks" in problems
    assert "privacy.keyfile: is not a setting; did you mean key_file?" in problems
    assert "privacy.patient: 'plain' is neither hmac nor as given" in problems
    assert any(problem.startswith("source:") for problem in problems)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('policy = "demo"\n', "[source]: is missing"),
        ('policy = ""\n[source]\nfolder = "x"\n', "policy: is empty"),
        ('policy = "../../etc"\n[source]\nfolder = "x"\n', "policy: '../../etc' is not a policy's name"),
        ('policy = "demo"\nledger = "ledger.sqlite"\n[source]\nfolder = "x"\n', "ledger: is not a URL"),
        ('policy = "demo"\nsource = "input"\n', "source: must be a section, written [source]"),
        (FOLDER + '[privacy]\nkey_file = "key"\n', "privacy.key_file: lies inside the workspace"),
        (FOLDER + '[privacy]\npatient = "as given"\nkey_file = "/k"\n', "privacy.key_file: is not used"),
        ("policy = demo\n", ": line 1, column 10: no value that TOML knows"),
        ("policy = '海盐'\n".encode("gbk"), ": line 1 is not UTF-8 text; the file looks like GB18030"),
        ("policy = “demo”\n", ": line 1, column 10: “ is a full-width sign"),
    ],
)  # fmt: skip
def test_each_mistake_is_named(tmp_path: Path, text: str | bytes, told: str) -> None:
    assert any(problem.startswith(told) for problem in refused(tmp_path, text)), refused(tmp_path, text)


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a workspace") as caught:
        read_settings(tmp_path)
    assert "payengine init" in caught.value.remedy


def test_urls_with_passwords_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_SOURCE_URL", "mysql+pymysql://reader:secret@his.example/his")
    monkeypatch.setenv("PAYENGINE_LEDGER_URL", "postgresql+psycopg://pay:secret@db.example/pay")
    settings = read_settings(write(tmp_path, GOOD))
    assert settings.source.url == "mysql+pymysql://reader:secret@his.example/his"
    assert settings.source.queries
    assert settings.ledger == "postgresql+psycopg://pay:secret@db.example/pay"
    settings = read_settings(write(tmp_path, 'policy = "demo"\n[source]\n'))
    assert settings.source.url.startswith("mysql")


def test_the_patient_key_comes_from_the_environment_or_a_file_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tmp_path / "county"
    workspace.mkdir()
    (tmp_path / "key").write_bytes(b"k" * 64 + b"\n")
    (tmp_path / "key").chmod(0o600)
    settings = read_settings(write(workspace, GOOD + 'key_file = "../key"\n'))
    assert patient_key(settings.privacy, tmp_path) == b"k" * 64
    monkeypatch.setenv("PAYENGINE_PATIENT_KEY", "e" * 40)
    assert patient_key(settings.privacy, tmp_path) == b"e" * 40


def test_without_a_key_nothing_is_frozen(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no patient key"):
        patient_key(read_settings(write(tmp_path, GOOD)).privacy, tmp_path)
    with pytest.raises(UsageError, match="cannot be read from"):
        patient_key(read_settings(write(tmp_path, GOOD + 'key_file = "/nowhere/key"\n')).privacy, tmp_path)


def test_a_short_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_PATIENT_KEY", "secret")
    with pytest.raises(UsageError, match="has 6 bytes and needs 32"):
        patient_key(read_settings(write(tmp_path, GOOD)).privacy, tmp_path)


def test_pseudonyms_need_no_key(tmp_path: Path) -> None:
    assert patient_key(read_settings(write(tmp_path, GOOD.replace('"hmac"', '"as given"'))).privacy, tmp_path) is None
