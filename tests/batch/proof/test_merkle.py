"""Hash trees against the definitions of RFC 6962 as they are written, and pymerkle."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from batch.proof import merkle

# Inputs and roots of the test vectors of Certificate Transparency.
VECTORS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZES = st.integers(1, 130)


def contents(size: int) -> list[bytes]:
    return [f"leaf {number}".encode() for number in range(size)]


def leaves(size: int) -> list[bytes]:
    return list(map(merkle.leaf_hash, contents(size)))


# --- RFC 6962, section 2.1, as it is written ------------------------------------------------------------------------


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def split(n: int) -> int:
    """Find k, the largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d: list[bytes]) -> bytes:
    if not d:
        return sha(b"")
    if len(d) == 1:
        return sha(b"\x00" + d[0])
    k = split(len(d))
    return sha(b"\x01" + mth(d[:k]) + mth(d[k:]))


def path(m: int, d: list[bytes]) -> list[bytes]:
    if len(d) == 1:
        return []
    k = split(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def proof(m: int, d: list[bytes]) -> list[bytes]:
    return subproof(m, d, True)


def subproof(m: int, d: list[bytes], b: bool) -> list[bytes]:
    if m == len(d):
        return [] if b else [mth(d)]
    k = split(len(d))
    if m <= k:
        return [*subproof(m, d[:k], b), mth(d[k:])]
    return [*subproof(m - k, d[k:], False), mth(d[:k])]


# --- tests ----------------------------------------------------------------------------------------------------------


def test_known_answers() -> None:
    hashed = [merkle.leaf_hash(bytes.fromhex(one)) for one in VECTORS]
    assert [merkle.root(hashed[: size + 1]).hex() for size in range(len(hashed))] == list(ROOTS)
    assert merkle.root([]) == sha(b"")


@given(SIZES)
def test_the_root_is_that_of_the_rfc_and_of_pymerkle(size: int) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for content in contents(size):
        tree.append_entry(content)
    assert merkle.root(leaves(size)) == mth(contents(size)) == tree.get_root()


@given(SIZES, st.data())
def test_inclusion_paths(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    found = merkle.inclusion_path(leaves(size), index)
    assert found == path(index, contents(size))
    tree = InmemoryTree(algorithm="sha256")
    for content in contents(size):
        tree.append_entry(content)
    theirs = tree.prove_inclusion(index + 1, size)
    assert [merkle.leaf_hash(contents(size)[index]), *found] == theirs.path
    assert merkle.leads_to(leaves(size)[index], index, size, found, merkle.root(leaves(size)))


@given(SIZES, st.data())
def test_consistency_paths(size: int, data: st.DataObject) -> None:
    older = data.draw(st.integers(1, size))
    found = merkle.consistency_path(leaves(size), older)
    assert found == proof(older, contents(size))
    before, after = merkle.root(leaves(older)), merkle.root(leaves(size))
    assert merkle.continues(older, before, size, found, after)
    tree = InmemoryTree(algorithm="sha256")
    for content in contents(size):
        tree.append_entry(content)
    # pymerkle lists the older tree's own subtrees too; both paths lead from the one root to the other.
    theirs = tree.prove_consistency(older, size)
    assert theirs.retrieve_prior_state() == before
    assert theirs.compute_root() == after


@given(SIZES, st.data())
def test_whatever_is_changed_leads_nowhere(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashed = leaves(size)
    found, root = merkle.inclusion_path(hashed, index), merkle.root(hashed)
    wrong = bytes([hashed[index][0] ^ 1]) + hashed[index][1:]
    assert not merkle.leads_to(wrong, index, size, found, root)
    assert not merkle.leads_to(hashed[index], index, size, [*found, wrong], root)
    assert not merkle.leads_to(hashed[index], index, size, found, wrong)
    assert not merkle.leads_to(hashed[index], index, index, found, root)
    for place in range(len(found)):
        assert not merkle.leads_to(hashed[index], index, size, [*found[:place], wrong, *found[place + 1 :]], root)
        assert not merkle.leads_to(hashed[index], index, size, [*found[:place], *found[place + 1 :]], root)
    other = data.draw(st.integers(0, size - 1))
    assert merkle.leads_to(hashed[index], other, size, found, root) is (other == index)


@given(SIZES, st.data())
def test_a_changed_consistency_path_leads_nowhere(size: int, data: st.DataObject) -> None:
    older = data.draw(st.integers(1, size))
    hashed = leaves(size)
    found = merkle.consistency_path(hashed, older)
    before, after = merkle.root(hashed[:older]), merkle.root(hashed)
    wrong = bytes(32)
    assert not merkle.continues(older, wrong, size, found, after)
    assert not merkle.continues(older, before, size, found, wrong)
    assert not merkle.continues(older, before, size, [*found, wrong], after)
    for place in range(len(found)):
        assert not merkle.continues(older, before, size, [*found[:place], wrong, *found[place + 1 :]], after)
    changed = [wrong, *hashed[1:]]
    assert older == size or not merkle.continues(
        older, before, size, merkle.consistency_path(changed, older), merkle.root(changed)
    )


def test_an_empty_tree_begins_every_tree() -> None:
    assert merkle.consistency_path(leaves(3), 0) == []
    assert merkle.continues(0, merkle.EMPTY, 3, [], merkle.root(leaves(3)))
    assert not merkle.continues(0, bytes(32), 3, [], merkle.root(leaves(3)))
    assert not merkle.continues(4, merkle.root(leaves(4)), 3, [], merkle.root(leaves(3)))


def test_leaves_that_are_not_there() -> None:
    for index in (-1, 3):
        with pytest.raises(IndexError):
            merkle.inclusion_path(leaves(3), index)
    with pytest.raises(IndexError):
        merkle.consistency_path(leaves(3), 4)


def test_a_node_is_no_leaf() -> None:
    """Without its first byte a node could be shown as a leaf that holds two hashes."""
    left, right = leaves(2)
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)
