"""Confirmations of published revisions: entries of the audit chain, read and checked.

A revision whose results are the same on a later input is not replaced. The chain says on what it was confirmed: on
which snapshot, policy and publications. So it is no longer built on what was revised since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from batch.ledger import audit
from batch.ledger.records import AuditEntry, Confirmation, Publication
from payengine.errors import Problem, UsageError
from payengine.periods import Period
from payengine.texts import say

CONFIRM = "confirm"  # action in the chain
ON = "confirmed_on"  # the run that gives the same, and what that is built on: none of it is stored but the policy
_TEXTS = ("run", "snapshot", "policy", "formulas", "engine", "policy_text")


def facts_of(confirmed: Confirmation, policy_text_digest: str) -> dict[str, Any]:
    """List the facts that the audit chain keeps of a confirmation."""
    made = confirmed.publication
    return {
        "period": str(made.period), "revision": made.revision, "run": made.run, "reason": confirmed.reason,
        ON: {
            **{name: getattr(confirmed, name) for name in ("run", "snapshot", "policy", "formulas", "engine")},
            "policy_text": policy_text_digest,
            "publications": [dict(each) for each in confirmed.publications],
        },
    }  # fmt: skip


def latest(chain: Sequence[AuditEntry], standing: Sequence[Publication]) -> dict[Period, Confirmation]:
    """Find the latest confirmation of each current revision, by period."""
    current = {made.period: made for made in standing}
    found = {}
    for facts in _entered(chain):
        period = Period.find(str(facts.get("period")))
        made = None if period is None else current.get(period)
        if made is None or (facts.get("revision"), facts.get("run")) != (made.revision, made.run):
            continue
        if (read := _read(facts, made)) is not None:
            found[made.period] = read
    return found


def broken(chain: Sequence[AuditEntry], standing: Sequence[Publication]) -> Iterator[Problem]:
    """List confirmations of what is no publication, or on what is none."""
    known = {(str(made.period), made.revision, made.run): made for made in standing}
    for link in chain:
        facts = audit.facts(link)
        if facts.get("action") != CONFIRM:
            continue
        made = known.get((str(facts.get("period")), facts.get("revision", 0), str(facts.get("run"))))
        read = None if made is None else _read(facts, made)
        if made is None:
            yield Problem(say("confirms a publication that is not there"), "audit_entry", row=link.number)
        elif read is None:
            yield Problem(say("is no confirmation that can be read"), "audit_entry", row=link.number)
        elif any((each["period"], each["revision"], each["run"]) not in known for each in read.publications):
            yield Problem(say("confirms on a publication that is not there"), "audit_entry", row=link.number)


def policy_texts(chain: Sequence[AuditEntry]) -> Iterator[tuple[int, str, str]]:
    """List entry, policy and digest of the text of each confirmation that can be read."""
    for link in chain:
        facts = audit.facts(link)
        on = facts.get(ON)
        if facts.get("action") == CONFIRM and isinstance(on, dict):
            yield link.number, str(on.get("policy")), str(on.get("policy_text"))


def _entered(chain: Sequence[AuditEntry]) -> Iterator[Mapping[str, Any]]:
    return (facts for facts in map(audit.facts, chain) if facts.get("action") == CONFIRM)


def _read(facts: Mapping[str, Any], made: Publication) -> Confirmation | None:
    """Read an entry; None where it is not of the form in which they are written."""
    on = facts.get(ON)
    if not isinstance(on, dict) or not all(isinstance(on.get(name), str) for name in _TEXTS):
        return None
    publications = on.get("publications")
    if not isinstance(publications, list) or not all(map(_is_publication, publications)):
        return None
    return Confirmation(
        publication=made, run=on["run"], snapshot=on["snapshot"], policy=on["policy"], formulas=on["formulas"],
        engine=on["engine"], publications=tuple(publications), reason=str(facts.get("reason", "")),
    )  # fmt: skip


def _is_publication(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("revision"), int):
        return False
    try:
        Period.parse(value.get("period", ""))
    except (UsageError, TypeError):
        return False
    return isinstance(value.get("run"), str)
