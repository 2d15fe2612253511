"""Example of a policy book: a person and an institution of a run.

The person is the one of median pay; the book names the institution and not the person.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from batch.cli.session import Progress
from batch.cli.views.code_words import coded, unit_text
from batch.cli.views.explanation import SILENT
from batch.explain.explanation import Explanation
from batch.inputs.catalogue import BY_NAME
from payengine.errors import PayengineError
from payengine.graph import Operand
from payengine.periods import Period
from payengine.texts import say

if TYPE_CHECKING:
    from batch.results import Results
    from batch.workspace import Workspace
    from payengine.graph import Formula

MOST_VALUES = 6  # of one figure with a value for each name of an axis
DEMO_MONTH = "2026-10"


@dataclass(frozen=True)
class Example:
    """Figures of a person and of an institution in a run.

    `is_demo` tells that the run is of the demo county."""

    explanations: Sequence[Explanation]
    place: str
    is_demo: bool

    @property
    def period(self) -> Period:
        return self.explanations[0].meta.period

    @property
    def is_illustrative(self) -> bool:
        """True where any of it was invented."""
        return self.is_demo or bool(self.explanations[0].meta.illustrative)

    def figures(self, formula: Formula) -> tuple[str, list[tuple[str, str]]] | None:
        """Give a formula's result and (name, value) of what it read.

        None where the run did not compute it.
        """
        for one in self.explanations:
            step = one.trace.steps.get(formula.gives)
            if step is None or step.formula.name != formula.name or not (step.cells or step.totals):
                continue
            result = _values(one, Operand(formula.gives, step.cells, step.totals))
            return result, [(operand.name, _values(one, operand)) for operand in step.operands]
        return None


def of_workspace(workspace: Workspace, kind: str) -> Example | None:
    """Take the example from the last run of a kind of period, the published ones first."""
    with suppress(PayengineError):
        runs = [one for one in workspace.runs() if one.period.kind == kind]
        chosen = max(runs, key=lambda one: (one.current, one.period, one.staged_at), default=None)
        return None if chosen is None else _of_run(workspace, chosen.id, is_demo=False)
    return None


def of_demo(policy: str) -> Example | None:
    """Make a small demo county and take the example from it.

    By the policy, or by its illustrative county. None where the policy cannot be computed without values of a county.
    """
    from batch.cli.demo import example_of
    from batch.cli.demo_county import DemoCounty

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, suppress(PayengineError):
        county = DemoCounty(Path(folder) / "demo", example_of(policy))

        quiet = Progress(io.StringIO())  # no terminal, so nothing is shown
        period = Period.parse(DEMO_MONTH)
        county.write(quiet, records=2000, staff=60, institutions=8, period=period, seed=1)
        county.price(period, quiet)
        return _of_run(county.workspace, county.outcome.run, is_demo=True)
    return None


def _of_run(workspace: Workspace, run: str, *, is_demo: bool) -> Example | None:
    results = workspace.results(run)
    found = median_person(results)
    if found is None:
        return None
    institution, staff = found
    names = workspace.names(results.meta.period, results.meta.snapshot_digest)
    told = workspace.explain(run, staff=staff, institution=institution) + workspace.explain(
        run, institution=institution
    )  # fmt: skip
    place = names.institutions.get(institution) or institution
    return Example(told, place, is_demo)


def median_person(results: Results) -> tuple[str, str] | None:
    """Find who has the median pay of a run: institution and person; None where nobody is paid."""
    from batch.reports.selected_rows import summed

    people = [row for row in summed(results.pay_lines, ["institution", "staff"], ["amount_fen"]) if row["staff"]]
    ordered = sorted(people, key=lambda row: (row["amount_fen"], row["institution"].encode(), row["staff"].encode()))
    if not ordered:
        return None
    median = ordered[len(ordered) // 2]
    return median["institution"], median["staff"]


def _values(one: Explanation, read: Operand) -> str:
    """Write the values of a figure: the subject's own, else the sums over others."""
    texts = []
    for cell in read.cells[:MOST_VALUES]:
        value = {None: say("not given"), "yes": say("yes"), "no": say("no")}.get(cell.value, cell.value)
        texts.append(f"{_key(one, read.name, cell.key)}{_plain(value)}")
    if len(read.cells) > MOST_VALUES:
        texts.append(say("and {n} more", n=len(read.cells) - MOST_VALUES))
    if not texts:
        for total in read.totals[:MOST_VALUES]:
            key = _key(one, read.name, total.key)
            if total.value is None:
                texts.append(key + say("of {n} rows", n=f"{total.rows:,}"))
            else:
                texts.append(key + say("sum of {n} rows {value}", n=f"{total.rows:,}", value=_plain(total.value)))
    parameter = one.policy.parameters.get(read.name)
    step = one.trace.steps.get(read.name)
    unit = step.formula.unit.name if step is not None else "" if parameter is None else parameter.unit
    unit = "" if unit in SILENT else unit_text(unit)
    return f"{say('; ').join(texts)} {unit}".strip() or "-"


def _plain(text: str | None) -> str:
    """Write a decimal with its digits grouped, and without zeros behind its second decimal."""
    found = re.fullmatch(r"(-?)(\d+)(?:\.(\d+?)0*)?", text or "")
    if found is None:
        return text or ""
    decimals = found[3].ljust(2, "0") if "." in (text or "") else ""
    return f"{found[1]}{int(found[2]):,}{'.' if decimals else ''}{decimals}"


def _key(one: Explanation, name: str, key: str) -> str:
    """Write the key of a value with its label, before the value; '' without one."""
    if not key:
        return ""
    step, parameter = one.trace.steps.get(name), one.policy.parameters.get(name)
    if step is not None:
        label = step.formula.keys.get(key) or one.policy.label(step.formula.axis, key)
    elif parameter is not None:
        axes = sorted(parameter.keys) or [parameter.by]
        label = next((text for axis in axes if (text := one.policy.label(axis, key)) != key), key)
    else:
        label = one.policy.label(BY_NAME[name].axis, key)
    lines = {**one.policy.components, **one.policy.statements}
    if label == key and key in lines:
        label = lines[key].label
    return f"{coded(label, key)} "
