"""Example rows of the template, one for each table, in the plain form.

Codes, exclusive ends, dates and periods. They are one invented county. Names that the policy gives, and the period,
take the place of those written here.
"""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "institution": ("I01", "海宁镇中心卫生院", "township_center", "", "1", "2015-01-01", ""),
    "staff": ("S01", "王䶮", "2008-07-01"),
    "engagement": (
        "S01", "I01", "", "全科", "clinical", "全科医生", "主治医师", "本科", "established", "standard", "yes", "1",
        "1.25", "2020-01-01", "2026-10-16",
    ),
    "license": ("S01", "physician", "2010-12-01", ""),
    "absence": ("S02", "annual_leave", "yes", "2026-10-12", "2026-10-17"),
    "team_member": ("T01", "S01", "0.6", "2026-01-01", ""),
    "service_item": (
        "B01", "65岁以上老年人健康体检", "public_health", "12.5", "", "1", "year", "2020-01-01", "", "", "", "",
    ),
    "difficulty": ("I02", "", "1.15", "2026-01-01", "2027-01-01"),
    "service_record": ("R0001", "2026-10-03", "I01", "S01", "B01", "1", "1", "P0001", ""),
    "service_summary": ("I01", "S01", "B02", "2026-10", "36"),
    "patient": ("P0009", "2026-08-30"),
    "appraisal": ("I01", "", "quality", "95", "100", "2026-10"),
    "finance": ("I01", "workload_pool", "86000.00", "2026-10"),
    "pay_component": ("S01", "I01", "post_pay", "3120", "2026-10"),
    "directed_task": ("I02", "S03", "night_emergency", "4", "2026-10"),
    "measure": ("I01", "population", "21500", "2026-10"),
    "adjustment": (
        "I01", "S02", "case_deduction", "-150", "ZK-2026-031", "院长办公会", "2026-10", "fed_back", "2026-11-15",
    ),
    "second_distribution": ("I01", "全科", "department_bonus", "S01", "1200.00", "王䶮", "2026-10"),
    "contract": ("K0001", "I01", "T01", "基础包", "public_health", "20", "2026-01-01", "2027-01-01", ""),
    "comparator": ("county_physician", "9850.00", "214", "2026-10"),
    "calendar": ("2026-10-01", "no", "国庆节"),
    "opening_balance": ("I01", "", "surplus", "120000", "2026"),
}  # fmt: skip
