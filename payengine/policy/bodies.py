"""Bodies that agree to values of a policy, in words."""

from __future__ import annotations

from payengine.texts import say


def body_words(body: str) -> str:
    """Write a body that agrees to values in words; another than the usual ones as it stands."""
    return {"health": say("the health office"), "finance": say("the finance office")}.get(body, body)
