"""Exit codes and texts of errors.

0 ok; 2 usage; 3 input, policy or graph refused; 4 an identity does not hold; 5 conflict with another run; 6 database
or disk unavailable; 7 digest or audit chain broken; 130 interrupted; 1 a bug.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any

import click

from batch.cli.bilingual_click import localized
from batch.cli.session import INTERRUPTED, write_json
from payengine import __version__
from payengine.characters import escaped
from payengine.errors import PayengineError, Problem, Unavailable
from payengine.system_errors import in_words
from payengine.texts import say

DEBUG_VARIABLE = "PAYENGINE_DEBUG"
ERROR_KINDS = {2: "usage", 3: "refused", 4: "identity_broken", 5: "conflict", 6: "unavailable", 7: "integrity_broken"}


def report_failure(error: BaseException, as_json: bool) -> int:
    """Print an error, with JSON as one object on stdout, and return the exit code."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        what = say("Interrupted. Nothing is half done: what was published stands, the rest can be run again.")
        _tell(what, {"kind": "interrupted", "exit_code": INTERRUPTED, "what": what}, as_json)
        return INTERRUPTED
    known = known_error(error)
    if known is None:
        return _bug(error, as_json)
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error, file=sys.stderr)
    _tell(known.report(), error_json(known), as_json)
    return known.exit_code


def known_error(error: BaseException) -> PayengineError | None:
    """Turn an exception into an error of payengine; None if it can only be a bug."""
    if isinstance(error, PayengineError):
        return error
    if isinstance(error, click.UsageError):
        return localized(error)
    if isinstance(error, MemoryError):
        return Unavailable(
            say("the memory of this machine is used up"),
            remedy=say("Nothing is half done. Close other programs and run it again."),
        )
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return Unavailable(
            say("{place}{why}", place=place, why=in_words(error)),
            remedy=say("Nothing is half done. Check the disk and the rights to the folder, and run the command again."),
        )
    return None


def error_json(error: PayengineError) -> dict[str, Any]:
    """Describe an error as JSON, with every problem."""
    return {
        "kind": ERROR_KINDS.get(error.exit_code, "error"),
        "exit_code": error.exit_code,
        "what": error.what,
        "problems": [problem_json(problem) for problem in error.problems],
        "remedy": error.remedy,
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    fields = {
        "what": problem.what, "where": problem.where, "row": problem.row, "column": problem.column,
        "cell": f"{problem.letter}{problem.row}" if problem.letter and problem.row is not None else "",
        "parameter": problem.parameter, "on": problem.on and problem.on.isoformat(), "remedy": problem.remedy,
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value not in ("", None)}


def failure_json(error: Exception) -> dict[str, Any]:
    """Describe any error as JSON: what a command or the machine met, or a bug."""
    known = known_error(error)
    return _bug_json(error) if known is None else error_json(known)


def exit_code(error: Exception) -> int:
    """Give the exit code of an error."""
    known = known_error(error)
    return 1 if known is None else known.exit_code


def _bug_json(error: BaseException) -> dict[str, Any]:
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    message = str(error).splitlines()[0] if str(error) else ""
    what = say(
        "This is a bug in payengine {version}, not a mistake of yours: {error}",
        version=__version__,
        error=f"{name}: {message}".rstrip(": "),
    )
    remedy = say(
        "Nothing was published by this command. Please report it with what {variable}=1 prints.",
        variable=DEBUG_VARIABLE,
    )
    return {"kind": "bug", "exit_code": 1, "what": what, "remedy": remedy}


def _bug(error: BaseException, as_json: bool) -> int:
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error, file=sys.stderr)
    told = _bug_json(error)
    _tell(f"{told['what']}\n{told['remedy']}", told, as_json)
    return 1


def _tell(text: str, data: dict[str, Any], as_json: bool) -> None:
    if as_json:
        write_json({"error": data})
    else:
        sys.stdout.flush()
        print(escaped(text, keep="\n"), file=sys.stderr, flush=True)
