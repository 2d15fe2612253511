"""Pages of progress: the periods of a year, and the steps of a run to its publication."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from batch.cli.session import SHORT
from batch.cli.web.blocks import Field, Form, Link, Ways, address, blocks_of
from batch.cli.web.pages import Asked, BadRequest, Page, way_to
from payengine.texts import in_quotes, say

if TYPE_CHECKING:
    from batch.cli.web.office import Office


def command_line(words: str) -> str:
    """Write a command as whoever works at the office types it there."""
    return f"payengine {words}"


def status_page(office: Office, asked: Asked) -> Page:
    """Tell where every period of a year stands, as `payengine status`."""
    from batch.cli.views.status import BRIEF, status_parts

    year = asked["year"]
    if year and not (len(year) == 4 and year.isascii() and year.isdigit() and year >= "1900"):
        raise BadRequest(say("{text} is no year; write 2026", text=in_quotes(year)))
    found = office.workspace.status(int(year) if year else None)
    known = {record.id[:BRIEF]: record.id for one in found.periods
             for record in (*one.waiting, *([one.current] if one.current else []))}  # fmt: skip
    heads = [say("Period"), say("Frozen (UTC)"), say("Run")]

    def to_register(row: Sequence[str]) -> str | None:
        run = next((known[text] for text in row if text in known), "")
        return address("/register", run=run[:SHORT]) if run else None

    blocks = [
        Form("/status", [Field("year", say("Year"), str(found.year), "number")], say("Show")),
        *blocks_of(["", *status_parts(found, command_line)], {heads[2]: to_register}, say("Progress")),
    ]
    steps = [
        Link(address("/steps", run=record.id[:SHORT]),
             say("Steps of {period}, run {run}", period=one.period, run=record.id[:SHORT]))
        for one in found.periods for record in one.waiting
    ]  # fmt: skip
    return Page(say("Progress of {year}", year=found.year), [*blocks, *([Ways(steps)] if steps else [])], way_to(asked))


def steps_page(office: Office, asked: Asked) -> Page:
    """List the steps of a run, as `payengine steps`."""
    from batch.cli.views.steps import standing_parts

    workspace = office.workspace
    standing = workspace.steps(asked["run"])
    with workspace.ledger(needed=True) as ledger:
        record = ledger.run(standing.run)
    blocks = blocks_of(standing_parts(standing, command_line), label=say("Steps"))
    links = [Link(address("/register", run=record.id[:SHORT]), say("Register of {period}", period=record.period)),
             Link(address("/log", run=record.id[:SHORT]), say("Who did what"))]  # fmt: skip
    return Page(say("Steps of {period}", period=record.period), [*blocks, Ways(links)], way_to(asked, record))
