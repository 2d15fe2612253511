"""Appraisal: how scores become the coefficient that weighs points or money.

Two steps, of which the policy chooses each. First the *rate*: every indicator's score over its full score, times the
indicator's weight, added up and not rounded. Then the *shape*: the rate itself, everything from a gate on, the ratio
to a pass mark, or the coefficient of a grade (`bands`). A person without a row of an indicator has the institution's
row of that indicator; an indicator that the institution lacks too is an error, never full marks. Who is not appraised
takes the coefficient that the policy declares (`unscored`), and who is vetoed takes none (`veto`).
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
    """Workload, quality, ethics, satisfaction ... weighed; 0 for those who are not appraised."""
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
    """The same from the institution's own rows."""
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
    """The same by the year's own weights: continuing education and term targets enter the annual appraisal."""
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
    """The same for the institution."""
    return weighted(annual_appraisal_weight, institution_score, institution_full_score)


@formula(level=STAFF, unit=RATIO, label="个人考核得分（百分制）", source="guangan-14th 6-2", report=True)
def appraisal_score(staff_rate):
    """The rate as a score of 100, stated at 4 decimals."""
    return (100 * staff_rate).round(COEFFICIENT)


@formula(level=INSTITUTION, unit=RATIO, label="机构考核得分（百分制）", source="guangan-14th 6-2", report=True)
def institution_appraisal_score(institution_rate):
    """The same of the institution."""
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
    """The rate, rounded once over the sum, 4 decimals half up."""
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
    """The same for the institution."""
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
    """At the gate or above it 1, below it the rate. The gate compares the rate before it is rounded."""
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
    """The same for the institution."""
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
    """Composite = score (of 100) x satisfaction; at the pass mark or above it 1, below it composite / mark."""
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
    """The same for the institution."""
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
    """Of everybody the same, until the scores are there."""
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
    """Of every institution the same, until the scores are there."""
    return provisional_coefficient


def weighted(weight, score, full_score):
    """Scores over full scores, weighed and added up, unrounded. An indicator of weight 0 needs no score."""
    counts = (weight > 0) | (weight < 0)
    return (weight * where(counts, score, 0) / where(counts, full_score, 1)).total()


def gated(rate, gate):
    """1 from the gate on, below it the rate at 4 decimals."""
    return where(rate >= gate, 1, rate.round(COEFFICIENT))


def passed(rate, satisfaction, pass_mark):
    """1 from the pass mark on, below it the composite over the mark."""
    composite = 100 * rate * satisfaction
    return where(composite >= pass_mark, 1, (composite / pass_mark).round(COEFFICIENT))


def coefficient(reached, appraised, unscored, vetoed):
    """What was reached; what the policy declares for those who are not appraised; nothing for those vetoed."""
    return where(vetoed, 0, where(appraised, reached, unscored))
