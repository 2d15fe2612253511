"""A headless Chromium, driven by Playwright.

Where either is missing, the test is skipped and says so; with PAYENGINE_REQUIRE_BROWSER set it fails instead.
PAYENGINE_TEST_BROWSER names the program, if it is not `chromium`.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REQUIRED = "PAYENGINE_REQUIRE_BROWSER"
PROGRAM = "PAYENGINE_TEST_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 20  # until a server must be there


def missing(why: str) -> None:
    """Skip the test, or fail it where a browser is required."""
    told = f"NO BROWSER: the pages were not tried in one ({why})"
    if os.environ.get(REQUIRED):
        pytest.fail(f"{told}; {REQUIRED} is set", pytrace=False)
    pytest.skip(told)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser that is closed at the end of the block."""
    program = os.environ.get(PROGRAM) or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        missing("no chromium here: apt-get install chromium, or name one by PAYENGINE_TEST_BROWSER")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        missing(f"{error}; pip install playwright")
    with sync_playwright() as playwright:
        # In a container the browser's own sandbox has no rights, and shared memory is small.
        words = ["--no-sandbox", "--disable-dev-shm-usage"]
        opened = playwright.chromium.launch(executable_path=program, args=words)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def served(pages: Any, listening: socket.socket) -> Iterator[None]:
    """A server in a thread of this process, stopped at the end of the block."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(pages, log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + SECONDS
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(SECONDS)
