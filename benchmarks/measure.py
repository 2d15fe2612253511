"""Interleaved timing, peak memory and start times.

Every round runs each side once, so that a slow moment of the machine meets all of them.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Side:
    """One side of a comparison; `before` runs untimed ahead of each round."""

    name: str
    work: Callable[[], object]
    before: Callable[[], object] | None = None


def time_interleaved(sides: list[Side], rounds: int) -> dict[str, float]:
    """Time the sides in turn and return median seconds by name; the first round does not count."""
    seconds: dict[str, list[float]] = {side.name: [] for side in sides}
    for turn in range(rounds + 1):
        for side in sides:
            if side.before is not None:
                side.before()
            gc.collect()
            start = time.perf_counter()
            side.work()
            if turn:
                seconds[side.name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def peak_memory(module: str, *arguments: str) -> int | None:
    """Measure peak resident memory in MB of `python -m module arguments`; None if unknown here.

    The module prints what `own_peak` gives as its last line.
    """
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=True)
    last = done.stdout.strip().splitlines()[-1]
    return int(last) if last.isdigit() else None


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


def first_record(snapshot: Path) -> str:
    """Write a program that imports what a run needs and prices a snapshot."""
    lines = [
        "from pathlib import Path",
        "from batch.pricing.price_snapshot import price_snapshot",
        "from batch.run import run_period",
        "from batch.snapshot.snapshot import Snapshot",
        f"price_snapshot(Snapshot.open(Path({str(snapshot)!r})))",
    ]
    return "\n".join(lines)


def start_seconds(code: str, environment: dict[str, str]) -> float:
    """Time a fresh interpreter that runs `code`, in wall seconds."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True)
    return time.perf_counter() - start
