"""Findings about published months in `check` and before a publication.

They are told by `check`; they stop a publication where the policy of its run says so, and are accepted like any other.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batch.findings import kinds
from batch.findings.published_note import ENDING
from batch.workspace import Workspace
from payengine.errors import Refused
from tests.support.small_county import Row, call, county, record, tables, write

SEPTEMBER, OCTOBER = "2026-09", "2026-10"
R1, R2 = record("R1", day="2026-09-10"), record("R2", staff="S2", day="2026-09-30")
R3 = record("R3", staff="S2", day="2026-10-02")
LATE = record("R4", day="2026-09-11")
PRICE = """[parameters.staff_point_price]
replaces = true
values = [
    { from = 2020-01-01, until = 2026-09-01, value = "4.20", source = "illustrative" },
    { from = 2026-09-01, continues = "x", value = "4.20", source = "illustrative" },
]
"""
# Each kind with the subject under which one county has it after `changed_in_every_way`.
FOUND = {
    kinds.PAID_BEFORE: SEPTEMBER,
    kinds.ROWS_CHANGED: SEPTEMBER,
    kinds.REFERENCE_CHANGED: f"{SEPTEMBER} appraisal",
    kinds.REVERSED_LATER: SEPTEMBER,
    kinds.POLICY_CHANGED: SEPTEMBER,
    kinds.IMPLAUSIBLE_YEAR: "2062",
}


def blocking(*names: str) -> str:
    return "".join(f"[findings.{name}]\nblocks_publication = true\n" for name in names)


def office_of(folder: Path, *rows: Row, layer: str = "") -> Workspace:
    """Make a county whose September is published."""
    made = county(folder / "c", tables(SEPTEMBER, OCTOBER, service_record=list(rows)), PRICE + layer)
    made.freeze(SEPTEMBER)
    made.publish(made.run(SEPTEMBER).run)
    return made


def october(office: Workspace, *rows: Row) -> str:
    """Freeze and run October of a source that has these records; returns the run."""
    write(office.folder / "input", {"service_record": list(rows)})
    office.freeze(OCTOBER)
    return office.run(OCTOBER).run


def changed_in_every_way(office: Workspace) -> str:
    """Change September's records, scores and price after its publication."""
    scores = [dict(row) for row in tables(SEPTEMBER, OCTOBER)["appraisal"]]
    next(row for row in scores if row["period"] == SEPTEMBER)["score"] = "90"
    write(office.folder / "input", {"appraisal": scores})
    layer = office.folder / "policy" / "county.toml"
    text = layer.read_text(encoding="utf-8")
    layer.write_text(text.replace('"x", value = "4.20"', '"x", value = "4.30"'), encoding="utf-8")
    cancelled = {"record_id": "X1", "service_date": "2026-10-05", "institution": "I1", "reverses": "R1"}
    return october(office, R1, {**R2, "service_date": "2026-10-01"}, R3, cancelled, record("R9", day="2062-10-05"))


def test_check_tells_what_the_freeze_saw_of_published_months(tmp_path: Path) -> None:
    office = office_of(tmp_path, R1, R2)
    changed_in_every_way(office)
    found = {one.kind: one for one in office.check(OCTOBER).findings}
    assert {kind: found[kind].subject for kind in FOUND if kind in found} == FOUND
    assert {found[kind].severity for kind in FOUND} == {"grave", "warning"}
    told = call(office.folder, "check", OCTOBER)
    said = json.loads(call(office.folder, "--json", "check", OCTOBER).output)["findings"]
    for kind, subject in FOUND.items():
        assert f"{kind}:{subject}" in told.output
        [one] = [each for each in said if each["kind"] == kind]
        assert (one["subject"], one["what"]) == (subject, found[kind].what)
    office.freeze(SEPTEMBER)
    office.publish(office.run(SEPTEMBER, revise="late").run)
    left = {one.kind for one in office.check(OCTOBER).findings} & set(FOUND)
    assert left == {kinds.IMPLAUSIBLE_YEAR}, "September is in line"


def test_each_kind_stops_a_publication_where_the_policy_says_so_and_is_accepted(tmp_path: Path) -> None:
    office = office_of(tmp_path, R1, R2, layer=blocking(*FOUND))
    run = changed_in_every_way(office)
    with pytest.raises(Refused) as refused:
        office.publish(run)
    problems = {problem.where: problem for problem in refused.value.problems}
    assert sorted(problems) == sorted(f"{kind}:{subject}" for kind, subject in FOUND.items())
    for name, problem in problems.items():
        assert f"--accept {name} REASON" in problem.remedy
    accept = [(name, f"reason of {name}") for name in sorted(problems)]
    with pytest.raises(Refused) as refused:
        office.publish(run, accept=accept[1:])
    assert [problem.where for problem in refused.value.problems] == [accept[0][0]]
    published = office.publish(run, accept=accept).publication
    with office.ledger() as ledger:
        findings, accepted = ledger.findings(published)
        ledger.verify()
    assert {one["kind"]: one["subject"] for one in findings if one["kind"] in FOUND} == FOUND
    assert [(f"{one.kind}:{one.subject}", one.reason) for one in accepted] == accept


def test_without_a_rule_only_records_paid_before_stand_in_a_publication(tmp_path: Path) -> None:
    """The others are about other periods; a record paid twice would be paid by this one."""
    office = office_of(tmp_path, R1, R2)
    done = office.publish_checked(changed_in_every_way(office))
    assert [one.kind for one in done.findings if one.kind in FOUND] == [kinds.PAID_BEFORE]


def test_the_command_line_accepts_a_finding_of_a_published_month(tmp_path: Path) -> None:
    office = office_of(tmp_path, R1, layer=blocking(kinds.ROWS_CHANGED))
    run = october(office, R1, LATE, R3)
    refused = call(office.folder, "publish", run)
    assert refused.exit_code == 3
    assert f"--accept {kinds.ROWS_CHANGED}:{SEPTEMBER} REASON" in refused.stderr
    done = call(office.folder, "publish", run, "--accept", f"{kinds.ROWS_CHANGED}:{SEPTEMBER}", "下月更正")
    assert done.exit_code == 0
    assert f"accepted: {kinds.ROWS_CHANGED}:{SEPTEMBER}: 下月更正" in done.stdout


def test_records_paid_before_are_looked_for_anew_by_a_publication(tmp_path: Path) -> None:
    """September was published after October was frozen, so October's note knows nothing of it."""
    office = county(tmp_path / "c", tables(SEPTEMBER, OCTOBER, service_record=[R1, R2]), PRICE)
    office.freeze(SEPTEMBER)
    run = october(office, R1, {**R2, "service_date": "2026-10-01"}, R3)
    office.publish(office.run(SEPTEMBER).run)
    note = next((office.snapshots / OCTOBER).glob(f"*{ENDING}"))
    assert kinds.PAID_BEFORE not in note.read_text(encoding="utf-8")
    found = {one.kind: one for one in office.publish_checked(run).findings}
    assert found[kinds.PAID_BEFORE].first == (f"R2: 2026-10-01 now, 2026-09-30 in {SEPTEMBER}",)


def test_what_was_noted_of_a_month_that_was_revised_since_stops_nothing(tmp_path: Path) -> None:
    office = office_of(tmp_path, R1, layer=blocking(kinds.ROWS_CHANGED))
    run = october(office, R1, LATE, R3)
    office.freeze(SEPTEMBER)
    office.publish(office.run(SEPTEMBER, revise="late record").run)
    note = next((office.snapshots / OCTOBER).glob(f"*{ENDING}"))
    assert kinds.ROWS_CHANGED in note.read_text(encoding="utf-8")
    done = office.publish_checked(run, accept_stale="September follows")
    assert kinds.ROWS_CHANGED not in {one.kind for one in done.findings}


def test_a_row_count_is_a_finding_without_a_threshold(tmp_path: Path) -> None:
    layer = f'[findings.{kinds.ROWS_CHANGED}]\nthreshold = "2"\n'
    with pytest.raises(Refused) as refused:
        county(tmp_path / "c", tables(), layer).policy()
    assert [problem.column for problem in refused.value.problems] == [f"findings.{kinds.ROWS_CHANGED}.threshold"]
