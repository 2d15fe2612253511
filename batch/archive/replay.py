"""Replay of an archive: its run computed again without ledger and workspace."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from batch.archive.reader import ArchiveSeen, broken, read_archive
from batch.audit.replay import Replayed, replay
from payengine.errors import IntegrityBroken, PayengineError, Problem, Refused
from payengine.texts import say


def replay_archive(
    file: Path, identities: Sequence[Path] = (), threads: int | None = None
) -> tuple[Replayed, ArchiveSeen]:
    """Compute the run of an archive again and compare every row.

    Returns the outcome and the marks of the archive. All happens in a folder that is removed at the end.

    `Refused` for a file that is no archive or holds no records, `IntegrityBroken` for one that is not as it was
    written, `IdentityBroken` where this program refuses to compute the run.
    """
    with tempfile.TemporaryDirectory(prefix="payengine-", ignore_cleanup_errors=True) as folder:
        read = read_archive(file, Path(folder), identities)
        if read.snapshot is None:
            raise Refused(
                say("the archive {file} was written without records: its run cannot be computed again", file=file),
                remedy=say("Its {n} files have their digests, and its figures are those that the run's id and the "
                           "chain name (head {head}). To compute again, ask for the full archive.",
                           n=read.seen.files, head=read.seen.head),
            )  # fmt: skip
        try:
            found = replay(
                read.snapshot, read.policy, read.results, read.digests, read.sources, bool(read.seen.head), threads
            )
        except IntegrityBroken as error:
            raise broken(file, error.problems or [Problem(error.what)]) from error
        except (PayengineError, MemoryError, OSError):
            raise
        except Exception as error:  # made to have its digests, but by no program of ours
            why = " ".join(f"{type(error).__name__} {error}".split())[:160]
            raise broken(file, [Problem(say("cannot be computed: {why}", why=why))]) from error
    return found, read.seen
