"""Container of an archive: a zip file of one form only.

Files are stored as they are, without compression, one after another from the first byte to the directory, with one
time and the rights 0600. So the same files make the same bytes on every machine, nothing can be larger than it looks,
and whatever is otherwise is refused before a byte of it is read.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from batch.archive.layout import LARGEST_ARCHIVE, LONGEST_NAME, MOST_FILES, is_safe
from payengine.texts import say

BEGINNING = b"PK\x03\x04"
CHUNK = 2**20
_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_RIGHTS = stat.S_IFREG | 0o600
_PARTS = (
    "create_system", "create_version", "extract_version", "reserved", "flag_bits", "volume", "internal_attr", "comment",
    "date_time",
)  # fmt: skip
_ENTRY, _END, _LOCATOR, _END64 = 46, 22, 20, 56  # bytes of the parts of a zip file
_LARGE = 20  # bytes that the sizes of a large file take beside its name


class BrokenContainer(ValueError):
    """A zip file of another form than this program writes; its words are a user's."""


def write_zip(stream: BinaryIO, files: Mapping[str, bytes | Path]) -> None:
    """Write files, from memory or from the disk, in the order of their names."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as made:
        for name in sorted(files):
            content = files[name]
            entry = _entry(name, len(content) if isinstance(content, bytes) else content.stat().st_size)
            with made.open(entry, "w") as into:
                if isinstance(content, bytes):
                    into.write(content)
                else:
                    with content.open("rb") as file:
                        while chunk := file.read(CHUNK):
                            into.write(chunk)


def _entry(name: str, size: int) -> zipfile.ZipInfo:
    """Describe a file in the one form that files have."""
    entry = zipfile.ZipInfo(name, _TIME)
    entry.create_system, entry.external_attr, entry.file_size = _UNIX, _RIGHTS << 16, size
    return entry


class ReadZip:
    """Zip file opened to read, after its form was checked; use it as a context manager.

    `BrokenContainer` where it is of any other form than `write_zip` gives.
    """

    def __init__(self, file: Path) -> None:
        size = file.stat().st_size
        if size > LARGEST_ARCHIVE:
            raise BrokenContainer(say("it is larger than {n} bytes", n=f"{LARGEST_ARCHIVE:,}"))
        directory = _directory(file, size)
        self._zip = zipfile.ZipFile(file)
        try:
            entries = self._zip.infolist()
            _check(file, entries, directory)
        except BaseException:
            self._zip.close()
            raise
        self.sizes = {entry.filename: entry.file_size for entry in entries}

    def __enter__(self) -> ReadZip:
        return self

    def __exit__(self, *failure: object) -> None:
        self._zip.close()

    def chunks(self, name: str) -> Iterator[bytes]:
        """Read a file piece by piece."""
        with self._zip.open(name) as file:
            while chunk := file.read(CHUNK):
                yield chunk


def _directory(file: Path, size: int) -> int:
    """Find where the directory begins, which must reach to the end and not be too large."""
    with file.open("rb") as opened:

        def read(before_the_end: int, length: int) -> bytes:
            opened.seek(max(0, size - before_the_end))
            return opened.read(length)

        end = read(_END, _END)
        if len(end) < _END or end[:4] != b"PK\x05\x06" or end[20:] != b"\0\0":
            raise BrokenContainer(say("its end is missing or was changed"))
        disk, first, here, files, length, begin = struct.unpack("<4H2I", end[4:20])
        after = _END
        locator = read(_END + _LOCATOR, _LOCATOR)
        if locator[:4] == b"PK\x06\x07":
            after = _END + _LOCATOR + _END64
            large = read(after, _END64)
            if large[:4] != b"PK\x06\x06":
                raise BrokenContainer(say("its end is missing or was changed"))
            disk, first, here, files, length, begin = struct.unpack("<2I4Q", large[16:56])
    if (disk, first) != (0, 0) or here != files or begin + length + after != size:
        raise BrokenContainer(say("its end is missing or was changed"))
    if files > MOST_FILES or length > files * (_ENTRY + LONGEST_NAME + 32):
        raise BrokenContainer(say("it holds more than {n} files", n=f"{MOST_FILES:,}"))
    return int(begin)


def _check(file: Path, entries: list[zipfile.ZipInfo], directory: int) -> None:
    """Check names, kinds and places of all files."""
    names = [entry.filename for entry in entries]
    for entry in entries:
        name = ascii(entry.orig_filename)
        if entry.orig_filename != entry.filename or not is_safe(entry.filename):
            raise BrokenContainer(say("{name} is no name of a file in an archive", name=name))
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise BrokenContainer(say("{name} is compressed, which nothing in an archive is", name=name))
        if entry.external_attr != _RIGHTS << 16:
            raise BrokenContainer(say("{name} is no plain file", name=name))
        like = _entry(entry.filename, entry.file_size)
        if entry.extra:  # the sizes and places of a large archive
            like.create_version = like.extract_version = zipfile.ZIP64_VERSION
        strange = entry.extra and (entry.extra[:2] != b"\x01\0" or len(entry.extra) > _LARGE + 8)
        if strange or any(getattr(entry, part) != getattr(like, part) for part in _PARTS):
            raise BrokenContainer(say("{name} is of a form that no archive has", name=name))
    folders = {name[:place].lower() for name in names for place, sign in enumerate(name) if sign == "/"}
    lowered = [name.lower() for name in names]
    if len(set(lowered)) != len(lowered) or folders & set(lowered):
        raise BrokenContainer(say("a name stands in it twice"))
    expected = 0
    with file.open("rb") as opened:
        for entry in sorted(entries, key=lambda each: each.header_offset):
            head = _head(entry)
            opened.seek(entry.header_offset)
            if entry.header_offset != expected or opened.read(len(head)) != head:
                raise BrokenContainer(say("its files do not follow one another"))
            expected += len(head) + entry.file_size
    if expected != directory:
        raise BrokenContainer(say("its files do not follow one another"))


def _head(entry: zipfile.ZipInfo) -> bytes:
    """Make the bytes that stand before a file."""
    like = _entry(entry.filename, entry.file_size)
    like.CRC, like.compress_size = entry.CRC, entry.file_size
    return like.FileHeader(zip64=entry.file_size * 1.05 > zipfile.ZIP64_LIMIT)
