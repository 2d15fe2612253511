"""Pages that tell a story, run from their first command to their last.

    python -m tests.audit_story.told

runs docs/audit.md and docs/audit.zh.md from their first block to their last and writes what the commands print. A block
without a language begins with commands, `payengine ...` each; what follows is their output. A block of a language may
say `append FILE` or `write FILE`: its text goes there. Digests, times and the size of an archive differ, so a
comparison leaves them aside.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner

from batch.cli.root import root
from tests.support.paths import DOCS

COUNTY = Path(__file__).parent / "county"
PAGES = {"en": DOCS / "audit.md", "zh": DOCS / "audit.zh.md"}
BLOCK = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = "payengine "
DIGEST, TIME = (
    re.compile(r"\b[0-9a-f]{8,64}\b"),
    re.compile(r"\d{4}-\d\d-\d\dT[\d:.+Z]+|\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?"),
)
SIZE = re.compile(r"[\d,]+ (?:files|bytes|个文件|字节)")
WIDTH = 80


class Clock:
    """Clock of the story: a minute passes each time that somebody looks."""

    at = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)

    @classmethod
    def now(cls, zone: object) -> datetime:
        cls.at += timedelta(minutes=1)
        return cls.at


Build = Callable[[Path], object]


def _copied(county: Path) -> None:
    shutil.copytree(COUNTY, county)


def told(page: str, language: str, build: Build = _copied) -> str:
    """Run a page's blocks in a fresh county and return the page with what they print now."""
    with tempfile.TemporaryDirectory() as folder:
        county = Path(folder) / "qingxi"
        build(county)
        Clock.at = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
        with contextlib.chdir(county), patch("batch.ledger.provenance.datetime", Clock):
            return BLOCK.sub(lambda found: run_block(found, language), page)


def run_block(found: re.Match[str], language: str) -> str:
    """Do what a block says, and return it with what its commands print."""
    info, text = found["info"].strip(), found["text"]
    what, _, file = info.partition(" ")[2].partition(" ")
    if what:
        with Path(file).open("a" if what == "append" else "w", encoding="utf-8", newline="") as out:
            out.write(text)
    if info or not text.startswith(COMMAND):
        return found[0]
    commands = list(takewhile(lambda line: line.startswith(COMMAND), text.splitlines()))
    printed = "\n".join(_printed(command, language) for command in commands).strip("\n")
    return "\n".join(["```", *commands, *(["", printed] if printed else []), "```"])


def _printed(command: str, language: str) -> str:
    words = ["--lang", language, *shlex.split(command)[1:]]
    words, target = (words[:-2], words[-1]) if ">" in words else (words, "")
    with _columns(), patch("platform.node", lambda: "office"), patch("getpass.getuser", lambda: "finance"):
        done = CliRunner().invoke(root, words, prog_name="payengine")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    if target:
        Path(target).write_text(done.output, encoding="utf-8")
        return ""
    here = str(Path.cwd().parent)
    return "\n".join(line.rstrip().replace(here, "/home/finance") for line in done.output.splitlines())


@contextlib.contextmanager
def _columns() -> Iterator[None]:
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(WIDTH)
    try:
        yield
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before


def masked(page: str) -> str:
    """Leave out what differs from run to run: digests, times, the size of an archive."""
    return SIZE.sub("SIZE", TIME.sub("TIME", DIGEST.sub("DIGEST", page)))


if __name__ == "__main__":
    for spoken, file in PAGES.items():
        file.write_text(told(file.read_text(encoding="utf-8"), spoken), encoding="utf-8")
