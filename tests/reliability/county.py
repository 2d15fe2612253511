"""Random small county that is valid.

Whatever is told of it beyond its own warnings comes from a damage.
"""

from __future__ import annotations

import random
from pathlib import Path

from tests.support.small_county import INDICATORS, OCTOBER, Row, county, engagement, pay

ITEMS = ("A1", "B2", "C3")
NAMES = ("王䶮", "李玲", "赵国华", "欧阳静", "陈小红", "周文", "吴敏")
NOVEMBER = "2026-11"
POLICIES = ("demo", "demo-point-value")  # paid by price, paid from a pool
LAYER = """
[formulas.month]
outputs = ["case_addition", "case_deduction", "contract_fees_fiscal", "contract_refunds", "contract_fees"]

[signs.adjustment]
case_deduction = "refuse_positive"

[parameters.staff_point_price]
replaces = true
values = [
  { from = 2020-01-01, continues = "until the county sets another", value = "4.20", source = "illustrative" },
]
"""


def following(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Add the rows of the next month: the same pay, scores and work, other record ids."""
    later = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    for name, rows in tables.items():
        later[name] += [row | {"period": NOVEMBER} for row in rows if row.get("period") == OCTOBER]
    later["service_record"] += [
        row | {"record_id": "N" + row["record_id"][1:], "service_date": row["service_date"].replace("-10-", "-11-")}
        for row in tables["service_record"]
    ]
    return later


def draw(seed: int, folder: Path) -> dict[str, list[Row]]:
    """Write the workspace of a county and return its tables.

    Two or three institutions with two or three persons each, a team, a contract, a case, records, fixed pay and (of
    half the counties) a pool. Staff codes begin with zeros, patients have long codes.
    """
    rng = random.Random(seed)
    institutions = [f"I{number}" for number in range(1, rng.randint(2, 3) + 1)]
    homes = [(f"{number:03}", home) for number, home in enumerate(sorted(institutions * rng.randint(2, 3)), start=1)]
    patients = [f"3301001960{rng.randint(10**7, 10**8 - 1)}" for _ in range(9)]
    pooled = bool(seed % 2)
    tables: dict[str, list[Row]] = {
        "institution": [
            {"code": code, "name": f"卫生院{code}", "kind": "township_center", "public_class": "1",
             "from": "2020-01-01"}
            for code in institutions
        ],
        "staff": [
            {"code": code, "name": rng.choice(NAMES), "first_worked": f"{rng.randint(1990, 2019)}-07-01"}
            for code, _ in homes
        ],
        "engagement": [
            engagement(code, home, post_coefficient=rng.choice(("1", "1.2", "0.85"))) for code, home in homes
        ],
        "service_item": [
            {"code": code, "name": f"项目{code}", "category": rng.choice(("basic_medical", "public_health")),
             "equivalents": rng.choice(("1", "0.8", "2.5")), "from": "2020-01-01"}
            for code in ITEMS
        ],
        "service_record": [
            {"record_id": f"R{number:04}", "service_date": f"2026-10-{rng.randint(2, 28):02}", "institution": home,
             "staff": code, "item": rng.choice(ITEMS), "quantity": str(rng.randint(1, 9)), "share": "1",
             "patient": rng.choice(patients)}
            for number, (code, home) in enumerate(homes * rng.randint(2, 4))
        ],
        "team_member": [
            {"team": "T1", "staff": "001", "share": "0.6", "from": "2020-01-01"},
            {"team": "T1", "staff": "002", "share": "0.4", "from": "2020-01-01"},
        ],
        "appraisal": [
            {"institution": code, "indicator": name, "score": str(rng.randint(60, 99)), "full_score": "100",
             "period": OCTOBER}
            for code in institutions for name in INDICATORS
        ],
        "pay_component": [
            pay(code, str(rng.randint(20, 49) * 100), component=component) | {"institution": home}
            for code, home in homes for component in ("post_pay", "grade_pay")
        ],
        "directed_task": [
            {"institution": code, "task": "epidemic_response", "count": str(rng.randint(1, 9)), "period": OCTOBER}
            for code in institutions
        ],
        "adjustment": [
            {"institution": homes[0][1], "staff": homes[0][0], "component": "case_addition", "amount": "200",
             "case": "K-1", "approver": "院务会", "period": OCTOBER},
            {"institution": homes[1][1], "staff": homes[1][0], "component": "case_deduction", "amount": "-1.50",
             "case": "K-2", "approver": "院务会", "period": OCTOBER},
        ],
        "contract": [
            {"contract": "K1", "institution": institutions[0], "team": "T1", "package": "基础包", "source": "fiscal",
             "amount": "365", "from": "2026-01-01", "until": "2027-01-01"},
        ],
    }  # fmt: skip
    team_record = tables["service_record"][0]
    tables["service_record"].append(team_record | {"record_id": "RT01", "staff": "T1", "share": "1"})
    if pooled:
        tables["finance"] = [
            {"institution": code, "line": "workload_pool", "amount": f"{rng.randint(500, 4000)}.50", "period": OCTOBER}
            for code in institutions
        ]
    county(folder, tables, LAYER)
    layer = folder / "policy" / "county.toml"
    text = layer.read_text(encoding="utf-8").replace('extends = ["demo"]', f'extends = ["{POLICIES[pooled]}"]')
    layer.write_text(text, encoding="utf-8", newline="\n")
    return tables
