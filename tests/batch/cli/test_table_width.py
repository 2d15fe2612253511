"""Tables on a terminal of 80 columns: no line is wider, no figure stands without a name."""

from __future__ import annotations

import io

from rich.console import Console

from batch.cli.views.tables import Sheet, figure, name, word
from batch.cli.views.text_width import cells

WIDTH = 80
LABEL = "当量绩效可分配总量（含以前月份结转）：未分配留存（workload_pool_carried_forward.retained）"
DOCUMENT = "西宁规则示例县〔2025〕88 号（虚构）" * 4


def printed(sheet: Sheet) -> list[str]:
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False, markup=False, emoji=False)
    console.print(sheet, crop=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_a_name_in_words_wider_than_the_terminal_goes_on_in_the_next_line() -> None:
    lines = printed(Sheet([word("指标", key=True), figure("数值"), word("单位")], [[LABEL, "21,000.00", "元"]]))
    assert max(map(cells, lines)) <= WIDTH
    assert lines[0].split() == ["指标", "数值", "单位"], "value and unit stand beside the name, not in a table apart"
    assert lines[1].endswith("21,000.00  元")
    assert "".join(line.split("  ")[0] for line in lines[1:]) == LABEL


def test_the_line_above_a_total_is_no_wider_than_the_words_beneath_it() -> None:
    heads = [word("编码", key=True), name("机构", key=True), word("依据文件")]
    lines = printed(Sheet(heads, [["H01", "人民医院", DOCUMENT], ["", "全体", DOCUMENT]], totals=1))
    assert max(map(cells, lines)) <= WIDTH
    assert any(set(line) <= {"-", " "} for line in lines)


def test_a_table_that_fits_is_printed_as_it_is() -> None:
    lines = printed(Sheet([word("编码", key=True), figure("元")], [["A", "1.00"], ["合计", "1.00"]], totals=1))
    assert lines == ["编码    元", "A     1.00", "----  ----", "合计  1.00"]
