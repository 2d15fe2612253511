"""docs/formulas.md lists every input of formulas as `batch.inputs.catalogue` describes it."""

from __future__ import annotations

from batch.compute.policy_formulas import POLICY_SUMS
from batch.inputs.catalogue import INPUTS
from tests.support.paths import DOCS

DOCUMENT = DOCS / "formulas.md"


def table() -> str:
    """The table of inputs as the document has it."""
    return "".join(
        f"| `{spec.name}` | {spec.level} | {spec.unit or (spec.kind if spec.kind != 'number' else 'any')} "
        f"| {spec.axis} | `{spec.table}` | {spec.about} |\n"
        for spec in INPUTS
    )


def test_every_input_is_documented() -> None:
    assert table() in DOCUMENT.read_text(encoding="utf-8"), table()


def test_made_formulas_are_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in POLICY_SUMS)


def test_names_of_inputs_are_unique() -> None:
    assert len({spec.name for spec in INPUTS}) == len(INPUTS)
