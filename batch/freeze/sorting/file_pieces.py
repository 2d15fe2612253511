"""Pieces of files: arrays read from a place of a file, without a map of it."""

from __future__ import annotations

from typing import Any, BinaryIO


def read_piece(file: Any, place: int, values: Any) -> None:
    """Fill an array from a place of an unbuffered file; `OSError` where the file ends before."""
    if not values.size:
        return
    file.seek(place)
    view = memoryview(values).cast("B")
    done = 0
    while done < len(view):
        read = file.readinto(view[done:])
        if not read:
            raise OSError(f"{file.name} ends too early")
        done += read


def append_array(file: BinaryIO, values: Any) -> int:
    """Write an array at the end of a file; returns its bytes."""
    if values.size:
        file.write(memoryview(values).cast("B"))
    return int(values.nbytes)
