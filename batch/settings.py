"""Settings of a workspace: `payengine.toml`, read strictly.

An unknown key, a wrong type or an impossible combination is refused, all of them in one report. Relative paths start
at the workspace's folder, wherever the command was started.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from batch.file_access import ACCESS, PRIVATE, is_open_to_others
from batch.input_tables import BY_NAME as TABLES_BY_NAME
from batch.proof.secret import FILE as PROOF_KEY_FILE
from batch.sources.settings import SourceSettings
from payengine.errors import Problem, Refused, UsageError
from payengine.periods import MONTH, Period
from payengine.policy.toml import KeyPath, Section
from payengine.policy.toml_text import TomlFault, toml_tables, toml_text
from payengine.suggest import hint, nearest
from payengine.system_errors import in_words
from payengine.texts import in_quotes, joined, say

FILE = "payengine.toml"
DEFAULT_LEDGER = "sqlite:///ledger.sqlite"
HMAC, AS_GIVEN = "hmac", "as given"
KEY_VARIABLE = "PAYENGINE_PATIENT_KEY"
KEY_FILE = "patient.key"  # beside the workspace, where messages propose it
SOURCE_VARIABLE = "PAYENGINE_SOURCE_URL"  # URLs with a password need not stand in the file
LEDGER_VARIABLE = "PAYENGINE_LEDGER_URL"
SHORTEST_KEY = 32  # bytes of a patient key; a shorter one can be searched through

_POLICY_NAME = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True)
class PrivacySettings:
    """Treatment of patients: "hmac" (hashed under a key) or "as given" (pseudonyms).

    `files` says who may use what the program writes: "private", "group" or "system" (`batch.file_access`).
    """

    patient: str = HMAC
    key_file: Path | None = None
    files: str = PRIVATE


@dataclass(frozen=True)
class Settings:
    """Settings of a workspace; relative paths in them start at the workspace's folder."""

    policy: str
    ledger: str
    source: SourceSettings
    privacy: PrivacySettings
    proof_key: Path  # the file of the secret that salts payslips
    allow_empty: tuple[str, ...] = ()  # tables paid from that may give a period no row
    first_period: Period | None = None  # first month of the office here, where it began within a year


def read_settings(folder: Path) -> Settings:
    """Read `payengine.toml`; `UsageError` if there is none, `Refused` with every problem in it."""
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
    problems: list[Problem] = []
    settings = _settings(_Section(content, KeyPath(str(file), ()), problems), folder)
    if problems:
        raise Refused(
            say("The settings of the workspace are refused."),
            problems,
            remedy=say("Correct {file} and run the command again.", file=FILE),
        )
    return settings


def policy_folders(folder: Path) -> list[Path | Traversable]:
    """List the folders of policies: the workspace's own first, then the shipped ones."""
    from formulas import POLICIES

    return [folder / "policy", POLICIES]


def is_policy_name(text: str) -> bool:
    """Check that a text can name a policy: it also names a file, so it holds no separators."""
    return _POLICY_NAME.fullmatch(text) is not None


def _toml(file: Path) -> dict[str, Any]:
    """Read the file; `Refused` if it is not TOML in UTF-8 (with or without a BOM)."""
    try:
        return toml_tables(toml_text(file.read_bytes()))
    except TomlFault as fault:
        problem = Problem(fault.what, str(file), remedy=fault.remedy)
    raise Refused(say("The settings of the workspace are refused."), [problem])


class _Section(Section):
    """A table of `payengine.toml`."""

    def filled(self, key: str, default: str = "") -> str:
        """Read a text that may be left out but not left empty."""
        text = self.text(key)
        if isinstance(self.take(key), str):
            if not text.strip():
                self.problem(say("is empty"), key)
            return text
        return default

    def unknown(self, key: str) -> None:
        near = nearest(key, self.asked)
        self.problem(say("is not a setting"), key, say("did you mean {name}?", name=near) if near else "")

    def not_text(self, key: str) -> None:
        self.problem(say("must be text in quotation marks"), key)

    def not_table(self, key: str) -> None:
        self.problem(say("must be a section, written [{name}]", name=key), key)


def _settings(content: _Section, folder: Path) -> Settings:
    """Read the whole file; what is wrong goes to the section's problems."""
    content.expect("policy", "ledger", "allow_empty", "first_period", "source", "privacy", "audit")
    allowed = _allow_empty(content)
    privacy = _privacy(content.section("privacy"), folder)
    proof_key = _proof_key(content.section("audit"), folder)
    first = _first_period(content)
    return Settings(_policy(content), _ledger(content), _source(content), privacy, proof_key, allowed, first)


def _first_period(content: _Section) -> Period | None:
    text = content.filled("first_period")
    found = Period.find(text) if text else None
    if text and (found is None or found.kind != MONTH):
        content.problem(say("{value} is not a month", value=in_quotes(text)), "first_period", say('write "2026-07"'))
        return None
    return found


def _allow_empty(content: _Section) -> tuple[str, ...]:
    names = content.texts("allow_empty")
    for name in names:
        if name not in TABLES_BY_NAME:
            content.problem(
                say("there is no input table {table}", table=in_quotes(name)) + hint(name, TABLES_BY_NAME),
                "allow_empty",
            )
    return names


def _policy(content: _Section) -> str:
    if not content.has("policy"):
        content.problem(say("is missing"), "policy", say('name the policy, for example policy = "demo"'))
        return ""
    policy = content.filled("policy")
    if policy and not is_policy_name(policy):
        content.problem(
            say("{value} is not a policy's name", value=in_quotes(policy)), "policy", say("letters, digits, . _ -")
        )
    return policy


def _ledger(content: _Section) -> str:
    ledger = os.environ.get(LEDGER_VARIABLE) or content.filled("ledger", DEFAULT_LEDGER)
    if ledger and "://" not in ledger:
        # What somebody wrote there can be a password: it is not repeated.
        content.problem(say("is not a URL"), "ledger", say("write sqlite:///ledger.sqlite"))
    return ledger


def _source(content: _Section) -> SourceSettings:
    if not content.has("source"):
        content.problem(
            say("is missing"), "[source]",
            say('for example url = "postgresql+psycopg://host/database", folder = "input" or workbook = "county.xlsx"'),
        )  # fmt: skip
        return SourceSettings()
    table = content.section("source").table
    override = os.environ.get(SOURCE_VARIABLE)
    try:
        source = SourceSettings.parse({"url": override, **table} if override else table, content.place.file)
    except Refused as refused:
        content.problems.extend(refused.problems)
        return SourceSettings()
    return replace(source, url=override) if override and not (source.folder or source.workbook) else source


def _privacy(section: _Section, folder: Path) -> PrivacySettings:
    section.expect("patient", "key_file", "files")
    patient = section.filled("patient", HMAC)
    if patient and patient not in (HMAC, AS_GIVEN):
        section.problem(say("{value} is neither hmac nor as given", value=in_quotes(patient)), "patient")
    key_file = section.filled("key_file")
    path = folder / Path(key_file).expanduser() if key_file else None
    if path is not None and patient == AS_GIVEN:
        section.problem(say("is not used when patients are taken as given"), "key_file", say("remove it"))
    elif path is not None and path.resolve().is_relative_to(folder.resolve()):
        section.problem(
            say("lies inside the workspace: whoever copies the workspace has the key too"),
            "key_file",
            say("keep the key in another place"),
        )
    files = section.filled("files", PRIVATE)
    if files and files not in ACCESS:
        section.problem(say("must be one of {choices}", choices=joined(ACCESS)), "files")
    return PrivacySettings(patient, path, files)


def _proof_key(section: _Section, folder: Path) -> Path:
    section.expect("key_file")
    return folder / Path(section.filled("key_file", PROOF_KEY_FILE)).expanduser()


def key_command(file: Path, windows: bool = os.name == "nt") -> str:
    """Write the command that makes a key in a file of its owner and shows it nowhere.

    It refuses a file that is there: a key that is lost takes the earlier months' patients with it.
    """
    python, path = "py" if windows else "python3", file.as_posix().replace("'", "\\'")
    return (
        f"{python} -c \"import os, secrets; os.write(os.open('{path}', "
        "os.O_CREAT | os.O_EXCL | os.O_WRONLY, "
        '384), secrets.token_hex(32).encode())"'
    )


def _way_to_a_key(folder: Path) -> str:
    """Say how a patient key is made and where it is named."""
    return say(
        "Make one, once, and keep a copy of it elsewhere (without it later months do not know the patients of "
        "earlier ones):\n  {command}\nThen write under [privacy] in {file}:\n  key_file = \"../{key}\"\n"
        'The variable {variable} may hold it instead; if the source holds pseudonyms already: patient = "as given".',
        command=key_command(folder.resolve().parent / KEY_FILE), file=FILE, key=KEY_FILE, variable=KEY_VARIABLE,
    )  # fmt: skip


def patient_key(privacy: PrivacySettings, folder: Path) -> bytes | None:
    """Read the key that hashes patients; None if they are as given, `UsageError` without one.

    `folder` is the workspace, beside which the remedy proposes to make one.
    """
    if privacy.patient == AS_GIVEN:
        return None
    given = os.environ.get(KEY_VARIABLE, "")
    if given:
        key, origin = given.encode("utf-8"), KEY_VARIABLE
    elif privacy.key_file is not None:
        file = privacy.key_file
        try:
            if is_open_to_others(file, privacy.files):
                raise UsageError(
                    say("the patient key in {file} can be read by others", file=file),
                    remedy=say("Take their rights away: chmod 600 {file}", file=file),
                )
            key, origin = file.read_bytes().strip(), str(file)
        except OSError as error:
            raise UsageError(
                say("the patient key cannot be read from {file}: {why}", file=file, why=in_words(error)),
                remedy=say("If there is none yet, make it: {command}", command=key_command(file.resolve()))
                if isinstance(error, FileNotFoundError)
                else "",
            ) from None
    else:
        raise UsageError(
            say("there is no patient key: patients are hashed under a key before anything is written"),
            remedy=_way_to_a_key(folder),
        )
    if len(key) < SHORTEST_KEY:
        raise UsageError(
            say(
                "the patient key from {origin} has {n} bytes and needs {least}",
                origin=origin,
                n=len(key),
                least=SHORTEST_KEY,
            ),
            remedy=_way_to_a_key(folder),
        )
    return key
