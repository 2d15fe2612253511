"""Pay for counted events: first contacts, days of secondment, sessions at a second site.

They are tasks of the table `directed_task` (`first_contact`, `secondment_days`, `multi_site_sessions`), paid to the
person who did them. A task that is paid here and has an amount among the directed tasks of the same funding is paid
twice: the policy is refused, unless it declares it under `[paid_twice.task]`.
"""

from payengine.exact import FEN
from payengine.graph import ENGAGEMENT, INSTITUTION, STAFF, YUAN, divide, formula


@formula(
    level=STAFF,
    unit=YUAN,
    gives="first_contact_pay",
    label="首诊激励（按人次）",
    source="xining-2024 6",
    component=True,
    default=True,
)
def first_contact_by_person(directed_task, first_contact_amount):
    """Amount for each first contact of the person."""
    return (directed_task["first_contact"] * first_contact_amount).round(FEN)


@formula(
    level=ENGAGEMENT,
    unit=YUAN,
    gives="first_contact_pay",
    label="首诊激励（机构总额按当量分配）",
    source="xining-2024 6",
    component=True,
)
def first_contact_by_points(first_contact_money, points):
    """Institution's money for first contacts, divided in proportion to points.

    This is for first contacts that are counted per institution.
    """
    return divide(first_contact_money, points)


@formula(
    level=INSTITUTION, unit=YUAN, label="首诊激励总额", source="xining-2024 6", report=True, event="task[first_contact]"
)
def first_contact_money(measure, first_contact_amount):
    """Measure `first_contacts` of the institution, at an amount for each."""
    return (measure["first_contacts"] * first_contact_amount).round(FEN)


@formula(level=STAFF, unit=YUAN, label="下派补助", source="shangyi 二(二)6", component=True)
def secondment_pay(directed_task, secondment_day_amount):
    """Amount for each day sent down to an institution of the towns."""
    return (directed_task["secondment_days"] * secondment_day_amount).round(FEN)


@formula(level=STAFF, unit=YUAN, label="多点执业报酬", source="xining-2024 1", component=True)
def multi_site_pay(directed_task, multi_site_session_amount):
    """Amount for each session at this institution of a person whose first post is elsewhere."""
    return (directed_task["multi_site_sessions"] * multi_site_session_amount).round(FEN)
