"""Figures that are not given: who lacks what, in the words in which a run stores it.

A figure that no pay depends on, and a check, lack an input where its table has no row. They are not given there: never
zero, and never a pass. The words are of the sheet, so they stand in its language, like the labels of figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from payengine.graph import CONSORTIUM, Absence, Evaluation, Frame, Level, Origin
from payengine.graph.inputs import Input
from payengine.graph.values.frame import Flag
from payengine.graph.values.keyed import Keyed
from payengine.graph.values.scope import Value
from payengine.periods import Period
from payengine.texts import joined, say

MOST_NAMED = 20  # institutions named in one label


def told_by_words(absent: Iterable[Absence], frame: Frame, level: Level, period: Period) -> Mapping[str, Flag]:
    """Return for each input that rows of a figure lack, in words, the rows."""
    found: dict[str, Flag] = {}
    for mark in absent:
        words = f"未提供 {_named(mark, frame, period, level is CONSORTIUM)}"
        found[words] = found[words] | mark.rows if words in found else mark.rows
    return found


def lacking_words(evaluation: Evaluation, value: Input, row: int, period: Period, of_all: bool) -> list[str]:
    """List the inputs that one row lacks.

    Of the whole run with the institutions that lack them.
    """
    assert isinstance(value, Value)
    marks = [mark for mark in value.absent if mark.rows[row]]
    return list(dict.fromkeys(_named(mark, evaluation.frame, period, of_all) for mark in marks))


def lacking_inputs(evaluation: Evaluation, period: Period) -> Iterator[str]:
    """Yield a warning for each input that figures and checks of a run lack, with who lacks it."""
    found: dict[Origin, set[int]] = {}
    figures: dict[Origin, dict[str, None]] = {}
    for name, value in evaluation.values.items():
        for mark, level in _marks(value):
            found.setdefault(mark.origin, set()).update(mark.at_institutions(evaluation.frame, level))
            label = evaluation.formulas[name].label
            figures.setdefault(mark.origin, {})[label] = None
    for origin, rows in found.items():
        codes = _codes([evaluation.frame.institutions[row] for row in sorted(rows)]) or say("the whole run")
        yield say(
            "{what} is not given for {who}; not given is therefore: {figures}",
            what=_input(origin, period), who=codes, figures=joined(figures[origin]),
        )  # fmt: skip


def _marks(value: Input) -> Iterator[tuple[Absence, Level]]:
    for part in [one for _, one in value.items()] if isinstance(value, Keyed) else [value]:
        if isinstance(part, Value):
            for mark in part.absent:
                if mark.rows.any():
                    yield mark, part.level


def _named(mark: Absence, frame: Frame, period: Period, with_codes: bool) -> str:
    what = _input(mark.origin, period)
    if not with_codes:
        return what
    codes = [frame.institutions[row] for row in mark.at_institutions(frame, CONSORTIUM)]
    return f"{what}：{_codes(codes)}" if codes else what


def _input(origin: Origin, period: Period) -> str:
    name = f"{origin.table}[{origin.key}]" if origin.key else origin.table
    return f"{name}（{origin.period or period}）"


def _codes(codes: Sequence[str]) -> str:
    if len(codes) <= MOST_NAMED:
        return "、".join(codes)
    return f"{'、'.join(codes[:MOST_NAMED])} 等 {len(codes)} 家"
