"""The command `policy check`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from batch.cli.bilingual_click import argument
from batch.cli.policy.lookup import find_policy
from batch.cli.policy.periods import periods_asked
from batch.cli.root import command
from batch.cli.session import Session
from payengine.errors import Refused
from payengine.texts import joined, say

if TYPE_CHECKING:
    from payengine.periods import Period
    from payengine.policy import Policy
    from payengine.policy.description import Supply


@command("check")
@argument("name", "The policy; the workspace's unless named.", required=False, metavar="[POLICY]")
@click.option(
    "--period",
    default=None,
    metavar="P",
    help="The period that it must be usable for; this month, quarter, half-year and year unless said.",
)
def check(session: Session, name: str | None, period: str | None) -> None:
    """Check a policy: its file, its layers, its formulas, and that no value is missing in a period.

    Everything that is wrong is told at once. A region's policy leaves values to the county: it is not wrong for that,
    and what a county must still supply is listed.
    """
    from batch.cli.views.policy import facts_json, supply_json
    from batch.compute.compute import parameters_read, shipped_rules
    from batch.compute.replacements import replacements

    policy = find_policy(session, name)
    periods = periods_asked(policy, period)
    read = {whole: parameters_read(policy, whole) for whole in periods}
    lacking = list(
        {(each.parameter, each.where): each for whole in periods for each in _lacking(policy, whole, read)}.values()
    )
    is_read = {name for names in read.values() for name in names}
    needed = [each for each in lacking if each.parameter in is_read]
    if needed and policy.layers[-1].level not in ("national", "region"):
        problems = dict.fromkeys(each for whole in periods for each in policy.coverage_problems(read[whole], whole))
        what = say("policy {code} cannot be used: {n} value(s) are missing", code=policy.code, n=len(problems))
        raise Refused(what, list(problems))
    facts = {"policy": policy.code, "title": policy.title, "period": joined(map(str, periods))}
    if needed:
        texts = [say("Policy {policy} ({title}) has no error. For {period} a county must supply:", **facts)]
        texts += _listed(policy, needed)
    elif any(policy.formulas(whole.kind)[0] for whole in periods):
        texts = [say("Policy {policy} ({title}) can be used for {period}.", **facts)]
    else:
        texts = [
            say(
                "Policy {policy} ({title}) has no error, but names no formulas for {period}: others extend it.", **facts
            )
        ]
    if unread := [each for each in lacking if each.parameter not in is_read]:
        texts.append(say("No formula reads these yet, but the county must supply them:"))
        texts += _listed(policy, unread)
    replaced = list(replacements(policy, shipped_rules()))
    texts += [say("What the policy replaces:"), *(f"  {line}" for line in replaced)] if replaced else []
    data = [{**supply_json(each), "read": each.parameter in is_read} for each in lacking]
    session.answer({**facts_json(policy), "period": facts["period"], "to_supply": data, "replaces": replaced}, *texts)


def _lacking(policy: Policy, period: Period, read: dict[Period, Sequence[str]]) -> list[Supply]:
    """List values that the policy lacks in a period: printed in no document, or ended."""
    from payengine.policy import to_supply, unsupplied

    return [*to_supply(policy, period), *unsupplied(policy, period, read[period])]


def _listed(policy: Policy, lacking: Sequence[Supply]) -> list[str]:
    """List what is lacking, a line for each parameter with all names that lack a value."""
    from payengine.policy.description import supply_words

    of_parameter: dict[str, list[Supply]] = {}
    for each in lacking:
        of_parameter.setdefault(each.parameter, []).append(each)
    return [f"  {name}  {supply_words(policy, supplies)}" for name, supplies in of_parameter.items()]
