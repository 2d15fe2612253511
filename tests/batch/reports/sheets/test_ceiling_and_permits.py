"""Ceiling and two permits of a small office, each figure known by hand.

10,000 - 4,000 = 6,000; risk fund 20; 5,980 x 0.6 = 3,588.00. Heads on the last day 3; ceiling 3,000 x 3 x 0.9 = 8,100.
The months granted 5,065.50 (advances of 1,200 apart), so 3,034.50 can be paid and 553.50 cannot.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from batch.reports.register import Names
from batch.reports.sheets import ceiling, two_permits
from batch.reports.sheets.material import NoSheet, SheetMaterial
from batch.reports.sheets.sheet import Cell, Sheet
from batch.run import Outcome
from batch.sheets import material_of
from formulas import POLICIES
from payengine.policy import load_policy
from payengine.texts import use
from tests.support.evaluate import V
from tests.support.settled_county import MONTHS, Office
from tests.support.sheet_cells import cells, total
from tests.support.two_permits_office import opened

NAMES = Names({"H": "海盐县人民医院", "V": "上王庄村卫生室"}, {})
STEPS = (
    '"surplus_income_lines", "surplus_cost_lines", "surplus_deduction_lines", "distributable", "fund_base_amount", '
    '"fund_at_rate", "fund_balance_counted", "fund_due", "surplus_split", "ceiling_heads", "ceiling_rate",'
)


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("permits")
    with opened(folder) as office:
        office.publish_all(MONTHS)
    return folder


@contextmanager
def year(months: Path, folder: Path, **more: str) -> Iterator[tuple[SheetMaterial, Outcome, Office]]:
    shutil.copytree(months, folder / "year")
    with opened(folder / "year", outputs=STEPS, **more) as office:
        outcome = office.publish("2026")
        record = office.ledger.run(outcome.run)
        yield material_of(record, outcome.results, NAMES, office.folder, office.ledger), outcome, office


def made(sheet: Sheet | NoSheet) -> Sheet:
    assert isinstance(sheet, Sheet)
    return sheet


def test_the_ceiling_binds(months: Path, tmp_path: Path) -> None:
    with year(months, tmp_path) as (material, outcome, _):
        sheet = made(ceiling.make(material))
        hospital, clinic = cells(sheet)
    assert hospital["Institution"] == "海盐县人民医院"
    expected = {
        "Control level (per head and year)": 300_000, "Heads counted": 30_000, "Multiple": 9_000, "Ceiling": 810_000,
        "Granted before, without rewards": 506_550, "Reward that may be paid": 303_450, "Granted to date": 810_000,
        "Share used": 10_000, "Left in the total": 0, "Reward that does not fit": 55_350, "Remark": "超过总量上限",
    }  # fmt: skip
    assert {heading: hospital[heading] for heading in expected} == expected
    lines = [row for row in outcome.results.pay_lines.to_pylist() if row["institution"] == "H"]
    assert hospital["Granted by this run"] == sum(row["amount_fen"] for row in lines)
    assert hospital["Granted by this run"] == 303_450 - 120_000  # the months paid 1,200 of it in advance
    assert total(sheet, "Granted by this run") == sum(
        row["amount_fen"] for row in outcome.results.pay_lines.to_pylist()
    )
    # The clinic is under no ceiling, which is another thing than one of nothing.
    assert (clinic["Ceiling"], clinic["Share used"], clinic["Left in the total"]) == (None, None, None)
    assert clinic["Remark"] == "no ceiling holds here"
    assert clinic["Granted before, without rewards"] is not None


def test_without_the_snapshot_and_the_policy_what_they_say_is_not_given(months: Path, tmp_path: Path) -> None:
    with year(months, tmp_path) as (material, _, _):
        alone = replace(material, snapshot=None, policy=None, _tables={})
        hospital = cells(made(ceiling.make(alone)))[0]
        steps = cells(made(two_permits.make(alone)))
    assert (hospital["Control level (per head and year)"], hospital["Granted by this run"]) == (None, None)
    assert hospital["Ceiling"] == 810_000
    assert {(row["Base"], row["Rate"]) for row in steps if row["Step"] == "计入结余的收入"} == {(None, None)}


def test_a_month_and_a_policy_without_a_ceiling_have_no_such_sheet(months: Path, tmp_path: Path) -> None:
    with year(months, tmp_path) as (material, _, office):
        record = office.ledger.run(str(MONTHS[0]))
        month = material_of(record, office.ledger.results(record.id), NAMES, office.folder, office.ledger)
        for make in (ceiling.make, two_permits.make):
            absent = make(month)
            assert isinstance(absent, NoSheet)
            assert absent.why
    assert isinstance(material, SheetMaterial)


def by_step(rows: list[dict[str, Cell]]) -> dict[tuple[Cell, Cell], dict[str, Cell]]:
    found = {(row["Step"], row["Item"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def test_every_step_of_the_permits_in_order(months: Path, tmp_path: Path) -> None:
    with year(months, tmp_path) as (material, outcome, _):
        sheet = made(two_permits.make(material))
        rows = cells(sheet)
    assert {row["group"] for row in rows} == {"海盐县人民医院 (H)"}
    assert sheet.notes[1] == "The two permits do not hold for 上王庄村卫生室 (V)."
    assert [row["No."] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    shown = [(row["Step"], row["Base"], row["Rate"], row[""], row["Amount"]) for row in rows]
    labels = {row["name"]: row["label"] for row in outcome.results.reports.to_pylist()}
    paid = sum(row["amount_fen"] for row in outcome.results.pay_lines.to_pylist() if row["institution"] == "H")
    assert shown == [
        ("计入结余的收入", 1_000_000, 10_000, "+", 1_000_000),
        ("扣除的成本", 400_000, 10_000, "-", 400_000),
        ("收支结余", None, None, "=", 600_000),
        ("可分配结余", None, None, "=", 600_000),
        ("按比例计算的基金", 1_000_000, 20, None, 2_000),
        ("实际提取的基金", None, None, "-", 2_000),
        ("奖励基数", None, None, "=", 598_000),
        (labels["reward_pool"], 598_000, 6_000, "=", 358_800),
        ("其余结余的用途", None, None, None, 239_200),
        (labels["performance_ceiling"], None, None, None, 810_000),
        (labels["performance_granted"], None, None, "-", 506_550),
        (labels["ceiling_room"], None, None, "=", 303_450),
        ("可发放的奖励", None, None, "=", 303_450),
        ("未发放的奖励", None, None, None, 55_350),
        ("已分配到人的奖励", None, None, "=", 303_450),
        ("Rewards paid in advance", None, None, "-", 120_000),
        ("Advances carried to the next year", None, None, "+", 0),
        (material.labels["reward_pay"], None, None, "=", paid),
    ]
    assert by_step(rows)["可发放的奖励", None]["Remark"] == "超过总量上限"
    assert paid == 303_450 - 120_000 + 0


def test_amounts_follow_from_base_and_rate(months: Path, tmp_path: Path) -> None:
    """Wherever a row has both, its amount is their product, half up to the fen."""
    with year(months, tmp_path, income="10000.01", costs="4000.07") as (material, _, _):
        rows = cells(made(two_permits.make(material)))
    checked = 0
    for row in rows:
        base, rate, amount = row["Base"], row["Rate"], row["Amount"]
        if isinstance(base, int) and isinstance(rate, int):
            assert amount == (base * rate + 5_000) // 10_000
            checked += 1
    assert checked == 4


@pytest.mark.parametrize(
    ("figure", "base", "pool", "remark"),
    [
        ("surplus", 600_000, 360_000, None),
        ("finance[medical_service_income]", 1_000_000, 598_000, "at most what the funds leave"),
    ],
)
def test_the_base_of_the_pool_is_what_the_policy_names(
    figure: str, base: int, pool: int, remark: str | None, months: Path, tmp_path: Path
) -> None:
    named = f'reward_pool_base.values = [{{ {V}, value = "{figure}" }}]\n'
    with year(months, tmp_path, more='reward_pool = "share_of_named_base"', values=named) as (material, _, _):
        rows = cells(made(two_permits.make(material)))
    own = next(row for row in rows if str(row["Step"]).startswith("人员奖励总量"))
    assert (own["Base"], own["Rate"], own["Amount"], own["Remark"]) == (base, 6_000, pool, remark)


def test_an_approved_total_stands_without_a_control_level(months: Path, tmp_path: Path) -> None:
    """8,000 x 0.9 = 7,200, in place of the control level."""
    shutil.copytree(months, tmp_path / "year")
    chosen = 'performance_ceiling = "by_approved_total"\n[names.finance]\napproved_performance_total = "核定总量"\n'
    with opened(tmp_path / "year", outputs=STEPS, more="", values="") as office:
        text = (tmp_path / "year" / "policy" / "office.toml").read_text(encoding="utf-8")
        kept = text.replace("[names.part]", f"{chosen}[names.part]", 1)
        (tmp_path / "year" / "policy" / "office.toml").write_text(kept, encoding="utf-8")
        office.policy = load_policy("office", [tmp_path / "year" / "policy", POLICIES])
        row = {"institution": "H", "line": "approved_performance_total", "amount": "8000", "period": "2026"}
        office.tables["finance"] = [*office.tables["finance"], row]
        record = office.ledger.run(office.publish("2026").run)
        material = material_of(record, office.ledger.results(record.id), NAMES, office.folder, office.ledger)
        sheet = made(ceiling.make(material))
        hospital = cells(sheet)[0]
    assert (hospital["Control level (per head and year)"], hospital["Ceiling"]) == (None, 720_000)
    assert sheet.notes[0] == "Ceiling = approved total x multiple + what stands outside the total."


def test_a_year_without_a_surplus_says_so(months: Path, tmp_path: Path) -> None:
    with year(months, tmp_path, income="4000", costs="4000") as (material, _, _):
        rows = by_step(cells(made(two_permits.make(material))))
        hospital = cells(made(ceiling.make(material)))[0]
    assert rows["可发放的奖励", None]["Remark"] == "无结余"
    assert (hospital["Reward that may be paid"], hospital["Remark"]) == (0, "无结余")


def test_one_institution_alone(months: Path, tmp_path: Path) -> None:
    with year(months, tmp_path) as (material, _, _):
        assert [row["Code"] for row in cells(made(ceiling.make(material.of("V"))))] == ["V"]
        none = two_permits.make(material.of("V"))
        assert isinstance(none, NoSheet)
        assert {row["group"] for row in cells(made(two_permits.make(material.of("H"))))} == {"海盐县人民医院 (H)"}


def test_in_chinese(months: Path, tmp_path: Path) -> None:
    use("zh")
    with year(months, tmp_path) as (material, _, _):
        assert made(ceiling.make(material)).tab == "绩效总量执行表"
        assert made(two_permits.make(material)).tab == "两个允许测算表"
