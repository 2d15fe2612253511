"""Provenance of an entry: user, time and program; no part of any figure."""

from __future__ import annotations

import getpass
import platform
from datetime import UTC, datetime
from importlib import metadata


def now() -> str:
    """Tell the time in UTC, to the second, as ISO text."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def who() -> str:
    """Tell the user and the machine, as far as the system knows them."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "?"
    return f"{user}@{platform.node() or '?'}"[:128]


def may_be_one(one: str, other: str) -> bool:
    """Tell if two users may be one person.

    A user is the same one on every machine; a user whom the system does not know may be anybody.
    """
    names = {user.rpartition("@")[0].casefold() for user in (one, other)}
    return len(names) == 1 or "?" in names


def engine_name() -> str:
    """Tell the program and its version."""
    try:
        return f"payengine {metadata.version('payengine')}"
    except metadata.PackageNotFoundError:
        return "payengine"
