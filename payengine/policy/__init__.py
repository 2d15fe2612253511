"""Policies: dated, layered, sourced values and the choices among formulas, read from TOML and proved complete."""

from payengine.policy.description import Described, Supply, describe, ending, to_supply, unsupplied
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
    Funding,
    Layer,
    Parameter,
    Policy,
    Term,
    Total,
    Value,
)
from payengine.policy.template import new_policy

__all__ = [
    "FIXED", "ONE", "PAY", "SCALE", "STATEMENT", "VARIABLE",
    "Check", "Component", "Described", "Funding", "Layer", "Parameter", "Policy", "PolicyFile", "Supply", "Term",
    "Total", "Value",
    "describe", "ending", "list_policies", "load_policy", "new_policy", "policy_digest", "to_supply", "unsupplied",
]  # fmt: skip
