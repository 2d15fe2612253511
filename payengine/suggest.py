"""Nearest names: the hints that messages give after a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from payengine.texts import say


def nearest(name: str, known: Iterable[str]) -> str:
    """Find the known name most like `name`; '' where none is near.

    First the one that only leading zeros tell apart, which a spreadsheet takes from a code, then the one with two
    neighbouring letters swapped, then the most alike, then the most alike in another case.
    """
    names = list(dict.fromkeys(filter(None, known)))
    among = set(names)
    bare = name.lstrip("0")
    if bare.isdigit():
        for other in names:
            if other != name and other.lstrip("0") == bare:
                return other
    for at in range(len(name) - 1):
        swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        if swapped in among:
            return swapped
    close = get_close_matches(name, names, n=1)
    if close:
        return close[0]
    folded = {other.casefold(): other for other in reversed(names)}  # of two that differ in case only, the first
    close = get_close_matches(name.casefold(), folded, n=1)
    return folded[close[0]] if close else ""


def did_you_mean(near: str) -> str:
    """Write the hint that follows an unknown name inside a sentence; '' where none is near."""
    return say(" (did you mean {near}?)", near=near) if near else ""


def hint(name: str, known: Iterable[str]) -> str:
    """Write the hint at the nearest known name as the end of a message; '' where none is near."""
    return did_you_mean(nearest(name, known))


def question(name: str, known: Iterable[str]) -> str:
    """Write the hint at the nearest known name as a sentence of its own; '' where none is near."""
    near = nearest(name, known)
    return say("Did you mean {name}?", name=near) if near else ""


def listed(names: Sequence[str], most: int = 30) -> str:
    """Write names as one text, the first `most` of them; a word where there are none."""
    if not names:
        return say("nothing")
    rest = len(names) - most
    return ", ".join(names[:most]) + (say(" and {n} more", n=rest) if rest > 0 else "")
