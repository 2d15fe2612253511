"""The command `run`."""

from __future__ import annotations

import click

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Progress, Session
from payengine.errors import UsageError
from payengine.texts import say


@command("run")
@argument("period", "A month (2026-10), a quarter (2026-Q4), a half-year (2026-H2) or a year (2026).", metavar="PERIOD")
@click.option(
    "--snapshot", default="", metavar="D", help="The snapshot, by the beginning of its digest; else the newest."
)
@click.option("--dry-run", is_flag=True, help="Compute and compare; write nothing.")
@click.option(
    "--hold",
    nargs=2,
    multiple=True,
    metavar="I REASON",
    help="Leave institution I out, for this reason; it follows in the next revision. May be given several times.",
)
@click.option("--revise", default="", metavar="REASON", help="Replace what is published, for this reason.")
def run(
    session: Session, period: str, snapshot: str, dry_run: bool, hold: tuple[tuple[str, str], ...], revise: str
) -> None:
    """Compute a period's pay and show the register.

    Reads a snapshot and the policy and nothing else. The result is staged in the ledger; publish makes it the
    period's current one. The same input gives the same run, however often it is computed.
    """
    workspace = session.workspace()
    with Progress() as progress:
        outcome = workspace.run(
            period, snapshot=snapshot, hold=_holds(hold), revise=revise, dry_run=dry_run, progress=progress
        )
    from batch.cli.views.outcome import outcome_json, outcome_parts

    parts = [] if session.json else outcome_parts(workspace, outcome)
    if outcome.state in ("staged", "already staged"):
        from batch.ledger.run_steps import words_of

        parts += ["", session.next(words_of(workspace.steps(outcome.run)))]
    session.answer(outcome_json(workspace, outcome) if session.json else {}, *parts)


def _holds(options: tuple[tuple[str, str], ...]) -> dict[str, str]:
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
