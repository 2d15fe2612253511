"""Folder of compiled kernels, kept between runs and named by a digest of their makers.

Numba's own cache looks at one source file, so a change in another (a helper, a constant) would let a stale kernel
compute yesterday's rule. Here each variant of a kernel has a folder of its own, named by its sources, the constants
they use, its signature, the versions and the processor. One folder holds one signature, so processes that fill a cold
cache together write the same thing to the same name, each by an atomic replacement: nothing can be mixed up.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OVERRIDE = "PAYENGINE_CACHE_DIR"


def user_cache_folder() -> Path | None:
    """Find the platform's folder for caches of this user; None without a home."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) / "payengine" / "cache" if local else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "payengine"
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if Path(given).is_absolute() else home / ".cache") / "payengine"


def _candidates() -> Iterator[Path]:
    override = os.environ.get(OVERRIDE)
    if override:
        yield Path(override)
        return
    usual = user_cache_folder()
    if usual is not None:
        yield usual
    user = os.environ.get("USERNAME", "user") if sys.platform == "win32" else str(os.geteuid())
    try:
        shared = Path(tempfile.gettempdir())
    except FileNotFoundError:  # there is none that can be written
        return
    yield shared / f"payengine-{user}"


def private_folder(folder: Path) -> bool:
    """Make `folder` if need be; tell if it is ours alone and can be written.

    Cache files are pickles: whoever can write them can run code as us. A folder of someone else, or a link that
    someone may have laid into a shared temporary folder, is not used.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode):
            return False
        if sys.platform != "win32":
            if found.st_uid != os.geteuid():
                return False
            if stat.S_IMODE(found.st_mode) != 0o700:
                folder.chmod(0o700)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@functools.cache
def _first_private(candidates: tuple[Path, ...]) -> Path | None:
    return next((kept for folder in candidates if private_folder(kept := folder / "kernels")), None)


def cache_folder() -> Path | None:
    """Find the folder of all kernels, made if need be.

    None where nothing can be kept: kernels are then compiled anew.
    """
    return _first_private(tuple(_candidates()))


@functools.cache
def file_digest(path: Path) -> str:
    """Compute the SHA-256 of a source file.

    Of its name alone where it cannot be read (a zipped or frozen install).
    """
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    return hashlib.sha256(path.name.encode() + b"\0" + content).hexdigest()


@functools.cache
def environment_digest() -> str:
    """Digest versions, processor and every source of this package.

    Numba must have been imported.
    """
    import llvmlite  # type: ignore[import-untyped]
    import numba
    from llvmlite import binding

    parts = [numba.__version__, llvmlite.__version__, sys.version, sys.platform, binding.get_host_cpu_name()]
    parts.append(binding.get_host_cpu_features().flatten())
    parts.extend(file_digest(path) for path in sorted(Path(__file__).parent.glob("*.py")))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@contextlib.contextmanager
def numba_cache_at(folder: Path) -> Iterator[None]:
    """Let Numba keep what it compiles meanwhile under `folder`.

    The caller holds the lock of compilation.
    """
    from numba.core import config

    settings: Any = config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        settings.CACHE_DIR = before
