"""Small random counties: people who join, leave, move and work in two places."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from tests.oracle.values import Row, Tables

MONTHS = ("2026-01", "2026-02")
TITLES = ("", "师", "中级", "高级")
DEPARTMENTS = ("", "内科", "外科", "护理")
CLASSES = ("clinical", "nursing", "management")
ITEMS = (("X", "clinic", "1"), ("Y", "clinic", "0.75"), ("Z", "health", "2.3333"))  # code, category, equivalents
TASKS, LINES, MEASURES, INDICATORS = ("nights", "calls"), ("bonus", "extra"), ("residents", "beds"), ("quality",)


def county(random: Random) -> Tables:
    """Draw two or three institutions and up to eight persons over two months."""
    codes = [f"I{number}" for number in range(1, random.choice((3, 4)))]
    staff = [f"S{number}" for number in range(1, random.randint(4, 9))]
    tables: Tables = {
        "institution": [
            {"code": code, "name": code, "kind": random.choice(("township_center", "village_clinic")), "parent": "",
             "public_class": "1", "from": "2015-01-01", "until": ""}
            for code in codes
        ],
        "staff": [{"code": code, "name": code, "first_worked": ""} for code in staff],
        "service_item": [
            {"code": code, "name": code, "category": category, "equivalents": equivalents, "license": "",
             "limit_count": "", "limit_period": "", "from": "2020-01-01", "until": "", "shares": "", "joint": ""}
            for code, category, equivalents in ITEMS
        ],
        "engagement": [], "absence": [], "service_record": [], "appraisal": [], "finance": [], "measure": [],
        "directed_task": [], "pay_component": [],
    }  # fmt: skip
    for person in staff:
        for place in random.sample(codes, random.choice((1, 1, 1, 2))):
            tables["engagement"] += _engagements(random, person, place)
            _given(random, tables, person, place)
        if random.random() < 0.4:
            first = date(2026, 1, 1) + timedelta(random.randrange(55))
            until = first + timedelta(random.randint(1, 12))
            blocks = random.choice(("yes", "yes", "no"))
            tables["absence"].append(
                {"staff": person, "kind": "sick", "blocks_service": blocks, "from": str(first), "until": str(until)}
            )
    for place in codes:
        for month in MONTHS:
            for line in LINES:
                amount = random.choice(("0", "0.01", f"{random.randrange(2_000_000) / 100:.2f}", "1000"))
                tables["finance"].append({"institution": place, "line": line, "amount": amount, "period": month})
            for name in MEASURES:
                value = random.choice(("0", "1000", f"{random.randrange(30_000_000) / 10_000:.4f}"))
                tables["measure"].append({"institution": place, "name": name, "value": value, "period": month})
            for indicator in INDICATORS:
                tables["appraisal"].append(
                    {"institution": place, "staff": "", "indicator": indicator, "score": "75", "full_score": "100",
                     "period": month}
                )  # fmt: skip
    for number in range(random.randint(4, 30)):
        row = random.choice(tables["engagement"])
        on = date(2026, 1, 1) + timedelta(random.randrange(59))
        tables["service_record"].append(
            {"record_id": f"R{number}", "service_date": str(on), "institution": row["institution"],
             "staff": row["staff"], "item": random.choice("XYZ"), "share": "1", "patient": "", "reverses": "",
             "quantity": random.choice(("1", "10", f"{random.randint(1, 90_000) / 100:.2f}"))}
        )  # fmt: skip
    return tables


def _engagements(random: Random, person: str, place: str) -> list[Row]:
    """Draw one to three rows in sequence, which may begin and end within the months."""
    day = lambda: date(2026, 1, 1) + timedelta(random.randrange(59))  # noqa: E731
    begins = date(2020, 1, 1) if random.random() < 0.7 else day()
    cuts = sorted({begins} | {on for on in (day() for _ in range(random.choice((0, 0, 1, 1, 2)))) if on > begins})
    ends = [str(on) for on in cuts[1:]]
    last = cuts[-1] + timedelta(random.randint(1, 70))
    ends.append(str(last) if random.random() < 0.25 and last > date(2026, 1, 1) else "")
    row = {
        "staff": person, "institution": place, "employer": "", "role": "", "education": "", "employment": "established",
        "pay_scheme": "standard", "fte": random.choice(("1", "1", "1", "0.5", "0.3333")),
        "post_coefficient": random.choice(("1", "1.25", "0.9")),
    }  # fmt: skip
    rows = []
    for start, end in zip(cuts, ends, strict=True):
        if not rows or random.random() < 0.6:
            row |= {
                "title": random.choice(TITLES), "department": random.choice(DEPARTMENTS),
                "department_class": random.choice(CLASSES), "director": "yes" if random.random() < 0.15 else "no",
            }  # fmt: skip
        rows.append(row | {"from": str(start), "until": end})
    return rows


def _given(random: Random, tables: Tables, person: str, place: str) -> None:
    """Draw tasks, pay and scores of a person at a place, each month some of them."""
    for month in MONTHS:
        for task in TASKS:
            if random.random() < 0.6:
                count = str(random.randint(0, 40))
                tables["directed_task"].append(
                    {"institution": place, "staff": person, "task": task, "count": count, "period": month}
                )
        if random.random() < 0.8:
            amount = f"{random.randrange(600_000) / 100:.2f}"
            tables["pay_component"].append(
                {"staff": person, "institution": place, "component": "post_pay", "amount": amount, "period": month}
            )
        if random.random() < 0.8:
            score = random.choice(("0", "100", f"{random.randrange(1_000_001) / 10_000:.4f}"))
            tables["appraisal"].append(
                {"institution": place, "staff": person, "indicator": "quality", "score": score, "full_score": "100",
                 "period": month}
            )  # fmt: skip
