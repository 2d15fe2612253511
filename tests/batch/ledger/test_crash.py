"""A ledger killed at any moment holds the old or the new state, and the next run goes on."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from batch.ledger import Ledger
from batch.ledger.migrations.migrate import MIGRATIONS
from payengine.errors import Conflict
from payengine.periods import Period
from tests.support import ledgers
from tests.support.ledger_child import child
from tests.support.sample_results import POLICY, results

OCTOBER = Period.parse("2026-10")

# Where the process dies, and what must stand afterwards: is the run staged, is it published.
POINTS = {
    "migrate: run": (False, False),
    "migrate: before the number": (False, False),
    "stage: pay_line": (False, False),
    "stage: report_line": (False, False),
    "stage: before complete": (False, False),
    "stage: before commit": (False, False),
    "stage: after commit": (True, False),
    "publish: before the audit entry": (True, False),
    "publish: before commit": (True, False),
    "publish: after commit": (True, True),
}
ON_SERVERS = ("migrate: before the number", "stage: report_line", "publish: before commit")
CASES = [
    (kind, point) for kind in ledgers.KINDS for point in POINTS if kind == "sqlite" or point in ON_SERVERS
]  # fmt: skip


@pytest.mark.parametrize(("kind", "point"), CASES)
def test_killed_at_any_point_the_ledger_is_in_the_old_or_the_new_state(kind: str, point: str, tmp_path: Path) -> None:
    made = results()
    staged, published = POINTS[point]
    with ledgers.fresh(kind, tmp_path) as url:
        process = child(url, 1, "stage,publish", "--die", point)
        output, errors = process.communicate(timeout=60)
        assert process.returncode != 0, f"it was not killed: {output}"
        assert not errors
        with Ledger.open(url, create=False) as ledger:
            assert [record.id for record in ledger.runs()] == ([made.meta.run_id] if staged else [])
            assert (ledger.current(OCTOBER) is not None) == published
            ledger.verify()
        # What was left half done neither stands in the way nor counts.
        with Ledger.open(url) as ledger:
            expected = "already published" if published else "already staged" if staged else "staged"
            assert ledger.stage(made, POLICY) == expected
            assert ledger.publish(made.meta.run_id).already == published
            assert ledger.results(made.meta.run_id).pay_lines.equals(made.pay_lines)
            assert len(ledger.publications()) == 1
            ledger.verify()


def test_a_run_left_incomplete_is_no_run_and_is_staged_again(tmp_path: Path) -> None:
    """Rows of an unfinished staging are never a run.

    They can stand there if a database is restored in parts.
    """
    made = results()
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.stage(made, POLICY)
        with ledger._database.writing() as connection:
            connection.exec_driver_sql("UPDATE run SET complete = 0")
            connection.exec_driver_sql("DELETE FROM workload")
        assert ledger.runs() == []
        assert ledger.stage(made, POLICY) == "staged"
        ledger.publish(made.meta.run_id)
        assert ledger.results(made.meta.run_id).workload.equals(made.workload)


@pytest.mark.parametrize("kind", ledgers.KINDS)
def test_several_processes_at_once(kind: str, tmp_path: Path) -> None:
    """Four processes open a new ledger, stage and publish two runs of a month: one run wins."""
    with ledgers.fresh(kind, tmp_path) as url:
        go = tmp_path / "go"
        processes = [child(url, seed, "stage,publish", "--wait", str(go)) for seed in (1, 1, 2, 2)]
        go.touch()
        told = []
        for process in processes:
            output, errors = process.communicate(timeout=120)
            assert process.returncode == 0, errors
            told.append(json.loads(output))
        with Ledger.open(url) as ledger:
            (made,) = ledger.publications()
            winner = 1 if made.run == results(seed=1).meta.run_id else 2
            assert made.revision == 1
            ledger.verify()
            actions = Counter(json.loads(link.entry)["action"] for link in ledger.audit())
            assert actions == {"schema": len(MIGRATIONS), "stage": len(ledger.runs()), "publish": 1}
        for seed, said in zip((1, 1, 2, 2), told, strict=True):
            if seed == winner:
                assert said[0] in ("staged", "already staged", "already published")
                assert said[1] in (True, False)
            else:
                assert said[-1]["error"] == Conflict.__name__, said
        fresh = [said for seed, said in zip((1, 1, 2, 2), told, strict=True) if seed == winner and said[1] is False]
        assert len(fresh) == 1, "exactly one process published"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no RLIMIT_FSIZE")
def test_a_full_disk_leaves_the_old_state_and_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    with Ledger.open(url) as ledger:
        ledger.stage(results(), POLICY)
    options = ("--room", "300000", "--staff", "5000")
    process = child(url, 7, "stage", *options)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    (told,) = json.loads(output)
    assert told["error"] == "Unavailable"
    assert "Make room on the disk" in told["report"], told["report"]
    with Ledger.open(url) as ledger:
        assert len(ledger.runs()) == 1
        ledger.verify()
