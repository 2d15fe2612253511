"""Places of a comparison: a person at an institution each, with what they are grouped by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from batch.inputs.provider import InputProvider
from payengine.graph import Codes, Input
from payengine.kernels.arrays import Int64

TRAITS = ("kind", "role", "title")  # of the institution; of the latest engagement there


@dataclass(frozen=True)
class Trait:
    """Trait by which places are grouped: of each place the index into sorted `texts`."""

    codes: Int64
    texts: Sequence[str]

    @classmethod
    def of(cls, value: Input, rows: Int64 | None = None) -> Trait:
        """Make it of an input's codes, in some rows of it."""
        assert isinstance(value, Codes)
        codes = value.codes if rows is None else value.codes[rows]
        return cls.sorted([*value.labels, ""], np.where(codes < 0, len(value.labels), codes))

    @classmethod
    def sorted(cls, texts: Sequence[str], codes: npt.NDArray[np.integer]) -> Trait:
        """Sort the texts, each once, and number them anew."""
        distinct = sorted(set(texts), key=str.encode)
        numbers = np.array([distinct.index(text) for text in texts], np.int64)
        return cls(numbers[codes], distinct)

    def with_blanks(self, number: int) -> Trait:
        """Add places at the end where nothing is given."""
        blank = len(self.texts)
        codes = np.concatenate([self.codes, np.full(number, blank, np.int64)])
        return Trait.sorted([*self.texts, ""], codes)


@dataclass(frozen=True)
class Places:
    """Rows of a comparison: places by institution and person, and the institutions.

    `institution` and `staff` are per place the index of its code; `traits` holds each of `TRAITS`; its
    text is '' where it is not given or the person is not engaged there.
    """

    institutions: Sequence[str]
    staff_codes: Sequence[str]
    institution: Int64
    staff: Int64
    traits: Mapping[str, Trait]

    @classmethod
    def of(cls, data: InputProvider) -> Places:
        """Make the places of a run: its persons at its institutions."""
        frame = data.frame
        institution = frame.institution_of_staff.astype(np.int64)
        traits = {
            "kind": Trait.of(data.value("institution_kind"), institution),
            **{name: Trait.of(data.value(name), frame.latest) for name in ("role", "title")},
        }
        return cls(list(frame.institutions), list(frame.staff_codes), institution, frame.staff.astype(np.int64), traits)

    def with_others(self, others: Sequence[tuple[str, str]], institutions: Sequence[str]) -> Places:
        """Add places and institutions that are not in the run, at the end."""
        codes = [*self.institutions, *(code for code in institutions if code not in set(self.institutions))]
        people = [*self.staff_codes, *dict.fromkeys(one for _, one in others if one not in set(self.staff_codes))]
        at, who = ({code: place for place, code in enumerate(each)} for each in (codes, people))
        return Places(
            codes, people,
            np.concatenate([self.institution, np.array([at[code] for code, _ in others], np.int64)]),
            np.concatenate([self.staff, np.array([who[code] for _, code in others], np.int64)]),
            {name: trait.with_blanks(len(others)) for name, trait in self.traits.items()},
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.institution)

    @cached_property
    def people(self) -> Int64:
        """Index into `staff_codes` of everybody who has a place, in the order of the codes."""
        return np.unique(self.staff)

    def by_person(self, fen: Int64) -> Int64:
        """Add up amounts of places for each of `people`."""
        totals = np.zeros(len(self.staff_codes), np.int64)
        np.add.at(totals, self.staff, fen)
        return totals[self.people]

    def by_institution(self, fen: Int64) -> Int64:
        """Add up amounts of places for each institution."""
        totals = np.zeros(len(self.institutions), np.int64)
        np.add.at(totals, self.institution, fen)
        return totals

    def main_place(self, fen: Int64) -> Int64:
        """Find the place of each of `people` with the greatest amount; of equal ones the first."""
        order = np.lexsort((np.arange(len(self)), -fen, self.staff))
        _, first = np.unique(self.staff[order], return_index=True)
        return order[first]
