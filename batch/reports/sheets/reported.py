"""Reported figures of institutions, and the policy's values that go with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from batch.report_names import LACKING, NO_UNIT, SUMMARISED
from batch.reports.selected_rows import only
from batch.reports.sheets.sheet import Cell
from payengine.texts import joined, say

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.reports.sheets.material import SheetMaterial
    from batch.results import Results
    from payengine.policy.model import DatedValue

_LEVEL = "institution"
_PER_FEN = 100  # ten-thousandths of a yuan in a fen


class Reported:
    """Figures that a run reports of its institutions; what is not given is None."""

    def __init__(self, results: Results) -> None:
        self._values: dict[tuple[str, str], tuple[int, int]] = {}  # (name, institution): value, scale
        self._lacking: dict[tuple[str, str], list[str]] = {}
        self.labels: dict[str, str] = {}  # in the order of the results
        columns = ("name", "institution", "label", "unit", "scale", "value")
        own = only(results.reports, level=_LEVEL)
        for name, institution, label, unit, scale, value in zip(
            *(own[column].to_pylist() for column in columns), strict=True
        ):
            figure, lacks, _ = name.partition(LACKING)
            if lacks and unit == NO_UNIT:
                self._lacking.setdefault((figure, institution), []).append(label)
            else:
                self.labels.setdefault(name, label)
                self._values[name, institution] = value, scale
        places = {institution: None for _, institution in (*self._values, *self._lacking)}
        self.institutions = sorted(places, key=str.encode)

    def has(self, name: str) -> bool:
        """Tell if a figure is reported of any institution, given or not."""
        return name in self.labels or any(figure == name for figure, _ in self._lacking)

    def value(self, name: str, institution: str, scale: int) -> int | None:
        """Look up a figure in units of 10**-scale; None where it is not given or not reported.

        `ValueError` where it has more decimals than that.
        """
        found = self._values.get((name, institution))
        if found is None:
            return None
        value, own = found
        more: int = 10 ** max(scale - own, 0)
        less: int = 10 ** max(own - scale, 0)
        if value % less:
            raise ValueError(f"{name} has more than {scale} decimals")
        return value * more // less

    def cell(self, name: str, institution: str, scale: int) -> Cell:
        """Look up a figure for a cell; in words where it is not given, None if unreported."""
        value = self.value(name, institution, scale)
        return say("not given") if value is None and self.lacks(name, institution) else value

    def keys(self, name: str) -> Sequence[str]:
        """List the keys of a keyed figure, in the order of the results."""
        return self._keys.get(name, ())

    @cached_property
    def _keys(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, dict[str, None]] = {}
        for name in (*self.labels, *(name for name, _ in self._lacking)):
            figure, bracket, key = name.partition("[")
            if bracket and key.endswith("]"):
                found.setdefault(figure, {})[key[:-1]] = None
        return {figure: list(keys) for figure, keys in found.items()}

    def label(self, name: str) -> tuple[str, str]:
        """Split a figure's label into its own and that of its key ('' where it has none)."""
        own, _, key = self.labels.get(name, name).partition("[")
        return own, key.removesuffix("]")

    def lacks(self, name: str, institution: str) -> Sequence[str]:
        """Say what is missing of a figure that is not given: its label and the input that lacks."""
        return self._lacking.get((name, institution), ())


def summary_services(material: SheetMaterial) -> dict[str, int]:
    """Look up how many services of each institution summary rows count."""
    found = only(material.results.reports, level=_LEVEL, name=SUMMARISED)
    counts = zip(found["institution"].to_pylist(), found["value"].to_pylist(), strict=True)
    return {institution: count for institution, count in counts if count}


def summary_note(services: Mapping[str, int]) -> str:
    """Say how many of the services come from summary rows, and where."""
    places = joined(f"{code} {count:,}" for code, count in services.items())
    n = f"{sum(services.values()):,}"
    return say("Of the services paid, {n} come from summary rows (service_summary): {places}", n=n, places=places)


def sums_by(table: pa.Table, keys: Sequence[str], column: str) -> dict[tuple[str, ...], int]:
    """Add up a column of whole numbers by columns of texts."""
    added = table.group_by(list(keys)).aggregate([(column, "sum")])
    found = zip(*(added[key].to_pylist() for key in keys), strict=True)
    return dict(zip(found, added[f"{column}_sum"].to_pylist(), strict=True))


def sums_by_institution(table: pa.Table, column: str) -> dict[str, int]:
    """Add up a column of whole numbers by institution."""
    return {code: amount for (code,), amount in sums_by(table, ("institution",), column).items()}


class PolicyValues:
    """Values of a run's policy for its institutions on the last day of its period."""

    def __init__(self, material: SheetMaterial) -> None:
        self._policy = material.policy
        period = material.meta.period
        self._day = period.last_day
        self._choices = {} if material.policy is None else material.policy.formulas(period.kind)[1]
        institutions = material.table("institution")
        self._keys: dict[str, dict[str, str]] = {}
        if institutions is not None:
            for row in institutions.to_pylist():
                self._keys[row["code"]] = {
                    "institution": row["code"], "kind": row["kind"], "public_class": str(row["public_class"]),
                }  # fmt: skip

    @property
    def are_known(self) -> bool:
        """Tell if policy and snapshot are at hand."""
        return self._policy is not None and bool(self._keys)

    def choice(self, name: str) -> str:
        """Look up which formula the policy chose for a figure; '' where it says nothing."""
        return self._choices.get(name, "")

    def number(self, parameter: str, institution: str, **keys: str) -> int | None:
        """Look up a number in ten-thousandths.

        None where the policy has none for the institution, names a figure instead, or writes a fraction such as 1/3.
        """
        value = self._find(parameter, institution, keys)
        return None if value is None or value.figure or value.over != 1 else value.number

    def fen(self, parameter: str, institution: str) -> int | None:
        """Look up an amount in fen; None as `number`, and where it is no whole fen."""
        number = self.number(parameter, institution)
        return None if number is None or number % _PER_FEN else number // _PER_FEN

    def figure(self, parameter: str, institution: str, **keys: str) -> str:
        """Look up the figure that a value names; '' where there is none."""
        value = self._find(parameter, institution, keys)
        return "" if value is None else value.figure

    def _find(self, parameter: str, institution: str, keys: Mapping[str, str]) -> DatedValue | None:
        if self._policy is None or parameter not in self._policy.parameters or institution not in self._keys:
            return None
        return self._policy.parameters[parameter].find(self._day, {**self._keys[institution], **keys})
