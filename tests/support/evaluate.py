"""Evaluation of a policy's formulas on inputs that a test has as text, without a snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import formulas
from batch.compute.policy_formulas import with_policy_formulas
from batch.inputs.catalogue import BY_NAME
from payengine.errors import Refused
from payengine.graph import Evaluation, Graph
from payengine.periods import Period
from payengine.policy import Policy, load_policy
from payengine.policy.keys import NAMED_BY
from tests.support import cases_runner
from tests.support.cases_runner import CaseData

HEAD = '[policy]\ncode = "{code}"\ntitle = "{code}"\nextends = ["national"]\n'
V = 'from = 2020-01-01, continues = "test", source = "test 1"'  # every value of a test's policy needs these

APPROVED = (  # and those that a price or a conversion needs
    'cause = "first_setting", approvals = [{ body = "health", document = "d", date = 2019-12-01 },'
    ' { body = "finance", document = "d", date = 2019-12-02 }]'
)


def written(folder: Path, code: str, text: str) -> Policy:
    """A policy over the national one, of a TOML text."""
    (folder / f"{code}.toml").write_text(HEAD.format(code=code) + text, encoding="utf-8")
    return load_policy(code, [folder, formulas.POLICIES])


def parameter(name: str, *values: str) -> str:
    """Write a parameter of a test's policy.

    Each value is as its line of TOML has it, without dates and source.
    """
    return f"[parameters.{name}]\nvalues = [{', '.join(f'{{ {V}, {value} }}' for value in values)}]\n"


def keyed(name: str, axis: str, values: Mapping[str, str]) -> str:
    """A parameter with a value for each key of an axis."""
    return parameter(name, *(f'where = {{ {axis} = "{key}" }}, value = "{value}"' for key, value in values.items()))


def month_of(outputs: str, more: str = "") -> str:
    """Write the table of a month: its figures, separated by spaces, and other lines."""
    listed = ", ".join(f'"{one}"' for one in outputs.split())
    return f"[formulas.month]\noutputs = [{listed}]\n{more}\n"


class Ready:
    """Policy with its graph checked for a period, to be evaluated on several sets of inputs."""

    def __init__(self, policy: Policy, period: str = "2026", outputs: Sequence[str] = ()) -> None:
        self.policy, self.period = policy, Period.parse(period)
        listed, choices = policy.formulas(self.period.kind)
        known = {axis: policy.known(axis) for axis in NAMED_BY}
        known["component"] = (*known["component"], *policy.components, *policy.statements)
        made = with_policy_formulas(cases_runner.RULES, policy, outputs or listed, self.period.last_day)
        self.graph = Graph(made, outputs or listed, choices, BY_NAME, policy, known)
        problems = self.graph.check(self.period)
        if problems:
            raise Refused("the test's policy", problems)

    def evaluate(
        self, institutions: Mapping[str, str], engagements: Sequence[str] = (), **given: Any
    ) -> tuple[Mapping[str, Any], Evaluation]:
        """Return the outputs as texts, and the evaluation.

        Engagements are "institution/staff/from", as in a case file.
        """
        case = {"institutions": institutions, "engagements": engagements, "given": given, "period": str(self.period)}
        evaluation = self.graph.evaluate(CaseData.of(case, self.policy), self.period)
        return {name: cases_runner._texts(value) for name, value in evaluation.values.items()}, evaluation
