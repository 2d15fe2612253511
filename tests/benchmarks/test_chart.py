"""Charts of growth: plain SVG, told apart without colour."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest

from benchmarks.growth.axes import Point, axes
from benchmarks.growth.bends import bends
from benchmarks.growth.chart import DASHES, NAME_HEIGHT, Panel, number_text, svg
from benchmarks.growth.command import Sizes, no_room, page, panels
from benchmarks.growth.store import MeasuredPoints

LINES = {
    "freeze": [(1e6, 2.0), (1e7, 1.9), (1e8, 2.1)],
    "run": [(1e6, 0.02), (1e7, 0.01), (1e8, 0.012)],
    "price & sum": [(1e6, 0.0199), (1e8, 0.0121)],
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def drawn() -> ElementTree.Element:
    return ElementTree.fromstring(svg([Panel("records", "records", "microseconds", LINES)] * 3))


def test_every_panel_has_its_lines_and_marks(drawn: ElementTree.Element) -> None:
    panels = drawn.findall(f"{SVG}g")
    assert len(panels) == 3
    for panel in panels:
        assert len(panel.findall(f"{SVG}polyline")) == len(LINES)
        assert len(panel.findall(f"{SVG}circle")) == len(LINES["freeze"]) + 1  # one beside its name


def test_lines_differ_without_colour(drawn: ElementTree.Element) -> None:
    lines = drawn.findall(f"{SVG}g")[0].findall(f"{SVG}polyline")
    assert [line.get("stroke-dasharray") for line in lines] == list(DASHES[:3])
    colours = {value for each in drawn.iter() for name in ("fill", "stroke") if (value := each.get(name))}
    assert all(colour in ("black", "white", "none") or re.fullmatch(r"#(..)\1\1", colour) for colour in colours)


def test_a_larger_value_stands_higher_and_a_larger_size_further_right(drawn: ElementTree.Element) -> None:
    lines = drawn.findall(f"{SVG}g")[0].findall(f"{SVG}polyline")
    (freeze, run, _) = ([tuple(map(float, at.split(","))) for at in line.get("points", "").split()] for line in lines)
    assert [x for x, _ in freeze] == sorted(x for x, _ in freeze)
    assert all(high < low for (_, high), (_, low) in zip(freeze, run, strict=True))


def test_names_of_lines_that_end_together_are_kept_apart(drawn: ElementTree.Element) -> None:
    texts = {text.text: float(text.get("y", "0")) for text in drawn.findall(f"{SVG}g")[0].findall(f"{SVG}text")}
    assert abs(texts["run"] - texts["price & sum"]) >= NAME_HEIGHT - 0.1


@pytest.mark.parametrize(("value", "text"), [(0.02, "0.02"), (50, "50"), (2000, "2k"), (1e8, "100M")])
def test_numbers_of_axes_are_short(value: float, text: str) -> None:
    assert number_text(value) == text


def test_limits_choose_the_sizes() -> None:
    limits = {"records": 3 * 10**7, "staff": 1000, "items": 4000, "engagements": 10**5, "months": 0}
    chosen = {axis.name: list(axis.sizes) for axis in axes(limits, 100)}
    assert chosen == {
        "records": [10**6, 3 * 10**6, 10**7, 3 * 10**7],
        "items": [400, 4000],
        "engagements": [10**4, 3 * 10**4, 10**5],
    }


def test_the_page_and_the_panels_hold_every_point() -> None:
    limits = {"records": 3 * 10**6, "staff": 0, "items": 0, "engagements": 0, "months": 0}
    chosen = axes(limits, 100)
    points = [Point("records", size, size, "freeze", 2.0, 400) for size in (10**6, 3 * 10**6)]
    text = page(chosen, points, {"commit": "abc"})
    assert "| 1,000,000 | freeze | 2.000 | 2.000 | 400 |" in text
    assert "| 3,000,000 | freeze | 2.000 | 0.667 | 400 |" in text
    made = panels(chosen, points)
    assert [panel.title for panel in made] == ["records: microseconds for each record", "peak memory, MB"]
    assert made[1].lines == {"freeze, by records": [(10**6, 400), (3 * 10**6, 400)]}


def test_a_bend_names_the_part_that_makes_it() -> None:
    limits = {"records": [10**6, 3 * 10**6], "staff": 0, "items": 0, "engagements": 0, "months": 0}
    (axis,) = axes(limits, 100)
    parts = {10**6: {"reading": 1.0, "sorting": 1.0}, 3 * 10**6: {"reading": 3.0, "sorting": 6.0}}
    points = [Point("records", size, size, "freeze", sum(found.values()), 400, found) for size, found in parts.items()]
    said = (
        "freeze, from 1,000,000 to 3,000,000: 2.000 becomes 3.000 us for each record; "
        "of this change of +1.000 us, +1.000 are 'sorting'."
    )
    assert list(bends(axis, points)) == [said]
    assert list(bends(axis, [replace(points[1], seconds=6.0)])) == []
    text = page([axis], points, {}, ["records 9 is left out"])
    assert said in text
    assert "**records 9 is left out**" in text
    assert "| sorting | 1.000 | 2.000 |" in text


def test_a_bend_names_the_seconds_that_do_not_grow() -> None:
    (axis,) = axes({"records": [10**6, 3 * 10**6], "staff": 0, "items": 0, "engagements": 0, "months": 0}, 100)
    points = [Point("records", 10**6, 10**6, "run", 3.0, 400), Point("records", 3 * 10**6, 3 * 10**6, "run", 5.0, 400)]
    assert list(bends(axis, points)) == [
        "run, from 1,000,000 to 3,000,000: 3.000 becomes 1.667 us for each record; "
        "a straight line through both has 2.00 s that do not grow."
    ]


def test_a_size_without_room_is_left_out_in_words() -> None:
    (axis,) = axes({"records": [10**8], "staff": 0, "items": 0, "engagements": 0, "months": 0}, 100)
    assert no_room(axis, 10**8, 10**12) == ""
    assert no_room(axis, 10**8, 10**9) == (
        "records 100,000,000 is left out: it needs about 18.0 GB of disk, and 1.0 GB are free."
    )


def test_a_measurement_goes_on_where_it_was_broken_off(tmp_path: Path) -> None:
    file = tmp_path / "points.jsonl"
    first = MeasuredPoints(file)
    done = [Point("records", 10, 10, "freeze", 1.0, None, {"a": 1.0}), Point("records", 10, 10, "run", 1.0, 5)]
    for point in (done[0], replace(done[1], is_last=True), Point("records", 30, 30, "freeze", 1.0, 5)):
        first.add(point)
    again = MeasuredPoints(file)
    assert again.of("records", 10) == [done[0], replace(done[1], is_last=True)]
    assert again.of("records", 30) == []  # broken off before its last
    assert again.of("staff", 10) == []


def test_sizes_of_an_option_are_a_limit_or_a_list() -> None:
    convert = Sizes().convert
    assert (convert("30", None, None), convert("30,", None, None), convert("5,7", None, None)) == (30, [30], [5, 7])
    for wrong in ("", "a", "1,b", "0,5", "-1"):
        with pytest.raises(click.BadParameter):
            convert(wrong, None, None)
