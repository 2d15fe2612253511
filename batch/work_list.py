"""List of independent workspaces, and what is to be done in each.

One that fails does not stop the others.

```
[[workspace]]
path = "counties/gushi"     # from the file's folder
period = "2026-10"
do = "run"                  # or "run and publish"
```
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from payengine.errors import PayengineError, Problem, Refused, Unavailable, UsageError
from payengine.periods import Period
from payengine.policy.toml_text import TomlFault, toml_tables, toml_text
from payengine.suggest import nearest
from payengine.system_errors import in_words
from payengine.texts import joined, say

if TYPE_CHECKING:
    from batch.cluster.cluster import Cluster

RUN, RUN_AND_PUBLISH = "run", "run and publish"
DEEDS = (RUN, RUN_AND_PUBLISH)
KEYS = ("path", "period", "do")


@dataclass(frozen=True)
class Entry:
    """Workspace, period, and what is to be done: one of `DEEDS`."""

    path: Path
    period: Period
    do: str


@dataclass(frozen=True)
class Done:
    """Outcome of an entry: the run, its state, its revision if published; or any error."""

    entry: Entry
    run: str = ""
    state: str = ""
    revision: int | None = None
    error: Exception | None = None


def read_work_list(file: Path) -> list[Entry]:
    """Read a list; paths are from its folder.

    `UsageError` where the file cannot be read, `Refused` with everything that is wrong in it.
    """
    try:
        content = toml_tables(toml_text(file.read_bytes()))
    except OSError as error:
        raise UsageError(say("{path} cannot be read: {why}", path=file, why=in_words(error))) from error
    except TomlFault as fault:
        problem = Problem(fault.what, str(file), remedy=fault.remedy)
        raise Refused(say("{file} refused: {n} problem(s)", file=file, n=1), [problem]) from None
    listed = content.get("workspace")
    problems = [Problem(say("is unknown"), str(file), column=key) for key in content if key != "workspace"]
    if not isinstance(listed, list) or not listed:
        listed = []
        problems.append(Problem(say("lists no [[workspace]]"), str(file)))
    entries: dict[int, Entry] = {}
    for row, given in enumerate(listed, 1):
        wrong = list(_problems(given))
        problems += [Problem(what, str(file), row, key) for key, what in wrong]
        if not wrong:
            entries[row] = Entry(file.parent / given["path"], Period.parse(given["period"]), given["do"])
    for row, first in _twice(entries):
        what = say("is listed twice: row {first} names the same workspace and period", first=first)
        problems.append(Problem(what, str(file), row, "path"))
    if problems:
        raise Refused(say("{file} refused: {n} problem(s)", file=file, n=len(problems)), problems)
    return list(entries.values())


def carry_out(entry: Entry, cluster: Cluster | None = None) -> Done:
    """Do what an entry says; its error is part of the outcome."""
    from batch.workspace import Workspace

    run = state = ""
    try:
        workspace = Workspace(entry.path)
        outcome = workspace.run(entry.period, cluster=cluster)
        run, state = outcome.run, outcome.state
        if entry.do == RUN:
            return Done(entry, run, state)
        return Done(entry, run, state, workspace.publish(run).publication.revision)
    except PayengineError as error:
        return Done(entry, run, state, error=error)
    except OSError as error:
        told = Unavailable(say("{path} cannot be read: {why}", path=entry.path, why=in_words(error)))
        return Done(entry, run, state, error=told)
    except Exception as bug:  # what is wrong with the program in one county is told of that county
        return Done(entry, run, state, error=bug)


def _problems(given: object) -> list[tuple[str, str]]:
    """List keys and what is wrong with them."""
    if not isinstance(given, Mapping):
        return [("workspace", say("is no table: write [[workspace]]"))]
    found = []
    for key in given:
        if key not in KEYS:
            near = nearest(key, KEYS)
            found.append((str(key), say("did you mean {near}?", near=near) if near else say("is unknown")))
    for key in KEYS:
        if given.get(key, "") == "":
            found.append((key, say("is missing")))
        elif not isinstance(given[key], str):
            found.append((key, say("must be text in quotation marks")))
    if isinstance(given.get("do"), str) and given["do"] and given["do"] not in DEEDS:
        found.append(("do", say("is none of: {names}", names=joined(DEEDS))))
    if isinstance(given.get("period"), str) and given["period"]:
        try:
            Period.parse(given["period"])
        except UsageError as error:
            found.append(("period", error.what))
    return found


def _twice(entries: Mapping[int, Entry]) -> Iterator[tuple[int, int]]:
    """Yield the rows that name a workspace and period of a row before, with that row."""
    seen: dict[tuple[Path, Period], int] = {}
    for row, entry in entries.items():
        first = seen.setdefault((entry.path.resolve(), entry.period), row)
        if first != row:
            yield row, first
