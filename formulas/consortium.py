"""The consortium (医共体) as a whole: its own appraisal, and the money that it pools.

A run covers all its legal entities. The consortium's score stands in the table `appraisal` on the row of the
institution that leads it, under indicators of their own, which the policy weighs by `consortium_appraisal_weight`.
Where several institutions have a score of an indicator, their scores and their full scores are added up.
"""

from functools import reduce
from operator import add

from payengine.exact import COEFFICIENT, FEN
from payengine.graph import CONSORTIUM, RATIO, YUAN, formula, refuse, where
from payengine.texts import say


@formula(level=CONSORTIUM, unit=RATIO, label="医共体考核得分（百分制）", source="xining-2024 8", report=True)
def consortium_score(consortium_appraisal_weight, institution_score, institution_full_score):
    """Consortium's score of 100: scores over full scores of its own indicators, weighted.

    Indicators are system, capacity, use of the insurance fund ...; an indicator that nobody scored is an error.
    """
    parts = []
    for indicator, weight in consortium_appraisal_weight.items():
        score, full = institution_score[indicator], institution_full_score[indicator]
        scored = score.is_set() & full.is_set()
        refuse(~scored.any(), say("{indicator} of the consortium is not scored", indicator=indicator))
        parts.append(weight * score.where(scored).sum() / full.where(scored).sum())
    return (100 * reduce(add, parts)).round(COEFFICIENT)


@formula(level=CONSORTIUM, unit=YUAN, label="医共体统筹的医保基金", source="yangzhou-14th 22", report=True)
def insurance_pooled(finance):
    """Pooled insurance fund: the finance line `insurance_pool`.

    It is added up over the institutions that hold it, whichever these are; not given where none does.
    """
    return _held(finance["insurance_pool"])


@formula(level=CONSORTIUM, unit=YUAN, label="医共体统筹的基本公卫经费", source="yangzhou-14th 22", report=True)
def public_health_pooled(finance):
    """Pooled public-health money: the finance line `public_health_pool`.

    It is added up over the institutions that hold it, whichever these are; not given where none does.
    """
    return _held(finance["public_health_pool"])


def _held(given):
    """Add up a line over those that have it; where nobody has, the sum lacks all of them."""
    return where(given.is_set().any(CONSORTIUM), given.or_else(0), given).sum().round(FEN)
