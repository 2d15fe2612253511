"""Checks of a stored run that stop its publication: failed, or without an input.

A check that is not given has not held. It stops the publication too, unless the policy says that it may be not given;
then the publication names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from batch.ledger.bulk_rows import key_of
from batch.ledger.schema import report_line, run_report
from batch.report_names import BLOCKS, BLOCKS_UNLESS_NOT_GIVEN, FAILS, LACKS, NOT_GIVEN, PREFIX, RESULT
from payengine.errors import Problem
from payengine.texts import joined, say

SAME_NAME = (run_report.c.run_key == report_line.c.run_key) & (run_report.c.position == report_line.c.position)
Lacking = Mapping[str, list[str]]  # institution ('' for all together) -> the inputs that are not given there


def blocking(connection: Connection, run_id: str) -> Iterator[Problem]:
    """Yield each place that stops the publication: an institution, or all together."""
    for check, label in _marked(connection, run_id, BLOCKS):
        yield from _failed(connection, run_id, check, label)
        for place, inputs in _places(_not_given(connection, run_id, check)):
            yield Problem(_words(label, inputs), place, column=check, remedy=say("give the input and run it again"))
    for check, label in _marked(connection, run_id, BLOCKS_UNLESS_NOT_GIVEN):
        yield from _failed(connection, run_id, check, label)


def passed_over(connection: Connection, run_id: str) -> list[str]:
    """List, in words, where a check that stops the publication is not given and may be so."""
    return [
        say("published although {place}: {what}", place=place, what=_words(label, inputs))
        for check, label in _marked(connection, run_id, BLOCKS_UNLESS_NOT_GIVEN)
        for place, inputs in _places(_not_given(connection, run_id, check))
    ]


def _marked(connection: Connection, run_id: str, mark: str) -> list[tuple[str, str]]:
    """List the checks (name, label) of a run that bear a mark, by name."""
    query = select(run_report.c.name, run_report.c.label).where(run_report.c.run_key == key_of(run_id))
    ending = f".{mark}"
    return sorted(
        (row.name.removeprefix(PREFIX).removesuffix(ending), row.label)
        for row in connection.execute(query)
        if row.name.startswith(PREFIX) and row.name.endswith(ending)
    )


def _failed(connection: Connection, run_id: str, check: str, label: str) -> Iterator[Problem]:
    places = _with_result(connection, run_id, check, FAILS)
    for place, _ in _places({place: [] for place in places}):
        yield Problem(say("the check fails: {label}", label=label), place, column=check)


def _with_result(connection: Connection, run_id: str, check: str, result: int) -> list[str]:
    query = (
        select(report_line.c.institution)
        .join(run_report, SAME_NAME)
        .where(
            report_line.c.run_key == key_of(run_id),
            run_report.c.name == f"{PREFIX}{check}.{RESULT}",
            report_line.c.value == result,
        )
    )
    return sorted({row.institution for row in connection.execute(query)})


def _not_given(connection: Connection, run_id: str, check: str) -> Lacking:
    """Find where a check is not given, with the words of the inputs that it lacks there."""
    found: dict[str, list[str]] = {place: [] for place in _with_result(connection, run_id, check, NOT_GIVEN)}
    query = (
        select(report_line.c.institution, run_report.c.name, run_report.c.label)
        .join(run_report, SAME_NAME)
        .where(report_line.c.run_key == key_of(run_id))
        .order_by(run_report.c.position)
    )
    for row in connection.execute(query) if found else ():
        if row.name.startswith(f"{PREFIX}{check}.{LACKS}[") and row.institution in found:
            found[row.institution].append(row.label)
    return found


def _places(found: Lacking) -> list[tuple[str, list[str]]]:
    """List the institutions, or all together where it is of no single one."""
    own = [(place, inputs) for place, inputs in found.items() if place]
    return own or [(say("all institutions together"), inputs) for inputs in found.values()]


def _words(label: str, inputs: list[str]) -> str:
    return say("the check is not given: {label}; {inputs} is missing", label=label, inputs=joined(inputs))
