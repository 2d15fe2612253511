"""Findings that stop a publication, and their acceptance.

It is kept with name, time and reason, and bound into the chain.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from sqlalchemy import delete, insert, update

from batch import check
from batch.findings.check import find
from batch.findings.finding import Finding
from batch.findings.material import Material
from batch.findings.notes import ENDING
from batch.ledger import audit
from batch.ledger.connect import connect
from batch.ledger.provenance import who
from batch.ledger.schema import finding_acceptance, published_finding
from batch.workspace import Workspace
from payengine.errors import Conflict, IntegrityBroken, Refused, UsageError
from tests.support import ledgers
from tests.support.small_county import OCTOBER, call, county, pay, tables

BLOCKS = "[findings.engaged_unpaid]\nblocks_publication = true\n"


@pytest.fixture(params=ledgers.KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ledgers.fresh(request.param, tmp_path) as made:
        yield made


def office(folder: Path, url: str, layer: str = BLOCKS) -> Workspace:
    """Make a county in which S2 is paid nothing."""
    rows = tables(pay_component=[pay("S1")])
    return county(folder / "county", rows, layer, f'ledger = "{url}"')


def priced(workspace: Workspace) -> str:
    workspace.freeze(OCTOBER)
    return workspace.run(OCTOBER).run


def test_a_finding_that_blocks_is_accepted_with_a_reason_that_is_kept(url: str, tmp_path: Path) -> None:
    workspace = office(tmp_path, url)
    run = priced(workspace)
    with pytest.raises(Refused) as refused:
        workspace.publish(run)
    assert [problem.where for problem in refused.value.problems] == ["engaged_unpaid"]
    assert "--accept engaged_unpaid REASON" in refused.value.problems[0].remedy
    with workspace.ledger() as ledger:
        assert ledger.current(workspace.runs()[0].period) is None
    published = workspace.publish(run, accept=[("engaged_unpaid", "产假，另行发放")]).publication
    with workspace.ledger() as ledger:
        findings, accepted = ledger.findings(published)
        ledger.verify()
        facts = json.loads(ledger.audit()[-1].entry)
    assert [one["kind"] for one in findings] == ["engaged_unpaid"]
    assert findings[0]["first"] == ["S2"]
    (kept,) = accepted
    assert (kept.kind, kept.subject, kept.reason) == ("engaged_unpaid", "", "产假，另行发放")
    assert (kept.accepted_by, kept.accepted_at) == (who(), published.published_at)
    assert len(facts["findings"]) == 64


def test_what_is_changed_in_the_tables_of_findings_breaks_the_chain(url: str, tmp_path: Path) -> None:
    workspace = office(tmp_path, url)
    workspace.publish(priced(workspace), accept=[("engaged_unpaid", "产假")])
    key = {"period": OCTOBER, "revision": 1, "kind": "x", "subject": ""}
    for change in (
        update(finding_acceptance).values(reason="另一个理由"),
        insert(finding_acceptance).values(**key, reason="", accepted_at="", accepted_by=""),
        delete(finding_acceptance),
        delete(published_finding),
    ):
        database = connect(url, tmp_path)
        with database.engine.connect() as connection, connection.begin() as transaction:
            connection.execute(change)
            transaction.commit()
        database.engine.dispose()
        with workspace.ledger() as ledger, pytest.raises(IntegrityBroken) as broken:
            ledger.verify()
        assert {problem.where for problem in broken.value.problems} == {"published_finding"}


def test_a_publication_of_before_has_no_findings_and_may_get_none(url: str, tmp_path: Path) -> None:
    workspace = office(tmp_path, url, "")
    run = priced(workspace)
    with workspace.ledger(create=True) as ledger:
        made = ledger.publish(run).publication
        assert ledger.findings(made) == ([], [])
        ledger.verify()


def test_a_policy_that_lets_nothing_block_publishes_and_keeps_the_finding(tmp_path: Path) -> None:
    workspace = office(tmp_path, "sqlite:///ledger.sqlite", "")
    told = call(workspace.folder, "publish", priced(workspace))
    assert told.exit_code == 0
    assert "1 person(s) are engaged in 2026-10 and no line pays them" in told.stdout
    assert f"check {OCTOBER} shows each" in told.stdout


def test_the_command_line_accepts_and_says_so(tmp_path: Path) -> None:
    workspace = office(tmp_path, "sqlite:///ledger.sqlite")
    run = priced(workspace)
    assert call(workspace.folder, "publish", run).exit_code == 3
    told = call(workspace.folder, "publish", run, "--accept", "engaged_unpaid", "产假")
    assert told.exit_code == 0
    assert "accepted: engaged_unpaid: 产假" in told.stdout
    again = call(workspace.folder, "publish", run)
    assert again.exit_code == 0, "what is published already is no error and is not looked at again"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([("engaged_unpaid", " ")], "without a reason"),
        ([("engaged_unpayd", "x")], "Did you mean|did you mean"),
        ([("quantity:A", "x")], "there is no finding quantity:A"),
        ([("engaged_unpaid", "x"), ("engaged_unpaid", "y")], "accepted twice"),
        ([("engaged_unpaid", "\0")], "not readable text"),
    ],
)
def test_an_acceptance_names_what_was_found_once_and_with_a_reason(
    given: list[tuple[str, str]], told: str, tmp_path: Path
) -> None:
    workspace = office(tmp_path, "sqlite:///ledger.sqlite")
    run = priced(workspace)
    with pytest.raises(UsageError, match=told):
        workspace.publish(run, accept=given)
    assert [record.current for record in workspace.runs()] == [False]


def test_an_acceptance_of_one_subject_leaves_the_others(tmp_path: Path) -> None:
    people = [{"code": f"S{n}", "name": ""} for n in range(1, 7)]
    from tests.support.small_county import engagement

    rows = tables(
        staff=people,
        engagement=[engagement(one["code"]) for one in people],
        pay_component=[
            pay(one["code"], "99999" if one["code"] == "S6" else "100", component=component)
            for one in people
            for component in ("post_pay", "grade_pay")
        ],
    )
    layer = "[findings.component_amount]\nblocks_publication = true\n"
    workspace = county(tmp_path / "county", rows, layer)
    run = priced(workspace)
    with pytest.raises(Refused) as refused:
        workspace.publish(run, accept=[("component_amount:post_pay", "已核实")])
    assert [problem.where for problem in refused.value.problems] == ["component_amount:grade_pay"]
    workspace.publish(run, accept=[("component_amount", "已核实")])


def test_the_policy_of_the_run_decides_and_not_one_that_was_changed_after_it(tmp_path: Path) -> None:
    workspace = office(tmp_path, "sqlite:///ledger.sqlite")
    run = priced(workspace)
    file = workspace.folder / "policy" / "county.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(BLOCKS, ""), encoding="utf-8")
    with pytest.raises(Refused, match="finding"):
        Workspace(workspace.folder).publish(run)


def test_findings_change_neither_the_run_nor_its_results(tmp_path: Path) -> None:
    """The run id and the digests of results are those of a policy without rules for findings."""
    made = []
    for name, layer in (("a", BLOCKS), ("b", "# nothing\n")):
        workspace = office(tmp_path / name, "sqlite:///ledger.sqlite", layer)
        run = priced(workspace)
        made.append((run, dict(workspace.runs()[0].digests)))
    assert made[0] == made[1]


def test_a_snapshot_that_is_gone_is_told_and_stops_where_anything_may_stop(tmp_path: Path) -> None:
    for name, layer in (("a", ""), ("b", BLOCKS)):
        workspace = office(tmp_path / name, "sqlite:///ledger.sqlite", layer)
        run = priced(workspace)
        shutil.rmtree(workspace.snapshots / OCTOBER)
        if layer:
            with pytest.raises(Refused) as refused:
                workspace.publish(run)
            assert [problem.where for problem in refused.value.problems] == ["snapshot_missing"]
        else:
            assert "snapshot_missing" in {one.kind for one in workspace.publish_checked(run).findings}


def test_a_damaged_snapshot_is_told_in_words(tmp_path: Path) -> None:
    workspace = office(tmp_path, "sqlite:///ledger.sqlite", "")
    run = priced(workspace)
    table = workspace.check(OCTOBER).snapshot.path / "tables" / "engagement.parquet"
    table.write_bytes(table.read_bytes()[:-9])
    for words in (("check", OCTOBER), ("publish", run)):
        told = call(workspace.folder, *words)
        assert told.exit_code == 7
        assert "engagement.parquet" in told.stderr


def test_what_is_looked_at_before_a_publication_is_what_was_frozen(tmp_path: Path) -> None:
    """A table that was changed and can be read would hide what stops the publication."""
    workspace = office(tmp_path, "sqlite:///ledger.sqlite")
    run = priced(workspace)
    table = workspace.check(OCTOBER).snapshot.path / "tables" / "engagement.parquet"
    whole = pq.read_table(table)
    pq.write_table(whole.filter(pc.not_equal(whole["staff"], "S2")), table)
    for words in (("check", OCTOBER), ("publish", run)):
        told = call(workspace.folder, *words)
        assert told.exit_code == 7
        assert "engagement.parquet" in told.stderr
    assert [record.current for record in workspace.runs()] == [False]


def test_notes_that_cannot_be_written_are_told_and_the_snapshot_stands(tmp_path: Path) -> None:
    workspace = office(tmp_path, "sqlite:///ledger.sqlite", "")
    path = workspace.freeze(OCTOBER).path
    notes = path.with_name(path.name + ENDING)
    notes.unlink()
    notes.mkdir()
    told = call(workspace.folder, "freeze", OCTOBER)
    assert told.exit_code == 6
    assert "frozen and whole" in told.stderr
    assert call(workspace.folder, "run", OCTOBER).exit_code == 0
    assert not list(path.parent.glob(".*")), "nothing half written is left"


def test_a_publication_in_between_starts_the_check_again(tmp_path: Path) -> None:
    workspace = office(tmp_path, "sqlite:///ledger.sqlite", "")
    run = priced(workspace)
    with workspace.ledger(create=True) as ledger:
        seen = "0" * 64  # another head than that of the schema's entries
        with pytest.raises(Conflict, match="another publication"):
            ledger.publish(run, [], [], seen)
        ledger.publish(run, [], [], ledger.head())


def test_what_is_entered_in_the_chain_during_a_check_stops_the_publication(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = office(tmp_path, "sqlite:///ledger.sqlite", "")
    run = priced(workspace)

    def meanwhile(material: Material) -> list[Finding]:
        with workspace.ledger(create=True) as other, other._database.writing() as connection:
            audit.append(connection, "stage", {})
        return find(material)

    monkeypatch.setattr(check, "find", meanwhile)
    with pytest.raises(Conflict, match="another publication"):
        workspace.publish(run)
    monkeypatch.undo()
    workspace.publish(run)


def test_rules_of_unknown_kinds_and_impossible_thresholds_are_refused(tmp_path: Path) -> None:
    layer = (
        "[findings.engaged_unpayed]\nblocks_publication = true\n"
        '[findings.stale]\nthreshold = "2"\n'
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        county(tmp_path / "a", tables(), layer).policy()
    assert [problem.column for problem in refused.value.problems] == [
        "findings.engaged_unpayed", "findings.stale.threshold",
    ]  # fmt: skip
    assert "engaged_unpaid" in refused.value.problems[0].what
    layer = (
        '[findings.quantity]\nthreshold = "staff_point_prise"\n'
        '[findings.table_rows]\nthreshold = "0"\n'
        '[findings.person_money]\nthreshold = "unit_price"\nblock = true\n'
    )
    with pytest.raises(Refused) as refused:
        county(tmp_path / "b", tables(), layer).policy()
    columns = [problem.column for problem in refused.value.problems]
    assert sorted(columns) == [
        "findings.person_money", "findings.person_money.threshold", "findings.quantity.threshold",
        "findings.table_rows.threshold",
    ]  # fmt: skip


def test_a_finding_of_the_freeze_that_is_gone_is_told(tmp_path: Path) -> None:
    workspace = office(tmp_path, "sqlite:///ledger.sqlite", "")
    priced(workspace)
    checked = workspace.check(OCTOBER)
    notes = checked.snapshot.path.with_name(checked.snapshot.path.name + ENDING)
    told = json.loads(notes.read_text(encoding="utf-8"))
    told["findings"] = [Finding("quantity", "warning", 1, "x", subject="A").as_json()]
    notes.write_text(json.dumps(told), encoding="utf-8")
    assert "Found at the freeze and no more: quantity:A" in call(workspace.folder, "check", OCTOBER).stdout
    notes.unlink()
    assert call(workspace.folder, "check", OCTOBER).exit_code == 0
