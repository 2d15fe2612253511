"""A line of the payslip does not pay everybody what an institution has once."""

from __future__ import annotations

from pathlib import Path

import pytest

from payengine.errors import Refused
from tests.support.schemes import workspace

LINE = '\n[components.gift]\nlabel = "x"\nclass = "variable"\nfunding = "service_income"\n{}\n'
PER_HEAD = '[figures.heads_there]\nlabel = "x"\nlevel = "institution"\nunit = "count"\ntotal_of = "head"\n'
MEAN = (
    '[figures.mean_pay]\nlabel = "x"\nlevel = "institution"\nunit = "yuan"\nmean_of = "file_pay"\nper = "person"\n'
    'otherwise = "0"\n'
)


def run(calculation: str, folder: Path, more: str = "") -> None:
    county = workspace("payroll-share-pool", folder / "county")
    (file,) = (folder / "county" / "policy").glob("*.toml")
    text = file.read_text("utf-8").replace('"attendance_bonus"]', '"attendance_bonus", "gift"]')
    file.write_text(text + LINE.format(calculation) + more, "utf-8")
    county.freeze("2026-10")
    county.run("2026-10")


@pytest.mark.parametrize(
    "calculation",
    [
        'add = ["finance[business_income]"]', 'times = ["bonus_pool", "payroll_share"]', 'add = ["payroll_part"]',
        'add = ["file_pay"]\nsubtract = ["bonus_pool"]',
    ],
)  # fmt: skip
def test_an_amount_of_an_institution_is_not_paid_to_everybody(calculation: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        run(calculation, tmp_path)
    assert "every person would be paid all of it" in refused.value.report()


@pytest.mark.parametrize(
    ("calculation", "more"),
    [
        ('add = ["bonus_pool"]\nover = ["heads_there"]', PER_HEAD), ('times = ["mean_pay", "payroll_share"]', MEAN),
        ('times = ["file_pay", "payroll_share"]\nat_most = "bonus_pool"', ""),
    ],
)  # fmt: skip
def test_a_mean_a_part_and_a_limit_are(calculation: str, more: str, tmp_path: Path) -> None:
    run(calculation, tmp_path, more)
