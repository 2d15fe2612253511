"""Institutions and service items of a demo county."""

from __future__ import annotations

from datetime import timedelta

from batch.demo import catalogue, names
from batch.demo.tables import County, Rows, iso
from payengine.periods import Period


def add_institutions(county: County, count: int, period: Period) -> list[str]:
    """Add institutions: three of the county, then towns, communities and villages.

    Returns the kind of each institution, in the order of their codes.
    """
    towns = max(2, count * 3 // 10)
    communities = max(1, count // 12)
    clinics = count - 3 - towns - communities
    kinds = ["county_hospital", "tcm_hospital", "maternal_child"]
    kinds += ["township_center"] * towns + ["community_center"] * communities + ["village_clinic"] * clinics
    rows: Rows = []
    opened = "2015-01-01"
    for number, kind in enumerate(kinds):
        code = f"I{number + 1:04}"
        parent, public_class, until = "I0001", "2", ""
        if kind == "county_hospital":
            name, parent = f"{names.COUNTY}人民医院", ""
        elif kind == "tcm_hospital":
            name = f"{names.COUNTY}中医医院"
        elif kind == "maternal_child":
            name, public_class = f"{names.COUNTY}妇幼保健院", "1"
        elif kind == "township_center":
            name, public_class = f"{names.town(number - 3)}镇卫生院", "1"
        elif kind == "community_center":
            name, public_class = f"{names.town(number - 3)}街道社区卫生服务中心", "1"
        else:
            nth = number - 3 - towns - communities
            name, public_class, parent = f"{names.village(nth)}村卫生室", "1", f"I{4 + nth % towns:04}"
        if number == count - 1:  # the last village clinic closes in the middle of the month
            until = iso(period.first_day + timedelta(days=19))
            county.special["closed"] = code
        county.kinds[code] = kind
        rows.append((code, name, kind, parent, public_class, opened, until))
    county.tables["institution"] = rows
    return kinds


def add_items(county: County, period: Period) -> None:
    """Add service items; the equivalents of one and the limit of another change on the 16th."""
    start, change = "2020-01-01", iso(period.first_day + timedelta(days=15))
    rows: Rows = []
    for item in catalogue.ITEMS:
        name = f"{item.name}（示例当量）"
        tail = (item.license, item.limit_count, item.limit_period)
        if item.code == catalogue.WITHDRAWN:
            rows.append((item.code, name, item.category, item.equivalents, *tail, start, iso(period.year_start)))
        elif item.code == catalogue.REPRICED:
            rows.append((item.code, name, item.category, item.equivalents, *tail, start, change))
            rows.append((item.code, name, item.category, "0.4500", *tail, change, ""))
        elif item.code == catalogue.RELIMITED:
            rows.append((item.code, name, item.category, item.equivalents, *tail, start, change))
            rows.append((item.code, name, item.category, item.equivalents, item.license, "2", "month", change, ""))
        else:
            rows.append((item.code, name, item.category, item.equivalents, *tail, start, ""))
    county.tables["service_item"] = rows
