"""Payslips in the audit chain, on each database: root, proof, entries of earlier versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from batch.ledger import Ledger
from batch.proof.checking import require_payslip
from batch.proof.documents import PayslipProof
from batch.proof.heads import ChainHash, find_head
from batch.proof.payslips import PayslipRows
from batch.results import Results
from payengine.errors import IntegrityBroken, UsageError
from tests.support import ledgers
from tests.support.sample_results import POLICY, results

SECRET = b"s" * 32


@pytest.fixture(params=ledgers.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with (
        ledgers.fresh(request.param, tmp_path) as url,
        Ledger.open(url, secret=lambda may_make: SECRET) as opened,
    ):
        yield opened


def published(ledger: Ledger, made: Results) -> str:
    ledger.stage(made, POLICY)
    return ledger.publish(made.meta.run_id).head


def rows_of(made: Results) -> PayslipRows:
    return PayslipRows(made.meta.run_id, str(made.meta.period), made.meta.illustrative, made.tables())


def proofs(ledger: Ledger, made: Results) -> list[PayslipProof]:
    rows = rows_of(ledger.results(made.meta.run_id))
    return [ledger.payslip_proof(rows, *place, SECRET) for place in rows.places]


def test_the_root_is_that_of_the_results_on_every_database(ledger: Ledger) -> None:
    made = results(staff=40)
    head = published(ledger, made)
    facts = json.loads(ledger.audit()[-1].entry)
    assert facts["payslips"] == rows_of(made).tree(SECRET).facts()
    assert facts["payslips"]["size"] == 40
    assert head == ledger.head()
    noted = find_head(head)
    assert noted is not None
    for proof in proofs(ledger, made):
        require_payslip(proof, noted)
    ledger.verify(head)


def test_a_ledger_without_a_secret_publishes_without_payslips(tmp_path: Path) -> None:
    """Entries of earlier versions have none: that is said, and the rest holds."""
    made, later = results(), results("2026-11")
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        published(ledger, made)
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path, secret=lambda may_make: SECRET) as ledger:
        assert "payslips" not in json.loads(ledger.audit()[-1].entry)
        with pytest.raises(UsageError, match="by an earlier version, which kept no payslips"):
            proofs(ledger, made)
        published(ledger, later)
        assert len(proofs(ledger, later)) == 6
        for place, link in enumerate(ledger.audit(), 1):
            head = ledger.head_of(ChainHash(link.hash))
            assert head.startswith(f"{place}-")
            ledger.verify(link.hash)
            ledger.verify(head)
        assert ledger.head_of(ChainHash("ab" * 32)) == ""


def test_a_run_that_is_not_published_is_told(tmp_path: Path) -> None:
    made = results()
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.stage(made, POLICY)
        with pytest.raises(UsageError, match="is not published under this head"):
            proofs(ledger, made)


def test_the_secret_may_be_made_for_the_first_payslips_only(tmp_path: Path) -> None:
    asked: list[bool] = []

    def secret(may_make: bool) -> bytes:
        asked.append(may_make)
        return SECRET

    with Ledger.open("sqlite:///ledger.sqlite", tmp_path, secret=secret) as ledger:
        for period in ("2026-10", "2026-11"):
            published(ledger, results(period))
        ledger.publish(results("2026-11").meta.run_id)  # which is published already
    assert asked == [True, False]


def test_an_entry_whose_root_was_changed_proves_nothing(tmp_path: Path) -> None:
    made = results()
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path, secret=lambda may_make: SECRET) as ledger:
        published(ledger, made)
        root = json.loads(ledger.audit()[-1].entry)["payslips"]["root"]
        with ledger._database.writing() as connection:
            connection.execute(sql(f"UPDATE audit_entry SET entry = replace(entry, '{root}', '{'ab' * 32}')"))
        with pytest.raises(IntegrityBroken, match="the entry was changed"):
            proofs(ledger, made)
        with pytest.raises(IntegrityBroken, match="is not as it was published"):
            ledger.verify()


@pytest.mark.parametrize("entry", ["", "[]", '{"run": "\\\\ud800"}', '{"at": 1.5}', "[" * 5000, '{"revision": NaN}'])
def test_a_head_is_told_of_a_chain_whose_entries_were_forged(tmp_path: Path, entry: str) -> None:
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        published(ledger, results())
        with ledger._database.writing() as connection:
            connection.execute(sql("UPDATE audit_entry SET entry = :entry WHERE number = 2"), {"entry": entry})
        assert find_head(ledger.head()) is not None
        with pytest.raises(IntegrityBroken):
            ledger.verify()
