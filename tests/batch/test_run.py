"""Life of a run: computed, verified, compared with the published one, staged, revised."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import batch.run
from batch.audit.difference import difference
from batch.ledger import Ledger
from batch.ledger.run_tables import RUN_TABLES
from batch.results import Results
from batch.run import Outcome, policy_text, run_period
from batch.snapshot.snapshot import Snapshot
from batch.workspace import Workspace
from payengine.errors import Conflict, IdentityBroken, IntegrityBroken, Refused, UsageError
from payengine.periods import Period
from payengine.policy import Policy
from tests.counties import county
from tests.counties.files import write_sqlite
from tests.support import ledgers, product
from tests.support.sample_results import results as sample
from tests.support.signed_damage import last_number_up, rewrite

MAY, APRIL = Period.parse("2026-05"), Period.parse("2026-04")
APRIL_LACKS = ("directed_task",)  # all tasks of this county are of May


class Office:
    """County frozen twice for May and once for April, and its policy.

    The second freeze of May has fewer records.
    """

    def __init__(self, folder: Path) -> None:
        made = county(11, "2026-05", 300)
        write_sqlite(made.tables, folder / "his.sqlite")
        self.workspace: Workspace = product.workspace(folder, "url = 'sqlite:///his.sqlite'")
        self.policy: Policy = self.workspace.policy()
        self.institutions = sorted({row["code"] for row in made.tables["institution"]})
        self.april = self.workspace.freeze(APRIL)
        self.first = self.workspace.freeze(MAY)
        fewer = dict(made.tables)
        fewer["service_record"] = random.Random(3).sample(fewer["service_record"], 240)
        (folder / "his.sqlite").unlink()
        write_sqlite(fewer, folder / "his.sqlite")
        self.second = self.workspace.freeze(MAY)

    def run(self, ledger: Ledger, period: Period = MAY, **more: Any) -> Outcome:
        given: dict[str, Any] = {"snapshots": self.workspace.snapshots, "allow_empty": APRIL_LACKS} | more
        return run_period(period, policy=self.policy, ledger=ledger, **given)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("county"))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as opened:
        yield opened


def pay_of(results: Results) -> Counter[tuple[str, str]]:
    """Add up everyone's pay at each institution, in fen."""
    found: Counter[tuple[str, str]] = Counter()
    for (institution, staff, *_), fen in product.pay_lines(results).items():
        found[institution, staff] += fen
    return found


def test_a_dry_run_writes_nothing(office: Office, tmp_path: Path) -> None:
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path, create=False) as ledger:
        outcome = office.run(ledger, dry_run=True)
    assert (outcome.state, outcome.revision, outcome.replaces, outcome.difference) == ("dry run", 1, None, None)
    assert len(outcome.results.pay_lines) > 0
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_of_a_published_period_writes_nothing(office: Office, ledger: Ledger) -> None:
    first = office.run(ledger, snapshot=office.first.digest)
    ledger.publish(first.run)
    before = [ledger.runs(), ledger.publications(), ledger.head()]
    assert office.run(ledger, dry_run=True).state == "dry run"
    assert [ledger.runs(), ledger.publications(), ledger.head()] == before


def test_the_same_inputs_are_the_same_run(office: Office, ledger: Ledger) -> None:
    first = office.run(ledger)
    assert (first.state, first.revision, first.published) == ("staged", 1, None)
    assert office.run(ledger, threads=3).state == "already staged"
    made = ledger.publish(first.run[:12])
    again = office.run(ledger)
    assert (again.run, again.state, again.revision, again.published) == (
        first.run,
        "already published",
        1,
        made.publication,
    )
    assert again.difference is None
    assert office.run(ledger, revise="no need").state == "already published"
    assert len(ledger.runs()) == len(ledger.publications()) == 1


def test_the_newest_freeze_is_run_unless_another_is_named(office: Office, ledger: Ledger) -> None:
    assert office.run(ledger, dry_run=True).snapshot == office.second.digest
    assert office.run(ledger, dry_run=True, snapshot=office.first.digest[:10]).snapshot == office.first.digest
    with pytest.raises(UsageError):
        office.run(ledger, snapshot="0000000000000000")
    with pytest.raises(UsageError, match="2026-08"):
        office.run(ledger, Period.parse("2026-08"))


def test_a_changed_input_is_refused_without_a_reason_and_shows_who_changes_by_how_much(
    office: Office, ledger: Ledger
) -> None:
    first = office.run(ledger, snapshot=office.first.digest)
    published = ledger.publish(first.run).publication
    with pytest.raises(Conflict, match="published already") as caught:
        office.run(ledger)
    assert "--revise REASON" in caught.value.report()
    outcome = office.run(ledger, dry_run=True)
    assert (outcome.revision, outcome.replaces) == (2, published)
    shown = outcome.difference
    assert shown is not None
    assert shown.inputs == ("snapshot",)
    before, after = pay_of(first.results), pay_of(outcome.results)
    expected = {who: (before[who], after[who]) for who in before | after if before[who] != after[who]}
    assert len(expected) > 3
    found = {
        (row["institution"], row["staff"]): (row["before_fen"], row["after_fen"])
        for row in shown.staff.to_pylist()
        if row["change_fen"]
    }
    assert found == expected
    assert all(row["after_fen"] - row["before_fen"] == row["change_fen"] for row in shown.lines.to_pylist())
    total = sum(after.values()) - sum(before.values())
    assert shown.change_fen == total == sum(row["change_fen"] for row in shown.institutions.to_pylist())
    assert {row["institution"] for row in shown.institutions.to_pylist()} == {place for place, _ in expected}
    statements = product.statement_lines(outcome.results)
    for row in shown.statements.to_pylist():
        assert statements.get((row["institution"], row["component"], row["funding"]), 0) == row["after_fen"]

    revised = office.run(ledger, revise="late cancellations")
    assert (revised.state, revised.revision, revised.replaces) == ("staged", 2, published)
    made = ledger.publish(revised.run).publication
    assert (made.revision, made.previous, made.reason) == (2, first.run, "late cancellations")
    ledger.verify(ledger.head())


def test_nothing_changes_between_a_run_and_itself(office: Office, ledger: Ledger) -> None:
    results = office.run(ledger, dry_run=True).results
    none = difference(results, results)
    assert none.empty
    assert (none.inputs, none.change_fen) == ((), 0)


def test_changes_that_cancel_out_are_changes() -> None:
    """An equal sum from other components or sources is listed, with a change of nothing."""
    before = sample(staff=3, institutions=1)
    rows = before.pay_lines.to_pylist()
    rows[0]["amount_fen"] += 500
    rows[1]["amount_fen"] -= 500
    rows[5]["amount_fen"] += 7
    after = replace(before, pay_lines=pa.Table.from_pylist(rows, before.pay_lines.schema))
    shown = difference(before, after)
    assert not shown.empty
    assert [row["change_fen"] for row in shown.lines.to_pylist()] == [500, -500, 7]
    assert [(row["staff"], row["change_fen"]) for row in shown.staff.to_pylist()] == [("N00000", 0), ("N00002", 7)]
    assert [(row["institution"], row["change_fen"]) for row in shown.institutions.to_pylist()] == [("I00", 7)]
    assert shown.change_fen == 7
    assert len(shown.statements) == 0


def test_a_held_institution_follows_in_the_next_revision(office: Office, ledger: Ledger) -> None:
    held = pay_of(office.run(ledger, dry_run=True).results).most_common(1)[0][0][0]
    first = office.run(ledger, holds={held: " scores missing "})
    assert first.results.meta.holds == {held: "scores missing"}
    for table in ("pay_lines", "statement_lines", "workload", "rejections"):
        assert held not in getattr(first.results, table)["institution"].to_pylist()
    ledger.publish(first.run)
    second = office.run(ledger, revise="scores arrived")
    assert second.difference is not None
    assert second.difference.inputs == ("holds",)
    assert [row["institution"] for row in second.difference.institutions.to_pylist()] == [held]
    assert all(row["before_fen"] == 0 for row in second.difference.staff.to_pylist())
    ledger.publish(second.run)
    assert dict(ledger.run(first.run).holds) == {held: "scores missing"}


def test_a_hold_names_an_institution_and_a_reason(office: Office, ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="without a reason"):
        office.run(ledger, holds={office.institutions[0]: "  "})
    with pytest.raises(UsageError, match="no institution"):
        office.run(ledger, holds={office.institutions[0] + "?": "scores missing"})
    with pytest.raises(UsageError, match="not readable text"):
        office.run(ledger, holds={office.institutions[0]: "\udcb7\udcd6"})
    with pytest.raises(UsageError, match="not readable text"):
        office.run(ledger, revise="a\0b")
    assert ledger.runs() == []


def test_results_that_do_not_hold_together_are_not_stored(
    office: Office, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = batch.run.compute

    def wrong(*given: Any, **more: Any) -> Results:
        results = computed(*given, **more)
        return replace(results, pay_lines=results.pay_lines.slice(1))

    monkeypatch.setattr(batch.run, "compute", wrong)
    with pytest.raises(IdentityBroken, match="add up to"):
        office.run(ledger)
    assert ledger.runs() == []


@pytest.mark.parametrize("name", ["hot/00000.arrow", "tables/engagement.parquet", "records/00000.parquet"])
@pytest.mark.parametrize("damage", ["a byte changed", "cut short", "gone"])
def test_a_damaged_snapshot_is_not_run(office: Office, ledger: Ledger, tmp_path: Path, name: str, damage: str) -> None:
    copied = tmp_path / "snapshots"
    shutil.copytree(office.workspace.snapshots, copied)
    file = copied / str(MAY) / office.second.digest / name
    content = bytearray(file.read_bytes())
    if damage == "gone":
        file.unlink()
    else:
        content[len(content) // 2] ^= 1
        file.write_bytes(content if damage == "a byte changed" else content[: len(content) // 2])
    with pytest.raises(IntegrityBroken) as caught:
        office.run(ledger, snapshots=copied)
    assert name in caught.value.report()
    assert ledger.runs() == []


@pytest.mark.parametrize("name", ["tables/pay_component.parquet", "hot/00000.arrow"])
def test_a_changed_column_is_not_run_though_its_hash_was_written_anew(
    office: Office, ledger: Ledger, tmp_path: Path, name: str
) -> None:
    """Another amount under the same digest would be another pay under the same run."""
    copied = tmp_path / "snapshots"
    shutil.copytree(office.workspace.snapshots, copied)
    folder = copied / str(MAY) / office.second.digest
    rewrite(folder, name, last_number_up)
    with pytest.raises(IntegrityBroken, match="do not match their digest") as caught:
        office.run(ledger, snapshots=copied)
    assert [problem.where for problem in caught.value.problems] == [name.removesuffix("/00000.arrow").split(".")[0]]
    assert ledger.runs() == []


def test_months_published_since_the_freeze_are_told(office: Office, ledger: Ledger) -> None:
    """Months published since the freeze are reported.

    April is published, then revised, after May was frozen: the year to date that May holds is no longer true.
    """

    def told(outcome: Outcome) -> list[str]:
        return [warning for warning in outcome.warnings if warning not in outcome.results.meta.warnings]

    assert told(office.run(ledger, dry_run=True)) == []
    april = office.run(ledger, APRIL)
    ledger.publish(april.run)
    assert told(office.run(ledger, dry_run=True)) == [
        "2026-04 was published after this snapshot was frozen; to take it in: payengine month 2026-05"
    ]
    office.run(ledger)
    ledger.publish(office.run(ledger).run)
    held = office.institutions[0]
    again = office.run(ledger, APRIL, holds={held: "scores missing"}, revise="scores missing")
    assert told(again) == ["2026-05 is published already: its year to date has to take this in by a revision"]


def test_a_history_that_was_revised_is_told(office: Office, ledger: Ledger, tmp_path: Path) -> None:
    first = office.run(ledger, APRIL)
    ledger.publish(first.run)
    copied = tmp_path / "snapshots"
    shutil.copytree(office.workspace.snapshots, copied)
    frozen = Snapshot.open(copied / str(MAY) / office.second.digest)
    assert frozen.logical["history"]["publications"] == []
    read = {"period": "2026-04", "revision": 1, "run": "f" * 64}
    changed = Snapshot(frozen.path, json.loads(json.dumps(frozen.manifest)))
    changed.logical["history"]["publications"].append(read)
    assert batch.run.outdated(changed, ledger) == [
        "2026-04 was revised after this snapshot was frozen; to take it in: payengine month 2026-05"
    ]
    read["run"] = first.run
    changed.logical["history"]["publications"] = [read]
    assert batch.run.outdated(changed, ledger) == []


def test_a_freeze_takes_in_what_is_published(office: Office, tmp_path: Path) -> None:
    shutil.copy(office.workspace.folder / "his.sqlite", tmp_path / "his.sqlite")
    workspace = product.workspace(tmp_path, "url = 'sqlite:///his.sqlite'")
    workspace.settings = replace(workspace.settings, allow_empty=APRIL_LACKS)
    workspace.freeze(APRIL)
    april = workspace.run(APRIL)
    workspace.publish(april.run)
    frozen = workspace.freeze(MAY)
    with workspace.ledger() as ledger:
        history = ledger.history(MAY)
    assert len(history.lines) > 0
    lines = [tuple(row.values()) for row in history.lines.to_pylist()]
    assert [tuple(row.values()) for row in frozen.history().to_pylist()] == sorted(lines)
    assert frozen.logical["history"]["publications"] == [{"period": "2026-04", "revision": 1, "run": april.run}]
    assert frozen.logical["history"]["missing"] == ["2026-01", "2026-02", "2026-03"]
    told = [warning for warning in workspace.run(MAY).warnings if "frozen" in warning]
    assert all("reverses" in warning for warning in told)  # late reversals of April are of the drawn records


def test_a_period_for_which_the_policy_has_no_formulas_is_refused(office: Office, ledger: Ledger) -> None:
    with pytest.raises(Refused, match=r"no formulas for the period 2026-Q2\nIt lists them under \[formulas.quarter\]"):
        office.run(ledger, Period.parse("2026-Q2"))


def test_the_policy_is_kept_with_the_run(office: Office, ledger: Ledger) -> None:
    outcome = office.run(ledger)
    kept = json.loads(ledger.policy_text(outcome.results.meta.policy_digest))
    assert kept["code"] == office.policy.code
    assert [layer["text"] for layer in kept["layers"]] == [layer.text for layer in office.policy.layers]
    assert kept == json.loads(policy_text(office.policy))


def test_every_ledger_holds_the_same(office: Office, tmp_path: Path) -> None:
    """One county in three databases has the same run id, table digests and history."""
    told = []
    for kind in ledgers.KINDS:
        with ledgers.fresh(kind, tmp_path) as url, Ledger.open(url) as ledger:
            outcome = office.run(ledger)
            ledger.publish(outcome.run)
            ledger.verify()
            back = ledger.results(outcome.run)
            for name, table in outcome.results.tables().items():
                assert getattr(back, name).equals(table), f"{name} on {kind}"
            record = ledger.run(outcome.run)
            assert set(record.digests) == set(RUN_TABLES)
            told.append((outcome.run, dict(record.digests), ledger.history(Period.parse("2026-06")).lines))
    assert told[0][:2] == told[1][:2] == told[2][:2]
    assert told[0][2].equals(told[1][2])
    assert told[0][2].equals(told[2][2])
