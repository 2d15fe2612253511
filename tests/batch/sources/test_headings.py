"""Headings and words in Chinese, in sheets and in CSV and Parquet files of a folder."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch import input_tables as tables
from batch.input_words import COLUMN_WORDS, LAST_DAY_WORDS, TABLE_WORDS
from batch.sources import Binds, SourceSettings, open_source
from batch.sources.headings import column_of, gives_last_day, table_named
from payengine import texts
from payengine.errors import Refused
from payengine.periods import Period
from tests.support.workbook_county import book

BINDS = Binds.of(Period.parse("2026-10"))
LICENSE = "人员编码,资格种类,起,止（含）\n"


def folder(base: Path, **files: str) -> Path:
    (base / "in").mkdir()
    for name, content in files.items():
        (base / "in" / f"{name}.csv").write_text(content, encoding="utf-8-sig")
    return base


def rows(base: Path, table: str) -> list[tuple[object, ...]]:
    with open_source(SourceSettings(folder="in"), base) as source:
        return [tuple(row.values()) for batch in source.read(table, BINDS) for row in batch.to_pylist()]


def told(base: Path, table: str) -> list[str]:
    lines = []
    for language in ("en", "zh"):
        texts.use(language)
        try:
            with pytest.raises(Refused) as found:
                rows(base, table)
            lines += [f"{problem.where}{problem.line()}" for problem in found.value.problems]
        finally:
            texts.use("en")
    return lines


@pytest.mark.parametrize("table", [table.name for table in tables.TABLES])
def test_every_word_of_the_list_heads_its_column(table: str) -> None:
    for column, words in COLUMN_WORDS[table].items():
        for word in words:
            assert [column_of(table, each) for each in (word, f" {word} ", f"{word}\n{column}")] == [column] * 3
        assert column_of(table, column) == column_of(table, column.upper()) == column
    for word in TABLE_WORDS[table]:
        assert table_named(word) == table_named(table.upper()) == table


def test_the_words_for_a_last_day_say_so() -> None:
    for word in LAST_DAY_WORDS:
        assert column_of("license", word) == "until"
        assert gives_last_day(word)
        assert gives_last_day(f"{word}\nuntil")
    assert not gives_last_day("止（不含）\nuntil")
    assert column_of("finance", "止（含）") == ""  # a table without intervals


def test_csv_files_may_have_chinese_names_headings_and_words(tmp_path: Path) -> None:
    folder(tmp_path, 执业证=LICENSE + "S01,physician,2020-01-01,2026年12月31日\nS02,nurse,2020-01-01,\n")
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        found = [tuple(map(str, row.values())) for batch in source.read("license", BINDS) for row in batch.to_pylist()]
        assert found == [("S01", "physician", "2020-01-01", "2027-01-01"), ("S02", "nurse", "2020-01-01", "None")]
        assert source.last_days() == {"license": 1}
        assert source.written_otherwise() == {"license": {"until": 1}}


def test_a_header_of_two_lines_is_read_from_csv(tmp_path: Path) -> None:
    folder(tmp_path, staff='"人员编码\ncode","姓名\nname","参加工作日期\nfirst_worked"\n例：S00,王,\nS01,李,\n')
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        found = [tuple(row.values()) for batch in source.read("staff", BINDS) for row in batch.to_pylist()]
        assert found == [("S01", "李", "")]
        assert source.rows_found("staff") == 1
        assert source.notes() == ["1 example row(s) passed over"]
        assert source.place("staff", 0).row == 3


def test_parquet_files_may_have_chinese_headings_and_words(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    days = pa.array([20_000, None], pa.date32())
    coded = pa.array(["假", "假"]).dictionary_encode()
    pq.write_table(
        pa.table(
            {"工号": ["S01", "S02"], "缺勤种类": coded, "是否不能服务": ["是", "否"], "起": days, "最后一天": days}
        ),
        tmp_path / "in" / "absence.parquet",
    )
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        [batch] = source.read("absence", BINDS)
        assert batch["until"].cast(pa.int32()).to_pylist() == [20_001, None]
        assert batch.schema.names == ["staff", "kind", "blocks_service", "from", "until"]


def test_two_headings_of_one_column_are_refused_by_both(tmp_path: Path) -> None:
    folder(tmp_path, staff="code,工号,姓名,参加工作日期\nS01,S01,,\n")
    assert told(tmp_path, "staff") == [
        "in/staff.csv  the headings code and 工号 are both for column code; take one of the columns out",
        "in/staff.csv  标题 code 和 工号 都是列 code；请去掉其中一列",
    ]


def test_two_words_of_one_column_are_refused_by_both(tmp_path: Path) -> None:
    book(tmp_path / "in" / "county.xlsx", {"人员": [["工号", "编码", "姓名", "参加工作日期"], ["S01", "S01"]]})
    assert told(tmp_path, "staff") == [
        "in/county.xlsx, sheet 人员  the headings 工号 and 编码 are both for column code; take one of the columns out",
        "in/county.xlsx 工作表 人员  标题 工号 和 编码 都是列 code；请去掉其中一列",
    ]


def test_both_forms_of_until_are_refused(tmp_path: Path) -> None:
    folder(tmp_path, license="人员编码,资格种类,起,止（含）,until\n")
    assert told(tmp_path, "license") == [
        "in/license.csv  the headings 止（含） and until are both for column until; take one of the columns out",
        "in/license.csv  标题 止（含） 和 until 都是列 until；请去掉其中一列",
    ]


def test_both_forms_of_until_in_parts_are_refused(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "in" / "license").mkdir()
    for name, end in (("a", "止（含）"), ("b", "until")):
        (tmp_path / "in" / "license" / f"{name}.csv").write_text(f"人员编码,资格种类,起,{end}\n", encoding="utf-8")
    assert told(tmp_path, "license") == [
        "in/license  some parts have until, others 止（含）; give all parts the same",
        "in/license  有的分文件写 until，有的写 止（含）；请把各分文件改为一致",
    ]


def test_parts_may_spell_their_columns_differently(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "in" / "staff").mkdir()
    (tmp_path / "in" / "staff" / "a.csv").write_text("code,name,first_worked\nS01,王,\n", encoding="utf-8")
    (tmp_path / "in" / "staff" / "b.csv").write_text("参加工作日期,姓名,工号\n,李,S02\n", encoding="utf-8")
    assert rows(tmp_path, "staff") == [("S01", "王", ""), ("S02", "李", "")]


def test_a_heading_that_does_not_say_whether_its_day_is_inside_is_refused(tmp_path: Path) -> None:
    folder(tmp_path, license="人员编码,资格种类,起,截止日期\n")
    assert told(tmp_path, "license")[0] == (
        "in/license.csv  the heading 截止日期 does not say whether its day is still inside; "
        "call it 止（含） for the last day inside, or 止（不含） for the first day after it"
    )
    assert told(tmp_path, "license")[-1] == (
        "in/license.csv  标题 截止日期 没有说明当天是否包括在内；"
        "当天包括在内的请写 止（含），写结束后第一天的请写 止（不含）"
    )


def test_the_two_lines_of_a_heading_must_agree(tmp_path: Path) -> None:
    book(tmp_path / "in" / "county.xlsx", {"人员": [["工号\nname", "姓名", "参加工作日期"], ["S01"]]})
    assert told(tmp_path, "staff")[0] == (
        "in/county.xlsx, sheet 人员  the heading 工号 name names two columns: code and name; keep one line of it"
    )


def test_what_is_no_last_day_is_refused_with_its_own_text(tmp_path: Path) -> None:
    folder(tmp_path, license=LICENSE + "S01,physician,2020-01-01,2026-02-30\nS02,nurse,2020-01-01,2026-12-31\n")
    assert [str(row[3]) for row in rows(tmp_path, "license")] == ["2026-02-30", "2027-01-01"]


def test_the_last_day_that_there_is_stays(tmp_path: Path) -> None:
    folder(tmp_path, license=LICENSE + "S01,physician,2020-01-01,9999-12-31\n")
    assert [str(row[3]) for row in rows(tmp_path, "license")] == ["9999-12-31"]


def test_day_numbers_as_last_days_count_as_the_settings_say(tmp_path: Path) -> None:
    folder(tmp_path, license=LICENSE + "S01,physician,2020-01-01,44864\n")
    with open_source(SourceSettings(folder="in", date_system="1904"), tmp_path) as source:
        [batch] = source.read("license", BINDS)
    assert str(batch["until"][0]) == "2026-11-01"


def test_words_and_labels_become_codes_and_are_counted(tmp_path: Path) -> None:
    folder(
        tmp_path,
        service_item="项目编码,项目名称,项目类别,工作当量,所需执业资格,限次,限次期间,起,until\n"
        "A01,x,基本医疗,1,,1,每年,2020-01-01,\nA02,x,公共卫生服务 | public_health,1,,,,2020-01-01,\n"
        "A03,x,basic_medical,1,,,,2020-01-01,\n",
    )
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        [batch] = source.read("service_item", BINDS)
        assert batch["category"].to_pylist() == ["basic_medical", "public_health", "basic_medical"]
        assert batch["limit_period"].to_pylist() == ["year", "", ""]
        assert source.written_otherwise() == {"service_item": {"category": 2, "limit_period": 1}}
        assert batch["name"].to_pylist() == ["x"] * 3


def test_words_of_a_database_are_not_read(tmp_path: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(tmp_path / "his.sqlite")
    columns = ", ".join(f'"{column}"' for column in tables.BY_NAME["service_item"].column_names)
    connection.execute(f"CREATE TABLE service_item ({columns})")
    connection.execute("INSERT INTO service_item (code, category) VALUES ('A01', '基本医疗')")
    connection.commit()
    connection.close()
    with open_source(SourceSettings(url="sqlite:///his.sqlite"), tmp_path) as source:
        [batch] = source.read("service_item", BINDS)
        assert batch["category"].to_pylist() == ["基本医疗"]


def test_a_missing_column_is_told_with_the_headings_there_are(tmp_path: Path) -> None:
    folder(tmp_path, staff="工号,名字,参加工作日期\n")
    assert (
        told(tmp_path, "staff")[0]
        == "in/staff.csv  column name (姓名) is missing; the columns are: 工号, 名字, 参加工作日期"
    )


def test_columns_that_are_not_asked_for_are_not_read(tmp_path: Path) -> None:
    book(
        tmp_path / "in" / "county.xlsx",
        {"人员": [["工号", "姓名", "参加工作日期", "身份证号"], ["S01", "王", None, "33"]]},
    )
    assert rows(tmp_path, "staff") == [("S01", "王", "")]


def test_what_the_settings_state_goes_before_a_word(tmp_path: Path) -> None:
    folder(
        tmp_path,
        engagement="工号,内部编号,机构编码,用人单位,科室,科室类别,岗位,职称,学历,人员性质,薪酬形式,负责人,工作量比例,岗位系数,起,until\n"
        "1,S01,I01,,,临床,,,,合同工,标准,是,1,1,2020-01-01,\n",
    )
    settings = SourceSettings(
        folder="in",
        columns={"engagement": {"staff": "内部编号"}},
        values={"engagement": {"employment": {"合同工": "dispatched"}}},
    )
    with open_source(settings, tmp_path) as source:
        [batch] = source.read("engagement", BINDS)
    assert batch["staff"].to_pylist() == ["S01"]
    assert batch["employment"].to_pylist() == ["dispatched"]
    assert batch["department_class"].to_pylist() == ["clinical"]


def test_a_stated_column_that_is_missing_is_not_read_from_a_word(tmp_path: Path) -> None:
    folder(tmp_path, staff="工号,姓名,参加工作日期\nS01,,\n")
    settings = SourceSettings(folder="in", columns={"staff": {"code": "员工号"}})
    with open_source(settings, tmp_path) as source:
        assert "column 员工号 is missing" in next(p.what for p in source.problems() if p.where == "in/staff.csv")


@pytest.mark.parametrize(("heading", "is_told"), [("截止日期", True), ("离开日", False), ("最后一天", False)])
def test_an_end_that_the_settings_name_is_told_where_its_heading_is_silent(
    tmp_path: Path, heading: str, is_told: bool
) -> None:
    folder(tmp_path, license=f"staff,kind,from,{heading}\nS01,doctor,2020-01-01,2026-10-31\n")
    with open_source(SourceSettings(folder="in", columns={"license": {"until": heading}}), tmp_path) as source:
        [batch] = source.read("license", BINDS)
        told = [text for text in source.notes() if f"in/license.csv: until is read from {heading} as" in text]
    assert bool(told) is is_told
    assert str(batch["until"][0]) == ("2026-11-01" if heading == "最后一天" else "2026-10-31")
