"""Options of the commands that may have many processes do the work on records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from batch.cli.bilingual_click import WholeNumber
from payengine.errors import UsageError
from payengine.texts import say

if TYPE_CHECKING:
    from batch.cluster.cluster import Cluster


def cluster_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate with --cluster, --workers and --snapshots."""
    for option in (
        click.option(
            "--snapshots",
            default="",
            metavar="STORE",
            help="Command and workers exchange files here, instead of in the workspace: s3://BUCKET/FOLDER, or a "
            "shared folder.",
        ),
        click.option(
            "--workers",
            type=WholeNumber(1),
            metavar="N",
            help="Have N processes of this machine do the work on records.",
        ),
        click.option(
            "--cluster",
            default="",
            metavar="ADDRESS",
            help="Have a running Dask cluster do the work on records: tcp://HOST:PORT.",
        ),
    ):
        function = option(function)
    return function


@contextmanager
def cluster_of(address: str, workers: int | None, snapshots: str = "") -> Iterator[Cluster | None]:
    """Connect to the cluster of an address, or start one of some processes; None for neither.

    `UsageError` for both, and for a store of `snapshots` with neither.
    """
    if not address and workers is None:
        if snapshots:
            raise UsageError(
                say("--snapshots is given without --cluster or --workers"),
                remedy=say("Without them the command does all the work itself: leave --snapshots out."),
            )
        yield None
        return
    if address and workers is not None:
        raise UsageError(
            say("--cluster and --workers are given together"),
            remedy=say("Write --cluster for a cluster that runs, or --workers for processes of this machine."),
        )
    from batch.cluster.cluster import connected, local

    with connected(address, snapshots) if workers is None else local(workers, snapshots) as cluster:
        yield cluster
