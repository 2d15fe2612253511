"""policy list, show, check, new: what the county's rules are and what they still lack."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from batch.cli.bilingual_click import Group, argument
from batch.cli.root import command, shared
from batch.cli.session import Session
from payengine.errors import Refused, UsageError
from payengine.periods import Period
from payengine.texts import say

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from payengine.policy import Policy
    from payengine.policy.description import Supply, ValueInForce


@click.group("policy", cls=Group, subcommand_metavar="COMMAND ...", invoke_without_command=True, add_help_option=False)
@shared
@click.pass_context
def policy(ctx: click.Context) -> None:
    """List, show, check and make policies.

    A policy is a TOML file that extends others (a county's the region's, the region's the nation's) and gives each
    value with its dates and its source.
    """
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())


def _load(session: Session, name: str | None) -> Policy:
    """A policy by its name, or the workspace's own."""
    from batch.workspace import policy_folders
    from payengine.policy import load_policy

    if name is None:
        return session.workspace().policy()
    folder = session.path().absolute()
    return load_policy(name, policy_folders(folder), folder / "policy" / "institutions")


@command("list")
def list_(session: Session) -> None:
    """List the policies of the workspace and those that come with payengine."""
    from batch.cli.views.tables import Sheet, name, word
    from batch.workspace import policy_folders
    from payengine.policy import list_policies

    found = list_policies(policy_folders(session.path().absolute()))
    rows = [
        [
            each.code,
            each.title,
            level_text(each.level),
            ", ".join(each.extends),
            say("illustrative values") if each.illustrative else "",
            each.place,
        ]
        for each in found
    ]
    heads = [
        word(say("Policy"), key=True),
        name(say("Title")),
        word(say("Level")),
        word(say("Extends")),
        word(""),
        word(say("File")),
    ]
    data = [
        {
            "policy": each.code, "title": each.title, "level": each.level, "extends": list(each.extends),
            "illustrative": each.illustrative, "place": each.place,
        }
        for each in found
    ]  # fmt: skip
    session.answer({"policies": data}, Sheet(heads, rows))


@command("show")
@argument("name", "The policy; the workspace's unless named.", required=False, metavar="[POLICY]")
@click.option(
    "--on",
    "day",
    default=None,
    metavar="DATE",
    help="The values in force on this day or in this month; today unless said.",
)
def show(session: Session, name: str | None, day: str | None) -> None:
    """Show a policy: its layers, components and the values in force on a day."""
    from payengine.policy import describe

    on = _day(day)
    loaded = _load(session, name)
    values = describe(loaded, on)
    data = {
        **_facts(loaded),
        "on": on.isoformat(),
        "formulas": {
            kind: {"outputs": list(outputs), "choices": dict(loaded.choices.get(kind, {}))}
            for kind, outputs in loaded.outputs.items()
        },
        "components": _components(loaded, on),
        "values": [_value(value) for value in values],
        "ended": _ended(loaded, on),
    }
    session.answer(data, *([] if session.json else _show_parts(loaded, data)))


def _day(text: str | None) -> date:
    if text is None:
        return date.today()  # noqa: DTZ011  # a question at the terminal, not an input of a run
    with suppress(UsageError):  # values change on the first of a month only, so its first day stands for a month
        if (period := Period.parse(text)).kind == "month":
            return period.first_day
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(say("{text} is not a date; write 2026-10-01 or 2026-10", text=repr(text))) from None


def _facts(loaded: Policy) -> dict[str, Any]:
    from payengine.policy import policy_digest

    return {
        "policy": loaded.code, "title": loaded.title, "illustrative": loaded.illustrative,
        "digest": policy_digest(loaded),
        "layers": [
            {"policy": layer.code, "title": layer.title, "level": layer.level, "place": layer.place}
            for layer in loaded.layers
        ],
    }  # fmt: skip


def _components(loaded: Policy, on: date) -> list[dict[str, Any]]:
    """What the policy pays in some kind of period; all that it declares where it names no outputs."""
    told = []
    outputs = {name for names in loaded.outputs.values() for name in names}
    for part in (*loaded.components.values(), *loaded.statements.values()):
        if outputs and part.name not in outputs:
            continue
        term = part.on(on)
        told.append(
            {
                "component": part.name, "label": part.label, "kind": part.kind,
                "pay_class": term.pay_class if term else "",
                "funding": [{"source": each.source, "share_e4": each.share} for each in term.funding] if term else [],
                "input": part.input, "source": part.source,
            }
        )  # fmt: skip
    return told


def _ended(loaded: Policy, on: date) -> list[dict[str, str]]:
    """The parameters of which no value holds on a day any more, and since when."""
    told = []
    for parameter in loaded.parameters.values():
        ends = [value.until for value in parameter.values if value.until is not None and value.until <= on]
        if ends and not parameter.in_force(on):
            told.append({"parameter": parameter.name, "label": parameter.label, "ended": max(ends).isoformat()})
    return told


def _value(value: ValueInForce) -> dict[str, Any]:
    return {
        "parameter": value.parameter, "label": value.label, "unit": value.unit, "where": value.where,
        "value": value.value, "from": value.start.isoformat(), "until": value.until and value.until.isoformat(),
        "source": value.source, "layer": value.layer, "illustrative": value.illustrative, "note": value.note,
        "approvals": value.approvals,
    }  # fmt: skip


def _show_parts(loaded: Policy, data: dict[str, Any]) -> list[RenderableType]:
    from batch.cli.views.tables import Sheet, figure, name, word
    from payengine.exact.amounts import decimal_text

    parts: list[RenderableType] = [f"{loaded.code}  {loaded.title}"]
    if loaded.illustrative:
        parts.append(say("Illustrative values: invented for trying, in force nowhere, not for paying anyone."))
    layers = [[layer["policy"], layer["title"], level_text(layer["level"]), layer["place"]] for layer in data["layers"]]
    parts += [
        "",
        Sheet([word(say("Layer"), key=True), name(say("Title")), word(say("Level")), word(say("File"))], layers),
    ]
    kinds = {"pay": say("pay"), "statement": say("statement")}
    classes = {"fixed": say("fixed"), "variable": say("variable")}
    components = [
        [
            each["component"], each["label"], kinds[each["kind"]], classes.get(each["pay_class"], ""),
            ", ".join(f"{each['source']} {decimal_text(each['share_e4'], 2, least=0)} %" for each in each["funding"]),
        ]
        for each in data["components"]
    ]  # fmt: skip
    heads = [word(say("Component"), key=True), word(""), word(say("Kind")), word(say("Class")), word(say("Funded by"))]
    parts += ["", Sheet(heads, components)]
    for kind, formulas in data["formulas"].items():
        choices = [f"{given} = {chosen}" for given, chosen in formulas["choices"].items()]
        if choices:
            parts += ["", say("Formulas chosen for a {kind}: {choices}", kind=_kind(kind), choices=", ".join(choices))]
    rows = [
        [
            each["parameter"], each["where"], each["value"], each["unit"], each["from"], each["until"] or "",
            each["label"], each["source"], each["note"],
        ]
        for each in data["values"]
    ]  # fmt: skip
    heads = [
        word(say("Parameter"), key=True), word(say("Where"), key=True), figure(say("Value")), word(say("Unit")),
        word(say("From")), word(say("Until")), word(say("Label")), name(say("Source")), name(say("Note")),
    ]  # fmt: skip
    if rows:
        parts += ["", say("In force on {day}:", day=data["on"]), Sheet(heads, rows).without_empty()]
    else:
        parts += ["", say("No value is in force on {day}.", day=data["on"])]
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


def level_text(level: str) -> str:
    """A layer's level in words."""
    levels = {
        "national": say("national"),
        "region": say("region"),
        "county": say("county"),
        "institution": say("institution"),
    }
    return levels.get(level, level)


def _kind(kind: str) -> str:
    return {"month": say("month"), "quarter": say("quarter"), "year": say("year")}[kind]


@command("check")
@argument("name", "The policy; the workspace's unless named.", required=False, metavar="[POLICY]")
@click.option(
    "--period",
    default=None,
    metavar="P",
    help="The period that it must be usable for; this month, quarter and year unless said.",
)
def check(session: Session, name: str | None, period: str | None) -> None:
    """Check a policy: its file, its layers, its formulas, and that no value is missing in a period.

    Everything that is wrong is told at once. A region's policy leaves values to the county: it is not wrong for that,
    and what a county must still supply is listed.
    """
    from batch.compute.compute import parameters_read

    loaded = _load(session, name)
    periods = _periods(loaded) if period is None else [Period.parse(period)]
    read = {whole: parameters_read(loaded, whole) for whole in periods}
    lacking = list(
        {(each.parameter, each.where): each for whole in periods for each in _lacking(loaded, whole, read)}.values()
    )
    is_read = {name for names in read.values() for name in names}
    needed = [each for each in lacking if each.parameter in is_read]
    if needed and loaded.layers[-1].level not in ("national", "region"):
        problems = dict.fromkeys(each for whole in periods for each in loaded.coverage_problems(read[whole], whole))
        what = say("policy {code} cannot be used: {n} value(s) are missing", code=loaded.code, n=len(problems))
        raise Refused(what, list(problems))
    facts = {"policy": loaded.code, "title": loaded.title, "period": ", ".join(str(whole) for whole in periods)}
    if needed:
        told = [say("Policy {policy} ({title}) has no error. For {period} a county must supply:", **facts)]
        told += _listed(needed)
    elif any(loaded.formulas(whole.kind)[0] for whole in periods):
        told = [say("Policy {policy} ({title}) can be used for {period}.", **facts)]
    else:
        told = [
            say(
                "Policy {policy} ({title}) has no error, but names no formulas for {period}: others extend it.", **facts
            )
        ]
    if unread := [each for each in lacking if each.parameter not in is_read]:
        told.append(say("No formula reads these yet, but the county must supply them:"))
        told += _listed(unread)
    data = [{**_supply(each), "read": each.parameter in is_read} for each in lacking]
    session.answer({**_facts(loaded), "period": facts["period"], "to_supply": data}, *told)


def _periods(loaded: Policy) -> list[Period]:
    """The month, the quarter and the year that it is now, of the kinds for which the policy computes anything."""
    now = _this_month()
    kinds = {
        "month": now,
        "quarter": Period(now.first_day.replace(month=(now.first_day.month - 1) // 3 * 3 + 1), "quarter"),
        "year": Period(now.year_start, "year"),
    }
    return [period for kind, period in kinds.items() if loaded.formulas(kind)[0]] or [now]


def _lacking(loaded: Policy, period: Period, read: dict[Period, Sequence[str]]) -> list[Supply]:
    """What the policy lacks in a period: values that no document prints, and values of its formulas that have ended."""
    from payengine.policy import to_supply, unsupplied

    return [*to_supply(loaded, period), *unsupplied(loaded, period, read[period])]


def _listed(lacking: Sequence[Supply]) -> list[str]:
    return [f"  {each.parameter}  {each.text}" for each in lacking]


def _this_month() -> Period:
    return Period(date.today().replace(day=1))  # noqa: DTZ011  # a question at the terminal, not an input of a run


def _supply(each: Supply) -> dict[str, Any]:
    return {
        "parameter": each.parameter,
        "label": each.label,
        "unit": each.unit,
        "where": dict(each.where),
        "text": each.text,
    }


@command("new")
@argument("name", "The name of the new policy.", metavar="NAME")
@click.option("--from", "parent", required=True, metavar="P", help="The policy that it extends.")
@click.option("--title", default=None, metavar="TEXT", help="Its title; the name unless said.")
def new(session: Session, name: str, parent: str, title: str | None) -> None:
    """Make a policy layer that extends another, with the values that no document prints left to fill in."""
    file = _new_file(session.path().absolute(), name)
    from batch.workspace import write_new
    from payengine.policy import new_policy

    text = new_policy(name, _load(session, parent), title or name)
    write_new(file, text)
    session.answer(
        {"policy": name, "extends": parent, "file": str(file)},
        say("Wrote {file}", file=file),
        session.next(f"policy check {name}"),
    )


def _new_file(workspace: Path, name: str) -> Path:
    from batch.settings import FILE, is_policy_name

    if not is_policy_name(name):
        raise UsageError(say("{value} is not a policy's name", value=repr(name)), remedy=say("letters, digits, . _ -"))
    if not (workspace / FILE).exists():
        raise UsageError(
            say("{folder} is not a workspace: it has no {file}", folder=workspace, file=FILE),
            remedy=say(
                "Name one with --workspace DIR or PAYENGINE_WORKSPACE, or make one with: payengine init DIR --policy P"
            ),
        )
    return workspace / "policy" / f"{name}.toml"


for each in (list_, show, check, new):
    policy.add_command(each)
