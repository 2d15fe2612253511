"""Policies: dated, layered, sourced values and the choices among formulas, read from TOML.

Here live the model (`model`, `keys`), the way to it (`toml` and `entries` read, `layer` is one file, `merge` puts files
together, `timeline`, `continuation` and `checks` prove the whole complete, `load` finds it by name), and what is made
of it (`digest`, `description`, `template`). Import the names below from the package. It may import `payengine.exact`
and `payengine.periods`; it knows no formula (the graph asks a policy, never the other way), no region and no run.
"""

from payengine.policy.description import Supply, ValueInForce, describe, ending, to_supply, unsupplied
from payengine.policy.digest import policy_digest
from payengine.policy.load import PolicyFile, list_policies, load_policy
from payengine.policy.model import (
    FIXED,
    ONE,
    PAY,
    SCALE,
    STATEMENT,
    VARIABLE,
    Check,
    Component,
    DatedValue,
    Funding,
    Layer,
    Parameter,
    Policy,
    Term,
    Total,
)
from payengine.policy.stored import PolicyDifference, differences, layer_texts, stored_policy
from payengine.policy.template import new_policy

__all__ = [
    "FIXED",
    "ONE",
    "PAY",
    "SCALE",
    "STATEMENT",
    "VARIABLE",
    "Check",
    "Component",
    "DatedValue",
    "Funding",
    "Layer",
    "Parameter",
    "Policy",
    "PolicyDifference",
    "PolicyFile",
    "Supply",
    "Term",
    "Total",
    "ValueInForce",
    "describe",
    "differences",
    "ending",
    "layer_texts",
    "list_policies",
    "load_policy",
    "new_policy",
    "policy_digest",
    "stored_policy",
    "to_supply",
    "unsupplied",
]  # fmt: skip
