"""Pools of a scheme: their parts, the shares of persons and departments, and what is left."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tests.oracle.scheme_names import Figure
from tests.oracle.scheme_people import Key, People, Values
from tests.oracle.scheme_shares import divided, limited
from tests.oracle.values import half_up


class Pools:
    """Division of pools; the scheme that inherits it knows figures, places and whom they take."""

    people: People
    calculations: dict[str, dict[str, Any]]
    figure: Callable[[str], Figure]
    lifted: Callable[[Figure, str], Values]
    place: Callable[[Key, str], Key]
    has_parts: Callable[[str], bool]
    _has: Callable[[dict[str, Any], Key], bool]

    def _divided(self, keys: dict[str, Any]) -> Values:
        pool, by = self.figure(keys["divides"]), self.figure(keys["by"])
        found: Values = {}
        for key, amount in pool.values.items():
            weights = {one: self.lifted(by, "department")[one] for one in self.people.departments if one[:1] == key}
            found |= {one: Fraction(fen, 100) for one, fen in divided(int(amount * 100), weights).items()}
        return found

    def _sharers(self, keys: dict[str, Any], level: str) -> dict[Key, Values]:
        """Collect the weights of a line in each place, one for each person."""
        weights = self.figure(keys["weights"])
        if weights.level == "engagement" and not self.has_parts(keys["weights"]):
            weights = Figure("staff", False, self.lifted(weights, "staff"))
        if {"at_least", "at_most"} & set(keys):  # limits are of a person, whole in the latest department
            weights = Figure("staff", weights.amount, self.lifted(weights, "staff"))
        if weights.level not in ("engagement", "staff"):
            weights = Figure("staff", False, self.lifted(weights, "staff"))
        found: dict[Key, Values] = {key: {} for key in self.people.keys(level)}
        for key, weight in weights.values.items():
            of_place = found[self.place(key, level)]
            if self._has(keys, key):
                of_place[key[:2]] = of_place.get(key[:2], Fraction(0)) + weight
            else:
                of_place.setdefault(key[:2], Fraction(0))
        return found

    def _part(self, pool: str, part: str) -> Figure:
        """Compute a part of a pool in each place, with what other parts leave to it."""
        keys = self.calculations[pool]
        whole = self.figure(pool)
        ratios = {name: Fraction(share) for name, share in keys["parts"].items()}
        found: Values = {}
        for key, amount in whole.values.items():
            taken = {}
            for name, ratio in ratios.items():
                lines = [one for one in self.calculations.values() if one.get("pool") == f"{pool}[{name}]"]
                divides = [one for one in self.calculations.values() if one.get("divides") == f"{pool}[{name}]"]
                if keys.get("unclaimed") == "others":
                    weights = [sum(self._sharers(one, whole.level)[key].values(), Fraction(0)) for one in lines]
                    for one in divides:
                        by = self.lifted(self.figure(one["by"]), "department")
                        weights.append(sum((by[at] for at in by if at[:1] == key), Fraction(0)))
                    if not any(weights) and not any(self._has_minimum(one, whole.level, key) for one in lines):
                        continue
                taken[name] = ratio
            found[key] = Fraction(divided(int(amount * 100), taken).get(part, 0), 100)
        return Figure(whole.level, True, found)

    def _has_minimum(self, keys: dict[str, Any], level: str, place: Key) -> bool:
        """Tell if somebody in a place has a minimum above 0, with or without a weight."""
        return any((self._limits(keys, "at_least", self._sharers(keys, level)[place])).values())

    def _shares(self, keys: dict[str, Any]) -> Figure:
        pool = self.figure(keys["pool"])
        found = dict.fromkeys(self.people.persons, Fraction(0))
        for place, weights in self._sharers(keys, pool.level).items():
            amount = int(pool.values[place] * 100)
            if {"at_least", "at_most"} & set(keys):
                least = self._limits(keys, "at_least", weights)
                most = self._limits(keys, "at_most", weights)
                known = {one: limit or 0 for one, limit in least.items()}
                shares = limited(amount, weights, known, most, keys.get("cut") != "pool")
            else:
                shares = divided(amount, weights)
            for person, fen in shares.items():
                found[person] += Fraction(fen, 100)
        return Figure("staff", True, found)

    def _limits(self, keys: dict[str, Any], limit: str, weights: Values) -> dict[Key, int | None]:
        if limit not in keys:
            return dict.fromkeys(weights)
        values = self.lifted(self.figure(keys[limit]), "staff")
        nothing = None if limit == "at_most" else 0
        return {key: half_up(values[key], 2) if self._has(keys, key) else nothing for key in weights}

    def left(self, pool: str) -> Values:
        """Return the rest of a pool that nobody was paid."""
        whole = self.figure(pool)
        found = dict(whole.values)
        for name, keys in self.calculations.items():
            if str(keys.get("pool", "")).partition("[")[0] == pool:
                for key, paid in self.figure(name).values.items():
                    found[self.place(key, whole.level)] -= paid
        return found
