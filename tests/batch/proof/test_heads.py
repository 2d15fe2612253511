"""Heads as people give them: typed, from earlier versions, within a text that was signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.proof.heads import LARGEST_TEXT, ChainHash, Head, read_head, read_tree_head
from payengine.errors import UsageError

ROOT = "ab" * 32
HEAD = f"12-{ROOT}"
SIGNED = """-----BEGIN SIGNED TEXT-----
2026-11-03 岗位绩效 {head}
SHA256: {other}
-----BEGIN SIGNATURE-----
MIIG
"""


def test_a_head_and_a_hash_of_the_chain_are_told_apart() -> None:
    assert read_head(f" {HEAD.upper()}\n") == Head(12, bytes.fromhex(ROOT))
    assert str(read_head(HEAD)) == HEAD
    assert read_head(ROOT) == ChainHash(ROOT)
    with pytest.raises(UsageError, match="as earlier versions printed it"):
        read_tree_head(ROOT)


WRONG = (
    "", "x", f"012-{ROOT}", f"-1-{ROOT}", f"12-{ROOT}0", f"12-{ROOT[1:]}", f"１２-{ROOT}", f"{'9' * 13}-{ROOT}", "@",
    "@nowhere",
)  # fmt: skip


@pytest.mark.parametrize("given", WRONG)
def test_what_is_no_head_is_refused(given: str) -> None:
    with pytest.raises(UsageError):
        read_head(given)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("head", [HEAD, HEAD.upper(), f"head={HEAD}.", f"{HEAD}\n{HEAD}"])
def test_a_text_that_holds_one_head(tmp_path: Path, encoding: str, head: str) -> None:
    file = tmp_path / "signed.txt"
    file.write_text(SIGNED.format(head=head, other="cd" * 32), encoding=encoding)
    assert read_head(f"@{file}") == Head(12, bytes.fromhex(ROOT))


def test_a_text_that_holds_a_head_of_an_earlier_version(tmp_path: Path) -> None:
    file = tmp_path / "noted.txt"
    file.write_text(f"head {ROOT}\n", encoding="utf-8")
    assert read_head(f"@{file}") == ChainHash(ROOT)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nothing", "holds no head"),
        (f"{HEAD} 13-{ROOT}", "holds 2 heads"),
        (f"{HEAD}0 a{HEAD} {HEAD}-1", "holds no head"),
        ("x" * (LARGEST_TEXT + 1), "too large"),
    ],
)
def test_a_text_that_holds_none_or_several_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "noted.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        read_head(f"@{file}")
