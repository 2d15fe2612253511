"""Levels of calculations: on which rows one stands, and what grows with time and work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.oracle.scheme_names import Figure, operands


class Levels:
    """Levels of a scheme's calculations; the scheme that inherits it knows the figures."""

    calculations: dict[str, dict[str, Any]]
    figure: Callable[[str], Figure]
    _adds_up: Callable[[dict[str, Any]], bool]

    def level_of(self, keys: dict[str, Any]) -> str:
        if "level" in keys:
            return str(keys["level"])
        if keys["kind"] in ("statements", "pools"):
            return "institution"
        if "pool" in keys:
            return "staff"
        if "input" in keys:
            return "staff"
        figures = [self.figure(one) for one in operands(keys)]
        if any(one.level == "staff" and one.amount for one in figures):
            return "staff"
        # Rates alone are of a person, and so are limits; what grows with time and work has a part on each engagement.
        below = "engagement" in [one.level for one in figures] or "prorated" in keys
        if not below:
            return "staff"
        if self._adds_up(keys) and ({"at_least", "at_most"} & set(keys) or not self.grows(keys)):
            return "staff"
        return "staff" if self._adds_up(keys) and self.of_the_whole(keys) else "engagement"

    def of_the_whole(self, keys: dict[str, Any]) -> bool:
        """Say whether it needs a person's amount whole: to cut it, or beside what is had once."""
        if "slices_of" in keys:
            return self.has_parts(keys["slices_of"])
        return len({self.has_parts(one) for key in ("add", "subtract") for one in keys.get(key, [])}) > 1

    def grows(self, keys: dict[str, Any]) -> bool:
        """Say whether a calculation has a part on each engagement: by time, or by amounts."""
        return "prorated" in keys or any(self.has_parts(one) for one in operands(keys))

    def has_parts(self, name: str) -> bool:
        """Say whether a figure has a part on each engagement; of a rate the latest holds."""
        plain = name.partition("[")[0]
        figure = self.figure(name)
        if figure.level != "engagement":
            return False
        return self.grows(self.calculations[plain]) if plain in self.calculations else figure.amount
