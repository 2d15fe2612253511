"""Purchase of the year against the year's budget, and a forecast for the year's end.

The forecast is plain: what the year's months have cost on average goes on to December.
"""

from payengine.exact import FEN, RATE
from payengine.graph import CONSORTIUM, INSTITUTION, RATIO, YUAN, formula, where

CLAUSE = "shengzhou-2022 三(二)2"
PURCHASE_LINES = (
    "service_purchase", "service_purchase_advance", "service_purchase_settlement", "directed_tasks", "base_guarantee",
)  # fmt: skip


@formula(level=INSTITUTION, unit=YUAN, label="本年累计购买", source=CLAUSE, report=True, default=True)
def purchase_to_date(reported_before, purchase_total, opening_balance):
    """Worth of the year's purchase so far, prepaid or paid, this month's included.

    It is the sum of `purchase_total` over the months, on top of the opening balance.
    """
    before = reported_before["purchase_total"].or_else(0).round(FEN)
    return before + purchase_total + opening_balance["purchase_to_date"]


@formula(
    level=INSTITUTION, unit=YUAN, gives="purchase_to_date", label="本年累计购买（清算后）", source=CLAUSE, report=True
)
def purchase_settled_to_date(statements_before, statements_by_component, opening_balance):
    """Amount that the year's statements owe under the lines of the purchase, in a settlement.

    This statement is included, on top of the opening balance.
    """
    total = opening_balance["purchase_to_date"]
    for line in PURCHASE_LINES:
        total = total + statements_before.or_zero(line)
        if line in statements_by_component:
            total = total + statements_by_component[line]
    return total


@formula(level=CONSORTIUM, unit=YUAN, label="全体本年累计购买", source=CLAUSE, report=True)
def purchase_of_all(purchase_to_date, purchase_of_closed):
    """Purchase of the year at all institutions, those that closed before this run included."""
    return purchase_to_date.sum() + purchase_of_closed


@formula(level=CONSORTIUM, unit=YUAN, label="全体本期购买", source=CLAUSE, report=True)
def purchase_total_of_all(purchase_total):
    """Worth of the period's purchase at all institutions.

    By it later months count what institutions had that have closed.
    """
    return purchase_total.sum()


@formula(level=CONSORTIUM, unit=YUAN, label="已撤销机构本年累计购买", source=CLAUSE, report=True)
def purchase_of_closed(consortium_reported_before, reported_before):
    """Worth of the year's purchase at institutions that have closed.

    It is what the year's months were worth in all, less what they were worth at institutions that are still in the
    run.
    """
    whole = consortium_reported_before["purchase_total_of_all"]
    here = reported_before["purchase_total"].or_else(0).sum()
    return where(whole.is_set(), whole - here, 0).round(FEN)


@formula(level=CONSORTIUM, unit=YUAN, label="预计全年购买", source=CLAUSE, report=True)
def purchase_forecast(purchase_of_all, months_to_date):
    """Cost of the year's purchase if the year goes on as it began."""
    return (purchase_of_all * 12 / months_to_date).round(FEN)


@formula(level=CONSORTIUM, unit=YUAN, label="全年购买预算", source=CLAUSE, report=True)
def purchase_year_budget(purchase_year_budget_amount):
    """Purchase budget of the year; not given where the policy has none."""
    amount = purchase_year_budget_amount.round(FEN)
    return amount.sum() if amount.level is INSTITUTION else amount


@formula(level=CONSORTIUM, unit=YUAN, label="购买预算余额", source=CLAUSE, report=True)
def purchase_budget_left(purchase_year_budget, purchase_of_all):
    """Purchase budget of the year, less what the year owes so far; not given without a budget.

    Below zero it is exceeded, exactly 0 it is spent.
    """
    return purchase_year_budget - purchase_of_all


@formula(level=CONSORTIUM, unit=RATIO, label="购买预算执行率", source=CLAUSE, report=True)
def purchase_budget_used(purchase_year_budget, purchase_of_all):
    """Amount that the year owes so far / budget of the year; not given without a budget.

    Of a budget of 0 it is 0.
    """
    budget = purchase_year_budget
    return where(budget > 0, purchase_of_all / where(budget > 0, budget, 1), 0).round(RATE)


@formula(level=CONSORTIUM, unit=YUAN, label="预计超出购买预算", source=CLAUSE, report=True)
def purchase_forecast_over(purchase_year_budget, purchase_forecast):
    """Forecast of the purchase above the budget of the year; not given without a budget."""
    return (purchase_forecast - purchase_year_budget).positive_part()
