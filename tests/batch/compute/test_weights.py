"""A figure used as a weight stands on the level at which it is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from payengine.errors import Refused
from tests.support.product import pay_lines
from tests.support.small_county import OCTOBER, county, tables

POOL = """
[formulas.month]
outputs = ["bonus", "department_pool"]
[names.finance]
bonus_pool = "奖励总量"
[pools.bonus_pool]
label = "奖励总量"
add = ["finance[bonus_pool]"]
[pools.department_pool]
label = "科室总量"
level = "department"
divides = "bonus_pool"
by = "{by}"
[figures.beds]
label = "床位"
level = "institution"
unit = "count"
total_of = "head"
round = "0"
[parameters.same]
label = "同"
unit = "ratio"
values = [{{ from = 2026-01-01, continues = "至下次调整", value = "1", source = "illustrative" }}]
[components.bonus]
label = "奖励"
class = "variable"
funding = "service_income"
pool = "bonus_pool"
weights = "{weights}"
"""
GIVEN = {"finance": [{"institution": "I1", "line": "bonus_pool", "amount": "100", "period": OCTOBER}]}


def run(folder: Path, weights: str = "post_coefficient", by: str = "points") -> dict[str, int]:
    layer = POOL.format(weights=weights, by=by)
    if by == "":
        layer = layer.replace('outputs = ["bonus", "department_pool"]', 'outputs = ["bonus"]')
        start, end = layer.index("[pools.department_pool]"), layer.index("[figures.beds]")
        layer = layer[:start] + layer[end:]
    office = county(folder, tables(**GIVEN), layer=layer)
    office.freeze(OCTOBER)
    paid = pay_lines(office.run(OCTOBER).results)
    return {staff: fen for (_, staff, _, component, _), fen in paid.items() if component == "bonus"}


def test_a_figure_of_the_institution_is_no_weight_of_its_persons(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="beds weighs the same for all who share"):
        run(tmp_path / "c", weights="beds", by="")


@pytest.mark.parametrize("weights", ["post_coefficient", "1", "same"])
def test_a_figure_of_persons_and_a_number_are(tmp_path: Path, weights: str) -> None:
    assert run(tmp_path / "c", weights=weights, by="") == {"S1": 5000, "S2": 5000}


def test_a_figure_of_the_institution_divides_no_pool_among_departments(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="beds weighs the same for all who share"):
        run(tmp_path / "c", by="beds")
