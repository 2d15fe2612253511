"""Tree of a run's payslips: one leaf for each person at each institution.

A payslip is the canonical JSON of all pay lines, work and reported figures of a person at an institution: codes, labels
and exact integers, as they are published, never a key of the database. Its leaf is hashed behind a salt (see
`secret.py`). Service records stand on no payslip: their ids can lead to patients.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded, coded_column
from batch.proof import merkle
from batch.proof.secret import Salts, place_json
from batch.report_names import PREFIX
from batch.text_ranks import ranked
from payengine.kernels.arrays import Int64

CHUNK = 5000  # payslips whose text is in memory at a time
# The columns of each part, beside institution and staff, in the order of canonical JSON.
PARTS: Mapping[str, tuple[str, ...]] = {
    "lines": ("amount_fen", "component", "engagement_from", "funding", "label", "pay_class"),
    "reports": ("label", "name", "scale", "unit", "value"),
    "workload": ("category", "engagement_from", "points_micro", "services"),
}
_JSON = json.JSONEncoder(ensure_ascii=False)
_PLACE = ("institution", "staff")


@dataclass(frozen=True)
class Payslips:
    """Hashes of a run's payslips, by institution and staff."""

    run: str
    leaves: Sequence[bytes]

    def facts(self) -> dict[str, Any]:
        """State how many payslips there are, and the root of their tree."""
        return {"size": len(self.leaves), "root": merkle.root(self.leaves).hex()}


class PayslipRows:
    """Rows of a run that stand on payslips.

    They are of its results' `pay_lines`, `workload`, `reports` and `components`, whose texts may be dictionaries; a
    run has so many rows that they are kept as such. `illustrative`: values were used that are in force nowhere.
    """

    def __init__(self, run: str, period: str, illustrative: bool, tables: Mapping[str, pa.Table]) -> None:
        self.run = run
        self.period = period
        self.illustrative = illustrative
        reports = tables["reports"]
        named = Coded.of(reports["name"])
        checks = np.asarray(pc.starts_with(named.dictionary, PREFIX), bool)
        reports = reports.filter(pa.array(Coded.of(reports["level"]).are("staff") & ~checks[named.codes]))
        found = {"lines": _described(tables["pay_lines"], tables["components"]), "reports": reports,
                 "workload": tables["workload"]}  # fmt: skip
        self._tables = {name: _coded(_of_persons(table), (*_PLACE, *PARTS[name])) for name, table in found.items()}
        self._order: dict[str, Int64 | None] = {}  # None: they are in the order of the payslips
        self._ends: dict[str, Int64] = {}
        self._institutions, self._persons, places = _places(self._tables)
        for name, place in places.items():
            risen = bool(np.all(place[1:] >= place[:-1]))
            self._order[name] = None if risen else np.argsort(place, kind="stable")  # rows of one stay in their order
            self._ends[name] = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(self._persons)))])
            self._tables[name] = self._tables[name].drop_columns(list(_PLACE))

    @cached_property
    def places(self) -> list[tuple[str, str]]:
        """List (institution, staff) of every payslip, in the order of their bytes."""
        return list(zip(self._institutions.to_pylist(), self._persons.to_pylist(), strict=True))

    def texts(self, first: int = 0, last: int | None = None) -> Iterator[str]:
        """Write payslips as canonical JSON, from one place to before another."""
        for begin, end in _chunks(first, len(self._persons) if last is None else last):
            yield from self._written(begin, end, self._quoted_places(begin, end)).to_pylist()

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
        for begin, end in _chunks(0, len(self._persons)):
            places = self._quoted_places(begin, end)
            contents = self._written(begin, end, places).cast(pa.binary())
            leaves += [
                merkle.leaf_hash(salts.of(place) + content)
                for place, content in zip(_joined(*places).to_pylist(), contents.to_pylist(), strict=True)
            ]
        return Payslips(self.run, leaves)

    def _quoted_places(self, first: int, last: int) -> tuple[pa.StringArray, pa.StringArray]:
        """Write institutions and persons as JSON texts."""
        return _quoted(self._institutions[first:last]), _quoted(self._persons[first:last])

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
        ends, order, table = self._ends[name][first : last + 1], self._order[name], self._tables[name]
        begin, end = int(ends[0]), int(ends[-1])
        rows = table.slice(begin, end - begin) if order is None else table.take(pa.array(order[begin:end]))
        offsets = pa.array(ends - ends[0], pa.int32())
        return pc.binary_join(pa.ListArray.from_arrays(offsets, _objects(rows, PARTS[name])), ",")


def _chunks(first: int, last: int) -> Iterator[tuple[int, int]]:
    for begin in range(first, last, CHUNK):
        yield begin, min(begin + CHUNK, last)


def _joined(institutions: pa.StringArray, persons: pa.StringArray) -> pa.BinaryArray:
    """Join what `_places` wrote, as `place_json` does."""
    return pc.binary_join_element_wise(institutions, ",", persons, "]", "").cast(pa.binary())


def _of_persons(table: pa.Table) -> pa.Table:
    institutional = Coded.of(table["staff"]).are("")
    return table.filter(pa.array(~institutional)) if institutional.any() else table


def _described(lines: pa.Table, components: pa.Table) -> pa.Table:
    """Put label and class of its component beside each line."""
    components = components.filter(pa.array(Coded.of(components["kind"]).are("pay"))).combine_chunks()
    component = Coded.of(lines["component"])
    known = components["component"].cast(pa.string()).combine_chunks()
    place = pc.index_in(component.dictionary, value_set=known)
    for name in ("label", "pay_class"):
        texts = pc.fill_null(components[name].cast(pa.string()).combine_chunks().take(place), "")
        lines = lines.append_column(name, coded_column(component.codes, texts))
    return lines


def _coded(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    """Choose columns, each in one piece, texts as dictionaries."""
    found = {}
    for name in columns:
        if pa.types.is_integer(table.schema.field(name).type):
            found[name] = table[name].combine_chunks()
        else:
            coded = Coded.of(table[name])
            found[name] = coded_column(coded.codes, coded.dictionary)
    return pa.table(found)


def _places(tables: Mapping[str, pa.Table]) -> tuple[pa.Array, pa.Array, dict[str, Int64]]:
    """Number the payslips: institution and person of each, and the payslip of every row.

    They are in the order of the bytes of their institutions, then of their persons.
    """
    (institutions, of_institutions), (persons, of_persons) = (
        ranked([table[part] for table in tables.values()]) for part in _PLACE
    )
    many = max(len(persons), 1)
    keys = [institution * many + person for institution, person in zip(of_institutions, of_persons, strict=True)]
    every = np.unique(np.concatenate([np.unique(key) for key in keys]))
    places = {name: np.searchsorted(every, key) for name, key in zip(tables, keys, strict=True)}
    return institutions.take(pa.array(every // many)), persons.take(pa.array(every % many)), places


def _objects(rows: pa.Table, columns: Sequence[str]) -> pa.Array:
    """Write rows as JSON objects, in one pass for each column: a run has a million of them."""
    pieces: list[Any] = []
    for number, name in enumerate(columns):
        column = rows[name].combine_chunks()
        pieces += [f'{"," if number else "{"}"{name}":']
        pieces.append(pc.cast(column, pa.string()) if pa.types.is_integer(column.type) else _quoted(column))
    return pc.binary_join_element_wise(*pieces, "}", "")


def _quoted(texts: pa.Array) -> pa.Array:
    """Write texts as JSON does."""
    coded = texts.dictionary_encode()
    written = list(map(_JSON.encode, coded.dictionary.to_pylist()))
    return pa.array(written, pa.string()).take(coded.indices)
