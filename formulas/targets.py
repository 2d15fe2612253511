"""Indicators that are measured against a target instead of scored.

Higher or lower is better, or growth on last year is asked for. An indicator is measured where the policy gives it an
`indicator_target`; its figure is the measure of the same name. All other indicators are scored. A figure of last year
that is needed and not there is an error.
"""

from payengine.exact import COEFFICIENT
from payengine.graph import INSTITUTION, RATIO, FormulaError, Keyed, formula, where
from payengine.texts import joined, say


@formula(level=INSTITUTION, unit=RATIO, axis="indicator", label="指标完成率", source="xining-2024 19", report=True)
def target_rate(indicator_target, lower_is_better, growth_on_last_year, measure, measure_last_year):
    """Actual over target, or the reverse where lower is better; at most 1, at 4 decimals.

    For growth the target is a multiple of last year's figure: 1.05 asks for 5 % more.
    """
    rates = {}
    for indicator, target in indicator_target.items():
        goal, actual = target, measure[indicator]
        if indicator in growth_on_last_year:
            growth = growth_on_last_year[indicator].or_else(False)
            goal = where(growth, target * measure_last_year[indicator], target)
        rates[indicator] = _share(actual, goal)
        if indicator in lower_is_better:
            lower = lower_is_better[indicator].or_else(False)
            rates[indicator] = where(lower, _share(goal, actual), rates[indicator])
    return Keyed(measure.scope, "indicator", rates)


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="institution_rate",
    label="机构考核得分率（含目标完成）",
    source="xining-2024 19",
    unrounded=True,
)
def institution_rate_with_targets(institution_appraisal_weight, institution_score, institution_full_score, target_rate):
    """Target rates and score rates, weighted alike; a target without a weight is an error."""
    lost = [indicator for indicator in target_rate if indicator not in institution_appraisal_weight]
    if lost:
        raise FormulaError(
            say("{indicators} has a target and no weight", indicators=joined(lost)),
            remedy=say("Give it a value of institution_appraisal_weight, or take the target away."),
        )
    total = 0
    for indicator, weight in institution_appraisal_weight.items():
        if indicator in target_rate:
            total = total + weight * target_rate[indicator]
        else:
            total = total + weight * institution_score[indicator] / institution_full_score[indicator]
    return total


def _share(part, whole):
    """Compute part / whole at 4 decimals, between 0 and 1.

    1 where the whole is nothing or is reached.
    """
    reached = part >= whole
    return where(reached, 1, (part.positive_part() / where(whole > 0, whole, 1)).round(COEFFICIENT))
