"""The command `policy`, a group of five."""

from __future__ import annotations

import click

from batch.cli.bilingual_click import Group
from batch.cli.policy.book import book
from batch.cli.policy.check import check
from batch.cli.policy.list import list_
from batch.cli.policy.needs import needs
from batch.cli.policy.new import new
from batch.cli.policy.show import show
from batch.cli.root import shared_options


@click.group("policy", cls=Group, subcommand_metavar="COMMAND ...", invoke_without_command=True, add_help_option=False)
@shared_options
@click.pass_context
def policy(ctx: click.Context) -> None:
    """List, show, check, print and make policies.

    A policy is a TOML file that extends others (a county's the region's, the region's the nation's) and gives each
    value with its dates and its source.
    """
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())


for each in (list_, show, check, needs, book, new):
    policy.add_command(each)
