"""Quarterly true-up: what the months paid before the appraisal, settled with the quarter's coefficient."""

from payengine.exact import FEN
from payengine.graph import STAFF, YUAN, formula


@formula(
    level=STAFF,
    unit=YUAN,
    gives="appraisal_true_up",
    label="季度考核清算（按系数）",
    source="guangan-14th 6-2",
    component=True,
)
def true_up_by_coefficient(paid_in_period, quality_coefficient, provisional_coefficient):
    """What the months paid at the provisional coefficient, at the quarter's instead; the difference may be negative."""
    paid = paid_in_period["workload_pay"]
    return (paid * quality_coefficient / provisional_coefficient).round(FEN) - paid


@formula(
    level=STAFF,
    unit=YUAN,
    gives="appraisal_true_up",
    label="季度考核清算（按重算）",
    source="guangan-14th 6-2",
    component=True,
)
def true_up_by_recalculation(workload_pay, paid_in_period):
    """What the quarter's points earn by the rules of the quarter, less what its months paid."""
    return workload_pay.sum() - paid_in_period["workload_pay"]
