"""Heads of the audit chain as people note them.

Today they are `SIZE-ROOT`; earlier versions printed the hash of the chain's latest entry.

A head may be given as itself or as `@FILE`: a text that holds it, such as one that the office has signed. What is
around it, and who signed it, is for those to check who rely on it.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from payengine.errors import Problem, UsageError
from payengine.system_errors import in_words
from payengine.texts import in_quotes, say

LARGEST_TEXT = 1_000_000  # bytes of a file that holds a head
_DIGITS = 12  # of a head's size
_HEAD = re.compile(rf"(0|[1-9][0-9]{{0,{_DIGITS - 1}}})-([0-9a-f]{{64}})")
_HASH = re.compile(r"[0-9a-f]{64}")
_HEAD_WITHIN = re.compile(rf"(?<![0-9A-Za-z-])(?:{_HEAD.pattern})(?![0-9A-Za-z-])")
_HASH_WITHIN = re.compile(rf"(?<![0-9A-Za-z-]){_HASH.pattern}(?![0-9A-Za-z-])")
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # as editors on Windows save texts


@dataclass(frozen=True)
class Head:
    """Head of a chain: how many entries it covers, and the root of the tree over them."""

    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.size}-{self.root.hex()}"


@dataclass(frozen=True)
class ChainHash:
    """Hash of the chain's latest entry, which earlier versions printed as the head."""

    hash: str

    def __str__(self) -> str:
        return self.hash


def find_head(text: str) -> Head | None:
    """Read a head that a text consists of; None if it is none."""
    found = _HEAD.fullmatch(text)
    return Head(int(found[1]), bytes.fromhex(found[2])) if found else None


def read_head(given: str) -> Head | ChainHash:
    """Read a head as it is given: itself, a hash of the chain, or `@FILE`.

    `UsageError` if it is none.
    """
    if given.startswith("@"):
        return _within(Path(given[1:]))
    text = given.strip().lower()
    head = find_head(text)
    if head is not None:
        return head
    if _HASH.fullmatch(text):
        return ChainHash(text)
    raise UsageError(say("{given} is no head of an audit chain", given=in_quotes(given[:80])), remedy=_form())


def read_tree_head(given: str) -> Head:
    """Read a head of today's form; `UsageError` for a hash of the chain, which has no tree."""
    head = read_head(given)
    if isinstance(head, ChainHash):
        raise UsageError(
            say("{head} is a head as earlier versions printed it; a proof needs SIZE-ROOT", head=head),
            remedy=say("payengine verify --head {head} tells the head of today's form.", head=head),
        )
    return head


def _within(file: Path) -> Head | ChainHash:
    """Find the one head in a text file."""
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_TEXT + 1)
    except OSError as error:
        raise UsageError(say("the head cannot be read from {file}: {why}", file=file, why=in_words(error))) from None
    if len(content) > LARGEST_TEXT:
        raise UsageError(say("{file} is too large for a text that holds a head", file=file), remedy=_form())
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    text = content.decode(encoding, errors="replace").lower()
    heads = list(dict.fromkeys(found[0] for found in _HEAD_WITHIN.finditer(text)))
    hashes = list(dict.fromkeys(_HASH_WITHIN.findall(text)))
    several = heads or hashes  # a signed text may hold other digests: a head of today's form is none of them
    if not several:
        raise UsageError(say("{file} holds no head of an audit chain", file=file), remedy=_form())
    if len(several) > 1:
        raise UsageError(
            say("{file} holds {n} heads", file=file, n=len(several)), [Problem(one) for one in several],
            remedy=say("Give the one that is meant by itself."),
        )  # fmt: skip
    return read_head(several[0])


def _form() -> str:
    return say(
        "It is written SIZE-ROOT, a number, a hyphen and 64 hexadecimal digits, as payengine verify prints it; "
        "@FILE is a text file that holds it."
    )
