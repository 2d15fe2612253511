"""Machine, versions and commit that figures were measured with."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = (
    "numpy", "numba", "llvmlite", "pyarrow", "duckdb", "pandas", "polars", "sqlalchemy", "adbc-driver-manager",
    "psycopg", "openfisca-core",
)  # fmt: skip
TURNS = 20_000_000
PLACES = ("--keep", "--resume", "--folder")  # options that name a place of this machine: no matter of the figures
PAGES = ("RESULTS.md", "GROWTH.md", "growth.svg")  # which the measurements write themselves


def facts() -> dict[str, str]:
    """Describe this machine, the versions and the commit, each in one line."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": _commit(),
        "command": " ".join(["python -m benchmarks", *_without_places(sys.argv[1:])]),
        "machine": f"{_processor()}, {usable} processors usable, {_memory()}, {platform.system()} {platform.release()}",
        "load when it began": _load(),
        "empty loop": f"{TURNS:,} turns of an empty Python loop: {_empty_loop():.2f} s",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "libraries": ", ".join(f"{name} {found}" for name in LIBRARIES if (found := _version(name))),
    }


def _without_places(words: Sequence[str]) -> list[str]:
    """Leave out the options that name a place of this machine."""
    kept, passed = list[str](), False
    for word in words:
        if not passed and word.split("=")[0] not in PLACES:
            kept.append(word)
        passed = word in PLACES
    return kept


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _commit() -> str:
    """Name the commit of the checkout, and say so if files differ from it."""
    root = Path(__file__).parent.parent
    try:
        said = [
            subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=True).stdout.strip()
            for words in (
                ("rev-parse", "--short=12", "HEAD"),
                (
                    "status",
                    "--porcelain",
                    "--untracked-files=no",
                    "--",
                    ".",
                    *(f":!benchmarks/{page}" for page in PAGES),
                ),
            )
        ]
    except (OSError, subprocess.CalledProcessError):
        return "not known: no git checkout"
    return said[0] + (" with changes that are not committed" if said[1] else "")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()


def _memory() -> str:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return "memory not known"
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"


def _load() -> str:
    if not hasattr(os, "getloadavg"):
        return "not known"
    return " ".join(f"{value:.2f}" for value in os.getloadavg()) + " (1, 5, 15 minutes)"


def _empty_loop() -> float:
    start = time.perf_counter()
    for _ in range(TURNS):
        pass
    return time.perf_counter() - start
