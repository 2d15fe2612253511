"""The command `month`: a period from its freeze to its publication, in one call."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from batch.cli import named
from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.run_options import ACCEPT, ACCEPT_STALE, HOLD
from batch.cli.session import Progress, Session
from payengine.characters import escaped
from payengine.errors import Conflict, Refused
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.check import BeforePublication
    from batch.ledger import Standing
    from batch.run import Outcome
    from batch.snapshot.snapshot import Snapshot

YES = ("y", "yes", "是", "是的", "发布")
Accept = tuple[tuple[str, str], ...]


@command("month")
@argument("period", "A month (2026-10), a quarter (2026-Q4), a half-year (2026-H2) or a year (2026).", metavar="PERIOD")
@click.option("--yes", is_flag=True, help="Publish without asking; for scripts.")
@HOLD
@click.option("--revise", default="", metavar="REASON", help="Replace what is published, for this reason.")
@ACCEPT
@ACCEPT_STALE
def month(
    session: Session, period: str, yes: bool, hold: tuple[tuple[str, str], ...], revise: str, accept: Accept,
    accept_stale: str,
) -> None:  # fmt: skip
    """Freeze a period, run it, check it and publish it, asking before the publication.

    Shows the register, what differs from last month and from the published revision, and what would stop the
    publication. Without a terminal and without --yes it stops at the draft and names the next command; so it does where
    the policy demands steps. What is as it was is not stored again, and is said to be so.
    """
    work = _Month(session, period)
    work.freeze()
    work.run(hold, revise)
    if work.outcome.state == "already published":
        work.end("published")
        return
    work.compare()
    seen, standing = work.look(accept, accept_stale)
    stops = bool(seen.stopping or seen.failing)
    if not _is_ready(standing):
        work.end("draft", standing)
    elif (yes and stops) or (not stops and (yes or _agreed(session, work))):
        work.publish(accept, accept_stale)  # which raises what stops it
    else:
        work.end("draft", standing, seen if stops else None)


class _Month:
    """One call of `month`: what was done, told as it is done, or at the end with --json."""

    outcome: Outcome
    frozen: Snapshot

    def __init__(self, session: Session, period: str) -> None:
        from batch.workspace import as_period

        self.session, self.period = session, as_period(period)
        self.workspace = session.workspace()
        self.data: dict[str, Any] = {"period": str(self.period), "run": None}

    def tell(self, *parts: RenderableType) -> None:
        """Print parts now, unless one JSON object is to be printed at the end."""
        if not self.session.json:
            self.session.answer({}, *parts)

    def freeze(self) -> None:
        """Read the source; the same content is the same snapshot."""
        from batch.cli.views.month import frozen_parts
        from batch.cli.views.snapshot import snapshot_json
        from batch.snapshot.freezes import newest_digest

        before = newest_digest(self.workspace.snapshots, self.period)
        with Progress() as progress:
            self.frozen = self.workspace.freeze(self.period, progress=progress)
        unknown = [f"{problem.where}: {problem.what}" for problem in self.workspace.unknown_names(self.frozen)]
        is_known = self.frozen.digest == before
        self.data["freeze"] = {**snapshot_json(self.frozen), "unchanged": is_known, "unknown_names": unknown}
        self.tell(*frozen_parts(self.frozen, is_known), "")  # what the policy does not know, its run refuses

    def run(self, hold: tuple[tuple[str, str], ...], revise: str) -> None:
        """Compute it and stage what is new."""
        from batch.cli.views.month import published_parts
        from batch.cli.views.outcome import outcome_json, outcome_parts

        digest = self.frozen.digest
        holds = named.holds(named.of_period(self.session, str(self.period), digest), hold)
        try:
            with Progress() as progress:
                self.outcome = self.workspace.run(
                    self.period, snapshot=digest, hold=holds, revise=revise, progress=progress
                )
        except Conflict as conflict:
            if revise or not any(one.current for one in self.workspace.runs(self.period)):
                raise
            look, again = (self.session.line(text) for text in (
                f"run {self.period} --dry-run", f"month {self.period} --revise REASON"
            ))  # fmt: skip
            remedy = say("Look at the difference: {look}. To correct it: {again}.", look=look, again=again)
            raise Conflict(conflict.what, conflict.problems, remedy) from conflict
        except Refused:
            from batch.cli.views.heading import warnings

            self.tell(*warnings(self.frozen.warnings))  # the run would tell them: what was not read may be the reason
            raise
        self.data["run"] = self.outcome.run
        if self.session.json:
            self.data["computed"] = outcome_json(self.workspace, self.outcome)
        elif self.outcome.state == "already published":
            self.tell(*published_parts(self.outcome, self.session.line(f"show {self.period}")))
        else:
            self.tell(*outcome_parts(self.workspace, self.outcome))

    def compare(self) -> None:
        """Set it beside the last period of its kind."""
        from batch.audit.as_json import difference_json
        from batch.cli.views.month import last_period_parts
        from batch.cli.views.outcome import component_labels

        names = self.workspace.names(self.period, self.frozen.digest)
        found = self.workspace.since_last_period(self.outcome)
        self.data["last_period"] = None
        if found is None:
            self.tell("", say("Nothing earlier is published to compare it with."))
        elif self.session.json:
            last, difference = found
            told = difference_json(difference, names.institutions, names.staff)
            told |= {"period": str(last.period), "revision": last.revision, "run": last.id}
            self.data["last_period"] = told
        else:
            self.tell(*last_period_parts(*found, names, component_labels(self.outcome)))

    def look(self, accept: Accept, accept_stale: str) -> tuple[BeforePublication, Standing]:
        """Check it as its publication does, and read which steps are to be done before."""
        from batch.cli.errors import problem_json
        from batch.cli.views.findings import accepted_json
        from batch.cli.views.month import look_parts
        from batch.cli.views.steps import standing_json

        with Progress() as progress:
            progress(say("checking"))
            seen = self.workspace.before_publication(self.outcome.run, accept, accept_stale)
            standing = self.workspace.steps(self.outcome.run)
        self.data["check"] = {
            "findings": [one.as_json() for one in seen.findings],
            "stopping": [one.as_json() for one in seen.stopping],
            "failing_checks": [problem_json(one) for one in seen.failing],
            "accepted": accepted_json(seen.accepted),
        }
        self.data["steps"] = standing_json(standing)
        self.tell(*look_parts(seen, self.session.line(f"check {self.period}")))
        return seen, standing

    def publish(self, accept: Accept, accept_stale: str) -> None:
        """Publish the run that was shown, and no other."""
        from batch.cli.views.findings import accepted_parts
        from batch.cli.views.heading import warnings
        from batch.cli.views.publication import published_json, published_parts

        with Progress() as progress:
            progress(say("publishing"))
            done = self.workspace.publish_checked(self.outcome.run, accept, accept_stale)
        self.data["publication"] = published_json(done.published)
        self.tell("", *published_parts(done.published), *accepted_parts(done.accepted),
                  *warnings(done.published.warnings))  # fmt: skip
        self.end("published")

    def end(self, state: str, standing: Standing | None = None, stopping: BeforePublication | None = None) -> None:
        """Tell where it stands and what the next command is."""
        from batch.cli.views.month import accepting, draft_parts
        from batch.ledger.run_steps import words_of

        words = f"pay {self.period}"
        parts: list[RenderableType] = ["", self.session.next(words)]
        if standing is not None:
            words = words_of(standing, self.workspace.name_of_staged(self.outcome.run, self.period))
            if stopping is not None:
                words = f"month {self.period}" if stopping.failing else f"{words} {accepting(stopping)}"
            parts = draft_parts(standing, _is_ready(standing), stopping, words, self.session.line)
        self.data |= {"state": state, "next": self.session.line(words)}
        self.data.setdefault("publication", None)
        self.session.answer(self.data, *parts)


def _is_ready(standing: Standing) -> bool:
    """Tell if no step is missing before the publication, and no announcement is still open."""
    from batch.ledger.provenance import now
    from payengine.policy.step_rule import PUBLISHED

    return standing.next == PUBLISHED and not standing.open and standing.until <= now()


def has_terminal() -> bool:
    """Tell if somebody can be asked: input and output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _agreed(session: Session, work: _Month) -> bool:
    """Ask if the draft is to be published; the end of the input is no."""
    if session.json or not has_terminal():
        return False
    asked = say(
        "Publish {period} as revision {revision}? [y/N] ", period=work.period, revision=work.outcome.revision
    )  # fmt: skip
    print(f"\n{escaped(asked, keep=chr(10))}", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:
        print(file=sys.stderr)
    return answer.strip().casefold() in YES
