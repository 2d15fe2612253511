"""Rule of a policy for one step before a publication, or of a payment.

A rule names the earlier steps whose user must be another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

DRAFT, REVIEWED, ANNOUNCED, APPROVED, PUBLISHED = "draft", "reviewed", "announced", "approved", "published"
STEPS = (REVIEWED, ANNOUNCED, APPROVED)  # between draft and publication, in their order
ORDER = (DRAFT, *STEPS, PUBLISHED)
EXPORTED, PAID = "exported", "paid"
PAYMENT_ORDER = (DRAFT, APPROVED, EXPORTED, PAID)  # steps of a payment, each of which always follows the one before
LONGEST = 366  # days of an announcement
SURNAME, FULL = "surname", "full"  # how an announcement names people; without a rule by the surname
NAMINGS = (SURNAME, FULL)


@dataclass(frozen=True)
class StepRule:
    """Rule for one step; None and '' where the policy says nothing.

    `days` is how long an announcement stands at least, `names` how it names people; `not_by` lists earlier steps whose
    user may not do this one; `source` is the document that sets the rule.
    """

    required: bool | None = None
    days: int | None = None
    not_by: tuple[str, ...] | None = None
    source: str = ""
    names: str = ""

    def over(self, earlier: StepRule) -> StepRule:
        """Put this layer's entry over that of an earlier one, which keeps what is not said again."""
        return StepRule(
            earlier.required if self.required is None else self.required,
            earlier.days if self.days is None else self.days,
            earlier.not_by if self.not_by is None else self.not_by,
            self.source or earlier.source,
            self.names or earlier.names,
        )

    def and_also(self, other: StepRule) -> StepRule:
        """Combine two rules that both hold: the stricter of each part."""
        both = set(self.not_by or ()) | set(other.not_by or ())
        return StepRule(
            bool(self.required or other.required),
            max(self.days or 0, other.days or 0) or None,
            tuple(step for step in dict.fromkeys((*ORDER, *PAYMENT_ORDER)) if step in both),
            "; ".join(dict.fromkeys(text for text in (self.source, other.source) if text)),
            FULL if self.names == other.names == FULL else SURNAME if self.names or other.names else "",
        )


StepRules = Mapping[str, StepRule]  # by step
NO_RULES: StepRules = MappingProxyType({})


def stricter(one: StepRules, other: StepRules, order: Sequence[str] = ORDER) -> dict[str, StepRule]:
    """Combine the rules of two policies that both hold, in the order of the steps."""
    nothing = StepRule()
    return {
        step: one.get(step, nothing).and_also(other.get(step, nothing))
        for step in order
        if step in one or step in other
    }


def rules_json(rules: StepRules, order: Sequence[str] = ORDER) -> dict[str, dict[str, Any]]:
    """Describe rules as JSON, in the order of the steps."""
    return {
        step: {
            "required": bool(rules[step].required), "days": rules[step].days,
            "not_by": list(rules[step].not_by or ()), "source": rules[step].source,
            **({"names": rules[step].names} if rules[step].names else {}),
        }
        for step in order
        if step in rules
    }  # fmt: skip


def rules_from(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, StepRule]:
    """Read rules again that `rules_json` described."""
    return {
        step: StepRule(
            bool(told["required"]),
            told["days"],
            tuple(told["not_by"]),
            str(told["source"]),
            str(told.get("names", "")),
        )
        for step, told in kept.items()
    }
