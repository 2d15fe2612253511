"""The audit chain: any change by hand after publication is found and reported by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from batch.ledger import Ledger, verifying
from batch.ledger.audit import GENESIS, chained
from batch.ledger.migrations.migrate import MIGRATIONS
from payengine.errors import IntegrityBroken
from tests.support import ledgers
from tests.support.sample_results import POLICY, results

FIRST = len(MIGRATIONS) + 2  # the number of the first publication's entry
TAMPERINGS = {
    "an amount": (
        "UPDATE pay_line SET amount_fen = amount_fen + 1 WHERE run_key = 1 AND staff = 'N00001'",
        "pay_line",
    ),
    "a line added": (
        "INSERT INTO statement_line (run_key, institution, component, funding, amount_fen) "
        "VALUES (1, 'I99', 'x', '', 1)",
        "statement_line",
    ),
    "a rejection taken away": ("DELETE FROM rejection WHERE run_key = 1 AND record_id = 'x'", "rejection"),
    "a rejection moved to another person": ("UPDATE rejection SET staff = 'N1' WHERE record_id = 'x'", "rejection"),
    "a report": ("UPDATE report_line SET value = value + 1 WHERE run_key = 1 AND position = 0", "report_line"),
    "a component's class": (
        "UPDATE run_component SET pay_class = 'fixed' WHERE component = 'workload_pay'",
        "run_component",
    ),
    "the run's own digests": ("UPDATE run SET digests = '{{}}' WHERE id = '{first}'", "run"),
    "a hold": ("UPDATE run SET holds = '{{}}' WHERE id = '{first}'", "run"),
    "the policy's text": ("UPDATE policy_text SET text = 'other'", "policy_text"),
    "the reason of a revision": ("UPDATE publication SET reason = 'other' WHERE revision = 2", "publication"),
    "who published": ("UPDATE publication SET published_by = 'other' WHERE revision = 1", "publication"),
    "a publication taken away": ("DELETE FROM publication WHERE revision = 2", "publication"),
    "a publication slipped in": (
        "INSERT INTO publication (period, revision, run, previous, reason, published_at, published_by) "
        "VALUES ('2026-11', 1, '{first}', NULL, '', '', '')",
        "publication",
    ),
    "an entry": (f"UPDATE audit_entry SET entry = '{{{{}}}}' WHERE number = {FIRST}", "audit_entry"),
    "an entry taken away": (f"DELETE FROM audit_entry WHERE number = {FIRST}", "audit_entry"),
    "the end of the chain": (f"DELETE FROM audit_entry WHERE number = {FIRST + 2}", "publication"),
}


@pytest.fixture(params=ledgers.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with ledgers.fresh(request.param, tmp_path) as url, Ledger.open(url) as opened:
        yield opened


def published(ledger: Ledger) -> str:
    """Two revisions of a month; returns the first run."""
    first, second = results(seed=1, holds={"I07": "分数未到"}), results(seed=2)
    for made, revise in ((first, ""), (second, "更正")):
        ledger.stage(made, POLICY, revise)
        ledger.publish(made.meta.run_id)
    return first.meta.run_id


def tamper(ledger: Ledger, statement: str) -> None:
    with ledger._database.writing() as connection:
        connection.execute(sql(statement.replace(":", "\\:")))


def test_every_entry_follows_the_one_before_it(ledger: Ledger) -> None:
    published(ledger)
    chain = ledger.audit()
    assert [json.loads(link.entry)["action"] for link in chain] == [
        *["schema"] * len(MIGRATIONS), *["stage", "publish"] * 2,
    ]  # fmt: skip
    previous = GENESIS
    for number, link in enumerate(chain, start=1):
        assert (link.number, link.previous, link.hash) == (number, previous, chained(previous, link.entry))
        previous = link.hash
    ledger.verify(ledger.head())


def test_whatever_is_changed_by_hand_is_found(ledger: Ledger) -> None:
    first = published(ledger)
    ledger.verify()
    for name, (statement, table) in TAMPERINGS.items():
        with ledger._database.writing() as connection, connection.begin_nested() as tampering:
            connection.execute(sql(statement.format(first=first).replace(":", "\\:")))
            problems = list(verifying.broken(connection))
            tampering.rollback()
        assert table in {problem.where for problem in problems}, f"{name}: {problems}"
    ledger.verify()


def test_verify_names_the_table_and_the_run(tmp_path: Path) -> None:
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        first = published(ledger)
        tamper(ledger, "UPDATE workload SET points_micro = points_micro + 1")
        with pytest.raises(IntegrityBroken) as caught:
            ledger.verify()
    assert caught.value.exit_code == 7
    assert f"workload: 2 problem(s)\n  {first[:12]}  rows were changed, added or taken away" in caught.value.report()


def test_a_chain_cut_back_to_an_earlier_state_lacks_the_head_that_was_noted(tmp_path: Path) -> None:
    """Only a noted head reveals a chain cut back to an earlier state.

    Removing publication, entry and rows together leaves a chain that holds.
    """
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        published(ledger)
        noted = ledger.head()
        tamper(ledger, "DELETE FROM publication WHERE revision = 2")
        tamper(ledger, f"DELETE FROM audit_entry WHERE number > {FIRST}")
        ledger.verify()
        with pytest.raises(IntegrityBroken, match="its end was cut off"):
            ledger.verify(noted)


def test_rows_changed_between_staging_and_publication_are_not_published(ledger: Ledger) -> None:
    made = results()
    ledger.stage(made, POLICY)
    tamper(ledger, "UPDATE pay_line SET amount_fen = amount_fen + 100 WHERE staff = 'N00003'")
    with pytest.raises(IntegrityBroken, match="is not stored as it was computed"):
        ledger.publish(made.meta.run_id)
    assert ledger.publications() == []
