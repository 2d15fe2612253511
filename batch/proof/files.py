"""Files of proofs on disk: private, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from batch.file_access import create
from payengine.errors import UsageError
from payengine.texts import say


def refuse_existing(file: Path) -> None:
    """Raise `UsageError` if a file is there already."""
    if file.exists():
        raise UsageError(
            say("{file} exists already", file=file), remedy=say("Name another one, or replace it with --force.")
        )


def write_proof(text: str, file: Path, access: str) -> None:
    """Write a proof under its name when it is whole; an existing file is replaced."""
    if file.is_dir():
        raise UsageError(say("{file} is a folder", file=file))
    if not file.parent.is_dir():
        raise UsageError(say("the folder {folder} is not there", folder=file.parent), remedy=say("Make it first."))
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        with create(partial, access) as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
