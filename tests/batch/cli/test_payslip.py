"""The command `payslip`: pages as they are printed, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batch.cli import payslip
from batch.paper.font_subset import characters
from batch.paper.glyphs import FONTS, printable
from tests.support import small_county, typst_pages
from tests.support.small_county import OCTOBER, call, engagement, record, tables
from tests.support.typst_pages import pages

ODD = "#let x = [*王*] $1$ _小_ `红` \\ @ <b> // ~"
RARE = "员\U00020000工"  # a character of extension B that the shipped font lacks


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published month of two persons: one with a name of markup, one with a rejected record."""
    typst_pages.require()
    rows = tables(
        staff=[{"code": "S1", "name": ODD}, {"code": "S2", "name": "李䶮"}],
        engagement=[engagement("S1", department="全科"), engagement("S2")],
        service_record=[record("R1"), record("R2", "S2"), record("R3", "S2", item="Z", patient="P-secret-7")],
        pay_component=[small_county.pay("S1"), small_county.pay("S2", "4200")],
    )
    made = small_county.county(tmp_path_factory.mktemp("paper") / "county", rows)
    for words in (("freeze", OCTOBER), ("run", OCTOBER), ("publish", OCTOBER)):
        done = call(made.folder, *words)
        assert done.exit_code == 0, done.output
    return made.folder


def test_a_name_of_markup_is_printed_as_it_stands(county: Path, tmp_path: Path) -> None:
    done = call(county, "payslip", OCTOBER, "--staff", "S1", "-o", str(tmp_path / "s1.pdf"))
    assert done.exit_code == 0, done.output
    (page,) = pages(tmp_path / "s1.pdf")
    assert ODD in page
    assert "3,100.00" in page
    assert "S2" not in page
    assert "4,200.00" not in page


def test_a_page_tells_arithmetic_items_and_rejected_records(county: Path, tmp_path: Path) -> None:
    for lang, due, how in (("en", "Due for the period", "How it was computed"), ("zh", "本期应发", "怎样算出")):
        file = tmp_path / f"{lang}.pdf"
        done = call(county, "--lang", lang, "payslip", OCTOBER, "--staff", "S2", "-o", str(file))
        assert done.exit_code == 0, done.output
        (page,) = pages(file)
        assert due in page
        assert how in page
        assert "× 4.20" in page
        assert "李䶮" in page
        assert "P-secret-7" not in page
    assert "未计酬的记录：1 条" in page
    assert "项目不明" in page


def test_the_same_run_gives_the_same_bytes(county: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert call(county, "payslip", OCTOBER, "-o", str(tmp_path / f"{name}.pdf")).exit_code == 0
    one, two = ((tmp_path / f"{name}.pdf").read_bytes() for name in ("one", "two"))
    assert one == two
    assert len(pages(tmp_path / "one.pdf")) == 2


def test_a_folder_gets_a_file_for_each_institution_and_parts(
    county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "all"
    done = call(county, "--json", "payslip", OCTOBER, "-o", str(folder))
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["payslips"] == 2
    assert json.loads(done.output)["logged"] is True
    assert [file.name for file in folder.iterdir()] == ["I1.pdf"]
    monkeypatch.setattr(payslip, "MOST_OF_A_PART", 1)
    assert call(county, "payslip", OCTOBER, "-o", str(tmp_path / "parts")).exit_code == 0
    parts = sorted((tmp_path / "parts").iterdir())
    assert [file.name for file in parts] == ["I1-01.pdf", "I1-02.pdf"]
    assert "S1" in pages(parts[0])[0]
    assert "S2" in pages(parts[1])[0]


def test_more_than_a_file_holds_is_refused(county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payslip, "MOST_IN_A_FILE", 1)
    done = call(county, "payslip", OCTOBER, "-o", str(tmp_path / "all.pdf"))
    assert done.exit_code == 2
    assert "folder" in done.output
    assert list(tmp_path.iterdir()) == []


def test_what_exists_is_replaced_by_force_alone(county: Path, tmp_path: Path) -> None:
    file = tmp_path / "s1.pdf"
    file.write_bytes(b"mine")
    words = ("payslip", OCTOBER, "--staff", "S1", "-o", str(file))
    assert call(county, *words).exit_code == 2
    assert file.read_bytes() == b"mine"
    assert call(county, *words, "--force").exit_code == 0
    assert file.read_bytes().startswith(b"%PDF")
    assert [entry.name for entry in tmp_path.iterdir()] == ["s1.pdf"]


@pytest.mark.parametrize(
    "words", [("--staff", "S9"), ("--institution", "I9"), ("--staff", "S1", "--institution", "I9")], ids=" ".join
)
def test_who_is_not_in_the_run_is_named(county: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = call(county, "payslip", OCTOBER, *words, "-o", str(tmp_path / "x.pdf"))
    assert done.exit_code == 2
    assert "9" in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_draft_says_so(tmp_path: Path) -> None:
    typst_pages.require()
    made = small_county.county(tmp_path / "county", tables(pay_component=[small_county.pay("S1")]))
    assert call(made.folder, "freeze", OCTOBER).exit_code == 0
    assert call(made.folder, "run", OCTOBER).exit_code == 0
    run = made.runs(OCTOBER)[0].id
    assert call(made.folder, "payslip", run, "-o", str(tmp_path / "draft.pdf")).exit_code == 0
    assert all("not published" in page for page in pages(tmp_path / "draft.pdf"))


def test_a_character_without_a_glyph_fails_with_the_person_and_the_remedy(tmp_path: Path) -> None:
    typst_pages.require()
    people = [{"code": "S1", "name": RARE}, {"code": "S2", "name": "李玲"}]
    rows = tables(staff=people, service_record=[record("R1"), record("R2", "S2")])
    made = small_county.county(tmp_path / "county", rows)
    for words in (("freeze", OCTOBER), ("run", OCTOBER), ("publish", OCTOBER)):
        assert call(made.folder, *words).exit_code == 0
    target = tmp_path / "slips"
    done = call(made.folder, "payslip", OCTOBER, "-o", str(target))
    assert done.exit_code == 3
    assert "U+20000" in done.output
    assert "I1 S1" in done.output
    assert "--font-dir" in done.output
    assert not target.exists()
    assert call(made.folder, "payslip", OCTOBER, "--staff", "S2", "-o", str(tmp_path / "s2.pdf")).exit_code == 0
    folder = tmp_path / "fonts"
    font_of(RARE, folder)
    done = call(
        made.folder, "payslip", OCTOBER, "--staff", "S1", "-o", str(tmp_path / "s1.pdf"), "--font-dir", str(folder)
    )
    assert done.exit_code == 0, done.output
    assert len(typst_pages.fonts(tmp_path / "s1.pdf")) == 2


def font_of(text: str, folder: Path) -> None:
    """Write a font in which every character of `text` looks like 口."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

    with TTFont(FONTS / "PayengineSansSC-Regular.otf") as font:
        chosen = subset.Subsetter(subset.Options(layout_features=[]))
        chosen.populate(text="口")
        chosen.subset(font)
        glyph = font.getBestCmap()[ord("口")]
        table = CmapSubtable.newSubtable(12)
        table.platformID, table.platEncID, table.language = 3, 10, 0
        table.cmap = {ord(char): glyph for char in text}
        font["cmap"].tables = [table]
        font["name"].setName("Boxes", 1, 3, 1, 0x409)
        folder.mkdir()
        font.save(folder / "boxes.otf")


@pytest.mark.parametrize("made", ["nothing", "an empty folder", "no font"])
def test_a_folder_without_fonts_is_refused(county: Path, tmp_path: Path, made: str) -> None:
    folder = tmp_path / "fonts"
    if made != "nothing":
        folder.mkdir()
    if made == "no font":
        (folder / "broken.otf").write_text("no font", encoding="utf-8")
    done = call(county, "payslip", OCTOBER, "-o", str(tmp_path / "x.pdf"), "--font-dir", str(folder))
    assert done.exit_code == 2
    assert str(folder) in done.output
    assert not (tmp_path / "x.pdf").exists()


def test_the_shipped_font_has_what_its_description_says() -> None:
    """GBK but for what the source font lacks, and the names that GBK lacks."""
    typst_pages.require()
    known = printable([FONTS / "PayengineSansSC-Regular.otf"])
    of_gbk = {
        ord(bytes([high, low]).decode("gbk", "replace")[0]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)
    }
    assert of_gbk - {0xFFFD} <= known
    assert {ord(char) for char in "䶮㛃𬭎堃玥喆镕×÷−≤≥→"} <= known
    assert len(known - characters()) < 10  # the feature-less glyphs that fontTools keeps beside them
    assert (FONTS / "OFL.txt").read_text(encoding="utf-8").count("SIL OPEN FONT LICENSE") == 1


def test_without_typst_the_remedy_is_named(county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    done = call(county, "payslip", OCTOBER, "-o", str(tmp_path / "x.pdf"))
    assert done.exit_code == 2
    assert "payengine[pdf]" in done.output


def test_an_unreadable_target_leaves_nothing_behind(county: Path, tmp_path: Path) -> None:
    done = call(county, "payslip", OCTOBER, "-o", str(tmp_path / "x.txt"))
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []
