"""One finding: what is implausible, how often, where first, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
