"""The settings of a workspace: `payengine.toml`, read strictly.

An unknown key, a wrong type or an impossible combination is refused, all of them in one report. Relative paths are
meant from the workspace's folder, wherever the command was started.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from batch.sources.settings import SourceSettings
from payengine.errors import Problem, Refused, UsageError
from payengine.suggest import nearest
from payengine.texts import say

FILE = "payengine.toml"
DEFAULT_LEDGER = "sqlite:///ledger.sqlite"
HMAC, AS_GIVEN = "hmac", "as given"
KEY_VARIABLE = "PAYENGINE_PATIENT_KEY"
SOURCE_VARIABLE = "PAYENGINE_SOURCE_URL"  # URLs with a password need not stand in the file
LEDGER_VARIABLE = "PAYENGINE_LEDGER_URL"
SHORTEST_KEY = 32  # bytes of a patient key; a shorter one can be searched through

_POLICY_NAME = re.compile(r"\w[\w.-]*")
_KEYS = ("policy", "ledger", "source", "privacy")
_PRIVACY_KEYS = ("patient", "key_file")


@dataclass(frozen=True)
class PrivacySettings:
    """`patient` is "hmac" (patients are keyed-hashed by freeze) or "as given" (they are pseudonyms already)."""

    patient: str = HMAC
    key_file: Path | None = None


@dataclass(frozen=True)
class Settings:
    """A workspace's settings. Relative paths in `ledger` and `source` are meant from the workspace's folder."""

    policy: str
    ledger: str
    source: SourceSettings
    privacy: PrivacySettings


def read_settings(folder: Path) -> Settings:
    """Read `payengine.toml` in `folder`; `UsageError` if there is none, `Refused` with every problem in it."""
    file = folder / FILE
    try:
        content = _toml(file)
    except FileNotFoundError:
        raise UsageError(
            say("{folder} is not a workspace: it has no {file}", folder=folder, file=FILE),
            remedy=say(
                "Name one with --workspace DIR or PAYENGINE_WORKSPACE, or make one with: payengine init DIR --policy P"
            ),
        ) from None
    reader = _Reader(content, str(file), folder)
    settings = reader.settings()
    if reader.problems:
        raise Refused(
            say("The settings of the workspace are refused."),
            reader.problems,
            remedy=say("Correct {file} and run the command again.", file=FILE),
        )
    return settings


def is_policy_name(text: str) -> bool:
    """Whether `text` can name a policy: it is also a file's name, so it holds no separators."""
    return _POLICY_NAME.fullmatch(text) is not None


def _toml(file: Path) -> dict[str, Any]:
    """The file's content; `Refused` if it is not TOML in UTF-8 (with or without a BOM)."""
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        why = say("not UTF-8 at byte {byte}; save the file as UTF-8", byte=error.start)
    except tomllib.TOMLDecodeError as error:
        why = say("not TOML: {why}", why=error)
    raise Refused(say("The settings of the workspace are refused."), [Problem(why, str(file))])


class _Reader:
    """Reads one settings file and collects what is wrong with it."""

    def __init__(self, content: Mapping[str, Any], where: str, folder: Path) -> None:
        self.content, self.where, self.folder = content, where, folder
        self.problems: list[Problem] = []

    def settings(self) -> Settings:
        self._known(self.content, _KEYS, "")
        return Settings(self._policy(), self._ledger(), self._source(), self._privacy())

    def _policy(self) -> str:
        if "policy" not in self.content:
            self._wrong(say("is missing"), "policy", say('name the policy, for example policy = "demo"'))
            return ""
        policy = self._text(self.content, "policy", "policy")
        if policy and not is_policy_name(policy):
            self._wrong(
                say("{value} is not a policy's name", value=repr(policy)), "policy", say("letters, digits, . _ -")
            )
        return policy

    def _ledger(self) -> str:
        ledger = os.environ.get(LEDGER_VARIABLE) or self._text(self.content, "ledger", "ledger", DEFAULT_LEDGER)
        if ledger and "://" not in ledger:
            self._wrong(say("{value} is not a URL", value=repr(ledger)), "ledger", say("write sqlite:///ledger.sqlite"))
        return ledger

    def _source(self) -> SourceSettings:
        section = self._section("source")
        if section is None:
            self._wrong(
                say("is missing"), "[source]",
                say('for example url = "postgresql+psycopg://host/database", or folder = "input"'),
            )  # fmt: skip
            return SourceSettings()
        override = os.environ.get(SOURCE_VARIABLE)
        try:
            source = SourceSettings.parse({"url": override, **section} if override else section, self.where)
        except Refused as refused:
            self.problems.extend(refused.problems)
            return SourceSettings()
        return replace(source, url=override) if override and not source.folder else source

    def _privacy(self) -> PrivacySettings:
        section = self._section("privacy") or {}
        self._known(section, _PRIVACY_KEYS, "privacy.")
        patient = self._text(section, "patient", "privacy.patient", HMAC)
        if patient and patient not in (HMAC, AS_GIVEN):
            self._wrong(say("{value} is neither hmac nor as given", value=repr(patient)), "privacy.patient")
        key_file = self._text(section, "key_file", "privacy.key_file") or None
        path = self.folder / Path(key_file).expanduser() if key_file else None
        if path is not None and patient == AS_GIVEN:
            self._wrong(say("is not used when patients are taken as given"), "privacy.key_file", say("remove it"))
        elif path is not None and path.resolve().is_relative_to(self.folder.resolve()):
            self._wrong(
                say("lies inside the workspace: whoever copies the workspace has the key too"),
                "privacy.key_file",
                say("keep the key in another place"),
            )
        return PrivacySettings(patient, path)

    def _known(self, section: Mapping[str, object], known: Iterable[str], prefix: str) -> None:
        for key in section:
            if key not in known:
                near = nearest(key, known)
                remedy = say("did you mean {name}?", name=near) if near else ""
                self._wrong(say("is not a setting"), f"{prefix}{key}", remedy)

    def _section(self, name: str) -> dict[str, Any] | None:
        value = self.content.get(name)
        if value is not None and not isinstance(value, dict):
            self._wrong(say("must be a section, written [{name}]", name=name), name)
            return {}
        return value

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
            say("there is no patient key: patients are hashed under a key before anything is written"),
            remedy=say(
                'Set {variable}, or key_file under [privacy] in {file}; or patient = "as given" if the source holds '
                "pseudonyms already.",
                variable=KEY_VARIABLE,
                file=FILE,
            ),
        )
    if len(key) < SHORTEST_KEY:
        raise UsageError(
            say(
                "the patient key from {origin} has {n} bytes and needs {least}",
                origin=origin,
                n=len(key),
                least=SHORTEST_KEY,
            ),
            remedy=say('Make one with: python -c "import secrets; print(secrets.token_hex(32))"'),
        )
    return key
