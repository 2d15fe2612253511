"""The formula graph: rules as pure functions whose arguments are names, on four levels, checked before they compute."""

from payengine.graph.absence import Absence, Notes, Origin, Pools
from payengine.graph.alike import joined, look_up, of_institution
from payengine.graph.children import divide_among_children
from payengine.graph.column import Column
from payengine.graph.divide import divide, split
from payengine.graph.flags import Codes, Flags
from payengine.graph.formula import Formula, Rules, formula
from payengine.graph.frame import Frame
from payengine.graph.gather import gather, outside
from payengine.graph.graph import Evaluation, Graph, Recorder
from payengine.graph.in_order import take_in_order
from payengine.graph.inputs import Input, InputSpec, ParameterSource, Provider
from payengine.graph.keyed import Given, Keyed, keyed, maximum, minimum, where
from payengine.graph.levels import CONSORTIUM, ENGAGEMENT, INSTITUTION, STAFF, Level
from payengine.graph.places import place
from payengine.graph.raising import raise_to_mean
from payengine.graph.refuse import refuse
from payengine.graph.scope import FormulaError, Scope
from payengine.graph.steps import grade, pick, tariff
from payengine.graph.units import COUNT, POINTS, RATIO, YUAN, YUAN_PER_POINT, Unit, unit_of

__all__ = [
    "CONSORTIUM", "COUNT", "ENGAGEMENT", "INSTITUTION", "POINTS", "RATIO", "STAFF", "YUAN", "YUAN_PER_POINT",
    "Absence", "Codes", "Column", "Evaluation", "Flags", "Formula", "FormulaError", "Frame", "Given", "Graph",
    "Input", "InputSpec", "Keyed", "Level", "Notes", "Origin", "ParameterSource", "Pools", "Provider", "Recorder",
    "Rules", "Scope", "Unit", "divide",
    "divide_among_children", "formula", "gather", "grade", "joined", "keyed", "look_up", "maximum",
    "minimum", "of_institution", "outside", "pick", "place", "raise_to_mean", "refuse", "split", "take_in_order",
    "tariff", "unit_of", "where",
]  # fmt: skip
