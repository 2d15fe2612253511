"""A fault at a named point leaves the old or the new state; the same command goes on.

The processes are killed, cut off from their database, or find its disk full. `fault_cases` says which cases a run of
the tests takes, and how to take all of them.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from batch import failpoints
from batch.ledger import Ledger
from batch.result_tables import LEDGER_TABLES
from batch.snapshot.snapshot import Snapshot, find_snapshot
from batch.snapshot.store import TEMPORARY
from batch.workspace import Workspace
from payengine.periods import Period
from tests.batch import test_revise
from tests.reliability import faulty_process
from tests.reliability.fault_cases import CUT, FREEZE, FULL, KILL, REVISE, Case, all_cases, cases, sampled
from tests.reliability.faulty_process import Outcome
from tests.reliability.phases import MONTH, PHASES, state
from tests.support import input_county, ledgers, servers
from tests.support.late_county import late_county

POSIX_ONLY = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of a process are POSIX")


def of_phase(*names: str) -> list[Any]:
    chosen = [pytest.param(case, id=str(case)) for case in cases() if case.phase in names]
    return chosen or [pytest.param(None, marks=pytest.mark.skip(reason="taken with PAYENGINE_FAULTS=all"))]


# --- the registry -----------------------------------------------------------------------------------------------------


def test_a_point_that_is_not_registered_is_an_error() -> None:
    with pytest.raises(ValueError, match="no registered failpoint"):
        failpoints.reached("publish: after a while")


def test_every_phase_has_its_crash_tests() -> None:
    """Each registered point is killed on SQLite in every run of the tests.

    A point that is never reached fails there.
    """
    assert {FREEZE, REVISE, *PHASES} == set(failpoints.PHASES)
    killed = {case.point for case in sampled() if case.fault == KILL and case.database == "sqlite"}
    killed |= {point for point, _ in test_revise.POINTS}
    assert killed == {point for points in failpoints.PHASES.values() for point in points}
    assert set(sampled()) <= set(all_cases())


def test_every_table_of_a_run_has_a_point() -> None:
    assert {f"stage: {table}" for table in LEDGER_TABLES} <= set(failpoints.PHASES["stage"])


# --- ledgers ----------------------------------------------------------------------------------------------------------


@cache
def undisturbed(phase: str, period: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Tell the states before and after a command that nothing disturbs."""
    with TemporaryDirectory() as folder, Ledger.open(f"sqlite:///{folder}/ledger.sqlite") as ledger:
        PHASES[phase].prepare(ledger, period)
        before = state(ledger)
        PHASES[phase].act(ledger, period)
        return before, state(ledger)


@POSIX_ONLY
@pytest.mark.parametrize("case", of_phase(*PHASES))
def test_a_ledger_is_in_the_old_or_the_new_state(case: Case, tmp_path: Path) -> None:
    phase = PHASES[case.phase]
    before, after = undisturbed(case.phase, case.period)
    with ledgers.fresh(case.database, tmp_path) as url:
        with Ledger.open(url) as ledger:
            phase.prepare(ledger, case.period)
        given = (case.phase, url, case.period)
        outcome = faulty_process.run(faulty_process.act, *given, point=case.point, fault=case.fault, url=url)
        struck(case, outcome)
        committed = case.point.endswith("after commit")
        with Ledger.open(url, create=False) as ledger:
            assert state(ledger) == (after if committed else before)
            ledger.verify()
        if committed and not phase.repeats:
            return
        faulty_process.act(*given)
        with Ledger.open(url, create=False) as ledger:
            assert state(ledger) == after
            ledger.verify()


def struck(case: Case, outcome: Outcome) -> None:
    """Check that the fault struck, and ended the process in words or not at all."""
    assert outcome.reached, f"{case.point} was not reached: {outcome}"
    if case.fault == KILL:
        assert outcome.exit_code == -9, outcome
    elif case.point.endswith("after commit"):
        assert outcome.done, outcome
    else:
        assert outcome.error == "Unavailable", outcome.report
        if case.fault == FULL:
            assert "Make room on the disk" in outcome.report


# --- revisions of published months ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a county with a record that came late, its ledger an SQLite file."""
    return late_county(tmp_path_factory.mktemp("late") / "c").folder


@pytest.fixture(scope="module")
def revised(late: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Tell the state after a revision that nothing disturbs."""
    folder = tmp_path_factory.mktemp("revised") / "c"
    shutil.copytree(late, folder)
    faulty_process.revise(folder)
    return told(Workspace(folder))


def told(office: Workspace) -> dict[str, Any]:
    with office.ledger() as ledger:
        return state(ledger)


@contextmanager
def office(case: Case, late: Path, folder: Path) -> Iterator[tuple[Workspace, str]]:
    """Make a county whose record came late, with its ledger on a database."""
    with ledgers.fresh(case.database, folder) as url:
        if case.database == "sqlite":
            shutil.copytree(late, folder / "c")
            yield Workspace(folder / "c"), url
        else:
            yield late_county(folder / "c", settings=f'ledger = "{url}"'), url


@POSIX_ONLY
@pytest.mark.parametrize("case", of_phase(REVISE))
def test_a_revision_goes_on_where_it_was_stopped(
    case: Case, late: Path, revised: dict[str, Any], tmp_path: Path
) -> None:
    """The same command ends as if nothing had happened.

    Meanwhile the first of two changed months is published or not.
    """
    with office(case, late, tmp_path) as (county, url):
        before = told(county)
        outcome = faulty_process.run(faulty_process.revise, county.folder, point=case.point, fault=case.fault, url=url)
        assert outcome.reached, outcome
        assert outcome.exit_code == -9 if case.fault == KILL else outcome.error in ("Unavailable", ""), outcome
        now = told(county)
        if case.fault == KILL:
            new = len(now["publications"]) - len(before["publications"])
            assert new == (1 if case.point == "revise: after publish" else 0)
        assert set(before["publications"]) <= set(now["publications"]) <= set(revised["publications"])
        county.verify()
        faulty_process.revise(county.folder)
        assert told(county) == revised
        county.verify(everything=True)


# --- freezes ----------------------------------------------------------------------------------------------------------


# Points after which the source is still read: behind the records it is asked for the months of those passed over.
CUT_OFF = ("freeze: tables are read", "freeze: while records are read")


@contextmanager
def source(kind: str, folder: Path) -> Iterator[str]:
    """Make a source that is a database, with a small county in it; returns its URL."""
    if kind == "sqlite":
        yield input_county.sqlite(folder / "his.sqlite")["url"]
        return
    with servers.database(kind) as url:
        getattr(input_county, kind)(url)
        yield url


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Remember the digest that a source's freeze has if nothing disturbs it."""
    return {}


@POSIX_ONLY
@pytest.mark.parametrize("case", of_phase(FREEZE))
def test_no_half_snapshot_is_taken_for_a_whole_one(case: Case, frozen: dict[str, str], tmp_path: Path) -> None:
    period, folder = Period.parse(MONTH), tmp_path / "snapshots"
    with source(case.database, tmp_path) as url:
        if case.database not in frozen:
            frozen[case.database] = faulty_process.freeze(tmp_path / "whole", url)
        expected = frozen[case.database]
        full_file = url if case.fault == CUT else "sqlite://"  # a freeze writes files, whatever its source
        outcome = faulty_process.run(
            faulty_process.freeze, folder, url, point=case.point, fault=case.fault, url=full_file
        )
        assert outcome.reached, outcome
        if case.fault == KILL:
            assert outcome.exit_code == -9, outcome
        elif not outcome.done:
            assert outcome.error == "Unavailable", outcome.report
            assert ("Make room on the disk" in outcome.report) == (case.fault == FULL)
        if case.fault == CUT:
            assert outcome.done == (case.point not in CUT_OFF), "the source is read no more behind these points"
        # Whatever has the name of a snapshot is one.
        for path in folder.glob(f"{period}/*/"):
            assert path.name == expected
            Snapshot.stored(folder, period, path.name).verify()
        assert faulty_process.freeze(folder, url) == expected
        find_snapshot(folder, period).verify()
        assert not list((folder / TEMPORARY).iterdir()), "what was left half written is removed"
