"""Archives of a small county for tests, and archives as somebody could forge them."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from batch.archive.layout import DIGESTS
from batch.archive.zip_file import write_zip


def contents(file: Path) -> dict[str, bytes]:
    """Read all files of an archive, whatever they are."""
    with zipfile.ZipFile(file) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def signed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give files a list of digests that is right."""
    told = {name: {"sha256": hashlib.sha256(one).hexdigest(), "bytes": len(one)}
            for name, one in files.items() if name != DIGESTS}  # fmt: skip
    return {**files, DIGESTS: json.dumps({"format": 1, "files": told}).encode()}


def write(file: Path, files: Mapping[str, bytes]) -> Path:
    """Write files as an archive."""
    stream = io.BytesIO()
    write_zip(stream, files)
    file.write_bytes(stream.getvalue())
    return file
