"""Integer codes of a snapshot: each code text's place in a sorted list.

Freeze, pricing and computation share these indices. Order is always that of the UTF-8 bytes (Arrow's own order of
strings), so that the same tables give the same indices on every machine.

A *cell owner* is who points belong to: index `e` in [0, E) is an engagement, `E + i` is institution i's own work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import integers, ordered, text_array, text_buffers
from batch.input_tables import LIMIT_PERIODS
from payengine.kernels.arrays import Int32, Int64
from payengine.kernels.text_search import find_texts

DIRECTED = "directed"  # the category that is paid by task: its rows have no points
ONE = 10_000  # a coefficient of 1 in ten-thousandths
MANY = 10_000  # codes of a list for which Arrow's hash table, made anew for every column, takes longer than a search


@dataclass(frozen=True)
class Codes:
    """Sorted list of distinct codes; a code's index is its place in it."""

    values: pa.Array  # string, ascending by bytes

    @classmethod
    def of(cls, *columns: pa.ChunkedArray) -> Codes:
        """Collect the distinct codes of some columns of text; an empty text is no code."""
        chunks = [chunk.cast(pa.string()) for column in columns for chunk in column.chunks]
        texts = pa.concat_arrays([pa.nulls(0, pa.string()), *chunks])
        if _ascends(texts):
            return cls(texts)
        distinct = pc.unique(texts)
        distinct = distinct.filter(pc.not_equal(distinct, ""))
        return cls(distinct.take(pc.array_sort_indices(distinct)))

    def __len__(self) -> int:
        return len(self.values)

    def index(self, texts: pa.Array | pa.ChunkedArray) -> Int32:
        """Find the index of each text; -1 where it is no code of this list."""
        if isinstance(texts, pa.ChunkedArray):
            texts = texts.combine_chunks() if texts.num_chunks != 1 else texts.chunk(0)
        if pa.types.is_dictionary(texts.type) and not texts.null_count and 0 < len(texts.dictionary) <= len(texts):
            return np.asarray(self.index(texts.dictionary)[texts.indices.to_numpy()], np.int32)
        texts = texts.cast(pa.string())
        if len(self) >= MANY and not texts.null_count:
            places = np.empty(len(texts), np.int32)
            if find_texts(*text_buffers(self.values), *text_buffers(texts), places):
                return places
        found = pc.index_in(texts, value_set=self.values)
        return np.asarray(found.fill_null(-1), np.int32)

    def texts(self, index: Int32) -> pa.Array:
        """Give the texts of indices; a negative index gives ''."""
        chosen = self.values.take(pa.array(np.maximum(index, 0), mask=index < 0))
        return chosen.fill_null("")


@dataclass(frozen=True)
class Coding:
    """Reference tables as integer arrays, in canonical order.

    `engagements`, `item_rows` and `difficulty_rows` are the tables in the order of their indices. Days are day
    numbers, `until` is exclusive and `OPEN` where it has no end; equivalents and coefficients are ten-thousandths.
    """

    institutions: Codes
    staff: Codes
    items: Codes
    categories: Codes
    engagement_rows: pa.Table  # in no order that a reader may rely on; see `engagements`
    item_rows: pa.Table  # by code, from
    difficulty_rows: pa.Table  # by institution, item, from; row k of this table is difficulty row k + 1

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> Coding:
        """Code the typed reference tables, already checked; an absent table is empty."""
        institutions, staff = (Codes.of(tables[name]["code"]) for name in ("institution", "staff"))
        items = ordered(tables["service_item"], "code", "from")
        difficulty = tables.get("difficulty")
        if difficulty is None:
            columns = {"institution": pa.string(), "item": pa.string(), "coefficient": pa.int64()}
            columns |= {"from": pa.int32(), "until": pa.int32()}
            difficulty = pa.schema(columns).empty_table()
        return cls(
            institutions=institutions,
            staff=staff,
            items=Codes.of(items["code"]),
            categories=Codes.of(items["category"]),
            engagement_rows=tables["engagement"],
            item_rows=items,
            difficulty_rows=ordered(difficulty, "institution", "item", "from"),
        )

    @property
    def owners(self) -> int:
        """Number of cell owners: the engagements, then the institutions."""
        return int(self.engagement_rows.num_rows) + len(self.institutions)

    @cached_property
    def engagements(self) -> pa.Table:
        """Engagements by institution, staff and first day; pricing needs no more than their number."""
        return _by_owner(self.engagement_rows, self.institutions, self.staff)

    @cached_property
    def engagement_institution(self) -> Int32:
        return self.institutions.index(self.engagements["institution"])

    @cached_property
    def engagement_staff(self) -> Int32:
        return self.staff.index(self.engagements["staff"])

    @cached_property
    def engagement_from(self) -> Int32:
        return integers(self.engagements, "from", np.int32)

    @cached_property
    def engagement_until(self) -> Int32:
        return integers(self.engagements, "until", np.int32)

    @cached_property
    def institution_of_owner(self) -> Int32:
        """Institution index of every cell owner."""
        own_work = np.arange(len(self.institutions), dtype=np.int32)
        return np.concatenate([self.engagement_institution, own_work])

    @cached_property
    def staff_of_owner(self) -> Int32:
        """Staff index of every cell owner; -1 for an institution's own work."""
        return np.concatenate([self.engagement_staff, np.full(len(self.institutions), -1, np.int32)])

    @cached_property
    def item_of_row(self) -> Int32:
        """Item index of every row of `service_item`."""
        return self.items.index(self.item_rows["code"])

    @cached_property
    def equivalents(self) -> Int64:
        """Equivalents of every item row as the table states them, in ten-thousandths."""
        return integers(self.item_rows, "equivalents", np.int64)

    @cached_property
    def priced_equivalents(self) -> Int64:
        """Equivalents as they are priced: zero for the category `directed`, which is paid by task."""
        directed = np.asarray(pc.equal(self.item_rows["category"], DIRECTED).combine_chunks().to_numpy(False), bool)
        return np.where(directed, 0, self.equivalents).astype(np.int64)

    @cached_property
    def category_of_row(self) -> Int32:
        """Category index of every item row."""
        return self.categories.index(self.item_rows["category"])

    @cached_property
    def limit_count(self) -> Int64:
        """Services of an item row that a patient may have in its calendar period; -1: no limit."""
        return integers(self.item_rows, "limit_count", np.int64)

    @cached_property
    def limit_period(self) -> Int32:
        """Index into LIMIT_PERIODS (day, month, quarter, year); -1 where the row has no limit."""
        return Codes(text_array(*LIMIT_PERIODS)).index(self.item_rows["limit_period"])

    @cached_property
    def limited_items(self) -> npt.NDArray[np.bool_]:
        """Flag, for each item index, if any of the item's rows has a limit."""
        limited = np.zeros(len(self.items), bool)
        limited[self.item_of_row[self.limit_count >= 0]] = True
        return limited

    @cached_property
    def coefficient(self) -> Int64:
        """Difficulty coefficients in ten-thousandths, by difficulty row.

        Row 0 is 1.0000, for records without a row in force.
        """
        return np.concatenate([[ONE], integers(self.difficulty_rows, "coefficient", np.int64)]).astype(np.int64)


def _ascends(texts: pa.Array) -> bool:
    """Tell if texts are distinct, in order and not empty, as a table's codes are."""
    if not len(texts) or texts.null_count or not texts[0].as_py():
        return False
    return bool(pc.all(pc.less(texts.slice(0, len(texts) - 1), texts.slice(1))).as_py() is not False)


def _by_owner(engagements: pa.Table, institutions: Codes, staff: Codes) -> pa.Table:
    """Sort engagements by institution, staff and first day; numbers sort faster than texts."""
    places = (institutions.index(engagements["institution"]), staff.index(engagements["staff"]))
    if any((place < 0).any() for place in places):  # no number tells the order of codes that are in no table
        texts = pa.schema([(field.name, _decoded(field.type)) for field in engagements.schema])
        return ordered(engagements.cast(texts), "institution", "staff", "from")
    order = np.lexsort((integers(engagements, "from", np.int32), *reversed(places)))
    rows = engagements.take(pa.array(order)).combine_chunks()
    columns = [_in_order_of_rows(column) for column in rows.columns]
    return pa.Table.from_arrays(columns, schema=rows.schema)


def _in_order_of_rows(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Order a dictionary as its texts first come, as if the texts themselves had been coded."""
    if not pa.types.is_dictionary(column.type) or not len(column):
        return column
    coded = column.chunk(0)
    chosen = pc.unique(coded.indices)
    place = np.zeros(len(coded.dictionary), np.int32)
    place[chosen.to_numpy()] = np.arange(len(chosen), dtype=np.int32)
    indices = pa.array(place[coded.indices.to_numpy()])
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, coded.dictionary.take(chosen))])


def _decoded(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
