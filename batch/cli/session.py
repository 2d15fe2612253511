"""Output of the command line: text or one JSON object on stdout, progress on stderr.

A terminal that cannot show a character (cp936, LANG=C) gets question marks of the same width, never an error; JSON is
then written in ASCII, so that nothing is lost.
"""

from __future__ import annotations

import codecs
import errno
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from batch.cli.views.text_width import cells, pad
from payengine.characters import escaped, escaped_json
from payengine.errors import Unavailable
from payengine.system_errors import in_words
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.ledger import Accessed
    from batch.workspace import Workspace

INTERRUPTED = 130  # what a shell says of a command that Ctrl-C ended
SHORT = 12  # digits of an id as it is printed; any unique beginning of an id is read

STDOUT, STDERR = 1, 2  # the system's numbers of the streams
_REPLACE = "payengine.replace"
_UNLIMITED = 10_000  # columns: what is not a terminal is never folded
_TAKEN_AS_TERMINAL = ("FORCE_COLOR", "TTY_COMPATIBLE")  # by these variables rich takes any stream for a terminal


@dataclass
class Session:
    """One call of the command line, with its values of the options of every command."""

    folder: Path | None = None
    json: bool = False
    _workspace: Workspace | None = field(default=None, repr=False)

    def path(self) -> Path:
        """Give the workspace's folder: --workspace, else PAYENGINE_WORKSPACE, else the current one."""
        return self.folder or Path(os.environ.get("PAYENGINE_WORKSPACE") or ".")

    def workspace(self) -> Workspace:
        """Open the workspace and read its settings; the heavy imports happen here."""
        from batch.workspace import Workspace

        if self._workspace is None:
            self._workspace = Workspace(self.path())
        return self._workspace

    def line(self, words: str) -> str:
        """Write a command line in this workspace."""
        return " ".join(["payengine", *(["--workspace", quoted(str(self.folder))] if self.folder else []), words])

    def next(self, words: str) -> str:
        """Name the usual next command."""
        return say("Next: {command}", command=self.line(words))

    def log_access(self, action: str, *objects: Accessed) -> dict[str, bool]:
        """Log what is being looked at; returns it as JSON.

        Where it cannot be logged, stderr says so, and the command goes on.
        """
        why = self.workspace().log_access(action, *objects)
        if why:
            print(escaped(say("not logged: {why}", why=why)), file=sys.stderr)
        return {"logged": not why}

    def answer(self, data: Mapping[str, Any], *parts: RenderableType) -> None:
        """Print a command's answer: `data` with --json, else `parts` (texts and rich tables).

        `Unavailable` if it cannot be written: the command's work is done by then.
        """
        try:
            if self.json:
                write_json(data)
            else:
                write(*parts)
            sys.stdout.flush()  # a full disk is found here, not by the interpreter's last flush
        except OSError as error:
            if reader_is_gone(error):
                raise
            raise Unavailable(
                say("the answer cannot be written: {why}", why=_why(error)),
                remedy=say("The command's work is done and stands. Only its answer is lost: payengine runs tells."),
            ) from error


def _why(error: OSError) -> str:
    return say("the output is closed") if error.errno == errno.EBADF else in_words(error)


def reader_is_gone(error: BaseException) -> bool:
    """Tell if a failed write means that the reader of our output (`| head`) has left."""
    # Windows reports a closed pipe as EINVAL.
    closed = isinstance(error, OSError) and os.name == "nt" and error.errno == errno.EINVAL and not error.filename
    return closed or isinstance(error, BrokenPipeError)


def quoted(text: str) -> str:
    """Quote a text as one word of a command line, on Windows too."""
    return f'"{text}"' if not text or any(char.isspace() or char in "&()" for char in text) else text


def open_streams() -> None:
    """Open the streams that the caller closed (`>&-`), whose numbers a file of ours would get.

    Whatever is written to such a stdout fails, as on a full disk; what is written to such a stderr is lost.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_WRONLY if number == STDERR else os.O_RDONLY)  # takes the lowest free number
    if sys.stdout is None:
        sys.stdout = open(STDOUT, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  (as long as the process)
    if sys.stderr is None:
        sys.stderr = open(STDERR, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def prepare(stream: TextIO) -> None:
    """Let `stream` replace what its encoding lacks."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors=_REPLACE)


def _question_marks(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "?" * cells(error.object[error.start : error.end]), error.end


codecs.register_error(_REPLACE, _question_marks)


def write_json(data: Mapping[str, Any]) -> None:
    """Print one JSON object: dates and paths as text, exact numbers; floats are refused."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    print(escaped_json(json.dumps(data, ensure_ascii=plain, indent=2, default=_jsonable, allow_nan=False)))


def _jsonable(value: object) -> object:
    item = getattr(value, "item", None)  # numpy's integers
    if item is not None and isinstance(number := item(), int):
        return number
    return str(value)


def write(*parts: RenderableType) -> None:
    """Print texts and, by rich, tables, in full width unless stdout is a terminal.

    What a terminal would not show, or would obey, is escaped; tables escape their own cells. Rich is not imported for
    tables alone where nothing is to be bold.
    """
    from batch.cli.views.tables import Sheet

    plain = not sys.stdout.isatty() and not any(name in os.environ for name in _TAKEN_AS_TERMINAL)
    console = None
    for part in parts:
        if isinstance(part, str):
            print(escaped(part, keep="\n"))
        elif plain and isinstance(part, Sheet):
            for line, _ in part.lines(_UNLIMITED):
                print(line)
        else:
            if console is None:
                from rich.console import Console

                terminal = sys.stdout.isatty()
                console = Console(
                    file=sys.stdout, width=None if terminal else _UNLIMITED, highlight=False, markup=False, emoji=False
                )
                # Rich would end the program with exit code 1: `root` knows what a reader that leaves means.
                console.on_broken_pipe = _reader_left  # type: ignore[method-assign]
            console.print(part, crop=False)


def _reader_left() -> None:
    raise BrokenPipeError


class Progress:
    """Progress of a long step as one line on stderr; nothing if stderr is not a terminal.

    Call it with (what is being done, done, total); total 0 means unknown. Used as a context it clears its line.
    """

    every = 0.1  # seconds between two drawings

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.shown = self.stream.isatty()
        self.begun = time.monotonic()
        self.drawn = 0.0
        self.stage = ""
        self.width = 0

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        now = time.monotonic()
        if not self.shown or (stage == self.stage and now - self.drawn < self.every and done != total):
            return
        self.stage, self.drawn = stage, now
        figure = f" {100 * min(done, total) // total:3d} %" if total else f" {done:,}" if done else ""
        self._draw(f"{stage}{figure}  {now - self.begun:.0f} s")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *failure: object) -> None:
        if self.shown and self.width:
            self._draw("")
            self.stream.write("\r")
            self.stream.flush()

    def _draw(self, line: str) -> None:
        self.stream.write("\r" + pad(line, self.width))
        self.stream.flush()
        self.width = cells(line)
