"""Findings about policy values that were dated back into a published period."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from batch.findings.finding import MOST_SHOWN, NOTICE, WARNING, Finding
from batch.findings.kinds import POLICY_CHANGED as CHANGED
from batch.findings.kinds import POLICY_NOT_COMPARED as NOT_COMPARED
from batch.findings.remedies import revise
from payengine.errors import PayengineError, Refused, UsageError
from payengine.policy import Policy, differences, layer_texts, stored_policy
from payengine.texts import say

if TYPE_CHECKING:
    from batch.findings.published import PublishedPeriod

KINDS = (CHANGED, NOT_COMPARED)


def changed_policy(
    policy: Policy, published: Sequence[PublishedPeriod], text_of: Callable[[str], str]
) -> Iterator[Finding]:
    """Find the published periods that today's policy values otherwise than their own.

    `text_of` gives the text kept of a policy by its digest.
    """
    today = [layer.text for layer in policy.layers]
    read: dict[str, Policy | None] = {}
    for one in published:
        if one.policy not in read:
            read[one.policy] = _read(one.policy, text_of, today, policy)
        then = read[one.policy]
        if then is policy:
            continue
        if then is None:
            what = say("{period} (published): the policy it was run with cannot be read any more", period=one.period)
            yield Finding(NOT_COMPARED, NOTICE, 1, what, subject=str(one.period), unseen=(CHANGED,))
            continue
        used = {*_used(then, one), *_used(policy, one)}
        found = differences(then, policy, one.period, used)
        if found:
            what = say("{period} (published): {n} value(s) or rule(s) of the policy differ from those it was run with",
                       period=one.period, n=len(found))  # fmt: skip
            yield Finding(CHANGED, WARNING, len(found), what, tuple(map(str, found[:MOST_SHOWN])),
                          revise(one.period), str(one.period))  # fmt: skip


def _read(digest: str, text_of: Callable[[str], str], today: list[str], policy: Policy) -> Policy | None:
    """Read a kept policy, which may be `policy` itself; None where it cannot be read."""
    try:
        text = text_of(digest)
        return policy if layer_texts(text) == today else stored_policy(text)
    except (Refused, UsageError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _used(policy: Policy, one: PublishedPeriod) -> Sequence[str]:
    """List the parameters that the period reads; all, where the policy cannot run it."""
    from batch.compute.compute import parameters_read  # not before it is needed: a freeze imports nothing of a run

    try:
        return parameters_read(policy, one.period)
    except PayengineError:
        return list(policy.parameters)
