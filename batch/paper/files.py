"""Files of printed pages that appear together when all are whole, or not at all."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from types import TracebackType

from batch.file_access import create, make_folder, replacing

LETTERS = 100  # of a code in a file's name


class StagedFiles:
    """Folder beside the target in which files wait until the last is written."""

    def __init__(self, is_file: bool, target: Path, access: str) -> None:
        """Take a file, or a folder, with the rights of `access`."""
        self._is_file, self._target, self._access = is_file, target, access
        self._waiting = target.parent / f".{target.name}.{os.getpid()}.pages"

    def write(self, name: str, content: bytes) -> None:
        """Write a file that waits."""
        with create(self._waiting / name, self._access) as stream:
            stream.write(content)

    def __enter__(self) -> StagedFiles:
        make_folder(self._waiting, self._access)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._put_in_place()
        finally:
            shutil.rmtree(self._waiting, ignore_errors=True)

    def _put_in_place(self) -> None:
        if not self._is_file:
            make_folder(self._target, self._access)
        for file in sorted(self._waiting.iterdir()):
            target = self._target if self._is_file else self._target / file.name
            with replacing(target, self._access) as stream:
                stream.write(file.read_bytes())


def write_page(file: Path, content: bytes, access: str) -> None:
    """Write one file, which appears when it is whole."""
    with replacing(file, access) as stream:
        stream.write(content)


def file_name(code: str) -> str:
    """Write a code as the name of a file; what no file may be called by becomes a dash."""
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]', "-", code)[:LETTERS].strip(". ") or "-"
