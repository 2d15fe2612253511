"""Errors of the operating system in words, in the language in use.

Windows and Linux word them in the language of the system, which is not that of our texts.
"""

from __future__ import annotations

import errno

from payengine.texts import say


def in_words(error: BaseException) -> str:
    """Say in words what the operating system refused; its own text for what is not usual."""
    if isinstance(error, OSError):
        name = errno.errorcode.get(error.errno or 0, "").removeprefix("WSA")  # as Windows calls those of the network
        if name == "ENOENT" and error.filename is None and "temporary" in (error.strerror or ""):  # Python's tempfile
            return say("no folder for temporary files can be used; name one by TMPDIR (on Windows TEMP)")
        if words := _words().get(name):
            return words
    return getattr(error, "strerror", None) or str(error)


def _words() -> dict[str, str]:
    return {
        "EPERM": say("not allowed to this user"),
        "EACCES": say("this user has no right to it, or another program has it open"),
        "ENOENT": say("there is no such file or folder"),
        "EEXIST": say("it is there already"),
        "EISDIR": say("it is a folder, not a file"),
        "ENOTDIR": say("a part of the path is a file, not a folder"),
        "ENOTEMPTY": say("the folder is not empty"),
        "ENOSPC": say("the disk is full"),
        "EDQUOT": say("the space that this user may fill is used up"),
        "EROFS": say("the disk is read-only"),
        "EIO": say("the disk cannot be read or written: it may be damaged or unplugged"),
        "EFBIG": say("the file is larger than the disk allows"),
        "EMFILE": say("too many files are open"),
        "ENFILE": say("too many files are open"),
        "ENAMETOOLONG": say("the name is too long"),
        "EINVAL": say("the name or the value is not allowed here"),
        "ELOOP": say("links that point at each other"),
        "EBUSY": say("another program uses it"),
        "ETXTBSY": say("another program uses it"),
        "EAGAIN": say("another program uses it"),
        "EXDEV": say("it lies on another disk"),
        "ENODEV": say("there is no such device"),
        "ENXIO": say("there is no such device"),
        "EADDRINUSE": say("another program uses the address"),
        "EADDRNOTAVAIL": say("this machine has no such address"),
        "ECONNREFUSED": say("nobody answers there"),
        "ECONNRESET": say("the other side broke off the connection"),
        "ETIMEDOUT": say("no answer in time"),
        "EHOSTUNREACH": say("the machine cannot be reached"),
        "ENETUNREACH": say("the network cannot be reached"),
    }
