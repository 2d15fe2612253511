"""The command `policy book`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batch.cli.bilingual_click import argument
from batch.cli.policy.lookup import find_policy
from batch.cli.policy.periods import periods_asked
from batch.cli.root import command
from batch.cli.session import Progress, Session
from payengine.errors import UsageError
from payengine.periods import MONTH
from payengine.texts import joined, say

if TYPE_CHECKING:
    from batch.cli.policy_book.example import Example

ENDINGS = (".html", ".md")


@command("book")
@argument("name", "The policy; the workspace's unless named.", required=False, metavar="[POLICY]")
@click.option(
    "--period",
    default=None,
    metavar="P",
    help="The rules of this period alone; of this month, quarter, half-year and year unless said.",
)
@click.option("-o", "--output", required=True, metavar="FILE", help="A file ending in .html or .md.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def book(session: Session, name: str | None, period: str | None, output: str, force: bool) -> None:
    """Write a policy as a book: every rule in words, every dated value with its document, and an example.

    The example has the figures of the workspace's last run, of a person of median pay who is not named; without a run
    those of the demo county, which are invented and marked so.
    """
    file = _target(output, force)
    from batch.cli.policy_book.contents import policy_book
    from batch.cli.policy_book.html import html_text
    from batch.cli.policy_book.markdown import markdown_text
    from batch.compute.compute import formulas_used
    from batch.file_access import SYSTEM, replacing

    policy = find_policy(session, name)
    periods = periods_asked(policy, period)
    with Progress() as progress:
        progress(say("computing an example"))
        examples = _examples(session, name, policy.code, [each.kind for each in periods])
        made = policy_book(policy, periods, lambda each: formulas_used(policy, each), examples)
    text = html_text(made) if file.suffix == ".html" else markdown_text(made)
    with replacing(file, SYSTEM) as stream:
        stream.write(text.encode("utf-8"))
    rules = {each.kind: len(formulas_used(policy, each)) for each in periods}
    values = sum(len(one.values) for one in policy.parameters.values())
    told = {kind: None if kind not in examples else {
        "period": str(examples[kind].period), "run": examples[kind].explanations[0].meta.run_id,
        "illustrative": examples[kind].is_illustrative, "demo": examples[kind].is_demo,
    } for kind in rules}  # fmt: skip
    session.answer(
        {"policy": policy.code, "periods": [str(each) for each in periods], "file": str(file), "rules": rules,
         "parameters": len(policy.parameters), "values": values, "examples": told},
        say("{file}: {rules} rules, {parameters} parameters with {values} dated values, for {periods}",
            file=file, rules=sum(rules.values()), parameters=len(policy.parameters), values=values,
            periods=joined(map(str, periods))),
    )  # fmt: skip


def _examples(session: Session, name: str | None, policy: str, kinds: list[str]) -> dict[str, Example]:
    """Find an example for each kind of period.

    Of the workspace's runs; of a month else of the demo county."""
    from batch.cli.policy_book.example import of_demo, of_workspace
    from batch.settings import FILE

    found: dict[str, Example] = {}
    for kind in kinds:
        example = None
        if (session.path() / FILE).is_file() and (name is None or session.workspace().settings.policy == policy):
            example = of_workspace(session.workspace(), kind)
        if example is None and kind == MONTH:
            example = of_demo(policy)
        if example is not None:
            found[kind] = example
    return found


def _target(output: str, force: bool) -> Path:
    """Read the name of the file to write, before anything is computed."""
    file = Path(output)
    if file.suffix not in ENDINGS:
        raise UsageError(say("{file} ends in neither .html nor .md", file=file))
    if not file.parent.is_dir():
        raise UsageError(say("the folder {folder} is not there", folder=file.parent), remedy=say("Make it first."))
    if file.exists() and not force:
        raise UsageError(
            say("{file} exists already", file=file), remedy=say("Name another one, or replace it with --force.")
        )
    return file
