"""Verification of proofs, by the file and a head alone."""

from __future__ import annotations

from collections.abc import Iterator

from batch.content_digest import canonical_json
from batch.proof import entries, merkle
from batch.proof.documents import ConsistencyProof, PayslipProof
from batch.proof.heads import Head
from payengine.errors import IntegrityBroken, Problem
from payengine.texts import say

PUBLISH = "publish"  # the action of an entry that publishes payslips


def require_payslip(proof: PayslipProof, head: Head) -> None:
    """Raise `IntegrityBroken` unless the payslip is what was published under the head."""
    _require([*_of_payslip(proof), *_of_entry(proof), *_of_head(proof.head, head)])


def require_consistency(proof: ConsistencyProof, head: Head, earlier: Head | None = None) -> None:
    """Raise `IntegrityBroken` unless the earlier head stands in the later one."""
    problems = []
    if earlier is not None and proof.earlier != earlier:
        problems.append(
            Problem(say("begins at the head {found}, not at {head}", found=proof.earlier, head=earlier), column="from")
        )
    if not merkle.continues(proof.earlier.size, proof.earlier.root, proof.head.size, proof.path, proof.head.root):
        problems.append(Problem(say("does not lead from the earlier head to the later one"), column="path"))
    _require([*problems, *_of_head(proof.head, head)])


def payslip_leaf(proof: PayslipProof) -> bytes:
    """Hash a proof's payslip into its leaf."""
    return merkle.leaf_hash(proof.salt + canonical_json(proof.payslip))


def _of_payslip(proof: PayslipProof) -> Iterator[Problem]:
    entry, payslip = proof.entry, proof.payslip
    if (entry["run"], entry["period"]) != (payslip["run"], payslip["period"]):
        yield Problem(say("is of another run than the entry"), column="payslip")
    published = entry["payslips"]
    root = bytes.fromhex(published["root"])
    if not merkle.leads_to(payslip_leaf(proof), proof.index, published["size"], proof.payslip_path, root):
        yield Problem(
            say("is not what was published: with its salt and its path it is none of the entry's payslips"),
            column="payslip",
        )


def _of_entry(proof: PayslipProof) -> Iterator[Problem]:
    entry, head = proof.entry, proof.head
    if entry["action"] != PUBLISH:
        yield Problem(say("is not the entry of a publication"), column="entry")
    if not merkle.leads_to(entries.leaf(entry), entry["number"] - 1, head.size, proof.entry_path, head.root):
        yield Problem(say("with its path it is no entry under the head of the file"), column="entry")


def _of_head(found: Head, head: Head) -> Iterator[Problem]:
    if found != head:
        yield Problem(
            say("is made for the head {found}, not for {head}", found=found, head=head), column="head",
            remedy=say("payengine prove --head makes it for another head, prove --from leads from one to another"),
        )  # fmt: skip


def _require(problems: list[Problem]) -> None:
    if problems:
        raise IntegrityBroken(
            say("the proof does not hold: {n} problem(s)", n=len(problems)), problems,
            remedy=say("Rely on nothing in this file. Keep it, and ask for another under a head that you noted."),
        )  # fmt: skip
