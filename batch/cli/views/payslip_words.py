"""Words for the figures of a payslip on paper.

Labels, values with units, rules, lines of arithmetic.
"""

from __future__ import annotations

import re
from decimal import Decimal

from batch.cli.views.code_words import coded, selection_words, unit_text
from batch.cli.views.explanation import SILENT
from batch.cli.views.policy_contents import calculation_key, calculation_word
from batch.cli.views.why_words import input_words
from batch.explain.explanation import calculation_of
from batch.inputs.catalogue import BY_NAME
from batch.payslips.arithmetic import AT_LEAST, AT_MOST, MINUS, OVER, PLUS, TIMES, Arithmetic, Term, is_number
from payengine.graph import Trace
from payengine.policy import Policy
from payengine.policy.calculation import Calculation
from payengine.policy.keys import AXIS_KEYS
from payengine.texts import joined, language, say

QUOTED_NAME = re.compile("`([^`]+)`")  # how the sentence of a rule quotes what a file calls it
SIGNS = {"": "", PLUS: " + ", MINUS: " − ", TIMES: " × ", OVER: " ÷ "}
YUAN_DECIMALS = 2
GIVEN = "pay_component"  # how the inputs are called that give a component as it is paid
NAMED = ("add", "subtract", "total_of", "mean_of", "otherwise", "slices_of", "slices", "pool", "weights", "divides",
         "by", "times", "over", "at_least", "at_most", "memory")  # fmt: skip
UNSAID = ("unit", "level", "round", "unclaimed", "parts", "cut", "per")  # keys of a calculation that explain no amount


def plain(words: str, code: str) -> str:
    """Take from words the code that the screen shows for typing; on paper it is noise."""
    return words.removesuffix(f"（{code}）")


def spaced(code: str) -> str:
    """Write a code as English words: staff_point_price as staff point price."""
    return code.replace("_", " ")


class PayslipWords:
    """Words for the figures of one trace under its policy."""

    def __init__(self, policy: Policy, trace: Trace) -> None:
        self.policy, self.trace = policy, trace

    def label(self, name: str) -> str:
        """Name a figure: its label, in English its name in words."""
        line = self.policy.components.get(name)
        if name.startswith(GIVEN):
            return say("amount given")
        if language() == "en":
            known = plain(input_words(name), name) if name in BY_NAME else ""
            return known or spaced(name)
        if line is not None:
            return line.label
        step = self.trace.steps.get(name)
        if step is not None:
            return step.formula.label
        parameter = self.policy.parameters.get(name)
        return parameter.label if parameter is not None else plain(input_words(name), name) or say("Component")

    def labelled(self, name: str, key: str) -> str:
        """Name a figure with the key of one of its values."""
        return say("{name}: {text}", name=self.label(name), text=self.key(name, key)) if key else self.label(name)

    def key(self, name: str, key: str) -> str:
        """Name the key of a value; in English the code in words."""
        if language() == "en":
            return spaced(key)
        if name.startswith(GIVEN) and key in self.policy.components:
            return self.policy.components[key].label
        step = self.trace.steps.get(name)
        parameter = self.policy.parameters.get(name)
        if step is not None:
            return step.formula.keys.get(key) or self.policy.label(step.formula.axis, key)
        if parameter is not None:
            axes = [axis for axis in sorted(parameter.keys) if axis in AXIS_KEYS] or [parameter.by]
            return self.policy.label(axes[0], key)
        return self.policy.label(BY_NAME[name].axis, key) if name in BY_NAME else key

    def unit(self, name: str) -> str:
        """Name the unit of a figure as a policy writes it."""
        step = self.trace.steps.get(name)
        if step is not None:
            return step.formula.unit.name
        parameter = self.policy.parameters.get(name)
        if parameter is not None:
            return parameter.unit
        unit = BY_NAME[name].unit if name in BY_NAME else None
        return "" if unit is None else unit.name

    def number(self, name: str, value: str) -> str:
        """Write a number: grouped, without zeros at its end.

        Amounts of money with two decimals at least.
        """
        if "/" in value:
            return value
        least = YUAN_DECIMALS if self.unit(name).startswith(("yuan", "元")) else 0
        return number_text(value, least)

    def value(self, name: str, value: str | None, exact: str = "") -> str:
        """Write a value with its unit."""
        if value is None:
            return say("not given")
        if not is_number(value):
            return {"yes": say("yes"), "no": say("no")}.get(value, value)
        unit = self.unit(name)
        words = "" if unit in SILENT else unit_text(unit)
        return f"{self.number(name, exact or value)} {words}".strip()

    def line(self, one: Arithmetic, name: str) -> str:
        """Write a line of arithmetic: each number with what it is, and what they make."""
        text = "".join(self._term(term) for term in one.terms if not term.is_idle)
        return f"{text} = {self.number(name, str(one.cell.value))}"

    def _term(self, term: Term) -> str:
        number = self.number(term.name, term.value) if term.name else number_text(term.value, 0)
        if term.is_total:
            what = say("{n} of all", n=self.labelled(term.name, term.key))
        else:
            what = self.labelled(term.name, term.key) if term.name else ""
        said = say("{number} ({label})", number=number, label=what) if what else number
        if term.sign == AT_LEAST:
            return say(", at least {amount}", amount=said)
        if term.sign == AT_MOST:
            return say(", at most {amount}", amount=said)
        return SIGNS[term.sign] + said

    def rule(self, name: str) -> str:
        """Write a rule in a sentence.

        That of the formula, or the calculation with the labels of what it names.
        """
        step = self.trace.steps[name]
        calculation = calculation_of(self.policy, name)
        if calculation is not None:
            return self._calculation(calculation)
        return QUOTED_NAME.sub(lambda found: self._given_name(found[1]), step.formula.sentence)

    def _given_name(self, name: str) -> str:
        """Name a row that a rule's sentence quotes: in Chinese by its label in the policy."""
        labels = (self.policy.label(axis, name) for axis in ("finance", "measure", "category"))
        return next((label for label in labels if label != name), name) if language() == "zh" else name

    def _calculation(self, calculation: Calculation) -> str:
        said = []
        for key, text in list(calculation.keys()):
            if key in UNSAID:
                continue
            if key in NAMED:
                words = joined(self._named(one) for one in text.split(", "))
            elif key in ("among", "outside"):
                words = selection_words(text) if language() == "en" else _without_codes(selection_words(text))
            else:
                words = plain(calculation_word(text), text)
            said.append(say("{name}: {text}", name=calculation_key(key), text=words))
        return say("; ").join(said)

    def _named(self, text: str) -> str:
        name, _, key = text.rstrip("]").partition("[")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            return text
        if name not in self.trace.steps and f"{name}_parts" in self.trace.steps:
            name = f"{name}_parts"
        known = name in self.trace.steps or name in self.policy.parameters or name in BY_NAME
        return self.labelled(name, key) if known else coded(spaced(text), text)


def _without_codes(text: str) -> str:
    return re.sub(r"（[a-z][a-z0-9_]*）", "", text)


def number_text(value: str, least: int) -> str:
    """Write a decimal grouped, its zeros at the end dropped down to `least` decimals."""
    number = Decimal(value)
    whole, _, decimals = f"{abs(number):f}".partition(".")
    decimals = decimals[:least].ljust(least, "0") + decimals[least:].rstrip("0")
    sign = "-" if number < 0 else ""
    return f"{sign}{int(whole):,}" + (f".{decimals}" if decimals else "")
