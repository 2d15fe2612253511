"""A loaded policy: dated values with their sources, components, choices, known names.

All numbers are integers in ten-thousandths (`SCALE` = 4), money too; a flag is 0 or 1; a value may name a figure of the
run instead. Nothing here reads files: `load.py` builds a `Policy` and has proved by then that intervals neither overlap
nor leave gaps, that keyed values are not ambiguous and that approvals are complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from payengine.errors import Problem, Refused
from payengine.periods import MONTH, Period
from payengine.policy.axis_words import axis_words
from payengine.policy.bands import Bands
from payengine.policy.bodies import body_words
from payengine.policy.calculation import Calculation, DeclaredFigure
from payengine.policy.closing import Closing
from payengine.policy.finding_rule import FindingRule
from payengine.policy.keys import NAMED_BY, Where, matches, specificity, where_of, written
from payengine.policy.known_income import KnownIncome
from payengine.policy.step_rule import StepRule
from payengine.suggest import hint, hint_by_label, listed
from payengine.texts import in_quotes, joined, labelled, say

SCALE = 4
ONE = 10**SCALE
FLAG = "flag"  # the unit of parameters that are true or false
FIGURE = "figure"  # the unit of parameters whose values name a figure: `surplus`, `finance[medical_income]`
MOST_KNOWN = 12  # names listed beside one that is like none of them
FIXED, VARIABLE, ALL = "fixed", "variable", "all"
PAY, STATEMENT = "pay", "statement"
TOTAL, OUTSIDE = "total", "outside"  # what a component is charged to, where it is no pool
EVERY, ANY = "every", "any"  # which institutions give the figure of a check of the whole run
UNLESS_NOT_GIVEN = "unless_not_given"  # a check that stops the publication where it fails, and not where it lacks input
REFUSE, RECEIVABLE = "refuse", "receivable"  # what becomes of persons whose lines sum below zero
# The axes whose names a policy declares.
AXES = (
    "finance", "measure", "indicator", "component", "task", "category", "grade", "part", "fund", "funding",
    "absence", "step", "package", "tenure",
)  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """One file of a policy.

    `level` is national, region, county, institution or ''; `text` is the file as it stands.
    """

    code: str
    title: str
    place: str  # the file, for messages
    text: str
    level: str = ""
    illustrative: bool = False
    institution: str = ""  # the institution whose layer this is


@dataclass(frozen=True)
class Approval:
    """An approval of a value: by which body, by which document, when.

    `plan` is the digest of the plan that was approved, where the approval quotes it (`plan_digest`).
    """

    body: str
    document: str
    date: date
    plan: str = ""


@dataclass(frozen=True)
class Continuation:
    """A record that a value goes on past its printed end (延续执行)."""

    document: str
    date: date
    layer: str


@dataclass(frozen=True)
class DatedValue:
    """One value in force from `start` (inclusive) to `until` (exclusive; None: open).

    `keyed` says for what it holds, sorted; `number` is in ten-thousandths (a flag: 0 or 1; 0 beside a `figure`).
    """

    start: date
    until: date | None
    keyed: Where
    number: int
    source: str
    layer: str
    illustrative: bool = False
    approvals: tuple[Approval, ...] = ()
    cause: str = ""
    continues: str = ""  # the reason given for having no end
    lapses: str = ""  # the reason given for ending with nothing to follow
    continued: Continuation | None = None
    figure: str = ""  # the figure that the value names, where it is no number
    quote: str = ""  # the document's own words, where they print the value
    reading: str = ""  # what was read into the document's words, where they leave the value open
    alternative: str = ""  # the other reading that the words allow
    over: int = 1  # of a share that is written as a fraction, 1/3: what its number is divided by

    @property
    def basis(self) -> str:
        """The value rests on: "illustrative", "text", "reading"; "" where nothing is said."""
        if self.illustrative:
            return "illustrative"
        return "text" if self.quote else "reading" if self.reading else ""

    @cached_property
    def where(self) -> Mapping[str, str]:
        """The keys for which the value holds; empty: everywhere."""
        return dict(self.keyed)

    def holds_on(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Parameter:
    """A named value of the policy, dated and perhaps keyed.

    `values` are sorted by what they are keyed by (names of an axis in the policy's order), then start. `approvals`
    names the bodies that must agree to each value; `per` an axis of which every name needs a value; `delegated_to` who
    may set it besides the policy itself. Where an `optional` one has no value, what reads it does not apply; `by`
    names the axis of its values where not every name needs one; `ask` tells the county what to supply. `banded_by`
    names the bands of a figure by which values are keyed, `bands` are these. One of `year_before` has the values that
    another parameter had a year before. The values of a `ratio` are shares of any size, 6 and 3 or 1/3 and 2/3.
    """

    name: str
    label: str
    unit: str
    layer: str  # the layer that declared it
    required: bool = False
    approvals: tuple[str, ...] = ()
    delegated_to: tuple[str, ...] = ()
    per: str = ""
    minimum: int | None = None
    maximum: int | None = None
    sums_to: int | None = None
    values: tuple[DatedValue, ...] = ()
    optional: bool = False
    by: str = ""
    ask: str = ""
    ratio: bool = False
    year_before: str = ""
    banded_by: str = ""
    bands: Bands | None = None

    @property
    def is_flag(self) -> bool:
        return self.unit == FLAG

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """The figures that its values name, where they are no numbers."""
        return tuple(dict.fromkeys(value.figure for value in self.values if value.figure))

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys that any of the values uses: they say on what the parameter depends."""
        return frozenset(key for value in self.values for key, _ in value.keyed)

    def in_force(self, day: date) -> tuple[DatedValue, ...]:
        """List the values in force on a day, the most specific first."""
        if day not in self._by_day:
            found = [value for value in self.values if value.holds_on(day)]
            ordered = sorted(found, key=lambda value: (specificity(value.keyed), value.keyed), reverse=True)
            self._by_day[day] = tuple(ordered)
        return self._by_day[day]

    @cached_property
    def _by_day(self) -> dict[date, tuple[DatedValue, ...]]:
        return {}

    def find(self, day: date, keys: Mapping[str, str]) -> DatedValue | None:
        """Find the value that holds for `keys` on a day (the most specific one), or None."""
        return next((value for value in self.in_force(day) if matches(value.keyed, keys)), None)


@dataclass(frozen=True)
class Funding:
    """A source that pays a share of a component, in proportion to `share`.

    Shares are whole numbers: ten-thousandths, or parts of whatever ratio the policy writes.
    """

    source: str
    share: int


@dataclass(frozen=True)
class Term:
    """Class and funding of a component from `start` to `until` (None: without that bound)."""

    start: date | None
    until: date | None
    funding: tuple[Funding, ...]  # a ratio of any size; the order decides ties of the division
    pay_class: str = ""  # fixed or variable; '' for a statement

    def holds_on(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Component:
    """A line of the payslip (`kind` pay) or of an institution's statement (`kind` statement).

    `input` names the component of the input table `pay_component` that it pays as it is given, `prorated` for how much
    of the period; `calculation` says how it is made of other figures. Without either a formula of its name computes it.
    `charged_to` says what it draws on: a pool by its name, `TOTAL` (inside the performance-pay total) or `OUTSIDE` of
    it, by the clause `outside_by`; '' counts as `TOTAL`. `charged_after` names what draws on the same pool before it.
    """

    name: str
    label: str
    kind: str
    terms: tuple[Term, ...]
    layer: str
    input: str = ""
    source: str = ""
    prorated: str = ""
    calculation: Calculation | None = None
    charged_to: str = ""
    outside_by: str = ""
    charged_after: tuple[str, ...] = ()

    @property
    def is_inside(self) -> bool:
        """True where it counts in the performance-pay total, by itself or as a draw on a pool."""
        return self.charged_to != OUTSIDE

    @property
    def drawn_on(self) -> str:
        """The pool that it is charged to; '' where there is none."""
        return "" if self.charged_to in (TOTAL, OUTSIDE) else self.charged_to

    def on(self, day: date) -> Term | None:
        """Find the terms in force on a day."""
        return next((term for term in self.terms if term.holds_on(day)), None)


@dataclass(frozen=True)
class Total:
    """A sum of components per person that formulas may name, for floors and limits.

    Floors compare it; limits hold for it. `components` (of the policy, or other totals) are counted with what the
    period's run pays of them and, where it is `to_date`, with what the year paid of them before; of `earlier` only what
    was paid before counts. Without a list: all components of `pay_class` ("all": of both) that the period's kind pays,
    but those in `without`; where it is `to_date`, also everything that the year paid before under that class.
    `charged_to` (`TOTAL`) lists instead what the policy's runs pay inside the performance-pay total.
    """

    name: str
    label: str
    layer: str
    components: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    to_date: bool = False
    pay_class: str = ""
    without: tuple[str, ...] = ()
    charged_to: str = ""


@dataclass(frozen=True)
class Check:
    """An obligation that a run reports on: a figure beside its threshold.

    `figure` and `over` (what the figure is divided by) are figures of the run, `threshold` is one, a parameter or a
    number; `direction` says how the two are compared ('': the figure is only reported). A check holds for the `kinds`
    of institution named (none: for all), where `when` (a parameter) has a value that is not false, and where a
    threshold that is a parameter has a value; a run computes it in its `periods`, and only if it has the output
    `needs`. `nothing` is a figure that is above 0 where there was nobody to compare with. A run that has the output
    `report_with` reports the figure also where the threshold has no value. Figures that `adds_up` says do not add up
    have no figure of all institutions together, and neither have ratios. Of the whole run (`level`) every institution
    to which it applies gives the figure (`EVERY`), or whichever of them holds it for all (`ANY`). A run that fails one
    which `blocks_publication`, or in which an input of it is not given, is not published; unless `may_be_not_given`.
    """

    name: str
    label: str
    layer: str
    figure: str = ""
    over: str = ""
    direction: str = ""
    threshold: str = ""
    tolerance: str = ""
    when: str = ""
    kinds: tuple[str, ...] = ()
    nothing: str = ""
    unit: str = "ratio"
    level: str = "institution"
    periods: tuple[str, ...] = ("year",)
    needs: str = ""
    report_with: str = ""
    adds_up: bool = True
    source: str = ""
    given_by: str = EVERY
    blocks_publication: bool = False
    may_be_not_given: bool = False


@dataclass(frozen=True)
class Policy:
    """A policy with all its layers merged, ready to be asked.

    `outputs` and `choices` are by kind of period: what is computed, and which formula gives a name that several give.
    `names[axis]` maps each known name to its label; `ignored[axis]` are names that input may carry unread.
    `counted_twice[line]` and `paid_twice[axis]` hold the reasons for what counts or is paid twice on purpose.
    """

    code: str
    title: str
    layers: tuple[Layer, ...]
    parameters: Mapping[str, Parameter]
    components: Mapping[str, Component]
    statements: Mapping[str, Component]
    outputs: Mapping[str, tuple[str, ...]]
    choices: Mapping[str, Mapping[str, str]]
    names: Mapping[str, Mapping[str, str]]
    ignored: Mapping[str, frozenset[str]] = field(default_factory=dict)
    required_tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by kind of period
    totals: Mapping[str, Total] = field(default_factory=dict)
    known_income: Mapping[str, KnownIncome] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=dict)
    counted_twice: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    paid_twice: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    figures: Mapping[str, DeclaredFigure] = field(default_factory=dict)  # [figures] and [pools]
    bands: Mapping[str, Bands] = field(default_factory=dict)
    finding_rules: Mapping[str, FindingRule] = field(default_factory=dict)  # by kind of finding
    closing: Closing | None = None  # None: the periods of every year are open
    below_zero: Mapping[str, str] = field(default_factory=dict)  # by kind of period: REFUSE (unless said), RECEIVABLE
    replaced_figures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # layers whose figure is replaced
    signs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by table and name, one of signs.RULES
    steps: Mapping[str, StepRule] = field(default_factory=dict)  # before a publication; none is demanded unless said
    payment_steps: Mapping[str, StepRule] = field(default_factory=dict)  # who may not do which step of a payment

    @property
    def illustrative(self) -> bool:
        """True where any layer or value is invented as an example.

        It must then be marked wherever it prints.
        """
        return any(layer.illustrative for layer in self.layers) or any(
            value.illustrative for parameter in self.parameters.values() for value in parameter.values
        )

    def formulas(self, kind: str = MONTH) -> tuple[tuple[str, ...], Mapping[str, str]]:
        """Return the outputs of a kind of period, and the chosen formula by name."""
        return self.outputs.get(kind, ()), self.choices.get(kind, {})

    def checks_of(self, kind: str) -> list[Check]:
        """List the checks of a kind of period, as they are made in it.

        Those whose threshold or condition nobody has set hold nowhere. One that is reported all the same
        (`report_with`) then has no threshold; in a run without that output it is like any other.
        """
        outputs = ("", *self.outputs.get(kind, ()))
        found = [check for check in self.checks.values() if kind in check.periods and check.needs in outputs]
        made = [self._reported(check, check.report_with in outputs) if check.report_with else check for check in found]
        return [check for check in made if self._is_set(check.threshold) and self._is_set(check.when)]

    def _reported(self, check: Check, reported: bool) -> Check:
        if not reported:
            return replace(check, report_with="")
        if self._is_set(check.threshold):
            return check
        return replace(check, direction="", threshold="", tolerance="", report_with="")

    def _is_set(self, name: str) -> bool:
        """Tell if what limits a check has a value at all; what is no parameter has one."""
        return name not in self.parameters or bool(self.parameters[name].values)

    def parameter(self, name: str) -> Parameter:
        """Return a parameter by name; `Refused` with the nearest name where there is none."""
        if name not in self.parameters:
            raise Refused(say("policy {policy} cannot be used", policy=self.code), [self._unknown(name)])
        return self.parameters[name]

    def value(self, name: str, on: date, **keys: str) -> int | None:
        """Look up the number in force on a day, in ten-thousandths; None where nothing holds.

        Of a value that names a figure, the place of the name in the parameter's `figures`.
        """
        parameter = self.parameter(name)
        found = parameter.find(on, keys)
        if found is None:
            return None
        return parameter.figures.index(found.figure) if found.figure else found.number

    def named(self, key: str) -> frozenset[str]:
        """Collect what the values' `where` names under a key.

        Institutions with a layer of their own are included.
        """
        found = {value.where[key] for one in self.parameters.values() for value in one.values if key in value.where}
        layers = {layer.institution for layer in self.layers if layer.institution} if key == "institution" else set()
        return frozenset(found | layers)

    def known(self, axis: str) -> tuple[str, ...]:
        """List an axis's names that input may carry and that are read, in policy order.

        `axis` may also be the key that uses it.
        """
        axis = NAMED_BY.get(axis, axis)
        paid = [part.input for part in self.components.values() if part.input] if axis == "component" else []
        known = [income.input for income in self.known_income.values()] if axis == "component" else []
        return tuple(dict.fromkeys([*self.names.get(axis, {}), *paid, *known]))

    def label(self, axis: str, name: str) -> str:
        """Return the label of a name, else the name itself."""
        return self.names.get(NAMED_BY.get(axis, axis), {}).get(name) or name

    def unknown_names(self, axis: str, seen: Iterable[str]) -> list[Problem]:
        """Report each name in the input that the policy neither knows nor ignores.

        With the nearest known one.
        """
        known = self.known(axis)
        allowed = {*known, *self.ignored.get(axis, ())}
        labels = self._labels(axis)
        return [
            Problem(
                say(
                    "{name} is no {what} of policy {policy}",
                    name=in_quotes(name),
                    what=axis_words(axis),
                    policy=self.code,
                )
                + near,
                remedy=self._way_out(axis, near),
            )
            for name in sorted(set(seen) - allowed)
            for near in (hint_by_label(name, known, labels),)
        ]

    def _way_out(self, axis: str, near: str) -> str:
        """Say what to do about an unknown name: correct it, or name it in the policy."""
        if not near and (known := self.known(axis)):
            names = listed([labelled(self.label(axis, name), name) for name in sorted(known)], MOST_KNOWN)
            return say("the policy knows: {names}; a new one is named under [names.{axis}], or under [ignored] if it "
                       "is not to be read", names=names, axis=axis)  # fmt: skip
        return say("correct it if it is mistyped; a new one is named under [names.{axis}], or under [ignored] if it is "
                   "not to be read", axis=axis)  # fmt: skip

    def _labels(self, axis: str) -> dict[str, str]:
        """Map the labels of an axis's names to the names: a source may give 岗位工资 for post_pay."""
        found = {label: name for name, label in self.names.get(axis, {}).items() if label}
        if axis == "component":
            found |= {one.label: one.input for one in self.components.values() if one.input}
            found |= {one.label: one.input for one in self.known_income.values()}
        return found

    def coverage_problems(self, names: Iterable[str], period: Period) -> list[Problem]:
        """Find what the parameters lack for a period.

        Unknown names, no value on some day, a name of `per` without one.
        """
        problems: list[Problem] = []
        for name in dict.fromkeys(names):
            if name not in self.parameters:
                problems.append(self._unknown(name))
            else:
                problems.extend(self._uncovered(self.parameters[name], period))
        return problems

    def changes(self, names: Iterable[str], period: Period) -> list[tuple[Parameter, DatedValue]]:
        """List values that begin inside a period, after its first day.

        A settlement reports them.
        """
        return [
            (parameter, value)
            for parameter in (self.parameter(name) for name in dict.fromkeys(names))
            for value in parameter.values
            if period.first_day < value.start < period.next_first_day
        ]

    def _unknown(self, name: str) -> Problem:
        return Problem(
            say("policy {policy} has no such parameter", policy=self.code) + hint(name, self.parameters),
            where=self.layers[-1].place,
            parameter=name,
        )

    def _uncovered(self, parameter: Parameter, period: Period) -> list[Problem]:
        """Find where a parameter lacks a value in a period.

        Values change on the first of a month only, so the first days of the months stand for all days.
        """
        if not parameter.values:
            return [] if parameter.optional else [self.missing(parameter, period.first_day)]
        for month in period.months():
            day = month.first_day
            if not parameter.in_force(day):
                if parameter.optional and not _run_out(parameter, day):
                    continue
                return [self.missing(parameter, day)]
            wheres = {value.keyed for value in parameter.values if _meets(value, period)}
            lost = [
                where
                for where in sorted(wheres)
                if parameter.find(day, dict(where)) is None
                and not (parameter.optional and not _run_out(parameter, day, where))
            ]
            if lost:
                return [self.missing(parameter, day, *lost)]
            if parameter.per:
                lacking = [
                    ((parameter.per, name),)
                    for name in self.known(parameter.per)
                    if not any(v.where.get(parameter.per, name) == name for v in parameter.in_force(day))
                ]
                if lacking:
                    return [self.missing(parameter, day, *lacking)]
        return []

    def missing_value(self, name: str, day: date, where: Mapping[str, str]) -> Problem:
        """Write the problem of a parameter that has no value for a row's keys on a day."""
        return self.missing(self.parameters[name], day, where_of(where))

    def missing(self, parameter: Parameter, day: date, *wheres: Where) -> Problem:
        """Write the problem of a parameter without a value on a day, and its remedy."""
        ends = [value.until for value in parameter.values if value.until and (not any(wheres) or value.keyed in wheres)]
        ended = [end for end in ends if end <= day]
        what = say("no value for {label}", label=parameter.label)
        keys = [*filter(None, map(written, wheres))]
        if keys:
            what += " " + say("where {where}", where=joined(keys))
        if ended:
            what = say("{what}, {more}", what=what, more=say("the last one ended on {day}", day=max(ended)))
            remedy = say("give a new value, or record that it goes on in a [[continuation]]")
        elif parameter.required:
            remedy = say("no document prints it: the county must supply it")
        else:
            remedy = say("give it a value in force on that day")
        if parameter.approvals:
            approved = say("with the approval of {bodies}", bodies=joined(map(body_words, parameter.approvals)))
            remedy = say("{what}, {more}", what=remedy, more=approved)
        entry = say("write [[parameters.{name}.values]] with {keys}, a value and its source",
                    name=parameter.name, keys=_keys_to_write(max(ended, default=day), ", ".join(keys)))  # fmt: skip
        told = say("{name}: {text}", name=remedy, text=entry)
        if ended:
            told = say("{what}; {remedy}", what=remedy, remedy=entry)
        return Problem(what, where=self.layers[-1].place, parameter=parameter.name, on=day, remedy=told)


def _keys_to_write(day: date, keyed: str) -> str:
    """Write the keys of a value that holds from a month on, as a policy file has them."""
    keys = f"from = {day.replace(day=1)}"
    return f"{keys}, where = {keyed}" if keyed else keys


def _run_out(parameter: Parameter, day: date, where: Where | None = None) -> bool:
    """Tell if a value has ended by then and must be replaced or continued.

    Not where somebody said that nothing follows.
    """
    ended = [value for value in parameter.values if value.until and value.until <= day and where in (None, value.keyed)]
    latest = {value.keyed: value for value in sorted(ended, key=lambda value: value.start)}
    return any(not value.lapses for value in latest.values())


def _meets(value: DatedValue, period: Period) -> bool:
    return value.start < period.next_first_day and (value.until is None or value.until > period.first_day)
