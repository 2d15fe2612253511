"""Office of `settled_county` under the two permits: advances, then a ceiling."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from batch.ledger import Ledger
from tests.support.evaluate import V, written
from tests.support.settled_county import MONTHS, Office, county

# A month pays each point at 50 yuan and advances 100 yuan on the year's pool; the year pays the rest of the pool.
POLICY = f"""
[formulas.month]
outputs = ["workload_pay", "reward_advance", "advance_pool"]
workload_pay = "by_point_price"
quality_coefficient = "staff_weighted_score"
[formulas.year]
outputs = ["reward_pay", "surplus", "fund_set_aside", "reward_base", "reward_pool", "performance_ceiling",
  "performance_granted", "ceiling_room", "reward_payable", "reward_distributed", "reward_not_payable", "reward_reason",
  "reward_advances_paid", "reward_advance_carried"]
ceiling_heads = "heads_on_last_day"  # this office's total is approved for the heads of the last day
[names.part]
by_points = "按当量"
[names.indicator]
quality = "质量"
[totals.performance_pay_before_reward]
components = ["workload_pay"]
[parameters]
staff_point_price.values = [{{ {V}, value = "50" }}]
appraisal_weight.values = [{{ {V}, where = {{ indicator = "quality" }}, value = "1" }}]
surplus_income.values = [{{ {V}, where = {{ line = "medical_service_income" }}, value = "1" }}]
surplus_costs.values = [{{ {V}, where = {{ line = "service_costs" }}, value = "1" }}]
fund_rate.values = [{{ {V}, where = {{ fund = "risk_fund" }}, value = "0.002" }}]
fund_base.values = [{{ {V}, where = {{ fund = "risk_fund" }}, value = "finance[medical_service_income]" }}]
reward_staff_share.values = [{{ {V}, where = {{ kind = "county_hospital" }}, value = "0.6" }}]
wage_control_level.values = [{{ {V}, value = "3000" }}]
ceiling_multiple.values = [{{ {V}, value = "0.9" }}]
reward_part_share.values = [{{ {V}, where = {{ part = "by_points" }}, value = "1" }}]
reward_part_weight.values = [{{ {V}, where = {{ part = "by_points" }}, value = "points" }}]
"""
POINTS = {"A": Fraction("81"), "B": Fraction("18"), "C": Fraction("2.31"), "D": Fraction(0)}  # at H, over the year


def year_of(income: str, costs: str) -> list[dict[str, str]]:
    """Return the hospital's finance of the year, and its advances month by month."""
    rows = [("reward_advance_pool", "100", str(month)) for month in MONTHS]
    rows += [("medical_service_income", income, "2026"), ("service_costs", costs, "2026")]
    return [{"institution": "H", "line": line, "amount": amount, "period": period} for line, amount, period in rows]


class opened:
    """County of `settled_county`, with appraisals and finance, under the policy above.

    `more` are lines of the year's formulas, `outputs` further ones, each with quotes and a comma, `values`
    those of further parameters.
    """

    def __init__(
        self, folder: Path, more: str = "", income: str = "10000", costs: str = "4000", outputs: str = "",
        values: str = "",
    ) -> None:  # fmt: skip
        tables = county()
        tables["finance"] = year_of(income, costs)
        tables["appraisal"] = [
            {"institution": code, "indicator": "quality", "score": "1", "full_score": "1", "period": str(month)}
            for code in "HV"
            for month in MONTHS
        ]
        tables["opening_balance"] = [
            {"institution": "H", "name": name, "amount": "0", "period": "2026"}
            for name in ("performance_pay", "performance_pya")
        ]
        tables.pop("pay_component")
        (folder / "policy").mkdir(exist_ok=True)
        text = POLICY.replace("[formulas.year]", f"[formulas.year]\n{more}")
        text = text.replace('outputs = ["reward_pay",', f'outputs = ["reward_pay", {outputs}')
        policy = written(folder / "policy", "office", text + values)
        self.ledger = Ledger.open("sqlite:///ledger.sqlite", folder)
        self.office = Office(folder / "snapshots", self.ledger, policy, tables)

    def __enter__(self) -> Office:
        self.ledger.__enter__()
        return self.office

    def __exit__(self, *what: object) -> None:
        self.ledger.__exit__(*what)  # type: ignore[arg-type]
