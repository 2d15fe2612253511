"""Payments on the command line: late records, stale periods, the bank file, the limit."""

from __future__ import annotations

import csv
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from batch import pay as pay_module
from batch.file_access import POSIX
from batch.ledger import payment_drafts
from batch.payments import settling
from batch.workspace import Workspace
from payengine.errors import Conflict
from tests.support import small_county
from tests.support.small_county import call, county, engagement, pay, record, tables, write

SEPTEMBER, OCTOBER = "2026-09", "2026-10"
LIMIT = """
[parameters.recovery_limit]
label = "每次追扣上限"
unit = "{unit}"
values = [{{ from = 2026-01-01, value = "{value}", source = "县局通知 3 号", continues = "未定终止日" }}]
"""


RECORDS = [record("R9", day="2026-09-02"), record("R1")]


def rows() -> dict[str, Any]:
    components = [pay(staff, "3100", period) for period in (SEPTEMBER, OCTOBER) for staff in ("S1", "S2")]
    return tables(SEPTEMBER, OCTOBER, pay_component=components, service_record=RECORDS)


def published(workspace: Workspace, *periods: str, revise: str = "") -> None:
    for period in periods:
        workspace.freeze(period)
        workspace.publish(workspace.run(period, revise=revise).run)


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    """A county with September and October published."""
    made = county(tmp_path / "county", rows())
    published(made, SEPTEMBER, OCTOBER)
    return made


def told(office: Workspace, *words: str) -> dict[str, Any]:
    result = call(office.folder, *words, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def test_a_payment_goes_from_draft_to_paid_and_into_a_file(office: Workspace, tmp_path: Path) -> None:
    tried = told(office, "pay", OCTOBER, "--date", "2026-10-25", "--dry-run")
    assert tried["payment"] is None
    assert told(office, "payments")["payments"] == []
    made = told(office, "pay", OCTOBER, "--date", "2026-10-25")
    assert (made["payment"], made["state"], made["lines"]) == (1, "draft", tried["lines"])
    assert {line["period"] for line in made["lines"]} == {SEPTEMBER, OCTOBER}
    file = tmp_path / "bank.csv"
    refused = call(office.folder, "payment", "export", "1", "-o", str(file))
    assert refused.exit_code == 5
    assert not file.exists()
    assert "Next: payengine" in call(office.folder, "payment", "approve", "1", "--reason", "会议纪要").output
    assert told(office, "payment", "export", "1", "-o", str(file))["rows"] == len(made["lines"])
    with file.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert sum(int(line["amount_fen"]) for line in lines) == made["paid_fen"]
    assert {line["staff_name"] for line in lines if line["staff"] == "S1"} == {"王䶮"}
    assert {line["period"] for line in lines} == {SEPTEMBER, OCTOBER}
    if POSIX:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert call(office.folder, "payment", "export", "1", "-o", str(file)).exit_code == 2, "it exists"
    assert told(office, "payment", "paid", "1")["state"] == "paid"
    shown = told(office, "payment", "show", "1", "--staff", "S1")
    assert {line["staff"] for line in shown["lines"]} == {"S1"}
    assert [step["action"] for step in shown["steps"]] == ["draft", "approved", "exported", "paid"]
    assert call(office.folder, "payment", "discard", "1").exit_code == 5
    assert told(office, "payment", "return", "1", "--staff", "S1", "--reason", "账号有误")["returned_fen"] > 0
    again = told(office, "pay", OCTOBER)
    assert {(line["staff"], line["cause"]) for line in again["lines"]} == {("S1", "returned")}
    assert call(office.folder, "verify").exit_code == 0
    assert [(one["period"], one["detail"]) for one in told(office, "log", "--action", "export")["entries"]] == [
        (OCTOBER, "payment 1")
    ]


def test_the_log_names_payments_and_finds_them_by_person_and_period(office: Workspace) -> None:
    told(office, "pay", OCTOBER)
    assert "payment 1: draft" in call(office.folder, "log", "--action", "payment").output
    for found in (["--staff", "S1"], ["--institution", "I1"], ["--period", SEPTEMBER], ["--period", OCTOBER]):
        entries = told(office, "log", *found, "--action", "payment")["entries"]
        assert [(one["payment"], one["period"]) for one in entries] == [(1, OCTOBER)]
    assert told(office, "log", "--period", "2026-08")["entries"] == []
    assert not [one for one in told(office, "log", "--staff", "S9")["entries"] if one["payment"]]


def test_a_late_record_is_paid_by_the_next_payment_and_stale_periods_are_not(office: Workspace) -> None:
    told(office, "pay", OCTOBER)
    late = [*RECORDS, record("R0", day="2026-09-20", quantity="30")]
    write(office.folder / "input", {"service_record": late})
    published(office, SEPTEMBER, revise="迟报一条")
    refused = call(office.folder, "pay", SEPTEMBER)
    assert refused.exit_code == 0, "September itself is not stale"
    published(office, OCTOBER, revise="随九月更新")
    assert told(office, "pay", OCTOBER)["payment"] is None, "October did not change by it"
    found = told(office, "payment", "show", "2")["lines"]
    assert {(line["period"], line["cause"]) for line in found} <= {(SEPTEMBER, "arrears"), (SEPTEMBER, "recovery")}


def test_a_stale_period_is_paid_only_for_a_reason(office: Workspace) -> None:
    late = [*RECORDS, record("R0", day="2026-09-20", quantity="30")]
    write(office.folder / "input", {"service_record": late})
    published(office, SEPTEMBER, revise="迟报一条")
    refused = call(office.folder, "pay", OCTOBER)
    assert refused.exit_code == 3
    assert "2026-10 is built on 2026-09" in refused.output
    assert told(office, "pay", OCTOBER, "--dry-run")["stale"] == {OCTOBER: [SEPTEMBER]}
    assert told(office, "payments")["payments"] == []
    assert call(office.folder, "pay", OCTOBER, "--accept-stale", " ").exit_code == 2
    made = told(office, "pay", OCTOBER, "--accept-stale", "月底必须发")
    assert (made["payment"], made["reason"]) == (1, "月底必须发")
    assert call(office.folder, "pay", SEPTEMBER, "--only", "--accept-stale", "x").exit_code == 2, "it is not stale"


def test_a_period_that_lacks_one_published_late_is_stale_until_it_is_confirmed(tmp_path: Path) -> None:
    made = county(tmp_path / "county", rows())
    published(made, OCTOBER, SEPTEMBER)
    refused = call(made.folder, "pay", OCTOBER)
    assert refused.exit_code == 3
    assert "2026-10 lacks 2026-09, published after it was frozen" in refused.output
    assert "payengine revise 2026-10 --publish" in refused.output
    assert call(made.folder, "pay", SEPTEMBER, "--dry-run").exit_code == 0
    tried = told(made, "pay", OCTOBER, "--dry-run")
    assert (tried["stale"], tried["lacking"]) == ({}, {OCTOBER: [SEPTEMBER]})
    assert told(made, "payments")["payments"] == []
    told(made, "revise", OCTOBER, "--publish", "九月后发布")
    done = told(made, "pay", OCTOBER)
    assert (done["payment"], done["lacking"]) == (1, {})


def test_what_lacks_a_period_is_paid_for_a_reason(tmp_path: Path) -> None:
    made = county(tmp_path / "county", rows())
    published(made, OCTOBER, SEPTEMBER)
    assert told(made, "pay", OCTOBER, "--accept-stale", "月底必须发")["reason"] == "月底必须发"


def test_an_equal_revision_makes_nothing_stale(office: Workspace) -> None:
    """Stale is what rests on other results, not on another number of a revision."""
    institution = [{"code": "I1", "kind": "township_center", "public_class": "1", "from": "2020-01-01", "name": "改名"}]
    write(office.folder / "input", {"institution": institution})
    published(office, SEPTEMBER, revise="机构改名")
    assert len({run.snapshot for run in office.runs(SEPTEMBER)}) == 2
    assert told(office, "pay", OCTOBER)["stale"] == {}


@pytest.mark.parametrize(
    ("unit", "value", "limit"), [("ratio", "0.2", {"share_e4": 2000}), ("yuan", "50.5", {"amount_fen": 5050})]
)
def test_the_policy_limits_what_is_recovered(unit: str, value: str, limit: dict[str, int], tmp_path: Path) -> None:
    made = county(tmp_path / "county", rows(), LIMIT.format(unit=unit, value=value))
    published(made, OCTOBER)
    assert told(made, "pay", OCTOBER)["details"]["recovery_limit"] == limit


@pytest.mark.parametrize(("unit", "value"), [("ratio", "1.5"), ("yuan", "0.005"), ("point", "3")])
def test_a_limit_that_is_none_is_refused(unit: str, value: str, tmp_path: Path) -> None:
    made = county(tmp_path / "county", rows(), LIMIT.format(unit=unit, value=value))
    published(made, OCTOBER)
    result = call(made.folder, "pay", OCTOBER)
    assert result.exit_code == 3, result.output
    assert "recovery_limit" in result.output


WRONG = {
    "no such payment": ("payment", "show", "7"),
    "no such person": ("payment", "show", "1", "--staff", "S9"),
    "no person": ("payment", "return", "1", "--reason", "x"),
    "no reason": ("payment", "return", "1", "--staff", "S1", "--reason", " "),
    "no balance": ("payment", "close", "--staff", "S1", "--institution", "I1", "--reason", "x"),
    "no date": ("pay", OCTOBER, "--date", "25.10.2026"),
    "no number": ("payment", "approve", "0"),
    "not published": ("pay", "2026-08"),
    "no format": ("payment", "export", "1", "-o", "bank.txt"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_asked_wrongly_is_told(office: Workspace, name: str) -> None:
    told(office, "pay", OCTOBER)
    for language in ("en", "zh"):
        result = call(office.folder, "--lang", language, *WRONG[name])
        assert result.exit_code == 2, result.output
        assert "Traceback" not in result.output


def test_a_carried_balance_is_listed_and_closed(office: Workspace) -> None:
    told(office, "pay", OCTOBER)
    fewer = rows()
    fewer["pay_component"] = [pay("S1", "10", OCTOBER), pay("S2", "3100", OCTOBER), pay("S1", "3100", SEPTEMBER)]
    write(office.folder / "input", fewer)
    published(office, OCTOBER, revise="多发")
    below = told(office, "pay", OCTOBER)
    assert below["lines"] == []
    assert [(line["staff"], line["amount_fen"]) for line in below["carried"]] == [("S1", -309_000)]
    for command in (("payments",), ("payments", "--carried"), ("payment", "show", "2")):
        assert "-3,090.00" in call(office.folder, *command).output
    told(office, "payment", "approve", "1")
    closed = told(office, "payment", "close", "--staff", "S1", "--institution", "I1", "--reason", "核销")
    assert (closed["kind"], closed["state"]) == ("closing", "closed")
    assert told(office, "payments", "--carried")["carried"] == []
    assert call(office.folder, "verify").exit_code == 0


APART = """
[steps.reviewed]
required = true
source = "county-2026 3"
[steps.payment.approved]
not_by = ["draft"]
source = "county-2026 9"
"""


def test_every_command_stops_at_the_draft_and_names_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = county(tmp_path / "county", rows(), APART)
    made.freeze(OCTOBER)
    run = made.run(OCTOBER).run[:12]
    refused = call(made.folder, "pay", OCTOBER)
    assert refused.exit_code == 2
    assert f"Next: payengine step {run} reviewed" in refused.stderr
    assert call(made.folder, "step", OCTOBER, "reviewed").exit_code == 0
    assert f"pay {OCTOBER}" in call(made.folder, "publish", OCTOBER).output
    monkeypatch.setattr("getpass.getuser", lambda: "li")
    drafted = call(made.folder, "pay", OCTOBER)
    assert re.search(r"Next, by another person than li@.*: payengine .*payment approve 1", drafted.output)
    assert "下一步，须由 li@" in call(made.folder, "--lang", "zh", "payment", "show", "1").output
    own = call(made.folder, "payment", "approve", "1")
    assert own.exit_code == 3
    assert "another person must do this one" in own.stderr
    assert "Steps of payments:" in call(made.folder, "policy", "show").output
    monkeypatch.setattr("getpass.getuser", lambda: "wang")
    assert "Next: payengine" in call(made.folder, "payment", "approve", "1").output
    assert call(made.folder, "verify").exit_code == 0


@pytest.mark.parametrize(("language", "word"), [("en", "Next: "), ("zh", "下一步：")])
def test_publishing_names_the_payment_that_comes_next(office: Workspace, language: str, word: str) -> None:
    """After `publish`, and after a revision of the last period that it published."""
    line = f"{word}payengine --workspace {office.folder} pay "
    again = call(office.folder, "--lang", language, "publish", office.runs(OCTOBER)[0].id)
    assert f"{line}{OCTOBER}" in again.output
    write(office.folder / "input", {"service_record": [*RECORDS, record("R0", day="2026-09-20", quantity="30")]})
    revised = call(office.folder, "--lang", language, "revise", SEPTEMBER, "--publish", "迟报")
    assert f"{line}{OCTOBER}" in revised.output, "which follows"
    nothing = call(office.folder, "--lang", language, "revise", SEPTEMBER, "--publish", "迟报")
    assert f"{line}" not in nothing.output


def test_of_a_person_of_two_institutions_of_which_one_is_held_it_is_told(tmp_path: Path) -> None:
    """Tell it on the payslip, in explain, why and the payment: it is a part of the whole."""
    two = rows()
    two["institution"] = [*two["institution"], {**two["institution"][0], "code": "I2"}]
    part = {"fte": "0.5"}
    left = {**engagement("S2", "I2", **part), "until": "2026-09-01"}
    two["engagement"] = [engagement("S1", **part), engagement("S1", "I2", **part), engagement("S2"), left]
    two["appraisal"] = [*two["appraisal"], *({**row, "institution": "I2"} for row in two["appraisal"])]
    made = county(tmp_path / "county", two)
    for period in (SEPTEMBER, OCTOBER):
        made.freeze(period)
        made.publish(made.run(period, hold={"I2": "评分未到"}).run)
    words = "S1 is also engaged at I2, which 2026-10 holds: 评分未到."
    for command in ("show", "explain", "why"):
        assert words in call(made.folder, command, OCTOBER, "--staff", "S1").output, command
        assert words not in call(made.folder, command, OCTOBER, "--staff", "S1", "--institution", "I1").output
        assert "also engaged" not in call(made.folder, command, OCTOBER, "--staff", "S2").output, "who left it"
        held = told(made, command, OCTOBER, "--staff", "S1")["held"]
        assert {"period": OCTOBER, "institution": "I2", "staff": "S1", "reason": "评分未到"} in held
    paid = call(made.folder, "pay", OCTOBER, "--only")
    assert "S1 is engaged there too (I2)" in paid.output
    assert "S2 is engaged there too" not in paid.output
    assert words in call(made.folder, "payment", "show", "1", "--staff", "S1").output
    assert [one["staff"] for one in told(made, "payment", "show", "1")["held_elsewhere"]] == ["S1"]
    nobody = call(made.folder, "why", OCTOBER, "--staff", "S1", "--institution", "I2")
    assert "which was held in this run: 评分未到" in nobody.stderr


def test_from_python(office: Workspace) -> None:
    done = office.pay(small_county.OCTOBER, date="2026-10-25")
    assert done.sheet.record is not None
    office.advance_payment(done.sheet.record.number, "approved")
    assert [one.state for one in office.payments()] == ["approved"]
    assert office.payment(1).lines == done.sheet.lines
    assert office.outstanding() == {}


@pytest.mark.parametrize("dry_run", [False, True])
def test_what_is_outstanding_is_settled_once(office: Workspace, dry_run: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settle in the transaction; before it only periods are looked at, for staleness."""
    settled = []

    def settle(*given: Any) -> Any:
        settled.append(given)
        return settling.settle(*given)

    monkeypatch.setattr(payment_drafts, "settle", settle)
    done = office.pay(OCTOBER, dry_run=dry_run)
    assert (len(settled), done.sheet.record is None) == (1, dry_run)


def test_a_payment_that_was_written_meanwhile_is_a_conflict(office: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at the periods and the transaction."""
    real = pay_module.stale_publications

    def look(*given: Any) -> Any:
        with monkeypatch.context() as inner:
            inner.setattr(pay_module, "stale_publications", real)
            office.pay(SEPTEMBER)
        return real(*given)

    monkeypatch.setattr(pay_module, "stale_publications", look)
    with pytest.raises(Conflict):
        office.pay(OCTOBER)
    assert len(office.payments()) == 1


def test_a_return_tells_which_closing_lapses(office: Workspace) -> None:
    told(office, "pay", OCTOBER)
    for step in (("approve", "1"), ("export", "1", "-o", str(office.folder / "bank.csv")), ("paid", "1")):
        told(office, "payment", *step)
    fewer = rows()
    fewer["pay_component"] = [pay("S1", "10", OCTOBER), pay("S2", "3100", OCTOBER), pay("S1", "3100", SEPTEMBER)]
    write(office.folder / "input", fewer)
    published(office, OCTOBER, revise="多发")
    told(office, "payment", "close", "--staff", "S1", "--institution", "I1", "--reason", "核销")
    back = call(office.folder, "payment", "return", "1", "--staff", "S1", "--reason", "账号有误")
    assert "what was closed of it lapses, as number 3: 3,090.00 yuan may be claimed again" in back.output
    assert "Lapse 3 of a closing: payment 1 came back" in call(office.folder, "payment", "show", "3").output
    listed = told(office, "payments")["payments"]
    assert [(one["kind"], one["state"]) for one in listed[1:]] == [("closing", "closed"), ("lapse", "lapsed")]
    assert "核销失效" in call(office.folder, "--lang", "zh", "payments").output
    assert call(office.folder, "verify").exit_code == 0
