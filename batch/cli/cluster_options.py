"""Options of the commands that may price on many processes."""

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
    """Decorate with --cluster and --workers."""
    for option in (
        click.option("--workers", type=WholeNumber(1), metavar="N", help="Price on N processes of this machine."),
        click.option(
            "--cluster", default="", metavar="ADDRESS", help="Price on a running Dask cluster: tcp://HOST:PORT."
        ),
    ):
        function = option(function)
    return function


@contextmanager
def cluster_of(address: str, workers: int | None) -> Iterator[Cluster | None]:
    """Connect to the cluster of an address, or start one of some processes; None for neither.

    `UsageError` for both.
    """
    if not address and workers is None:
        yield None
        return
    if address and workers is not None:
        raise UsageError(
            say("--cluster and --workers are given together"),
            remedy=say("Write --cluster for a cluster that runs, or --workers for processes of this machine."),
        )
    from batch.cluster.cluster import connected, local

    with connected(address) if workers is None else local(workers) as cluster:
        yield cluster
