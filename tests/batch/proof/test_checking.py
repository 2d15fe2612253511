"""Proofs whose hashes all lead to the head, and that hold nothing all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from batch.proof import entries, merkle
from batch.proof.checking import payslip_leaf, require_payslip
from batch.proof.documents import PayslipProof
from batch.proof.heads import Head
from payengine.errors import IntegrityBroken


def made(**facts: Any) -> PayslipProof:
    """A proof that is right in itself: one payslip, one entry; `facts` are the entry's."""
    payslip = {"illustrative": False, "institution": "I1", "staff": "S1", "run": "ab" * 32, "period": "2026-10",
               "lines": [], "workload": [], "reports": []}  # fmt: skip
    proof = PayslipProof(Head(1, b""), {}, (), payslip, b"s" * 32, 0, ())
    entry = {
        "action": "publish", "at": "", "hash": "cd" * 32, "number": 1, "period": "2026-10", "revision": 1,
        "run": "ab" * 32, "payslips": {"size": 1, "root": merkle.root([payslip_leaf(proof)]).hex()}, **facts,
    }  # fmt: skip
    return replace(proof, entry=entry, head=Head(1, merkle.root([entries.leaf(entry)])))


def test_a_proof_that_is_right_holds() -> None:
    proof = made()
    require_payslip(proof, proof.head)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"run": "ef" * 32}, "of another run"),
        ({"period": "2026-11"}, "of another run"),
        ({"action": "stage"}, "not the entry of a publication"),
        ({"number": 2}, "no entry under the head"),
        ({"payslips": {"size": 2, "root": "00" * 32}}, "not what was published"),
    ],
)
def test_an_entry_that_publishes_something_else_is_told(facts: dict[str, Any], told: str) -> None:
    """A payslip is bound to its run and to a publication, not only to some entry of the chain."""
    proof = made(**facts)
    with pytest.raises(IntegrityBroken, match=told):
        require_payslip(proof, proof.head)
