"""Files beside a snapshot's folder: what its freeze saw of source and ledger, in no digest."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from batch.file_access import create
from batch.snapshot.snapshot import Snapshot
from payengine.errors import Unavailable
from payengine.system_errors import in_words
from payengine.texts import say

LEFT_OVER_SECONDS = 3600.0  # a note is written in far less


def place_beside(frozen: Snapshot, ending: str) -> Path:
    """Give the place of a file of a snapshot; its name is the digest and an ending."""
    return frozen.path.with_name(frozen.path.name + ending)


def write_beside(frozen: Snapshot, ending: str, content: Mapping[str, Any], access: str) -> None:
    """Write a JSON object in the place of an older one, whole or not at all.

    `access` says who may read it, as of the snapshot. `Unavailable` if the disk fails: the snapshot stands.
    """
    file = place_beside(frozen, ending)
    new = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    try:
        _remove_leftovers(file)
        with create(new, access) as stream:
            stream.write((json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
        new.replace(file)
    except OSError as error:
        raise Unavailable(
            say("{file} cannot be written: {why}", file=file, why=in_words(error)),
            remedy=say(
                "The snapshot is frozen and whole. Make room on the disk, and run the command again to have its notes."
            ),
        ) from error
    finally:
        new.unlink(missing_ok=True)


def _remove_leftovers(file: Path) -> None:
    """Remove what a killed freeze left of this file, which nobody else looks for."""
    for old in file.parent.glob(f".{file.name}-*"):
        if time.time() - old.stat().st_mtime > LEFT_OVER_SECONDS:
            old.unlink(missing_ok=True)
