"""Reader of a policy's [bands]: names for the ranges of a figure."""

from __future__ import annotations

from collections.abc import Iterator

from payengine.policy.bands import Band, Bands
from payengine.policy.entries import FIGURE_NAME
from payengine.policy.toml import Section, number_text
from payengine.texts import in_quotes, say


def read_bands(name: str, section: Section) -> Bands:
    """Read `figure` and its `steps`: { name = "large", above = "1000" }; problems are added."""
    section.text("label")
    figure = section.text("figure", required=True)
    if figure and not FIGURE_NAME.fullmatch(figure):
        section.problem(say("{text} is no figure's name", text=in_quotes(figure)), "figure")
    steps = tuple(_steps(section))
    if not steps:
        section.problem(say("it names no steps"), "steps")
    section.finish()
    return Bands(name, figure, steps)


def _steps(section: Section) -> Iterator[Band]:
    before: Band | None = None
    for entry in section.sections("steps"):
        name = entry.text("name", required=True)
        keys = [key for key in ("from", "above") if entry.has(key)]
        number = entry.number(keys[0]) if keys else None
        if len(keys) != 1:
            entry.problem(say("a step has from, or above: one of the two"), "from")
        entry.finish()
        if not name or number is None:
            continue
        band = Band(name, number, keys[0] == "above")
        if before is not None and (before.start, before.above) >= (band.start, band.above):
            section.problem(
                say("{name} does not begin above {before}, which begins at {start}",
                    name=in_quotes(name), before=in_quotes(before.name), start=number_text(before.start)), "steps",
            )  # fmt: skip
        if before is not None and name == before.name:
            section.problem(say("{name} stands in it twice", name=in_quotes(name)), "steps")
        yield band
        before = band
