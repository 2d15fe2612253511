"""One finding: what is implausible, how often, where first, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from payengine.texts import all_said_again, recipe, said_again

NOTICE, WARNING, GRAVE = "notice", "warning", "grave"  # from the least to the most severe
SEVERITIES = (NOTICE, WARNING, GRAVE)
MOST_SHOWN = 5  # first rows of a finding that are kept


@dataclass(frozen=True)
class Finding:
    """Something implausible.

    `kind` is its code, by which it is accepted or made to block (`late_records`); `severity` one of `SEVERITIES`;
    `count` how many rows, persons or cells it is about; `what` the sentence about it in the language in use; `first`
    the first of them, each as it is printed (never a patient); `remedy` what to do. `subject` tells findings of one
    kind apart (a table, a component, a period): kind and subject together are what an acceptance names.
    """

    kind: str
    severity: str
    count: int
    what: str
    first: tuple[str, ...] = ()
    remedy: str = ""
    subject: str = ""

    @property
    def line(self) -> str:
        """The finding in one line: what it says, and the first of them."""
        return f"{self.what}: {', '.join(self.first)}" if self.first else self.what

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
        return {**self.as_json(), "said": said}

    @classmethod
    def of_note(cls, note: Mapping[str, Any]) -> Self:
        """Read a finding of a note, in the language in use.

        `KeyError`, `TypeError` or `AttributeError` if it is none.
        """
        said = note.get("said", {})
        return cls(
            note["kind"], note["severity"], note["count"], said_again(note["what"], said.get("what")),
            tuple(all_said_again(note["first"], said.get("first"))), said_again(note["remedy"], said.get("remedy")),
            note["subject"],
        )  # fmt: skip
