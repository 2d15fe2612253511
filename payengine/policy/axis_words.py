"""Words for the names of an axis: those of `finance` are finance lines."""

from __future__ import annotations

from payengine.texts import say


def axis_words(axis: str) -> str:
    """Write an axis of [names] in words, one of its names; another word as it stands."""
    return {
        "category": say("category"), "indicator": say("indicator"), "task": say("directed task"),
        "component": say("component"), "finance": say("finance line"), "measure": say("measure"),
        "grade": say("grade"), "part": say("part"), "fund": say("fund"), "funding": say("source of funding"),
        "absence": say("kind of absence"), "step": say("step"), "package": say("package"),
        "tenure": say("years of service"),
    }.get(axis, axis)  # fmt: skip
