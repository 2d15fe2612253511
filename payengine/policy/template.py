"""Text of a new county's policy file: commented TOML with the blanks to fill in."""

from __future__ import annotations

from datetime import date

from payengine.policy.description import Supply, to_supply
from payengine.policy.keys import NAMED_BY
from payengine.policy.model import Policy
from payengine.policy.toml_text import quoted, toml_tables
from payengine.texts import say


def new_policy(code: str, parent: Policy, title: str = "") -> str:
    """Write the text of `<code>.toml`, a layer over `parent`.

    It loads once every `""` is filled in.
    """
    blanks = to_supply(parent)
    parameters = list(dict.fromkeys(blank.parameter for blank in blanks))
    head = [
        say("Policy of {code}, over the policy {parent} ({title}).", code=code, parent=parent.code, title=parent.title)
    ]
    if blanks:
        head += [
            say("Fill in everything between empty quotes; numbers stay in quotes, dates are written 2026-01-01."),
            say("from is the first of a month; until is the first day on which the value no longer holds."),
            say('A value without an end: replace the line until = "" by continues = "the reason".'),
            say("Then run: payengine policy check {code}", code=code),
        ]
    else:
        head.append(say("The policy below needs nothing more from the county."))
    lines = [*(f"# {line}" for line in head), "", *_head(code, title, parent)]
    for name in parameters:
        lines += ["", *_parameter([blank for blank in blanks if blank.parameter == name], parent)]
    lines += _ending(parent)
    return "\n".join(lines) + "\n"


def _ending(parent: Policy) -> list[str]:
    """Write what the documents end, as commented records that a county can take up.

    Comments, because going on is its own decision.
    """
    ends: dict[date, list[str]] = {}
    for parameter in parent.parameters.values():
        last = {value.keyed: value for value in sorted(parameter.values, key=lambda value: value.start)}
        for day in sorted({value.until for value in last.values() if value.until and not value.lapses}):
            ends.setdefault(day, []).append(parameter.name)
    lines = []
    for day in sorted(ends):
        lines += [
            "",
            "# " + say("These values of the documents end on {day}. To go on with them, record it:", day=day),
            "# [[continuation]]",
            "# parameters = [",
            *(f"#   {quoted(name)},  # {parent.parameters[name].label}" for name in ends[day]),
            "# ]",
            f"# from = {day}",
            '# document = ""',
            '# date = ""',
        ]
    return lines


def _head(code: str, title: str, parent: Policy) -> list[str]:
    return [
        "[policy]",
        f"code = {quoted(code)}",
        f"title = {quoted(title or code)}",
        'level = "county"',
        f"extends = [{quoted(parent.code)}]",
    ]


def names_of_document(policy: Policy, axis: str) -> list[str]:
    """List the names of an axis that the documents of regions and counties write.

    All known ones where none does.
    """
    known, named = policy.known(axis), set()
    for layer in policy.layers:
        if layer.level != "national":
            named |= set(toml_tables(layer.text).get("names", {}).get(NAMED_BY[axis], {}))
    for parameter in policy.parameters.values():
        named |= {value.where[axis] for value in parameter.values if axis in value.where}
    return [name for name in known if name in named] or list(known)


def _parameter(blanks: list[Supply], parent: Policy) -> list[str]:
    name = blanks[0].parameter
    axis = parent.parameters[name].by
    lines = []
    for blank in blanks:
        lines += ["", f"# {blank.text}", f"[[parameters.{name}.values]]", 'from = ""', 'until = ""']
        if blank.where:
            lines.append("where = { " + ", ".join(f"{key} = {quoted(value)}" for key, value in blank.where) + " }")
        elif axis:
            names = ", ".join(names_of_document(parent, axis))
            first = say("name them under [names.{axis}] first, then one entry for each", axis=NAMED_BY[axis])
            hint = say("one entry for each that applies: {names}", names=names) if names else first
            lines.append(f'where = {{ {axis} = "" }}  # {hint}')
        lines += ['value = ""', 'source = ""']
        if blank.approvals:
            lines.append('cause = ""  # ' + say("first_setting, major_project or price_adjustment"))
            lines.append("approvals = [")
            lines += [f'  {{ body = {quoted(body)}, document = "", date = "" }},' for body in blank.approvals]
            lines.append("]")
    return lines[1:]
