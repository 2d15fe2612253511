"""Appraisal: how scores become the coefficient that weighs points or money.

Three shapes are in use, for a person (`quality_coefficient`) and for an institution (`institution_coefficient`); the
policy chooses one of each. All start from the weighted score: each indicator's score over its full score, times the
indicator's weight, added up. A person without a row of an indicator has the institution's row of that indicator; an
indicator that the institution lacks too is an error.
"""

from payengine.exact import COEFFICIENT
from payengine.graph import INSTITUTION, RATIO, STAFF, formula, where

# Weighted: the score itself is the coefficient.


@formula(
    level=STAFF,
    unit=RATIO,
    gives="quality_coefficient",
    label="质量系数（加权得分）",
    source="guangan-14th 6-2",
    report=True,
)
def staff_weighted_score(appraisal_weight, score, full_score):
    """Workload, quality, ethics, satisfaction ... weighed; rounded once over the sum, 4 decimals half up."""
    return _weighted(appraisal_weight, score, full_score).round(COEFFICIENT)


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="institution_coefficient",
    label="机构考核系数（加权得分）",
    source="guangan-14th 6-2",
    report=True,
)
def institution_weighted_score(appraisal_weight, institution_score, institution_full_score):
    """The same for the institution's own rows."""
    return _weighted(appraisal_weight, institution_score, institution_full_score).round(COEFFICIENT)


# Hard gate, then proportional: from the gate on everything counts, below it the rate does.


@formula(
    level=STAFF,
    unit=RATIO,
    gives="quality_coefficient",
    label="质量系数（达标全额，未达标按比例）",
    source="wuhu",
    report=True,
)
def staff_hard_gate(appraisal_weight, score, full_score, gate_rate):
    """At the gate or above it 1, below it the rate. The gate compares the rate before it is rounded."""
    return _gated(_weighted(appraisal_weight, score, full_score), gate_rate)


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="institution_coefficient",
    label="机构考核系数（达标全额，未达标按比例）",
    source="wuhu",
    report=True,
)
def institution_hard_gate(appraisal_weight, institution_score, institution_full_score, gate_rate):
    """The same for the institution's own rows."""
    return _gated(_weighted(appraisal_weight, institution_score, institution_full_score), gate_rate)


# Ratio to a pass mark: score times satisfaction; from the mark on in full, below it in proportion to the mark.


@formula(
    level=STAFF,
    unit=RATIO,
    gives="quality_coefficient",
    label="质量系数（综合得分与合格线之比）",
    source="xinyang",
    report=True,
)
def staff_pass_mark(appraisal_weight, score, full_score, pass_mark):
    """Composite = weighted score (of 100) x satisfaction; at the pass mark or above it 1, below it composite / mark."""
    rate = _weighted(appraisal_weight, score, full_score)
    return _passed(rate, score["satisfaction"], full_score["satisfaction"], pass_mark)


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="institution_coefficient",
    label="机构考核系数（综合得分与合格线之比）",
    source="xinyang",
    report=True,
)
def institution_pass_mark(appraisal_weight, institution_score, institution_full_score, pass_mark):
    """The same for the institution's own rows."""
    rate = _weighted(appraisal_weight, institution_score, institution_full_score)
    return _passed(rate, institution_score["satisfaction"], institution_full_score["satisfaction"], pass_mark)


def _weighted(weight, score, full_score):
    return (weight * score / full_score).total()


def _gated(rate, gate):
    return where(rate >= gate, 1, rate.round(COEFFICIENT))


def _passed(rate, satisfaction, full_satisfaction, pass_mark):
    composite = 100 * rate * satisfaction / full_satisfaction
    return where(composite >= pass_mark, 1, (composite / pass_mark).round(COEFFICIENT))
