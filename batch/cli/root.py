"""The command `payengine`: its options, its commands and its exit code."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from batch.cli.bilingual_click import Choice, Command, Group, help_option
from batch.cli.session import Session, open_streams, prepare, reader_is_gone
from payengine import __version__, texts
from payengine.texts import in_quotes, say

COMMANDS = {  # where each command stands, and one line on it, in the order of a county's work
    "demo": ("batch.cli.demo:demo", "Make a county to try: freeze, run and publish a month of it."),
    "init": ("batch.cli.init:init", "Make a workspace."),
    "month": ("batch.cli.month:month", "Freeze, run, check and publish a period, asking before the publication."),
    "status": ("batch.cli.status:status", "Tell where every period of a year stands, and what comes next."),
    "freeze": ("batch.cli.freeze:freeze", "Freeze a period's input into a snapshot."),
    "check": ("batch.cli.check:check", "Find what is implausible in a period, with what to do about it."),
    "run": ("batch.cli.run:run", "Compute a period's pay and show the register."),
    "simulate": ("batch.cli.simulate:simulate", "Compute a period as if values were others; nothing is stored."),
    "solve": ("batch.cli.solve:solve", "Find the value of a parameter that a sum of money allows."),
    "plan": ("batch.cli.plan:plan", "Set a new policy beside the one in force, before it is approved."),
    "publish": ("batch.cli.publish:publish", "Make a run the current revision of its period."),
    "revise": ("batch.cli.revise:revise", "Freeze published periods again and revise those that changed."),
    "batch": ("batch.cli.batch:batch", "Run, or run and publish, the months of several workspaces."),
    "step": ("batch.cli.step:step", "Enter that a run is reviewed, announced or approved."),
    "object": ("batch.cli.objection:object_to", "Enter an objection to a run, or the answer to one."),
    "steps": ("batch.cli.steps:steps", "List the steps of a run before its publication."),
    "runs": ("batch.cli.runs:runs", "List the runs and what is published."),
    "show": ("batch.cli.show:show", "Show a run: the register, an institution or a person."),
    "explain": ("batch.cli.explain:explain", "Explain a figure: what it was computed from, down to the records."),
    "payslip": ("batch.cli.payslip:payslip", "Print payslips as PDF: what is due, and how it was computed."),
    "why": ("batch.cli.why:why", "Tell what changed someone's pay since last month, cause by cause."),
    "diff": ("batch.cli.diff:diff", "Compare two runs: inputs, policy, formulas, and the effect on pay."),
    "replay": ("batch.cli.replay:replay", "Compute a run again and compare every row with what is stored."),
    "pay": ("batch.cli.pay:pay", "Draft a payment: what is due and not yet paid."),
    "payments": ("batch.cli.payments:payments", "List the payments, and who is carried with what."),
    "payment": (
        "batch.cli.payment:payment",
        "Show, approve, export, pay out, return or discard a payment.",
    ),
    "verify": ("batch.cli.verify:verify", "Compare the ledger with its audit chain."),
    "prove": ("batch.cli.prove:prove", "Prove one payslip against the head of the audit chain."),
    "verify-proof": ("batch.cli.verify_proof:verify_proof", "Check a proof by a noted head; needs no workspace."),
    "log": ("batch.cli.log:log", "List who did what, and who looked at what."),
    "roles": ("batch.cli.roles:roles", "Write the SQL of the roles of a ledger on a server."),
    "policy": ("batch.cli.policy.group:policy", "List, show, check, print and make policies."),
    "export": ("batch.cli.export:export", "Write a run's results as a workbook, CSV or Parquet."),
    "split": ("batch.cli.split:split", "Write the forms on which departments split their pools by hand."),
    "overview": ("batch.cli.overview:overview", "Write one page on a run for those who lead, as HTML or PDF."),
    "archive": ("batch.cli.archive:archive", "Write a run into one file that an auditor can replay elsewhere."),
    "serve": ("batch.cli.serve:serve", "Serve pages to look at: runs, payslips, explanations, what-ifs."),
    "link": ("batch.cli.link:link", "Make a link to the pages of one institution or one person."),
    "warmup": ("batch.cli.warmup:warmup", "Compile the kernels now, so that the first run need not."),
}


class Root(Group):
    """The outermost group, which turns every exception into an exit code and a text."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a command line and exit; click's own `main` has other exit codes and English only."""
        if "_PAYENGINE_COMPLETE" in os.environ:  # a shell asks for completions
            return super().main(args, prog_name, *rest, **extra)
        words = list(sys.argv[1:] if args is None else args)
        _choose_language(words)
        open_streams()
        # What libraries log of a lost connection is a traceback; what it means is told by our own errors.
        logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())
        for stream in (sys.stdout, sys.stderr):
            prepare(stream)
        if (unknown := texts.unknown_language()) is not None:
            print(
                say("PAYENGINE_LANG: {value} is no language of payengine; write en or zh", value=in_quotes(unknown)),
                file=sys.stderr,
            )
        try:
            code = self._run(words, prog_name or "payengine")
            sys.stdout.flush()
        except BaseException as error:
            code = _closed() if reader_is_gone(error) else _failed(error, words)
        sys.exit(code)

    def _run(self, words: list[str], prog_name: str) -> int:
        try:
            with self.make_context(prog_name, list(words)) as ctx:
                self.invoke(ctx)
        except click.exceptions.Exit as left:  # --help and --version end so
            return left.exit_code
        return 0


def _failed(error: BaseException, words: list[str]) -> int:
    from batch.cli.errors import report_failure

    try:
        code = report_failure(error, "--json" in words)
        sys.stdout.flush()
    except OSError as second:  # nor can the failure be written there
        _closed()
        return 1 if reader_is_gone(second) else report_failure(error, as_json=False)
    return code


def _closed() -> int:
    """Silence the interpreter's last flush after the reader of our output (`| head`) has left."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    return 0


def _choose_language(words: list[str]) -> None:
    """Read --lang, wherever it stands: help is printed while the line is still being read."""
    for index, word in enumerate(words):
        value = word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if word == "--lang" and index + 1 < len(words):
            value = words[index + 1]
        if value in texts.LANGUAGES:
            texts.use(value)
            return
    texts.use(None)


def _set_folder(ctx: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Session).folder = value


def _set_json(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Session).json = True


def _print_version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        print(f"payengine {__version__}")
        ctx.exit()


def shared_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate with the options of every command, before or after the command's name."""
    options = (
        help_option,
        click.option(
            "--lang",
            type=Choice(*texts.LANGUAGES),
            metavar="en|zh",
            expose_value=False,
            help="Language of what is printed.",
        ),
        click.option(
            "--json",
            is_flag=True,
            expose_value=False,
            callback=_set_json,
            help="Print one JSON object instead of text.",
        ),
        click.option(
            "--workspace",
            type=click.Path(path_type=Path),
            metavar="DIR",
            expose_value=False,
            callback=_set_folder,
            help="The workspace; else PAYENGINE_WORKSPACE, else the current folder.",
        ),
    )
    for option in options:
        function = option(function)
    return function


def command(name: str, **attributes: Any) -> Callable[[Callable[..., Any]], Command]:
    """Make a command with the shared options; its function gets the `Session` first."""

    def decorate(function: Callable[..., Any]) -> Command:
        return click.command(name, cls=Command, add_help_option=False, **attributes)(
            shared_options(click.pass_obj(function))
        )

    return decorate


@click.group(
    cls=Root,
    where=COMMANDS,
    subcommand_metavar="COMMAND ...",
    invoke_without_command=True,
    add_help_option=False,
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
@shared_options
@click.pass_context
def root(ctx: click.Context) -> None:
    """Appraisal and pay of primary-care institutions: exact to the fen, explainable down to the record.

    A period is computed in three steps: freeze reads the source systems once and keeps what it read; run computes from
    that alone; publish makes the result the period's current one. Quarters, half-years and years settle over published
    months.

    To try it: payengine demo
    """
    ctx.ensure_object(Session)
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())
