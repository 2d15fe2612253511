"""Nearest names: the hints that messages give after a name that is not known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from payengine.texts import joined, say

_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


def nearest(name: str, known: Iterable[str]) -> str:
    """Find the known name most like `name`; '' where none is near.

    First one that differs only in leading zeros, case or width of letters, then the one with two neighbouring letters
    swapped, then the most alike, then the most alike in another case.
    """
    names = list(dict.fromkeys(filter(None, known)))
    plain = _plain(name)
    for other in names:
        if other != name and _plain(other) == plain:
            return other
    among = set(names)
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


def _plain(name: str) -> str:
    """Write a name without what spreadsheets change: leading zeros, case, width."""
    return _LEADING_ZEROS.sub("", unicodedata.normalize("NFKC", name).casefold())


def did_you_mean(near: str) -> str:
    """Write the hint that follows an unknown name inside a sentence; '' where none is near."""
    return say(" (did you mean {near}?)", near=near) if near else ""


def hint(name: str, known: Iterable[str]) -> str:
    """Write the hint at the nearest known name as the end of a message; '' where none is near."""
    return did_you_mean(nearest(name, known))


def hint_by_label(name: str, known: Iterable[str], labels: Mapping[str, str]) -> str:
    """Write the hint at a known code for a code written wrongly, or for its label.

    `labels` maps labels to their codes. A label that is met exactly comes first, then the nearest code, then the
    nearest label; the hint shows the label beside its code.
    """
    if name not in labels:
        near = nearest(name, known)
        if near:
            return did_you_mean(near)
    label = name if name in labels else nearest(name, labels)
    return did_you_mean(say("{code} ({label})", code=labels[label], label=label)) if label else ""


def question(name: str, known: Iterable[str]) -> str:
    """Write the hint at the nearest known name as a sentence of its own; '' where none is near."""
    near = nearest(name, known)
    return say("Did you mean {name}?", name=near) if near else ""


def listed(names: Sequence[str], most: int = 30) -> str:
    """Write names as one text, the first `most` of them; a word where there are none."""
    if not names:
        return say("nothing")
    rest = len(names) - most
    named = joined(names[:most])
    return say("{names} and {n} more", names=named, n=rest) if rest > 0 else named
