"""Grades: the score reaches a grade, and the grade has a coefficient.

Floors of 85 / 70 / 60 may give 1.5 / 1.2 / 1.0 / 0.8. The best grade may be limited to a share of the institution's
heads, rounded down. Then the best scores among the heads have it, and the others go down one grade; the policy chooses
what happens to equal scores at the limit. Persons who left before the period's end are no heads, so they neither fill
a place nor hold one.
"""

from formulas.appraisal import coefficient
from payengine.exact import COEFFICIENT, DOWN, POINTS
from payengine.graph import COUNT, INSTITUTION, RATIO, STAFF, Keyed, formula, grade, pick, rank, unit_of, where

FLAG = unit_of("flag")
TEMPLATE = "township-template"


@formula(level=STAFF, unit=FLAG, label="达到最高等次分数线", source=TEMPLATE)
def best_reached(staff_rate, band_floor, appraised, staff_vetoed):
    """Persons whose score, unrounded, reaches the floor of the first and best grade."""
    return appraised & ~staff_vetoed & (100 * staff_rate >= band_floor[_best(band_floor)])


@formula(level=STAFF, unit=FLAG, gives="best_grade", label="最高等次（不限人数）", source=TEMPLATE, default=True)
def best_without_limit(best_reached):
    """Holders of the best grade without a limit: everybody who reaches its floor."""
    return best_reached


@formula(level=STAFF, unit=FLAG, gives="best_grade", label="最高等次（限额，同分不计入）", source=TEMPLATE)
def best_ties_out(best_reached, head, appraisal_score, best_grade_limit):
    """Holders of the best grade; equal scores that do not all fit the limit go down together."""
    among = best_reached & head
    return among & (rank(appraisal_score, among=among, tied="last") <= best_grade_limit)


@formula(level=STAFF, unit=FLAG, gives="best_grade", label="最高等次（限额，同分均计入）", source=TEMPLATE)
def best_ties_in(best_reached, head, appraisal_score, best_grade_limit):
    """Holders of the best grade; equal scores at the limit stay together, beyond the limit."""
    among = best_reached & head
    return among & (rank(appraisal_score, among=among, tied="first") <= best_grade_limit)


@formula(level=STAFF, unit=FLAG, gives="best_grade", label="最高等次（限额，同分按当量）", source=TEMPLATE)
def best_ties_by_points(best_reached, head, appraisal_score, points, best_grade_limit):
    """Holders of the best grade; of equal scores at the limit the one with more points.

    Scores whose points are equal too and that do not all fit go down together.
    """
    among = best_reached & head
    return among & (rank(appraisal_score, points.sum(), among=among, tied="last") <= best_grade_limit)


@formula(level=INSTITUTION, unit=COUNT, label="最高等次名额", source=TEMPLATE, report=True)
def best_grade_limit(heads, best_band_share):
    """Limit of the best grade: its share of all heads, appraised or not, rounded down."""
    return (heads * best_band_share).round(0, DOWN)


@formula(level=STAFF, unit=FLAG, label="个人考核等次", source=TEMPLATE)
def staff_grade(staff_rate, appraisal_score, band_floor, best_grade):
    """First grade whose floor the person's score reaches, unrounded.

    Persons who may not hold the best grade have the next one.
    """
    best = _best(band_floor)
    out_of_reach = band_floor[best] + appraisal_score + 1
    floors = {**dict(band_floor.items()), best: where(best_grade, band_floor[best], out_of_reach)}
    return grade(100 * staff_rate, Keyed(band_floor.scope, band_floor.axis, floors))


@formula(
    level=STAFF, unit=RATIO, gives="quality_coefficient", label="质量系数（等次系数）", source=TEMPLATE, report=True
)
def staff_band(staff_grade, band_coefficient, appraised, unscored_coefficient, staff_vetoed):
    """Coefficient of the person's grade."""
    reached = pick(staff_grade, band_coefficient).round(COEFFICIENT)
    return coefficient(reached, appraised, unscored_coefficient, staff_vetoed)


@formula(level=INSTITUTION, unit=FLAG, label="机构考核等次", source=TEMPLATE)
def institution_grade(institution_rate, institution_band_floor):
    """First grade whose floor the institution's score reaches, unrounded."""
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
    """Coefficient of the institution's grade; 0 for an institution that is vetoed."""
    return where(institution_vetoed, 0, pick(institution_grade, institution_band_coefficient).round(COEFFICIENT))


@formula(level=STAFF, unit=RATIO, label="考核得分×等次系数", source=TEMPLATE, report=True)
def graded_score(appraisal_score, quality_coefficient):
    """Weight by which a pool may be divided: the score of 100 times the coefficient."""
    return (appraisal_score * quality_coefficient).round(POINTS)


# Figures that are reported about the limit.


@formula(level=INSTITUTION, unit=COUNT, axis="grade", label="各等次人数", source=TEMPLATE, report=True)
def grade_heads(staff_grade, head, appraised, staff_vetoed):
    """Number of heads by grade, without those who are not appraised or vetoed."""
    counted = head & appraised & ~staff_vetoed
    grades = {name: (counted & (staff_grade == name)).count() for name in staff_grade.labels}
    return Keyed(head.scope, "grade", grades)


@formula(level=INSTITUTION, unit=FLAG, axis="grade", label="机构等次", source=TEMPLATE, report=True)
def institution_in_grade(institution_grade):
    """Flag of the grade that the institution is in, among all grades."""
    labels = institution_grade.labels
    return Keyed(institution_grade.scope, "grade", {name: institution_grade == name for name in labels})


@formula(level=INSTITUTION, unit=COUNT, label="最高等次人数", source=TEMPLATE, report=True)
def best_grade_held(best_grade):
    """Number of persons who hold the best grade.

    At most the limit, unless equal scores stay together beyond it.
    """
    return best_grade.count()


@formula(level=INSTITUTION, unit=COUNT, label="达到最高等次分数线未获最高等次人数", source=TEMPLATE, report=True)
def best_grade_moved_down(best_reached, best_grade):
    """Number of persons who reach the best grade's floor and go down because of the limit."""
    return (best_reached & ~best_grade).count()


@formula(level=INSTITUTION, unit=COUNT, label="最高等次名额处同分人数", source=TEMPLATE, report=True)
def best_grade_tied(best_reached, head, appraisal_score, best_grade_limit):
    """Number of persons who share the score at which the limit falls among equals.

    0 where the limit falls between two scores.
    """
    among = best_reached & head
    first = rank(appraisal_score, among=among, tied="first")
    last = rank(appraisal_score, among=among, tied="last")
    return (among & (first <= best_grade_limit) & (last > best_grade_limit)).count()


def _best(floors):
    """Name the first grade, which is the best."""
    return floors.keys()[0]
