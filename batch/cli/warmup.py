"""The command `warmup`."""

from __future__ import annotations

import time

from batch.cli.root import command
from batch.cli.session import Progress, Session
from payengine.texts import say


@command("warmup")
def warmup(session: Session) -> None:
    """Compile the kernels now, so that the first run need not.

    Once for each installation and user; a new version compiles again.
    """
    from payengine.kernels import cache, warm_up

    begun = time.monotonic()
    with Progress() as progress:
        progress(say("compiling"))
        warm_up("payengine", "batch")
    took = time.monotonic() - begun
    place = cache.cache_folder()
    session.answer(
        {"cache": place and str(place), "milliseconds": round(1000 * took)},
        say("The kernels are ready after {seconds} s.", seconds=f"{took:.1f}"),
        say("They are kept in {folder}", folder=place)
        if place
        else say("No folder to keep them in is writable: each start compiles again."),
    )
