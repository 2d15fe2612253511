"""Well-formed UTF-8, byte by byte.

It has no overlong forms, no surrogates, nothing beyond U+10FFFF.
"""

from __future__ import annotations

from typing import Any

from payengine.kernels.compile import inlined


@inlined
def following(first: Any) -> Any:
    """Count the bytes that follow a character's first byte, and bound the next.

    The first byte is not ASCII.

    0 bytes where no character begins so.
    """
    if 0xC2 <= first <= 0xDF:
        return 1, 0x80, 0xBF
    if first == 0xE0:
        return 2, 0xA0, 0xBF
    if first == 0xED:
        return 2, 0x80, 0x9F
    if 0xE1 <= first <= 0xEF:
        return 2, 0x80, 0xBF
    if first == 0xF0:
        return 3, 0x90, 0xBF
    if 0xF1 <= first <= 0xF3:
        return 3, 0x80, 0xBF
    if first == 0xF4:
        return 3, 0x80, 0x8F
    return 0, 0x80, 0xBF


@inlined
def character(data: Any, at: Any, end: Any) -> Any:
    """Measure the character at `at`, which is not ASCII, in bytes.

    0 where it is not well formed before `end`.
    """
    more, lowest, highest = following(data[at])
    if more == 0 or at + more >= end or not lowest <= data[at + 1] <= highest:
        return 0
    for n in range(2, more + 1):
        if not 0x80 <= data[at + n] <= 0xBF:
            return 0
    return more + 1
