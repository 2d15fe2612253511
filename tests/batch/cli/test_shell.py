"""Behaviour common to all commands: help, languages, wrong usage, exit codes, terminals."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from batch.cli import errors as cli_errors
from batch.cli.bilingual_click import Argument, Group, paragraphs
from batch.cli.root import COMMANDS, root
from batch.cli.session import Progress, prepare
from batch.cli.views.text_width import cells, cut, wrap
from payengine import errors, texts
from tests.support.paths import ROOT

HEAVY = ("numba", "pandas", "pyarrow", "sqlalchemy", "duckdb", "numpy", "rich", "adbc_driver_manager")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_LANG", "en")
    monkeypatch.delenv("PAYENGINE_WORKSPACE", raising=False)
    texts._from_environment.cache_clear()


def call(*words: str) -> Result:
    return CliRunner().invoke(root, list(words), prog_name="payengine")


def shell(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A real process, with nothing of this one's language."""
    known = {
        name: value
        for name, value in os.environ.items()
        if name not in ("LC_ALL", "LANG", "PAYENGINE_LANG", "PYTHONIOENCODING")
    }
    return subprocess.run(
        [sys.executable, "-c", "from batch.cli import main; main()", *words],
        cwd=ROOT, env={**known, **environment}, capture_output=True, timeout=60, check=False,
    )  # fmt: skip


def every_command() -> list[tuple[str, ...]]:
    paths: list[tuple[str, ...]] = [()]

    def walk(group: Group, path: tuple[str, ...]) -> None:
        context = click.Context(group)
        for name in group.list_commands(context):
            paths.append((*path, name))
            command = group.get_command(context, name)
            if isinstance(command, Group):
                walk(command, (*path, name))

    walk(root, ())
    return paths


def found(path: tuple[str, ...]) -> click.Command:
    command: click.Command = root
    for name in path:
        assert isinstance(command, Group)
        inner = command.get_command(click.Context(command), name)
        assert inner is not None
        command = inner
    return command


# --- help ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", every_command(), ids=lambda path: " ".join(path) or "payengine")
def test_every_command_has_help_in_both_languages(path: tuple[str, ...]) -> None:
    command = found(path)
    told = [*paragraphs(command), *(COMMANDS[path[0]][1:] if len(path) == 1 else ())]
    for parameter in command.get_params(click.Context(command)):
        about = parameter.about if isinstance(parameter, Argument) else getattr(parameter, "help", "")
        assert about, f"{path} {parameter.name} has no help"
        told.append(about)
    missing = [text for text in told if text not in texts.chinese()]
    assert not missing
    english, chinese = call(*path, "--help"), call("--lang", "zh", *path, "--help")
    assert english.exit_code == chinese.exit_code == 0
    assert "Usage: payengine" in english.stdout
    assert "用法：payengine" in chinese.stdout
    assert "Show this message" not in chinese.stdout


@pytest.mark.parametrize("path", every_command(), ids=lambda path: " ".join(path) or "payengine")
@pytest.mark.parametrize("page", ["cli.md", "cli.zh.md"])
def test_every_command_is_documented(path: tuple[str, ...], page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert " ".join(("payengine", *path)) in text
    for parameter in found(path).params:
        for option in parameter.opts if isinstance(parameter, click.Option) else ():
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", text), (
                f"{option} of {' '.join(path)} is not in docs/{page}"
            )


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_every_command_stands_in_the_readmes(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    missing = [name for name in COMMANDS if f"payengine {name}" not in text and f"`{name}`" not in text]
    assert not missing


def test_commands_of_later_versions_are_not_there() -> None:
    for name in ("explain", "replay", "diff", "settle", "simulate", "verify", "archive"):
        assert call(name).exit_code == 2


def test_help_lines_fit_a_terminal_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for path in every_command():
        for language in texts.LANGUAGES:
            for line in call("--lang", language, *path, "--help").stdout.splitlines():
                assert cells(line) <= 80, line


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    code = "import sys\nfrom batch.cli import main\ntry:\n main()\nexcept SystemExit: pass\n" + (
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    for words in (["--help"], ["run", "--help"], ["policy", "--help"], ["--version"], ["frees"], ["export", "x"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            encoding="utf-8",
        )
        assert done.stderr.splitlines()[-1] == "[]", words


def test_without_a_command_the_help_is_shown() -> None:
    assert call().stdout == call("--help").stdout
    assert "payengine policy list" not in call("policy").stderr
    assert call("policy").stdout == call("policy", "--help").stdout


def test_version() -> None:
    from payengine import __version__

    assert call("--version").stdout == f"payengine {__version__}\n"


# --- wrong usage ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (["frees", "2026-10"], "Did you mean freeze?", "freeze"),
        (["xyz"], "See payengine --help.", "payengine --help"),
        (["run"], "PERIOD is missing", "PERIOD"),
        (["run", "2026-10", "2026-11"], "too many words: 2026-11", "2026-11"),
        (["run", "2026-10", "--dry-rum"], "Did you mean --dry-run?", "--dry-run"),
        (["run", "2026-10", "--hold", "I07"], "--hold", "--hold"),
        (["export", "abcd"], "--output is missing", "--output"),
        (["export", "abcd", "-o", "x/", "--format", "xls"], "--format: 'xls' is none of csv, parquet", "csv、parquet"),
        (["demo", "--records", "many"], "--records: 'many' is not a whole number of at least 1", "--records"),
        (["demo", "--period", "2026-13"], "'2026-13' is not a period", "2026-13"),
        (["--lang", "fr", "runs"], "--lang: 'fr' is none of en, zh", "--lang"),
        (["policy", "lst"], "Did you mean list?", "list"),
        (["policy", "show", "--on", "10/1/2026"], "'10/1/2026' is not a date", "10/1/2026"),
        (["show", "abcd"], "is not a workspace: it has no payengine.toml", "payengine.toml"),
    ],
)
def test_wrong_usage_says_what_is_wrong_and_exits_2(
    words: list[str], english: str, chinese: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*words)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert english in result.stderr
    assert "Traceback" not in result.stderr
    if "fr" not in words:
        told = call("--lang", "zh", *words)
        assert told.exit_code == 2
        assert chinese in told.stderr
        assert any("一" <= char <= "鿿" for char in told.stderr)
    if "fr" not in words:
        error = json.loads(call("--json", *words).stdout)["error"]
        assert error["kind"] == "usage"
        assert error["exit_code"] == 2
    assert not list(tmp_path.iterdir()), "wrong usage wrote something"


def test_the_options_of_every_command_may_stand_before_or_after_it(tmp_path: Path) -> None:
    before = call("--workspace", str(tmp_path / "nowhere"), "--json", "runs")
    after = call("runs", "--json", "--workspace", str(tmp_path / "nowhere"))
    assert before.stdout == after.stdout
    assert str(tmp_path / "nowhere") in json.loads(after.stdout)["error"]["what"]


def test_the_workspace_may_be_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_WORKSPACE", str(tmp_path / "there"))
    assert str(tmp_path / "there") in call("runs").stderr


# --- exit codes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (errors.UsageError("x"), 2, "usage"),
        (errors.Refused("x", [errors.Problem("y", "staff.csv", 3, "code")]), 3, "refused"),
        (errors.ExactOverflow("x"), 3, "refused"),
        (errors.IdentityBroken("x"), 4, "identity_broken"),
        (errors.Conflict("x"), 5, "conflict"),
        (errors.Unavailable("x"), 6, "unavailable"),
        (OSError(28, "No space left on device", "part.arrow"), 6, "unavailable"),
        (MemoryError(), 6, "unavailable"),
        (errors.IntegrityBroken("x"), 7, "integrity_broken"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("oops"), 1, "bug"),
    ],
)
def test_every_error_has_its_exit_code(
    error: BaseException, code: int, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("batch.cli.session.Session.workspace", fail)
    result = call("runs")
    assert result.exit_code == code
    assert result.stderr
    assert "Traceback" not in result.stderr
    as_json = call("runs", "--json")
    assert as_json.exit_code == code
    assert json.loads(as_json.stdout)["error"]["kind"] == kind
    assert as_json.stderr == ""


def test_an_error_as_json_lists_every_problem() -> None:
    problems = [
        errors.Problem("not a date", "staff.csv", 3, "first_worked"),
        errors.Problem("empty", "staff.csv", 4, "code"),
    ]
    told = cli_errors.error_json(errors.Refused("refused", problems, "Correct it."))
    assert told["problems"] == [
        {"what": "not a date", "where": "staff.csv", "row": 3, "column": "first_worked"},
        {"what": "empty", "where": "staff.csv", "row": 4, "column": "code"},
    ]
    assert told["remedy"] == "Correct it."


def test_a_bug_shows_its_traceback_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("batch.cli.session.Session.workspace", fail)
    assert "This is a bug" in call("runs").stderr
    assert "ZeroDivisionError: oops" in call("runs").stderr
    monkeypatch.setenv("PAYENGINE_DEBUG", "1")
    assert "Traceback" in call("runs").stderr


# --- terminals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp936", "ascii", "cp1252", "utf-8"])
def test_no_terminal_is_too_old_for_chinese(encoding: str) -> None:
    done = shell("--lang", "zh", "--help", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode(encoding)
    assert ("用法" in text) == (encoding in ("cp936", "utf-8"))
    assert "payengine" in text


def test_posix_locale_prints_and_fails_without_unicode_errors() -> None:
    done = shell("--lang", "zh", "nothing", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 2
    assert b"nothing" in done.stderr
    assert b"Unicode" not in done.stderr


def test_replaced_characters_keep_their_width() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="gbk")
    prepare(stream)
    stream.write("䶮|é|海")
    stream.flush()
    stream.seek(0)
    assert stream.buffer.read().decode("gbk") == "??|é|海"  # type: ignore[attr-defined]


def test_json_is_ascii_where_the_terminal_is_not_utf8() -> None:
    done = shell("--json", "--lang", "zh", "nothing", PYTHONIOENCODING="ascii")
    told = json.loads(done.stdout.decode("ascii"))
    assert "nothing" in told["error"]["what"]
    assert any("一" <= char <= "鿿" for char in told["error"]["what"])


@pytest.mark.skipif(sys.platform == "win32", reason="a shell pipe of POSIX; Windows closes pipes in another way")
def test_a_reader_that_leaves_early_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-c", "from batch.cli import main; main()", "--help"],
        cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False,
    )  # fmt: skip
    os.close(writer)
    assert process.returncode == 0
    assert process.stderr == b""


@pytest.mark.skipif(sys.platform == "win32", reason="a shell pipe of POSIX; Windows closes pipes in another way")
def test_a_reader_that_leaves_early_is_no_error_of_a_table_either() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, "-c", "from batch.cli import main; main()", "policy", "list"],
        cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False,
    )  # fmt: skip
    os.close(writer)
    assert process.returncode == 0
    assert process.stderr == b""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_only_and_leaves_no_trace() -> None:
    plain, terminal = io.StringIO(), Terminal()
    for stream in (plain, terminal):
        with Progress(stream) as progress:
            progress("读取", 5, 10)
            progress("读取", 10, 10)
            progress("sorting")
    assert plain.getvalue() == ""
    shown = terminal.getvalue().split("\r")
    assert any(part.startswith("读取  50 %") for part in shown)
    assert shown[-1] == ""
    assert shown[-2].strip() == ""


# --- width ---------------------------------------------------------------------------------------------------------


def test_wide_characters_take_two_cells() -> None:
    assert cells("海盐县") == 6
    assert cells("A海é") == 4
    assert cells("䶮𬭎《》，。") == 12
    assert [cells(char) for char in "…—·①“”≥±"] == [1] * 8, "ambiguous widths are narrow"
    assert cells("e\u0301") == 1
    assert cut("海盐县人民医院", 8) == "海盐县…"
    assert cut("abc", 3) == "abc"


def test_wrapping_breaks_between_chinese_characters_but_not_inside_words() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("一二三四五", 4) == ["一二", "三四", "五"]
    assert wrap("一二。三", 4) == ["一", "二。", "三"]
    assert all(cells(line) <= 12 for line in wrap("输入表 service_record 见 docs", 12) if " " in line)


# --- output that cannot be written ------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("words", [("policy", "list"), ("policy", "list", "--json"), ("runs", "--json")])
def test_an_answer_that_cannot_be_written_does_not_deny_what_was_done(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", "from batch.cli import main; main()", *words],
            cwd=ROOT, env={**os.environ, "PAYENGINE_LANG": "en"}, stdout=full, stderr=subprocess.PIPE,
            timeout=60, check=False, text=True,
        )  # fmt: skip
    assert "Traceback" not in done.stderr
    if words[0] == "policy":
        assert done.returncode == 6
        assert done.stderr == (
            "the answer cannot be written: the disk is full\n"
            "The command's work is done and stands. Only its answer is lost: payengine runs tells.\n"
        )
    else:  # a failure whose JSON cannot be written is told as text
        assert done.returncode == 2
        assert "is not a workspace" in done.stderr


def test_an_unknown_language_is_told() -> None:
    told = shell("policy", "list", PAYENGINE_LANG="fr")
    assert told.returncode == 0
    assert told.stderr.decode().strip() == "PAYENGINE_LANG: 'fr' is no language of payengine; write en or zh"
    for known in ("en", "zh_CN.UTF-8", "zh"):
        assert not shell("policy", "list", PAYENGINE_LANG=known).stderr


def test_what_libraries_log_of_a_lost_connection_is_not_shown() -> None:
    """SQLAlchemy logs a traceback ("Error closing cursor") beside the error that we tell."""
    code = (
        "import contextlib, logging\nfrom batch.cli.root import root\n"
        "with contextlib.suppress(SystemExit): root.main(['policy', 'list'])\n"
        "logging.getLogger('sqlalchemy.engine').error('Error closing cursor', exc_info=OSError('gone'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60, check=False, text=True
    )
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX closes streams")
@pytest.mark.parametrize(
    ("closed", "words", "code", "told"),
    [
        (">&-", "policy list", 6, "the answer cannot be written: the output is closed\nThe command's work is done"),
        (">&-", "policy list --json", 6, "the answer cannot be written: the output is closed\nThe command's work"),
        (">&-", "--help", 6, "Bad file descriptor"),
        (">&-", "runs", 2, "is not a workspace"),
        ("2>&-", "policy list", 0, ""),
        ("2>&-", "runs", 2, ""),
        ("<&- >&- 2>&-", "runs", 2, ""),
    ],
)
def test_a_closed_stream_is_no_bug(closed: str, words: str, code: int, told: str) -> None:
    command = f'exec "{sys.executable}" -c "from batch.cli import main; main()" {words} {closed}'
    environment = {**os.environ, "PAYENGINE_LANG": "en"}
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False, text=True
    )
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr
