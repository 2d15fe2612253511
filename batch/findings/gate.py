"""Gate before a publication: what stops it, and what somebody accepted with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from batch.findings.finding import Finding
from batch.findings.kinds import KINDS, POLICY_NOT_COMPARED, STALE, Rules
from batch.ledger import Acceptance
from batch.ledger.reasons import refuse_unreadable
from payengine.errors import Problem, Refused, UsageError
from payengine.suggest import hint
from payengine.texts import say


def acceptances(
    given: Sequence[tuple[str, str]], findings: Sequence[Finding], *, where_found: bool = False
) -> list[Acceptance]:
    """Read what is accepted, each as (KIND or KIND:SUBJECT, reason).

    `UsageError` for what was not found, unless it holds `where_found`. A reason may not be empty, and nothing is
    accepted twice.
    """
    taken: dict[tuple[str, str], Acceptance] = {}
    for name, reason in given:
        kind, _, subject = name.partition(":")
        if not reason.strip():
            raise UsageError(
                say("{name} is accepted without a reason", name=name),
                remedy=say('Write --accept {name} "REASON".', name=name),
            )
        refuse_unreadable(reason)
        if not any(one.kind == kind and subject in ("", one.subject) for one in findings):
            if where_found:
                continue
            known = dict.fromkeys([*(one.kind for one in findings), *map(_name, findings)])
            raise UsageError(
                say("there is no finding {name} to accept", name=name) + hint(name, known),
                remedy=say("payengine check lists them."),
            )
        if (kind, subject) in taken:
            raise UsageError(say("{name} is accepted twice", name=name))
        taken[kind, subject] = Acceptance(kind, subject, reason.strip())
    return list(taken.values())


def stopping(findings: Sequence[Finding], accepted: Sequence[Acceptance], rules: Rules) -> list[Finding]:
    """List the findings that stop a publication and that nobody accepted.

    Where a kind may stop it, what keeps this kind from being looked for stops it too.
    """
    taken = {(one.kind, one.subject) for one in accepted}
    return [one for one in findings if rules.stops(one) and not {(one.kind, one.subject), (one.kind, "")} & taken]


def refuse_stopping(run: str, findings: Sequence[Finding], accepted: Sequence[Acceptance], rules: Rules) -> None:
    """Raise `Refused` with every finding that stops the publication of a run."""
    problems = [Problem(one.what, _name(one), remedy=_remedy(one)) for one in stopping(findings, accepted, rules)]
    if problems:
        raise Refused(
            say("run {run} is not published: {n} finding(s) stop it", run=run[:12], n=len(problems)),
            problems,
            say("Nothing was published. Correct what was found, or accept it with a reason, which is kept."),
        )


def rules_unread(rules: Rules) -> Finding:
    """Tell that the workspace's policy cannot be read, so that rules added to it are not known."""
    return Finding(
        POLICY_NOT_COMPARED, KINDS[POLICY_NOT_COMPARED].severity, 1,
        say("the policy of the workspace cannot be read: rules for findings that were added to it are not known"),
        remedy=say("Correct the policy (payengine policy check names what is wrong)."), unseen=rules.kinds,
    )  # fmt: skip


def _remedy(one: Finding) -> str:
    if one.kind == STALE:
        return f"{one.remedy} " + say("Or: --accept-stale REASON")
    return f"{one.remedy} " + say("Or: --accept {name} REASON", name=_name(one))


def _name(one: Finding) -> str:
    return f"{one.kind}:{one.subject}" if one.subject else one.kind
