"""Scenarios: what is assumed otherwise, by words of a command line or a file.

    [[scenario]]
    name = "4.50"
    policy = "county-2027"        # another policy than the workspace's; may be left out
    set = { staff_point_price = "4.50", "fixed_share_floor[kind=county_hospital]" = "0.7" }
    items = { P002 = "1.2" }

A sweep `NAME=4.00:5.00:0.01` makes a scenario of each number; several sweeps make one of each combination.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from payengine.errors import Problem, Refused, Unavailable, UsageError
from payengine.exact.points import GREATEST_FACTOR
from payengine.periods import MONTH, Period
from payengine.policy import Policy
from payengine.policy.assumed_values import (
    AssumedValue,
    assumed_name,
    number_words,
    read_assumed,
    read_name,
    read_number,
)
from payengine.policy.toml import KeyPath, Section, exact, number_text, parse
from payengine.policy.toml_text import TomlFault, toml_text
from payengine.suggest import hint
from payengine.system_errors import in_words
from payengine.texts import in_quotes, joined, say

MOST_SCENARIOS = 1000


@dataclass(frozen=True)
class Scenario:
    """Values, equivalents of items (ten-thousandths) and a policy that are assumed."""

    name: str
    values: tuple[AssumedValue, ...] = ()
    items: tuple[tuple[str, int], ...] = ()
    policy: str = ""


@dataclass(frozen=True)
class Wishes:
    """Words of the options of `simulate`."""

    values: Sequence[str] = ()
    items: Sequence[str] = ()
    sweeps: Sequence[str] = ()
    item_sweeps: Sequence[str] = ()
    files: Sequence[Path] = ()
    policy: str = ""


@dataclass(frozen=True)
class ScenarioReader:
    """Reader of scenarios.

    `policies` loads a policy by name ('': the workspace's own); `items` and `institutions` are the known ones.
    """

    period: Period
    policies: Callable[[str], Policy]
    items: Collection[str]
    institutions: Collection[str]
    unpriced: Collection[str] = field(default_factory=tuple)  # items that earn no points

    def read(self, wishes: Wishes) -> list[Scenario]:
        """Read every scenario; `UsageError` or `Refused` says what is wrong with one."""
        own = self._scenario("", wishes.policy, wishes.values, wishes.items)
        scenarios = [own] if not wishes.files else [
            self._joined(one, own) for file in wishes.files for one in self._of_file(file, wishes.policy)
        ]  # fmt: skip
        sweeps = [self._sweep(wishes.policy, text) for text in wishes.sweeps]
        sweeps += [self._item_sweep(text) for text in wishes.item_sweeps]
        made = [
            self._joined(scenario, *chosen) for scenario in scenarios for chosen in product(*sweeps)
        ]  # fmt: skip
        if len(made) > MOST_SCENARIOS:
            raise UsageError(say("these are {n} scenarios, more than {most}", n=len(made), most=MOST_SCENARIOS))
        if not any(one.values or one.items or one.policy for one in made):
            raise UsageError(
                say("nothing is assumed otherwise"),
                remedy=say("Name what is: --set NAME=VALUE, --set-item CODE=EQUIVALENTS, --policy NAME, ..."),
            )
        for one in made:
            self._require_known(one)
        return [Scenario(self._title(one), one.values, one.items, one.policy) for one in made]

    def _require_known(self, scenario: Scenario) -> None:
        """Raise `UsageError` for a value that the scenario's own policy does not allow.

        Options are read by the policy of the command, and a file may name another one.
        """
        policy = self.policies(scenario.policy)
        for value in scenario.values:
            parameter, _ = read_name(policy, assumed_name(value.parameter, value.where))
            read_number(parameter, number_words(parameter, value))

    def _title(self, scenario: Scenario) -> str:
        if scenario.name:
            return scenario.name
        policy = self.policies(scenario.policy)
        texts = [value.text(policy) for value in scenario.values]
        texts += [f"{item}={number_text(number)}" for item, number in scenario.items]
        return ", ".join([*([scenario.policy] if scenario.policy else []), *texts])

    def _scenario(self, name: str, policy: str, values: Iterable[str], items: Iterable[str]) -> Scenario:
        found = tuple(self._value(policy, text) for text in values)
        return _once(Scenario(name, found, tuple(self._item(text) for text in items), policy))

    def _value(self, policy: str, text: str) -> AssumedValue:
        value = read_assumed(self.policies(policy), text)
        self._known_institution(value)
        return value

    def _known_institution(self, value: AssumedValue) -> None:
        code = dict(value.where).get("institution", "")
        if code and code not in self.institutions:
            raise UsageError(say("there is no institution {code}", code=code) + hint(code, self.institutions))

    def _item(self, text: str) -> tuple[str, int]:
        code, equals, number = text.rpartition("=")
        if not equals or not code:
            raise UsageError(say("{text} sets nothing", text=in_quotes(text)), remedy=say("Write CODE=EQUIVALENTS."))
        return self._known_item(code.strip()), _equivalents(code, number.strip())

    def _known_item(self, code: str) -> str:
        if self.period.kind != MONTH:
            raise UsageError(
                say("{period} prices no records: its work is that of its months", period=self.period),
                remedy=say("Simulate the months with other equivalents."),
            )
        if code not in self.items:
            raise UsageError(say("there is no item {code}", code=code) + hint(code, self.items))
        if code in self.unpriced:
            raise UsageError(
                say("the item {code} is directed: it is paid by task, and earns no points", code=code),
                remedy=say("Set what a task is paid: a parameter of the policy."),
            )
        return code

    def _sweep(self, policy: str, text: str) -> list[Scenario]:
        keyed, bracket, rest = text.rpartition("]")
        name, _, numbers = rest.partition("=")
        parameter, where = read_name(self.policies(policy), keyed + bracket + name)
        if parameter.is_flag:
            raise UsageError(say("{name} is true or false, and is not swept", name=parameter.name))
        form = say("Write NAME=FROM:TO:STEP, such as {example}.", example="staff_point_price=4.00:5.00:0.01")
        ends = _ends(text, numbers, form, lambda number: read_number(parameter, number))
        values = [AssumedValue(parameter.name, where, number) for number in ends]
        for value in values[:1]:
            self._known_institution(value)
        title = assumed_name(parameter.name, where)
        return [Scenario(f"{title}={number_words(parameter, value)}", (value,)) for value in values]

    def _item_sweep(self, text: str) -> list[Scenario]:
        code, _, numbers = text.rpartition("=")
        item = self._known_item(code.strip())
        form = say("Write CODE=FROM:TO:STEP, such as {example}.", example=f"{item}=1.00:2.00:0.01")
        return [
            Scenario(f"{item}={number_text(number)}", (), ((item, number),))
            for number in _ends(text, numbers, form, lambda number: _equivalents(item, number))
        ]

    def _joined(self, *scenarios: Scenario) -> Scenario:
        """Put what several scenarios assume into one."""
        return _once(
            Scenario(
                joined(one.name for one in scenarios if one.name),
                tuple(value for one in scenarios for value in one.values),
                tuple(item for one in scenarios for item in one.items),
                next((one.policy for one in scenarios if one.policy), ""),
            )
        )

    def _of_file(self, file: Path, policy: str) -> list[Scenario]:
        """Read a file of scenarios; `Refused` with what is wrong with it."""
        problems: list[Problem] = []
        try:
            tables = parse(toml_text(file.read_bytes()), str(file), problems)
        except TomlFault as fault:
            raise Refused(say("the scenarios of {file} cannot be read", file=file),
                          [Problem(fault.what, str(file), remedy=fault.remedy)]) from fault  # fmt: skip
        except OSError as error:
            raise Unavailable(say("{place}{why}", place=f"{file}: ", why=in_words(error))) from error
        whole = Section(tables, KeyPath(str(file), ()), problems)
        found = []
        for section in whole.sections("scenario"):
            name, own = section.text("name", required=True), section.text("policy")
            pairs = [(each, section.section(each).table) for each in ("set", "items")]
            section.finish()
            texts = {each: [f"{key}={_written(value)}" for key, value in table.items()] for each, table in pairs}
            if not problems:
                found.append(self._scenario(name, own or policy, texts["set"], texts["items"]))
        whole.finish()
        if not problems and not found:
            problems.append(Problem(say("holds no [[scenario]]"), str(file)))
        if problems:
            raise Refused(say("the scenarios of {file} cannot be read", file=file), problems)
        return found


def _written(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _equivalents(code: str, text: str) -> int:
    try:
        number = exact(text)
    except ValueError as error:
        raise UsageError(say("{name}: {text}", name=code, text=error)) from error
    if not 0 <= number <= GREATEST_FACTOR:
        raise UsageError(
            say("{code}: equivalents are from 0 to {most}", code=code, most=number_text(GREATEST_FACTOR))
        )  # fmt: skip
    return number


def _ends(text: str, numbers: str, form: str, read: Callable[[str], int]) -> list[int]:
    """Read FROM:TO:STEP as the numbers from one to the other; `form` tells how it is written."""
    parts = [part.strip() for part in numbers.split(":")]
    if len(parts) != 3:
        raise UsageError(say("{text} is no sweep", text=in_quotes(text)), remedy=form)
    first, last = read(parts[0]), read(parts[1])
    try:
        step = exact(parts[2])
    except ValueError as error:
        raise UsageError(say("{text} is no sweep", text=in_quotes(text)), [Problem(str(error))]) from error
    if step <= 0 or last < first:
        raise UsageError(
            say("{text} is no sweep", text=in_quotes(text)),
            remedy=say("It goes up: FROM is not above TO, and STEP is above 0."),
        )
    if (last - first) // step >= MOST_SCENARIOS:
        count = (last - first) // step + 1
        raise UsageError(say("these are {n} scenarios, more than {most}", n=count, most=MOST_SCENARIOS))
    return list(range(first, last + 1, step))


def _once(scenario: Scenario) -> Scenario:
    """Refuse what is set twice in one scenario."""
    names = [assumed_name(value.parameter, value.where) for value in scenario.values]
    names += [code for code, _ in scenario.items]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(say("{name} is set twice", name=name))
    return scenario
