"""Rows that no rule reads are told, though others of their name or table are read."""

from __future__ import annotations

from pathlib import Path

from tests.support.small_county import OCTOBER, Row, county, engagement, tables

NATIONAL = """[policy]
code = "county"
title = "试点县（虚构）"
level = "county"
extends = ["national"]
illustrative = true
[names.funding]
local = "本地"
"""
NIGHTS = """
[formulas.month]
outputs = ["night_pay"]
[names.task]
nights = "夜班"
[components.night_pay]
label = "夜班费"
class = "variable"
funding = "local"
times = ["directed_task[nights]", "night_rate"]
[parameters.night_rate]
label = "夜班费标准"
unit = "yuan per shift"
values = [{ from = 2026-01-01, continues = "至调整", value = "60", source = "虚构" }]
"""
SCORE = """
[names.indicator]
hygiene = "卫生"
[figures.hygiene_score]
label = "卫生得分"
unit = "ratio"
level = "institution"
add = ["institution_score[hygiene]"]
[formulas.month]
outputs = ["hygiene_score"]
"""


def task(staff: str, count: str = "5", institution: str = "I1", period: str = OCTOBER) -> Row:
    return {"institution": institution, "staff": staff, "task": "nights", "count": count, "period": period}


def warnings(folder: Path, layer: str, **rows: list[Row]) -> list[str]:
    """Run October under a policy of its own over the national layer."""
    office = county(folder, tables(**{"appraisal": [], **rows}), layer=layer)
    (folder / "policy" / "county.toml").write_text(NATIONAL + layer, encoding="utf-8")
    office.freeze(OCTOBER)
    return list(office.run(OCTOBER).warnings)


def test_a_task_without_a_person_that_only_a_line_of_persons_pays_is_told(tmp_path: Path) -> None:
    told = "directed_task: no formula of this policy reads 夜班 (nights) without a person, only of persons: I1 5"
    assert told in warnings(tmp_path / "a", NIGHTS, directed_task=[task("S1"), task("")])
    of_persons = warnings(tmp_path / "b", NIGHTS, directed_task=[task("S1"), task("", "0")])
    assert not [text for text in of_persons if "directed_task" in text]


def test_a_score_of_a_person_that_only_a_figure_of_institutions_reads_is_told(tmp_path: Path) -> None:
    def score(staff: str) -> Row:
        return {"institution": "I1", "staff": staff, "indicator": "hygiene", "score": "90", "full_score": "100",
                "period": OCTOBER}  # fmt: skip

    told = "appraisal: no formula of this policy reads 卫生 (hygiene) of persons, only of institutions: I1 S1 90"
    found = warnings(tmp_path / "a", SCORE, appraisal=[score(""), score("S1")])
    assert [text for text in found if "appraisal" in text] == [told]


def test_a_measure_that_no_run_reads_is_told(tmp_path: Path) -> None:
    row = {"institution": "I1", "name": "bicycles", "value": "100", "period": OCTOBER}
    named = '[names.measure]\nbicycles = "人口"\n'
    told = "measure: no rule of policy county reads: 人口 (bicycles)"
    assert told in warnings(tmp_path / "a", NIGHTS + named, measure=[row])
    assert told not in warnings(tmp_path / "b", NIGHTS + '[ignored]\nmeasure = ["bicycles"]\n', measure=[row])
    reads = named + (
        '[figures.people]\nlabel = "人口"\nlevel = "institution"\nunit = "ratio"\nadd = ["measure[bicycles]"]\n'
        '[formulas.month]\noutputs = ["people"]\n'
    )
    assert told not in warnings(tmp_path / "c", reads, measure=[row])


SECOND = {"code": "I2", "kind": "township_center", "public_class": "1", "from": "2020-01-01"}
LEFT = {
    "institution": [*tables()["institution"], SECOND],
    "staff": [*tables()["staff"], {"code": "S3", "name": "已离职"}],
    "engagement": [*tables()["engagement"], engagement("S3", until="2026-10-01")],
}
SECONDED = """
[figures.nights_here]
label = "本院夜班"
level = "institution"
unit = "count"
add = ["institution_directed_task[nights]"]
"""


def test_a_task_of_who_is_not_engaged_there_is_told_where_lines_of_persons_pay_it(tmp_path: Path) -> None:
    given = [task("S1", institution="I2"), task("S3"), task("S2"), task("S3", period="2026-09")]
    told = (
        "directed_task: no person is paid for tasks of who is not engaged there in 2026-10: "
        "I1 S3 nights 5, I2 S1 nights 5"
    )
    assert told in warnings(tmp_path / "a", NIGHTS, directed_task=given, **LEFT)
    counted = NIGHTS.replace('["night_pay"]', '["night_pay", "nights_here"]') + SECONDED
    assert told not in warnings(tmp_path / "b", counted, directed_task=given, **LEFT)


def test_a_score_or_balance_of_who_is_not_engaged_there_is_told_by_the_freeze(tmp_path: Path) -> None:
    score = {"indicator": "quality", "score": "9.5", "full_score": "10", "period": OCTOBER}
    scores = [*tables()["appraisal"], {"institution": "I2", "staff": "S1", **score}]
    balances = [
        {"institution": place, "staff": staff, "name": "paid", "amount": "7", "period": "2026"}
        for place, staff in (("I1", "S3"), ("I2", "S2"))
    ]
    office = county(tmp_path / "c", tables(appraisal=scores, opening_balance=balances, **LEFT))
    assert [text for text in office.freeze(OCTOBER).warnings if "not engaged" in text] == [
        "appraisal: scores of who is not engaged there in 2026-10 count for nobody: I2 S1 quality 9.5",
        "opening_balance: balances of who is not engaged there in the year so far count for nobody: I2 S2 paid 7.00",
    ]


def test_a_task_of_a_longer_period_that_no_run_reads_is_told(tmp_path: Path) -> None:
    given = [task("S1"), task("S2", period="2026-H2"), task("S2", period="2026-H1")]
    told = "directed_task: no run of this policy reads 夜班 (nights) of 2026-H2 (1 row(s)); is 2026-10 meant?"
    assert [text for text in warnings(tmp_path / "a", NIGHTS, directed_task=given) if "directed_task" in text] == [told]
    half = (
        '[figures.half_nights]\nlabel = "半年夜班"\nlevel = "staff"\nunit = "count"\n'
        'add = ["directed_task[nights]"]\n[formulas.half_year]\noutputs = ["half_nights"]\n'
    )
    assert told not in warnings(tmp_path / "b", NIGHTS + half, directed_task=given)
