"""Scope of a visitor: everything, one institution, or one person.

`admit` checks it for every page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from payengine.errors import UsageError
from payengine.texts import say

EVERYTHING, INSTITUTION, PERSON = "everything", "institution", "staff"
KINDS = (EVERYTHING, INSTITUTION, PERSON)


class OutOfScope(UsageError):
    """A page that a visitor may not see; it says nothing about what there is."""


@dataclass(frozen=True)
class Scope:
    """Part of the workspace that a visitor may see.

    `code` is that of the institution or the person.
    """

    kind: str
    code: str = ""

    @classmethod
    def parse(cls, text: str) -> Scope:
        """Read `everything`, `institution:CODE` or `staff:CODE`; `OutOfScope` for anything else."""
        kind, _, code = text.partition(":")
        if kind not in KINDS or (kind == EVERYTHING) == bool(code) or text == f"{EVERYTHING}:":
            raise OutOfScope(say("the proxy says of no scope who may see what"))
        return cls(kind, code)

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}" if self.code else self.kind

    @property
    def is_everything(self) -> bool:
        return self.kind == EVERYTHING

    @property
    def institution(self) -> str | None:
        """Return the only institution that may be seen; None for any."""
        return self.code if self.kind == INSTITUTION else None


def admit(scope: Scope | None, shown_to: tuple[str, ...], asked: Mapping[str, str]) -> dict[str, str]:
    """Return what may be asked for of a page: of a narrow scope, its own institution or person.

    `OutOfScope` for a page that is not shown to such a scope, and for another institution or person, whether there is
    one or not.
    """
    if scope is None:
        raise OutOfScope(
            say("this address is only opened by a link"),
            remedy=say("Open the link that you were given again; if it has expired or was revoked, ask for another."),
        )
    if scope.kind not in shown_to or asked.get(scope.kind, scope.code) != scope.code:
        raise OutOfScope(
            say("your link does not show this page"), remedy=say("It shows what concerns {code}.", code=scope.code)
        )
    return dict(asked) if scope.is_everything else {**asked, scope.kind: scope.code}
