"""Look-up of codes by names: a code wins, else a name that one alone bears.

Where several bear it the choice is listed. Names are compared without blanks, width, case and the kind of dot between
their parts; they are shown as they stand in the input.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from payengine.errors import Problem, UsageError
from payengine.suggest import nearest
from payengine.texts import say

_DOTS = str.maketrans(dict.fromkeys("•‧・･∙⋅", "·"))
Places = Mapping[str, Sequence[tuple[str, str]]]  # code of a person -> (institution, department) of each engagement


def comparable(name: str) -> str:
    """Write a name without what people write now so and now otherwise."""
    plain = unicodedata.normalize("NFKC", name).translate(_DOTS).casefold()
    return "".join(char for char in plain if not char.isspace() and unicodedata.category(char) != "Cf")


def question_by_name(word: str, codes: Iterable[str], names: Mapping[str, str]) -> str:
    """Write the hint at the nearest code, or at who bears the nearest name; '' without any."""
    known = list(codes)
    if near := nearest(word, known):
        return say("Did you mean {name}?", name=_called(near, names))
    of_name = {comparable(names[code]): code for code in reversed(known) if names.get(code)}
    near = nearest(comparable(word), of_name)
    return say("Did you mean {name}?", name=_called(of_name[near], names)) if near else ""


def _called(code: str, names: Mapping[str, str]) -> str:
    name = names.get(code, "")
    return say("{code} ({label})", code=code, label=name) if name else code


@dataclass(frozen=True)
class NameBook:
    """Names of a snapshot: institutions and people by code, and where somebody is engaged.

    `places` reads the engagements of some people when they are asked for.
    """

    institutions: Mapping[str, str] = field(default_factory=dict)
    staff: Mapping[str, str] = field(default_factory=dict)
    places: Callable[[Collection[str]], Places] = lambda codes: {}


@dataclass(frozen=True)
class CodeLookup:
    """Look-up of what is written on the command line, in one name book or in several.

    The books are read one after another, and no further than the first one that holds the code. `told` is given the
    line that says which code a name means.
    """

    books: Callable[[], Iterator[NameBook]]
    where: str  # the run, period or payment that is searched, for messages
    told: Callable[[str], None] = lambda line: None

    def institution(self, word: str) -> str:
        """Find an institution's code.

        What is neither code nor name is returned as it is: whoever uses it knows the codes and tells. `UsageError`
        where several bear the name, or a name is near.
        """
        found, names = self._bearers(word, lambda book: book.institutions)
        if len(found) > 1:
            raise self._several(word, [(code, names[code], []) for code in found], "--institution")
        return self._one(word, found, names)

    def person(self, word: str, institution: str | None = None) -> str:
        """Find a person's code, as `institution` does; of several who is engaged at `institution`."""
        found, names = self._bearers(word, lambda book: book.staff)
        if len(found) > 1:
            places = self._places(found)
            at = [code for code in found if institution and institution in {place for place, _ in places[code]}]
            found = at if len(at) == 1 else found
            if len(found) > 1:
                called = {code: name for book in self.books() for code, name in book.institutions.items()}
                listed = [
                    (code, names[code], [" ".join(filter(None, (place, called.get(place, ""), department)))
                                         for place, department in places[code]])
                    for code in at or found
                ]  # fmt: skip
                raise self._several(word, listed, "--staff")
        return self._one(word, found, names)

    def _bearers(self, word: str, part: Callable[[NameBook], Mapping[str, str]]) -> tuple[list[str], Mapping[str, str]]:
        """List the codes that `word` may mean, itself alone if it is one, with all names known."""
        names: dict[str, str] = {}
        for book in self.books():
            if word in part(book):
                return [word], {}
            names = {**part(book), **names}
        asked = comparable(word)
        found = [code for code, name in names.items() if asked and comparable(name) == asked]
        return sorted(found, key=str.encode), names

    def _one(self, word: str, found: Sequence[str], names: Mapping[str, str]) -> str:
        if found:
            if found[0] != word:
                self.told(f"{word} = {found[0]}")
            return found[0]
        if comparable(word) and not nearest(word, names) and (hint := question_by_name(word, names, names)):
            raise UsageError(say("{name} is no code and nobody's name in {where}", name=word, where=self.where),
                             remedy=hint)  # fmt: skip
        return word

    def _places(self, codes: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, dict[tuple[str, str], None]] = {code: {} for code in codes}
        for book in self.books():
            for code, places in book.places(codes).items():
                found[code] |= dict.fromkeys(places)
        return {code: list(places) for code, places in found.items()}

    def _several(self, word: str, rows: Sequence[tuple[str, str, Sequence[str]]], option: str) -> UsageError:
        """Make the error that lists whom a name may mean, with institutions and departments."""
        wide = max(len(code) for code, _, _ in rows)
        problems = [Problem("  ".join([code.ljust(wide), name, *places]).rstrip()) for code, name, places in rows]
        return UsageError(
            say("{name} is the name of {n} in {where}", name=word, n=len(rows), where=self.where),
            problems,
            remedy=say("Write the code of the one who is meant: {option} CODE", option=option),
        )
