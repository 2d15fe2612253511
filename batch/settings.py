"""The settings of a workspace: `payengine.toml`, read strictly.

An unknown key, a wrong type or an impossible combination is refused, all of them in one report. Relative paths, also
those inside sqlite and duckdb URLs, are meant from the workspace's folder, wherever the command was started.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batch.tables import BY_NAME
from payengine.errors import Problem, Refused, UsageError
from payengine.texts import say

FILE = "payengine.toml"
DEFAULT_LEDGER = "sqlite:///ledger.sqlite"
HMAC, AS_GIVEN = "hmac", "as given"
KEY_VARIABLE = "PAYENGINE_PATIENT_KEY"
SOURCE_VARIABLE = "PAYENGINE_SOURCE_URL"  # for URLs that hold a password: kept out of the file
LEDGER_VARIABLE = "PAYENGINE_LEDGER_URL"
SHORTEST_KEY = 32  # bytes of a patient key; a shorter one can be searched through

_POLICY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_FILE_URL = re.compile(r"(?P<scheme>(?:sqlite|duckdb)(?:\+\w+)?)://(?P<rest>.*)", re.DOTALL)
_KEYS = {
    "": ("policy", "ledger", "source", "privacy"),
    "source": ("url", "folder", "tables", "queries"),
    "privacy": ("patient", "key_file"),
}


@dataclass(frozen=True)
class SourceSettings:
    """Where the input stands: exactly one of `url` and `folder`.

    `tables` names the source's own table or view for an input table, `queries` gives a query in its stead.
    """

    url: str | None = None
    folder: Path | None = None
    tables: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PrivacySettings:
    """`patient` is "hmac" (patients are keyed-hashed by freeze) or "as given" (they are pseudonyms already)."""

    patient: str = HMAC
    key_file: Path | None = None


@dataclass(frozen=True)
class Settings:
    """A workspace's settings; paths are absolute."""

    policy: str
    ledger: str
    source: SourceSettings
    privacy: PrivacySettings


def read_settings(folder: Path) -> Settings:
    """Read `payengine.toml` in `folder`; `UsageError` if there is none, `Refused` with every problem in it."""
    folder = folder.absolute()
    file = folder / FILE
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise UsageError(
            say("{folder} is not a workspace: it has no {file}", folder=folder, file=FILE),
            remedy=say(
                "Name one with --workspace DIR or the variable PAYENGINE_WORKSPACE, or make one with: payengine init DIR --policy P"
            ),
        ) from None
    try:
        content = tomllib.loads(raw.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        what = say("not UTF-8 at byte {byte}; save the file as UTF-8", byte=error.start)
        raise Refused(say("settings refused"), [Problem(what, str(file))]) from None
    except tomllib.TOMLDecodeError as error:
        raise Refused(say("settings refused"), [Problem(say("not TOML: {why}", why=error), str(file))]) from None
    reader = _Reader(content, str(file), folder)
    settings = reader.settings()
    if reader.problems:
        raise Refused(
            say("settings refused: {n} problem(s)", n=len(reader.problems)),
            reader.problems,
            remedy=say("Correct {file} and run the command again.", file=FILE),
        )
    return settings


class _Reader:
    """Reads one settings file and collects what is wrong with it."""

    def __init__(self, content: dict[str, Any], where: str, folder: Path) -> None:
        self.content, self.where, self.folder = content, where, folder
        self.problems: list[Problem] = []

    def settings(self) -> Settings:
        self._known(self.content, "")
        policy = self._text(self.content, "policy", "policy")
        if "policy" not in self.content:
            self._wrong(say("is missing"), "policy", say('name the policy, for example policy = "demo"'))
        elif policy and not _POLICY_NAME.fullmatch(policy):
            self._wrong(say("{value} is not a policy's name (letters, digits, . _ -)", value=repr(policy)), "policy")
        ledger = os.environ.get(LEDGER_VARIABLE) or self._text(self.content, "ledger", "ledger", DEFAULT_LEDGER)
        if ledger and "://" not in ledger:
            self._wrong(say("{value} is not a URL", value=repr(ledger)), "ledger", say("write sqlite:///ledger.sqlite"))
        elif ledger.startswith("duckdb"):
            self._wrong(say("DuckDB cannot be a ledger"), "ledger", say("use SQLite, PostgreSQL or MariaDB"))
        return Settings(policy, absolute_url(ledger, self.folder), self._source(), self._privacy())

    def _source(self) -> SourceSettings:
        section = self._section(self.content, "source")
        if section is None:
            return SourceSettings()
        self._known(section, "source")
        url = self._text(section, "url", "source.url") or None
        folder = self._text(section, "folder", "source.folder") or None
        if url is not None and folder is not None:
            self._wrong(say("either url or folder, not both"), "source")
        elif folder is None:
            url = os.environ.get(SOURCE_VARIABLE) or url
            if url is None:
                self._wrong(say("url or folder is missing"), "source", say('write url = "..." or folder = "input"'))
            elif "://" not in url:
                self._wrong(say("{value} is not a URL", value=repr(url)), "source.url", say("a folder is given as folder = "))
        named = {name: self._by_table(section, name) for name in ("tables", "queries")}
        for table in sorted(named["tables"].keys() & named["queries"].keys()):
            self._wrong(say("has a table and a query; keep one"), f"source.queries.{table}")
        if folder is not None:
            for name in ("tables", "queries"):
                if named[name]:
                    self._wrong(say("is for databases; the files of a folder bear the tables' names"), f"source.{name}")
        return SourceSettings(
            absolute_url(url, self.folder) if url else None,
            self.folder / Path(folder).expanduser() if folder else None,
            named["tables"],
            named["queries"],
        )

    def _by_table(self, section: dict[str, Any], name: str) -> dict[str, str]:
        given = self._section(section, name, f"source.{name}", required=False) or {}
        for table in given:
            if table not in BY_NAME:
                self._unknown(table, BY_NAME, f"source.{name}", say("is not an input table"))
        return {table: self._text(given, table, f"source.{name}.{table}") for table in given if table in BY_NAME}

    def _privacy(self) -> PrivacySettings:
        section = self._section(self.content, "privacy", required=False) or {}
        self._known(section, "privacy")
        patient = self._text(section, "patient", "privacy.patient", HMAC)
        if patient not in (HMAC, AS_GIVEN):
            self._unknown(patient, (HMAC, AS_GIVEN), "privacy.patient", say("is neither hmac nor as given"))
        key_file = self._text(section, "key_file", "privacy.key_file") or None
        path = self.folder / Path(key_file).expanduser() if key_file else None
        if path is not None and patient == AS_GIVEN:
            self._wrong(say("is not used when patients are taken as given"), "privacy.key_file", say("remove it"))
        elif path is not None and _inside(path, self.folder):
            self._wrong(
                say("{file} lies inside the workspace, where whoever copies the workspace copies the key too", file=key_file),
                "privacy.key_file",
                say("keep the key in another place"),
            )
        return PrivacySettings(patient, path)

    def _known(self, section: Mapping[str, object], name: str) -> None:
        for key in section:
            if key not in _KEYS[name]:
                self._unknown(key, _KEYS[name], name, say("is not a setting"))

    def _unknown(self, value: str, known: Iterable[str], column: str, what: str) -> None:
        near = difflib.get_close_matches(value, list(known), n=1)
        remedy = say("did you mean {name}?", name=near[0]) if near else ""
        self._wrong(f"{value} {what}", column, remedy)

    def _section(self, content: dict[str, Any], key: str, column: str = "", required: bool = True) -> dict[str, Any] | None:
        value = content.get(key)
        if isinstance(value, dict):
            return value
        if value is None and required:
            self._wrong(say("is missing"), f"[{column or key}]")
        elif value is not None:
            self._wrong(say("must be a section"), f"[{column or key}]")
        return None

    def _text(self, section: Mapping[str, object], key: str, column: str, default: str = "") -> str:
        value = section.get(key, default)
        if not isinstance(value, str):
            self._wrong(say("must be text in quotation marks"), column)
            return default
        if key in section and not value.strip():
            self._wrong(say("is empty"), column)
        return value

    def _wrong(self, what: str, column: str, remedy: str = "") -> None:
        self.problems.append(Problem(what, self.where, column=column, remedy=remedy))


def absolute_url(url: str, folder: Path) -> str:
    """`url` with a relative sqlite or duckdb path (`sqlite:///input.sqlite`) made absolute against `folder`."""
    match = _FILE_URL.fullmatch(url)
    if match is None:
        return url
    rest, mark, query = match["rest"].partition("?")
    path = rest.removeprefix("/")
    if not rest.startswith("/") or path in ("", ":memory:") or path.startswith("file:"):
        return url
    return f"{match['scheme']}:///{(folder / path).as_posix()}{mark}{query}"


def without_password(url: str) -> str:
    """`url` as it may be printed: a password in it is hidden."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", url)


def patient_key(settings: Settings) -> bytes | None:
    """The key under which patients are hashed; None if they are taken as given. `UsageError` if there is none."""
    if settings.privacy.patient == AS_GIVEN:
        return None
    given = os.environ.get(KEY_VARIABLE, "")
    if given:
        key, origin = given.encode("utf-8"), KEY_VARIABLE
    elif settings.privacy.key_file is not None:
        file = settings.privacy.key_file
        try:
            key, origin = file.read_bytes().strip(), str(file)
        except OSError as error:
            raise UsageError(
                say("the patient key cannot be read from {file}: {why}", file=file, why=error.strerror or error)
            ) from None
    else:
        raise UsageError(
            say("there is no patient key: patients are keyed-hashed before anything is written"),
            remedy=say(
                "Set {variable} or key_file under [privacy] in {file} (outside the workspace), or, if the source holds "
                'pseudonyms already, patient = "as given".',
                variable=KEY_VARIABLE,
                file=FILE,
            ),
        )
    if len(key) < SHORTEST_KEY:
        raise UsageError(
            say("the patient key from {origin} has {n} bytes; it needs at least {least}", origin=origin, n=len(key), least=SHORTEST_KEY),
            remedy=say('Make one with: python -c "import secrets; print(secrets.token_hex(32))"'),
        )
    return key


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
