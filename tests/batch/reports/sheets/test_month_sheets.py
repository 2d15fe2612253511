"""Village clinics, compliance and announcement of a month's run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest

from batch.cli.demo_county import DemoCounty
from batch.cli.session import Progress
from batch.file_access import PRIVATE
from batch.ledger.records import RunStep
from batch.report_names import FAILS, HOLDS, NOT_APPLICABLE, NOT_GIVEN, REPORTED
from batch.reports.compliance import RESULTS, obligations
from batch.reports.compliance_words import result_text
from batch.reports.sheets import announcement, arrears, ceiling, compliance, two_permits, village
from batch.reports.sheets.catalogue import SHEETS
from batch.reports.sheets.material import NoSheet, Readers, SheetMaterial
from batch.reports.sheets.sheet import Sheet
from batch.reports.workbooks.workbook import BookFacts, write_file
from batch.results import REPORTS
from batch.sheets import institutions_of, write_books
from batch.workspace import Workspace
from payengine.periods import Period
from payengine.policy.step_rule import StepRule
from payengine.texts import use
from tests.support import small_county
from tests.support.sheet_cells import cells, total
from tests.support.small_run import NAMES, small, table

OCTOBER = "2026-10"
SIZE = {"records": 900, "staff": 40, "institutions": 8}
MAKERS: tuple[Callable[[SheetMaterial], Sheet | NoSheet], ...] = (
    announcement.make, arrears.make, ceiling.make, compliance.make, two_permits.make, village.make,
)  # fmt: skip


def published(folder: Path, policy: str) -> Workspace:
    progress, period = Progress(), Period.parse(OCTOBER)
    made = DemoCounty(folder / "county", policy)
    made.write(progress, period=period, seed=1, **SIZE)
    made.price(period, progress)
    return made.workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Publish a month of a county under Henan's rules, whose village clinics have task money."""
    return published(tmp_path_factory.mktemp("henan"), "henan-example")


@pytest.fixture(scope="module")
def checking(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Publish a month of a county whose policy checks more."""
    return published(tmp_path_factory.mktemp("xining"), "xining-example")


@pytest.fixture
def material(workspace: Workspace) -> Iterator[SheetMaterial]:
    with workspace.sheet_material(OCTOBER) as gathered:
        yield gathered


@pytest.fixture
def checked(checking: Workspace) -> Iterator[SheetMaterial]:
    with checking.sheet_material(OCTOBER) as gathered:
        yield gathered


def made(sheet: Sheet | NoSheet) -> Sheet:
    assert isinstance(sheet, Sheet)
    return sheet


# Village clinics.


def test_village_staff_get_what_the_ledger_says(material: SheetMaterial) -> None:
    sheet = made(village.make(material))
    institutions = material.table("institution")
    assert institutions is not None
    clinics = {row["code"] for row in institutions.to_pylist() if row["kind"] == "village_clinic"}
    assert clinics == {"I0007", "I0008"}
    lines = [row for row in material.results.pay_lines.to_pylist() if row["institution"] in clinics]
    given = [row for row in material.results.statement_lines.to_pylist() if row["institution"] in clinics]
    assert lines
    assert given
    assert total(sheet, "Total of the person") == sum(row["amount_fen"] for row in lines)
    assert total(sheet, "Given to the clinic") == sum(row["amount_fen"] for row in given)
    for component, funding in {(row["component"], row["funding"]) for row in lines}:
        own = sum(row["amount_fen"] for row in lines if (row["component"], row["funding"]) == (component, funding))
        heading = f"{material.labels[component]} ({material.names.funding[funding]})"
        assert total(sheet, heading) == own
    rows = cells(sheet)
    persons = {row["Staff code"] for row in rows if row["Staff code"]}
    assert persons == {row["staff"] for row in lines}
    assert [row["Name"] for row in rows if row["Staff code"] is None] == ["(the clinic)"] * 2
    # What a person has none of is not given, and no column adds a clinic's money to its persons' pay.
    assert {row["Given to the clinic"] for row in rows if row["Staff code"]} == {None}
    assert {row["Total of the person"] for row in rows if row["Staff code"] is None} == {None}


def test_pension_level_and_payers_stand_in_words(material: SheetMaterial) -> None:
    assert not any("ension" in note for note in made(village.make(material)).notes)  # Henan prints no pension


def test_a_run_without_village_staff_has_no_such_sheet(material: SheetMaterial) -> None:
    absent = village.make(material.of("I0001"))
    assert isinstance(absent, NoSheet)
    assert "village" in absent.why
    nothing = village.make(SheetMaterial(small(), NAMES))
    assert isinstance(nothing, NoSheet)
    assert "snapshot" in nothing.why


# Compliance.

_OF, _ALL = "institution", "consortium"
CHECKS = [  # level, institution, name, label, unit, scale, value
    (_OF, "H01", "share.result", "检验占比", "count", 0, HOLDS),
    (_OF, "T02", "share.result", "检验占比", "count", 0, FAILS),
    (_OF, "V03", "share.result", "检验占比", "count", 0, NOT_GIVEN),
    (_OF, "X04", "share.result", "检验占比", "count", 0, NOT_APPLICABLE),
    (_OF, "H01", "share.figure", "检验占比", "ratio", 4, 9_123),
    (_OF, "T02", "share.figure", "检验占比", "ratio", 4, 8_000),
    (_OF, "H01", "share.at_least[0]", "haiyan-2026 7", "ratio", 4, 8_700),
    (_OF, "T02", "share.at_least[0]", "haiyan-2026 7", "ratio", 4, 8_700),
    (_OF, "V03", "share.lacks[0]", "measure staff_satisfaction", "not_given", 0, 1),
    (_ALL, "", "share.result", "检验占比", "count", 0, FAILS),
    (_ALL, "", "share.scope[at_least]", "county_hospital, township_center", "ratio", 0, 0),
    (_ALL, "", "share.threshold_scope", "county_hospital", "ratio", 0, 0),
    (_OF, "H01", "gap.result", "差距", "count", 0, REPORTED),
    (_OF, "H01", "gap.figure", "差距", "yuan", 2, -123_456_05),
    (_OF, "H01", "gap.reported[0]", "haiyan-2026 8", "yuan", 2, 0),
    (_ALL, "", "gap.result", "差距", "count", 0, REPORTED),
    (_ALL, "", "gap.scope[reported]", "county_hospital", "yuan", 0, 0),
    (_ALL, "", "inspected.result", "抽查", "count", 0, NOT_GIVEN),
    (_ALL, "", "inspected.lacks[0]", "measure inspected", "not_given", 0, 1),
    (_ALL, "", "inspected.scope[at_least]", "", "count", 0, 0),
]


def checked_run(institution: str = "") -> SheetMaterial:
    rows = [(level, at, "", f"check.{name}", *rest) for level, at, name, *rest in CHECKS]
    whole = SheetMaterial(small(reports=table(REPORTS, *rows)), NAMES)
    return whole.of(institution) if institution else whole


def test_obligations_stand_with_figure_threshold_scope_outcome_and_clause() -> None:
    sheet = made(compliance.make(checked_run()))
    rows = {(str(row["group"]), row["Code"] or row["Institution"]): row for row in cells(sheet)}
    scope = "county hospitals, township centres; the threshold is for county hospitals"
    shown = {key: tuple(row.values())[2:8] for key, row in rows.items()}
    assert shown == {
        ("检验占比", "H01"): ("91.23 %", "≥ 87.00 %", "pass", scope, "haiyan-2026 7", None),
        ("检验占比", "T02"): ("80.00 %", "≥ 87.00 %", "FAIL", scope, "haiyan-2026 7", None),
        ("检验占比", "V03"): (None, None, "not given", scope, None, "measure staff_satisfaction"),
        ("检验占比", "All together"): (None, None, "FAIL", scope, None, None),
        ("差距 (yuan)", "H01"): ("-123,456.05", None, "reported", "county hospitals", "haiyan-2026 8", None),
        ("抽查 (count)", "All together"): (
            None,
            None,
            "not given",
            "no institution in this period",
            None,
            "measure inspected",
        ),
    }
    assert rows["检验占比", "H01"]["Institution"] == "海盐县人民医院"
    assert sheet.notes == ("Not met: 检验占比.", "Held, and in no figure: V03.")


def test_one_institution_sees_no_figure_of_all() -> None:
    sheet = made(compliance.make(checked_run("H01")))
    assert [(row["Code"], row["Conclusion"]) for row in cells(sheet)] == [("H01", "pass"), ("H01", "reported")]
    assert sheet.notes == ("No obligation fails.", "Of other institutions, or of all together: 抽查.")
    absent = compliance.make(checked_run("X04"))
    assert isinstance(absent, NoSheet)
    assert "applies" in absent.why


def test_every_result_of_a_run_stands_on_the_sheet(checked: SheetMaterial) -> None:
    found = obligations(checked.results)
    sheet = made(compliance.make(checked))
    shown = Counter((row["Code"], row["Conclusion"]) for row in cells(sheet) if row["Code"])
    expected = Counter(
        (result.institution, result_text(result.result))
        for one in found
        for result in one.institutions
        if result.result != RESULTS[NOT_APPLICABLE]
    )
    assert shown == expected
    figures = [result.figure for one in found for result in one.institutions if result.figure is not None]
    texts = [str(row["Value"]) for row in cells(sheet) if row["Code"] and row["Value"]]
    assert len(figures) == len(texts) > 1
    assert {each.unit for each in figures} == {"ratio"}
    told = sorted(Decimal(text.replace(",", "").removesuffix(" %")) / 100 for text in texts)
    assert told == sorted(Decimal(each.value).scaleb(-each.scale) for each in figures)


def test_a_run_that_checks_nothing_has_no_such_sheet() -> None:
    absent = compliance.make(SheetMaterial(small(), NAMES))
    assert isinstance(absent, NoSheet)
    assert absent.why


def test_outcomes_are_words() -> None:
    assert result_text(RESULTS[HOLDS]) == "pass"
    use("zh")
    assert result_text(RESULTS[HOLDS]) == "达到"


# Announcement.


def test_the_notice_adds_up_to_the_ledger(material: SheetMaterial) -> None:
    sheet = made(announcement.make(material))
    lines, work = material.results.pay_lines.to_pylist(), material.results.workload.to_pylist()
    assert total(sheet, "Amount due") == sum(row["amount_fen"] for row in lines)
    assert total(sheet, "Points") == sum(row["points_micro"] for row in work if row["staff"])
    persons = {(row["institution"], row["staff"]) for row in (*lines, *work) if row["staff"]}
    assert len(cells(sheet)) == len(persons)


def test_the_notice_shows_neither_name_nor_code(material: SheetMaterial) -> None:
    sheet = made(announcement.make(material))
    written = repr(cells(sheet)) + repr(sheet)
    assert not re.search(r"S\d{5}", written)
    assert not [name for name in material.names.staff.values() if name in written]
    shown = Counter((row["group"], row["Department"], row["Name"]) for row in cells(sheet))
    assert max(shown.values()) == 1  # nobody of one department looks like another


def standing(**changes: Any) -> Any:
    """A run in its announcement, as `payengine steps` tells of it."""
    row = RunStep(4, "ab", "announced", "d", 7, 0, "海办〔2026〕9 号", "", "2026-11-02T01:00:00Z", "li")
    told = {
        "rules": {"announced": StepRule(True, 7, None, "s")}, "counted": {"announced": row}, "open": (),
        "until": "2026-11-09T01:00:00Z", "publication": None,
    }  # fmt: skip
    return SimpleNamespace(**{**told, **changes})


def notice(**changes: Any) -> Sheet:
    own = standing(**changes)
    return made(announcement.make(SheetMaterial(small(), NAMES, readers=Readers(standing=lambda: own))))


def test_a_standing_announcement_says_until_when_and_where_to_object() -> None:
    notes = notice().notes
    assert notes[0] == "Announced on 2026-11-02 09:00 for 7 day(s): objections until 2026-11-09 09:00 (Beijing time)."
    assert notes[1] == "Document: 海办〔2026〕9 号."
    assert notes[2].startswith("Objections go to the office")
    assert "Not announced yet: the days for objections begin with that step." in notice(counted={}).notes
    assert "1 objection(s) are not answered yet." in notice(open=(1,)).notes


def test_each_page_says_until_when_to_object(tmp_path: Path) -> None:
    """Pages of a notice hang apart, and the notes stand below the last one."""
    said = []
    for own in ({}, {"counted": {}}, {"counted": {}, "publication": 1}):
        file = tmp_path / "notice.xlsx"
        write_file([notice(**own)], BookFacts("t", "run ab", date(2026, 10, 31), ("Draft",)), file)
        content = unescape(ZipFile(file).read("xl/worksheets/sheet1.xml").decode())
        assert "&R&8 Draft" in content.split("<oddFooter>")[1], "the mark stands on each page in any case"
        said.append(content.split("<oddHeader>")[1].split("</oddHeader>")[0] if "<oddHeader>" in content else "")
    assert said == [
        "&L&8 Objections until 2026-11-09 09:00 (Beijing time)&R&8 Draft", "&L&8 Not announced yet&R&8 Draft", "",
    ]  # fmt: skip


def test_names_stand_in_full_only_where_the_policy_says_so() -> None:
    assert {row["Name"] for row in cells(notice())} == {"王＊", "李＊"}
    full = notice(rules={"announced": StepRule(True, 7, None, "s", "full")})
    assert {row["Name"] for row in cells(full)} == {"王𬭎", "李静"}
    assert "Institutions that are held are not in it." in full.notes


STEPS = '[steps.announced]\nrequired = true\ndays = "7"\nsource = "haiyan-2026 8"\n'


@pytest.mark.parametrize("named", ["", 'names = "full"\n'])
def test_a_run_on_its_way_to_publication(named: str, tmp_path: Path) -> None:
    """A policy's file has the rule of names, a step the days for objections."""
    county = small_county.county(tmp_path / "county", small_county.tables(pay_component=[small_county.pay("S1")]),
                                 STEPS + named)  # fmt: skip
    county.freeze(OCTOBER)
    run = county.run(OCTOBER).run
    with county.sheet_material(run) as draft:
        before = made(announcement.make(draft))
    county.enter_step(run, "announced", days=9, document="海办 9 号")
    with county.sheet_material(run) as draft:
        after = made(announcement.make(draft))
    assert "Not announced yet: the days for objections begin with that step." in before.notes
    assert re.match(r"Announced on .* for 9 day\(s\): objections until 20", after.notes[0])
    assert after.notes[1] == "Document: 海办 9 号."
    assert {row["Name"] for row in cells(after)} == ({"王䶮"} if named else {"王＊"})
    assert total(after, "Amount due") == 3100_00 + sum(
        row["amount_fen"] for row in draft.results.pay_lines.to_pylist() if row["component"] != "post_pay"
    )


def test_in_chinese(material: SheetMaterial) -> None:
    use("zh")
    assert [made(make(material)).tab for make in (village.make, compliance.make, announcement.make)] == [
        "村医补助表", "合规监测表", "公示表",
    ]  # fmt: skip


# Workbooks of single institutions.


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__module__.rpartition(".")[2])
def test_an_institutions_sheet_shows_nobody_elses(
    make: Callable[[SheetMaterial], Sheet | NoSheet], material: SheetMaterial, checked: SheetMaterial
) -> None:
    """No code or name of another institution or its people, no total of all together."""
    for each in (material, checked):
        shows_its_own_alone(make, each)


def shows_its_own_alone(make: Callable[[SheetMaterial], Sheet | NoSheet], material: SheetMaterial) -> None:
    lines = material.results.pay_lines.to_pylist()
    whole = sum(row["amount_fen"] for row in lines)
    for code, name in material.names.institutions.items():
        sheet = make(material.of(code))
        if isinstance(sheet, NoSheet):
            continue
        own = {row["staff"] for row in lines if row["institution"] == code}
        written = repr([(group.heading, list(group.rows)) for group in sheet.groups()]) + repr(sheet)
        for other, called in material.names.institutions.items():
            if other != code:
                assert other not in written, (code, other)
                assert called not in written or called in name, (code, called)
        strangers = {called for staff, called in material.names.staff.items() if staff not in own}
        same = {material.names.staff[staff] for staff in own}
        assert not [called for called in strangers - same if called in written], code
        assert str(whole) not in written


def test_workbooks_of_institutions_hold_nobody_elses(workspace: Workspace, tmp_path: Path) -> None:
    """Each part of the files is read, of whatever sheet it is."""
    with workspace.sheet_material(OCTOBER) as material:
        targets = {code: tmp_path / f"{code}.xlsx" for code in institutions_of(material.results)}
        write_books(material, list(SHEETS), targets, PRIVATE, lambda stage, done, total: None)
        results, names = material.results, material.names
        engaged = material.table("engagement")
        assert engaged is not None
        here: dict[str, set[str]] = {code: set() for code in targets}
        for rows in (results.pay_lines, results.workload, results.rejections, engaged):
            for institution, staff in zip(rows["institution"].to_pylist(), rows["staff"].to_pylist(), strict=True):
                here.get(institution, set()).add(staff)
    assert len(targets) == SIZE["institutions"]
    for code, file in targets.items():
        with ZipFile(file) as book:
            written = "\n".join(unescape(book.read(part).decode("utf-8")) for part in book.namelist())
        assert code in written
        own = {names.staff.get(staff, "") for staff in here[code]}
        strangers = {staff: name for staff, name in names.staff.items() if staff not in here[code]}
        assert len(strangers) > 10
        assert not [
            staff for staff, name in strangers.items() if staff in written or (name in written and name not in own)
        ]
        others = {each: name for each, name in names.institutions.items() if each != code}
        assert not [each for each, name in others.items() if each in written or name in written]
