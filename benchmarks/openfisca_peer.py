"""Peer OpenFisca-core: the demo policy's formula graph on the inputs of one of ours.

It computes in float32, which holds seven digits, so its figures are near ours and no more. Its variables are those
formulas of ours that are computed and not merely passed on, with the same roundings; a person of OpenFisca is an
engagement. OpenFisca-core is an extra of its own (`pip install -e ".[benchmark,openfisca]"`), because it brings
numexpr, which pandas imports and uses where it finds it: it would change the pandas peer and every start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from batch.inputs.provider import InputProvider
from benchmarks.graph import Formulas
from payengine.graph import ENGAGEMENT, INSTITUTION, STAFF, Column, Evaluation, Input

PERIOD = "2026-10"
PAY = ("post_pay", "grade_pay", "allowance", "basic_performance_pay")
WEIGHTS = {"workload": 0.4, "quality": 0.3, "ethics": 0.1, "satisfaction": 0.2}  # of the demo policy, as all below
POINT_PRICE, UNIT_PRICE = 4.2, 9.5
TASKS = {"epidemic_response": 800, "night_emergency": 5000}
OUTPUTS = (
    "workload_pay", "gross_pay", "variable_pay", "quality_coefficient", "staff_pay", "service_purchase",
    "purchase_total", "purchase_balance", "purchased_points", "fixed_share", "fixed_share_to_date",
    "institution_coefficient",
)  # fmt: skip

Float = npt.NDArray[Any]  # float32, as OpenFisca keeps it; in between what NumPy makes of it
Compute = Callable[..., Any]


def missing() -> str:
    """Tell why OpenFisca-core cannot be used; "" if it can."""
    try:
        import openfisca_core  # noqa: F401
    except ImportError as error:
        return f"{error.name} is not installed: pip install -e '.[benchmark,openfisca]'"
    return ""


@dataclass(frozen=True)
class OpenFisca:
    """Simulations of a graph's people.

    `given` are the inputs by variable, `institution` is where a person belongs.
    """

    system: Any
    given: Mapping[str, Float]
    institution: npt.NDArray[np.int32]
    institutions: int

    @classmethod
    def of(cls, formulas: Formulas) -> OpenFisca:
        """Give OpenFisca the inputs of a graph of ours, in the order in which it takes them.

        `ValueError` where a person has several engagements: its persons are our engagements.
        """
        run = formulas.run
        data = InputProvider(run.tables, run.history, formulas.work, run.known, run.categories)
        frame = data.frame
        if frame.rows(ENGAGEMENT) != frame.rows(STAFF):
            raise ValueError("a person has several engagements")
        categories = list(data.value("points_by_category").keys())
        passed_on = formulas.evaluate().values
        given = {name: _floats(passed_on[name]) for name in PAY}
        given["guarantee"] = _floats(passed_on["base_guarantee"], INSTITUTION)
        for name in WEIGHTS:
            given[f"score_{name}"] = _floats(data.value("score")[name])
            given[f"full_score_{name}"] = _floats(data.value("full_score")[name])
            given[f"own_{name}"] = _floats(data.value("institution_score")[name], INSTITUTION)
            given[f"full_{name}"] = _floats(data.value("institution_full_score")[name], INSTITUTION)
        for number, category in enumerate(categories):
            given[f"points_{number}"] = _floats(data.value("points_by_category")[category])
            given[f"own_points_{number}"] = _floats(data.value("own_points_by_category")[category], INSTITUTION)
        for name in TASKS:
            given[f"tasks_{name}"] = _floats(data.value("institution_directed_task").or_zero(name), INSTITUTION)
        for name in ("post_coefficient", "points"):
            given[f"given_{name}"] = _floats(data.value(name))
        for name in ("own_points", "fixed_paid_before", "variable_paid_before"):
            given[f"given_{name}"] = _floats(data.value(name), INSTITUTION)
        given["director"] = data.value("director").full(ENGAGEMENT).copy()
        belongs = frame.parent(ENGAGEMENT, INSTITUTION)
        return cls(_system(len(categories)), given, belongs, len(frame.institutions))

    @property
    def formulas(self) -> int:
        """Count the variables that have a formula."""
        return sum(1 for variable in self.system.variables.values() if variable.formulas)

    def simulation(self) -> Any:
        """Build the entities of a simulation."""
        from openfisca_core.simulations import SimulationBuilder

        builder = SimulationBuilder()
        builder.create_entities(self.system)
        people = len(self.institution)
        builder.declare_person_entity("person", np.arange(people))
        entity = builder.declare_entity("institution", np.arange(self.institutions))
        builder.join_with_persons(entity, self.institution, ["member"] * people)
        return builder.build(self.system)

    def compute(self, simulation: Any) -> Mapping[str, Float]:
        """Set the inputs and compute the outputs."""
        for name, values in self.given.items():
            simulation.set_input(name, PERIOD, values)
        return {name: simulation.calculate(name, PERIOD) for name in OUTPUTS}

    def furthest(self, computed: Mapping[str, Float], evaluated: Evaluation) -> float:
        """Find how far its figures are from ours, as a part of the largest of their kind."""
        most = 0.0
        for name in OUTPUTS:
            level = ENGAGEMENT if len(computed[name]) == len(self.institution) else INSTITUTION
            ours = _floats(evaluated.values[name], level).astype(np.float64)
            apart = np.abs(ours - computed[name]).max(initial=0)
            most = max(most, float(apart / max(1.0, np.abs(ours).max(initial=0))))
        return most


def _floats(figure: Input, level: Any = ENGAGEMENT) -> Float:
    """Give an exact column as OpenFisca keeps it."""
    assert isinstance(figure, Column)
    exact = figure.full(level)
    stated: Float = (exact.values / 10**exact.scale).astype(np.float32)
    return stated


def _fen(amount: Float) -> Float:
    rounded: Float = np.sign(amount) * np.floor(np.abs(amount) * 100 + 0.5) / 100
    return rounded


def _coefficient(rate: Float) -> Float:
    rounded: Float = np.floor(rate * 10_000 + 0.5) / 10_000
    return rounded


def _system(categories: int) -> Any:
    """Write the demo policy's month as OpenFisca variables."""
    from openfisca_core.entities import Entity, GroupEntity
    from openfisca_core.periods import MONTH
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    role = {"key": "member", "plural": "members", "label": "", "doc": ""}
    person, institution = (
        Entity("person", "persons", "", ""), GroupEntity("institution", "institutions", "", "", roles=[role]),
    )  # fmt: skip
    system = TaxBenefitSystem([person, institution])

    def variable(name: str, entity: Any, compute: Compute | None = None, kind: type = float) -> None:
        parts = {"value_type": kind, "entity": entity, "definition_period": MONTH, "label": name}
        system.add_variable(type(name, (Variable,), parts if compute is None else parts | {"formula": compute}))

    def members(name: str) -> Compute:
        return lambda group, period: group.sum(group.members(name, period))

    for name in (*PAY, "given_post_coefficient", "given_points"):
        variable(name, person)
    for name in WEIGHTS:
        for score in ("score", "full_score"):
            variable(f"{score}_{name}", person)
        for score in ("own", "full"):
            variable(f"{score}_{name}", institution)
    for number in range(categories):
        variable(f"points_{number}", person)
        variable(f"own_points_{number}", institution)
    for name in TASKS:
        variable(f"tasks_{name}", institution)
    for name in ("given_own_points", "given_fixed_paid_before", "given_variable_paid_before", "guarantee"):
        variable(name, institution)
    variable("director", person, kind=bool)

    def rate(score: str, full: str) -> Compute:
        return lambda who, period: sum(
            weight * who(f"{score}_{name}", period) / who(f"{full}_{name}", period) for name, weight in WEIGHTS.items()
        )

    def vetoed(score: str, full: str) -> Compute:
        return lambda who, period: np.any(
            [who(f"{score}_{name}", period) / who(f"{full}_{name}", period) < 0 for name in WEIGHTS], axis=0
        )

    variable("staff_rate", person, rate("score", "full_score"))
    variable("staff_vetoed", person, vetoed("score", "full_score"), bool)
    variable("appraised", person, lambda who, period: ~(who("director", period) & False), bool)
    variable(
        "quality_coefficient", person,
        lambda who, period: np.where(who("appraised", period) & ~who("staff_vetoed", period),
                                     _coefficient(who("staff_rate", period)), 0),
    )  # fmt: skip
    variable("takes_part", person, lambda who, period: who("director", period) | ~who("director", period), bool)
    variable(
        "workload_pay", person,
        lambda who, period: _fen(
            np.where(who("takes_part", period), who("given_points", period), 0) * POINT_PRICE
            * who("quality_coefficient", period) * who("given_post_coefficient", period)
        ),
    )  # fmt: skip
    for number in range(categories):
        variable(f"purchased_{number}", institution, _purchased(number))
    variable("institution_rate", institution, rate("own", "full"))
    variable("institution_vetoed", institution, vetoed("own", "full"), bool)
    variable(
        "institution_coefficient", institution,
        lambda who, period: np.where(
            who("institution_vetoed", period), 0, _coefficient(who("institution_rate", period))),
    )  # fmt: skip
    variable(
        "service_purchase", institution,
        lambda who, period: _fen(sum(who(f"purchased_{number}", period) for number in range(categories)) * UNIT_PRICE
                                 * who("institution_coefficient", period)),
    )  # fmt: skip
    variable(
        "directed_tasks", institution,
        lambda who, period: sum(amount * who(f"tasks_{name}", period) for name, amount in TASKS.items()),
    )  # fmt: skip
    variable("base_guarantee", institution, lambda who, period: _fen(who("guarantee", period)))
    variable(
        "purchased_points", institution,
        lambda who, period: who.sum(who.members("given_points", period)) + who("given_own_points", period),
    )  # fmt: skip
    variable(
        "gross_pay", person, lambda who, period: sum(who(name, period) for name in PAY) + who("workload_pay", period)
    )
    variable("staff_pay", institution, members("gross_pay"))
    variable(
        "purchase_total", institution,
        lambda who, period: who("service_purchase", period) + who("directed_tasks", period)
        + who("base_guarantee", period),
    )  # fmt: skip
    variable(
        "purchase_balance", institution,
        lambda who, period: who("purchase_total", period) - who("staff_pay", period),
    )  # fmt: skip
    variable("fixed_pay", person, lambda who, period: sum(who(name, period) for name in PAY))
    variable("variable_pay", person, lambda who, period: who("gross_pay", period) - who("fixed_pay", period))
    variable("fixed_sum", institution, members("fixed_pay"))
    variable("fixed_share", institution, _share("fixed_sum", "staff_pay"))
    variable(
        "fixed_to_date", institution,
        lambda who, period: who("fixed_sum", period) + who("given_fixed_paid_before", period),
    )  # fmt: skip
    variable(
        "pay_to_date", institution,
        lambda who, period: who("staff_pay", period) + who("given_fixed_paid_before", period)
        + who("given_variable_paid_before", period),
    )  # fmt: skip
    variable("fixed_share_to_date", institution, _share("fixed_to_date", "pay_to_date"))
    return system


def _purchased(number: int) -> Compute:
    return lambda group, period: (
        group.sum(group.members(f"points_{number}", period)) + group(f"own_points_{number}", period)
    )


def _share(part: str, whole: str) -> Compute:
    """Divide; 0 where the whole is 0."""

    def share(who: Any, period: Any) -> Float:
        all_of_it = who(whole, period)
        return _coefficient(np.where(all_of_it == 0, 0, who(part, period) / np.where(all_of_it == 0, 1, all_of_it)))

    return share
