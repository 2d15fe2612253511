"""Steps before a publication are done in order, by whom they may be, on what is signed.

This holds on every kind of ledger, within the transaction that publishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy import text as sql

from batch.ledger import Ledger, audit, publishing, run_steps
from payengine.errors import IntegrityBroken, Refused, UsageError
from payengine.policy.step_rule import StepRule
from tests.support import ledgers
from tests.support.sample_results import POLICY, results

MADE = results()
RUN = MADE.meta.run_id
OTHER = results(seed=2)
DEMANDED = {
    "reviewed": StepRule(True, None, ("draft",), "s 1"),
    "announced": StepRule(True, 7, None, "s 2"),
    "approved": StepRule(True, None, ("draft", "reviewed"), "s 3"),
    "published": StepRule(None, None, ("draft", "approved"), "s 4"),
}
As = Callable[[str], None]


@pytest.fixture(params=ledgers.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with ledgers.fresh(request.param, tmp_path) as url, Ledger.open(url) as opened:
        yield opened


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Ledger]:
    with ledgers.fresh("sqlite", tmp_path) as url, Ledger.open(url) as opened:
        yield opened


@pytest.fixture
def by(monkeypatch: pytest.MonkeyPatch) -> As:
    """Work as another user from here on."""

    def become(user: str) -> None:
        for module in (audit, run_steps, publishing):
            monkeypatch.setattr(module, "who", lambda: user)

    return become


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> As:
    """Set the time."""

    def become(time: str) -> None:
        for module in (audit, run_steps, publishing):
            monkeypatch.setattr(module, "now", lambda: time)

    return become


def execute(ledger: Ledger, statement: str) -> None:
    with ledger._database.writing() as connection:
        assert connection.execute(sql(statement)).rowcount


def prepared(ledger: Ledger, by: As, at: As) -> None:
    at("2026-11-01T08:00:00Z")
    by("chen@pc1")
    ledger.stage(MADE, POLICY, steps=DEMANDED)


def reasons(refused: pytest.ExceptionInfo[Refused]) -> str:
    return str(refused.value)


def test_a_run_goes_through_all_steps_and_is_published(ledger: Ledger, by: As, at: As) -> None:
    prepared(ledger, by, at)
    with pytest.raises(Refused) as refused:
        ledger.publish(RUN)
    assert f"Next: payengine step {RUN[:12]} reviewed" in refused.value.remedy
    assert ledger.publications() == []
    by("li@pc2")
    signed = ledger.enter_step(RUN, "reviewed", {}, document="复核 1", reason="全部核对")
    assert signed.number == len(ledger.audit())
    assert ledger.enter_step(RUN, "announced", {}).days == 7
    by("wang@pc3")
    with pytest.raises(Refused, match="is not over before 2026-11-08T08:00:00Z"):
        ledger.enter_step(RUN, "approved", {})
    at("2026-11-08T08:00:00Z")
    ledger.enter_step(RUN, "approved", {})
    assert ledger.steps(RUN, {}).next == "published"
    by("li@pc2")
    assert not ledger.publish(RUN).already
    ledger.verify()
    standing = ledger.steps(RUN, {})
    assert [(row.step, row.made_by) for row in standing.steps] == [
        ("reviewed", "li@pc2"), ("announced", "li@pc2"), ("approved", "wang@pc3"),
    ]  # fmt: skip
    assert standing.publication is not None
    for step in ("reviewed", "announced", "approved"):
        with pytest.raises(Refused, match="is published"):
            ledger.enter_step(RUN, step, {}, days=9)
    with pytest.raises(Refused, match="is published"):
        ledger.object_to(RUN, "too late")


def test_order_is_kept(lite: Ledger, by: As, at: As) -> None:
    prepared(lite, by, at)
    by("li@pc2")
    for step in ("announced", "approved"):
        with pytest.raises(Refused, match="is demanded by the policy, and is not done"):
            lite.enter_step(RUN, step, {}, days=0 if step == "approved" else 7)
    lite.enter_step(RUN, "reviewed", {})
    with pytest.raises(Refused, match="stands already, by li@pc2"):
        lite.enter_step(RUN, "reviewed", {})
    with pytest.raises(Refused, match="the policy demands 7"):
        lite.enter_step(RUN, "announced", {}, days=6)


def test_a_step_that_is_not_demanded_may_be_entered_but_not_after_a_later_one(lite: Ledger, by: As, at: As) -> None:
    at("2026-11-01T08:00:00Z")
    by("chen@pc1")
    lite.stage(MADE, POLICY)
    lite.enter_step(RUN, "approved", {})
    with pytest.raises(Refused, match="comes before approved, which stands already"):
        lite.enter_step(RUN, "reviewed", {})
    with pytest.raises(UsageError, match="is of an announcement"):
        lite.enter_step(RUN, "reviewed", {}, days=3)
    lite.publish(RUN)


def test_an_announcement_without_days_is_asked_for_them_and_stops_the_publication(lite: Ledger, by: As, at: As) -> None:
    at("2026-11-01T08:00:00Z")
    by("chen@pc1")
    lite.stage(MADE, POLICY)
    with pytest.raises(UsageError, match="how long the run is announced is not said"):
        lite.enter_step(RUN, "announced", {})
    lite.enter_step(RUN, "announced", {}, days=2)
    at("2026-11-03T07:59:59Z")
    with pytest.raises(Refused, match="is not over before 2026-11-03T08:00:00Z"):
        lite.publish(RUN)
    at("2026-11-03T08:00:00Z")
    lite.publish(RUN)


@pytest.mark.parametrize("user", ["chen@pc1", "chen@another", "Chen@pc9", "?@pc2"])
def test_whoever_prepared_does_not_review(user: str, lite: Ledger, by: As, at: As) -> None:
    """A user is one person on every machine; an unknown one may be anybody."""
    prepared(lite, by, at)
    by(user)
    with pytest.raises(Refused, match="chen@pc1 has done the step draft, and another person must do this one"):
        lite.enter_step(RUN, "reviewed", {})


def test_the_preparer_is_whom_the_chain_names(lite: Ledger, by: As, at: As) -> None:
    """The stamp in the table is no part of the run's digest, so it is not asked."""
    prepared(lite, by, at)
    execute(lite, "UPDATE run SET staged_by = 'nobody@pc1'")
    with pytest.raises(Refused, match="chen@pc1 has done the step draft"):
        lite.enter_step(RUN, "reviewed", {})


def through(ledger: Ledger, by: As, at: As) -> None:
    """Do every step but the publication."""
    prepared(ledger, by, at)
    by("li@pc2")
    ledger.enter_step(RUN, "reviewed", {})
    ledger.enter_step(RUN, "announced", {})
    by("wang@pc3")
    at("2026-11-09T08:00:00Z")
    ledger.enter_step(RUN, "approved", {})


@pytest.mark.parametrize("user", ["chen@pc1", "wang@pc8"])
def test_who_prepared_or_approved_does_not_publish(user: str, ledger: Ledger, by: As, at: As) -> None:
    through(ledger, by, at)
    by(user)
    with pytest.raises(Refused, match="another person must do this one"):
        ledger.publish(RUN)
    assert ledger.publications() == []


def test_an_open_objection_stops_approval_and_publication(ledger: Ledger, by: As, at: As) -> None:
    prepared(ledger, by, at)
    by("li@pc2")
    ledger.enter_step(RUN, "reviewed", {})
    ledger.enter_step(RUN, "announced", {})
    at("2026-11-09T08:00:00Z")
    objection = ledger.object_to(RUN, "张三少计", document="来信")
    by("wang@pc3")
    with pytest.raises(Refused, match="is not answered: 张三少计"):
        ledger.enter_step(RUN, "approved", {})
    with pytest.raises(UsageError, match="no open objection 999"):
        ledger.answer(RUN, 999, "why")
    with pytest.raises(UsageError, match="the reason is empty"):
        ledger.answer(RUN, objection.number, " ")
    ledger.answer(RUN, objection.number, "核对无误")
    ledger.enter_step(RUN, "approved", {})
    late = ledger.object_to(RUN, "late")
    by("li@pc2")
    with pytest.raises(Refused) as refused:
        ledger.publish(RUN)
    assert f"payengine object {RUN[:12]} --answer {late.number}" in refused.value.remedy
    ledger.answer(RUN, late.number, "no")
    ledger.publish(RUN)
    ledger.verify()


def test_an_objection_stops_where_the_policy_demands_nothing(lite: Ledger) -> None:
    lite.stage(MADE, POLICY)
    lite.object_to(RUN, "why so much")
    with pytest.raises(Refused, match="is not answered"):
        lite.publish(RUN)


def test_a_changed_draft_has_no_steps(lite: Ledger, by: As, at: As) -> None:
    """Another run of the period begins anew; the steps of the one before stay with it."""
    through(lite, by, at)
    by("chen@pc1")
    lite.stage(OTHER, POLICY, steps=DEMANDED)
    by("li@pc2")
    with pytest.raises(Refused) as refused:
        lite.publish(OTHER.meta.run_id)
    assert refused.value.remedy.endswith("reviewed")
    assert lite.steps(OTHER.meta.run_id, {}).steps == ()


def test_a_step_signs_what_the_run_replaces(lite: Ledger, by: As, at: As) -> None:
    """A run that is to replace something for another reason has to be signed again."""
    at("2026-11-01T08:00:00Z")
    by("chen@pc1")
    lite.stage(OTHER, POLICY)
    lite.publish(OTHER.meta.run_id)
    rules = {"approved": StepRule(True, None, ("draft",), "s")}
    lite.stage(MADE, POLICY, "late records", steps=rules)
    by("li@pc2")
    lite.enter_step(RUN, "approved", {})
    assert lite.steps(RUN, {}).next == "published"
    by("chen@pc1")
    assert lite.stage(MADE, POLICY, "another reason", steps=rules) == "already staged"
    assert lite.steps(RUN, {}).next == "approved"
    with pytest.raises(Refused, match="is demanded by the policy"):
        lite.publish(RUN)
    by("li@pc2")
    lite.enter_step(RUN, "approved", {})
    lite.publish(RUN)
    lite.verify()


def test_who_proposed_a_run_anew_has_prepared_it(lite: Ledger, by: As, at: As) -> None:
    at("2026-11-01T08:00:00Z")
    by("chen@pc1")
    lite.stage(OTHER, POLICY)
    lite.publish(OTHER.meta.run_id)
    rules = {"approved": StepRule(True, None, ("draft",), "s")}
    lite.stage(MADE, POLICY, "late records", steps=rules)
    by("li@pc2")
    lite.stage(MADE, POLICY, "another reason", steps=rules)
    for user in ("li@pc2", "chen@pc1"):
        by(user)
        with pytest.raises(Refused, match=user):
            lite.enter_step(RUN, "approved", {})
    by("wu@pc3")
    lite.enter_step(RUN, "approved", {})
    lite.publish(RUN)


def test_rules_of_the_staging_and_of_today_both_hold(lite: Ledger, by: As, at: As) -> None:
    """A rule that is taken out holds for runs of before; one that is added holds at once."""
    prepared(lite, by, at)
    by("li@pc2")
    with pytest.raises(Refused, match="reviewed"):
        lite.publish(RUN, steps={})
    through_today = {"announced": StepRule(True, 10, None, "new")}
    lite.enter_step(RUN, "reviewed", through_today)
    with pytest.raises(Refused, match="the policy demands 10"):
        lite.enter_step(RUN, "announced", through_today, days=7)
    lite.enter_step(RUN, "announced", {}, days=7)
    assert lite.steps(RUN, through_today).next == "announced", "seven days are too few by today's rules"
    assert lite.steps(RUN, {}).next == "approved"


def test_a_step_against_todays_rules_does_not_count_and_is_done_again(lite: Ledger, by: As, at: As) -> None:
    at("2026-11-01T08:00:00Z")
    by("chen@pc1")
    lite.stage(MADE, POLICY)
    lite.enter_step(RUN, "reviewed", {})
    lite.enter_step(RUN, "approved", {})
    today = {"reviewed": StepRule(True, None, ("draft",), "s"), "approved": StepRule(True, None, None, "s")}
    assert lite.steps(RUN, today).next == "reviewed"
    by("li@pc2")
    lite.enter_step(RUN, "reviewed", today)
    assert lite.steps(RUN, today).next == "approved", "the approval came before the review that counts"
    lite.enter_step(RUN, "approved", today)
    lite.publish(RUN, steps=today)


def test_steps_are_compared_within_the_publishing_transaction(lite: Ledger, by: As, at: As) -> None:
    """An objection at the last moment is seen by the publication."""
    through(lite, by, at)
    by("li@pc2")
    head = lite.head()
    lite.object_to(RUN, "at the last moment")
    with pytest.raises(Refused, match="at the last moment"):
        lite.publish(RUN)
    assert lite.head() != head


CHANGES = [
    "UPDATE run_step SET made_by = 'zhao@pc1' WHERE step = 'reviewed'",
    "UPDATE run_step SET made_at = '2026-10-01T08:00:00Z' WHERE step = 'announced'",
    "UPDATE run_step SET days = 8 WHERE step = 'announced'",
    "UPDATE run_step SET days = 99999999999, made_at = 'never' WHERE step = 'announced'",
    "UPDATE run_step SET digest = 'ab' WHERE step = 'approved'",
    "UPDATE run_step SET reason = 'x'",
    "UPDATE run_step SET document = 'x'",
    "UPDATE run_step SET answers = 1",
    "UPDATE run_step SET step = 'approved' WHERE step = 'reviewed'",
    "UPDATE run_step SET number = number + 100",
    "DELETE FROM run_step WHERE step = 'reviewed'",
    "INSERT INTO run_step SELECT number + 100, run, 'objection', digest, 0, 0, '', '', made_at, made_by"
    " FROM run_step WHERE step = 'reviewed'",
]  # fmt: skip


@pytest.mark.parametrize("statement", CHANGES)
def test_a_step_that_the_chain_does_not_say_is_found(statement: str, lite: Ledger, by: As, at: As) -> None:
    through(lite, by, at)
    lite.verify()
    execute(lite, statement)
    with pytest.raises(IntegrityBroken) as broken:
        lite.verify()
    assert {problem.where for problem in broken.value.problems} == {"run_step"}
    by("li@pc2")
    with pytest.raises(IntegrityBroken):
        lite.publish(RUN)
    with pytest.raises(IntegrityBroken):
        lite.object_to(RUN, "why")
    with pytest.raises(IntegrityBroken):
        lite.steps(RUN, {})
    assert lite.publications() == []


def test_a_run_with_changed_rows_is_not_signed(ledger: Ledger, by: As, at: As) -> None:
    prepared(ledger, by, at)
    execute(ledger, "UPDATE pay_line SET amount_fen = amount_fen + 1")
    by("li@pc2")
    with pytest.raises(IntegrityBroken, match="is not stored as it was computed"):
        ledger.enter_step(RUN, "reviewed", {})


def test_staging_only_inserts(lite: Ledger) -> None:
    """A role that may only insert can stage, also a second time."""
    said: list[str] = []
    event.listen(
        lite._database.bulk, "before_cursor_execute", lambda c, cursor, statement, *rest: said.append(statement)
    )
    lite.stage(MADE, POLICY)
    lite.stage(MADE, POLICY)
    assert any(statement.startswith("INSERT INTO run ") for statement in said)
    assert not [statement for statement in said if statement.startswith(("UPDATE", "DELETE"))]


def test_a_run_that_is_to_be_published_again_is_signed_again(lite: Ledger, by: As, at: As) -> None:
    """The steps of before do not count: what was corrected is taken back."""
    demanded = {"reviewed": StepRule(True, None, ("draft",), "s 1")}
    at("2026-11-01T08:00:00Z")
    for made, reason in ((MADE, ""), (OTHER, "corrected"), (MADE, "taken back")):
        by("chen@pc1")
        lite.stage(made, POLICY, reason, steps=demanded)
        with pytest.raises(Refused):
            lite.publish(made.meta.run_id)
        by("li@pc2")
        lite.enter_step(made.meta.run_id, "reviewed", {})
        lite.publish(made.meta.run_id)
    assert [made.run for made in lite.publications()] == [RUN, OTHER.meta.run_id, RUN]
    with pytest.raises(Refused, match="is published"):
        lite.enter_step(RUN, "approved", {})
    lite.verify()
