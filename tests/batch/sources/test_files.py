"""Folders of files: encodings are known, not guessed; damage is refused by name and place."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from batch import input_tables as tables
from batch.sources import Binds, Place, SourceSettings, open_source
from batch.sources.csv_scan import scan
from batch.values import parse as values
from payengine.errors import Problem, Refused, Unavailable
from payengine.periods import Period
from tests.support import input_county

BINDS = Binds.of(Period.parse("2026-10"))
HEADER = "code,name,first_worked\n"


def folder(base: Path, **files: bytes | str) -> Path:
    """A folder with files, named with two underscores for the dot."""
    base.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (base / name.replace("__", ".")).write_bytes(data)
    return base


def read(base: Path, table: str = "staff", encoding: str = "") -> list[tuple[str, ...]]:
    with open_source(SourceSettings(folder=base.name, encoding=encoding), base.parent) as source:
        return [tuple(row.values()) for batch in source.read(table, BINDS) for row in batch.to_pylist()]


def refused(base: Path, table: str = "staff", encoding: str = "") -> list[Problem]:
    with pytest.raises(Refused) as found:
        read(base, table, encoding)
    return list(found.value.problems)


# --- encodings --------------------------------------------------------------------------------------------------

RARE = "王䶮,李𬭎 张㛃"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_names_of_real_people_survive_every_encoding(tmp_path: Path, encoding: str, newline: str) -> None:
    text = f'code,name,first_worked\nS01,"{RARE}",\n'.replace("\n", newline)
    assert read(folder(tmp_path / "in", staff__csv=text.encode(encoding))) == [("S01", RARE, "")]


texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), max_size=8)
chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=4)


def staff(names: list[str]) -> tuple[str, list[tuple[str, ...]]]:
    """A file of people with these names, and its rows."""
    quoted = "".join('S{},"{}",\n'.format(n, name.replace('"', '""')) for n, name in enumerate(names))
    return HEADER + quoted, [(f"S{n}", name, "") for n, name in enumerate(names)]


@given(st.one_of(st.lists(texts, min_size=1), st.lists(chinese, min_size=1, max_size=3)))
@example(["一"])
@example(["联通"])
@example(["é"])
@example(["王·伊犁", "𠀀"])
@settings(max_examples=80, derandomize=True)  # (four Chinese characters in 10,000 files of one name would fit both)
def test_text_is_never_changed_by_its_encoding(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    """A text comes back as it was written or is refused, and never comes back changed."""
    text, rows = staff(names)
    base = tmp_path_factory.mktemp("encodings")
    assert read(folder(base / "marked", staff__csv=text.encode("utf-8-sig"))) == rows
    for encoding in ("utf-8", "gb18030"):
        data = text.encode(encoding)
        assert read(folder(base / f"named {encoding}", staff__csv=data), encoding=encoding) == rows
        with contextlib.suppress(Refused):
            assert read(folder(base / encoding, staff__csv=data)) == rows


@given(st.lists(chinese, min_size=8, max_size=12))
@settings(max_examples=40)
def test_a_file_with_a_few_chinese_names_is_read_in_both_encodings(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    text, rows = staff([f"中心卫生院{name}" for name in names])
    base = tmp_path_factory.mktemp("encodings")
    for encoding in ("utf-8", "gb18030"):
        assert read(folder(base / encoding, staff__csv=text.encode(encoding))) == rows


def test_a_file_that_two_encodings_allow_is_not_guessed(tmp_path: Path) -> None:
    for name, encoding in (("一", "gb18030"), ("é", "utf-8")):
        [problem] = refused(folder(tmp_path / encoding, staff__csv=staff([name])[0].encode(encoding)))
        assert problem.what == "could be UTF-8 and GB18030, with different characters"
        assert "BOM" in problem.remedy


# The first level of Big5 holds these in its own forms; in GB18030 the same bytes are other characters.
TRADITIONAL = ["陳隋隋揣", "陳偉民", "林美玲", "黃志強", "張雅婷", "李淑芬", "王建國", "衛生所", "門診掛號"]
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
GIVEN = [
    "伟",
    "芳",
    "娜",
    "秀英",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "娟",
    "涛",
    "婷",
    "鑫",
    "梓涵",
    "浩宇",
]


@pytest.mark.parametrize("names", [[name] for name in TRADITIONAL[1:]] + [TRADITIONAL], ids=len)
def test_a_file_in_big5_is_not_taken_for_gb18030(tmp_path: Path, names: list[str]) -> None:
    """Big5 is refused, even where only a name or two tell it from GB18030."""
    data = staff(names)[0].encode("big5")
    [problem] = refused(folder(tmp_path / "in", staff__csv=data))
    assert problem.what == "could be GB18030 and Big5, with different characters"
    assert read(folder(tmp_path / "in", staff__csv=data), encoding="gb18030")  # said so, it is read as that


def test_common_names_in_gb18030_raise_no_alarm(tmp_path: Path) -> None:
    """A thousand names, each in a file by itself."""
    from batch.sources.csv_scan import scan

    path = tmp_path / "staff.csv"
    names = [surname + given for surname in SURNAMES for given in GIVEN]
    assert len(names) == 1_000
    for name in names:
        path.write_bytes(staff([name])[0].encode("gb18030"))
        problem = scan(path, "staff").problem
        assert problem is None or "UTF-8 and GB18030" in problem.what, name


@pytest.mark.parametrize("name", ["王䶮", "𬭎", "é患", "😀甲", "（甲）Ⅲ"])
def test_a_file_of_one_unusual_name_raises_no_alarm(tmp_path: Path, name: str) -> None:
    text, rows = staff([name])
    assert read(folder(tmp_path / "in", staff__csv=text.encode("gb18030"))) == rows


def test_a_rare_name_among_others_raises_no_alarm(tmp_path: Path) -> None:
    text, rows = staff(["王䶮", "李玲", "𬭎", "张㛃", "朱镕基", "陶喆"])
    assert read(folder(tmp_path / "in", staff__csv=text.encode("gb18030"))) == rows


def test_a_damaged_utf8_file_is_not_taken_for_gb18030(tmp_path: Path) -> None:
    text = HEADER + "".join(f"S{n},中心卫生院,\n" for n in range(10))
    data = text.encode().replace("S7,中心".encode(), b"S7,\xe4\xb8")  # half a character
    [problem] = refused(folder(tmp_path / "in", staff__csv=data))
    assert problem.what == f"is not UTF-8 at byte {data.index(b'S7') + 3}, line 9"
    assert (problem.where, problem.remedy) == ("in/staff.csv", "save the file again as CSV UTF-8")


def test_a_file_that_says_it_is_utf8_must_be(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + (HEADER + "S1,王,\n").encode("gb18030")
    assert (
        refused(folder(tmp_path / "in", staff__csv=data))[0].what == f"is not UTF-8 at byte {len(HEADER) + 6}, line 2"
    )
    plain = (HEADER + "S1,王,\n").encode("gb18030")
    assert refused(folder(tmp_path / "named", staff__csv=plain), encoding="utf-8")[0].what.startswith("is not UTF-8")


def test_bytes_that_are_neither_are_refused_with_their_place(tmp_path: Path) -> None:
    data = (HEADER + "S1,王,\nS2,").encode("gb18030") + b"\xff,\n"
    assert refused(folder(tmp_path / "in", staff__csv=data))[0].what == (
        f"is neither UTF-8 nor GB18030 at byte {len(data) - 3}, line 3"
    )


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04rest", "is a workbook, not CSV"), (b"\xd0\xcf\x11\xe0rest", "is a workbook, not CSV"),
        (HEADER.encode("utf-16"), "is UTF-16 text, not UTF-8"), (b"PAR1rest", "is a Parquet file, not CSV"),
        (b"", "has no header row"), (b"\n\n", "has no header row"),
        (b"code,name,code\n", "column code stands twice in the header"),
        (HEADER + 'S1,"a"b,\n', "line 2 has text after a closing quote"),
        (HEADER + 'S1,a,\nS2,b,"2020-01-01\nS3,c,\n', "the quote that opens on line 3 is never closed"),
    ],
)  # fmt: skip
def test_what_is_no_csv_is_refused_by_name(tmp_path: Path, data: bytes | str, what: str) -> None:
    problems = refused(folder(tmp_path / "in", staff__csv=data))
    assert [(problem.where, problem.what) for problem in problems] == [("in/staff.csv", what)]


@given(st.text('ab,"\n王', max_size=200), st.integers(1, 7))
@settings(max_examples=60)
def test_a_scan_finds_the_same_in_pieces_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, text: str, size: int
) -> None:
    from unittest.mock import patch

    path = tmp_path_factory.mktemp("scan") / "a.csv"
    path.write_bytes(text.encode())
    whole = scan(path, "a")
    with patch("batch.sources.csv_scan.CHUNK", size):
        assert scan(path, "a") == whole


# --- rows -------------------------------------------------------------------------------------------------------


def test_rows_of_another_width_are_told_together(tmp_path: Path) -> None:
    base = folder(tmp_path / "in", staff__csv=HEADER + "S1,a,\nS2,b\nS3,c,\nS4,d,,\n")
    assert [(problem.row, problem.what) for problem in refused(base)] == [
        (3, "has 2 fields, the header has 3"), (5, "has 4 fields, the header has 3"),
    ]  # fmt: skip


def test_blank_rows_are_passed_over_and_numbers_stay_those_of_the_spreadsheet(tmp_path: Path) -> None:
    folder(tmp_path / "in", staff__csv=HEADER + 'S1,"a\nb",\n\n,,\nS2,c,\n\n')
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        rows = [row for batch in source.read("staff", BINDS) for row in batch.to_pylist()]
        assert [row["code"] for row in rows] == ["S1", "S2"]
        assert source.place("staff", 0) == Place("in/staff.csv", 2)
        assert source.place("staff", 1) == Place("in/staff.csv", 5)
    assert read(folder(tmp_path / "bare", staff__csv=HEADER.strip())) == []


def test_parts_are_read_in_the_order_of_their_names_and_told_apart(tmp_path: Path) -> None:
    folder(
        tmp_path / "in" / "staff", b__csv=HEADER + "S3,c,\n", a__csv="name,code,first_worked,tel\nx,S1,,139\ny,S2,,\n"
    )
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        assert [row["code"] for batch in source.read("staff", BINDS) for row in batch.to_pylist()] == ["S1", "S2", "S3"]
        assert source.place("staff", 1) == Place("in/staff/a.csv", 3)
        assert source.place("staff", 2) == Place("in/staff/b.csv", 2)
        assert source.where("staff") == "in/staff"


def test_a_table_may_not_stand_in_a_folder_twice(tmp_path: Path) -> None:
    pq.write_table(pa.table({"code": ["S1"]}), folder(tmp_path / "in", staff__csv=HEADER) / "staff.parquet")
    assert refused(tmp_path / "in")[0].what == "table staff stands here twice: staff.csv and staff.parquet"


def test_a_missing_table_or_column_is_told_with_what_there_is(tmp_path: Path) -> None:
    base = folder(tmp_path / "in", staf__csv=HEADER, institution__csv="code,Name,typ,parent,public_class,from,until\n")
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        found = [(problem.where, problem.what, problem.remedy) for problem in source.problems()]
    assert found == [
        (
            "in/institution.csv",
            "column kind is missing",
            "the columns are: code, Name, typ, parent, public_class, from, until",
        ),
        (base.as_posix(), "table staff is missing (did you mean staf?)", "the source has: institution, staf"),
        (base.as_posix(), "table engagement is missing", ""),
        (base.as_posix(), "table service_item is missing", ""),
        (base.as_posix(), "table service_record is missing", ""),
    ]


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"the folder .*nowhere is not there") as found:
        open_source(SourceSettings(folder="nowhere"), tmp_path)
    assert found.value.exit_code == 6


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    base = folder(tmp_path / "in", staff__csv=HEADER + "S1,a,\n")
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        reading = source.read("staff", BINDS)
        next(reading)
        folder(base, staff__csv=HEADER + "S1,a,\nS2,b,\n")
        with pytest.raises(Refused, match="changed while it was read"):
            list(reading)


# --- Parquet ----------------------------------------------------------------------------------------------------


def test_a_truncated_parquet_file_is_refused_by_name(tmp_path: Path) -> None:
    input_county.parquet_folder(tmp_path / "in")
    path = tmp_path / "in" / "staff.parquet"
    data = path.read_bytes()
    for kept in (len(data) - 10, len(data) // 2, 4, 0):
        path.write_bytes(data[:kept])
        [problem] = refused(tmp_path / "in")
        assert problem.where == "in/staff.parquet"
        assert problem.what.startswith("is not a whole Parquet file: ")


def test_a_parquet_file_damaged_in_the_middle_is_refused_by_name(tmp_path: Path) -> None:
    base = folder(tmp_path / "in")
    table = pa.table(
        {"code": [f"S{n:06}" for n in range(50_000)], "name": ["x"] * 50_000, "first_worked": [None] * 50_000}
    )
    pq.write_table(table, base / "staff.parquet", use_dictionary=False, write_page_checksum=True)
    data = bytearray((base / "staff.parquet").read_bytes())
    data[1_000:1_400] = bytes(400)
    (base / "staff.parquet").write_bytes(data)
    assert refused(base)[0].what.startswith("is not a whole Parquet file: ")


# --- optional columns -------------------------------------------------------------------------------------------

ITEM = "code,name,category,equivalents,license,limit_count,limit_period,from,until"


def shared(base: Path) -> list[tuple[object, object]]:
    """Read what the items of a folder say of shares, and their faults."""
    with open_source(SourceSettings(folder=base.name), base.parent) as source:
        found = []
        for raw in source.read("service_item", BINDS):
            typed, faults = values.parse_batch(tables.BY_NAME["service_item"], raw)
            found += [(row["shares"], row["joint"]) for row in typed.to_pylist()]
            found += [(fault.column.name, fault.what(0)) for fault in faults]
        return found


@pytest.mark.parametrize(
    ("columns", "cells", "said"),
    [
        ("", "", ("of_whole", False)),
        (",shares", ",", ("of_whole", False)),
        (",shares", ",of_roles", ("of_roles", False)),
        (",JOINT,other", ",yes,x", ("of_whole", True)),
        (",joint,shares", ",是,of_roles", ("of_roles", True)),
    ],
)
def test_an_optional_column_may_be_absent_or_empty(
    tmp_path: Path, columns: str, cells: str, said: tuple[str, bool]
) -> None:
    text = f"{ITEM}{columns}\nA,x,basic_medical,1,,,,2020-01-01,{cells}\n"
    assert shared(folder(tmp_path / "in", service_item__csv=text)) == [said]


def test_a_wrong_value_of_an_optional_column_is_told(tmp_path: Path) -> None:
    """A blank is no empty cell, and a default does not stand in for what cannot be read."""
    text = f"{ITEM},shares,joint\nA,x,basic_medical,1,,,,2020-01-01,,of_role,perhaps\n"
    told = dict(shared(folder(tmp_path / "in", service_item__csv=text))[1:])
    assert list(told) == ["shares", "joint"]
    assert told["shares"].startswith("of_role is not one of of_whole, of_roles")


def test_an_optional_column_of_flags_may_hold_nulls(tmp_path: Path) -> None:
    columns = {name: pa.array(["x", "x"]) for name in ITEM.split(",")}
    columns |= {"equivalents": pa.array([1.0, 1.0]), "from": pa.array(["2020-01-01"] * 2), "until": pa.nulls(2)}
    columns |= {"limit_count": pa.nulls(2), "limit_period": pa.nulls(2), "joint": pa.array([True, None])}
    base = folder(tmp_path / "in")
    pq.write_table(pa.table(columns), base / "service_item.parquet")
    assert shared(base) == [("of_whole", True), ("of_whole", False)]


def test_an_optional_column_in_some_parts_only_is_refused(tmp_path: Path) -> None:
    """Else what the one part says would be passed over in silence."""
    row = "x,basic_medical,1,,,,2020-01-01,"
    parts = folder(tmp_path / "in" / "service_item", a__csv=f"{ITEM}\nA,{row}\n", b__csv=f"{ITEM},joint\nB,{row},yes\n")
    [problem] = refused(parts.parent, "service_item")
    assert problem.what == "column joint is missing, but other parts have it"
    assert problem.where.endswith("a.csv")


def test_a_required_column_is_still_missing(tmp_path: Path) -> None:
    text = ITEM.replace(",equivalents", "") + "\nA,x,basic_medical,,,,2020-01-01,\n"
    [problem] = refused(folder(tmp_path / "in", service_item__csv=text), "service_item")
    assert problem.what.startswith("column equivalents is missing")


def test_a_folder_and_a_file_of_one_table_are_told_apart(tmp_path: Path) -> None:
    folder(tmp_path / "in", staff__csv=HEADER)
    folder(tmp_path / "in" / "staff", staff__csv=HEADER)
    assert refused(tmp_path / "in")[0].what == "table staff stands here twice: staff/ and staff.csv"


def test_a_parquet_file_with_a_column_twice_is_refused_by_name(tmp_path: Path) -> None:
    names = ["code", "name", "first_worked", "code"]
    pq.write_table(pa.table([["S1"]] * 4, names=names), folder(tmp_path / "in") / "staff.parquet")
    [problem] = refused(tmp_path / "in")
    assert (problem.where, problem.what) == ("in/staff.parquet", "column code stands twice in the header")


def test_what_bears_the_name_of_a_missing_table_is_named(tmp_path: Path) -> None:
    base = folder(tmp_path / "in", staff__txt=HEADER)
    folder(base / "service_record", a__txt=HEADER)
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        told = {problem.what: problem.remedy for problem in source.problems()}
    assert told["table staff is missing"] == "staff.txt is neither .csv nor .parquet nor a workbook"
    assert told["table service_record is missing"] == "the folder service_record has no .csv and no .parquet file in it"


def test_a_mark_that_stands_twice_is_shown(tmp_path: Path) -> None:
    [problem] = refused(folder(tmp_path / "in", staff__csv=b"\xef\xbb\xbf" * 2 + HEADER.encode()))
    assert problem.what == "column code is missing (did you mean <U+FEFF>code?)"
    assert problem.remedy.startswith("the columns are: <U+FEFF>code, ")
