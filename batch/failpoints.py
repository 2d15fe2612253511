"""Failpoints: named places at which a test can stop the program, as a crash would.

Nothing happens at them in use: `on` is set by tests only. Every point stands in `PHASES`, and the tests make each fault
at each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

# What a phase does, and its points in the order in which it reaches them.
PHASES: Mapping[str, tuple[str, ...]] = {
    "freeze": (
        "freeze: tables are read",
        "freeze: while records are read",
        "freeze: while records are written",
        "freeze: before the manifest",
        "freeze: before it is in place",
        "freeze: before it is the newest",
        "freeze: in place",
    ),
    "stage": (
        *(
            f"stage: {table}"
            for table in (
                "pay_line", "statement_line", "workload", "rejection", "run_component", "run_report", "report_line",
                "department_line",
            )
        ),
        "stage: before complete",
        "stage: before commit",
        "stage: after commit",
    ),
    "publish": ("publish: before the audit entry", "publish: before commit", "publish: after commit"),
    "confirm": ("confirm: before commit", "confirm: after commit"),
    "revise": ("revise: before publish", "revise: after publish"),
    "step": ("step: before commit", "step: after commit"),
    "object": ("object: before commit", "object: after commit"),
    "answer": ("answer: before commit", "answer: after commit"),
    "pay": ("pay: before the audit entry", "pay: before commit", "pay: after commit"),
    **{
        f"payment {action}": (f"payment {action}: before commit", f"payment {action}: after commit")
        for action in ("approved", "exported", "paid", "returned", "discarded")
    },
    "close": ("close: before the audit entry", "close: before commit", "close: after commit"),
}  # fmt: skip
MIGRATION = "migrate: "  # what the points of migrations begin with; the rest is the name of a step

_POINTS = frozenset(point for points in PHASES.values() for point in points)

on: Callable[[str], None] | None = None


def reached(point: str) -> None:
    """Tell a test that a point is reached; `ValueError` for one that is not registered."""
    if point not in _POINTS and not point.startswith(MIGRATION):
        raise ValueError(f"no registered failpoint: {point}")
    if on is not None:
        on(point)
