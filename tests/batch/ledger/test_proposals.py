"""Proposals: what a staged run is to replace stands in the chain and is published so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch.ledger import Ledger
from payengine.errors import Conflict, IntegrityBroken
from tests.support import ledgers
from tests.support.sample_results import POLICY, results

FIRST, SECOND = results(seed=1), results(seed=2)


@pytest.fixture(params=ledgers.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with ledgers.fresh(request.param, tmp_path) as url, Ledger.open(url) as opened:
        for made, revise in ((FIRST, ""), (SECOND, "更正")):
            opened.stage(made, POLICY, revise)
            if not revise:
                opened.publish(made.meta.run_id)
        yield opened


def replaces(ledger: Ledger) -> list[object]:
    entries = [json.loads(link.entry) for link in ledger.audit()]
    return [(one["action"], one["replaces"]) for one in entries if "replaces" in one]


def test_a_proposal_is_entered_with_its_run_and_again_where_it_is_another(ledger: Ledger) -> None:
    before = FIRST.meta.run_id
    assert replaces(ledger) == [("stage", None), ("stage", [before, 2, "更正"])]
    ledger.stage(SECOND, POLICY, "更正")
    assert len(replaces(ledger)) == 2, "nothing is new"
    ledger.stage(SECOND, POLICY, "另一个原因")
    assert replaces(ledger)[2:] == [("propose", [before, 2, "另一个原因"])]
    ledger.verify()
    ledger.publish(SECOND.meta.run_id)
    ledger.verify()


@pytest.mark.parametrize("statement", ["UPDATE proposal SET reason = 'x'", "DELETE FROM proposal"])
def test_a_proposal_that_was_changed_is_not_published(ledger: Ledger, statement: str) -> None:
    with ledger._database.writing() as connection:
        connection.exec_driver_sql(statement)
    with pytest.raises(IntegrityBroken) as broken:
        ledger.verify()
    assert {problem.where for problem in broken.value.problems} == {"proposal"}
    with pytest.raises(IntegrityBroken if "UPDATE" in statement else Conflict):
        ledger.publish(SECOND.meta.run_id)
    assert len(ledger.publications()) == 1
