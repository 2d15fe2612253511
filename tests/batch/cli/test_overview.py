"""The command `overview`.

Its figures are those of the register, its pages need nothing else.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from batch.paper import svg
from batch.paper.svg import Bar, Box, Part
from batch.reports.overview import FEWEST, QUARTILES, quantiles
from batch.workspace import Workspace
from tests.support import small_county, typst_pages
from tests.support.small_county import OCTOBER, call, engagement, record, tables

SCRIPT = "<script>alert(1)</script>&\"'"
VOID = {"meta", "br", "rect", "path"}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two published months; the institution's name is markup."""
    institution = {"code": "I1", "name": SCRIPT, "kind": "township_center", "public_class": "1", "from": "2020-01-01"}
    months = ("2026-09", OCTOBER)
    rows = tables(
        *months,
        institution=[institution],
        engagement=[engagement("S1", role="physician"), engagement("S2", role="nurse")],
        service_record=[record("R1"), record("R2", day="2026-09-03", quantity="4"), record("R3", "S2")],
        pay_component=[small_county.pay(who, "3100", month) for who in ("S1", "S2") for month in months],
    )
    made = small_county.county(
        tmp_path_factory.mktemp("overview") / "county", rows, settings='first_period = "2026-09"\n'
    )
    for month in months:
        for words in (("freeze", month), ("run", month), ("publish", month)):
            done = call(made.folder, *words)
            assert done.exit_code == 0, done.output
    return made.folder


def written(county: Path, file: Path, lang: str = "en", *words: str) -> str:
    done = call(county, "--lang", lang, "overview", OCTOBER, "-o", str(file), *words)
    assert done.exit_code == 0, done.output
    return file.read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Reader of a page that keeps its tags, and fails where they are not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_is_whole_in_itself_and_obeys_no_name(county: Path, tmp_path: Path, lang: str) -> None:
    page = Tags(written(county, tmp_path / "page.html", lang))
    names = {tag for tag, _ in page.all}
    assert not names & {"script", "link", "img", "iframe", "object", "base"}
    assert "<script>alert(1)" in page.text  # told as text
    for _, attributes in page.all:
        assert not {"href", "src", "onload", "onclick", "style"} & attributes.keys()
        assert not any("http" in str(value) for name, value in attributes.items() if name != "xmlns")
    policies = [found["content"] for _, found in page.all if found.get("http-equiv") == "Content-Security-Policy"]
    assert policies
    assert str(policies[0]).startswith("default-src 'none'")


def test_a_page_can_be_read_by_a_screen_reader(county: Path, tmp_path: Path) -> None:
    for lang, code in (("en", "en"), ("zh", "zh-CN")):
        page = Tags(written(county, tmp_path / f"{lang}.html", lang))
        assert ("html", {"lang": code}) in page.all
        assert [tag for tag, _ in page.all].count("h1") == 1
        ids = {found["id"] for _, found in page.all if "id" in found}
        charts = [found for tag, found in page.all if tag == "svg"]
        assert len(charts) == 5
        for found in charts:
            assert found["role"] == "img"
            assert set(str(found["aria-labelledby"]).split()) <= ids
        counted = [found["id"] for _, found in page.all if "id" in found]
        assert len(counted) == len(set(counted))


def test_figures_are_those_of_the_register_and_of_the_month_before(county: Path, tmp_path: Path) -> None:
    page = Tags(written(county, tmp_path / "page.html")).text
    register = Workspace(county).register(OCTOBER)
    before = Workspace(county).register("2026-09")
    for fen in (register.total.gross_fen, register.total.fixed_fen, register.total.variable_fen):
        assert f"{fen // 100:,}.{fen % 100:02}" in page
    change = register.total.gross_fen - before.total.gross_fen
    assert change > 0
    assert f"+{change // 100:,}.{change % 100:02}" in page
    assert f"fewer than {FEWEST} persons" in page  # one physician, one nurse
    assert "S1" not in page


def test_the_pdf_says_the_same_on_one_page(county: Path, tmp_path: Path) -> None:
    typst_pages.require()
    for lang, title in (("en", "Overview of pay"), ("zh", "薪酬概览")):
        for name in ("one", "two"):
            file = tmp_path / f"{lang}-{name}.pdf"
            done = call(county, "--lang", lang, "overview", OCTOBER, "-o", str(file))
            assert done.exit_code == 0, done.output
        (page,) = typst_pages.pages(tmp_path / f"{lang}-one.pdf")
        assert title in page
        gross = Workspace(county).register(OCTOBER).total.gross_fen
        assert f"{gross // 100:,}.{gross % 100:02}" in page
        assert "<script>" in page
        assert (tmp_path / f"{lang}-one.pdf").read_bytes() == (tmp_path / f"{lang}-two.pdf").read_bytes()


def test_what_cannot_be_written_is_said(county: Path, tmp_path: Path) -> None:
    assert call(county, "overview", OCTOBER, "-o", str(tmp_path / "page.doc")).exit_code == 2
    assert call(county, "overview", "2026-08", "-o", str(tmp_path / "page.html")).exit_code == 2
    written(county, tmp_path / "page.html")
    assert call(county, "overview", OCTOBER, "-o", str(tmp_path / "page.html")).exit_code == 2
    done = call(county, "--json", "overview", OCTOBER, "-o", str(tmp_path / "page.html"), "--force")
    assert json.loads(done.output)["compared_with"] == "2026-09"


def test_a_month_with_nothing_before_has_no_change(county: Path, tmp_path: Path) -> None:
    done = call(county, "overview", "2026-09", "-o", str(tmp_path / "page.html"))
    assert done.exit_code == 0, done.output
    assert 'class="change"' not in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_quantiles_are_persons_pay_by_nearest_rank() -> None:
    assert quantiles([1, 2, 3, 4]) == ()
    assert quantiles([1, 2, 3, 4, 5]) == (1, 2, 3, 4, 5)
    pay = list(range(100, 1100, 7))
    for per_cent, found in zip(QUARTILES, quantiles(pay), strict=True):
        below = sum(one < found for one in pay)
        assert below * 100 < per_cent * len(pay) <= (below + 1) * 100


def test_bars_are_as_long_as_their_figures_in_whole_units() -> None:
    rows = [Bar("a", [Part(300), Part(100, svg.HATCHED)], "4.00"), Bar("b", [Part(0)], "0.00", [(200, "dashes")])]
    drawing = ElementTree.fromstring(svg.bars("k", "t", "d", rows, 400))
    space = "{http://www.w3.org/2000/svg}"
    bars = [one for one in drawing.iter(f"{space}rect") if one.get("height") == "10"]
    widths = [int(one.get("width") or "") for one in bars]
    assert widths[0] == 3 * widths[1] or abs(widths[0] - 3 * widths[1]) <= 3
    assert bars[1].get("fill") == "url(#k-hatch)"
    assert not re.search(r"\d\.\d", svg.bars("k", "t", "d", [Bar("a", [Part(1)], "x")], 3).replace("0.5", ""))


def test_a_spread_of_few_is_a_text_alone() -> None:
    drawing = svg.boxes("k", "t", "d", [Box("a", (), "few"), Box("b", (1, 2, 3, 4, 5), "3")], 5)
    assert drawing.count('height="10"') == 1
    assert ">few</text>" in drawing
