"""Numbers of staff against which plans set a least number."""

from payengine.graph import COUNT, INSTITUTION, formula


@formula(level=INSTITUTION, unit=COUNT, label="公共卫生科室人员（期末在岗人数）", source="shangyi 二(二)5", report=True)
def public_health_workers(department_class, head):
    """Persons engaged on the last day whose latest engagement is in a public-health department."""
    return ((department_class.latest() == "public_health") & head).count()
