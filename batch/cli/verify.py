"""The command `verify`."""

from __future__ import annotations

import click

from batch.cli.root import command
from batch.cli.session import Progress, Session
from payengine.texts import joined, say


@command("verify")
@click.option(
    "--head",
    default="",
    metavar="H|@FILE",
    help="A head noted earlier, or a text that holds it: the chain must still begin with it.",
)
@click.option(
    "--all", "everything", is_flag=True, help="Also every run that is no current revision, and the snapshots."
)
def verify(session: Session, head: str, everything: bool) -> None:
    """Compare the ledger with its audit chain: nothing was changed, added or taken away.

    The chain, the numbering of revisions, triggers and views, the digests of every run, and the identities of what is
    published. Without a head noted elsewhere nobody can tell that the chain's end was cut off.
    """
    from batch.cli.views.head import head_parts

    workspace = session.workspace()
    with Progress() as progress:
        found = workspace.verify(head, everything=everything, progress=progress)
    missing = say(
        "  not here are the snapshots of {n} run(s): {snapshots}; what was computed from them cannot be explained",
        n=len(found.missing), snapshots=joined(found.missing),
    )  # fmt: skip
    session.answer(
        {
            "ledger": found.ledger, "head": found.head, "entries": found.entries, "publications": found.publications,
            "runs": found.runs, "identities": found.identities, "snapshots": found.snapshots,
            "missing_snapshots": list(found.missing), "noted": found.noted or None,
        },
        say("The ledger {url} is as it was published.", url=found.ledger),
        say("  audit chain: {n} entries", n=f"{found.entries:,}"),
        *head_parts(found.head),
        say("  {n} publication(s), {runs} run(s): rows, headers and policies have their digests",
            n=f"{found.publications:,}", runs=f"{found.runs:,}"),
        say("  the identities of {n} run(s) hold", n=f"{found.identities:,}"),
        *([say("  {n} snapshot(s) are as they were frozen", n=f"{found.snapshots:,}")] if everything else []),
        *([missing] if found.missing else []),
        "",
        say("A head noted elsewhere (payengine verify --head) also tells whether the end of the chain was cut off.")
        if not head else say("The noted head is in the chain."),
        *([say("  as it is written today:"), f"    {found.noted}"] if found.noted not in ("", head) else []),
    )  # fmt: skip
