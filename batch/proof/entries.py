"""Tree of the audit chain's entries: leaves, root, and paths from a leaf or a head.

A leaf is what an entry shows of itself, and its hash in the chain, which binds all of the entry and everything before
it. What an entry does not show (the reason of a revision, who published) can name people: a proof must not carry it.
Which facts are shown is fixed: another choice would change every root.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from batch.content_digest import canonical_json
from batch.proof import merkle
from batch.proof.heads import Head
from payengine.errors import UsageError
from payengine.texts import say

SHOWN = ("action", "at", "payslips", "period", "revision", "run")


class Entry(Protocol):
    """An entry of the chain: its number from 1, its canonical JSON, its hash."""

    @property
    def number(self) -> int: ...

    @property
    def entry(self) -> str: ...

    @property
    def hash(self) -> str: ...


Link = TypeVar("Link", bound=Entry)


def shown(entry: Entry) -> dict[str, Any]:
    """List what an entry shows of itself; of one that cannot be read, its number and hash."""
    facts = _facts(entry.entry)
    own = {"number": entry.number, "hash": entry.hash}
    return {name: facts[name] for name in SHOWN if name in facts} | own


def leaf(facts: Mapping[str, Any]) -> bytes:
    """Hash what an entry shows into its leaf."""
    return merkle.leaf_hash(canonical_json(facts))


def head(chain: Sequence[Entry]) -> Head:
    """Compute the head of a chain."""
    return Head(len(chain), merkle.root(_leaves(chain)))


def begins_with(chain: Sequence[Entry], noted: Head) -> bool:
    """Tell if a chain begins with the one that a head was noted of."""
    return noted.size <= len(chain) and head(chain[: noted.size]) == noted


def entry_path(chain: Sequence[Entry], index: int) -> list[bytes]:
    """List the hashes that lead from the entry at `index` to the chain's head."""
    return merkle.inclusion_path(_leaves(chain), index)


def path_from(chain: Sequence[Entry], older: Head) -> list[bytes]:
    """List the hashes that lead from an earlier head of this chain to its head."""
    return merkle.consistency_path(_leaves(chain), older.size)


def up_to(chain: Sequence[Link], noted: Head | None) -> Sequence[Link]:
    """Return the part of a chain that a head covers, all of it without one.

    `UsageError` if it is none of the chain's heads.
    """
    if noted is None:
        return chain
    if not begins_with(chain, noted):
        raise UsageError(
            say("{head} is no head of this ledger's audit chain", head=noted),
            remedy=say(
                "Compare it with what was noted: payengine verify --head {head} tells what differs.", head=noted
            ),
        )
    return chain[: noted.size]


def _leaves(chain: Sequence[Entry]) -> list[bytes]:
    return [leaf(shown(entry)) for entry in chain]


def _facts(text: str) -> Mapping[str, Any]:
    """Read an entry's facts; none of one that was changed into anything else."""
    try:
        facts = json.loads(text, parse_float=_none, parse_constant=_none)
    except (ValueError, TypeError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) and _has_bytes(facts) else {}


def _has_bytes(facts: Mapping[str, Any]) -> bool:
    """Tell if texts of an entry can be written: a forged one may hold half a surrogate pair."""
    try:
        canonical_json(facts)
    except (ValueError, RecursionError):
        return False
    return True


def _none(text: str) -> Any:
    raise ValueError(text)
