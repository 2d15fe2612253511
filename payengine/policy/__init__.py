"""Policies: dated, layered, sourced values and the choices among formulas, read from TOML and proved complete."""

from payengine.policy.model import (
    FIXED,
    ONE,
    PAY,
    SCALE,
    STATEMENT,
    VARIABLE,
    Component,
    Funding,
    Layer,
    Parameter,
    Policy,
    Term,
    Value,
)

__all__ = [
    "FIXED", "ONE", "PAY", "SCALE", "STATEMENT", "VARIABLE",
    "Component", "Funding", "Layer", "Parameter", "Policy", "Term", "Value",
]  # fmt: skip
