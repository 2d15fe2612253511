"""Known income of a policy: earned elsewhere, compared with and never paid here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KnownIncome:
    """Income of a person that others pay, as the table `pay_component` gives it under `input`.

    Totals may list it; no pay line and no sum of pay holds it.
    """

    name: str
    label: str
    input: str
    layer: str
    source: str = ""

    def canonical(self) -> str:
        """Name what can change a figure: the rows that it reads."""
        return self.input
