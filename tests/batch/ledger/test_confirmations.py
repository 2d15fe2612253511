"""Confirmations of published revisions in the audit chain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from batch.ledger import Confirmation, Ledger, audit
from batch.ledger.confirmations import CONFIRM, ON
from payengine.errors import Conflict, IntegrityBroken
from payengine.periods import Period
from tests.support import ledgers
from tests.support.sample_results import POLICY, results

OCTOBER = Period.parse("2026-10")
OLD, NEW = results(), results(seed=2)
OTHER_POLICY = "another policy's text"


@pytest.fixture(params=ledgers.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with ledgers.fresh(request.param, tmp_path) as url, Ledger.open(url) as opened:
        opened.stage(OLD, POLICY)
        opened.publish(OLD.meta.run_id)
        yield opened


def confirmation(ledger: Ledger, **more: Any) -> Confirmation:
    """Make a confirmation of October, on an input that reads October itself.

    Which periods are read does not matter here.
    """
    made = ledger.current(OCTOBER)
    assert made is not None
    read = {"period": str(made.period), "revision": made.revision, "run": made.run}
    given = Confirmation(made, "a" * 64, "b" * 64, "c" * 64, "d" * 64, "e" * 64, (read,), "equal")
    return replace(given, **more)


def test_a_confirmation_is_kept_once(ledger: Ledger) -> None:
    given = confirmation(ledger)
    assert ledger.confirmations() == {}
    assert ledger.confirm(given, OTHER_POLICY)
    head = ledger.head()
    assert not ledger.confirm(given, OTHER_POLICY)
    assert ledger.head() == head
    assert ledger.confirmations() == {OCTOBER: given}
    assert ledger.policy_text("c" * 64) == OTHER_POLICY
    later = replace(given, run="f" * 64)
    assert ledger.confirm(later, OTHER_POLICY)
    assert ledger.confirmations() == {OCTOBER: later}
    ledger.verify()
    ledger.verify(head)


def test_a_new_revision_is_not_confirmed(ledger: Ledger) -> None:
    given = confirmation(ledger)
    ledger.confirm(given, OTHER_POLICY)
    ledger.stage(NEW, POLICY, "corrected")
    ledger.publish(NEW.meta.run_id)
    assert ledger.confirmations() == {}
    entries = len(ledger.audit())
    with pytest.raises(Conflict):
        ledger.confirm(given, OTHER_POLICY)
    standing = confirmation(ledger, publications=given.publications)  # built on the revision that was replaced
    with pytest.raises(Conflict):
        ledger.confirm(standing, OTHER_POLICY)
    assert len(ledger.audit()) == entries
    ledger.verify()


FORGED = {
    "of no publication": ({"revision": 7}, "confirms a publication that is not there"),
    "of another run": ({"run": "f" * 64}, "confirms a publication that is not there"),
    "without what it is on": ({ON: {}}, "is no confirmation that can be read"),
    "on no publication": (
        {"publications": [{"period": "2026-09", "revision": 1, "run": "9" * 64}]},
        "confirms on a publication that is not there",
    ),
    "on what is no period": ({"publications": [{"period": "x", "revision": 1, "run": "9"}]}, "that can be read"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_confirmation_that_names_what_is_not_there_is_found(tmp_path: Path, name: str) -> None:
    """Nobody can put an entry at the end of the chain by hand, even with the right hashes."""
    changed, told = FORGED[name]
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.stage(OLD, POLICY)
        ledger.publish(OLD.meta.run_id)
        ledger.confirm(confirmation(ledger), OTHER_POLICY)
        facts = json.loads(ledger.audit()[-1].entry)
        forged = {**facts, **{key: value for key, value in changed.items() if key in facts}}
        if "publications" in changed:
            forged[ON] = {**facts[ON], **changed}
        with ledger._database.writing() as connection:
            audit.append(connection, CONFIRM, forged)
        for attempt in (ledger.verify, ledger.require_whole):
            with pytest.raises(IntegrityBroken) as caught:
                attempt()
            assert told in caught.value.report()


def test_the_policy_of_a_confirmation_is_compared(tmp_path: Path) -> None:
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.stage(OLD, POLICY)
        ledger.publish(OLD.meta.run_id)
        ledger.confirm(confirmation(ledger), OTHER_POLICY)
        with ledger._database.writing() as connection:
            connection.exec_driver_sql(f"UPDATE policy_text SET text = 'other' WHERE digest = '{'c' * 64}'")
        with pytest.raises(IntegrityBroken, match="not the one that was kept"):
            ledger.verify()
