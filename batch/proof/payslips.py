"""Tree of a run's payslips: one leaf for each person at each institution.

A payslip is the canonical JSON of all pay lines, work and reported figures of a person at an institution: codes, labels
and exact integers, as they are published, never a key of the database. Its leaf is hashed behind a salt (see
`secret.py`). Service records stand on no payslip: their ids can lead to patients.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.proof import merkle
from batch.proof.secret import Salts, place_json
from batch.report_names import PREFIX

CHUNK = 20_000  # payslips whose text is in memory at a time
# The columns of each part, beside institution and staff, in the order of canonical JSON.
PARTS: Mapping[str, tuple[str, ...]] = {
    "lines": ("amount_fen", "component", "engagement_from", "funding", "label", "pay_class"),
    "reports": ("label", "name", "scale", "unit", "value"),
    "workload": ("category", "engagement_from", "points_micro", "services"),
}
_JSON = json.JSONEncoder(ensure_ascii=False)
_SEPARATOR = "\x00"  # in no text that a ledger holds


@dataclass(frozen=True)
class Payslips:
    """Payslips of a run by institution and staff: whose they are, and their leaves' hashes."""

    run: str
    places: Sequence[tuple[str, str]]
    leaves: Sequence[bytes]

    def facts(self) -> dict[str, Any]:
        """State how many payslips there are, and the root of their tree."""
        return {"size": len(self.leaves), "root": merkle.root(self.leaves).hex()}


class PayslipRows:
    """Rows of a run that stand on payslips.

    They are of its results' `pay_lines`, `workload`, `reports` and `components`. `places` are (institution, staff), in
    the order of their bytes. `illustrative`: values were used that are in force nowhere.
    """

    def __init__(self, run: str, period: str, illustrative: bool, tables: Mapping[str, pa.Table]) -> None:
        self.run = run
        self.period = period
        self.illustrative = illustrative
        components = tables["components"]
        components = components.filter(pc.equal(components["kind"], "pay"))
        lines = _of_persons(tables["pay_lines"])
        called = pc.index_in(lines["component"], value_set=components["component"].combine_chunks())
        for name in ("label", "pay_class"):
            lines = lines.append_column(name, pc.fill_null(components[name].take(called), ""))
        reports = _of_persons(tables["reports"])
        reports = reports.filter(pc.equal(reports["level"], "staff"))
        reports = reports.filter(pc.invert(pc.starts_with(reports["name"], PREFIX)))
        self._tables = {"lines": lines, "reports": reports, "workload": _of_persons(tables["workload"])}
        keys = {name: _keys(table) for name, table in self._tables.items()}
        every = pc.unique(pa.chunked_array([chunk for column in keys.values() for chunk in column.chunks], pa.string()))
        every = every.take(pc.sort_indices(every))
        self.places = [tuple(key.split(_SEPARATOR)) for key in every.to_pylist()]
        self._order: dict[str, np.ndarray] = {}
        self._ends: dict[str, np.ndarray] = {}
        for name, column in keys.items():
            place = np.asarray(pc.index_in(column, value_set=every))
            self._order[name] = np.argsort(place, kind="stable")  # rows of one payslip stay in their order
            self._ends[name] = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(every)))])

    def texts(self, first: int = 0, last: int | None = None) -> Iterator[str]:
        """Write payslips as canonical JSON, from one place to before another."""
        for begin, end in _chunks(first, len(self.places) if last is None else last):
            yield from self._written(begin, end, self._places(begin, end)).to_pylist()

    def payslip(self, index: int) -> dict[str, Any]:
        """Read one payslip, by its place in the order."""
        return dict(json.loads(next(self.texts(index, index + 1))))

    def salt(self, secret: bytes, index: int) -> bytes:
        """Derive the salt of one payslip."""
        return Salts(secret, self.run).of(place_json(*self.places[index]))

    def tree(self, secret: bytes) -> Payslips:
        """Hash every payslip into its leaf.

        They are hashed as the bytes that Arrow wrote: texts of them would cost more than the hashing.
        """
        salts, leaves = Salts(secret, self.run), []
        for begin, end in _chunks(0, len(self.places)):
            places = self._places(begin, end)
            contents = self._written(begin, end, places).cast(pa.binary())
            leaves += [
                merkle.leaf_hash(salts.of(place) + content)
                for place, content in zip(_joined(*places).to_pylist(), contents.to_pylist(), strict=True)
            ]
        return Payslips(self.run, self.places, leaves)

    def _places(self, first: int, last: int) -> tuple[pa.StringArray, pa.StringArray]:
        """Write institutions and persons as JSON texts."""
        chosen = self.places[first:last]
        institutions, persons = (pa.array([place[part] for place in chosen], pa.string()) for part in (0, 1))
        return _quoted(institutions), _quoted(persons)

    def _written(self, first: int, last: int, places: tuple[pa.StringArray, pa.StringArray]) -> pa.StringArray:
        """Write payslips as canonical JSON; `places` are theirs."""
        parts: dict[str, Any] = {name: self._part(name, first, last) for name in self._tables}
        mark, period, run = (json.dumps(one) for one in (self.illustrative, self.period, self.run))
        pieces = [
            f'{{"illustrative":{mark},"institution":', places[0],
            ',"lines":[', parts["lines"], f'],"period":{period},"reports":[', parts["reports"],
            f'],"run":{run},"staff":', places[1],
            ',"workload":[', parts["workload"], "]}",
        ]  # fmt: skip
        return pc.binary_join_element_wise(*pieces, "")

    def _part(self, name: str, first: int, last: int) -> pa.Array:
        """Write the rows of one part as JSON objects, joined for each payslip."""
        ends = self._ends[name][first : last + 1]
        rows = self._tables[name].take(pa.array(self._order[name][ends[0] : ends[-1]]))
        offsets = pa.array(ends - ends[0], pa.int32())
        return pc.binary_join(pa.ListArray.from_arrays(offsets, _objects(rows, PARTS[name])), ",")


def _chunks(first: int, last: int) -> Iterator[tuple[int, int]]:
    for begin in range(first, last, CHUNK):
        yield begin, min(begin + CHUNK, last)


def _joined(institutions: pa.StringArray, persons: pa.StringArray) -> pa.BinaryArray:
    """Join what `_places` wrote, as `place_json` does."""
    return pc.binary_join_element_wise(institutions, ",", persons, "]", "").cast(pa.binary())


def _of_persons(table: pa.Table) -> pa.Table:
    return table.filter(pc.not_equal(table["staff"], ""))


def _keys(table: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(table["institution"], table["staff"], _SEPARATOR)


def _objects(rows: pa.Table, columns: Sequence[str]) -> pa.Array:
    """Write rows as JSON objects, in one pass for each column: a run has a million of them."""
    pieces: list[Any] = []
    for number, name in enumerate(columns):
        column = rows[name].combine_chunks()
        pieces += [f'{"," if number else "{"}"{name}":']
        pieces += [_quoted(column) if pa.types.is_string(column.type) else pc.cast(column, pa.string())]
    return pc.binary_join_element_wise(*pieces, "}", "")


def _quoted(texts: pa.Array) -> pa.Array:
    """Write texts as JSON does."""
    coded = texts.dictionary_encode()
    written = list(map(_JSON.encode, coded.dictionary.to_pylist()))
    return pa.array(written, pa.string()).take(coded.indices)
