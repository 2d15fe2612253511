"""Who did something, when, and with which program: for publications and the audit chain, never for figures."""

from __future__ import annotations

import getpass
import platform
from datetime import UTC, datetime
from importlib import metadata


def now() -> str:
    """The time in UTC, to the second, as ISO text."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def who() -> str:
    """The user and the machine, as far as the system tells."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "?"
    return f"{user}@{platform.node() or '?'}"[:128]


def engine_name() -> str:
    """The program and its version."""
    try:
        return f"payengine {metadata.version('payengine')}"
    except metadata.PackageNotFoundError:
        return "payengine"
