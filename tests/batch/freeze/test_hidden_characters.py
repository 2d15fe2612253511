"""Codes and names with characters that nobody sees are refused, with row and code point."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from batch.cli.views.tables import Sheet, word
from batch.reports.export import tables as export_tables
from batch.reports.export import write_file
from batch.reports.register import Names
from payengine.errors import Problem, Refused
from tests.support.freeze_case import engagement, freeze, record, reference
from tests.support.sample_results import results
from tests.support.small_county import OCTOBER, call, county, tables

HIDDEN = {"A\u200bB": "U+200B", "A\u202eB": "U+202E", "A\x1bB": "U+001B", "A\u3164B": "U+3164", "A\ufe0fB": "U+FE0F"}


def problems(folder: Path, records: list[dict[str, str]], **changed: list[dict[str, str]]) -> list[Problem]:
    with pytest.raises(Refused) as refused:
        freeze(folder, records, **changed)
    return list(refused.value.problems)


@pytest.mark.parametrize("text", HIDDEN)
def test_a_code_of_a_reference_table_is_refused(tmp_path: Path, text: str) -> None:
    staff = [*reference()["staff"], {"code": text}]
    [problem] = problems(tmp_path, [], staff=staff)
    assert (problem.where, problem.row, problem.column) == ("staff", 5, "code")
    assert problem.what == f"A<{HIDDEN[text]}>B holds the invisible character {HIDDEN[text]} at place 2"


@pytest.mark.parametrize("column", ["record_id", "institution", "staff", "item", "reverses"])
def test_a_code_of_a_record_is_refused(tmp_path: Path, column: str) -> None:
    broken = record("R2") | {column: "A\u2060B"}
    found = problems(tmp_path, [record("R1"), broken])
    assert [(problem.row, problem.column) for problem in found] == [(2, column)]
    assert "U+2060" in found[0].what


def test_a_name_may_choose_its_glyph_and_a_code_may_not(tmp_path: Path) -> None:
    staff = [*reference()["staff"], {"code": "E", "name": "葛\U000e0100"}]
    assert freeze(tmp_path / "a", [], staff=staff).table("staff")["name"][4].as_py() == "葛\U000e0100"
    assert problems(tmp_path / "b", [], staff=[*reference()["staff"], {"code": "葛\U000e0100"}])
    assert problems(tmp_path / "c", [], staff=[*reference()["staff"], {"code": "E", "name": "王\u200d李"}])
    measure = [{"institution": "H", "name": "葛\U000e0100", "value": "1", "period": "2026-10"}]
    assert problems(tmp_path / "d", [], measure=measure), "the name of a measure is a code"


def test_texts_that_policies_compare_are_looked_at_too(tmp_path: Path) -> None:
    posts = [engagement("A", title="主治\u200b医师"), engagement("B")]
    assert [problem.column for problem in problems(tmp_path, [], engagement=posts)] == ["title"]


def test_a_patient_is_refused_and_not_shown(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, [record("R1", patient="330683\u200b1950")])
    assert problem.column == "patient"
    assert problem.what == "the value holds the invisible character U+200B at place 7"


def test_what_is_printed_is_escaped(tmp_path: Path) -> None:
    """A file's name is printed, and nobody has checked it."""
    office = county(tmp_path / "c", tables())
    (tmp_path / "c" / "input" / "工资\u202egpj.xlsx").write_text("x", encoding="utf-8")
    for words in (["freeze", OCTOBER], ["--json", "freeze", OCTOBER]):
        output = call(tmp_path / "c", *words).output
        assert "\u202e" not in output
        assert ("<U+202E>" if len(words) == 2 else "\\u202e") in output
    assert office.settings.policy == "demo"


def test_cells_of_tables_are_escaped_before_they_are_measured() -> None:
    assert Sheet([word("Name")], [["a\x1b[31mb"]]).rows == [["a<U+001B>[31mb"]]


def test_a_csv_holds_nothing_hidden(tmp_path: Path) -> None:
    """Parquet is for programs: it keeps every code as it is."""
    names = Names({"I00": "卫生院\u202e"}, {})
    table = export_tables(results(), names)["register"]
    write_file(table, tmp_path / "register.csv")
    text = (tmp_path / "register.csv").read_text(encoding="utf-8-sig")
    assert "\u202e" not in text
    assert "卫生院<U+202E>" in text
    write_file(table, tmp_path / "register.parquet")
    assert "卫生院\u202e" in pq.read_table(tmp_path / "register.parquet")["name"].to_pylist()


def test_an_error_is_escaped(tmp_path: Path) -> None:
    rows = tables(staff=[{"code": "S1"}, {"code": "S2\u200bx"}])
    county(tmp_path / "c", rows)
    result = call(tmp_path / "c", "freeze", OCTOBER)
    assert result.exit_code == 3
    text = result.output + (result.stderr or "")
    assert "\u200b" not in text
    assert "U+200B" in text
