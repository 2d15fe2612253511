"""A line of the payslip does not pay everybody what an institution has once."""

from __future__ import annotations

from pathlib import Path

import pytest

from payengine.errors import Refused
from tests.support.schemes import pay, workspace

LINE = '\n[components.gift]\nlabel = "x"\nclass = "variable"\nfunding = "service_income"\n{}\n'
PER_HEAD = '[figures.heads_there]\nlabel = "x"\nlevel = "institution"\nunit = "count"\ntotal_of = "head"\n'
MEAN = (
    '[figures.mean_pay]\nlabel = "x"\nlevel = "institution"\nunit = "yuan"\nmean_of = "file_pay"\nper = "person"\n'
    'otherwise = "0"\n'
)


def gifts(calculation: str, folder: Path, more: str = "") -> dict[str, str]:
    """Return what each of three people at one institution is paid by a calculation."""
    county = workspace("payroll-share-pool", folder / "county")
    (file,) = (folder / "county" / "policy").glob("*.toml")
    text = file.read_text("utf-8").replace('"attendance_bonus"]', '"attendance_bonus", "gift"]')
    file.write_text(text + LINE.format(calculation) + more, "utf-8")
    county.freeze("2026-10")
    paid = pay(county.run("2026-10").results)
    return {place[2]: amount for place, amount in paid.items() if place.endswith(" gift")}


@pytest.mark.parametrize(
    "calculation",
    [
        'add = ["finance[business_income]"]', 'times = ["bonus_pool", "payroll_share"]', 'add = ["payroll_part"]',
        'add = ["file_pay"]\nsubtract = ["bonus_pool"]',
    ],
)  # fmt: skip
def test_an_amount_of_an_institution_is_not_paid_to_everybody(calculation: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        gifts(calculation, tmp_path)
    assert "every person would be paid all of it" in refused.value.report()


@pytest.mark.parametrize(
    ("calculation", "more", "paid"),
    [
        # 4,068.93 / 3; mean (3,500.50 + 1,900 + 600) / 3 = 2,000.17, x 35 %; each one's own pay x 35 %
        ('add = ["bonus_pool"]\nover = ["heads_there"]', PER_HEAD, {"A": "1356.31", "B": "1356.31", "C": "1356.31"}),
        ('times = ["mean_pay", "payroll_share"]', MEAN, {"A": "700.06", "B": "700.06", "C": "700.06"}),
        (
            'times = ["file_pay", "payroll_share"]\nat_most = "bonus_pool"', "",
            {"A": "1225.18", "B": "665.00", "C": "210.00"},
        ),
    ],
)  # fmt: skip
def test_a_mean_a_part_and_a_limit_are(calculation: str, more: str, paid: dict[str, str], tmp_path: Path) -> None:
    assert gifts(calculation, tmp_path, more) == paid
