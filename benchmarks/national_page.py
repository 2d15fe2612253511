"""Table of the simulated national month, between the marks of a page.

The pages are docs/scale.md and its translation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.results_page import markdown_table, write

if TYPE_CHECKING:
    from benchmarks.national import Measured

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {"en": DOCS / "scale.md", "zh": DOCS / "scale.zh.md"}
BEGIN = "<!-- begin: written by python -m benchmarks national -->"
END = "<!-- end: written by python -m benchmarks national -->"
NATION = 10**9  # records a month
MANY = 32  # processors of the last line
TOLD = ("date", "commit", "command", "machine", "load when it began", "this benchmark itself")

Line = tuple[str, str, str]


def section(found: Measured, facts: Mapping[str, str], language: str) -> str:
    """Write the section: what was run, the table, and what takes most."""
    zh = language == "zh"
    shape = (found.counties, f"{found.records:,}", found.workers)
    said = (
        "由命令写入，不手工填写。{0} 个县，各 {1} 条记录，经存储由 {2} 个工作进程计算当量，结果与单进程逐位比对；"
        "逐县暂存并发布。除另有说明外，秒为处理器秒。"
        if zh
        else "Written by the command below, not by hand: {0} counties of {1} records each, priced through a store by "
        "{2} worker processes, compared bit by bit with one process, staged and published one by one. Seconds are "
        "of processors unless the line says otherwise."
    ).format(*shape)
    head = (
        ("内容", f"实测：{found.all_records:,} 条", "10^9 条")
        if zh
        else ("what", f"measured: {found.all_records:,} records", "10^9 records a month")
    )
    named = (
        {"date": "日期", "commit": "提交", "command": "命令", "machine": "机器", "load when it began": "开始时的负载",
         "this benchmark itself": "本次测量用时"}
        if zh
        else {}
    )  # fmt: skip
    told = "\n".join(
        f"- {named.get(name, name)}{'：' if zh else ': '}{f'`{facts[name]}`' if name == 'command' else facts[name]}"
        for name in TOLD
        if name in facts
    )
    return f"{said}\n\n{told}\n\n{markdown_table(head, lines(found, language))}\n\n{limits(found, language)}"


def lines(found: Measured, language: str) -> list[Line]:
    """Write the lines of the table.

    Every figure of the last column says that it is extrapolated.
    """
    zh = language == "zh"
    times = NATION / found.all_records
    counties = round(found.counties * times)
    word = "推算" if zh else "extrapolated"
    comma, each = ("，", "每百万条") if zh else (", ", "a million records")
    whole = found.freeze + found.command + found.pricing + found.publish

    def seconds(en: str, cn: str, value: float) -> Line:
        per = value / found.all_records * 10**6
        here = f"{value:,.1f} s{comma}{per:.3f} s {each}" if not zh else f"{value:,.1f} 秒{comma}{each} {per:.3f} 秒"
        hours = value * times / 3600
        return (cn if zh else en, here, f"{hours:,.2f} {'处理器小时' if zh else 'processor hours'}{comma}{word}")

    def size(en: str, cn: str, value: int) -> Line:
        per = value / found.all_records
        unit = "字节" if zh else "bytes"
        here = f"{value / 10**6:,.1f} MB{comma}{per:.2f} {unit}{'每条' if zh else ' a record'}"
        return (cn if zh else en, here, f"{value * times / 10**9:,.1f} GB{comma}{word}")

    def line(en: str, cn: str, here: tuple[str, str], nation: tuple[str, str]) -> Line:
        return (cn if zh else en, here[zh], f"{nation[zh]}{comma}{word}")

    merging = found.merging * counties
    returned = found.returned_bytes * counties
    clock, minutes = found.wall * times / 3600, whole * times / MANY / 60
    return [
        line("counties", "县", (f"{found.counties}",) * 2, (f"{counties:,}",) * 2),
        seconds("`freeze`", "`freeze`", found.freeze),
        seconds("`run`, by the workers: fetching, hashing, pricing, and Dask's own work",
                "`run`，工作进程：读取、哈希、计算当量，以及 Dask 自身的工作", found.pricing),
        seconds("`run`, by the command: verifying, uploading, merging, formulas, staging",
                "`run`，命令：核对、上传、合并、公式、暂存", found.command),
        line("of it, merging the sums of one county", "其中合并一个县的合计",
             (f"{found.merging:.3f} s", f"{found.merging:.3f} 秒"),
             (f"{merging:,.0f} s, one county after another", f"逐县共 {merging:,.0f} 秒")),
        seconds("`publish`, with its check", "`publish`，含检查", found.publish),
        line("the clock, from the first `run` to the last `publish`", "从第一个 `run` 到最后一个 `publish` 的钟表时间",
             (f"{found.wall:,.0f} s", f"{found.wall:,.0f} 秒"),
             (f"{clock:,.1f} h on this machine", f"在这台机器上 {clock:,.1f} 小时")),
        line(f"the same and `freeze`, on {MANY} such processors, counties divided among machines",
             f"同上加 `freeze`，用 {MANY} 个同样的处理器，各县分给各台机器", ("not tried", "未试"),
             (f"{minutes:,.0f} min if none of them waits", f"都不等待时 {minutes:,.0f} 分钟")),
        size("source, Parquet", "来源，Parquet", found.source_bytes),
        size("snapshots", "快照", found.snapshot_bytes),
        size("the store: what workers read of them", "存储：其中工作进程读取的部分", found.store_bytes),
        size("fetched by the workers", "工作进程取走的字节", found.fetched_bytes),
        line("returned by the workers for one county", "一个县由工作进程返回的字节",
             (f"{found.returned_bytes / 10**6:.2f} MB",) * 2, (f"{returned / 10**9:,.1f} GB",) * 2),
        size("ledgers, one published month", "台账，已发布一个月", found.ledger_bytes),
        line("rows of the ledgers", "台账的行数", (f"{found.ledger_rows:,}",) * 2,
             (f"{found.ledger_rows * times:,.0f}",) * 2),
        line("the slowest publication, by the clock", "最慢的一次发布，钟表时间",
             (f"{found.largest_ledger_writes:.1f} s", f"{found.largest_ledger_writes:.1f} 秒"),
             ("the same: a ledger for each county", "不变：每县一个台账")),
    ]  # fmt: skip


def limits(found: Measured, language: str) -> str:
    """Tell which stage takes most, from the measured seconds."""
    zh = language == "zh"
    stages = {
        "`freeze`": found.freeze, "命令执行的 `run`" if zh else "`run` by the command": found.command,
        "`publish`": found.publish, "工作进程的 `run`" if zh else "`run` by the workers": found.pricing,
    }  # fmt: skip
    whole = sum(stages.values())
    order: Callable[[str], float] = stages.__getitem__
    shares = [f"{name} {stages[name] / whole:.0%}" for name in sorted(stages, key=order, reverse=True)]
    return ("处理器时间的份额，即接下来的限制：" + "，".join(shares) + "。") if zh else (
        "Shares of the processor seconds, and so what limits next: " + ", ".join(shares) + "."
    )  # fmt: skip


def write_section(page: Path, text: str) -> None:
    """Put the section between the marks of a page; `ValueError` where a mark is missing."""
    old = page.read_text(encoding="utf-8")
    if old.count(BEGIN) != 1 or old.count(END) != 1:
        raise ValueError(f"{page} lacks the marks of this section")
    before, after = old.partition(BEGIN)[0], old.partition(END)[2]
    write(page, f"{before}{BEGIN}\n{text}\n{END}{after}")
