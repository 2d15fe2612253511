"""The formula graph: rules as pure functions whose arguments are names, on four levels, checked before they compute."""

from payengine.graph.absence import Absence, Notes, Origin, Pools
from payengine.graph.column import Column
from payengine.graph.divide import divide, split
from payengine.graph.flags import Codes, Flags
from payengine.graph.formula import Formula, Rules, formula
from payengine.graph.frame import Frame
from payengine.graph.graph import Evaluation, Graph, Recorder
from payengine.graph.inputs import Input, InputSpec, ParameterSource, Provider
from payengine.graph.keyed import Given, Keyed, maximum, minimum, where
from payengine.graph.levels import CONSORTIUM, ENGAGEMENT, INSTITUTION, STAFF, Level
from payengine.graph.scope import FormulaError, Scope
from payengine.graph.units import COUNT, POINTS, RATIO, YUAN, YUAN_PER_POINT, Unit, unit_of

__all__ = [
    "CONSORTIUM", "COUNT", "ENGAGEMENT", "INSTITUTION", "POINTS", "RATIO", "STAFF", "YUAN", "YUAN_PER_POINT",
    "Absence", "Codes", "Column", "Evaluation", "Flags", "Formula", "FormulaError", "Frame", "Given", "Graph", "Input",
    "InputSpec", "Keyed", "Level", "Notes", "Origin", "ParameterSource", "Pools", "Provider", "Recorder", "Rules",
    "Scope", "Unit", "divide", "formula", "maximum", "minimum", "split", "unit_of", "where",
]  # fmt: skip
