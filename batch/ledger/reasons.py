"""Texts that people give with what they do: reasons, remarks, documents."""

from __future__ import annotations

from batch.ledger.column_types import is_storable
from payengine.errors import UsageError
from payengine.texts import say


def refuse_unreadable(text: str) -> None:
    """Raise `UsageError` for what is no text.

    A terminal of another encoding can hand over such.
    """
    if not is_storable(text):
        raise UsageError(
            say("{text} is not readable text", text=ascii(text)),
            remedy=say("Set the terminal to UTF-8 and write it again."),
        )


def written_reason(reason: str) -> str:
    """Read a reason; `UsageError` where it is empty, or no text that a ledger can hold."""
    if not reason.strip():
        raise UsageError(say("a reason is missing"), remedy=say('Write it: --reason "..."'))
    refuse_unreadable(reason)
    return reason.strip()
