"""Settings of the source: the table `[source]` of payengine.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from batch import input_tables as tables
from batch.sources.base import DATE_SYSTEMS
from batch.sources.mapping_settings import stated_columns, stated_values
from payengine.errors import Problem, Refused
from payengine.policy.toml import KeyPath, Section
from payengine.suggest import hint
from payengine.texts import joined, say

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")  # kinds that are read
ENCODINGS = ("utf-8", "gb18030")


@dataclass(frozen=True)
class SourceSettings:
    """The place of the input: a database (`url`), a folder of files or one workbook.

    `queries` stand for tables of a database. `encoding` ("utf-8" or "gb18030") fixes the encoding of CSV files; empty
    means that it is detected strictly. `date_system` ("1900" or "1904") is that of a spreadsheet's day numbers.
    `columns` names the source's columns by table and our name, `values` maps its codes to ours by table and column.
    """

    url: str = ""
    folder: str = ""
    workbook: str = ""
    queries: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    date_system: str = DATE_SYSTEMS[0]
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

    @classmethod
    def parse(cls, given: Mapping[str, object], where: str = "payengine.toml") -> SourceSettings:
        """Read the table; `Refused` with every problem in it."""
        problems: list[Problem] = []
        section = _Section(given, KeyPath(where, ()), problems)
        section.expect(*(entry.name for entry in fields(cls)))
        url, folder, workbook, encoding = (section.text(key) for key in ("url", "folder", "workbook", "encoding"))
        is_folder = bool(section.take("folder") or section.take("workbook"))
        if sum(bool(section.take(key)) for key in ("url", "folder", "workbook")) != 1:
            section.problem(
                say("give one of url, folder and workbook"), "source",
                say(
                    'for example url = "postgresql+psycopg://host/database", folder = "input" or '
                    'workbook = "county.xlsx"'
                ),
            )  # fmt: skip
        if workbook and not workbook.lower().endswith(WORKBOOKS):
            section.problem(say("must be one of {choices}", choices=joined(WORKBOOKS)), "workbook")
        if section.take("encoding") and encoding not in ENCODINGS:
            section.problem(say("must be one of {choices}", choices=joined(ENCODINGS)), "encoding")
        date_system = section.text("date_system") if section.take("date_system") else DATE_SYSTEMS[0]
        if date_system and date_system not in DATE_SYSTEMS:
            section.problem(say("must be one of {choices}", choices=joined(DATE_SYSTEMS)), "date_system")
        queries = section.section("queries")
        if queries.table and is_folder:
            section.problem(say("queries need a database; a folder is read as it is"), "queries")
        for name, query in queries.table.items():
            if name not in tables.SOURCE_BY_NAME:
                queries.problem(say("is not an input table{near}", near=hint(name, tables.SOURCE_BY_NAME)), name)
            elif not isinstance(query, str) or not query.strip():
                queries.not_text(name)
        columns = stated_columns(section.section("columns"), queries.table)
        values = stated_values(section.section("values"))
        if problems:
            raise Refused(say("the settings of the source are wrong"), problems)
        return cls(url, folder, workbook, dict(queries.table), encoding, date_system, columns, values)


class _Section(Section):
    """The table `[source]`, or a table inside it."""

    def unknown(self, key: str) -> None:
        self.problem(say("is not a setting of [source]{near}", near=hint(key, self.asked)), key)

    def not_text(self, key: str) -> None:
        self.problem(say("must be a text"), key)

    def not_table(self, key: str) -> None:
        if key == "queries":
            self.problem(say("must be a table of queries by table name"), key)
        else:
            super().not_table(key)
