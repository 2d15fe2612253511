"""Raw Arrow columns of any physical type -> the typed columns of `batch.tables`, with what is wrong row by row.

    text, code, period   string, never null ('' where it is empty)
    day                  int32, null where it is empty
    from, until          int32; an empty `until` is OPEN
    fixed                int64 in units of 10**-decimals, null where it is empty
    count                int64, NO_LIMIT where it is empty
    flag                 bool

Numbers are read exactly: a text digit by digit, a double as its shortest decimal form. What cannot be read is a fault
of its row, and the value there is a placeholder; nothing is rounded, trimmed or guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch import tables
from batch import value_kernels as kernels
from batch.sources.base import TIME_ZONE, did_you_mean, nearest
from payengine.errors import UsageError
from payengine.periods import EPOCH, OPEN, Period, day_number
from payengine.texts import say

# Faults that the kernels do not know, after theirs.
NOT_A_FLAG, NOT_A_PERIOD, NOT_A_CHOICE, WRONG_TYPE, CUT_NUMBER = range(20, 25)

MOST_SHOWN = 60  # characters of a value in a message
LARGEST_EXACT_DOUBLE = 10**15  # doubles hold every whole number and every 15 digits up to here
FLAGS = {"yes": True, "true": True, "1": True, "是": True, "no": False, "false": False, "0": False, "否": False}
SHANGHAI_IS_EIGHT_SINCE = 684_867_600  # 1991-09-14 17:00 UTC, the end of the last summer time
_TEXTS = ("text", "code", "period", "flag")
_ARROW = {
    "text": pa.string(), "code": pa.string(), "period": pa.string(), "flag": pa.bool_(),
    "day": pa.int32(), "from": pa.int32(), "until": pa.int32(), "fixed": pa.int64(), "count": pa.int64(),
}  # fmt: skip

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Faults:
    """What is wrong in one column of a batch: `rows` (ascending) and, for each, why; `raw` is the column as it came."""

    column: tables.Column
    rows: npt.NDArray[np.int64]
    kinds: Bytes
    raw: pa.Array

    def __len__(self) -> int:
        return len(self.rows)

    def what(self, at: int) -> str:
        """The message for the `at`-th fault."""
        return message(self.column, int(self.kinds[at]), self.raw[int(self.rows[at])], self.raw.type)


@cache
def schema(table: tables.Table) -> pa.Schema:
    """The typed columns of a table."""
    nullable = [column.empty and column.kind in ("day", "fixed") for column in table.columns]
    return pa.schema(
        [
            pa.field(column.name, _ARROW[column.kind], nullable=null)
            for column, null in zip(table.columns, nullable, strict=True)
        ]
    )


def parse_batch(table: tables.Table, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[Faults]]:
    """A raw batch as a typed one, and the faults of its columns."""
    columns, found = [], []
    for column, raw in zip(table.columns, batch.columns, strict=True):
        values, faults = parse(column, raw)
        columns.append(values)
        if faults is not None:
            found.append(faults)
    return pa.RecordBatch.from_arrays(columns, schema=schema(table)), found


def parse(column: tables.Column, raw: pa.Array) -> tuple[pa.Array, Faults | None]:
    """One raw column as a typed one, and its faults if there are any."""
    if isinstance(raw, pa.ExtensionArray):
        raw = raw.storage
    kind = raw.type
    if pa.types.is_dictionary(kind) and not _is_text(kind.value_type):
        raw, kind = raw.dictionary_decode(), kind.value_type
    if pa.types.is_null(kind):
        raw = pa.array([""] * len(raw), pa.string())
    values, kinds = _read(column, raw)
    if kinds is None:
        return values, None
    rows = np.flatnonzero(kinds)
    return values, Faults(column, rows, kinds[rows], raw)


def _read(column: tables.Column, raw: pa.Array) -> tuple[pa.Array, Bytes | None]:
    if pa.types.is_dictionary(raw.type):
        return _read_dictionary(column, raw)
    if column.kind in _TEXTS:
        return _read_text(column, raw)
    if column.kind in ("fixed", "count"):
        return _read_number(column, raw)
    return _read_day(column, raw)


def _read_dictionary(column: tables.Column, raw: pa.Array) -> tuple[pa.Array, Bytes | None]:
    """Each distinct value once, then by its index; a null stands for the empty text."""
    null = len(raw.dictionary)
    distinct = pa.concat_arrays([_as_text(raw.dictionary), pa.array([""], pa.string())])
    indices = pc.fill_null(raw.indices.cast(pa.int64()), null)
    values, kinds = _read(column, distinct)
    taken = None if kinds is None else kinds[indices.to_numpy()]
    return values.take(indices), taken if taken is not None and taken.any() else None


# --- texts ------------------------------------------------------------------------------------------------------


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    binary = types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind)
    return bool(text or binary or types.is_fixed_size_binary(kind))


def _as_text(raw: pa.Array) -> pa.Array:
    """Bytes or text of any layout as `string`; nulls are empty, and that the bytes are UTF-8 is not yet known."""
    if not pa.types.is_string(raw.type):
        raw = raw.cast(pa.binary())
        raw = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers(), raw.null_count, raw.offset)
    return pc.fill_null(raw, "") if raw.null_count else raw


def _buffers(text: pa.Array) -> tuple[npt.NDArray[np.int32], Bytes]:
    """Offsets and bytes of a `string` array without nulls."""
    _, offsets, data = text.buffers()
    if len(text) == 0 or offsets is None:
        return np.zeros(1, np.int32), np.zeros(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    return bounds, np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)


def _read_text(column: tables.Column, raw: pa.Array) -> tuple[pa.Array, Bytes | None]:
    text, wrong = _numbers_as_text(raw)
    if text is None:
        return _nothing(column, len(raw)), _wrong_type(raw)
    bounds, data = _buffers(text)
    kinds = np.empty(len(text), np.uint8)
    used = data[bounds[0] : bounds[-1]]
    is_ascii, has_nul = len(used) == 0 or int(used.max()) < 0x80, len(used) > 0 and int(used.min()) == 0
    faulty = kernels.check_texts(bounds, data, column.empty, is_ascii, has_nul, kinds)
    if wrong is not None:
        kinds[wrong] = CUT_NUMBER
        faulty += 1
    if faulty:  # what is not even text must not travel on
        text = pc.if_else(pa.array(kinds == kernels.CLEAN), text.cast(pa.binary()), pa.scalar(b"")).cast(pa.string())
    if column.kind == "flag":
        values, faulty_here = _by_distinct(text, kinds, _flag, NOT_A_FLAG, pa.bool_())
    elif column.kind == "period":
        values, faulty_here = _by_distinct(text, kinds, _period, NOT_A_PERIOD, pa.string())
    elif column.choices:
        allowed = {*column.choices, ""}
        values, faulty_here = _by_distinct(
            text, kinds, lambda value: value if value in allowed else None, NOT_A_CHOICE, pa.string()
        )
    else:
        values, faulty_here = text, False
    return values, kinds if faulty or faulty_here else None


def _by_distinct(text: pa.Array, kinds: Bytes, read: Any, fault: int, kind: pa.DataType) -> tuple[pa.Array, bool]:
    """Read each distinct text once; where `read` gives None, clean rows get `fault`. Whether any did."""
    coded = text.dictionary_encode()
    results = [read(value) for value in coded.dictionary.to_pylist()]
    bad = np.array([result is None for result in results], bool)
    filler: Any = False if pa.types.is_boolean(kind) else ""
    values = pa.array([filler if result is None else result for result in results], kind).take(coded.indices)
    if not bad.any():
        return values, False
    here = bad[coded.indices.to_numpy()] & (kinds == kernels.CLEAN)
    kinds[here] = fault
    return values, bool(here.any())


def _flag(text: str) -> bool | None:
    return FLAGS.get(text.lower())


def _period(text: str) -> str | None:
    try:
        return str(Period.parse(text))
    except UsageError:
        return None


def _numbers_as_text(raw: pa.Array) -> tuple[pa.Array | None, npt.NDArray[np.bool_] | None]:
    """A column of codes as text: numbers as their digits; (None, None) for a type that no code can have.

    Second: the rows whose double has more digits than a double keeps.
    """
    kind = raw.type
    if _is_text(kind):
        return _as_text(raw), None
    if pa.types.is_boolean(kind):
        return pc.fill_null(pc.if_else(raw, "yes", "no"), ""), None
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return pc.fill_null(raw.cast(pa.string()), ""), None
    if pa.types.is_floating(kind):
        doubles = _doubles(raw)
        with np.errstate(invalid="ignore"):
            wrong = ~(np.abs(doubles) < LARGEST_EXACT_DOUBLE) & raw.is_valid().to_numpy(zero_copy_only=False)
        texts = ["" if value is None else _shortest(value) for value in raw.to_pylist()]
        return pa.array(texts, pa.string()), wrong if wrong.any() else None
    return None, None


def _shortest(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


# --- numbers ----------------------------------------------------------------------------------------------------


def _read_number(column: tables.Column, raw: pa.Array) -> tuple[pa.Array, Bytes | None]:
    kind = raw.type
    values = np.empty(len(raw), np.int64)
    kinds = np.empty(len(raw), np.uint8)
    least = -column.greatest if column.least is None else column.least
    shift = column.decimals - kind.scale if pa.types.is_decimal(kind) else 0
    if pa.types.is_decimal128(kind) and abs(shift) <= kernels.MOST_DIGITS and not (shift < 0 and _has_high_words(raw)):
        present = _present(raw)
        wrong = kernels.read_decimal128(_words(raw), shift, least, column.greatest, values, kinds)
    elif pa.types.is_integer(kind) and not pa.types.is_uint64(kind):
        present = _present(raw)
        wrong = _read_integers(_numpy(raw, np.int64, 0), column, least, values, kinds)
    elif pa.types.is_floating(kind) and not pa.types.is_float16(kind):
        present = _present(raw)
        wrong = _read_doubles(raw, column, least, values, kinds)
    elif _is_text(kind) or pa.types.is_decimal(kind) or pa.types.is_uint64(kind):
        text = _as_text(raw) if _is_text(kind) else pc.fill_null(raw.cast(pa.string()), "")
        bounds, data = _buffers(text)
        marks = np.empty(len(raw), np.uint8)
        wrong = kernels.read_fixed(
            bounds, data, column.decimals, least, column.greatest, column.empty, values, marks, kinds
        )
        present = None if marks.all() else marks.astype(bool)
    else:
        return _nothing(column, len(raw)), _wrong_type(raw)
    if present is not None:
        values[~present] = tables.NO_LIMIT if column.kind == "count" else 0
        kinds[~present] = kernels.CLEAN if column.empty else kernels.EMPTY
        wrong = np.count_nonzero(kinds)
    missing = ~present if present is not None and column.kind == "fixed" and column.empty else None
    return pa.array(values, mask=missing), kinds if wrong else None


def _present(raw: pa.Array) -> npt.NDArray[np.bool_] | None:
    """Which rows are not null; None if all are there."""
    return raw.is_valid().to_numpy(zero_copy_only=False) if raw.null_count else None


def _numpy(raw: pa.Array, kind: Any, filler: int) -> npt.NDArray[Any]:
    filled = pc.fill_null(raw, filler) if raw.null_count else raw
    array: npt.NDArray[Any] = filled.to_numpy(zero_copy_only=False)
    return array.astype(kind, copy=False)


def _words(raw: pa.Array) -> npt.NDArray[np.int64]:
    words = np.frombuffer(raw.buffers()[1], np.int64) if len(raw) else np.zeros(0, np.int64)
    return words[2 * raw.offset : 2 * (raw.offset + len(raw))]


def _has_high_words(raw: pa.Array) -> bool:
    words = _words(raw)
    return bool(np.any(words[1::2] != words[0::2] >> 63))


def _read_integers(numbers: npt.NDArray[np.int64], column: tables.Column, least: int, values: Any, kinds: Bytes) -> int:
    unit = 10**column.decimals
    kinds[:] = kernels.CLEAN
    kinds[numbers > column.greatest // unit] = kernels.ABOVE
    kinds[numbers < -(-least // unit)] = kernels.BELOW
    np.multiply(numbers, unit, out=values, where=kinds == kernels.CLEAN)
    values[kinds != kernels.CLEAN] = 0
    return int(np.count_nonzero(kinds))


def _doubles(raw: pa.Array) -> npt.NDArray[np.float64]:
    return _numpy(raw, np.float64, 0)


def _read_doubles(raw: pa.Array, column: tables.Column, least: int, values: Any, kinds: Bytes) -> int:
    """A double is its shortest decimal form.

    k / 10**d, with k of at most 15 digits and correctly rounded, is the double if and only if k x 10**-d is that form:
    no two decimals of 15 digits share a double.
    """
    doubles = _doubles(raw)
    unit = 10**column.decimals
    kinds[:] = kernels.CLEAN
    with np.errstate(invalid="ignore", over="ignore"):
        units = np.rint(doubles * unit)
        finite = np.isfinite(doubles)
        small = np.abs(units) <= LARGEST_EXACT_DOUBLE
        exact = units / unit == doubles
    if raw.type == pa.float32():
        _read_singles(raw, unit, units, exact)
    kinds[~exact] = kernels.DECIMALS
    units = np.where(finite & small, units, 0.0)
    values[:] = units.astype(np.int64)
    kinds[finite & small & exact & (values > column.greatest)] = kernels.ABOVE
    kinds[finite & small & exact & (values < least)] = kernels.BELOW
    kinds[finite & ~small & (doubles > 0)] = kernels.ABOVE
    kinds[finite & ~small & (doubles < 0)] = kernels.BELOW
    kinds[~finite] = kernels.NOT_A_NUMBER
    values[kinds != kernels.CLEAN] = 0
    return int(np.count_nonzero(kinds))


def _read_singles(raw: pa.Array, unit: int, units: npt.NDArray[np.float64], exact: npt.NDArray[np.bool_]) -> None:
    """The same for 32-bit floats, whose shortest form has up to 9 digits: each distinct one as NumPy prints it."""
    singles = _numpy(raw, np.float32, 0)
    distinct, inverse = np.unique(singles, return_inverse=True)
    shortest = np.array([float(np.format_float_scientific(value, unique=True)) for value in distinct], np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.rint(shortest * unit)
        fits = scaled / unit == shortest
    units[:] = scaled[inverse]
    exact[:] = fits[inverse]


# --- days -------------------------------------------------------------------------------------------------------

_FIRST_DAY = day_number(EPOCH.replace(year=kernels.FIRST_YEAR, month=1, day=1))
_LAST_DAY = day_number(EPOCH.replace(year=kernels.LAST_YEAR, month=12, day=31))
_UNITS_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def _read_day(column: tables.Column, raw: pa.Array) -> tuple[pa.Array, Bytes | None]:
    kind = raw.type
    types = pa.types
    if types.is_integer(kind):  # 20261003
        raw, kind = raw.cast(pa.string()), pa.string()
    if _is_text(kind):
        text = _as_text(raw)
        bounds, data = _buffers(text)
        values = np.empty(len(raw), np.int32)
        marks = np.empty(len(raw), np.uint8)
        kinds = np.empty(len(raw), np.uint8)
        wrong = kernels.read_days(bounds, data, column.empty, values, marks, kinds)
        present = None if marks.all() else marks.astype(bool)
        if wrong and column.kind == "until":  # PostgreSQL's word for an open end
            wrong -= _forever(text, values, kinds)
    elif types.is_date(kind) or types.is_timestamp(kind):
        days = _days_of(raw)
        present = _present(raw)
        kinds = np.where((days < _FIRST_DAY) | (days > _LAST_DAY), kernels.NOT_A_DATE, kernels.CLEAN).astype(np.uint8)
        if present is not None:
            kinds[~present] = kernels.CLEAN if column.empty else kernels.EMPTY
        values = np.where(kinds == kernels.CLEAN, days, 0).astype(np.int32)
        wrong = int(np.count_nonzero(kinds))
    else:
        return _nothing(column, len(raw)), _wrong_type(raw)
    if present is not None and column.kind == "until":
        values[~present] = OPEN
    missing = ~present if present is not None and column.kind == "day" and column.empty else None
    return pa.array(values, mask=missing), kinds if wrong else None


def _forever(text: pa.Array, values: npt.NDArray[np.int32], kinds: Bytes) -> int:
    rows = np.flatnonzero(pc.equal(text, "infinity").to_numpy(zero_copy_only=False))
    values[rows] = OPEN
    kinds[rows] = kernels.CLEAN
    return len(rows)


def _days_of(raw: pa.Array) -> npt.NDArray[np.int64]:
    """Local days (Asia/Shanghai) of dates and timestamps; nulls are day 0."""
    kind = raw.type
    if pa.types.is_date32(kind):
        return _numpy(raw.cast(pa.int32()), np.int64, 0)
    ticks = _numpy(raw.cast(pa.int64()), np.int64, 0)
    if pa.types.is_date64(kind):
        return ticks // 86_400_000
    seconds = ticks // _UNITS_A_SECOND[kind.unit]
    if kind.tz is not None:
        seconds = seconds + _offset(seconds)
    return seconds // 86_400


def _offset(seconds: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Seconds that Shanghai is ahead of UTC at each instant: 8 hours, but in the summers up to 1991 and long ago."""
    offset = np.full(len(seconds), 8 * 3600, np.int64)
    early = np.flatnonzero(seconds < SHANGHAI_IS_EIGHT_SINCE)
    if len(early):
        zone = ZoneInfo(TIME_ZONE)
        for instant in np.unique(seconds[early]).tolist():
            moment = _moment(instant)
            if moment is not None:
                ahead = moment.astimezone(zone).utcoffset()
                offset[seconds == instant] = 0 if ahead is None else round(ahead.total_seconds())
    return offset


def _moment(instant: int) -> Any:
    from datetime import UTC, datetime, timedelta

    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=instant)
    except OverflowError:
        return None


# --- what is wrong ----------------------------------------------------------------------------------------------


def _nothing(column: tables.Column, rows: int) -> pa.Array:
    """Placeholders for a column that cannot be read at all."""
    kind = _ARROW[column.kind]
    filler: Any = "" if pa.types.is_string(kind) else False if pa.types.is_boolean(kind) else 0
    return pa.array([filler] * rows, kind)


def _wrong_type(raw: pa.Array) -> Bytes | None:
    kinds = np.where(raw.is_valid().to_numpy(zero_copy_only=False), WRONG_TYPE, kernels.CLEAN).astype(np.uint8)
    return kinds if kinds.any() else None


def message(column: tables.Column, fault: int, value: pa.Scalar, kind: pa.DataType) -> str:
    """What is wrong with a value, in a clerk's words."""
    text = shown(value)
    if fault == kernels.EMPTY:
        return say("is empty")
    if fault == kernels.NOT_UTF8:
        return say("{value} is not UTF-8 text", value=text)
    if fault == kernels.BLANKS:
        return say("{value} has blanks before or after it", value=f'"{text}"')
    if fault == kernels.NUL:
        return say("{value} contains a NUL character", value=text)
    if fault == kernels.CUT:
        return say("{value} is a code that a spreadsheet cut; export the column as text", value=text)
    if fault == CUT_NUMBER:
        return say(
            "{value} is a code stored as a number, which keeps 15 digits only; store the column as text", value=text
        )
    if fault == kernels.NOT_A_NUMBER:
        return say("{value} is not a number", value=text)
    if fault == kernels.DECIMALS and column.decimals == 0:
        return say("{value} is not a whole number", value=text)
    if fault == kernels.DECIMALS:
        return say("{value} has more than {n} decimals", value=text, n=column.decimals)
    if fault == kernels.BELOW:
        return say("{value} is less than {least}", value=text, least=_bound(column, column.least))
    if fault == kernels.ABOVE:
        return say("{value} is more than {greatest}", value=text, greatest=_bound(column, column.greatest))
    if fault == kernels.NOT_A_DATE:
        return say("{value} is not a date", value=text)
    if fault == kernels.ZONED:
        return say("{value} carries a time zone; give the local date", value=text)
    if fault == NOT_A_FLAG:
        return say("{value} is neither yes nor no", value=text)
    if fault == NOT_A_PERIOD:
        return say("{value} is not a period; write 2026-10, 2026-Q4 or 2026", value=text)
    if fault == NOT_A_CHOICE:
        near = did_you_mean(nearest(text, column.choices))
        return say("{value} is not one of {choices}{near}", value=text, choices=", ".join(column.choices), near=near)
    return say("{value} is stored as {type}, which this column cannot be", value=text, type=kind)


def shown(value: pa.Scalar) -> str:
    """A raw value as a message shows it."""
    if pa.types.is_string(value.type) or pa.types.is_large_string(value.type) or pa.types.is_string_view(value.type):
        buffer = value.as_buffer()
        text = b"".decode() if buffer is None else buffer.to_pybytes().decode("utf-8", "backslashreplace")
    else:
        try:
            found = value.as_py()
        except (OverflowError, ValueError):  # a date beyond year 9999
            found = value
        text = found.decode("utf-8", "backslashreplace") if isinstance(found, bytes) else str(found)
    text = "".join(
        character if character >= " " else f"\\x{ord(character):02x}" for character in text[: MOST_SHOWN + 1]
    )
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"


def _bound(column: tables.Column, units: int | None) -> str:
    return in_units(-column.greatest if units is None else units, column.decimals)


def in_units(number: int, decimals: int) -> str:
    """A fixed-point number as it would be written, without zeros at its end."""
    sign, digits = ("-" if number < 0 else ""), str(abs(number)).rjust(decimals + 1, "0")
    if not decimals:
        return sign + digits
    whole, fraction = digits[:-decimals], digits[-decimals:].rstrip("0")
    return sign + whole + (f".{fraction}" if fraction else "")
