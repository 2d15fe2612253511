"""Payments on every database: once, step by step, never changed, found if tampered with."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from batch.ledger import Ledger, audit, payment_chain, payment_drafts, payment_rows, payment_steps
from batch.ledger.payment_records import APPROVED, DISCARDED, EXPORTED, PAID
from batch.payments.recovery_limit import RecoveryLimit
from batch.payments.settling import Key
from payengine.errors import Conflict, IntegrityBroken, PayengineError, Refused, UsageError
from payengine.periods import Period
from payengine.policy.step_rule import StepRule
from tests.support import ledgers
from tests.support.ledger_child import child
from tests.support.paid_history import publish
from tests.support.sample_results import POLICY, results

SEPTEMBER, OCTOBER, NOVEMBER = (Period.parse(f"2026-{month}") for month in ("09", "10", "11"))
DAY = date(2026, 11, 25)
NO_LIMIT = RecoveryLimit()
ONE, TWO, STATEMENT = ("I1", "N1", "post_pay", "财政"), ("I1", "N2", "post_pay", "财政"), ("I1", "", "purchase", "财政")
BASE = {ONE: 400_000, TWO: 300_000, STATEMENT: 900_000}


@pytest.fixture(params=ledgers.KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(kind: str, tmp_path: Path) -> Iterator[str]:
    with ledgers.fresh(kind, tmp_path) as made:
        yield made


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger on SQLite with October published."""
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as opened:
        publish(opened, "2026-10", BASE)
        yield opened


def pay(ledger: Ledger, period: Period = OCTOBER, limit: RecoveryLimit = NO_LIMIT, **more: bool) -> dict[Key, int]:
    return {line.key: line.amount_fen for line in ledger.pay(period, DAY, limit, **more).lines}


def do(ledger: Ledger, statement: str) -> None:
    with ledger._database.writing() as connection:
        connection.exec_driver_sql(statement)


def through(ledger: Ledger, number: int, *actions: str) -> None:
    for action in actions:
        ledger.advance_payment(number, action)


def test_a_month_is_paid_and_then_only_what_changed(kind: str, url: str) -> None:
    with Ledger.open(url) as ledger:
        publish(ledger, "2026-10", BASE)
        assert pay(ledger) == {Key(OCTOBER, *key): amount for key, amount in BASE.items()}
        publish(ledger, "2026-10", {**BASE, ONE: 410_000, TWO: 299_900})
        publish(ledger, "2026-11", BASE)
        sheet = ledger.pay(NOVEMBER, DAY, NO_LIMIT)
        found = {(str(line.key.period), line.key.staff): line for line in sheet.lines}
        late = found["2026-10", "N1"]
        assert (late.amount_fen, late.cause, late.previous_revision, late.revision) == (10_000, "arrears", 1, 2)
        back = found["2026-10", "N2"]
        assert (back.amount_fen, back.cause, back.previous_revision, back.revision) == (-100, "recovery", 1, 2)
        assert found["2026-11", "N1"].cause == "pay"
        assert ("2026-10", "") not in found, "a statement that did not change"
        ledger.verify()
        rows = _view(ledger, "SELECT period, amount_yuan FROM paid WHERE cause = 'arrears'")
        assert [(period, str(yuan)) for period, yuan in rows] == [("2026-10", "100.00")]
        assert _view(ledger, "SELECT * FROM outstanding") == []


def _view(ledger: Ledger, query: str) -> list[tuple[object, ...]]:
    with ledger._database.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_due_paid_and_outstanding_meet_over_a_year(kind: str, url: str) -> None:
    """The months, a revision of one of them, a settlement, and a balance that is carried."""
    with Ledger.open(url) as ledger:
        for month in range(1, 13):
            publish(ledger, f"2026-{month:02}", BASE)
            pay(ledger, Period.parse(f"2026-{month:02}"))
        publish(ledger, "2026-03", {**BASE, TWO: 123_456})
        publish(ledger, "2026", {ONE: 1_200_000, TWO: 100_000})
        assert Period.parse("2026") not in {key.period for key in pay(ledger, Period.parse("2026-12"))}
        pay(ledger, Period.parse("2026"))
        due = _view(ledger, "SELECT sum(amount_fen) FROM due_pay")[0][0]
        statements = 12 * BASE[STATEMENT]
        paid = _view(ledger, "SELECT sum(amount_fen) FROM paid")[0][0]
        left = _view(ledger, "SELECT period, staff, outstanding_fen, outstanding_yuan FROM outstanding")
        assert [(*row[:3], str(row[3])) for row in left] == [("2026-03", "N2", -76_544, "-765.44")]
        assert int(str(due)) + statements == int(str(paid)) - 76_544
        ledger.verify()


def test_below_zero_nothing_is_paid_and_the_rest_is_recovered_within_the_limit(ledger: Ledger) -> None:
    """Take back the oldest origin first; what is left is never dropped."""
    publish(ledger, "2026-09", {TWO: 50_000})
    pay(ledger)
    publish(ledger, "2026-10", {**BASE, ONE: 100_000, TWO: 290_000})
    publish(ledger, "2026-09", {TWO: 10_000})
    sheet = ledger.pay(OCTOBER, DAY, NO_LIMIT)
    assert not sheet.lines
    assert {(key.staff, str(key.period)): fen for key, fen in sheet.carried.items()} == {
        ("N1", "2026-10"): -300_000, ("N2", "2026-09"): -40_000, ("N2", "2026-10"): -10_000,
    }  # fmt: skip
    assert ledger.pay(OCTOBER, DAY, NO_LIMIT).record is None, "it is listed already"
    publish(ledger, "2026-11", BASE)
    sheet = ledger.pay(NOVEMBER, DAY, RecoveryLimit(share_e4=1500))
    taken = {(line.key.staff, str(line.key.period)): line for line in sheet.lines if line.amount_fen < 0}
    assert {place: line.amount_fen for place, line in taken.items()} == {
        ("N1", "2026-10"): -60_000, ("N2", "2026-09"): -40_000, ("N2", "2026-10"): -5_000,
    }  # fmt: skip
    assert {line.cause for line in taken.values()} == {"carried"}
    assert sum(sheet.carried.values()) == -245_000
    publish(ledger, "2026-12", BASE)
    again = ledger.pay(Period.parse("2026-12"), DAY, NO_LIMIT)
    assert not again.carried
    ledger.verify()


def test_a_leaver_stays_listed_until_closed_by_hand_and_is_not_paid_twice(ledger: Ledger) -> None:
    pay(ledger)
    through(ledger, 1, APPROVED)
    publish(ledger, "2026-10", {**BASE, ONE: 100_000})
    pay(ledger)
    publish(ledger, "2026-11", {TWO: 300_000})
    assert ledger.pay(NOVEMBER, DAY, NO_LIMIT).carried == {Key(OCTOBER, *ONE): -300_000}
    with pytest.raises(UsageError, match="carried with nothing"):
        ledger.close_balance("N2", "I1", "why")
    closed = ledger.close_balance("N1", "I1", "离职，局务会纪要 7 号")
    assert [(line.amount_fen, line.cause) for line in closed.lines] == [(-300_000, "closed")]
    assert ledger.outstanding() == {}
    publish(ledger, "2026-10", BASE)  # the correction is taken back: N1 had all of it
    assert pay(ledger, NOVEMBER) == {}
    publish(ledger, "2026-10", {**BASE, ONE: 400_100})
    assert pay(ledger, NOVEMBER) == {Key(OCTOBER, *ONE): 100}
    ledger.verify()


def test_a_closing_lapses_as_far_as_what_it_forgave_comes_back(kind: str, url: str) -> None:
    """The returned money is held no more: a later claim stands, and due is paid once."""
    with Ledger.open(url) as ledger:
        publish(ledger, "2026-10", BASE)
        pay(ledger)
        through(ledger, 1, APPROVED, EXPORTED, PAID)
        publish(ledger, "2026-10", {**BASE, ONE: 410_000})
        pay(ledger)
        through(ledger, 2, APPROVED, EXPORTED, PAID)
        publish(ledger, "2026-10", {**BASE, ONE: 100_000})
        ledger.close_balance("N1", "I1", "离职")
        ledger.return_payment(2, "N1", None, "账号有误")
        assert ledger.outstanding() == {}, "300,000 more than is due are forgiven still"
        ledger.return_payment(1, "N1", None, "账号有误")
        lapses = [record for record in ledger.payments() if record.kind == "lapse"]
        assert [(one.paid_fen, one.state, one.details["returned"]) for one in lapses] == [
            (10_000, "lapsed", 2), (300_000, "lapsed", 1),
        ]  # fmt: skip
        assert pay(ledger) == {Key(OCTOBER, *ONE): 100_000}
        publish(ledger, "2026-10", {**BASE, ONE: 60_000})
        assert ledger.outstanding() == {Key(OCTOBER, *ONE): -40_000}
        view = _view(ledger, "SELECT staff, outstanding_fen, closed_fen FROM outstanding")
        assert [tuple(row) for row in view] == [("N1", -40_000, 0)]
        ledger.verify()
        with pytest.raises(Conflict):
            ledger.advance_payment(lapses[0].number, APPROVED)


def test_a_payment_made_after_a_closing_has_paid_nothing_of_it(ledger: Ledger) -> None:
    pay(ledger)
    through(ledger, 1, APPROVED, EXPORTED, PAID)
    publish(ledger, "2026-10", {**BASE, ONE: 100_000})
    ledger.close_balance("N1", "I1", "离职")
    publish(ledger, "2026-10", {**BASE, ONE: 400_500})
    assert pay(ledger) == {Key(OCTOBER, *ONE): 500}
    number = ledger.payments()[-1].number
    through(ledger, number, APPROVED, EXPORTED, PAID)
    publish(ledger, "2026-10", {**BASE, ONE: 100_000})
    assert ledger.outstanding() == {Key(OCTOBER, *ONE): -500}
    ledger.return_payment(number, "N1", None, "账号有误")
    assert ledger.outstanding() == {}
    assert all(record.kind != "lapse" for record in ledger.payments())


def test_nothing_is_closed_of_what_a_draft_pays(ledger: Ledger) -> None:
    """If it is discarded nothing was paid, and a later recovery would be no new claim."""
    pay(ledger)
    publish(ledger, "2026-10", {**BASE, ONE: 100_000})
    with pytest.raises(Refused, match="is a draft"):
        ledger.close_balance("N1", "I1", "why")
    through(ledger, 1, DISCARDED)
    assert pay(ledger)[Key(OCTOBER, *ONE)] == 100_000
    publish(ledger, "2026-10", {**BASE, ONE: 40_000})
    assert ledger.outstanding() == {Key(OCTOBER, *ONE): -60_000}


def test_nothing_is_closed_while_something_is_to_be_paid(ledger: Ledger) -> None:
    pay(ledger)
    publish(ledger, "2026-10", {**BASE, ONE: 100_000})
    pay(ledger)
    publish(ledger, "2026-11", BASE)
    with pytest.raises(Refused, match="still to be paid"):
        ledger.close_balance("N1", "I1", "why")


def test_an_amount_decided_after_somebody_left_is_paid_with_its_origin(ledger: Ledger) -> None:
    pay(ledger)
    publish(ledger, "2026-11", {TWO: 300_000})
    pay(ledger, NOVEMBER)
    publish(ledger, "2026-10", {**BASE, ONE: 400_500})
    assert pay(ledger, NOVEMBER) == {Key(OCTOBER, *ONE): 500}


def test_an_institution_held_is_neither_paid_nor_recovered(kind: str, url: str) -> None:
    with Ledger.open(url) as ledger:
        publish(ledger, "2026-10", {**BASE, ("I2", "N3", "post_pay", "财政"): 5_000})
        pay(ledger)
        publish(ledger, "2026-10", {("I2", "N3", "post_pay", "财政"): 6_000}, {"I1": "评分未到"})
        sheet = ledger.pay(OCTOBER, DAY, NO_LIMIT)
        assert {line.key.institution for line in sheet.lines} == {"I2"}
        assert not sheet.carried
        assert sheet.details["held"] == {"2026-10": ["I1"]}
        assert _view(ledger, "SELECT * FROM outstanding") == []


def test_only_a_draft_is_discarded_and_then_all_of_it_is_outstanding(ledger: Ledger) -> None:
    first = pay(ledger)
    through(ledger, 1, DISCARDED)
    assert pay(ledger) == first
    through(ledger, 2, APPROVED)
    for number, action in ((1, APPROVED), (2, DISCARDED), (2, PAID), (2, APPROVED)):
        with pytest.raises(Conflict):
            ledger.advance_payment(number, action)
    through(ledger, 2, EXPORTED, PAID)
    with pytest.raises(Conflict):
        ledger.advance_payment(2, DISCARDED)
    assert [record.state for record in ledger.payments()] == ["discarded", "paid"]
    ledger.verify()


def test_a_returned_transfer_is_paid_again_once(ledger: Ledger) -> None:
    pay(ledger)
    through(ledger, 1, APPROVED, EXPORTED)
    with pytest.raises(Conflict):
        ledger.return_payment(1, "N1", None, "账号有误")
    through(ledger, 1, PAID)
    with pytest.raises(UsageError, match="nothing there"):
        ledger.return_payment(1, "N9", None, "账号有误")
    record = ledger.return_payment(1, "N1", None, "账号有误")
    assert (record.state, record.returned_fen) == ("paid", 400_000)
    with pytest.raises(Conflict, match="already"):
        ledger.return_payment(1, "N1", None, "账号有误")
    sheet = ledger.pay(OCTOBER, DAY, NO_LIMIT)
    assert [(line.key.staff, line.amount_fen, line.cause) for line in sheet.lines] == [("N1", 400_000, "returned")]
    assert pay(ledger) == {}
    ledger.verify()


def test_a_payment_is_not_made_on_what_was_not_looked_at(ledger: Ledger) -> None:
    with pytest.raises(Conflict):
        ledger.pay(OCTOBER, DAY, NO_LIMIT, seen="0" * 64)
    with pytest.raises(UsageError, match="not published"):
        ledger.pay(SEPTEMBER, DAY, NO_LIMIT)


APART = {"approved": StepRule(not_by=("draft",), source="s"), "paid": StepRule(not_by=("draft", "approved"))}


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Work as another user."""

    def change(user: str) -> None:
        for module in (audit, payment_chain, payment_drafts, payment_steps):
            monkeypatch.setattr(module, "who", lambda: user)

    return change


def test_who_drafts_approves_and_pays_may_be_required_to_differ(
    kind: str, url: str, become: Callable[[str], None]
) -> None:
    with Ledger.open(url) as ledger:
        become("li@pc1")
        publish(ledger, "2026-10", BASE)
        ledger.pay(OCTOBER, DAY, NO_LIMIT, steps=APART)
        become("Li@pc2")
        with pytest.raises(Refused, match="li@pc1 has done the step draft"):
            ledger.advance_payment(1, APPROVED)
        become("wang@pc1")
        through(ledger, 1, APPROVED, EXPORTED)
        with pytest.raises(Refused, match="wang@pc1 has done the step approved"):
            ledger.advance_payment(1, PAID)
        become("zhao@pc1")
        assert ledger.advance_payment(1, PAID).state == PAID
        assert [step.made_by for step in ledger.payments()[0].steps] == [
            "li@pc1", "wang@pc1", "wang@pc1", "zhao@pc1",
        ]  # fmt: skip
        ledger.verify()


def test_a_rule_added_since_holds_for_the_steps_to_come(ledger: Ledger, become: Callable[[str], None]) -> None:
    become("li@pc1")
    pay(ledger)
    with pytest.raises(Refused) as caught:
        ledger.advance_payment(1, APPROVED, today=APART)
    assert caught.value.exit_code == 3
    through(ledger, 1, APPROVED, EXPORTED)
    with pytest.raises(Refused):
        ledger.advance_payment(1, PAID, today=APART)
    become("wang@pc1")
    assert ledger.advance_payment(1, PAID, today=APART).state == PAID
    ledger.verify()


def test_a_rule_taken_out_holds_for_what_was_drafted_under_it(ledger: Ledger, become: Callable[[str], None]) -> None:
    become("li@pc1")
    ledger.pay(OCTOBER, DAY, NO_LIMIT, steps=APART)
    with pytest.raises(Refused):
        ledger.advance_payment(1, APPROVED)
    assert ledger.payments()[0].details["steps"]["approved"]["not_by"] == ["draft"]


def test_verify_finds_a_step_by_somebody_who_might_not(ledger: Ledger, become: Callable[[str], None]) -> None:
    """Whoever may add to the chain may enter a step past the program."""
    become("li@pc1")
    ledger.pay(OCTOBER, DAY, NO_LIMIT, steps=APART)
    with ledger._database.writing() as connection:
        payment_chain.enter(connection, payment_rows.header_of(connection, 1), APPROVED)
    with pytest.raises(IntegrityBroken) as caught:
        ledger.verify()
    assert any("another person" in problem.what for problem in caught.value.problems)


def test_an_unknown_user_may_be_anybody(ledger: Ledger, become: Callable[[str], None]) -> None:
    become("?@pc1")
    ledger.pay(OCTOBER, DAY, NO_LIMIT, steps=APART)
    become("wang@pc1")
    with pytest.raises(Refused):
        ledger.advance_payment(1, APPROVED)


def test_without_rules_a_payment_says_nothing_of_them(ledger: Ledger) -> None:
    assert "steps" not in ledger.pay(OCTOBER, DAY, NO_LIMIT).details


TAMPERED = {
    "an amount": ("UPDATE payment_line SET amount_fen = amount_fen + 1 WHERE staff = 'N1'", "payment"),
    "a cause": ("UPDATE payment_line SET cause = 'arrears' WHERE staff = 'N1'", "payment"),
    "a line gone": ("DELETE FROM payment_line WHERE staff = 'N1'", "payment"),
    "a line more": (
        "INSERT INTO payment_line SELECT payment, period, institution, 'N9', component, funding, revision, "
        "previous_revision, amount_fen, cause FROM payment_line WHERE staff = 'N1' AND payment = 1",
        "payment",
    ),
    "what is carried": ("UPDATE payment_carried SET amount_fen = -1", "payment"),
    "the pay date": ("UPDATE payment SET pay_date = '2026-01-01' WHERE number = 1", "payment"),
    "the digest": (f"UPDATE payment SET digest = '{'0' * 64}' WHERE number = 1", "payment_step"),
    "a step gone": ("DELETE FROM payment_step WHERE action = 'approved'", "payment_step"),
    "a step more": (
        "INSERT INTO payment_step (payment, position, action, institution, staff, reason, made_at, made_by)"
        " VALUES (1, 9, 'returned', 'I1', 'N1', '', '', '')",
        "payment_step",
    ),
    "a step changed": ("UPDATE payment_step SET action = 'discarded' WHERE action = 'approved'", "payment_step"),
    "a reason": ("UPDATE payment_step SET reason = 'other' WHERE action = 'approved'", "payment_step"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_is_changed_by_hand_is_found_and_named(ledger: Ledger, name: str) -> None:
    pay(ledger)
    publish(ledger, "2026-10", {**BASE, ONE: 100_000})
    pay(ledger)
    through(ledger, 1, APPROVED)
    ledger.verify()
    statement, place = TAMPERED[name]
    do(ledger, statement)
    with pytest.raises(IntegrityBroken) as caught:
        ledger.verify()
    assert place in {problem.where for problem in caught.value.problems}
    publish(ledger, "2026-11", BASE)
    number, action = (2, APPROVED) if name == "what is carried" else (1, EXPORTED)
    with pytest.raises(IntegrityBroken):
        ledger.advance_payment(number, action)


BROKEN_DETAILS = {
    "no JSON": "[",
    "nothing": "{}",
    "a rule without its parts": '{"publications":[],"steps":{"approved":{}}}',
    "a rule that is a number": '{"publications":[],"steps":{"approved":5}}',
    "publications that are a number": '{"publications":5}',
}


@pytest.mark.parametrize("name", BROKEN_DETAILS)
def test_details_changed_by_hand_are_told_in_words(ledger: Ledger, name: str) -> None:
    pay(ledger)
    do(ledger, f"UPDATE payment SET details = '{BROKEN_DETAILS[name]}' WHERE number = 1")
    assert ledger.payments()
    publish(ledger, "2026-11", BASE)
    acts: list[Callable[[], object]] = [
        ledger.verify, lambda: ledger.payment(1), lambda: ledger.advance_payment(1, APPROVED),
    ]  # fmt: skip
    if "rule" not in name:  # a later payment reads by which revisions this one paid
        acts.append(lambda: pay(ledger, NOVEMBER))
    for act in acts:
        with pytest.raises(IntegrityBroken, match=r"not stored as it was made|not as it was published"):
            act()


def test_no_lapse_is_written_by_a_closing_that_was_changed(ledger: Ledger) -> None:
    pay(ledger)
    through(ledger, 1, APPROVED, EXPORTED, PAID)
    publish(ledger, "2026-10", {**BASE, ONE: 100_000})
    ledger.close_balance("N1", "I1", "离职")
    (closing,) = [record.number for record in ledger.payments() if record.kind == "closing"]
    do(ledger, f"UPDATE payment_line SET amount_fen = -1 WHERE payment = {closing}")
    with pytest.raises(IntegrityBroken, match="not stored as it was made"):
        ledger.return_payment(1, "N1", None, "账号有误")


def test_nothing_is_paid_by_an_amount_that_was_not_published(ledger: Ledger) -> None:
    do(ledger, "UPDATE pay_line SET amount_fen = amount_fen + 100 WHERE staff = 'N1'")
    with pytest.raises(IntegrityBroken) as caught:
        pay(ledger)
    assert caught.value.exit_code == 7
    assert ledger.payments() == []


def test_nothing_is_paid_again_where_a_payment_was_deleted(ledger: Ledger) -> None:
    pay(ledger)
    for table in ("payment_line", "payment_step", "payment"):
        do(ledger, f"DELETE FROM {table}")
    with pytest.raises(IntegrityBroken):
        pay(ledger)


@pytest.mark.parametrize("workers", [2, 4])
def test_threads_that_pay_at_once_pay_once(kind: str, url: str, workers: int) -> None:
    with Ledger.open(url) as ledger:
        for turn in range(5):
            publish(ledger, "2026-10", {**BASE, ONE: 400_000 + turn})
            begin = threading.Barrier(workers)
            told: list[int | str | None] = []

            def work(begin: threading.Barrier = begin, told: list[int | str | None] = told) -> None:
                begin.wait()
                try:
                    with Ledger.open(url) as own:
                        record = own.pay(OCTOBER, DAY, NO_LIMIT).record
                        told.append(None if record is None else record.number)
                except PayengineError as error:
                    told.append(error.report())

            threads = [threading.Thread(target=work) for _ in range(workers)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(told, key=str) == sorted([turn + 1, *[None] * (workers - 1)], key=str)
        assert [record.number for record in ledger.payments()] == [1, 2, 3, 4, 5]
        assert ledger.outstanding() == {}
        ledger.verify()


@pytest.mark.parametrize("workers", [2, 4])
def test_processes_that_pay_at_once_pay_once(kind: str, url: str, workers: int, tmp_path: Path) -> None:
    with Ledger.open(url) as ledger:
        made = results()
        ledger.stage(made, POLICY)
        ledger.publish(made.meta.run_id)
        signal = tmp_path / "go"
        running = [child(url, 1, "pay", "--wait", str(signal)) for _ in range(workers)]
        signal.touch()
        told = [json.loads(process.communicate(timeout=90)[0].splitlines()[-1]) for process in running]
        assert sorted(told, key=str) == sorted([[1], *[[None]] * (workers - 1)], key=str)
        assert len(ledger.payments()) == 1
        ledger.verify()


KILLED = {"pay: before the audit entry": 0, "pay: before commit": 0, "pay: after commit": 1}
CASES = [(of, point) for of in ledgers.KINDS for point in KILLED if of == "sqlite" or point == "pay: before commit"]


@pytest.mark.parametrize(("kind", "point"), CASES)
def test_killed_while_paying_there_is_no_payment_or_a_whole_one(kind: str, url: str, point: str) -> None:
    with Ledger.open(url) as ledger:
        made = results()
        ledger.stage(made, POLICY)
        ledger.publish(made.meta.run_id)
        process = child(url, 1, "pay", "--die", point)
        process.communicate(timeout=60)
        assert process.returncode != 0
        assert len(ledger.payments()) == KILLED[point]
        ledger.verify()
        ledger.pay(OCTOBER, DAY, NO_LIMIT)
        assert len(ledger.payments()) == 1
        assert all(amount < 0 for amount in ledger.outstanding().values())
