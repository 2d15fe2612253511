"""Runner of the worked cases of `tests/formulas/cases/*.toml`.

They go through the product's own formulas, graph and policy loader.

A case gives institutions, engagements, inputs and parameters as text, names the formulas it chooses, and says what
comes out, with the arithmetic written beside it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import formulas
from batch.compute.check_formulas import check_formulas
from batch.compute.policy_formulas import with_policy_formulas
from batch.input_tables import REASONS
from batch.inputs.catalogue import BY_NAME, PAY_SUMS
from batch.report_names import PREFIX
from payengine.errors import PayengineError, Problem, Refused
from payengine.exact import Exact
from payengine.graph import (
    INSTITUTION,
    STAFF,
    YUAN,
    Absence,
    Codes,
    Column,
    Flags,
    Frame,
    Graph,
    InputSpec,
    Keyed,
    KeyedInput,
    Origin,
    Rules,
    Scope,
)
from payengine.graph.inputs import CODES, FLAG
from payengine.periods import Period, day_number
from payengine.policy import Policy
from payengine.policy.calculation_entries import KEYS
from payengine.policy.keys import NAMED_BY
from payengine.policy.layer import read_layer
from payengine.policy.merge import merge
from tests.support.paths import CASES

RULES = Rules.of_package(formulas)
INPUTS = {**BY_NAME, **{name: InputSpec(name, STAFF, "pay", about, YUAN, scale=2) for name, about in PAY_SUMS.items()}}


def cases(*files: str) -> list[dict[str, Any]]:
    """The cases of some files, or of all."""
    names = files or [file.stem for file in sorted(CASES.glob("*.toml"))]
    found = []
    for name in names:
        for case in tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8"))["case"]:
            found.append({**case, "file": name})
    return found


def national_layer() -> dict[str, dict[str, Any]]:
    """Put the parts of the national layer together; none changes a value of another."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(formulas.POLICIES.iterdir(), key=lambda entry: entry.name):
        if file.name.startswith("national"):
            for table, given in tomllib.loads(file.read_text(encoding="utf-8")).items():
                for name, one in given.items() if table != "policy" else ():
                    assert name not in found.setdefault(table, {}), f"{file.name}: {table}.{name} stands twice"
                    found[table][name] = one
    return found


NATIONAL = national_layer()
OPTIONAL = {
    name: given
    for name, given in NATIONAL["parameters"].items()
    if given.get("optional") and not given.get("year_before")
}


def period_of(case: Mapping[str, Any]) -> Period:
    """The case's period; an October unless it says so."""
    return Period.parse(case.get("period", "2026-10"))


def case_policy(case: Mapping[str, Any]) -> Policy:
    """Build a policy with the case's choices, names and parameters, and add the rest.

    Parameters that the shipped national policy declares optional are declared here too. Where a case has components (a
    class is enough: one that no formula gives pays its `pay_component` as given), it pays all of them, and has the
    totals of the national policy, without the components that it does not have, and with its own changes.
    """
    parameters: dict[str, Any] = dict(OPTIONAL)
    for name, given in case.get("parameters", {}).items():
        values = [
            {"from": "2020-01-01", **({} if "until" in value else {"continues": "case"}), "source": "case", **value}
            for value in given["values"]
        ]
        parameters[name] = {"label": name, **given, "values": values}
    for name in [name for name, given in parameters.items() if given.get("year_before", name) not in parameters]:
        del parameters[name]  # of a parameter that the case does not have
    components = {name: _component(name, given) for name, given in case.get("components", {}).items()}
    outputs = list(dict.fromkeys([*case["expect"], *components, *case.get("statements", {})]))
    tables = {
        "policy": {"code": "case", "title": case["name"]},
        "formulas": {period_of(case).kind: {"outputs": outputs, **case.get("choices", {})}},
        "names": {"funding": {"case": ""}, **case.get("names", {})},
        "components": components,
        "statements": {
            name: {"label": name, "funding": "case", **given} for name, given in case.get("statements", {}).items()
        },
        "totals": _totals(case) if components else {},
        "parameters": parameters,
        "checks": {name: {"label": name, **given} for name, given in case.get("checks", {}).items()},
    }
    problems: list[Problem] = []
    policy = merge([read_layer("case", "case", "", tables, problems)], [], problems)
    if problems:
        raise Refused("the case's policy", problems)
    return policy


def _component(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    computed = name in RULES.variants or any(key in KEYS for key in given)
    return {"label": name, "funding": "case", **({} if computed else {"input": name}), **given}


def _totals(case: Mapping[str, Any]) -> dict[str, Any]:
    """The national totals, as far as the case has their components."""
    own = case.get("totals", {})
    known = {*case["components"], *NATIONAL["totals"], *own}
    totals = {}
    for name, given in NATIONAL["totals"].items():
        lists = {key: [one for one in value if one in known] for key, value in given.items() if isinstance(value, list)}
        if "class" in given or name in own or lists.get("components") or lists.get("earlier"):
            totals[name] = {**given, **lists}
    for name, given in own.items():
        instead = (
            ("class", "without", "charged_to") if "components" in given else ()
        )  # a list of its own takes a class's place
        base = {key: value for key, value in totals.get(name, {"label": name}).items() if key not in instead}
        totals[name] = {**base, **given}
    return totals


def graph_of(case: Mapping[str, Any], outputs: Sequence[str] | None = None) -> Graph:
    """Build the graph of a case.

    Sums of pay follow from its components; without any the case gives them as inputs. What a case computes counts as
    paid, but for its checks.
    """
    policy, period = case_policy(case), period_of(case)
    listed, choices = policy.formulas(period.kind)
    known = {**{axis: policy.known(axis) for axis in NAMED_BY}, "reason": REASONS}
    lines = [*policy.components, *policy.statements, *NATIONAL["statements"]]
    known["component"] = tuple(dict.fromkeys([*known["component"], *lines]))
    checks = list(check_formulas(policy, period.kind))
    paid = [name for name in outputs or listed if not name.startswith(PREFIX)]
    if not policy.components and not policy.statements:
        return Graph(Rules([*RULES, *checks]), outputs or listed, choices, INPUTS, policy, known, paid=paid)
    made = with_policy_formulas(RULES, policy, listed, period.last_day)
    return Graph(Rules([*made, *checks]), outputs or listed, choices, BY_NAME, policy, known, paid=paid)


@dataclass
class CaseData:
    """The inputs of a case as the graph asks for them."""

    frame: Frame
    kinds: Sequence[str]
    given: Mapping[str, Any]
    policy: Policy
    period: Period

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
        return cls(frame, [kinds[code] for code in codes], case.get("given", {}), policy, period_of(case))

    def keys(self, axis: str) -> Sequence[str]:
        return self.policy.known(axis)

    def value(self, name: str) -> Any:
        scope, spec = Scope(self.frame), INPUTS[name]
        if name in ("institution", "institution_kind"):  # as the case's table of institutions has them
            texts = tuple(self.frame.institutions if name == "institution" else self.kinds)
            return Codes(scope, spec.level, np.arange(len(texts), dtype=np.int32), texts)
        if name == "department_code":
            return Codes(scope, spec.level, np.zeros(self.frame.rows(spec.level), np.int32), ("",))
        given = self.given.get(name, {} if spec.axis else None)
        if name == "person_months_to_date" and given is None:
            given = self._months_to_date()
        rows = self.frame.rows(spec.level)
        if spec.kind == CODES:
            return self._codes(spec, given if given is not None else self._usual_codes(name))
        if spec.kind == FLAG:
            flags = given if given is not None else [name in ("head", "engaged_on_last_day")] * rows
            assert [type(flag) for flag in flags] == [bool] * rows, f"{name}: true or false for each row"
            return Flags(scope, spec.level, np.array(flags, bool))
        if not spec.axis:
            return self._column(spec, "", given if given is not None else [self._usual(name)] * rows)
        columns = {key: self._column(spec, key, texts) for key, texts in given.items()}
        if not spec.given:
            return Keyed(scope, spec.axis, columns)
        empty = [""] * self.frame.rows(spec.level)
        return KeyedInput(
            scope, spec.axis, columns, lambda key: columns[key] if key in columns else self._column(spec, key, empty)
        )

    def _months_to_date(self) -> list[str]:
        """Return the period's person-months where a case gives some, else one for everybody."""
        staff, months = self.frame.rows(STAFF), self.given.get("person_months")
        if months is None:
            return ["1"] * staff
        total = [Decimal(0)] * staff
        for row, text in zip(self.frame.staff_of_engagement, months, strict=True):
            total[row] += Decimal(text)
        return [str(one) for one in total]

    def _usual(self, name: str) -> str:
        """Return the usual number of an input: it follows from the period, else it is 0."""
        days = {
            "months_of_period": len(self.period.months()),
            "months_to_date": self.period.last_day.month,
            "months_in_force": len(self.period.months()),
            "period_first_day": day_number(self.period.first_day),
            "period_last_day": day_number(self.period.last_day),
        }
        return str(days.get(name, 0))

    def _usual_codes(self, name: str) -> list[str]:
        """Everybody is employed where he works, on the standard scheme; other codes are empty."""
        level = INPUTS[name].level
        if name == "employer":
            places = self.frame.parent(level, INSTITUTION)
            return [self.frame.institutions[place] for place in places]
        return ["standard" if name == "pay_scheme" else ""] * self.frame.rows(level)

    def _codes(self, spec: InputSpec, texts: Sequence[str]) -> Codes:
        assert len(texts) == self.frame.rows(spec.level), f"{spec.name}: one value for each row"
        labels = tuple(dict.fromkeys(texts))
        codes = np.array([labels.index(text) for text in texts], np.int32)
        return Codes(Scope(self.frame), spec.level, codes, labels)

    def _column(self, spec: InputSpec, key: str, texts: Sequence[str]) -> Column:
        """A column of texts; an empty one is a row that is not there."""
        lacking = np.array([text == "" for text in texts], bool)
        assert len(texts) == self.frame.rows(spec.level), f"{spec.name} {key}: one value for each row"
        absent = (Absence(Origin(spec.table, key, spec.level), lacking),) if lacking.any() and not spec.zero else ()
        data = Exact.of([text or "0" for text in texts], spec.scale)
        return Column(Scope(self.frame), spec.level, data, spec.unit, absent)


def compute(case: Mapping[str, Any], outputs: Sequence[str] | None = None) -> dict[str, Any]:
    """Compute the figures that a case expects, as text.

    They are a list per column, a table of lists per keyed one.
    """
    policy, period = case_policy(case), period_of(case)
    graph = graph_of(case, outputs)
    problems = graph.check(period)
    if problems:
        raise Refused("the case's graph", problems)
    values = graph.evaluate(CaseData.of(case, policy), period).values
    return {name: _texts(values[name]) for name in outputs or case["expect"]}


def _texts(value: Column | Flags | Codes | Keyed) -> Any:
    if isinstance(value, Keyed):
        return {key: _texts(part) for key, part in value.items()}
    if isinstance(value, Flags):
        return value.rows.tolist()
    if isinstance(value, Codes):
        return [value.labels[code] for code in value.codes]
    return value.data.text()


def check(case: Mapping[str, Any]) -> None:
    """Fail where a figure differs, or an expected error is missing or says something else."""
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
