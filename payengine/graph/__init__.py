"""The formula graph: rules as pure functions whose arguments are names, on four levels.

Here live the graph itself (`rules` to declare, `resolve` to order, `graph` to check and compute), its view of inputs
and policy (`inputs`, `parameters`), the checks around it (`approval`, `constant_parameters`, `result_checks`), and two
packages: `values`, with which a formula computes, and `functions`, which it may call. Formulas import from this package
only. It may import `payengine.exact` and `payengine.periods`; it knows neither how a policy is stored (`inputs` says
what it asks of one) nor any table, file or region.
"""

from payengine.graph.functions.divide import divide, split
from payengine.graph.functions.divide_among_children import divide_among_children
from payengine.graph.functions.divide_between import divide_between
from payengine.graph.functions.gather import gather, outside
from payengine.graph.functions.join_codes import join_codes, look_up, of_institution
from payengine.graph.functions.raise_to_mean import raise_to_mean
from payengine.graph.functions.rank import rank
from payengine.graph.functions.refuse import refuse
from payengine.graph.functions.scales import grade, pick, tariff
from payengine.graph.functions.slices import slices
from payengine.graph.functions.take_in_order import take_in_order
from payengine.graph.graph import Evaluation, Graph, Recorder
from payengine.graph.inputs import Input, InputSpec, ParameterSource, Provider
from payengine.graph.rules import Formula, Rules, formula
from payengine.graph.trace import Cell, Operand, Step, Subject, Total, Trace
from payengine.graph.values.absence import Absence, Notes, Origin, Pools
from payengine.graph.values.column import Column
from payengine.graph.values.flags import Codes, Flags
from payengine.graph.values.frame import Frame
from payengine.graph.values.keyed import Keyed, KeyedInput, keyed, maximum, minimum, where
from payengine.graph.values.levels import CONSORTIUM, DEPARTMENT, ENGAGEMENT, INSTITUTION, STAFF, Level
from payengine.graph.values.scope import FormulaError, Scope
from payengine.graph.values.units import COUNT, POINTS, RATIO, YUAN, YUAN_PER_POINT, Unit, unit_of

__all__ = [
    "CONSORTIUM",
    "COUNT",
    "DEPARTMENT",
    "ENGAGEMENT",
    "INSTITUTION",
    "POINTS",
    "RATIO",
    "STAFF",
    "YUAN",
    "YUAN_PER_POINT",
    "Absence",
    "Cell",
    "Codes",
    "Column",
    "Evaluation",
    "Flags",
    "Formula",
    "FormulaError",
    "Frame",
    "Graph",
    "Input",
    "InputSpec",
    "Keyed",
    "KeyedInput",
    "Level",
    "Notes",
    "Operand",
    "Origin",
    "ParameterSource",
    "Pools",
    "Provider",
    "Recorder",
    "Rules",
    "Scope",
    "Step",
    "Subject",
    "Total",
    "Trace",
    "Unit",
    "divide",
    "divide_among_children",
    "divide_between",
    "formula",
    "gather",
    "grade",
    "join_codes",
    "keyed",
    "look_up",
    "maximum",
    "minimum",
    "of_institution",
    "outside",
    "pick",
    "raise_to_mean",
    "rank",
    "refuse",
    "slices",
    "split",
    "take_in_order",
    "tariff",
    "unit_of",
    "where",
]  # fmt: skip
