"""Names on the command line in the place of codes: of institutions and of people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from batch.reports.code_lookup import CodeLookup, NameBook, comparable
from payengine.errors import UsageError
from tests.support.small_county import OCTOBER, call, county, engagement, pay, record, tables

PEOPLE = [
    {"code": "S1", "name": "孙强"}, {"code": "S2", "name": "王  芳"}, {"code": "S3", "name": "王芳"},
    {"code": "S4", "name": "S1"}, {"code": "S5", "name": "阿依古丽·买买提"},
]  # fmt: skip
PLACES = [
    {"code": code, "name": name, "kind": "township_center", "public_class": "1", "from": "2020-01-01"}
    for code, name in (("I1", "城关镇卫生院"), ("I2", "ＡＢ乡卫生院"))
]
SCORES = [
    {"institution": place, "indicator": name, "score": "100", "full_score": "100", "period": OCTOBER}
    for place in ("I1", "I2")
    for name in ("workload", "quality", "ethics", "satisfaction")
]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names") / "county"
    engaged = [
        engagement("S1", department="内科"), engagement("S2", department="外科"),
        engagement("S3", "I2", department="护理部"), engagement("S4"), engagement("S5"),
    ]  # fmt: skip
    made = county(folder, tables(
        institution=PLACES, staff=PEOPLE, engagement=engaged, appraisal=SCORES,
        pay_component=[pay("S1"), pay("S2"), pay("S4"), pay("S5"), {**pay("S3"), "institution": "I2"}],
        service_record=[record("R1"), record("R2", "S3", institution="I2")],
    ))  # fmt: skip
    made.freeze(OCTOBER)
    made.publish(made.run(OCTOBER).run)
    expect(call(folder, "pay", OCTOBER))
    return folder


def expect(result: Result, code: int = 0) -> str:
    assert result.exit_code == code, result.output + result.stderr
    return result.output + result.stderr


def told(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, result.output + result.stderr
    return dict(json.loads(result.stdout))


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("show", OCTOBER, "--staff", "孙强"), "孙强 = S1"),
        (("show", OCTOBER, "--staff", "孙　强"), "孙　强 = S1"),
        (("show", OCTOBER, "--staff", "阿依古丽•买买提"), "阿依古丽•买买提 = S5"),
        (("show", OCTOBER, "--institution", "AB乡卫生院"), "AB乡卫生院 = I2"),
        (("show", OCTOBER, "--compliance", "--institution", "城关镇卫生院"), "城关镇卫生院 = I1"),
        (("explain", OCTOBER, "--staff", "孙强"), "孙强 = S1"),
        (("explain", OCTOBER, "--institution", "城关镇卫生院"), "城关镇卫生院 = I1"),
        (("prove", OCTOBER, "--staff", "孙强", "--force", "-o", "{folder}/proof.json"), "孙强 = S1"),
        (("run", OCTOBER, "--dry-run", "--hold", "城关镇卫生院", "scores missing"), "城关镇卫生院 = I1"),
        (("simulate", OCTOBER, "--set", "staff_point_price=5", "--hold", "城关镇卫生院", "x"), "城关镇卫生院 = I1"),
        (("solve", OCTOBER, "--parameter", "staff_point_price", "--spend", "90000", "--institution", "城关镇卫生院"),
         "城关镇卫生院 = I1"),
        (("revise", "2026", "--hold", "城关镇卫生院", "scores missing"), "城关镇卫生院 = I1"),
        (("payment", "show", "1", "--staff", "孙强"), "孙强 = S1"),
        (("log", "--staff", "孙强"), "孙强 = S1"),
        (("log", "--run", OCTOBER, "--institution", "城关镇卫生院"), "城关镇卫生院 = I1"),
    ],
)  # fmt: skip
def test_a_name_that_one_bears_is_read_as_its_code(office: Path, words: tuple[str, ...], line: str) -> None:
    done = call(office, *(word.format(folder=office) for word in words))
    assert done.exit_code == 0, done.output + done.stderr
    assert line in done.stderr.splitlines()


def test_the_json_tells_the_code(office: Path) -> None:
    assert told(call(office, "--json", "show", OCTOBER, "--staff", "孙强"))["staff"] == "S1"
    held = told(call(office, "--json", "run", OCTOBER, "--dry-run", "--hold", "城关镇卫生院", "late"))["register"]
    assert isinstance(held, dict)
    assert held["held"] == {"I1": "late"}


def test_a_code_wins_over_a_name_and_nothing_is_said(office: Path) -> None:
    done = call(office, "--json", "show", OCTOBER, "--staff", "S1")
    assert (json.loads(done.stdout)["name"], done.stderr) == ("孙强", "")


@pytest.mark.parametrize(
    "words",
    [("show", OCTOBER), ("explain", OCTOBER), ("why", OCTOBER), ("log",), ("payment", "show", "1"),
     ("payment", "return", "1", "--reason", "came back"), ("prove", OCTOBER, "-o", "proof.json")],
)  # fmt: skip
def test_a_name_that_several_bear_is_refused_with_the_choice(office: Path, words: tuple[str, ...]) -> None:
    said = expect(call(office, *words, "--staff", "王芳"), 2)
    assert "王芳 is the name of 2 in" in said
    assert "  S2  王  芳  I1 城关镇卫生院 外科\n  S3  王芳  I2 ＡＢ乡卫生院 护理部\n" in said
    assert "Write the code of the one who is meant: --staff CODE" in said


def test_the_institution_tells_apart_who_bears_the_same_name(office: Path) -> None:
    done = call(office, "--json", "show", OCTOBER, "--staff", "王芳", "--institution", "ab乡卫生院")
    assert told(done)["staff"] == "S3"
    assert done.stderr.splitlines() == ["ab乡卫生院 = I2", "王芳 = S3"]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("show", OCTOBER, "--staff", "孙强强"), "Did you mean S1 (孙强)?"),
        (("explain", OCTOBER, "--institution", "城关卫生院"), "Did you mean I1 (城关镇卫生院)?"),
        (("run", OCTOBER, "--hold", "城关卫生院", "x"), "Did you mean I1 (城关镇卫生院)?"),
    ],
)
def test_who_bears_no_such_name_is_told_the_nearest(office: Path, words: tuple[str, ...], hint: str) -> None:
    said = expect(call(office, *words), 2)
    assert "is no code and nobody's name in 2026-10" in said
    assert hint in said
    assert "的代码" in expect(call(office, "--lang", "zh", "show", OCTOBER, "--staff", "王芳"), 2)


def test_names_are_compared_without_blanks_width_case_and_kinds_of_dots() -> None:
    assert comparable(" Ａｂ　乡\u200b卫生院 ") == comparable("ab乡卫生院")
    assert comparable("阿依・古丽") == comparable("阿依·古丽")
    assert comparable("王芳") != comparable("王方")


def test_a_word_of_blanks_names_nobody() -> None:
    lookup = CodeLookup(lambda: iter([NameBook({}, {"S1": "", "S2": "  "})]), "2026-10")
    assert lookup.person(" ") == " "


def test_several_institutions_of_one_name_are_listed() -> None:
    lookup = CodeLookup(lambda: iter([NameBook({"I1": "卫生院", "I2": "卫 生院"})]), "2026-10")
    with pytest.raises(UsageError) as refused:
        lookup.institution("卫生院")
    assert [one.what for one in refused.value.problems] == ["I1  卫生院", "I2  卫 生院"]
