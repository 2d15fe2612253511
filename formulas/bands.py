"""Grades: the score reaches a grade, and the grade has a coefficient (85 / 70 / 60 -> 1.5 / 1.2 / 1.0 / 0.8).

The best grade may be limited to a share of the institution's heads, rounded down. Then the best scores among the
heads have it, and the others go down one grade; what happens to equal scores at the limit is the policy's choice.
Whoever left before the period's end is no head, so he neither fills a place nor holds one.
"""

from formulas.appraisal import coefficient
from payengine.exact import COEFFICIENT, DOWN, POINTS
from payengine.graph import COUNT, INSTITUTION, RATIO, STAFF, Keyed, formula, grade, pick, rank, unit_of, where

FLAG = unit_of("flag")
TEMPLATE = "township-template"


@formula(level=STAFF, unit=FLAG, label="达到最高等次分数线", source=TEMPLATE)
def best_reached(staff_rate, band_floor, appraised, staff_vetoed):
    """Whose score, unrounded, reaches the floor of the first grade."""
    return appraised & ~staff_vetoed & (100 * staff_rate >= band_floor[_best(band_floor)])


@formula(level=STAFF, unit=FLAG, gives="best_grade", label="最高等次（不限人数）", source=TEMPLATE, default=True)
def best_without_limit(best_reached):
    """Whoever reaches it."""
    return best_reached


@formula(level=STAFF, unit=FLAG, gives="best_grade", label="最高等次（限额，同分不计入）", source=TEMPLATE)
def best_ties_out(best_reached, head, appraisal_score, best_grade_limit):
    """Equal scores that do not all fit go down together."""
    among = best_reached & head
    return among & (rank(appraisal_score, among=among, tied="last") <= best_grade_limit)


@formula(level=STAFF, unit=FLAG, gives="best_grade", label="最高等次（限额，同分均计入）", source=TEMPLATE)
def best_ties_in(best_reached, head, appraisal_score, best_grade_limit):
    """Equal scores that do not all fit stay together, beyond the limit."""
    among = best_reached & head
    return among & (rank(appraisal_score, among=among, tied="first") <= best_grade_limit)


@formula(level=STAFF, unit=FLAG, gives="best_grade", label="最高等次（限额，同分按当量）", source=TEMPLATE)
def best_ties_by_points(best_reached, head, appraisal_score, points, best_grade_limit):
    """Of equal scores the one with more points; where these are equal too and do not all fit, they go down together."""
    among = best_reached & head
    return among & (rank(appraisal_score, points.sum(), among=among, tied="last") <= best_grade_limit)


@formula(level=INSTITUTION, unit=COUNT, label="最高等次名额", source=TEMPLATE, report=True)
def best_grade_limit(heads, best_band_share):
    """The share of all heads, whoever of them is appraised, rounded down."""
    return (heads * best_band_share).round(0, DOWN)


@formula(level=STAFF, unit=FLAG, label="个人考核等次", source=TEMPLATE)
def staff_grade(staff_rate, appraisal_score, band_floor, best_grade):
    """The first grade whose floor the score reaches, unrounded; whoever may not hold the best one has the next."""
    best = _best(band_floor)
    out_of_reach = band_floor[best] + appraisal_score + 1
    floors = {**dict(band_floor.items()), best: where(best_grade, band_floor[best], out_of_reach)}
    return grade(100 * staff_rate, Keyed(band_floor.scope, band_floor.axis, floors))


@formula(
    level=STAFF, unit=RATIO, gives="quality_coefficient", label="质量系数（等次系数）", source=TEMPLATE, report=True
)
def staff_band(staff_grade, band_coefficient, appraised, unscored_coefficient, staff_vetoed):
    """The coefficient of the grade."""
    reached = pick(staff_grade, band_coefficient).round(COEFFICIENT)
    return coefficient(reached, appraised, unscored_coefficient, staff_vetoed)


@formula(level=INSTITUTION, unit=FLAG, label="机构考核等次", source=TEMPLATE)
def institution_grade(institution_rate, institution_band_floor):
    """The first grade whose floor the institution's score reaches, unrounded."""
    return grade(100 * institution_rate, institution_band_floor)


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="institution_coefficient",
    label="机构考核系数（等次系数）",
    source=TEMPLATE,
    report=True,
)
def institution_band(institution_grade, institution_band_coefficient, institution_vetoed):
    """The coefficient of the institution's grade."""
    return where(institution_vetoed, 0, pick(institution_grade, institution_band_coefficient).round(COEFFICIENT))


@formula(level=STAFF, unit=RATIO, label="考核得分×等次系数", source=TEMPLATE, report=True)
def graded_score(appraisal_score, quality_coefficient):
    """A weight by which a pool may be divided: the score of 100 times the coefficient."""
    return (appraisal_score * quality_coefficient).round(POINTS)


# What is reported of the limit.


@formula(level=INSTITUTION, unit=COUNT, axis="grade", label="各等次人数", source=TEMPLATE, report=True)
def grade_heads(staff_grade, head, appraised, staff_vetoed):
    """Heads by grade; without those who are not appraised or vetoed."""
    counted = head & appraised & ~staff_vetoed
    grades = {name: (counted & (staff_grade == name)).count() for name in staff_grade.labels}
    return Keyed(head.scope, "grade", grades)


@formula(level=INSTITUTION, unit=FLAG, axis="grade", label="机构等次", source=TEMPLATE, report=True)
def institution_in_grade(institution_grade):
    """Which grade the institution is in."""
    labels = institution_grade.labels
    return Keyed(institution_grade.scope, "grade", {name: institution_grade == name for name in labels})


@formula(level=INSTITUTION, unit=COUNT, label="最高等次人数", source=TEMPLATE, report=True)
def best_grade_held(best_grade):
    """How many hold the best grade: at most the limit, unless equal scores stay together beyond it."""
    return best_grade.count()


@formula(level=INSTITUTION, unit=COUNT, label="达到最高等次分数线未获最高等次人数", source=TEMPLATE, report=True)
def best_grade_moved_down(best_reached, best_grade):
    """Who reaches the floor of the best grade and goes down because of the limit."""
    return (best_reached & ~best_grade).count()


@formula(level=INSTITUTION, unit=COUNT, label="最高等次名额处同分人数", source=TEMPLATE, report=True)
def best_grade_tied(best_reached, head, appraisal_score, best_grade_limit):
    """How many share the score at which the limit falls among equals; 0 where it falls between two scores."""
    among = best_reached & head
    first = rank(appraisal_score, among=among, tied="first")
    last = rank(appraisal_score, among=among, tied="last")
    return (among & (first <= best_grade_limit) & (last > best_grade_limit)).count()


def _best(floors):
    """The first grade."""
    return floors.keys()[0]
