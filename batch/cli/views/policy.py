"""A policy as it is printed: layers, components, formulas, values in force on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from batch.cli.views.code_words import layer_words, period_kind
from batch.cli.views.policy_contents import calculations, components, values_in_force
from batch.cli.views.tables import Sheet, name, word
from payengine.policy import describe, policy_digest
from payengine.policy.step_rule import FULL, PAYMENT_ORDER, rules_json
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from payengine.policy import Funding, Policy
    from payengine.policy.description import Supply, ValueInForce
    from payengine.policy.load import PolicyFile


def entry_json(entry: PolicyFile) -> dict[str, Any]:
    """Describe a policy of the list as JSON."""
    return {
        "policy": entry.code, "title": entry.title, "level": entry.level, "extends": list(entry.extends),
        "illustrative": entry.illustrative, "place": entry.place,
    }  # fmt: skip


def policies_sheet(entries: Sequence[PolicyFile]) -> Sheet:
    """Lay out the list of policies: code, title, level, parents, file."""
    rows = [
        [
            entry.code, entry.title, layer_words(entry.level), joined(entry.extends),
            say("illustrative values") if entry.illustrative else "", entry.place,
        ]
        for entry in entries
    ]  # fmt: skip
    heads = [
        word(say("Policy"), key=True), name(say("Title")), word(say("Level")), word(say("Extends")), word(""),
        word(say("File")),
    ]  # fmt: skip
    return Sheet(heads, rows)


def policy_json(policy: Policy, on: date) -> dict[str, Any]:
    """Describe a policy as JSON, with its components and the values in force on a day."""
    return {
        **facts_json(policy),
        "on": on.isoformat(),
        "formulas": {
            kind: {"outputs": list(outputs), "choices": dict(policy.choices.get(kind, {}))}
            for kind, outputs in policy.outputs.items()
        },
        "components": _components(policy, on),
        "counted_twice": {line: dict(reasons) for line, reasons in policy.counted_twice.items()},
        "paid_twice": {axis: dict(reasons) for axis, reasons in policy.paid_twice.items()},
        "steps": rules_json(policy.steps),
        "payment_steps": rules_json(policy.payment_steps, PAYMENT_ORDER),
        "calculations": _calculations(policy),
        "values": [_value(value) for value in describe(policy, on)],
        "ended": _ended(policy, on),
    }


def facts_json(policy: Policy) -> dict[str, Any]:
    """Describe a policy as JSON: code, title, digest, layers."""
    return {
        "policy": policy.code, "title": policy.title, "illustrative": policy.illustrative,
        "digest": policy_digest(policy),
        "layers": [
            {"policy": layer.code, "title": layer.title, "level": layer.level, "place": layer.place}
            for layer in policy.layers
        ],
    }  # fmt: skip


def _components(policy: Policy, on: date) -> list[dict[str, Any]]:
    """Describe the components that the policy pays, or all if it names no outputs."""
    components = []
    outputs = {name for names in policy.outputs.values() for name in names}
    for part in (*policy.components.values(), *policy.statements.values()):
        if outputs and part.name not in outputs:
            continue
        term = part.on(on)
        components.append(
            {
                "component": part.name, "label": part.label, "kind": part.kind,
                "pay_class": term.pay_class if term else "",
                "funding": _funding(term.funding) if term else [],
                "input": part.input, "source": part.source,
                "charged_to": part.charged_to, "outside_by": part.outside_by,
            }
        )  # fmt: skip
    return components


def _funding(sources: Sequence[Funding]) -> list[dict[str, str]]:
    """Describe who pays a component, and which share of it: "1", "3/5", "2/7"."""
    whole = sum(each.share for each in sources)
    return [{"source": each.source, "share": str(Fraction(each.share, whole))} for each in sources]


def _calculations(policy: Policy) -> list[dict[str, Any]]:
    """List what the policy calculates itself, in its own words."""
    lines = [*policy.components.values(), *policy.statements.values()]
    made = [(one.name, one.label, one.source, one.calculation) for one in lines if one.calculation is not None]
    made += [(one.name, one.label, one.source, one.calculation) for one in policy.figures.values()]
    return [
        {"name": name, "label": label, "source": source, "calculation": dict(calculation.keys())}
        for name, label, source, calculation in made
    ]


def _ended(policy: Policy, on: date) -> list[dict[str, str]]:
    """List the parameters whose last value ended before or on a day, each with its end."""
    ended = []
    for parameter in policy.parameters.values():
        ends = [value.until for value in parameter.values if value.until is not None and value.until <= on]
        if ends and not parameter.in_force(on):
            ended.append({"parameter": parameter.name, "label": parameter.label, "ended": max(ends).isoformat()})
    return ended


def _value(value: ValueInForce) -> dict[str, Any]:
    return {
        "parameter": value.parameter, "label": value.label, "unit": value.unit, "where": value.where,
        "value": value.value, "from": value.start.isoformat(), "until": value.until and value.until.isoformat(),
        "source": value.source, "layer": value.layer, "illustrative": value.illustrative, "note": value.note,
        "approvals": value.approvals, "basis": value.basis, "quote": value.quote, "reading": value.reading,
        "alternative": value.alternative,
    }  # fmt: skip


def supply_json(each: Supply) -> dict[str, Any]:
    """Describe a value that the county must supply as JSON."""
    return {
        "parameter": each.parameter,
        "label": each.label,
        "unit": each.unit,
        "where": dict(each.where),
        "text": each.text,
    }


def policy_parts(policy: Policy, data: dict[str, Any]) -> list[RenderableType]:
    """Print a policy (`data` as `policy_json` gives it): layers, components, choices, values."""
    parts: list[RenderableType] = [f"{policy.code}  {policy.title}"]
    if policy.illustrative:
        parts.append(say("Illustrative values: invented for trying, in force nowhere, not for paying anyone."))
    layers = [
        [layer["policy"], layer["title"], layer_words(layer["level"]), PurePath(layer["place"]).name]
        for layer in data["layers"]
    ]
    folders = dict.fromkeys(str(PurePath(layer["place"]).parent) for layer in data["layers"])
    parts += [
        "",
        Sheet([word(say("Layer"), key=True), name(say("Title")), word(say("Level")), word(say("File"))], layers),
        say("The files are in:"),
        *(f"  {folder}" for folder in folders),
    ]
    parts += ["", say("Components:"), components(data["components"], policy.names.get("funding", {}))]
    if data["calculations"]:
        parts += ["", say("Calculated by the policy itself:"), calculations(data["calculations"])]
    for kind, formulas in data["formulas"].items():
        choices = [f"{output} = {formula}" for output, formula in formulas["choices"].items()]
        if choices:
            parts += [
                "",
                say("Formulas chosen for a {kind}: {choices}", kind=period_kind(kind), choices=joined(choices)),
            ]
    parts += [*_twice(data), *_steps(data)]
    if data["values"]:
        parts += ["", say("In force on {day}:", day=data["on"]), values_in_force(data["values"])]
    else:
        parts += ["", say("No value is in force on {day}.", day=data["on"])]
    parts += _words(data)
    if data["ended"]:
        lines = [
            "  "
            + say(
                "{parameter} {label}: ended on {day}",
                parameter=each["parameter"],
                label=each["label"],
                day=each["ended"],
            )
            for each in data["ended"]
        ]
        parts += ["", say("Ended before; a county that goes on records a [[continuation]]:"), *lines]
    approved = [
        f"  {each['parameter']} {each['value']}: {each['approvals']}" for each in data["values"] if each["approvals"]
    ]
    return [*parts, "", say("Approved by:"), *approved] if approved else parts


def _words(data: dict[str, Any]) -> list[RenderableType]:
    """Print the words that values in force rest on, and the readings, each once."""
    quoted = [
        "  " + say("{parameter} ({source}): “{quote}”", **{key: each[key] for key in ("parameter", "source", "quote")})
        for each in data["values"]
        if each["basis"] == "text"
    ]
    read = [
        "  "
        + say(
            "{parameter} ({source}): {reading}; or else: {alternative}",
            **{key: each[key] for key in ("parameter", "source", "reading", "alternative")},
        )
        for each in data["values"]
        if each["basis"] == "reading"
    ]
    parts: list[RenderableType] = []
    for head, lines in ((say("The documents' words:"), quoted), (say("Read into the documents:"), read)):
        parts += ["", head, *dict.fromkeys(lines)] if lines else []
    return parts


def _twice(data: dict[str, Any]) -> list[RenderableType]:
    """Print what counts or is paid twice by declaration, with the reasons."""
    lines = [
        say("  {name} counts twice in {line}: {reason}", name=each, line=line, reason=reason)
        for line, reasons in data["counted_twice"].items()
        for each, reason in reasons.items()
    ]
    lines += [
        say("  {name} is paid twice: {reason}", name=f"{axis}[{each}]", reason=reason)
        for axis, reasons in data["paid_twice"].items()
        for each, reason in reasons.items()
    ]
    return ["", say("Twice, as declared:"), *lines] if lines else []


def _steps(data: dict[str, Any]) -> list[RenderableType]:
    """Print the steps of publications and payments, and who may not do them."""
    from batch.ledger.run_steps import word_of
    from batch.payments.words import state_word

    parts: list[RenderableType] = []
    for key, words, head in (
        ("steps", word_of, say("Steps before a publication:")),
        ("payment_steps", state_word, say("Steps of payments:")),
    ):
        lines = []
        for step, rule in data[key].items():
            told = [say("demanded")] if rule["required"] else []
            told += [say("{n} day(s)", n=rule["days"])] if rule["days"] else []
            if "names" in rule:
                told.append(say("names in full") if rule["names"] == FULL else say("names by the surname"))
            told += [say("not by who did: {steps}", steps=joined(map(words, rule["not_by"])))] if rule["not_by"] else []
            lines.append(f"  {words(step)}  {joined([*told, rule['source']])}")
        parts += ["", head, *lines] if lines else []
    return parts
