"""An S3 server of a test's own (moto), on 127.0.0.1; and what damages a store.

Where moto or s3fs is missing, the test is skipped and says so; with PAYENGINE_REQUIRE_SERVERS set it fails instead.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.servers import REQUIRED

SECRET = "a-secret-that-no-message-repeats"
NOWHERE = "http://127.0.0.1:9"
SECONDS = 60  # until the server must answer


def require() -> None:
    """Skip the test, or fail it where servers are required, if moto or s3fs is not installed."""
    try:
        import flask  # noqa: F401
        import moto  # noqa: F401
        import s3fs  # noqa: F401
    except ImportError as error:
        why = f"NO S3 SERVER: the tests of object stores did not run ({error}); pip install payengine[test]"
        if os.environ.get(REQUIRED):
            pytest.fail(f"{why}; {REQUIRED} is set", pytrace=False)
        pytest.skip(why)


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """The address of an empty bucket; the environment of all processes says how to reach it."""
    require()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (folder / "moto.txt").open("ab") as log:
        server = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        _wait(server, port, folder / "moto.txt")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "office-key-id",
                "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_EC2_METADATA_DISABLED": "true",
            }.items():  # fmt: skip
                patch.setenv(name, value)
            bucket = f"county-{uuid.uuid4().hex[:12]}"
            import s3fs

            s3fs.S3FileSystem.clear_instance_cache()
            s3fs.S3FileSystem().mkdir(bucket)
            yield f"s3://{bucket}/payengine"
            s3fs.S3FileSystem.clear_instance_cache()
    finally:
        server.kill()
        server.wait()


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    pytest.fail(f"no S3 server: {log.read_text(encoding='utf-8')}")


def damage(address: str, how: str, name: str = "") -> None:
    """Damage one file of a store, the largest unless named.

    `how` is "lost", "truncated" or "other bytes".
    """
    import fsspec

    files, root = fsspec.core.url_to_fs(address)
    files.invalidate_cache()
    sizes = {path: files.info(path)["size"] for path in files.find(root)}
    path = f"{root}/{name}" if name else max(sizes, key=sizes.__getitem__)
    if how == "lost":
        files.rm_file(path)
    else:
        content = bytearray(files.cat_file(path))
        content[len(content) // 2] ^= 1
        files.pipe_file(path, bytes(content if how == "other bytes" else content[:-7]))
