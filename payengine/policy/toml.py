"""Strict reader of TOML tables: what is missing, wrong or unknown becomes a problem.

Numbers stand in quotes ("0.60"): TOML's own floats are binary and would already have lost what the document says, so
every one of them is refused by name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Self

from payengine.errors import Problem
from payengine.exact.amounts import decimal_text
from payengine.policy.blanks import Blank
from payengine.policy.model import ONE, SCALE
from payengine.policy.toml_text import toml_tables
from payengine.suggest import hint
from payengine.texts import in_quotes, joined, say

LARGEST_DIGITS = 13  # before the decimal point: below ten trillion yuan, the bound of the input tables too
_DECIMAL = re.compile(r"(-?)(\d+)(?:\.(\d+))?", re.ASCII)


@dataclass(frozen=True)
class Float:
    """A number that TOML would read as a float, kept as written so that it can be named."""

    text: str


def parse(text: str, place: str, problems: list[Problem]) -> dict[str, Any]:
    """Parse the tables of a TOML text; floats and bare integers are reported.

    They are kept as the text they were written as. `TomlFault` for a text that is no TOML.
    """
    tables = toml_tables(text, parse_float=Float)
    return {key: _quoted(value, KeyPath(place, ()).at(key), problems) for key, value in tables.items()}


@dataclass(frozen=True)
class KeyPath:
    """Place in a file: the path of keys, and the date of the value it belongs to."""

    file: str
    path: tuple[str, ...]
    on: date | None = None

    def at(self, key: str) -> KeyPath:
        return KeyPath(self.file, (*self.path, key), self.on)

    def dated(self, on: object) -> KeyPath:
        return KeyPath(self.file, self.path, on if isinstance(on, date) else self.on)

    def problem(self, what: str, remedy: str = "") -> Problem:
        """Make the problem of `what` at this place.

        Parameters are named as such, other keys by their path.
        """
        if len(self.path) >= 2 and self.path[0] == "parameters":
            rest = [part for part in self.path[2:] if part != "values"]
            return Problem(what, self.file, None, ".".join(rest), self.path[1], self.on, remedy)
        return Problem(what, self.file, column=".".join(self.path), on=self.on, remedy=remedy)


def _quoted(value: Any, place: KeyPath, problems: list[Problem]) -> Any:
    if isinstance(value, dict):
        inner = place.dated(value.get("from"))
        return {key: _quoted(entry, inner.at(key), problems) for key, entry in value.items()}
    if isinstance(value, list):
        return [_quoted(entry, place, problems) for entry in value]
    if isinstance(value, Float):
        problems.append(
            place.problem(
                say("{number} is a float, which is not exact", number=value.text),
                say('write it in quotes: "{number}"', number=value.text),
            )
        )
        return value.text
    if isinstance(value, int) and not isinstance(value, bool):
        problems.append(
            place.problem(
                say("{number} stands without quotes", number=value), say('write it in quotes: "{number}"', number=value)
            )
        )
        return str(value)
    return value


@dataclass
class Section:
    """One table being read: each `take` consumes a key; `finish` reports the others."""

    table: Mapping[str, Any]
    place: KeyPath
    problems: list[Problem]
    asked: set[str] = field(default_factory=set)

    def has(self, key: str) -> bool:
        return key in self.table

    def problem(self, what: str, key: str = "", remedy: str = "") -> None:
        self.problems.append((self.place.at(key) if key else self.place).problem(what, remedy))

    def blank(self, key: str, what: str, remedy: str = "") -> None:
        """Report a key between empty quotes."""
        inside = self.place.path[-1:] == ("where",)
        where = self.table if inside else self.table.get("where")
        named = {name: one for name, one in where.items() if one} if isinstance(where, dict) else {}
        keyed = ", ".join(f"{name} = {one}" for name, one in named.items())
        problem = self.place.at(key).problem(what, remedy)
        self.problems.append(Blank(**vars(problem), key=problem.column, keyed=keyed))

    def take(self, key: str) -> Any:
        """Take the value of a key as it stands, or None."""
        self.asked.add(key)
        return self.table.get(key)

    def text(self, key: str, required: bool = False) -> str:
        """Take a text; '' where there is none. A required one may not be empty."""
        found = self.take(key)
        if found is None or found == "":
            if required:
                if found == "":
                    self.blank(key, say("{key} is not filled in", key=key))
                else:
                    self.problem(say("{key} is missing", key=key))
            return ""
        if not isinstance(found, str):
            self.not_text(key)
            return ""
        return found

    def flag(self, key: str) -> bool | None:
        """Take true or false; None where it is not given."""
        found = self.take(key)
        if found is not None and not isinstance(found, bool):
            self.problem(say("must be true or false"), key)
            return None
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of texts; a single text is a list of one."""
        found = self.take(key)
        if found is None:
            return ()
        entries = [found] if isinstance(found, str) else found
        if not isinstance(entries, list) or not all(isinstance(entry, str) and entry for entry in entries):
            self.problem(say("must be a list of texts in quotes"), key)
            return ()
        for entry in {entry for entry in entries if entries.count(entry) > 1}:
            self.problem(say("{name} stands in it twice", name=in_quotes(entry)), key)
        return tuple(dict.fromkeys(entries))

    def day(self, key: str, required: bool = False) -> date | None:
        """Take a date, with or without quotes."""
        found = self.take(key)
        if found is None or found == "":
            if required:
                remedy = say("write a date such as 2026-01-01")
                if found == "":
                    self.blank(key, say("{key} is not filled in", key=key), remedy)
                else:
                    self.problem(say("{key} is missing", key=key), remedy=remedy)
            return None
        if isinstance(found, str):
            try:
                return date.fromisoformat(found)
            except ValueError:
                pass
        elif isinstance(found, date) and not isinstance(found, datetime):
            return found
        self.problem(
            say("{value} is not a date", value=in_quotes(str(found))), key, say("write a date such as 2026-01-01")
        )
        return None

    def number(self, key: str, required: bool = False) -> int | None:
        """Take an exact number in quotes, in ten-thousandths."""
        found = self.take(key)
        if isinstance(found, str) and found:
            try:
                return exact(found)
            except ValueError as error:
                self.problem(str(error), key)
        elif found == "":
            self.blank(key, say("the value is not filled in"))
        elif found is not None:
            self.problem(say("must be a number in quotes"), key)
        elif required:
            self.problem(say("{key} is missing", key=key))
        return None

    def section(self, key: str) -> Self:
        """Take the table under a key; an empty one where there is none."""
        found = self.take(key)
        if found is not None and not isinstance(found, dict):
            self.not_table(key)
        return type(self)(found if isinstance(found, dict) else {}, self.place.at(key), self.problems)

    def sections(self, key: str) -> Iterator[Self]:
        """Take the tables of a list of tables, each placed on its own `from`."""
        found = self.take(key)
        entries = found if isinstance(found, list) else []
        if found is not None and (not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found)):
            self.problem(say("must be a list of tables"), key)
        for entry in entries:
            if isinstance(entry, dict):
                yield type(self)(entry, self.place.at(key).dated(entry.get("from")), self.problems)

    def named_sections(self) -> Iterator[tuple[str, Self]]:
        """Take the tables of this table by their names."""
        for name in self.table:
            yield name, self.section(name)

    def expect(self, *keys: str) -> None:
        """Report at once every key but these, which are still to be taken."""
        self.asked.update(keys)
        self.finish()

    def finish(self) -> None:
        """Report the keys that nobody asked for, with the nearest that exists."""
        for key in self.table:
            if key not in self.asked:
                self.unknown(key)

    # The settings of a workspace are read by this class too and have words of their own for these three.

    def unknown(self, key: str) -> None:
        """Report a key that nobody asked for."""
        self.problem(say("unknown key {key}", key=in_quotes(key)) + hint(key, self.asked))

    def not_text(self, key: str) -> None:
        """Report a value that should be a text."""
        self.problem(say("must be a text in quotes"), key)

    def not_table(self, key: str) -> None:
        """Report a value that should be a table."""
        self.problem(say("must be a table"), key)


def exact(text: str) -> int:
    """Read `text` as an integer in ten-thousandths; `ValueError` says what is wrong with it."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        plain = unicodedata.normalize("NFKC", text)
        if _DECIMAL.fullmatch(plain):
            raise ValueError(
                say("{value} is written in full-width signs; write {plain}", value=in_quotes(text), plain=plain)
            )
        raise ValueError(say("{value} is not a number", value=in_quotes(text)))
    sign, whole, fraction = match[1], match[2], match[3] or ""
    if len(fraction) > SCALE:
        raise ValueError(say("{value} has more than {n} decimals", value=in_quotes(text), n=SCALE))
    if len(whole.lstrip("0")) > LARGEST_DIGITS:
        raise ValueError(say("{value} is too large", value=in_quotes(text)))
    number = int(whole + fraction.ljust(SCALE, "0"))
    return -number if sign else number


def number_text(number: int, least: int = 0) -> str:
    """Write ten-thousandths as a policy does: with two decimals or more if there are any.

    And with at least `least`.
    """
    return decimal_text(number, SCALE, least=max(least, 2 if number % ONE else 0))


def one_of(section: Section, key: str, given: str, choices: Iterable[str]) -> bool:
    """Tell if `given` is one of the choices; a problem with the nearest one otherwise."""
    allowed = tuple(choices)
    if given in allowed:
        return True
    section.problem(
        say("{value} is not one of {choices}", value=in_quotes(given), choices=joined(allowed)) + hint(given, allowed),
        key,
    )
    return False
