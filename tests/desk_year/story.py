"""Pages on the clerk's year, run from their first command to their last.

    python -m tests.desk_year.told

A block without a language begins with commands, and what they print follows. A block of `bat` holds commands of which
the page shows no output; `set` and `cd` do there what they do on Windows. What the clerk does in the workbook stands
beside the prose, unseen by the reader: `<!-- clerk: once -->`, `months 2025-03 2025-12` (each is filled in before its
command), `late 2025`, `mistakes 2025-02`, `corrects 2025-02`. Only after mistakes may a command fail.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner, Result

from batch.cli.root import root
from tests.audit_story import told as audit_story
from tests.audit_story.told import WIDTH, Clock
from tests.desk_year import clerk
from tests.support.paths import DOCS

PAGES = {"zh": DOCS / "desk.zh.md", "en": DOCS / "desk.md"}
PART = re.compile(
    r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$|^<!-- clerk: (?P<act>[a-z]+)(?P<of>[^>]*) -->$", re.DOTALL | re.MULTILINE
)
COMMAND = "payengine "
SHOWN = "C:\\payroll"  # the folder of the page, in the place of the one that the story is run in
QUESTION = "[y/N] "
DAY_OF_FREEZE = re.compile(r"\b[0-9a-f]{8} \d\d-\d\d\b")


class Story:
    """One page as it is run.

    `called` are the words of its commands, `to_fill` the rows that the clerk fills in before a period's command.
    """

    def __init__(self, folder: Path, language: str) -> None:
        self.folder, self.language = folder, language
        self.called: list[list[str]] = []
        self.to_fill: dict[str, clerk.Tables] = {}
        self.labels: dict[str, str] = {}
        self.may_fail = False

    def run(self, page: str) -> str:
        """Run a page and return it with what its commands print."""
        Clock.at = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
        with (
            contextlib.chdir(self.folder), patch("batch.ledger.provenance.datetime", Clock),
            patch("platform.node", lambda: "office"), patch("getpass.getuser", lambda: "finance"),
            patch("batch.cli.month.has_terminal", lambda: True), _environment(),
        ):  # fmt: skip
            return PART.sub(self._part, page)

    def _part(self, found: re.Match[str]) -> str:
        if found["act"]:
            self._clerk(found["act"], found["of"].split())
        elif found["info"] == "bat":
            for line in found["text"].splitlines():
                self._batch_line(line)
        elif not found["info"] and found["text"].startswith(COMMAND):
            commands = list(takewhile(lambda line: line.startswith(COMMAND), found["text"].splitlines()))
            printed = "\n".join(self._shown(self._call(command)) for command in commands).strip("\n")
            return "\n".join(["```", *commands, *(["", printed] if printed else []), "```"])
        return found[0]

    def _batch_line(self, line: str) -> None:
        word, _, rest = line.strip().partition(" ")
        if word == "set":
            name, _, value = rest.partition("=")
            os.environ[name] = value
        elif word == "cd":
            os.chdir(rest)
        elif word == "payengine":
            self._call(line)

    def _call(self, command: str) -> Result:
        words = shlex.split(command.replace("\\", "\\\\"))[1:]
        words = [word.replace("\\", os.sep) for word in words]
        self.called.append(words)
        if words[0] == "month" and words[1] in self.to_fill:
            self._write(self.to_fill.pop(words[1]))
        done = CliRunner().invoke(root, ["--lang", self.language, *words], prog_name="payengine", input="y\n")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert done.exit_code == (3 if self.may_fail else 0), f"{command}: {done.exit_code}\n{done.output}"
        self.may_fail = False
        return done

    def _shown(self, done: Result) -> str:
        lines = [line.rstrip() for line in done.output.replace(QUESTION, f"{QUESTION}y\n").splitlines()]
        here = re.compile(re.escape(str(self.folder)) + r"[^\s：；，。]*")
        # The page's reader sits at Windows: folders and Python are called so there.
        return here.sub(lambda found: _windows(found[0], self.folder), "\n".join(lines)).replace("python3 -c", "py -c")

    def _clerk(self, act: str, of: list[str]) -> None:
        if act == "once":
            self._write(clerk.once())
        elif act == "months":
            first, last = of[0], of[-1]
            for number in range(int(first[5:]), int(last[5:]) + 1):
                self.to_fill[f"{first[:4]}-{number:02d}"] = clerk.month(int(first[:4]), number)
        elif act == "late":
            self._write(clerk.late(int(of[0])))
        elif act == "year":
            self.to_fill[of[0]] = clerk.settlement(int(of[0]))
        else:
            if of[0] in self.to_fill:
                self._write(self.to_fill.pop(of[0]))
            (clerk.mistakes if act == "mistakes" else clerk.corrects)(self._workbook(), of[0])
            self.may_fail = act == "mistakes"

    def _workbook(self) -> Path:
        [file] = Path("input").glob("*.xlsx")
        return file

    def _write(self, tables: clerk.Tables) -> None:
        if not self.labels:
            self.labels = labels(self.language)
        clerk.write(self._workbook(), tables, self.labels)


def labels(language: str, *more: str) -> dict[str, str]:
    """Read the labels of the names that the workspace's policy asks for; `more` are options."""
    needs = CliRunner().invoke(root, ["--lang", language, "--json", *more, "policy", "needs"])
    found: dict[str, str] = {}

    def collect(part: object) -> None:
        if isinstance(part, dict):
            if "name" in part and part.get("label"):
                found[str(part["name"])] = str(part["label"])
            for each in part.values():
                collect(each)
        elif isinstance(part, list):
            for each in part:
                collect(each)

    collect(json.loads(needs.output))
    return found


def _windows(path: str, folder: Path) -> str:
    return path.replace(str(folder), SHOWN).replace("/", "\\")


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    before = dict(os.environ)
    os.environ["COLUMNS"] = str(WIDTH)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def told(page: str, language: str) -> tuple[str, list[list[str]]]:
    """Run a page in a fresh folder.

    Returns it with what its commands print now, and the words of each command.
    """
    with tempfile.TemporaryDirectory() as folder:
        story = Story(Path(folder).resolve(), language)
        return story.run(page), story.called


def masked(page: str) -> str:
    """Leave out what differs from run to run: digests, times, days, the size of an archive."""
    return audit_story.masked(DAY_OF_FREEZE.sub("DIGEST DAY", page))
