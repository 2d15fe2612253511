"""Signs that given money may have, by input table and name.

A deduction typed without its minus is paid as an addition, and a minus typed before a post's pay is taken off. A policy
says which sign a name may have, and if the other one refuses the run or is told. Signs change no figure.
"""

from __future__ import annotations

from collections.abc import Mapping

from payengine.policy.toml import Section, one_of

ANY = "any"
REFUSE_NEGATIVE, TELL_NEGATIVE = "refuse_negative", "tell_negative"
REFUSE_POSITIVE, TELL_POSITIVE = "refuse_positive", "tell_positive"
RULES = (REFUSE_NEGATIVE, TELL_NEGATIVE, REFUSE_POSITIVE, TELL_POSITIVE, ANY)
# The tables of given money, and the rule of a name of which the policy says nothing. Cases are of either sign.
USUAL: Mapping[str, str] = {"pay_component": TELL_NEGATIVE, "finance": TELL_NEGATIVE, "adjustment": ANY}

Signs = dict[str, dict[str, str]]


def read_signs(section: Section) -> Signs:
    """Read [signs.TABLE]: by name one of `RULES`; problems are added."""
    found: Signs = {}
    for table, names in section.named_sections():
        if one_of(section, table, table, tuple(USUAL)):
            for name in names.table:
                rule = names.text(name, required=True)
                if one_of(names, name, rule, RULES):
                    found.setdefault(table, {})[name] = rule
    return found


def rule_of(signs: Mapping[str, Mapping[str, str]], table: str, name: str) -> str:
    """Return the rule of a name of a table."""
    return signs.get(table, {}).get(name, USUAL[table])


def is_refused(rule: str) -> bool:
    """Tell if an amount of the wrong sign refuses the run."""
    return rule in (REFUSE_NEGATIVE, REFUSE_POSITIVE)


def is_wrong(rule: str, amount: int) -> bool:
    """Tell if an amount has a sign that the rule does not allow; 0 has none."""
    if rule in (REFUSE_NEGATIVE, TELL_NEGATIVE):
        return amount < 0
    return rule != ANY and amount > 0
