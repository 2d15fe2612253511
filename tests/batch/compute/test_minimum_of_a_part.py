"""A minimum made of the part that it guarantees claims nothing: no circle."""

from __future__ import annotations

from pathlib import Path

from tests.support.schemes import pay, workspace

TENTH = """
[figures.tenth]
label = "本块的十分之一"
unit = "yuan"
level = "institution"
times = ["bonus_pool[work]", "0.1"]
"""


def test_a_minimum_made_of_its_part_makes_no_circle(tmp_path: Path) -> None:
    """At Q the work is 200 by D's points, so C has 20 of it; at P nobody has points."""
    made = workspace("minimums-in-parts", tmp_path / "c")
    file = made.folder / "policy" / "minimums.toml"
    text = file.read_text("utf-8").replace(
        'at_least = "guaranteed"\noutside = { director = true }', 'at_least = "tenth"'
    )
    file.write_text(text + TENTH, "utf-8")
    made.freeze("2026-10")
    paid = pay(made.run("2026-10").results)
    assert paid == {
        "Q/C work_bonus": "20.00", "Q/D work_bonus": "180.00", "Q/C quality_bonus": "100.00",
        "R/E quality_bonus": "300.00",
    }  # fmt: skip
