"""Head of the audit chain as it is printed: on a line of its own, to be copied."""

from __future__ import annotations

from payengine.texts import say


def head_parts(head: str) -> list[str]:
    """Print a head."""
    return [say("  head of the audit chain:"), f"    {head}"]
