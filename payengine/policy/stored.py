"""A policy read again from the text that a ledger keeps of it, and compared with another.

The text holds all files of the policy, in the order of their layers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from payengine.errors import Problem, Refused
from payengine.periods import Period
from payengine.policy.description import figure_words, value_text
from payengine.policy.digest import canonical
from payengine.policy.layer import LayerContent, read_institution, read_layer
from payengine.policy.merge import merge
from payengine.policy.model import Policy
from payengine.policy.timeline import end_of
from payengine.policy.toml import parse
from payengine.policy.toml_text import TomlFault
from payengine.texts import say

# What of the canonical form decides pay. Names that input may use and checks that a sheet prints do not.
PAYING = ("formulas", "components", "statements", "totals", "known_income", "figures", "below_zero", "bands")


@dataclass(frozen=True)
class PolicyDifference:
    """One thing that two policies say differently of a period.

    `name` is a parameter's label or the part of the policy; `before` and `after` are the values as printed, '' for
    what has no short text.
    """

    name: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        if not (self.before or self.after):
            return self.name
        return f"{self.name}: {self.before or say('no value')} -> {self.after or say('no value')}"


def layer_texts(text: str) -> list[str]:
    """List the files' contents in a kept text; `Refused` if it is no such text."""
    return [str(layer["text"]) for layer in _layers(text)]


def stored_policy(text: str) -> Policy:
    """Read a policy from its kept text; `Refused` if this program cannot read it any more."""
    problems: list[Problem] = []
    layers: list[LayerContent] = []
    institutions: list[LayerContent] = []
    for layer in _layers(text):
        file, code, content = layer["file"], PurePath(layer["file"]).stem, layer["text"]
        try:
            tables = parse(content, file, problems)
        except TomlFault as error:
            problems.append(Problem(error.what, where=file))
            continue
        read, into = (read_institution, institutions) if layer["institution"] else (read_layer, layers)
        into.append(read(code, file, content, tables, problems))
    policy = merge(layers, institutions, problems) if layers else None
    if problems or policy is None:
        raise Refused(say("the policy of a published run cannot be read"), problems)
    return policy


def differences(before: Policy, after: Policy, period: Period, parameters: set[str]) -> list[PolicyDifference]:
    """List what two policies say differently of a period, of all that decides pay.

    Of the parameters only `parameters` count: those that the period's formulas read.
    """
    old, new = (canonical(policy, period, parameters) for policy in (before, after))
    found = [
        PolicyDifference(_label(before, after, name), *_shown(before, after, name, period))
        for name in _differing(old["parameters"], new["parameters"])
    ]
    for section in PAYING:
        names = _differing(old.get(section, {}), new.get(section, {}))
        found += [PolicyDifference(f"[{section}.{name}]") for name in names]
    return found


def _layers(text: str) -> list[dict[str, Any]]:
    try:
        layers = json.loads(text)["layers"]
        return [{key: str(layer[key]) for key in ("file", "institution", "text")} for layer in layers]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(say("the policy of a published run cannot be read"), [Problem(str(error))]) from error


def _differing(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if (old.get(name) or None) != (new.get(name) or None):
            yield name


def _label(before: Policy, after: Policy, name: str) -> str:
    return (after.parameters.get(name) or before.parameters[name]).label or name


def _shown(before: Policy, after: Policy, name: str, period: Period) -> tuple[str, str]:
    """Write the values that one of the policies has in the period and the other has not."""
    old, new = (_values(policy, name, period) for policy in (before, after))
    return tuple(  # type: ignore[return-value]
        ", ".join(value for value in own if value not in other) for own, other in ((old, new), (new, old))
    )


def _values(policy: Policy, name: str, period: Period) -> list[str]:
    parameter = policy.parameters.get(name)
    if parameter is None:
        return []
    found = [
        figure_words(policy, value.figure) or value_text(parameter, value)
        for value in parameter.values
        if value.start < period.next_first_day and end_of(value) > period.first_day
    ]
    return list(dict.fromkeys(found))
