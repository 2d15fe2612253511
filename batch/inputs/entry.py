"""Entry of the catalogue: what formulas see of an input, and the source of its values.

Each kind of source is a class of its own; `batch.inputs.provider` computes every kind in one place. Sources of period
tables and of the history are described beside the code that reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy.typing as npt

from batch.inputs.absences import Absences
from batch.inputs.contracts import Contracts
from batch.inputs.history import FigureSelection, WorkSelection
from batch.inputs.history_lines import LineSelection
from batch.inputs.period_tables import PeriodTables, RowSelection
from batch.inputs.roster import Roster
from payengine.graph import Input, Scope
from payengine.graph.inputs import InputSpec
from payengine.kernels.arrays import Int64
from payengine.periods import Period


@dataclass(frozen=True)
class TableColumn:
    """Column of the row that stands for an engagement or an institution in its table."""

    column: str


@dataclass(frozen=True)
class WorkColumn:
    """Services or points of engagements, or at INSTITUTION of work without staff."""

    column: str  # services or points


@dataclass(frozen=True)
class RosterFigure:
    """Figure of the roster: numbers in the entry's scale, or flags, by row of its level."""

    compute: Callable[[Roster], npt.ArrayLike]


@dataclass(frozen=True)
class MonthFigure:
    """Figure of the roster in each month of the period, keyed by the month's number."""

    compute: Callable[[Roster, Period], Int64]


@dataclass(frozen=True)
class TableFigure:
    """Figure computed from whole reference tables."""

    compute: Callable[[PeriodTables, InputSpec, Scope], Input]


@dataclass(frozen=True)
class AbsenceFigure:
    """Figure of the absences that block services."""

    compute: Callable[[Absences, InputSpec, Scope], Input]


@dataclass(frozen=True)
class ContractFigure:
    """Figure of the family-doctor contracts."""

    compute: Callable[[Contracts, InputSpec, Scope], Input]


@dataclass(frozen=True)
class RejectionCount:
    """Number of service records that are not paid, by reason."""


Source = (
    TableColumn
    | WorkColumn
    | RowSelection
    | RosterFigure
    | MonthFigure
    | TableFigure
    | AbsenceFigure
    | ContractFigure
    | RejectionCount
    | LineSelection
    | WorkSelection
    | FigureSelection
)


@dataclass(frozen=True)
class InputEntry(InputSpec):
    """One input that formulas may name, and where its values come from."""

    source: Source = field(kw_only=True)
