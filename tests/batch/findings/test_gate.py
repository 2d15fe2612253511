"""Nothing opens the gate before a publication.

No policy edited, no note, column or snapshot taken away.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from batch.findings.against_past import _compared
from batch.findings.check import in_order
from batch.findings.finding import Finding
from batch.findings.kinds import PERSON_MONEY
from batch.findings.published_note import ENDING
from batch.snapshot.snapshot import Snapshot
from batch.workspace import Workspace
from payengine.errors import Refused
from payengine.policy import ONE
from tests.support.small_county import LAYER, Row, call, county, pay, record, tables, write

SEPTEMBER, OCTOBER, NOVEMBER = "2026-09", "2026-10", "2026-11"
R1, R3 = record("R1", day="2026-09-10"), record("R3", staff="S2", day="2026-10-02")
UNPAID = "[findings.engaged_unpaid]\nblocks_publication = true\n"


def blocks(*kinds: str) -> str:
    return "".join(f"[findings.{kind}]\nblocks_publication = true\n" for kind in kinds)


def layer(office: Workspace, text: str) -> Workspace:
    """Write another layer of the county and open the workspace anew."""
    (office.folder / "policy" / "county.toml").write_text(LAYER + text, encoding="utf-8")
    return Workspace(office.folder)


def two_months(folder: Path, policy: str, *october: Row) -> tuple[Workspace, str]:
    """Publish September, and stage an October of other rows."""
    rows = tables(SEPTEMBER, OCTOBER, NOVEMBER, service_record=[R1])
    office = county(folder / "c", rows, policy or "# nothing\n")
    office.freeze(SEPTEMBER)
    office.publish(office.run(SEPTEMBER).run)
    write(office.folder / "input", {"service_record": list(october)})
    office.freeze(OCTOBER)
    return office, office.run(OCTOBER).run


def stopped(office: Workspace, run: str) -> list[str]:
    """Publish, and name what stops it."""
    with pytest.raises(Refused) as refused:
        office.publish(run)
    return [problem.where for problem in refused.value.problems]


def snapshot(office: Workspace, period: str) -> Path:
    return next(path.parent for path in office.snapshots.glob(f"{period}/*/manifest.json"))


def rewrite(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a manifest, and nothing else."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def rehash(folder: Path, name: str) -> None:
    """Write a file's hash of now into the manifest."""
    told = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    rewrite(folder, lambda manifest: manifest["files"][name].update(sha256=told))


def ledger(office: Workspace, statement: str) -> None:
    with closing(sqlite3.connect(office.folder / "ledger.sqlite")) as connection, connection:
        connection.execute(statement)


def plain(office: Workspace, *words: str) -> int:
    """Run a command, which ends in words and not in an exception; return its exit code."""
    told = call(office.folder, *words)
    assert told.exception is None or isinstance(told.exception, SystemExit), (words, told.exception)
    assert "Traceback" not in told.output
    return told.exit_code


# Rules.


def test_a_rule_that_is_added_after_the_run_closes_the_gate(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables(pay_component=[pay("S1")]), "# nothing\n")
    office.freeze(OCTOBER)
    run = office.run(OCTOBER).run
    office = layer(office, UNPAID)
    assert stopped(office, run) == ["engaged_unpaid"]
    write(office.folder / "input", {"pay_component": [pay("S1", "3200")]})
    office.freeze(OCTOBER)
    assert stopped(office, office.run(OCTOBER).run) == ["engaged_unpaid"], "a run after the rule, of the same digest"
    office = layer(office, "# nothing\n")
    office.publish(run)


def test_the_stricter_threshold_of_both_policies_holds(tmp_path: Path) -> None:
    def rule(kind: str, threshold: str) -> str:
        return f'[findings.{kind}]\nblocks_publication = true\nthreshold = "{threshold}"\n'

    scores = [{**row, "score": "30"} for row in tables(OCTOBER)["appraisal"]]
    for kind, lax, strict in (("more_than_a_post", "3", "0.9"), ("score_scale", "0.1", "0.4")):
        for first, then in ((lax, strict), (strict, lax)):
            office = county(tmp_path / f"{kind}{first}", tables(OCTOBER, appraisal=scores), rule(kind, first))
            office.freeze(OCTOBER)
            run = office.run(OCTOBER).run
            assert {name.partition(":")[0] for name in stopped(layer(office, rule(kind, then)), run)} == {kind}


def test_a_policy_that_cannot_be_read_stops_where_the_run_knows_a_rule_and_is_told_elsewhere(tmp_path: Path) -> None:
    for name, text in (("a", UNPAID), ("b", "# nothing\n")):
        office = county(tmp_path / name, tables(pay_component=[pay("S1"), pay("S2")]), text)
        office.freeze(OCTOBER)
        run = office.run(OCTOBER).run
        office = layer(office, "[[[")
        if text == UNPAID:
            assert stopped(office, run) == ["policy_not_compared"]
        else:
            assert [one.kind for one in office.publish_checked(run).findings] == ["policy_not_compared"]


# Notes.


def test_published_months_are_compared_anew_and_not_by_a_note(tmp_path: Path) -> None:
    office, run = two_months(tmp_path, blocks("rows_changed"), R1, record("R2", day="2026-09-11"), R3)
    note = next(office.snapshots.glob(f"{OCTOBER}/*{ENDING}"))
    assert stopped(office, run) == [f"rows_changed:{SEPTEMBER}"]
    note.write_text('{"runs": {}, "findings": []}', encoding="utf-8")
    assert stopped(office, run) == [f"rows_changed:{SEPTEMBER}"]
    note.unlink()
    assert stopped(office, run) == [f"rows_changed:{SEPTEMBER}"]
    office.publish(run, accept=[(f"rows_changed:{SEPTEMBER}", "核实")])


@pytest.mark.parametrize("content", [None, "{", '{"runs": {}, "findings": 5}', '{"runs": {}, "findings": []}'])
def test_what_only_the_note_says_stops_where_the_note_does_not_say_it(tmp_path: Path, content: str | None) -> None:
    office, run = two_months(tmp_path, blocks("reversed_later"), R1, R3)
    note = next(office.snapshots.glob(f"{OCTOBER}/*{ENDING}"))
    kept = note.read_text(encoding="utf-8")
    if content is None:
        note.unlink()
    else:
        note.write_text(content, encoding="utf-8")
    assert stopped(office, run) == ["note_missing:published"]
    note.write_text(kept, encoding="utf-8")
    office.publish(run)


def test_a_missing_note_is_accepted_with_a_reason(tmp_path: Path) -> None:
    office, run = two_months(tmp_path, blocks("reversed_later"), R1, R3)
    next(office.snapshots.glob(f"{OCTOBER}/*{ENDING}")).unlink()
    done = office.publish_checked(run, [("note_missing", "已人工核对")])
    assert [(one.kind, one.reason) for one in done.accepted] == [("note_missing", "已人工核对")]


@pytest.mark.parametrize(
    "content",
    [
        "x", "5", "[]", '{"runs": 5}', '{"runs": {}, "findings": [{"a": 1}]}',
        *(
            json.dumps({"runs": {}, "findings": [{**Finding("rows_changed", "grave", 1, "x").as_json(), name: value}]})
            for name, value in (("severity", "x"), ("count", "x"), ("first", 5))
        ),
    ],
)  # fmt: skip
def test_damaged_notes_are_told_and_count_as_missing(tmp_path: Path, content: str) -> None:
    office, run = two_months(tmp_path, "", R1, R3)
    for ending in (ENDING, ".findings.json"):
        next(office.snapshots.glob(f"{OCTOBER}/*{ending}")).write_text(content, encoding="utf-8")
    told = call(office.folder, "check", OCTOBER)
    assert told.exit_code == 0
    assert "note_missing:published" in told.stdout
    assert "note_missing:findings" in told.stdout
    for words in (("run", OCTOBER), ("runs",), ("publish", run)):
        assert plain(office, *words) == 0


# Record ids and snapshots of published months.


def _emptied(folder: Path) -> None:
    (folder / "record_ids.u64").write_bytes(b"")


def _emptied_and_rehashed(folder: Path) -> None:
    _emptied(folder)
    rehash(folder, "record_ids.u64")


def _random(folder: Path) -> None:
    file = folder / "record_ids.u64"
    file.write_bytes(bytes(range(file.stat().st_size)))


def _disordered(folder: Path) -> None:
    file = folder / "record_ids.u64"
    content = file.read_bytes()
    file.write_bytes(content[8:] + content[:8])
    rehash(folder, "record_ids.u64")


def _not_named(folder: Path) -> None:
    (folder / "record_ids.u64").unlink()
    rewrite(folder, lambda manifest: manifest["files"].pop("record_ids.u64"))


def _damaged(folder: Path) -> None:
    rewrite(folder, lambda manifest: manifest["logical"].update(counts={}))


def _records_exchanged(folder: Path) -> None:
    file = next((folder / "records").glob("*.parquet"))
    rows = pq.read_table(file)
    pq.write_table(rows.set_column(0, rows.schema.field(0), [["Q1", "Q2"][: rows.num_rows]]), file)
    rehash(folder, file.relative_to(folder).as_posix())


@pytest.mark.parametrize(
    "damage",
    [_emptied, _emptied_and_rehashed, _random, _disordered, _not_named, _damaged, _records_exchanged, shutil.rmtree],
)
def test_a_record_that_was_paid_before_does_not_disappear_with_what_shows_it(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    moved = record("R2", day="2026-09-30")
    office = county(
        tmp_path / "c", tables(SEPTEMBER, OCTOBER, NOVEMBER, service_record=[R1, moved]), blocks("paid_before")
    )
    office.freeze(SEPTEMBER)
    office.publish(office.run(SEPTEMBER).run)
    write(office.folder / "input", {"service_record": [R1, {**moved, "service_date": "2026-10-01"}, R3]})
    office.freeze(OCTOBER)
    run = office.run(OCTOBER).run
    assert stopped(office, run) == [f"paid_before:{SEPTEMBER}"]
    damage(snapshot(office, SEPTEMBER))
    assert stopped(office, run) == [f"rows_not_compared:{SEPTEMBER}"]
    assert plain(office, "check", OCTOBER) == 0
    assert plain(office, "freeze", NOVEMBER) == 0
    office.publish(run, accept=[(f"rows_not_compared:{SEPTEMBER}", "核实")])


def test_own_record_ids_that_the_manifest_no_longer_names_stop_it_too(tmp_path: Path) -> None:
    office, run = two_months(tmp_path, blocks("paid_before"), R1, R3)
    _not_named(snapshot(office, OCTOBER))
    assert stopped(office, run) == [f"rows_not_compared:{OCTOBER}"]


def test_a_dated_table_of_a_published_month_that_was_changed_is_not_compared(tmp_path: Path) -> None:
    office, run = two_months(tmp_path, blocks("reference_changed"), R1, R3)
    folder = snapshot(office, SEPTEMBER)
    shutil.copy(folder / "tables" / "staff.parquet", folder / "tables" / "engagement.parquet")
    rehash(folder, "tables/engagement.parquet")
    assert stopped(office, run) == [f"rows_not_compared:{SEPTEMBER}"]


def test_a_table_with_its_hash_written_anew_hides_no_finding(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables(pay_component=[pay("S1")]), UNPAID)
    office.freeze(OCTOBER)
    run = office.run(OCTOBER).run
    folder = snapshot(office, OCTOBER)
    file = folder / "tables" / "engagement.parquet"
    rows = pq.read_table(file)
    twice = rows.filter(pc.equal(rows["staff"], "S1")).take([0, 0])
    pq.write_table(twice, file)
    rehash(folder, "tables/engagement.parquet")
    Snapshot.open(folder).verify_files()
    assert plain(office, "publish", run) == 7
    assert plain(office, "check", OCTOBER) == 7


# Damage in words.


@pytest.mark.parametrize(
    ("column", "value"), [("details", "x"), ("digests", "x"), ("digests", "5"), ("holds", "[]"), ("details", "{}")]
)
def test_headers_that_are_none_are_damage(tmp_path: Path, column: str, value: str) -> None:
    office, run = two_months(tmp_path, "", R1, R3)
    ledger(office, f"update run set {column} = '{value}'")
    assert plain(office, "runs") == 0
    for words in (("show", run), ("publish", run), ("run", OCTOBER), ("freeze", OCTOBER)):
        assert plain(office, *words) == 7


def test_a_run_of_before_the_chain_whose_header_is_none_is_damage(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables(OCTOBER))
    office.freeze(OCTOBER)
    run = office.run(OCTOBER).run
    ledger(office, "delete from audit_entry where entry like '%\"stage\"%'")
    for column, value in (("details", "x"), ("details", "{}"), ("digests", "x")):
        ledger(office, f"update run set {column} = '{value}'")
        assert plain(office, "show", run) == 7
    assert plain(office, "run", OCTOBER) == 7
    assert plain(office, "publish", run) == 7


def test_a_publication_of_no_period_is_damage(tmp_path: Path) -> None:
    office, run = two_months(tmp_path, "", R1, R3)
    ledger(office, "update publication set period = '2026-09x'")
    assert plain(office, "runs") == 0
    for words in (("check", OCTOBER), ("publish", run), ("run", OCTOBER), ("freeze", OCTOBER)):
        assert plain(office, *words) == 7


def test_a_published_run_that_is_marked_as_incomplete_is_damage(tmp_path: Path) -> None:
    office, run = two_months(tmp_path, "", R1, R3)
    ledger(office, f"update run set complete = 0 where period = '{SEPTEMBER}'")
    assert "not written to its end" in call(office.folder, "runs").output
    for words in (("check", OCTOBER), ("publish", run), ("run", OCTOBER), ("freeze", OCTOBER)):
        told = call(office.folder, *words)
        assert told.exit_code == 7
        assert "not written to its end" in told.stderr


@pytest.mark.parametrize("name", ["tables", "record_months", "period_rows", "same_rows"])
@pytest.mark.parametrize("value", [5, {"x": 5}, {"rows": {"2026-09": "x"}}])
def test_notes_of_another_shape_in_a_published_month_are_told(tmp_path: Path, name: str, value: object) -> None:
    office, run = two_months(tmp_path, "", R1, R3)
    rewrite(snapshot(office, SEPTEMBER), lambda manifest: manifest["frozen"].update({name: value}))
    told = call(office.folder, "check", OCTOBER)
    assert told.exit_code == 0
    assert f"rows_not_compared:{SEPTEMBER}" in told.stdout
    assert plain(office, "freeze", OCTOBER) == 0
    assert plain(office, "run", OCTOBER) in (0, 7)
    assert plain(office, "publish", run) == 0


def test_manifests_without_a_period_are_damage(tmp_path: Path) -> None:
    changes: list[Callable[[dict[str, Any]], object]] = [
        lambda manifest: manifest.update(logical="x"),
        lambda manifest: manifest["logical"].update(period=5),
        lambda manifest: manifest["logical"].update(period="x"),
    ]
    for number, change in enumerate(changes):
        office = county(tmp_path / str(number), tables(SEPTEMBER, OCTOBER, service_record=[R1, R3]))
        office.freeze(SEPTEMBER)
        office.freeze(OCTOBER)
        rewrite(snapshot(office, SEPTEMBER), change)
        assert plain(office, "run", SEPTEMBER) == 7
        assert plain(office, "run", OCTOBER) == 0


def test_a_pointer_that_is_a_folder_is_told(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables(OCTOBER))
    office.freeze(OCTOBER)
    pointer = office.snapshots / OCTOBER / "newest"
    pointer.unlink()
    pointer.mkdir()
    assert plain(office, "run", OCTOBER) == 7
    assert plain(office, "freeze", OCTOBER) == 6


# Findings that share kind and subject.


def test_findings_of_one_kind_and_subject_become_one() -> None:
    one, other = (
        Finding("quantity", "warning", 2, "a", ("x",), "r", "A"),
        Finding("quantity", "grave", 3, "b", subject="A"),
    )
    assert in_order([one, other]) == [Finding("quantity", "grave", 5, "a; b", ("x",), "r", "A")]


def test_persons_without_a_figure_are_no_finding_even_where_nobody_has_one() -> None:
    material: Any = SimpleNamespace(rules=SimpleNamespace(threshold=lambda _: 2 * ONE), held={})
    past = [{("I1", "S1"): 10**9}] * 3
    assert not list(_compared(material, PERSON_MONEY, {}, past, 0, str, of_persons=True))
