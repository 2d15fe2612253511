"""Names of columns as a source spells them, and as an office's settings state them.

What the settings state goes before every other reading of a heading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from payengine.characters import escaped
from payengine.errors import Problem
from payengine.suggest import did_you_mean, listed, nearest
from payengine.texts import say


def spelled_columns(wanted: Sequence[str], found: Sequence[str]) -> dict[str, str]:
    """Find the spelling of each wanted name that is there.

    It is the exact one, else the only one that differs in case.
    """
    exact = set(found)
    spelled = {}
    for name in wanted:
        if name in exact:
            spelled[name] = name
        else:
            alike = [other for other in found if other.casefold() == name.casefold()]
            if len(alike) == 1:
                spelled[name] = alike[0]
    return spelled


@dataclass(frozen=True)
class ColumnNames:
    """The office's own names of columns, by table and by our name."""

    stated: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def spelled(self, table: str, wanted: Sequence[str], found: Sequence[str]) -> dict[str, str]:
        """Find the spelling of each wanted column of a table that is there.

        A column that the settings name stands under that name alone, and no other column is read from it.
        """
        stated = self.stated.get(table)
        if not stated:
            return spelled_columns(wanted, found)
        own = self._own(table, found)
        others = [name for name in found if name not in own.values()]
        spelled = spelled_columns([name for name in wanted if name not in stated], others)
        spelled |= {name: own[name] for name in wanted if name in own}
        return {name: spelled[name] for name in wanted if name in spelled}

    def problems(self, table: str, found: Sequence[str], where: str) -> list[Problem]:
        """List the stated names that the source lacks, and the columns that stand there twice."""
        own = self._own(table, found)
        problems: list[Problem] = []
        for name, theirs in self.stated.get(table, {}).items():
            if name not in own:
                near = nearest(theirs, [other for other in found if other not in own.values()])
                what = say(
                    "column {column} is missing, which the settings name for {name}{near}",
                    column=theirs, name=name, near=did_you_mean(escaped(near)),
                )  # fmt: skip
                remedy = "" if problems else say("the columns are: {names}", names=escaped(listed(found)))
                problems.append(Problem(what, where, remedy=remedy))
                continue
            [*ours] = spelled_columns([name], found).values()
            if ours and ours[0] not in own.values():
                what = say("columns {one} and {other} both stand for {name}", one=theirs, other=ours[0], name=name)
                remedy = say(
                    "take one of them out, or name under [source.columns.{table}] what {other} stands for",
                    table=table, other=ours[0],
                )  # fmt: skip
                problems.append(Problem(what, where, remedy=remedy))
        return problems

    def _own(self, table: str, found: Sequence[str]) -> dict[str, str]:
        """Find the source's spelling of the columns that the settings name, by our names."""
        stated = self.stated.get(table, {})
        spelled = spelled_columns(list(stated.values()), found)
        return {name: spelled[theirs] for name, theirs in stated.items() if theirs in spelled}
