"""Parameters that name a figure instead of giving a number, and what a formula does with optional and keyed figures."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from graph_toy import OCTOBER, SPECS, ToyData, column, given, graph, keyed_price, texts, toy
from policy_files import OPEN, head, load, refusal

from payengine.exact import FEN
from payengine.graph import (
    CONSORTIUM,
    INSTITUTION,
    RATIO,
    YUAN,
    Column,
    FormulaError,
    Graph,
    Keyed,
    Rules,
    keyed,
    refuse,
    take_in_order,
)
from payengine.periods import Period
from payengine.policy import Policy, describe
