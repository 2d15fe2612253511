"""Random histories of revisions, payments and returns against plain dictionaries.

Holds, leavers and rehires are among them.
For every key what was paid, what was closed and what is outstanding make what is due, and each fen is paid once.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from batch.ledger import Ledger
from batch.ledger.payment_records import APPROVED, DISCARDED, DRAFT, EXPORTED, PAID
from batch.payments.coverage import place_of
from batch.payments.recovery_limit import RecoveryLimit
from batch.payments.settling import Key
from payengine.periods import Period
from tests.support import ledgers
from tests.support.paid_history import publish

PLACES, PEOPLE, COMPONENTS = ("I1", "I2"), ("N1", "N2", "N3", "N4"), (("post_pay", "财政"), ("workload_pay", "机构"))
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
STEPS = {DRAFT: APPROVED, APPROVED: EXPORTED, EXPORTED: PAID}
PAY_DAY = date(2026, 12, 20)
Fen = dict[Key, int]


class Office:
    """A ledger, and beside it what a clerk with a sheet of paper would know."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self.ledger, self.dice = ledger, random.Random(seed)
        self.due: dict[Period, Fen] = {}
        self.held: dict[Period, set[str]] = {}
        self.paid: list[dict[str, Any]] = []  # number, lines, carried, state, returned
        self.closed: Fen = defaultdict(int)
        self.closings: dict[Key, list[list[int]]] = defaultdict(list)  # number, and what it forgives still
        self.lapses = 0

    # --- what the paper says ---------------------------------------------------------------------------------------

    def paid_of(self) -> Fen:
        found: Fen = defaultdict(int)
        for each in self.paid:
            if each["state"] != DISCARDED:
                for key, amount in each["lines"].items():
                    if (key.institution, key.staff) not in each["returned"]:
                        found[key] += amount
        return found

    def outstanding(self) -> Fen:
        paid, found = self.paid_of(), {}
        for key in {*paid, *(key for lines in self.due.values() for key in lines)}:
            if key.institution in self.held[key.period]:
                continue
            raw = self.due[key.period].get(key, 0) - paid.get(key, 0)
            left = raw - max(raw, self.closed[key]) if raw < 0 else raw
            if left:
                found[key] = left
        return found

    def listed(self, key: Key) -> int:
        """Find what the last payment that named a key carried of it."""
        for each in reversed(self.paid):
            if each["state"] == DISCARDED or (key.institution, key.staff) in each["returned"]:
                continue
            if key in each["carried"] or key in each["lines"]:
                return int(each["carried"].get(key, 0))
        return 0

    # --- what happens ----------------------------------------------------------------------------------------------

    def month(self) -> None:
        """Publish the next month, or a revision: late records, people gone or back, holds."""
        known = sorted(self.due, key=place_of)
        new = MONTHS[len(known)] if len(known) < len(MONTHS) and (not known or self.dice.random() < 0.4) else ""
        period = Period.parse(new) if new else self.dice.choice(known)
        lines = dict(self.due.get(period, {}))
        for place in PLACES:
            for staff in (*PEOPLE, ""):
                if new or self.dice.random() < 0.5:
                    for component, funding in COMPONENTS if staff else [("service_purchase", "财政")]:
                        key = Key(period, place, staff, component, funding)
                        lines.pop(key, None)
                        amount = self.dice.choice([0, 50_000, 100_001, self.dice.randrange(-90_000, 200_000)])
                        if amount and self.dice.random() < 0.8:
                            lines[key] = amount
        held = {place for place in PLACES if self.dice.random() < 0.15}
        lines = {key: amount for key, amount in lines.items() if key.institution not in held}
        publish(
            self.ledger, str(period), {tuple(key)[1:]: fen for key, fen in lines.items()}, dict.fromkeys(held, "缺")
        )
        self.due[period], self.held[period] = lines, held

    def pay(self) -> None:
        period = self.dice.choice(sorted(self.due, key=place_of)[-3:])
        only = self.dice.random() < 0.2
        limit = self.dice.choice([RecoveryLimit(), RecoveryLimit(share_e4=2000), RecoveryLimit(amount_fen=30_000)])
        covers = {each for each in self.due if each == period or (not only and place_of(each) < place_of(period))}
        before = {key: fen for key, fen in self.outstanding().items() if key.period in covers}
        listed = {key: max(fen, self.listed(key)) for key, fen in before.items() if fen < 0 and self.listed(key)}
        assert self.ledger.payment_origins(period, only=only) == {key.period for key in before}
        tried = self.ledger.payment_sheet(period, limit, only=only)
        made = self.ledger.pay(period, PAY_DAY, limit, only=only)
        assert (tried.lines, tried.carried) == (made.lines, made.carried), "a dry run says what a payment does"
        lines = {line.key: line.amount_fen for line in made.lines}
        net: dict[tuple[str, str], int] = defaultdict(int)
        for key, amount in lines.items():
            assert amount
            net[key.institution, key.staff] += amount
        for place in {(key.institution, key.staff) for key in before}:
            of = {key: fen for key, fen in before.items() if (key.institution, key.staff) == place}
            old = sum(fen for key, fen in listed.items() if key in of)
            new = sum(of.values()) - old
            most = limit.most(new) if place[1] else new
            assert net[place] == (new - min(most, -old) if new > 0 else 0)
            carried = [key for key in sorted(of, key=lambda key: (place_of(key.period), *key[3:])) if of[key] < 0]
            if new >= 0 and old:  # the oldest is recovered first: behind one that is left nothing is taken
                left = [key for key in carried if key in made.carried]
                for key in carried[carried.index(left[0]) + 1 :] if left else ():
                    assert made.carried.get(key, 0) == listed.get(key, 0)
        assert {key: fen - lines.get(key, 0) for key, fen in before.items() if fen != lines.get(key, 0)} == made.carried
        assert all(fen < 0 for fen in made.carried.values())
        if made.record is not None:
            self.paid.append({"number": made.record.number, "lines": lines, "carried": dict(made.carried),
                              "state": DRAFT, "returned": set()})  # fmt: skip
        else:
            assert not lines
        again = self.ledger.pay(period, PAY_DAY, limit, only=only)
        assert (again.record, list(again.lines)) == (None, []), "once"

    def step(self) -> None:
        """Take the next step with a payment, or discard it, or give somebody's money back."""
        open_ = [each for each in self.paid if each["state"] in (*STEPS, PAID)]
        if not open_:
            return
        chosen = self.dice.choice(open_)
        if chosen["state"] == PAID:
            net: dict[tuple[str, str], int] = defaultdict(int)
            for key, amount in chosen["lines"].items():
                net[key.institution, key.staff] += amount
            able = [place for place, fen in sorted(net.items()) if fen > 0 and place not in chosen["returned"]]
            if able:
                self.give_back(chosen, *self.dice.choice(able))
            return
        action = DISCARDED if chosen["state"] == DRAFT and self.dice.random() < 0.3 else STEPS[chosen["state"]]
        self.ledger.advance_payment(chosen["number"], action)
        chosen["state"] = action

    def pay_out(self) -> None:
        """Bring every payment to its end, so that all of it may come back."""
        for each in self.paid:
            while each["state"] in STEPS:
                each["state"] = STEPS[each["state"]]
                self.ledger.advance_payment(each["number"], each["state"])

    def give_back_what_was_closed(self) -> None:
        """Give back a transfer to somebody of whom something was closed since."""
        able = []
        for each in self.paid:
            net: dict[tuple[str, str], int] = defaultdict(int)
            for key, amount in each["lines"].items():
                net[key.institution, key.staff] += amount
            closed = {(key.institution, key.staff) for key, all_ in self.closings.items()
                      if any(number > each["number"] and left for number, left in all_)}  # fmt: skip
            able += [
                (each, *place) for place, fen in sorted(net.items())
                if fen > 0 and place in closed and place not in each["returned"] and each["state"] == PAID
            ]  # fmt: skip
        if able:
            self.give_back(*self.dice.choice(able))

    def give_back(self, payment: dict[str, Any], place: str, staff: str) -> None:
        self.ledger.return_payment(payment["number"], staff, place, "账号有误")
        payment["returned"].add((place, staff))
        self.let_lapse(payment, place, staff)

    def let_lapse(self, returned: dict[str, Any], place: str, staff: str) -> None:
        """Cross out what was forgiven of money that came back, the latest closing first."""
        has_lapsed = False
        for key, amount in returned["lines"].items():
            for closing in reversed(self.closings[key]) if (key.institution, key.staff) == (place, staff) else ():
                if closing[0] > returned["number"] and amount > 0:
                    taken = min(amount, closing[1])
                    closing[1] -= taken
                    amount -= taken
                    self.closed[key] += taken
                    if taken:
                        has_lapsed = True
                        self.paid.append({"number": 0, "lines": {}, "carried": {key: 0}, "state": "lapsed",
                                          "returned": set()})  # fmt: skip
        self.lapses += has_lapsed

    def close(self) -> None:
        """Close what somebody is carried with, where nothing is to be paid."""
        left: dict[tuple[str, str], Fen] = defaultdict(dict)
        for key, fen in self.outstanding().items():
            left[key.institution, key.staff][key] = fen
        drafted = {(key.institution, key.staff) for one in self.paid if one["state"] == DRAFT for key in one["lines"]}
        able = [
            place for place, of in sorted(left.items()) if all(fen < 0 for fen in of.values()) and place not in drafted
        ]
        if able:
            place, staff = self.dice.choice(able)
            made = self.ledger.close_balance(staff, place, "离职，核销")
            assert {line.key: line.amount_fen for line in made.lines} == left[place, staff]
            for key, fen in left[place, staff].items():
                self.closed[key] += fen
                assert made.record is not None
                self.closings[key].append([made.record.number, -fen])
            nothing = dict.fromkeys(left[place, staff], 0)
            self.paid.append({"number": 0, "lines": {}, "carried": nothing, "state": "closed", "returned": set()})

    def compare(self) -> None:
        """Ledger, views and paper say the same."""
        assert self.ledger.outstanding() == self.outstanding()
        paid = {key: fen for key, fen in self.paid_of().items() if fen}
        assert _of_view(self.ledger, "paid", "amount_fen") == paid
        left = _of_view(self.ledger, "outstanding", "outstanding_fen")
        assert left == self.outstanding()


def _of_view(ledger: Ledger, view: str, column: str) -> Fen:
    query = f"SELECT period, institution, staff, component, funding, {column} FROM {view}"
    found: Fen = defaultdict(int)
    with ledger._database.reading() as connection:
        for period, *key, amount in connection.exec_driver_sql(query):
            found[Key(Period.parse(period), *key)] += amount
    return {key: fen for key, fen in found.items() if fen}


def replay(ledger: Ledger, seed: int, events: int) -> Office:
    office = Office(ledger, seed)
    office.month()
    for _ in range(events):
        chosen = office.dice.choices([office.month, office.pay, office.step, office.close], [4, 4, 6, 1])[0]
        chosen()
        office.compare()
    return office


def test_closings_lapse_in_these_histories(tmp_path: Path) -> None:
    """Or the histories would say nothing of returns after closings."""
    lapses = 0
    for seed in (20, 21, 22):
        (tmp_path / str(seed)).mkdir()
        with ledgers.fresh("sqlite", tmp_path / str(seed)) as url, Ledger.open(url) as ledger:
            office = Office(ledger, seed)
            office.month()
            for _ in range(50):
                events = [office.month, office.pay, office.pay_out, office.close, office.give_back_what_was_closed]
                office.dice.choice(events)()
                office.compare()
            lapses += office.lapses
            assert len([record for record in ledger.payments() if record.kind == "lapse"]) == office.lapses
            ledger.verify()
    assert lapses


CASES = [*(("sqlite", seed) for seed in range(6)), ("postgresql", 7), ("mariadb", 8)]


@pytest.mark.parametrize(("kind", "seed"), CASES)
def test_what_was_paid_and_what_is_outstanding_make_what_is_due(kind: str, seed: int, tmp_path: Path) -> None:
    with ledgers.fresh(kind, tmp_path) as url, Ledger.open(url) as ledger:
        office = replay(ledger, seed, 40)
        assert len(office.paid) > 5
        ledger.verify()
