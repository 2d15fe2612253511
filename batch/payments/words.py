"""Words for the states of payments and the causes of their lines, in the language in use."""

from __future__ import annotations

from payengine.texts import say


def state_word(state: str) -> str:
    """Say the state of a payment, or a step."""
    return {
        "draft": say("draft"), "approved": say("approved"), "exported": say("exported"), "paid": say("paid"),
        "discarded": say("discarded"), "returned": say("returned"), "closed": say("closed"),
        "lapsed": say("lapsed"),
    }.get(state, state)  # fmt: skip


def cause_word(cause: str) -> str:
    """Say why a line is paid."""
    return {
        "pay": say("pay"), "arrears": say("arrears"), "recovery": say("recovery"), "carried": say("carried, recovered"),
        "returned": say("returned, paid again"), "closed": say("closed"),
        "lapsed": say("lapsed"),
    }.get(cause, cause)  # fmt: skip
