"""Findings in a policy's values: those that moved much since the last published period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import KINDS, POLICY_VALUE
from batch.findings.material import Material
from payengine.exact.amounts import decimal_text
from payengine.policy import ONE, Parameter
from payengine.policy.keys import Where, written
from payengine.policy.toml import number_text
from payengine.texts import say


def policy_values(material: Material) -> Iterator[Finding]:
    """Compare each number in force with the one that the last published period was computed by."""
    if not material.past:
        return
    last = material.past[-1].period
    if material.last_policy is None:
        yield Finding(
            POLICY_VALUE, KINDS[POLICY_VALUE].severity, 1,
            say("the policy of {period} can no longer be read: its values are not compared", period=last),
            remedy=say("Compare the prices by hand."),
        )  # fmt: skip
        return
    most = material.rules.threshold(POLICY_VALUE)
    for name, parameter in material.policy.parameters.items():
        earlier = material.last_policy.parameters.get(name)
        if earlier is None or parameter.is_flag or earlier.unit != parameter.unit:
            continue
        moved = list(_moved(material, parameter, earlier, most))
        if moved:
            yield Finding(
                POLICY_VALUE, KINDS[POLICY_VALUE].severity, len(moved),
                say(
                    "{parameter}: {n} value(s) moved by more than {most} since {period}",
                    parameter=name, n=f"{len(moved):,}", most=f"{decimal_text(most, 2, least=0)} %", period=last,
                ),
                tuple(moved[:MOST_SHOWN]), say("See that the document says so, and the digits are right."), name,
            )  # fmt: skip


def _moved(material: Material, parameter: Parameter, earlier: Parameter, most: int) -> Iterator[str]:
    before, now = _numbers(earlier, material.past[-1].period.last_day), _numbers(parameter, material.period.last_day)
    for where in sorted(before.keys() & now.keys()):
        old, new = before[where], now[where]
        if old and abs(new - old) * ONE > most * abs(old):
            yield f"{number_text(old)} -> {number_text(new)} {written(where)}".strip()


def _numbers(parameter: Parameter, day: date) -> dict[Where, int]:
    """Collect the numbers in force on a day, by what they are keyed by.

    A figure's name is no number.
    """
    return {value.keyed: value.number for value in parameter.values if value.holds_on(day) and not value.figure}
