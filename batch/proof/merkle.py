"""Hash trees of RFC 6962: root, paths of inclusion and consistency, their verification.

A leaf is hashed behind a zero byte and an inner node behind a one, so that neither can stand for the other. A tree of
n leaves splits at the largest power of two below n. Here leaves are given by their hashes; a path lists hashes from the
leaves upwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

HASH_BYTES = 32
EMPTY = hashlib.sha256().digest()  # root of a tree without leaves


def leaf_hash(content: bytes) -> bytes:
    """Hash the content of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours into the node above them."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Compute the root over the hashes of leaves."""
    return _levels(leaves)[-1][0] if leaves else EMPTY


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """List the hashes that lead from a leaf to the root; `IndexError` without that leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path = []
    for level in _levels(leaves)[:-1]:
        sibling = index ^ 1
        if sibling < len(level):  # the last of an odd level rises without a sibling
            path.append(level[sibling])
        index >>= 1
    return path


def consistency_path(leaves: Sequence[bytes], older: int) -> list[bytes]:
    """List the hashes that show that the first `older` leaves begin this tree.

    `IndexError` unless it has so many.
    """
    if not 0 <= older <= len(leaves):
        raise IndexError(older)
    return list(_subproof(leaves, older, True)) if 0 < older < len(leaves) else []


def leads_to(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Tell if a path leads from a leaf at `index` of `size` leaves to the root `expected`."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(sibling, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and found == expected


def continues(older: int, older_root: bytes, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Tell if a path shows that the tree of `size` leaves begins with that of `older` leaves."""
    if not 0 <= older <= size:
        return False
    if older == 0:
        return not path and older_root == EMPTY and (size > 0 or expected == EMPTY)
    if older == size:
        return not path and older_root == expected
    steps = list(path) if older & (older - 1) else [older_root, *path]  # a whole subtree is its own beginning
    if not steps:
        return False
    here, last = older - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and old == older_root and new == expected


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Compute every level of the tree, the leaves first and the root last."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        level = levels[-1]
        above = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        levels.append([*above, level[-1]] if len(level) % 2 else above)
    return levels


def _subproof(leaves: Sequence[bytes], older: int, is_whole: bool) -> Iterator[bytes]:
    """Yield SUBPROOF of RFC 6962, 2.1.2; `is_whole` while the older tree is a known subtree."""
    if older == len(leaves):
        if not is_whole:
            yield root(leaves)
        return
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if older <= split:
        yield from _subproof(leaves[:split], older, is_whole)
        yield root(leaves[split:])
    else:
        yield from _subproof(leaves[split:], older - split, False)
        yield root(leaves[:split])
