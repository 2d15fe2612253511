"""Values keyed by what is in no row of the period are refused or told, never passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.workspace import Workspace
from payengine.errors import Refused
from tests.support.small_county import OCTOBER, county, engagement, pay, tables

PRICE = """
[parameters.staff_point_price]
replaces = true
values = [
  {{ from = 2020-01-01, continues = "至调整", value = "4.20", source = "虚构" }},
  {{ from = 2020-01-01, continues = "至调整", value = "5.20", source = "虚构", where = {{ {key} = "{name}" }} }},
]
"""


def office(folder: Path, key: str, name: str, **of_s1: str) -> Workspace:
    rows = tables(pay_component=[pay("S1"), pay("S2")], engagement=[engagement("S1", **of_s1), engagement("S2")])
    return county(folder, rows, layer=PRICE.format(key=key, name=name))


@pytest.mark.parametrize(
    ("key", "name", "near"),
    [
        ("kind", "towship_center", "township_center"), ("department_class", "clinicl", "clinical"),
        ("employment", "contrct", "contract"), ("pay_scheme", "agrement", "agreement"), ("public_class", "01", "1"),
        ("category", "basic_medicl", "basic_medical"),
    ],
)  # fmt: skip
def test_a_key_of_a_closed_list_refuses_the_policy_beside_a_general_value(
    tmp_path: Path, key: str, name: str, near: str
) -> None:
    with pytest.raises(Refused) as refused:
        office(tmp_path / "c", key, name).policy()
    told = refused.value.report()
    assert name in told
    assert f"did you mean {near}" in told


def warned(office: Workspace) -> list[str]:
    office.freeze(OCTOBER)
    return [text for text in office.run(OCTOBER).warnings if "the policy has values for" in text]


@pytest.mark.parametrize(
    ("key", "name", "of_s1", "told"),
    [
        ("institution", "I01", {}, "I01, which is in no row of institution (did you mean I1?)"),
        ("department", "公卫科", {"department": "公共卫生科"},
         "department 公卫科, which is in no row of engagement (did you mean 公共卫生科?)"),
        ("department", "D9", {}, "department D9, which is in no row of engagement"),
        ("title", "主冶医师", {"title": "主治医师"},
         "title 主冶医师, which is in no row of engagement (did you mean 主治医师?)"),
        ("role", "general_practitionar", {"role": "general_practitioner"},
         "role general_practitionar, which is in no row of engagement (did you mean general_practitioner?)"),
    ],
)  # fmt: skip
def test_a_key_that_is_in_no_row_is_told(tmp_path: Path, key: str, name: str, of_s1: dict[str, str], told: str) -> None:
    assert warned(office(tmp_path / "c", key, name, **of_s1)) == [f"the policy has values for {told}"]


@pytest.mark.parametrize(
    ("key", "of_s1"), [("title", {"title": "护师"}), ("title", {}), ("department", {"department": "主任医师"})]
)
def test_a_title_that_the_county_merely_lacks_is_not_told(tmp_path: Path, key: str, of_s1: dict[str, str]) -> None:
    assert warned(office(tmp_path / "c", key, "主任医师", **of_s1)) == []
