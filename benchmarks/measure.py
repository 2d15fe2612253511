"""Interleaved timing, peak memory and start times.

Every round runs each side once, so that a slow moment of the machine meets all of them.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Side:
    """One side of a comparison; `before` runs untimed ahead of each round."""

    name: str
    work: Callable[[], object]
    before: Callable[[], object] | None = None


@dataclass(frozen=True)
class Seconds:
    """Wall seconds of some rounds: their median, and the least of them."""

    median: float
    least: float

    @classmethod
    def of(cls, rounds: Sequence[float]) -> Seconds:
        """Sum up rounds; there is at least one."""
        return cls(statistics.median(rounds), min(rounds))

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(self.median + other.median, self.least + other.least)

    def __sub__(self, other: Seconds) -> Seconds:
        return Seconds(self.median - other.median, self.least - other.least)


class Parts:
    """Wall seconds of the parts of a piece of work that is done again and again."""

    def __init__(self) -> None:
        self._rounds: dict[str, list[float]] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time the block as one part of one round."""
        start = time.perf_counter()
        yield
        self.add(name, time.perf_counter() - start)

    def add(self, name: str, seconds: float) -> None:
        """Add a part that was timed elsewhere."""
        self._rounds.setdefault(name, []).append(seconds)

    def seconds(self, last: int) -> dict[str, Seconds]:
        """Sum up the last rounds, by part, in the order of the parts."""
        return {name: Seconds.of(rounds[-last:]) for name, rounds in self._rounds.items()}


def time_interleaved(sides: Sequence[Side], rounds: int, *, warm_up: bool = True) -> dict[str, Seconds]:
    """Time the sides in turn, by name.

    With `warm_up` there is a first round that does not count.
    """
    seconds: dict[str, list[float]] = {side.name: [] for side in sides}
    for turn in range(rounds + warm_up):
        for side in sides:
            if side.before is not None:
                side.before()
            gc.collect()
            start = time.perf_counter()
            side.work()
            took = time.perf_counter() - start
            if turn or not warm_up:
                seconds[side.name].append(took)
    return {name: Seconds.of(values) for name, values in seconds.items()}


def own_peak() -> int | None:
    """Read the peak resident memory of this process in MB; None if unknown here."""
    status = Path("/proc/self/status")
    if status.exists():  # not getrusage: what it says on Linux begins with the peak of the parent process
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) // 1024
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


def in_child(work: str, *arguments: object) -> dict[str, Any]:
    """Do a piece of work of `benchmarks.work` in a process of its own.

    Returns what it tells of itself: seconds (without its start and imports), peak_mb (None if unknown here), and what
    it counted. `CalledProcessError` with its output where it fails.
    """
    command = [sys.executable, "-m", "benchmarks.work", work, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
        done.check_returncode()
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def first_record(snapshot: Path) -> str:
    """Write a program that starts as a command, imports what a run needs, prices a snapshot."""
    lines = [
        "from batch.cli import begin",
        "begin()",
        "from pathlib import Path",
        "from batch.pricing.price_snapshot import price_snapshot",
        "from batch.run import run_period",
        "from batch.snapshot.snapshot import Snapshot",
        f"price_snapshot(Snapshot.open(Path({str(snapshot)!r})))",
    ]
    return "\n".join(lines)


def first_kernels(snapshot: Path) -> str:
    """Write a program that does the same, and loads the kernels that more records need."""
    lines = [
        "from payengine.kernels.limit import limit",
        "from payengine.kernels.muldiv import round_by_word",
        "from payengine.kernels.price import price",
        "for kernel in (limit, price, round_by_word):",
        "    next(kernel.build_all())",
    ]
    return "\n".join([first_record(snapshot), *lines])


def command(*arguments: object) -> str:
    """Write a program that is the command `payengine` with these arguments."""
    return f"import sys; sys.argv = {['payengine', *map(str, arguments)]!r}\nfrom batch.cli import main; main()"


def as_installed(bytecode: Path) -> dict[str, str]:
    """Give an environment in which our modules have the bytecode that pip makes of them.

    Run from a checkout they would be translated anew at every start wherever Python may not write it beside them.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(bytecode)
    rooms = [str(ROOT / name) for name in ("batch", "payengine", "formulas")]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *rooms], check=True, env=environment)
    return environment


def start_seconds(code: str, environment: dict[str, str]) -> float:
    """Time a fresh interpreter that runs `code`, in wall seconds.

    `CalledProcessError` where it fails.
    """
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True)
    return time.perf_counter() - start
