"""The outcome of a run as it is printed: register and difference from the published one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.heading import heading
from batch.cli.views.register import register_parts
from batch.reports.register import register
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.reports.register import Names
    from batch.run import Outcome
    from batch.workspace import Workspace


def outcome_json(workspace: Workspace, outcome: Outcome) -> dict[str, Any]:
    """Describe an outcome as JSON: its register, and its difference from what is published."""
    names = workspace.names(outcome.results.meta.period, outcome.snapshot)
    return {
        "run": outcome.run, "period": str(outcome.results.meta.period), "state": outcome.state,
        "revision": outcome.revision, "snapshot": outcome.snapshot,
        "register": register(outcome.results, names).as_json(), "difference": _difference_json(outcome, names),
        "warnings": list(outcome.warnings),
    }  # fmt: skip


def _difference_json(outcome: Outcome, names: Names) -> dict[str, Any] | None:
    """Describe the change against the current revision as JSON; None if there is none."""
    from batch.audit.as_json import difference_json

    difference = outcome.difference
    if difference is None or outcome.replaces is None:
        return None
    return {
        "revision": outcome.replaces.revision, "run": outcome.replaces.run,
        **difference_json(difference, names.institutions, names.staff),
    }  # fmt: skip


def component_labels(outcome: Outcome) -> dict[str, str]:
    """Map the components of an outcome to their labels."""
    table = outcome.results.components
    return dict(zip(table["component"].to_pylist(), table["label"].to_pylist(), strict=True))


def outcome_parts(workspace: Workspace, outcome: Outcome, state: str = "") -> list[RenderableType]:
    """Print the register with its heading, and the difference from what is published.

    `state` replaces what the outcome says of itself, where more was done with it since.
    """
    from batch.cli.views.difference import difference_parts

    results = outcome.results
    names = workspace.names(results.meta.period, outcome.snapshot)
    figures = register(results, names)
    figures.warnings = list(dict.fromkeys([*figures.warnings, *outcome.warnings]))
    parts = [*heading(results, state or _state(outcome)), "", *register_parts(figures)]
    if outcome.difference is not None and outcome.replaces is not None:
        labels, replaced = component_labels(outcome), outcome.replaces
        parts += difference_parts(outcome.difference, names, labels, replaced.revision, replaced.run[:SHORT])
    return parts


def _state(outcome: Outcome) -> str:
    return {
        "dry run": say("dry run: nothing was written"),
        "staged": say("staged, not published"),
        "already staged": say("staged before, not published"),
        "already published": say("published already, as revision {revision}", revision=outcome.revision),
    }[outcome.state]
