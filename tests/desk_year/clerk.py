"""Clerk of docs/desk.md, who fills in the template as the page says.

The rows are those of an invented county.
Filled in with openpyxl alone; what stands where is found by the sheet's name and its headings, as a person finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import openpyxl

from batch.input_words import CATEGORY_WORDS, CHOICE_WORDS, FLAG_WORDS, LAST_DAY_WORDS
from tests.support.filled_template import FIRST, sheets_of

Row = Mapping[str, str]
Tables = dict[str, list[Row]]
CENTRE, BRIDGE, CLINIC = "Q01", "Q02", "Q03"
PERSONS = (  # code, name, institution, department, class, role, title, employment, post pay, grade pay
    ("001", "周文彬", CENTRE, "全科", "clinical", "院长", "副主任医师", "established", "3120", "1460"),
    ("002", "林晓梅", CENTRE, "全科", "clinical", "医师", "主治医师", "established", "2810", "1180"),
    ("003", "吴桂英", CENTRE, "护理部", "nursing", "护士", "主管护师", "established", "2640", "1090"),
    ("004", "何志远", CENTRE, "公共卫生科", "public_health", "公卫医师", "医师", "filed", "2380", "860"),
    ("005", "郑国强", BRIDGE, "全科", "clinical", "负责人", "主治医师", "established", "2850", "1240"),
    ("006", "唐丽", BRIDGE, "护理部", "nursing", "护士", "护师", "established", "2410", "910"),
    ("007", "马小军", BRIDGE, "公共卫生科", "public_health", "公卫医师", "医师", "contract", "2260", "780"),
    ("008", "石桂兰", CLINIC, "", "clinical", "乡村医生", "", "village", "", ""),
)
DIRECTORS = ("001", "005")
ITEMS = (
    ("A01", "门诊诊疗", "basic_medical", "1.5"),
    ("A02", "静脉输液", "basic_medical", "2"),
    ("B01", "高血压患者随访", "public_health", "4"),
    ("B02", "预防接种", "public_health", "1.2"),
    ("C01", "家庭医生上门服务", "family_doctor", "12"),
)
WORK = {  # items of each person, and how many of them in an ordinary month
    "001": (("A01", 96),),
    "002": (("A01", 412), ("C01", 14)),
    "003": (("A02", 236),),
    "004": (("B01", 168), ("B02", 143)),
    "005": (("A01", 361), ("C01", 9)),
    "006": (("A02", 182), ("B02", 120)),
    "007": (("B01", 139),),
    "008": (("A01", 88), ("B01", 41)),
}
INDICATORS = ("workload", "quality", "ethics", "satisfaction")
COMPONENTS = (("post_pay", 8), ("grade_pay", 9))
MONEY = {  # of a month: what is divided by points, what is paid in advance of the reward; the books of a year
    CENTRE: (14200, 3000, ("2386400.00", "2151800.00", "0", "36000.00")),
    BRIDGE: (9600, 2000, ("1524700.00", "1398200.00", "12500.00", "0")),
    CLINIC: (1100, 200, ("186300.00", "171900.00", "0", "0")),
}
OF_MONTH = ("workload_pool", "reward_advance_pool")
OF_YEAR = ("medical_service_income", "service_costs", "earlier_losses", "restricted_carry_over")


def once() -> Tables:
    """Rows that are filled in once: institutions, staff, engagements, items."""
    institutions = (
        (CENTRE, "清溪中心卫生院", "township_center", "", "1"),
        (BRIDGE, "石桥卫生院", "township_center", "", "1"),
        (CLINIC, "柳树村卫生室", "village_clinic", CENTRE, "1"),
    )
    return {
        "institution": [
            {"code": code, "name": name, "kind": kind, "parent": parent, "public_class": public, "from": "2020-01-01"}
            for code, name, kind, parent, public in institutions
        ],
        "staff": [{"code": person[0], "name": person[1]} for person in PERSONS],
        "engagement": [
            {
                "staff": code, "institution": institution, "department": department, "department_class": kind,
                "role": role, "title": title, "employment": employment, "pay_scheme": "standard",
                "director": "yes" if code in DIRECTORS else "no", "fte": "1",
                "post_coefficient": "1.2" if code in DIRECTORS else "1", "from": "2020-01-01",
            }
            for code, _, institution, department, kind, role, title, employment, *_ in PERSONS
        ],
        "service_item": [
            {"code": code, "name": name, "category": category, "equivalents": equivalents, "from": "2020-01-01"}
            for code, name, category, equivalents in ITEMS
        ],
    }  # fmt: skip


def month(year: int, number: int) -> Tables:
    """Rows of a month: work, scores, pay. Work and scores differ a little from month to month."""
    period = f"{year}-{number:02d}"
    return {
        "service_record": [
            {
                "record_id": f"{period[2:4]}{period[5:]}-{person}{index}",
                "service_date": f"{period}-{5 + index * 9:02d}",
                "institution": next(each[2] for each in PERSONS if each[0] == person), "staff": person, "item": item,
                "quantity": str(amount + (number * 7 + int(person) * 5) % 23), "share": "1",
            }
            for person, work in WORK.items()
            for index, (item, amount) in enumerate(work)
        ],
        "appraisal": _scores(period, number),
        "pay_component": [
            {"staff": person[0], "institution": person[2], "component": component, "amount": person[place],
             "period": period}
            for person in PERSONS
            for component, place in COMPONENTS
            if person[place]
        ],
        "finance": _finance(
            {code: (str(pool + (number * 37) % 11 * 100), str(advance)) for code, (pool, advance, _) in MONEY.items()},
            OF_MONTH, period,
        ),
    }  # fmt: skip


def settlement(year: int) -> Tables:
    """Rows of the year itself: scores, and the books of the institutions."""
    return {
        "appraisal": _scores(str(year), 4),
        "finance": _finance({code: books for code, (*_, books) in MONEY.items()}, OF_YEAR, str(year)),
    }


def _scores(period: str, number: int) -> list[Row]:
    return [
        {
            "institution": institution, "indicator": indicator, "score": str(88 + (number * 3 + place * 5) % 12),
            "full_score": "100", "period": period,
        }
        for institution in MONEY
        for place, indicator in enumerate(INDICATORS)
    ]  # fmt: skip


def _finance(amounts: Mapping[str, Sequence[str]], lines: Sequence[str], period: str) -> list[Row]:
    return [
        {"institution": institution, "line": line, "amount": amount, "period": period}
        for institution, of_institution in amounts.items()
        for line, amount in zip(lines, of_institution, strict=True)
    ]


def late(year: int) -> Tables:
    """A home visit of January that is brought in February."""
    return {
        "service_record": [
            {"record_id": f"{str(year)[2:]}01-L1", "service_date": f"{year}-01-28", "institution": BRIDGE,
             "staff": "005", "item": "C01", "quantity": "2", "share": "1"},
        ]
    }  # fmt: skip


def write(file: Path, tables: Mapping[str, Iterable[Row]], labels: Mapping[str, str]) -> None:
    """Write rows below what stands in a workbook, in the words of its lists.

    `labels` are those of names that the policy asks for, which the lists offer as `岗位工资 | post_pay`.
    """
    book = openpyxl.load_workbook(file)
    tabs = sheets_of(book)
    for table, rows in tables.items():
        page = book[tabs[table]]
        columns = _columns(page[1])
        line = max(FIRST, 1 + max((cell.row for row in page.iter_rows() for cell in row if cell.value), default=1))
        for number, row in enumerate(rows, start=line):
            for name, value in row.items():
                if value:
                    place, is_last_day = columns[name]
                    page.cell(number, place, _written(name, value, tabs[table] != table, is_last_day, labels))
    book.save(file)


def _columns(head: Sequence[object]) -> dict[str, tuple[int, bool]]:
    """Map the columns of a sheet to their place, and to whether they give the last day."""
    found = {}
    for place, cell in enumerate(head, start=1):
        text = str(getattr(cell, "value", None) or "")
        found[text.rpartition("\n")[2]] = (place, LAST_DAY_WORDS[0] in text)
    return found


def _written(name: str, value: str, chinese: bool, is_last_day: bool, labels: Mapping[str, str]) -> str:
    if is_last_day:
        return (date.fromisoformat(value) - timedelta(days=1)).isoformat()
    if name in ("indicator", "component", "line"):
        return f"{labels[value]} | {value}"
    if not chinese:
        return value
    if name == "director":
        return FLAG_WORDS[value][0]
    if name == "category":
        return CATEGORY_WORDS[value][0]
    return CHOICE_WORDS[value][0] if name in ("kind", "department_class", "employment", "pay_scheme") else value


def mistakes(file: Path, period: str) -> None:
    """Spoil two cells of a month's pay: a letter in an amount, a code one digit short."""
    _change_pay(file, period, {("006", "amount"): "24l0", ("005", "staff"): "05"})


def corrects(file: Path, period: str) -> None:
    """Put the two cells right."""
    _change_pay(file, period, {("006", "amount"): "2410", ("05", "staff"): "005"})


def _change_pay(file: Path, period: str, cells: Mapping[tuple[str, str], str]) -> None:
    """Change cells of a month's post pay, found by the person's code as it stands there."""
    book = openpyxl.load_workbook(file)
    page = book[sheets_of(book)["pay_component"]]
    columns = {name: place for name, (place, _) in _columns(page[1]).items()}
    for row in page.iter_rows(min_row=FIRST):
        found = {name: row[place - 1] for name, place in columns.items()}
        if found["period"].value == period and str(found["component"].value).endswith("post_pay"):
            who = str(found["staff"].value)
            for (staff, name), value in cells.items():
                if staff == who:
                    found[name].value = value
    book.save(file)
