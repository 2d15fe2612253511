"""Runs the worked cases of `tests/cases/*.toml` through the product's own formulas, graph and policy loader.

A case gives institutions, engagements, inputs and parameters as text, names the formulas it chooses, and says what
comes out, with the arithmetic written beside it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import formulas
from batch.inputs import BY_NAME, PAY_SUMS
from payengine.errors import PayengineError, Problem, Refused
from payengine.exact import Exact
from payengine.graph import (
    STAFF,
    YUAN,
    Absence,
    Codes,
    Column,
    Frame,
    Given,
    Graph,
    InputSpec,
    Keyed,
    Origin,
    Rules,
    Scope,
)
from payengine.periods import Period
from payengine.policy import Policy
from payengine.policy.keys import NAMED_BY
from payengine.policy.layer import read_layer
from payengine.policy.merge import merge

FOLDER = Path(__file__).parent / "cases"
RULES = Rules.of_package(formulas)
INPUTS = {**BY_NAME, **{name: InputSpec(name, STAFF, "pay", about, YUAN, scale=2) for name, about in PAY_SUMS.items()}}


def cases(*files: str) -> list[dict[str, Any]]:
    """The cases of some files, or of all."""
    names = files or [file.stem for file in sorted(FOLDER.glob("*.toml"))]
    found = []
    for name in names:
        for case in tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["case"]:
            found.append({**case, "file": name})
    return found


def case_policy(case: Mapping[str, Any]) -> Policy:
    """A policy with the case's choices, names and parameters; what a case need not say is filled in."""
    parameters = {}
    for name, given in case.get("parameters", {}).items():
        values = [{"from": "2020-01-01", "continues": "case", "source": "case", **value} for value in given["values"]]
        parameters[name] = {"label": name, **given, "values": values}
    tables = {
        "policy": {"code": "case", "title": case["name"]},
        "formulas": {"month": {"outputs": list(case["expect"]), **case.get("choices", {})}},
        "names": case.get("names", {}),
        "parameters": parameters,
    }
    problems: list[Problem] = []
    policy = merge([read_layer("case", "case", "", tables, problems)], [], problems)
    if problems:
        raise Refused("the case's policy", problems)
    return policy


@dataclass
class CaseData:
    """The inputs of a case as the graph asks for them."""

    frame: Frame
    kinds: Sequence[str]
    given: Mapping[str, Any]
    policy: Policy

    @classmethod
    def of(cls, case: Mapping[str, Any], policy: Policy) -> CaseData:
        kinds = case["institutions"]
        codes = sorted(kinds)
        staff = sorted({line.split("/")[1] for line in case.get("engagements", [])})
        rows = [line.split("/") for line in case.get("engagements", [])]
        triples = [(codes.index(row[0]), staff.index(row[1]), int(row[2]) if len(row) > 2 else 0) for row in rows]
        assert triples == sorted(triples), "engagements stand in order of institution, staff, start"
        columns = tuple(np.array([triple[place] for triple in triples], np.int32) for place in range(3))
        frame = Frame.build(codes, staff, (columns[0], columns[1], columns[2]))
        return cls(frame, [kinds[code] for code in codes], case.get("given", {}), policy)

    def keys(self, axis: str) -> Sequence[str]:
        return self.policy.known(axis)

    def value(self, name: str) -> Any:
        scope, spec = Scope(self.frame), INPUTS[name]
        if name in ("institution", "institution_kind"):
            texts = tuple(self.frame.institutions if name == "institution" else self.kinds)
            return Codes(scope, spec.level, np.arange(len(texts), dtype=np.int32), texts)
        given = self.given.get(name, {} if spec.axis else None)
        if not spec.axis:
            rows = self.frame.rows(spec.level)
            return self._column(spec, "", given if given is not None else ["0"] * rows)
        columns = {key: self._column(spec, key, texts) for key, texts in given.items()}
        if not spec.given:
            return Keyed(scope, spec.axis, columns)
        empty = [""] * self.frame.rows(spec.level)
        return Given(
            scope, spec.axis, columns, lambda key: columns[key] if key in columns else self._column(spec, key, empty)
        )

    def _column(self, spec: InputSpec, key: str, texts: Sequence[str]) -> Column:
        """A column of texts; an empty one is a row that is not there."""
        lacking = np.array([text == "" for text in texts], bool)
        assert len(texts) == self.frame.rows(spec.level), f"{spec.name} {key}: one value for each row"
        absent = (Absence(Origin(spec.table, key, spec.level), lacking),) if lacking.any() and not spec.zero else ()
        data = Exact.of([text or "0" for text in texts], spec.scale)
        return Column(Scope(self.frame), spec.level, data, spec.unit, absent)


def compute(case: Mapping[str, Any], outputs: Sequence[str] | None = None) -> dict[str, Any]:
    """The figures that a case expects, as text: a list per column, a table of lists per keyed one."""
    policy, period = case_policy(case), Period.parse(case.get("period", "2026-10"))
    listed, choices = policy.formulas(period.kind)
    known = {axis: policy.known(axis) for axis in NAMED_BY}
    graph = Graph(RULES, outputs or listed, choices, INPUTS, policy, known)
    problems = graph.check(period)
    if problems:
        raise Refused("the case's graph", problems)
    values = graph.evaluate(CaseData.of(case, policy), period).values
    return {name: _texts(value) for name, value in values.items()}


def _texts(value: Column | Keyed) -> Any:
    if isinstance(value, Keyed):
        return {key: part.data.text() for key, part in value.items()}
    return value.data.text()


def check(case: Mapping[str, Any]) -> None:
    """Fail where a figure differs, or where the error that a case expects is not raised or says something else."""
    if "error" in case:
        with pytest.raises(PayengineError) as refused:
            compute(case)
        report = refused.value.report()
        assert [part for part in case["error"] if part not in report] == [], report
        return
    found, expected = compute(case), case["expect"]
    assert found == expected, "\n".join(
        f"{name}: {found[name]}, expected {expected[name]}" for name in found if found[name] != expected[name]
    )
