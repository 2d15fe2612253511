"""One finding: what is implausible, how often, where first, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from payengine.texts import all_said_again, recipe, said_again, say
from payengine.texts import joined as in_a_list

NOTICE, WARNING, GRAVE = "notice", "warning", "grave"  # from the least to the most severe
SEVERITIES = (NOTICE, WARNING, GRAVE)
MOST_SHOWN = 5  # first rows of a finding that are kept


@dataclass(frozen=True)
class Finding:
    """Something implausible.

    `kind` is its code, by which it is accepted or made to block (`late_records`); `severity` one of `SEVERITIES`;
    `count` how many rows, persons or cells it is about; `what` the sentence about it in the language in use; `first`
    the first of them, each as it is printed (never a patient); `remedy` what to do. `subject` tells findings of one
    kind apart (a table, a component, a period): kind and subject together are what an acceptance names. `unseen` are
    the kinds that could not be looked for: the finding stops a publication where one of these would.
    """

    kind: str
    severity: str
    count: int
    what: str
    first: tuple[str, ...] = ()
    remedy: str = ""
    subject: str = ""
    unseen: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The finding in one line: what it says, and the first of them."""
        return say("{name}: {text}", name=self.what, text=in_a_list(self.first)) if self.first else self.what

    def as_json(self) -> dict[str, Any]:
        """Describe the finding for --json and for the ledger."""
        return {
            "kind": self.kind, "subject": self.subject, "severity": self.severity, "count": self.count,
            "what": self.what, "first": list(self.first), "remedy": self.remedy,
        }  # fmt: skip

    def as_note(self) -> dict[str, Any]:
        """Describe the finding for a note, from which it can be said in another language."""
        said = {
            "what": recipe(self.what), "first": [recipe(each) for each in self.first], "remedy": recipe(self.remedy)
        }  # fmt: skip
        return {**self.as_json(), "unseen": list(self.unseen), "said": said}


def finding_of(content: Any) -> Finding:
    """Read a finding of a note, in the language in use.

    `ValueError`, `KeyError`, `TypeError` or `AttributeError` for anything else.
    """
    texts = [content[name] for name in ("kind", "what", "remedy", "subject")]
    first, count = content["first"], content["count"]
    if not isinstance(first, list) or not all(isinstance(text, str) for text in (*texts, *first)):
        raise TypeError("a finding is made of texts")
    if type(count) is not int:
        raise TypeError("a finding has a count")
    if content["severity"] not in SEVERITIES:
        raise ValueError("there is no such severity")
    kind, what, remedy, subject = texts
    said = content.get("said", {})
    return Finding(
        kind, content["severity"], count, said_again(what, said.get("what")),
        tuple(all_said_again(first, said.get("first"))), said_again(remedy, said.get("remedy")), subject,
        tuple(content.get("unseen", ())),
    )  # fmt: skip


def joined(findings: Iterable[Finding]) -> list[Finding]:
    """Join findings that share kind and subject, which name one finding.

    An item with two rows in the month has two of a kind.
    """
    found: dict[tuple[str, str], Finding] = {}
    for one in findings:
        before = found.get((one.kind, one.subject))
        found[one.kind, one.subject] = one if before is None else _join(before, one)
    return list(found.values())


def _join(one: Finding, other: Finding) -> Finding:
    return Finding(
        one.kind,
        max(one.severity, other.severity, key=SEVERITIES.index),
        one.count if one.what == other.what else one.count + other.count,
        say("; ").join(dict.fromkeys((one.what, other.what))),
        tuple(dict.fromkeys((*one.first, *other.first)))[:MOST_SHOWN],
        one.remedy or other.remedy,
        one.subject,
        tuple(dict.fromkeys((*one.unseen, *other.unseen))),
    )
