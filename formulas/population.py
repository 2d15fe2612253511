"""People served, as money per head counts them."""

from payengine.graph import COUNT, INSTITUTION, formula, maximum, where

CLINIC = "village_clinic"


@formula(level=INSTITUTION, unit=COUNT, label="服务人口（小村卫生室按下限计）", source="henan-2020", report=True)
def counted_population(measure, institution_kind, village_population_minimum):
    """People served; a clinic that serves fewer than the minimum counts at the minimum.

    The minimum is for village clinics. Every clinic needs the measure `population`; other institutions without it
    count 0 here.
    """
    counted = people(measure, institution_kind, village_population_minimum)
    return where(institution_kind == CLINIC, counted, counted.or_else(0)).round(COUNT)


def people(measure, kind, minimum):
    """Read the measure `population`, for a village clinic at least the policy's minimum.

    Without a minimum the measure stands as it is.
    """
    population = measure["population"]
    return where(kind == CLINIC, maximum(population, minimum.or_else(0)), population)
