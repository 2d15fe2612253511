"""Values of a policy for somebody or something that stands in no row of the period.

A value for the department `公卫科` pays nobody where the rows say `公共卫生科`: the general value beside it is
taken without a word. Codes (institution, department) are told whenever no row has them. Titles, roles and
degrees are words of which a region's list names more than a county has: of these one is told where a row
has a word like it for which the policy has no value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from payengine.policy import Policy
from payengine.suggest import hint, nearest
from payengine.texts import say, word

CODES = ("department",)
WORDS = ("title", "role", "education")


def unmet_keys(policy: Policy, institutions: Sequence[str], engagement: pa.Table) -> Iterator[str]:
    """Yield a warning for each value that a policy keys by what is in no row."""
    for code in sorted(policy.named("institution") - set(institutions)):
        yield say("the policy has values for {code}, which is in no row of institution{near}", code=code,
                  near=hint(code, institutions))  # fmt: skip
    for key in (*CODES, *WORDS):
        named = policy.named(key) | _selected(policy, key)
        there = {text for text in pc.unique(engagement[key]).to_pylist() if text}
        without = sorted(there - named)
        for text in sorted(named - there):
            if key in CODES or nearest(text, without):
                yield say("the policy has values for {key} {text}, which is in no row of engagement{near}",
                          key=word(f"engagement.{key}"), text=text, near=hint(text, without))  # fmt: skip


def _selected(policy: Policy, key: str) -> frozenset[str]:
    """Collect what calculations take or leave out by a key."""
    lines = [one.calculation for one in (*policy.components.values(), *policy.statements.values())]
    return frozenset(
        text
        for one in (*lines, *(figure.calculation for figure in policy.figures.values()))
        if one is not None
        for name, texts in (*one.among, *one.outside)
        if name == key
        for text in texts
    )
