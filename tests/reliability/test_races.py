"""Processes that publish or pay at the same moment: one does it.

The others are told, or have nothing left to do.

A few rounds on each database in every run of the tests; with PAYENGINE_FAULTS=all there are 50 (`fault_cases`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch.ledger import Ledger
from batch.payments.recovery_limit import RecoveryLimit
from payengine.periods import Period
from tests.reliability.fault_cases import ROUNDS
from tests.reliability.faulty_process import CONTEXT, Outcome, finished, started
from tests.reliability.phases import DAY
from tests.support import ledgers
from tests.support.sample_results import POLICY, results

PERIODS = [f"{year}-{month:02}" for year in range(2026, 2026 + ROUNDS // 12 + 1) for month in range(1, 13)][:ROUNDS]


@pytest.fixture(params=ledgers.KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ledgers.fresh(request.param, tmp_path) as made:
        Ledger.open(made).close()
        yield made


def publish(url: str, run: str) -> bool:
    """Publish a run; returns if it was published already."""
    with Ledger.open(url) as ledger:
        return ledger.publish(run).already


def pay(url: str, period: str) -> int | None:
    """Pay a period; returns the number of the payment, or None where nothing was left to pay."""
    with Ledger.open(url) as ledger:
        record = ledger.pay(Period.parse(period), DAY, RecoveryLimit(), only=True).record
        return None if record is None else record.number


def race(work: object, *given: tuple[object, ...]) -> list[Outcome]:
    """Let a process for each of `given` do `work` at once."""
    gate = CONTEXT.Barrier(len(given))
    outcomes = [finished(one) for one in [started(work, *each, gate=gate) for each in given]]  # type: ignore[arg-type]
    assert not [one.report for one in outcomes if one.error == "bug"]
    return outcomes


@pytest.mark.parametrize("processes", [2, 4])
def test_one_of_several_runs_is_published(url: str, processes: int) -> None:
    """Half of the processes publish one run of a month, half another."""
    for period in PERIODS:
        runs = [results(period, seed=seed) for seed in (1, 2)]
        with Ledger.open(url) as ledger:
            for one in runs:
                ledger.stage(one, POLICY)
        ids = [one.meta.run_id for one in runs]
        outcomes = race(publish, *((url, ids[number % 2]) for number in range(processes)))
        with Ledger.open(url, create=False) as ledger:
            (made,) = ledger.publications(Period.parse(period))
        assert made.revision == 1
        won = [one for number, one in enumerate(outcomes) if ids[number % 2] == made.run]
        assert Counter(told for one in won for told in one.told) == Counter({False: 1, True: len(won) - 1})
        assert {one.error for one in outcomes if one not in won} == {"Conflict"}
    with Ledger.open(url, create=False) as ledger:
        ledger.verify()
        actions = Counter(json.loads(link.entry)["action"] for link in ledger.audit())
        assert actions["publish"] == ROUNDS


@pytest.mark.parametrize("processes", [2, 4])
def test_a_month_is_paid_once(url: str, processes: int) -> None:
    for number, period in enumerate(PERIODS, start=1):
        made = results(period)
        with Ledger.open(url) as ledger:
            ledger.stage(made, POLICY)
            ledger.publish(made.meta.run_id)
        outcomes = race(pay, *([(url, period)] * processes))
        told = Counter(told for one in outcomes for told in one.told)
        assert told == Counter({number: 1, None: processes - 1}), outcomes
    with Ledger.open(url, create=False) as ledger:
        ledger.verify()
        assert [one.number for one in ledger.payments()] == list(range(1, ROUNDS + 1))
        assert all(amount < 0 for amount in ledger.outstanding().values()), "only what is carried is left"
