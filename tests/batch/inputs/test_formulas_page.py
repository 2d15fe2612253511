"""docs/formulas.md, in both languages, lists the inputs and the decorator's arguments."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from batch.compute.policy_formulas import POLICY_SUMS
from batch.inputs.catalogue import INPUTS
from payengine.graph import InputSpec, formula
from tests.support.markdown import CODE, read_page
from tests.support.paths import DOCS

DOCUMENT, CHINESE = DOCS / "formulas.md", DOCS / "formulas.zh.md"
UNITS = {
    "points": "当量", "ratio": "比例", "count": "个数", "yuan": "元", "flag": "是否", "codes": "编码", "any": "不限",
}  # fmt: skip
each_edition = pytest.mark.parametrize("document", [DOCUMENT, CHINESE], ids=lambda file: file.name)


def unit(spec: InputSpec) -> str:
    return str(spec.unit or (spec.kind if spec.kind != "number" else "any"))


def table() -> str:
    """The table of inputs as the document has it."""
    return "".join(
        f"| `{spec.name}` | {spec.level.name} | {unit(spec)} | {spec.axis} | `{spec.table}` | {spec.about} |\n"
        for spec in INPUTS
    )


def test_every_input_is_documented() -> None:
    assert table() in DOCUMENT.read_text(encoding="utf-8"), table()


def test_every_input_is_documented_in_chinese() -> None:
    page = next(one for one in read_page(CHINESE).tables if one.heading == "输入项")
    assert [row[:5] for row in page.rows[1:]] == [
        [f"`{spec.name}`", spec.level.name, UNITS[unit(spec)], spec.axis, f"`{spec.table}`"] for spec in INPUTS
    ]
    assert not [row for row in page.rows[1:] if not row[5]]
    assert not [row for row in page.rows[1:] if re.search("[a-z]{3,} [a-z]{3,}", row[5])]


@each_edition
def test_every_argument_of_the_decorator_is_documented(document: Path) -> None:
    first = read_page(document).tables[0]
    told = {name for row in first.rows[1:] for name in CODE.findall(row[0])}
    assert told == set(inspect.signature(formula).parameters)


@each_edition
def test_made_formulas_are_documented(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in POLICY_SUMS)


def test_names_of_inputs_are_unique() -> None:
    assert len({spec.name for spec in INPUTS}) == len(INPUTS)
