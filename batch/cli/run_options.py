"""Options of several commands: which run is meant, which snapshot, who is left out."""

from __future__ import annotations

import click

from batch.cli.bilingual_click import argument
from payengine.errors import UsageError
from payengine.texts import say

RUN = argument(
    "run",
    "The run, the beginning of its id, or a period: its current revision, else its staged run.",
    metavar="RUN|PERIOD",
)
SNAPSHOT = click.option(
    "--snapshot", default="", metavar="D", help="The snapshot, by the beginning of its digest; else the newest."
)
HOLD = click.option(
    "--hold",
    nargs=2,
    multiple=True,
    metavar="I REASON",
    help="Leave institution I out, for this reason; it follows in the next revision. May be given several times.",
)
ACCEPT = click.option(
    "--accept",
    nargs=2,
    multiple=True,
    metavar="KIND[:SUBJECT] REASON",
    help="Accept a finding that the policy lets stop the publication, for this reason. May be given several times.",
)
ACCEPT_STALE = click.option(
    "--accept-stale",
    default="",
    metavar="REASON",
    help="Publish what is built on publications that were revised since, for this reason.",
)


def holds_of(options: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Read institutions to hold and reasons; `UsageError` for a missing reason or a repetition."""
    holds: dict[str, str] = {}
    for code, reason in options:
        if not reason.strip():
            raise UsageError(
                say("institution {code} is held without a reason", code=code),
                remedy=say('Write: --hold {code} "scores missing"', code=code),
            )
        if code in holds:
            raise UsageError(say("institution {code} is held twice", code=code))
        holds[code] = reason
    return holds
