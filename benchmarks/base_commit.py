"""Base commit of the comparison: its entry in `base.txt`, clone and environment."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FILE = Path(__file__).parent / "base.txt"
ENTRY = re.compile(r"(?P<commit>[0-9a-f]{40}) (?P<date>\d{4}-\d{2}-\d{2}) (?P<reason>\S.*)")
FETCH_SECONDS = 120


class BaseUnusable(Exception):
    """The base cannot be compared with; the message says why and what to do."""


class BaseMissing(BaseUnusable):
    """The clone lacks the base commit and could not fetch it: no fault of the tree."""


@dataclass(frozen=True)
class Base:
    """Entry of `base.txt`."""

    commit: str
    date: str
    reason: str


def read_base(text: str) -> Base:
    """Read the entry that holds: the last one.

    `BaseUnusable` for a line that is none, or a file without any.
    """
    entries = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = ENTRY.fullmatch(line.strip())
        if found is None:
            raise BaseUnusable(f"base.txt line {number}: write a commit of 40 digits, its date, and the reason.")
        entries.append(Base(**found.groupdict()))
    if not entries:
        raise BaseUnusable("base.txt names no commit.")
    return entries[-1]


def make_clone(commit: str, folder: Path, root: Path = ROOT) -> None:
    """Check a commit out into a clone of this repository.

    `BaseMissing` where the repository does not have it.
    """
    if not _has(commit, root):
        if _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == "true":
            _git(root, "fetch", "--quiet", "--depth=1", "origin", commit)
        if not _has(commit, root):
            raise BaseMissing(
                f"the base commit {commit} is not in this clone (a shallow one?), and it could not be fetched. Get it "
                "with: git fetch --unshallow"
            )
    for words in (
        ["git", "init", "--quiet", str(folder)],  # `clone` would not take a fetched commit from a shallow one
        ["git", "-C", str(folder), "-c", "protocol.version=2", "fetch", "--quiet", "--depth=1", str(root), commit],
        ["git", "-C", str(folder), "checkout", "--quiet", "--detach", commit],
    ):
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode:
            raise BaseUnusable(f"the base commit cannot be checked out: {done.stderr.strip()}")


def make_environment(clone: Path, folder: Path, root: Path = ROOT) -> Path:
    """Make an environment of its own for a clone; returns its interpreter.

    Where the clone asks for the same libraries as this tree, this environment lends them, as it has them: then only
    our own code differs. Otherwise the clone is installed with its own. `BaseUnusable` where it cannot be.
    """
    python = _python_of(folder)
    if dependencies(clone) == dependencies(root):
        venv.create(folder, with_pip=False)
        lent = [str(clone), *(sysconfig.get_path(name) for name in ("purelib", "platlib"))]
        places = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)}, scheme="venv")
        Path(places["purelib"], "lent.pth").write_text("\n".join(dict.fromkeys(lent)), encoding="utf-8")
        return python
    _install(folder, [str(clone)])
    return python


def environment_of_tree(clone: Path, folder: Path, root: Path = ROOT) -> Path:
    """Give the interpreter for this tree beside the clone's; its code is found by PYTHONPATH.

    It is this one where it lends the clone its libraries. Where the clone has an environment of its own, so has this
    tree, with nothing but what it depends on: every other library that is installed makes a start later, because Numba
    looks through all of them.
    """
    if dependencies(clone) == dependencies(root):
        return Path(sys.executable)
    python = _python_of(folder)
    _install(folder, dependencies(root)["dependencies"])
    return python


def _python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _install(folder: Path, wanted: Sequence[str]) -> None:
    """Make an environment with what is wanted; `BaseUnusable` where it cannot be."""
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    for words in ([sys.executable, "-m", "venv", str(folder)], [str(_python_of(folder)), *install]):
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode:
            raise BaseUnusable(f"{wanted[0]} cannot be installed: {done.stderr.strip() or done.stdout.strip()}")


def dependencies(checkout: Path) -> Mapping[str, Any]:
    """Read what a checkout asks for: its Python and its libraries."""
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {name: project.get(name) for name in ("requires-python", "dependencies")}


def _has(commit: str, root: Path) -> bool:
    return _git(root, "cat-file", "-e", f"{commit}^{{commit}}").returncode == 0


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-C", str(root), *words]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS)
    except subprocess.TimeoutExpired as late:
        return subprocess.CompletedProcess(command, 1, "", str(late))
