"""The `[source]` table of payengine.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from batch import input_tables as tables
from payengine.errors import Problem, Refused
from payengine.suggest import hint
from payengine.texts import say

ENCODINGS = ("utf-8", "gb18030")


@dataclass(frozen=True)
class SourceSettings:
    """Where the input is: a database (`url`) or a folder of files; `queries` stand for tables of a database.

    `encoding` ("utf-8" or "gb18030") fixes the encoding of CSV files; empty means that it is detected strictly.
    """

    url: str = ""
    folder: str = ""
    queries: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""

    @classmethod
    def parse(cls, given: Mapping[str, object], where: str = "payengine.toml") -> SourceSettings:
        """Read the table; `Refused` with every problem in it."""
        problems: list[Problem] = []
        known = [entry.name for entry in fields(cls)]
        for name in given:
            if name not in known:
                near = hint(name, known)
                problems.append(Problem(say("is not a setting of [source]{near}", near=near), where, column=name))
        texts = {name: given.get(name, "") for name in ("url", "folder", "encoding")}
        for name, value in texts.items():
            if not isinstance(value, str):
                problems.append(Problem(say("must be a text"), where, column=name))
        if bool(texts["url"]) == bool(texts["folder"]):
            problems.append(
                Problem(
                    say("give either url or folder"), where, column="source",
                    remedy=say('for example url = "postgresql+psycopg://host/database", or folder = "input"'),
                )
            )  # fmt: skip
        if texts["encoding"] and texts["encoding"] not in ENCODINGS:
            problems.append(
                Problem(say("must be one of {choices}", choices=", ".join(ENCODINGS)), where, column="encoding")
            )
        queries = given.get("queries", {})
        if not isinstance(queries, Mapping):
            problems.append(Problem(say("must be a table of queries by table name"), where, column="queries"))
            queries = {}
        if queries and texts["folder"]:
            problems.append(Problem(say("queries need a database; a folder is read as it is"), where, column="queries"))
        for name, query in queries.items():
            if name not in tables.BY_NAME:
                near = hint(str(name), tables.BY_NAME)
                problems.append(Problem(say("is not an input table{near}", near=near), where, column=f"queries.{name}"))
            elif not isinstance(query, str) or not query.strip():
                problems.append(Problem(say("must be a text"), where, column=f"queries.{name}"))
        if problems:
            raise Refused(say("the settings of the source are wrong"), problems)
        return cls(
            str(texts["url"]),
            str(texts["folder"]),
            {str(k): str(v) for k, v in queries.items()},
            str(texts["encoding"]),
        )
