"""Merger of a policy's layers, the later over the earlier.

A later layer replaces a value or adds one; an institution sets only what is delegated to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from payengine.errors import Problem
from payengine.periods import KINDS
from payengine.policy import checks, ratio, timeline
from payengine.policy.bands import Bands
from payengine.policy.bodies import body_words
from payengine.policy.calculation import DeclaredFigure
from payengine.policy.calculation_checks import calculation_problems
from payengine.policy.carried_money import carried_money_problems
from payengine.policy.charges import charge_problems, with_charged, with_draws
from payengine.policy.closing import Closing
from payengine.policy.continuation import continued_values
from payengine.policy.declarations import COUNTED, PAID, Reasons, check_declarations
from payengine.policy.finding_rule import FindingRule
from payengine.policy.finding_rules import FINDINGS, check_finding_rules
from payengine.policy.keys import NAMED_BY
from payengine.policy.known_income import KnownIncome
from payengine.policy.layer import (
    LEVELS,
    CheckEntry,
    ComponentEntry,
    ContinuationEntry,
    FigureEntry,
    LayerContent,
    ParameterEntry,
    TotalEntry,
)
from payengine.policy.limit_order import limit_problems
from payengine.policy.model import (
    AXES,
    FIGURE,
    FLAG,
    PAY,
    STATEMENT,
    Check,
    Component,
    DatedValue,
    Parameter,
    Policy,
    Total,
)
from payengine.policy.pool_outputs import with_pools
from payengine.policy.ratio import in_whole_parts
from payengine.policy.signs import Signs
from payengine.policy.step_rule import StepRule
from payengine.policy.step_rules import STEP_RULES, check_step_rules
from payengine.policy.toml import KeyPath
from payengine.policy.total_checks import known_income_problems, paid_known_income, unpaid_in_list
from payengine.policy.year_before import a_year_later
from payengine.suggest import hint
from payengine.texts import in_quotes, joined, say


def merge(
    layers: Sequence[LayerContent], institutions: Sequence[LayerContent], problems: list[Problem], *,
    unapproved: bool = False,
) -> Policy:  # fmt: skip
    """Merge `layers`, the earliest first, and the institutions' layers into one policy.

    Problems are added, not raised. With `unapproved` values may lack their approvals.
    """
    merging = _Merger(problems, unapproved)
    for content in layers:
        merging.add(content)
    for content in institutions:
        merging.add_institution(content)
    last = layers[-1].layer
    policy = Policy(
        code=last.code,
        title=last.title,
        layers=tuple(content.layer for content in (*layers, *institutions)),
        parameters={name: merging.parameters[name] for name in sorted(merging.parameters)},
        components=merging.components,
        statements=merging.statements,
        outputs={kind: merging.outputs[kind] for kind in KINDS if kind in merging.outputs},
        choices={kind: merging.choices[kind] for kind in KINDS if kind in merging.choices},
        names={axis: merging.names[axis] for axis in AXES if axis in merging.names},
        ignored={axis: frozenset(names) for axis, names in merging.ignored.items()},
        required_tables=merging.required_tables,
        totals=merging.totals,
        known_income=merging.known_income,
        checks=merging.checks,
        finding_rules=merging.finding_rules,
        closing=merging.closing,
        steps=merging.steps,
        payment_steps=merging.payment_steps,
        counted_twice=merging.counted_twice,
        paid_twice=merging.paid_twice,
        figures=merging.figures,
        bands=merging.bands,
        below_zero=merging.below_zero,
        replaced_figures=merging.replaced_figures,
        signs=merging.signs,
    )
    policy = replace(policy, outputs={kind: with_pools(policy, names, kind) for kind, names in policy.outputs.items()})
    policy = replace(policy, outputs={kind: with_draws(policy, names) for kind, names in policy.outputs.items()})
    policy = replace(
        policy, parameters={name: a_year_later(policy, one, problems) for name, one in policy.parameters.items()}
    )
    policy = replace(policy, parameters={name: sorted_values(policy, one) for name, one in policy.parameters.items()})
    for parameter in policy.parameters.values():
        merging.check(policy, parameter)
    policy = replace(policy, parameters={name: in_whole_parts(one) for name, one in policy.parameters.items()})
    problems.extend(checks.names(policy, merging.places))
    problems.extend(check_finding_rules(policy, merging.places))
    problems.extend(check_step_rules(policy, merging.places))
    problems.extend(known_income_problems(policy, merging.places))
    problems.extend(paid_known_income(policy, merging.places))
    for name, paid in merging.paid_when_listed.items():
        total = policy.totals[name]
        problems.extend(unpaid_in_list(policy, total, paid, merging.places[total.layer, name]))
    problems.extend(check_declarations(policy, merging.places))
    problems.extend(calculation_problems(policy, merging.places))
    problems.extend(carried_money_problems(policy, merging.places))
    problems.extend(charge_problems(policy, merging.places))
    problems.extend(limit_problems(policy, merging.places))
    return with_charged(policy)


def sorted_values(policy: Policy, parameter: Parameter) -> Parameter:
    """Sort the values: names of an axis as [names] lists them, because that order decides ties.

    The bands by which values are keyed are put beside them.
    """

    def place(key: str, name: str) -> tuple[str, int, str]:
        known = policy.known(key) if key in NAMED_BY else ()
        return key, known.index(name) if name in known else len(known), name

    ordered = sorted(parameter.values, key=lambda value: ([place(*pair) for pair in value.keyed], value.start))
    return replace(parameter, values=tuple(ordered), bands=policy.bands.get(parameter.banded_by))


@dataclass
class _Merger:
    """The policy so far, while layer after layer is added to it."""

    problems: list[Problem]
    unapproved: bool = False
    parameters: dict[str, Parameter] = field(default_factory=dict)
    components: dict[str, Component] = field(default_factory=dict)
    statements: dict[str, Component] = field(default_factory=dict)
    totals: dict[str, Total] = field(default_factory=dict)
    known_income: dict[str, KnownIncome] = field(default_factory=dict)
    paid_when_listed: dict[str, frozenset[str]] = field(default_factory=dict)  # by total that no national layer lists
    checks: dict[str, Check] = field(default_factory=dict)
    finding_rules: dict[str, FindingRule] = field(default_factory=dict)
    closing: Closing | None = None
    steps: dict[str, StepRule] = field(default_factory=dict)
    payment_steps: dict[str, StepRule] = field(default_factory=dict)
    figures: dict[str, DeclaredFigure] = field(default_factory=dict)
    replaced_figures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bands: dict[str, Bands] = field(default_factory=dict)
    outputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    ignored: dict[str, set[str]] = field(default_factory=dict)
    required_tables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    below_zero: dict[str, str] = field(default_factory=dict)
    signs: Signs = field(default_factory=dict)
    places: dict[tuple[str, str], KeyPath] = field(default_factory=dict)
    counted_twice: Reasons = field(default_factory=dict)
    paid_twice: Reasons = field(default_factory=dict)

    def add(self, content: LayerContent) -> None:
        """Add one layer that may say everything."""
        for kind in content.outputs:
            self._choose(content, kind)
        for axis, names in content.names.items():
            self._name(content, axis, names)
        for axis, listed in content.ignored.items():
            self.ignored.setdefault(axis, set()).update(listed)
        for kind, tables in content.required_tables.items():
            self.required_tables[kind] = tuple(dict.fromkeys([*self.required_tables.get(kind, ()), *tables]))
        self.below_zero.update(content.below_zero)
        for table, rules in content.signs.items():
            self.signs.setdefault(table, {}).update(rules)
        for name, part in content.components.items():
            self.components[name] = self._part(content, PAY, name, part, self.components.get(name))
        for name, part in content.statements.items():
            self.statements[name] = self._part(content, STATEMENT, name, part, self.statements.get(name))
        for name, summed in content.totals.items():
            self.totals[name] = self._total(content, name, summed, self.totals.get(name))
        for name, income in content.known_income.items():
            self.known_income[name] = income
            self.places[content.layer.code, name] = KeyPath(content.layer.place, ("known_income", name))
        for name, checked in content.checks.items():
            self.checks[name] = self._check(content, name, checked, self.checks.get(name))
        self.closing = content.closing or self.closing
        for kind, rule in content.finding_rules.items():
            self.finding_rules[kind] = rule.over(self.finding_rules.get(kind, FindingRule()))
            self.places[FINDINGS, kind] = KeyPath(content.layer.place, (FINDINGS, kind))
        for step, demanded in content.steps.items():
            self.steps[step] = demanded.over(self.steps.get(step, StepRule()))
            self.places[STEP_RULES, step] = KeyPath(content.layer.place, (STEP_RULES, step))
        for step, demanded in content.payment_steps.items():
            self.payment_steps[step] = demanded.over(self.payment_steps.get(step, StepRule()))
        self.bands.update(content.bands)
        for name, figure in content.figures.items():
            self.figures[name] = self._figure(content, name, figure)
        for name, declared in content.parameters.items():
            self._declare(content, name, declared)
        for continued in content.continuations:
            self._continue(content, continued)
        self._declare_twice(content, COUNTED, content.counted_twice, self.counted_twice)
        self._declare_twice(content, PAID, content.paid_twice, self.paid_twice)

    def add_institution(self, content: LayerContent) -> None:
        """Add one institution's layer: values of parameters that are delegated to it."""
        for name, declared in content.parameters.items():
            parameter = self.parameters.get(name)
            if parameter is None:
                self._say(declared.place, say("there is no such parameter") + hint(name, self.parameters))
            elif content.layer.level not in parameter.delegated_to:
                remedy = say('the county may delegate it: delegated_to = ["institution"]')
                self._say(declared.place, say("is not delegated to institutions"), remedy)
            else:
                self._values(content, parameter, declared)

    def check(self, policy: Policy, parameter: Parameter) -> None:
        """Run the checks that need all layers' values of a parameter."""
        for found in (
            timeline.gaps(parameter.values),
            timeline.ambiguities(parameter.values),
            checks.sums(parameter, policy.known(parameter.per)),
            ratio.slips(parameter, policy.known(parameter.per)),
        ):
            for value, day, what in found:
                self._say(self._place(value, parameter).dated(day), what)

    def _declare_twice(self, content: LayerContent, table: str, given: Reasons, reasons: Reasons) -> None:
        """Add a layer's reasons for what counts or is paid twice."""
        for name, declared in given.items():
            reasons[name] = {**reasons.get(name, {}), **declared}
            self.places[table, name] = KeyPath(content.layer.place, (table, name))

    def _say(self, place: KeyPath, what: str, remedy: str = "") -> None:
        self.problems.append(place.problem(what, remedy))

    def _place(self, value: DatedValue, parameter: Parameter) -> KeyPath:
        return self.places[value.layer, parameter.name].dated(value.start)

    def _choose(self, content: LayerContent, kind: str) -> None:
        earlier = self.outputs.get(kind, ())
        without = content.without[kind]
        place = KeyPath(content.layer.place, ("formulas", kind, "without"))
        for name in without:
            if name not in earlier:
                self._say(
                    place, say("{name} is no output of an earlier layer", name=in_quotes(name)) + hint(name, earlier)
                )
        kept = [name for name in earlier if name not in without]
        self.outputs[kind] = tuple(dict.fromkeys([*kept, *content.outputs[kind]]))
        self.choices[kind] = {**self.choices.get(kind, {}), **content.choices[kind]}

    def _name(self, content: LayerContent, axis: str, names: dict[str, str]) -> None:
        """Add names to an axis, and take names of earlier layers away."""
        earlier, place = self.names.get(axis, {}), KeyPath(content.layer.place, ("names", axis, "without"))
        for name in content.dropped[axis]:
            if name not in earlier:
                self._say(
                    place, say("{name} is no name of an earlier layer", name=in_quotes(name)) + hint(name, earlier)
                )
        kept = {name: label for name, label in earlier.items() if name not in content.dropped[axis]}
        self.names[axis] = {**kept, **names}

    def _part(
        self, content: LayerContent, kind: str, name: str, part: ComponentEntry, earlier: Component | None
    ) -> Component:
        self.places[content.layer.code, name] = part.place
        if earlier is None:
            for key, missing in (("label", not part.label), ("funding", part.terms is None)):
                if missing:
                    self._say(part.place, say("{key} is missing", key=key))
            earlier = Component(name, part.label, kind, (), content.layer.code)
        charge = part.charge or earlier
        return replace(
            earlier,
            charged_to=charge.charged_to,
            outside_by=charge.outside_by,
            charged_after=charge.charged_after,
            label=part.label or earlier.label,
            terms=earlier.terms if part.terms is None else part.terms,
            input=earlier.input if part.input is None else part.input,
            source=part.source or earlier.source,
            layer=content.layer.code,
            prorated=earlier.prorated if part.prorated is None else part.prorated,
            calculation=part.calculation or (None if part.input else earlier.calculation),
        )

    def _figure(self, content: LayerContent, name: str, figure: FigureEntry) -> DeclaredFigure:
        """Take a layer's figure or pool; it takes the place of an earlier layer's."""
        self.places[content.layer.code, name] = figure.place
        if (before := self.figures.get(name)) is not None:
            self.replaced_figures[name] = (*self.replaced_figures.get(name, ()), before.layer)
        return DeclaredFigure(name, figure.label, content.layer.code, figure.calculation, figure.source, figure.is_pool)

    def _total(self, content: LayerContent, name: str, summed: TotalEntry, before: Total | None) -> Total:
        """Apply a layer's entry of a total; what it does not say stays as it was."""
        self.places[content.layer.code, name] = summed.place
        total = before or Total(name, "", content.layer.code)
        if summed.components is not None:
            if content.layer.level == LEVELS[0]:  # the nation's lists hold for regions that pay only some of them
                self.paid_when_listed.pop(name, None)
            else:
                self.paid_when_listed[name] = frozenset().union(*self.outputs.values())
        if not (summed.label or total.label):
            self._say(summed.place, say("{key} is missing", key="label"))
        if summed.components is not None:  # a list takes the place of a class, and a class that of a list
            total = replace(total, components=summed.components, pay_class="", without=(), charged_to="")
        if summed.pay_class is not None:
            total = replace(
                total, pay_class=summed.pay_class, components=(), earlier=(), to_date=False, charged_to=""
            )  # fmt: skip
        if summed.charged_to:
            total = replace(total, charged_to=summed.charged_to, components=(), pay_class="")
        return replace(
            total,
            label=summed.label or total.label,
            layer=content.layer.code,
            earlier=total.earlier if summed.earlier is None else summed.earlier,
            to_date=total.to_date if summed.to_date is None else summed.to_date,
            without=total.without if summed.without is None else summed.without,
        )

    def _check(self, content: LayerContent, name: str, checked: CheckEntry, before: Check | None) -> Check:
        """Apply a layer's entry of a check; what it does not say stays as it was."""
        self.places[content.layer.code, name] = checked.place
        check = replace(before or Check(name, "", ""), layer=content.layer.code, **checked.fields)
        for key in ("label", "figure"):
            if not getattr(check, key):
                self._say(checked.place, say("{key} is missing", key=key))
        return check

    def _declare(self, content: LayerContent, name: str, declared: ParameterEntry) -> None:
        parameter = self.parameters.get(name)
        if parameter is None:
            self._declared_fully(name, declared)
            parameter = Parameter(name, declared.label, declared.unit, content.layer.code)
        else:
            self._only_tighter(parameter, declared)
        parameter = replace(
            parameter,
            label=declared.label or parameter.label,
            ask=declared.ask or parameter.ask,
            required=parameter.required or bool(declared.required),
            optional=(parameter.optional or bool(declared.optional)) and not declared.required,
            approvals=tuple(dict.fromkeys([*parameter.approvals, *declared.approvals])),
            delegated_to=parameter.delegated_to if declared.delegated_to is None else declared.delegated_to,
            per=declared.per or parameter.per,
            by=declared.by or declared.per or parameter.by,
            ratio=parameter.ratio or bool(declared.ratio),
            banded_by=declared.banded_by or parameter.banded_by,
            year_before=declared.year_before or parameter.year_before,
            minimum=declared.minimum if declared.minimum is not None else parameter.minimum,
            maximum=declared.maximum if declared.maximum is not None else parameter.maximum,
            sums_to=declared.sums_to if declared.sums_to is not None else parameter.sums_to,
            values=() if declared.replaces else parameter.values,
        )
        self._values(content, parameter, declared)

    def _declared_fully(self, name: str, declared: ParameterEntry) -> None:
        if not declared.label and not declared.unit:
            remedy = say("a new parameter needs a label and a unit")
            self._say(declared.place, say("is declared by no layer") + hint(name, self.parameters), remedy)
        elif not declared.label or not declared.unit:
            self._say(declared.place, say("{key} is missing", key="unit" if declared.label else "label"))
        if declared.replaces:
            self._say(declared.place.at("replaces"), say("there are no earlier values to replace"))

    def _only_tighter(self, parameter: Parameter, declared: ParameterEntry) -> None:
        """Report where a later layer widens what an earlier one declared; it may narrow it."""
        unit = parameter.unit
        lost = [body for body in parameter.approvals if declared.approvals and body not in declared.approvals]
        for key, wrong, what in (
            ("unit", declared.unit not in ("", unit), say("an earlier layer says {unit}", unit=in_quotes(unit))),
            ("required", parameter.required and declared.required is False, say("an earlier layer requires it")),
            ("optional", bool(declared.optional) and not parameter.optional, say("an earlier layer needs a value")),
            (
                "approvals",
                bool(lost),
                say("an earlier layer asks for {bodies} too", bodies=joined(map(body_words, lost))),
            ),
            ("minimum", _above(parameter.minimum, declared.minimum), say("an earlier layer sets a higher one")),
            ("maximum", _above(declared.maximum, parameter.maximum), say("an earlier layer sets a lower one")),
        ):
            if wrong:
                self._say(declared.place.at(key), what)

    def _values(self, content: LayerContent, parameter: Parameter, declared: ParameterEntry) -> None:
        self.places[content.layer.code, parameter.name] = declared.place
        unit = parameter.unit if parameter.unit in (FLAG, FIGURE) else ""
        if any(kind != unit for kind in declared.kinds):
            self._say(declared.place.at("value"), _wanted(unit))
        for value, day, what in timeline.overlaps(declared.values):
            self._say(self._place(value, parameter).dated(day), what)
        new = timeline.closed_by_successors(declared.values)
        merged = timeline.overlay(parameter.values, new)
        first = {line[0] for line in timeline.timelines(merged).values()}
        for value in new:
            place = self._place(value, parameter)
            for what in checks.bounds(parameter, value):
                self._say(place.at("value"), what)
            for what, remedy in () if self.unapproved else checks.approvals(parameter, value, value in first):
                self._say(place, what, remedy)
        self.parameters[parameter.name] = replace(parameter, values=tuple(merged))

    def _continue(self, content: LayerContent, continued: ContinuationEntry) -> None:
        for name in continued.parameters:
            parameter = self.parameters.get(name)
            if parameter is None:
                what = say("there is no parameter {name}", name=in_quotes(name)) + hint(name, self.parameters)
                self._say(continued.place, what)
                continue
            self.places.setdefault((content.layer.code, name), KeyPath(content.layer.place, ("parameters", name)))
            found = list(continued_values(parameter, continued, content.layer))
            for wrong in found:
                if isinstance(wrong, str):
                    self._say(continued.place, wrong)
            values = [value for value in found if isinstance(value, DatedValue)]
            self.parameters[name] = replace(parameter, values=(*parameter.values, *values))


def _wanted(unit: str) -> str:
    """Say what the values of a parameter must be."""
    if unit == FLAG:
        return say("must be true or false")
    if unit == FIGURE:
        return say('must be the name of a figure in quotes: "surplus", "finance[medical_income]"')
    return say("must be a number in quotes")


def _above(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one > other
