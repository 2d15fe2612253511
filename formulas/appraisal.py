"""Appraisal: the way from scores to the coefficient that weighs points or money.

Two steps, of which the policy chooses each. First the *rate*: every indicator's score over its full score, times the
indicator's weight, added up and not rounded. Then the *shape*: the rate itself, everything from a gate on, the ratio
to a pass mark, or the coefficient of a grade (`bands`). A person without a row of an indicator has the institution's
row of that indicator; an indicator that the institution lacks too is an error, never full marks. Persons who are not
appraised take the coefficient that the policy declares (`unscored`), and those who are vetoed take none (`veto`).
"""

from payengine.exact import COEFFICIENT
from payengine.graph import INSTITUTION, RATIO, STAFF, formula, where

# The rate.


@formula(
    level=STAFF,
    unit=RATIO,
    gives="staff_rate",
    label="个人考核得分率",
    source="guangan-14th 6-2",
    unrounded=True,
    default=True,
)
def rate_of_scores(appraisal_weight, score, full_score, appraised):
    """Person's scores over full scores, weighted and added up, unrounded.

    Indicators are workload, quality, ethics, satisfaction ...; 0 for those who are not appraised.
    """
    return where(appraised, weighted(appraisal_weight, score, full_score), 0)


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="institution_rate",
    label="机构考核得分率",
    source="guangan-14th 6-2",
    unrounded=True,
    default=True,
)
def institution_rate_of_scores(appraisal_weight, institution_score, institution_full_score):
    """Scores over full scores of the institution's own rows, weighted and added up, unrounded."""
    return weighted(appraisal_weight, institution_score, institution_full_score)


@formula(
    level=STAFF,
    unit=RATIO,
    gives="staff_rate",
    label="个人年度考核得分率",
    source="guangan-14th 11-2",
    unrounded=True,
)
def rate_of_annual_scores(annual_appraisal_weight, score, full_score, appraised):
    """Person's scores over full scores, by the year's own weights, added up, unrounded.

    Continuing education and term targets enter the annual appraisal. 0 for those who are not appraised.
    """
    return where(appraised, weighted(annual_appraisal_weight, score, full_score), 0)


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="institution_rate",
    label="机构年度考核得分率",
    source="guangan-14th 11-2",
    unrounded=True,
)
def institution_rate_of_annual_scores(annual_appraisal_weight, institution_score, institution_full_score):
    """Institution's scores over full scores, by the year's own weights, added up, unrounded."""
    return weighted(annual_appraisal_weight, institution_score, institution_full_score)


@formula(level=STAFF, unit=RATIO, label="个人考核得分（百分制）", source="guangan-14th 6-2", report=True)
def appraisal_score(staff_rate):
    """Person's rate as a score of 100, stated at 4 decimals."""
    return (100 * staff_rate).round(COEFFICIENT)


@formula(level=INSTITUTION, unit=RATIO, label="机构考核得分（百分制）", source="guangan-14th 6-2", report=True)
def institution_appraisal_score(institution_rate):
    """Institution's rate as a score of 100, stated at 4 decimals."""
    return (100 * institution_rate).round(COEFFICIENT)


# Weighted: the rate is the coefficient.


@formula(
    level=STAFF,
    unit=RATIO,
    gives="quality_coefficient",
    label="质量系数（加权得分）",
    source="guangan-14th 6-2",
    report=True,
)
def staff_weighted_score(staff_rate, appraised, unscored_coefficient, staff_vetoed):
    """Person's rate as the coefficient, rounded once over the sum, 4 decimals half up."""
    return coefficient(staff_rate.round(COEFFICIENT), appraised, unscored_coefficient, staff_vetoed)


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="institution_coefficient",
    label="机构考核系数（加权得分）",
    source="guangan-14th 6-2",
    report=True,
)
def institution_weighted_score(institution_rate, institution_vetoed):
    """Institution's rate as the coefficient, rounded once over the sum, 4 decimals half up.

    0 for an institution that is vetoed.
    """
    return where(institution_vetoed, 0, institution_rate.round(COEFFICIENT))


# Hard gate, then proportional: from the gate on everything counts, below it the rate does.


@formula(
    level=STAFF,
    unit=RATIO,
    gives="quality_coefficient",
    label="质量系数（达标全额，未达标按比例）",
    source="wuhu",
    report=True,
)
def staff_hard_gate(staff_rate, gate_rate, appraised, unscored_coefficient, staff_vetoed):
    """Person's coefficient: 1 at the gate or above it, below it the rate.

    The gate compares the rate before it is rounded.
    """
    return coefficient(gated(staff_rate, gate_rate), appraised, unscored_coefficient, staff_vetoed)


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="institution_coefficient",
    label="机构考核系数（达标全额，未达标按比例）",
    source="wuhu",
    report=True,
)
def institution_hard_gate(institution_rate, gate_rate, institution_vetoed):
    """Institution's coefficient: 1 at the gate or above it, below it the rate.

    The gate compares the rate before it is rounded. 0 for an institution that is vetoed.
    """
    return where(institution_vetoed, 0, gated(institution_rate, gate_rate))


# Ratio to a pass mark: score times satisfaction; from the mark on in full, below it in proportion to the mark.


@formula(
    level=STAFF,
    unit=RATIO,
    gives="quality_coefficient",
    label="质量系数（综合得分与合格线之比）",
    source="xinyang",
    report=True,
)
def staff_pass_mark(staff_rate, score, full_score, pass_mark, appraised, unscored_coefficient, staff_vetoed):
    """Person's coefficient: 1 at the pass mark or above it, below it composite / mark.

    Composite = score (of 100) x satisfaction.
    """
    satisfaction = where(appraised, score["satisfaction"] / full_score["satisfaction"], 0)
    return coefficient(passed(staff_rate, satisfaction, pass_mark), appraised, unscored_coefficient, staff_vetoed)


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="institution_coefficient",
    label="机构考核系数（综合得分与合格线之比）",
    source="xinyang",
    report=True,
)
def institution_pass_mark(institution_rate, institution_score, institution_full_score, pass_mark, institution_vetoed):
    """Institution's coefficient: 1 at the pass mark or above it, below it composite / mark.

    Composite = score (of 100) x satisfaction. 0 for an institution that is vetoed.
    """
    satisfaction = institution_score["satisfaction"] / institution_full_score["satisfaction"]
    return where(institution_vetoed, 0, passed(institution_rate, satisfaction, pass_mark))


# Before the quarter or the year is appraised: a coefficient for all, settled later (`true_up`).


@formula(
    level=STAFF,
    unit=RATIO,
    gives="quality_coefficient",
    label="质量系数（考核前预发）",
    source="guangan-14th 6-2",
    report=True,
)
def staff_provisional(provisional_coefficient):
    """Provisional coefficient, the same for everybody until the scores are there."""
    return provisional_coefficient


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="institution_coefficient",
    label="机构考核系数（考核前预拨）",
    source="guangan-14th 6-2",
    report=True,
)
def institution_provisional(provisional_coefficient):
    """Provisional coefficient, the same for every institution until the scores are there."""
    return provisional_coefficient


def weighted(weight, score, full_score):
    """Add up scores over full scores, each times its weight, unrounded.

    An indicator of weight 0 needs no score.
    """
    counts = (weight > 0) | (weight < 0)
    return (weight * where(counts, score, 0) / where(counts, full_score, 1)).total()


def gated(rate, gate):
    """Give 1 from the gate on, below it the rate at 4 decimals."""
    return where(rate >= gate, 1, rate.round(COEFFICIENT))


def passed(rate, satisfaction, pass_mark):
    """Give 1 from the pass mark on, below it the composite over the mark at 4 decimals."""
    composite = 100 * rate * satisfaction
    return where(composite >= pass_mark, 1, (composite / pass_mark).round(COEFFICIENT))


def coefficient(reached, appraised, unscored, vetoed):
    """Choose the coefficient reached, the one for persons not appraised, or 0 for those vetoed.

    The policy declares the coefficient for those who are not appraised.
    """
    return where(vetoed, 0, where(appraised, reached, unscored))
