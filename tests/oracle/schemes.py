"""Oracle of calculations: what a policy pays, computed again from docs/policy.md alone.

It reads `[components]`, `[statements]`, `[figures]`, `[pools]`, `[bands]` and `[parameters]` of one policy file, and
tables as texts. Like its siblings it shares no code with the product.

    scheme = Scheme(tomllib.loads(text), tables, Month.of("2026-10"))
    scheme.pay()          {("I01", "S01", "night_pay"): 40000}   fen; what is zero is left out
    scheme.statements()   {("I01", "subsidy", "central"): 123}
    scheme.figure(name)   Figure: level, whether amounts add up, values by key
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tests.oracle.reading import Month
from tests.oracle.scheme_levels import Levels
from tests.oracle.scheme_names import (
    BASES,
    INPUTS,
    KEYS_OF_PLACE,
    KEYS_OF_POST,
    LEVELS,
    Figure,
    axis_of,
    band_of,
    value_in_force,
)  # fmt: skip
from tests.oracle.scheme_people import Key, People, Values
from tests.oracle.scheme_pools import Pools
from tests.oracle.scheme_shares import divided
from tests.oracle.values import Tables, adding_up, half_up


class Scheme(Levels, Pools):
    """A policy over a month; `before` are its earlier months of the year, in order."""

    def __init__(self, policy: dict[str, Any], tables: Tables, month: Month, before: tuple[Scheme, ...] = ()) -> None:
        self.policy, self.month, self.before = policy, month, before
        self.people = People(tables, month)
        self.done: dict[str, Figure] = {}
        self.calculations: dict[str, dict[str, Any]] = {}
        for kind in ("figures", "pools", "components", "statements"):
            for name, keys in policy.get(kind, {}).items():
                given = kind == "components" and not {*BASES, "input"} & set(keys)
                self.calculations[name] = keys | {"kind": kind, "name": name} | ({"input": name} if given else {})
        for name in policy["formulas"]["month"]["outputs"]:
            known = name in self.calculations or name.removesuffix("_parts") in self.calculations
            if not known:
                self.calculations[name] = {"kind": "components", "name": name, "input": name}

    # Results.

    def pay(self) -> dict[tuple[str, str, str], int]:
        found: dict[tuple[str, str, str], int] = {}
        for name in self.policy["formulas"]["month"]["outputs"]:
            if self.calculations.get(name, {}).get("kind") == "components":
                for key, amount in self.lifted(self.figure(name), "staff").items():
                    if amount:
                        found[key[0], key[1], name] = int(amount * 100)
        return found

    def statements(self) -> dict[tuple[str, str, str], int]:
        found = {}
        for name, keys in self.policy.get("statements", {}).items():
            funding = keys["funding"]
            if isinstance(funding, str):
                funding = [{"source": funding, "share": "1"}]
            shares = {one["source"]: Fraction(one["share"]) for one in funding}
            for key, amount in self.figure(name).values.items():
                for source, part in divided(int(amount * 100), shares).items():
                    if part:
                        found[key[0], name, source] = part
        return found

    # Names.

    def figure(self, name: str) -> Figure:
        if name not in self.done:
            self.done[name] = self._named(name)
        return self.done[name]

    def _named(self, name: str) -> Figure:
        if re.fullmatch(r"-?[0-9.]+(/[0-9]+)?", name):
            return Figure("consortium", False, {(): Fraction(name)})
        plain, _, of = name.rstrip("]").partition("[")
        if plain in self.calculations:
            if of:
                return self._part(plain, of)
            return self._calculated(self.calculations[plain])
        if plain in INPUTS:
            return Figure(*self.people.input(plain, of))
        return self._parameter(plain, of)

    def _parameter(self, name: str, of: str) -> Figure:
        parameter = self.policy["parameters"][name]
        keys = {key for one in parameter["values"] for key in one.get("where", {})}
        level = "consortium"
        if keys & {*KEYS_OF_PLACE, "band"}:
            level = "institution"
        if keys & set(KEYS_OF_POST):
            level = "engagement"
        if "banded_by" in parameter:
            band = self.policy["bands"][parameter["banded_by"]]
            banded = self.figure(band["figure"])
            if LEVELS.index(banded.level) > LEVELS.index(level):
                level = banded.level
            of_band = {key: band_of(band["steps"], value) for key, value in self.lifted(banded, level).items()}
        values: Values = {}
        for key in self.people.keys(level):
            where: dict[str, str] = {}
            if key:
                where |= self.people.places[key[0]] | {"institution": key[0]}
            if len(key) > 1:
                where |= {one: self.people.row(key)[one] for one in KEYS_OF_POST}
            if "banded_by" in parameter:
                where["band"] = of_band[key]
            if of:
                where[axis_of(keys)] = of
            chosen = value_in_force(parameter["values"], where, self.month.first_day)
            if parameter.get("unit") == "figure":
                values[key] = self.lifted(self.figure(chosen), level)[key]
            else:
                values[key] = Fraction(chosen)
        return Figure(level, parameter.get("unit") == "figure", values)

    # Levels.

    def lifted(self, figure: Figure, level: str) -> Values:
        """Bring a figure to a level: down it holds for each, up amounts add up."""
        if figure.level == level:
            return figure.values
        people = self.people
        if LEVELS.index(figure.level) < LEVELS.index(level):
            above: Callable[[Key], Key] = {
                "consortium": lambda key: (), "institution": lambda key: key[:1],
                "department": people.department, "staff": lambda key: key[:2],
            }[figure.level]  # fmt: skip
            return {key: figure.values[above(key)] for key in people.keys(level) if above(key) in figure.values}
        if not figure.amount:
            assert level == "staff", f"{level} has no rate of its people"
            return {key: figure.values[people.latest[key]] for key in people.persons}
        found = dict.fromkeys(people.keys(level), Fraction(0))
        for key, value in figure.values.items():
            found[self.place(key, level)] += value
        return found

    def place(self, key: Key, level: str) -> Key:
        """Return the row of a higher level that a key belongs to."""
        if level == "department":
            return key if len(key) == 2 and key in self.people.departments else self.people.department(key)
        return {"staff": key[:2], "institution": key[:1], "consortium": ()}[level]

    # Calculations.

    def _calculated(self, keys: dict[str, Any]) -> Figure:
        level = self.level_of(keys)
        if "pool" in keys:
            return self._shares(keys)
        limited = level == "staff" and "level" not in keys and {"at_least", "at_most"} & set(keys)
        if limited and self.grows(keys) and not self.of_the_whole(keys):
            return self._limited_persons(keys)
        values = self._base(keys, level)
        for name in keys.get("times", []):
            other = self.lifted(self.figure(name), level)
            values = {key: value * other[key] for key, value in values.items()}
        for name in keys.get("over", []):
            other = self.lifted(self.figure(name), level)
            values = {key: value / other[key] if other[key] else Fraction(0) for key, value in values.items()}
        if "prorated" in keys:
            time = self.lifted(self.figure(keys["prorated"]), level)
            over = 1 if keys["prorated"] == "person_months" else len(self.people.days)
            values = {key: value * time[key] / over for key, value in values.items()}
        if not {"total_of", "mean_of"} & set(keys) and level == "engagement":
            values = {key: value if self._has(keys, key) else Fraction(0) for key, value in values.items()}
        if (decimals := self._decimals(keys)) is not None and level == "engagement" and self._adds_up(keys):
            values = adding_up(values, decimals, lambda key: key[:2])  # parts of what a person has there
        elif decimals is not None:
            values = {key: Fraction(half_up(value, decimals), 10**decimals) for key, value in values.items()}
        values = self._cut(keys, level, values)
        if not {"total_of", "mean_of"} & set(keys):
            values = {key: value if self._has(keys, key) else Fraction(0) for key, value in values.items()}
        if keys.get("unclaimed") == "carried" and self.before:
            left = self.before[-1].left(keys["name"])
            values = {key: value + left.get(key, 0) for key, value in values.items()}
        return Figure(level, self._adds_up(keys), values)

    def _cut(self, keys: dict[str, Any], level: str, values: Values) -> Values:
        for limit, cut in (("at_least", max), ("at_most", min)):
            if limit in keys:
                other = self.lifted(self.figure(keys[limit]), level)
                values = {key: cut(value, other[key]) for key, value in values.items()}
        return values

    def _limited_persons(self, keys: dict[str, Any]) -> Figure:
        """Add up the parts of the engagements that have it, then keep the limits."""
        whole = {key: one for key, one in keys.items() if key not in ("at_least", "at_most")} | {"level": "engagement"}
        parts = self._calculated(whole)
        found = self._cut(keys, "staff", self.lifted(parts, "staff"))
        having = {key[:2] for key in self.people.rows if self._has(keys, key)}
        return Figure("staff", True, {key: value if key in having else Fraction(0) for key, value in found.items()})

    def _has(self, keys: dict[str, Any], key: Key) -> bool:
        among = self.people.chosen(key, keys.get("among", {}))
        return among and not ("outside" in keys and self.people.chosen(key, keys["outside"]))

    def _adds_up(self, keys: dict[str, Any]) -> bool:
        return "mean_of" not in keys and (keys["kind"] != "figures" or keys["unit"] in ("yuan", "points", "count"))

    def _decimals(self, keys: dict[str, Any]) -> int | None:
        if "round" in keys:
            return None if keys["round"] == "unrounded" else int(keys["round"])
        unit = keys["unit"] if keys["kind"] == "figures" else "yuan"
        return {"yuan": 2, "points": 6}.get(str(unit), 4)

    def _base(self, keys: dict[str, Any], level: str) -> Values:
        rows = self.people.keys(level)
        if "input" in keys:
            return self.people.input("pay_component", keys["input"])[2]
        if "add" in keys or "subtract" in keys:
            total = dict.fromkeys(rows, Fraction(0))
            for sign, names in ((1, keys.get("add", [])), (-1, keys.get("subtract", []))):
                for name in names:
                    for key, value in self.lifted(self.figure(name), level).items():
                        total[key] += sign * value
            return total
        if "total_of" in keys:
            of = self.figure(keys["total_of"])
            if of.level == "engagement" and not self.has_parts(keys["total_of"]):
                of = Figure("staff", False, self.lifted(of, "staff"))
            total = dict.fromkeys(rows, Fraction(0))
            for key, value in of.values.items():
                if self._has(keys, key):
                    total[self.place(key, level)] += value
            return total
        if "mean_of" in keys:
            return self._means(keys, level)
        if "slices_of" in keys:
            return self._slices(keys, level)
        if "divides" in keys:
            return self._divided(keys)
        return dict.fromkeys(rows, Fraction(1))

    def _means(self, keys: dict[str, Any], level: str) -> Values:
        """Compute the mean over persons: of everybody among them, or of the best of them."""
        of = Figure("staff", True, self.lifted(self.figure(keys["mean_of"]), "staff"))  # of persons, whole
        heads = self.people.input("head", "")[2]
        months = self.people.input("person_months", "")[2]
        found: dict[Key, dict[Key, list[Fraction]]] = {key: {} for key in self.people.keys(level)}
        for key, value in of.values.items():
            if not self._has(keys, key) or (keys["per"] == "head" and not heads[key[:2]]):
                continue
            weight = Fraction(1)
            if keys["per"] == "person_month":
                weight = sum((months[one] for one in months if one[: len(key)] == key), Fraction(0))
            person = found[self.place(key, level)].setdefault(key[:2], [Fraction(0), Fraction(0)])
            person[0] += value
            person[1] += weight
        means = {}
        for place, persons in found.items():
            of_each = list(persons.values())
            if "best" in keys:
                of_each = sorted(of_each, key=lambda one: -one[0])[: int(keys["best"])]
            over = sum((one[1] for one in of_each), Fraction(0))
            if over:
                means[place] = sum((one[0] for one in of_each), Fraction(0)) / over
            else:
                means[place] = self.lifted(self.figure(keys.get("otherwise", "0")), level)[place]
        return means

    def _slices(self, keys: dict[str, Any], level: str) -> Values:
        now = self.lifted(self.figure(keys["slices_of"]), level)
        starts = [self.lifted(self.figure(one["from"]), level) for one in keys["slices"]]
        rates = [self.lifted(self.figure(one["rate"]), level) for one in keys["slices"]]

        def worth(key: Key, amount: Fraction) -> Fraction:
            total = Fraction(0)
            for index, rate in enumerate(rates):
                end = starts[index + 1][key] if index + 1 < len(rates) else amount
                total += max(min(amount, end) - starts[index][key], Fraction(0)) * rate[key]
            return total

        if keys.get("memory") != "year":
            return {key: worth(key, amount) for key, amount in now.items()}
        found = {}
        for key, amount in now.items():
            earlier = Fraction(0)
            for one in self.before:
                earlier += one.lifted(one.figure(keys["slices_of"]), level).get(key, Fraction(0))
            found[key] = worth(key, earlier + amount) - worth(key, earlier)
        return found
