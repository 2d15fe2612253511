"""Effect of a scenario: who gains and loses, in sums and groups, and what flips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from batch.report_names import FAILS, NOT_APPLICABLE, NOT_GIVEN
from batch.simulation.places import TRAITS, Places
from batch.simulation.side import Side
from payengine.kernels.arrays import Int64

DECILES = 10
OF_ALL = ""  # in the place of an institution: the whole run
TOLD = (FAILS, NOT_GIVEN)  # results of a check that only one side has


@dataclass(frozen=True)
class Amounts:
    """Amount before and after, in fen."""

    before_fen: int
    after_fen: int

    @property
    def change_fen(self) -> int:
        return self.after_fen - self.before_fen


@dataclass(frozen=True)
class InstitutionEffect:
    """Pay of an institution's people, and what it is paid itself."""

    institution: str
    pay: Amounts
    statements: Amounts


@dataclass(frozen=True)
class GroupEffect:
    """Effect on some people: how many gain, lose and have the same.

    `group` is what they are grouped by ("decile", or one of `TRAITS`), `name` which of them; of a decile `lowest_fen`
    and `highest_fen` are the pay before with which it begins and ends.
    """

    group: str
    name: str
    people: int
    gain: int
    lose: int
    pay: Amounts
    lowest_fen: int | None = None
    highest_fen: int | None = None

    @property
    def same(self) -> int:
        return self.people - self.gain - self.lose


@dataclass(frozen=True)
class CheckFlip:
    """Check whose result is another than before, at an institution or ('') for all together."""

    check: str
    label: str
    institution: str
    before: int
    after: int


@dataclass(frozen=True)
class BoundFlip:
    """Ceiling or floor that begins or ceases to bind at an institution, in fen."""

    name: str
    label: str
    kind: str
    institution: str
    amount: Amounts


@dataclass(frozen=True)
class Effect:
    """Two sides of a comparison on the same places."""

    places: Places
    before: Side
    after: Side

    @property
    def pay(self) -> Amounts:
        return Amounts(int(self.before.pay.sum()), int(self.after.pay.sum()))

    @property
    def statements(self) -> Amounts:
        return Amounts(int(self.before.statements.sum()), int(self.after.statements.sum()))

    @property
    def institutions(self) -> list[InstitutionEffect]:
        """Every institution, in the order of the codes."""
        pay = [self.places.by_institution(side.pay).tolist() for side in (self.before, self.after)]
        statements = [side.statements.tolist() for side in (self.before, self.after)]
        return [
            InstitutionEffect(code, Amounts(pay[0][row], pay[1][row]), Amounts(statements[0][row], statements[1][row]))
            for row, code in enumerate(self.places.institutions)
        ]

    @property
    def components(self) -> list[tuple[str, str, Amounts]]:
        """Every line of the payslip: name, label, amounts."""
        return self._lines(self.before.components, self.after.components)

    @property
    def statement_lines(self) -> list[tuple[str, str, Amounts]]:
        """Every line of the institutions' statements: name, label, amounts."""
        return self._lines(self.before.statement_lines, self.after.statement_lines)

    def _lines(self, before: dict[str, int], after: dict[str, int]) -> list[tuple[str, str, Amounts]]:
        labels = {**self.before.labels, **self.after.labels}
        names = dict.fromkeys([*after, *before])
        return [(name, labels.get(name, ""), Amounts(before.get(name, 0), after.get(name, 0))) for name in names]

    @cached_property
    def _of_people(self) -> tuple[Int64, Int64]:
        return self.places.by_person(self.before.pay), self.places.by_person(self.after.pay)

    @property
    def people(self) -> GroupEffect:
        """The whole: each person once, at however many institutions."""
        before, after = self._of_people
        return _group("people", "", before, after)

    @property
    def deciles(self) -> list[GroupEffect]:
        """Tenths of the people by pay before, the lowest first; equal pay goes by code."""
        before, after = self._of_people
        order = np.argsort(before, kind="stable")
        tenths = np.arange(len(order)) * DECILES // max(len(order), 1)
        found = []
        for number in range(DECILES):
            own = order[tenths == number]
            if len(own):
                ends = int(before[own[0]]), int(before[own[-1]])
                found.append(_group("decile", str(number + 1), before[own], after[own], *ends))
        return found

    @property
    def groups(self) -> list[GroupEffect]:
        """People by kind of institution, role and title: of the place where each has most before."""
        before, after = self._of_people
        main = self.before.main_place(self.places)
        found = []
        for name in TRAITS:
            trait = self.places.traits[name]
            codes = trait.codes[main]
            count = np.bincount(codes, minlength=len(trait.texts))
            gain, lose = (np.bincount(codes[rows], minlength=len(trait.texts))
                          for rows in (after > before, after < before))  # fmt: skip
            sums = [np.zeros(len(trait.texts), np.int64) for _ in range(2)]
            for total, fen in zip(sums, (before, after), strict=True):
                np.add.at(total, codes, fen)
            found += [
                GroupEffect(name, text, int(count[code]), int(gain[code]), int(lose[code]),
                            Amounts(int(sums[0][code]), int(sums[1][code])))
                for code, text in enumerate(trait.texts) if count[code]
            ]  # fmt: skip
        return found

    @property
    def check_flips(self) -> list[CheckFlip]:
        """Checks with another result than before; institutions after the whole.

        A check that only one side has is not applicable on the other. It is told where it fails or is not given: where
        it holds, nothing is amiss on either side.
        """
        return [*self._flips()]

    def _flips(self) -> Iterator[CheckFlip]:
        labels = {**self.before.labels, **self.after.labels}
        nothing = np.full(len(self.places.institutions), NOT_APPLICABLE, np.int64)
        for check in dict.fromkeys([*self.after.checks_of_all, *self.before.checks_of_all]):
            before, after = (side.checks_of_all.get(check, NOT_APPLICABLE) for side in (self.before, self.after))
            if before != after and self._is_told(check, before, after):
                yield CheckFlip(check, labels[check], OF_ALL, before, after)
        for check in dict.fromkeys([*self.after.checks, *self.before.checks]):
            old, new = (side.checks.get(check, nothing) for side in (self.before, self.after))
            for row in np.flatnonzero(old != new).tolist():
                if self._is_told(check, before := int(old[row]), after := int(new[row])):
                    yield CheckFlip(check, labels[check], self.places.institutions[row], before, after)

    def _is_told(self, check: str, before: int, after: int) -> bool:
        """Tell if another result counts: on both sides any, on one side a failing one."""
        of_both = self.before.has_check(check) and self.after.has_check(check)
        return of_both or before in TOLD or after in TOLD

    @property
    def bound_flips(self) -> list[BoundFlip]:
        """Ceilings and floors that bind on one side only.

        One that a side does not have does not bind there; what is published may have had more than it reports, so of
        its side only those count that both have.
        """
        found = []
        for name in dict.fromkeys([*self.after.bounds, *self.before.bounds]):
            sides = [side.bound(name) for side in (self.before, self.after)]
            if sides[0] is None or sides[1] is None:
                continue
            before, after = sides[0].fen, sides[1].fen
            known = self.after.bounds.get(name) or self.before.bounds[name]
            for row in np.flatnonzero((before > 0) != (after > 0)).tolist():
                amounts = Amounts(int(before[row]), int(after[row]))
                found.append(BoundFlip(name, known.label, known.kind, self.places.institutions[row], amounts))
        return found


def _group(
    group: str, name: str, before: Int64, after: Int64, lowest: int | None = None, highest: int | None = None
) -> GroupEffect:
    gain, lose = int((after > before).sum()), int((after < before).sum())
    pay = Amounts(int(before.sum()), int(after.sum()))
    return GroupEffect(group, name, len(before), gain, lose, pay, lowest, highest)
