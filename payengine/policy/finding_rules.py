"""Rules of a policy for findings: what stops a publication, and from where on.

A finding changes no figure, so neither does a rule: it is no part of the policy's digest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from payengine.errors import Problem
from payengine.policy.finding_rule import FindingRule
from payengine.policy.model import Policy
from payengine.policy.toml import KeyPath, Section, exact
from payengine.suggest import hint
from payengine.texts import in_quotes, say

FINDINGS = "findings"  # the table of a policy file


def read_finding_rules(file: Section) -> dict[str, FindingRule]:
    """Read the tables `[findings.KIND]` of one policy file."""
    return {name: _read(section) for name, section in file.section(FINDINGS).named_sections()}


def _read(section: Section) -> FindingRule:
    blocks = section.flag("blocks_publication")
    threshold = section.text("threshold", required=section.has("threshold"))
    source = section.text("source", required=section.has("source"))
    section.finish()
    return FindingRule(blocks, threshold, source)


def check_finding_rules(policy: Policy, places: Mapping[tuple[str, str], KeyPath]) -> Iterator[Problem]:
    """Check that each threshold is a number above 0, or a parameter of one for everyone."""
    for kind, rule in policy.finding_rules.items():
        place = places[FINDINGS, kind].at("threshold")
        if not rule.threshold:
            continue
        parameter = policy.parameters.get(rule.threshold)
        if parameter is not None:
            if parameter.keys or parameter.is_flag or parameter.figures:
                yield place.problem(say("{name} is not one number for everyone", name=in_quotes(rule.threshold)))
            continue
        try:
            number = exact(rule.threshold)
        except ValueError:
            what = say("{name} is no number and no parameter", name=in_quotes(rule.threshold))
            yield place.problem(what + hint(rule.threshold, policy.parameters))
            continue
        if number <= 0:
            yield place.problem(say("a threshold is above 0"))


def threshold_of(policy: Policy, kind: str, on: date) -> int | None:
    """Look up the threshold of a kind of finding on a day, in ten-thousandths.

    None where the policy sets none.
    """
    rule = policy.finding_rules.get(kind)
    if rule is None or not rule.threshold:
        return None
    if rule.threshold in policy.parameters:
        return policy.value(rule.threshold, on)
    return exact(rule.threshold)
