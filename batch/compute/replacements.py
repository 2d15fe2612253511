"""Figures of a policy that replace a shipped formula or another layer's figure."""

from __future__ import annotations

from collections.abc import Iterator

from payengine.graph import Rules
from payengine.policy import Policy
from payengine.texts import say


def replacements(policy: Policy, rules: Rules) -> Iterator[str]:
    """Yield a sentence for each figure, pool or line that replaces something of the same name."""
    lines = (*policy.components.values(), *policy.statements.values())
    made = [(one.name, one.label) for one in lines if one.calculation is not None]
    for name, label in (*((one.name, one.label) for one in policy.figures.values()), *made):
        for formula in sorted({one.name: one for one in rules.variants.get(name, {}).values()}):
            yield say("figure {name} ({label}) replaces the shipped formula {formula} ({shipped})",
                      name=name, label=label, formula=formula, shipped=rules.variants[name][formula].label)  # fmt: skip
    for name, layers in policy.replaced_figures.items():
        figure = policy.figures[name]
        for layer in layers:
            yield say("figure {name} ({label}) of {own} replaces the figure of that name of {layer}",
                      name=name, label=figure.label, own=figure.layer, layer=layer)  # fmt: skip
