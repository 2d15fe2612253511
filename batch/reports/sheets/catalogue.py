"""Catalogue of the sheets of a workbook, in the order of its tabs.

To add a sheet: a module beside this one with `make(material) -> Sheet | NoSheet`, its entry here, and its section of
docs/sheets.md and docs/sheets.zh.md. The modules are imported when a workbook is made: this one is read by the command
line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, cast

from payengine.errors import UsageError
from payengine.suggest import question
from payengine.texts import LANGUAGES, either, joined, labelled, say, speaking

if TYPE_CHECKING:
    from batch.reports.sheets.material import NoSheet, SheetMaterial
    from batch.reports.sheets.sheet import Sheet

# The name on the command line: the module that makes it.
SHEETS: Mapping[str, str] = {
    "summary": "summary",  # 绩效发放汇总表
    "payroll": "payroll",  # 工资表
    "workload": "workload",  # 个人工作当量确认单
    "purchase": "purchase",  # 购买服务结算单
    "rejections": "rejections",  # 拒付清单
    "findings": "findings",  # 疑点清单
    "arrears": "arrears",  # 补发追扣表
    "ceiling": "ceiling",  # 绩效总量执行表
    "two_permits": "two_permits",  # 两个允许测算表
    "compliance": "compliance",  # 合规监测表
    "village": "village",  # 村医补助表
    "announcement": "announcement",  # 公示表
}


def maker(name: str) -> Callable[[SheetMaterial], Sheet | NoSheet]:
    """Import the function that makes a sheet of the catalogue."""
    module = import_module(f"batch.reports.sheets.{SHEETS[name]}")
    return cast("Callable[[SheetMaterial], Sheet | NoSheet]", module.make)


def tabs() -> dict[str, str]:
    """Name the tabs of the sheets in the language in use."""
    return {
        "summary": say("Summary"), "payroll": say("Payroll"), "workload": say("Workload"),
        "purchase": say("Purchase statement"), "rejections": say("Rejected records"), "findings": say("Findings"),
        "arrears": say("Arrears"), "ceiling": say("Performance total"), "two_permits": say("Two permits"),
        "compliance": say("Compliance"), "village": say("Village clinics"), "announcement": say("Announcement"),
    }  # fmt: skip


def with_tab(name: str) -> str:
    """Write a sheet's name with that of its tab, where this says more."""
    tab = tabs()[name]
    english = name if tab.casefold() == name else say("{code} ({label})", code=name, label=tab)
    return either(english, labelled(tab, name))


def chosen(names: Sequence[str]) -> list[str]:
    """Put the asked sheets in the catalogue's order; all of them, if none is asked.

    A sheet is asked for by its name or by that of its tab, in either language. `UsageError` for unknown ones, with the
    nearest.
    """
    by_word = {name: name for name in SHEETS}
    for language in LANGUAGES:
        with speaking(language):
            by_word |= {tab.casefold(): name for name, tab in tabs().items()}
    meant = {name: by_word.get(name.strip().casefold(), "") for name in names}
    unknown = [name for name, sheet in meant.items() if not sheet]
    if unknown:
        raise UsageError(
            say("there is no sheet {names}", names=joined(unknown)),
            remedy=question(unknown[0], by_word) or say("There are: {names}", names=joined(map(with_tab, SHEETS))),
        )
    return [name for name in SHEETS if name in meant.values() or not names]


def make_sheets(material: SheetMaterial, names: Iterable[str]) -> tuple[list[Sheet], dict[str, str]]:
    """Make sheets of these names; beside them why the others are not there."""
    from batch.reports.sheets.material import NoSheet

    made, absent = [], {}
    for name in names:
        sheet = maker(name)(material)
        if isinstance(sheet, NoSheet):
            absent[name] = sheet.why
        else:
            made.append(sheet)
    return made, absent
