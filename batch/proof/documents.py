"""Proof files: JSON of a fixed shape, read as strictly as what strangers send.

Two kinds: the proof of a payslip, and the proof that an earlier head stands in a later one. Reading decides only that a
file is a proof; whether it holds is decided by `checking.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batch.proof.heads import Head, find_head
from payengine.errors import Problem, Refused, UsageError
from payengine.periods import Period
from payengine.system_errors import in_words
from payengine.texts import say

VERSION = 1
PAYSLIP, CONSISTENCY = "payengine payslip proof", "payengine consistency proof"
LARGEST = 4_000_000  # bytes; a payslip of a few hundred lines has less than a hundredth
LONGEST_PATH = 64  # hashes: a tree of 2^64 leaves
_DIGEST = re.compile(r"[0-9a-f]{64}")
_INT64 = 1 << 63


@dataclass(frozen=True)
class PayslipProof:
    """One payslip, its path to the entry of its publication, and the path from there to a head.

    `entry` is what the entry shows of itself (`entries.shown`), `payslip` the content of the leaf at `index`.
    """

    head: Head
    entry: Mapping[str, Any]
    entry_path: tuple[bytes, ...]
    payslip: Mapping[str, Any]
    salt: bytes
    index: int
    payslip_path: tuple[bytes, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "format": PAYSLIP, "version": VERSION, "head": str(self.head),
            "entry": dict(self.entry), "entry_path": _hex(self.entry_path),
            "payslip": dict(self.payslip), "salt": self.salt.hex(), "index": self.index,
            "payslip_path": _hex(self.payslip_path),
        }  # fmt: skip


@dataclass(frozen=True)
class ConsistencyProof:
    """Path from an earlier head to a later one: what the earlier covers was only added to."""

    earlier: Head
    head: Head
    path: tuple[bytes, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "format": CONSISTENCY, "version": VERSION, "from": str(self.earlier), "head": str(self.head),
            "path": _hex(self.path),
        }  # fmt: skip


def proof_text(proof: PayslipProof | ConsistencyProof) -> str:
    """Write a proof as the text of its file."""
    return json.dumps(proof.as_json(), ensure_ascii=False, indent=1) + "\n"


def read_proof(file: Path) -> PayslipProof | ConsistencyProof:
    """Read a proof file; `Refused` for a file that is none, `UsageError` if it cannot be read."""
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(say("{file} cannot be read: {why}", file=file, why=in_words(error))) from None
    problem, document = _parsed(content)
    if problem is None:
        kind = document.get("format")
        shape = _SHAPES.get(kind) if isinstance(kind, str) else None
        version = document.get("version")
        if shape is None:
            problem = Problem(say("is no proof of payengine"), column="format")
        elif type(version) is int and version > VERSION:
            problem = Problem(
                say("is of version {version}; this program knows version {known}", version=version, known=VERSION),
                column="version", remedy=say("use a newer payengine"),
            )  # fmt: skip
        else:
            problem = next(_faults(document, shape, ""), None)
    if problem is not None:
        raise Refused(
            say("{file} is no proof", file=file), [problem],
            say("Ask for the file again as payengine prove wrote it; an editor may have changed it."),
        )  # fmt: skip
    return _payslip_proof(document) if document["format"] == PAYSLIP else _consistency_proof(document)


def _parsed(content: bytes) -> tuple[Problem | None, dict[str, Any]]:
    """Read the bytes as one JSON object of whole numbers; tell what it is instead."""
    if len(content) > LARGEST:
        return Problem(say("has more than {n} bytes", n=f"{LARGEST:,}")), {}
    try:
        document = json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse
        )
    except (ValueError, RecursionError):
        return Problem(say("is not the JSON of a proof")), {}
    return (None, document) if isinstance(document, dict) else (Problem(say("is not the JSON of a proof")), {})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object whose names stand once.

    Of a name that stands twice two readers could take different values.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("twice")
    return found


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _payslip_proof(document: Mapping[str, Any]) -> PayslipProof:
    return PayslipProof(
        _head(document["head"]), document["entry"], _bytes(document["entry_path"]), document["payslip"],
        bytes.fromhex(document["salt"]), document["index"], _bytes(document["payslip_path"]),
    )  # fmt: skip


def _consistency_proof(document: Mapping[str, Any]) -> ConsistencyProof:
    return ConsistencyProof(_head(document["from"]), _head(document["head"]), _bytes(document["path"]))


def _head(text: str) -> Head:
    head = find_head(text)
    assert head is not None  # of the shape
    return head


def _bytes(path: list[str]) -> tuple[bytes, ...]:
    return tuple(map(bytes.fromhex, path))


def _hex(path: tuple[bytes, ...]) -> list[str]:
    return [one.hex() for one in path]


# --- shape ---------------------------------------------------------------------------------------------------------


def _is_text(value: object) -> bool:
    """Tell if a value is text that has bytes: half a surrogate pair has none."""
    return isinstance(value, str) and not any("\ud800" <= sign <= "\udfff" for sign in value)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_integer(value: object) -> bool:
    return type(value) is int and -_INT64 <= value < _INT64


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < _INT64


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _is_head(value: object) -> bool:
    return isinstance(value, str) and find_head(value) is not None


def _is_period(value: object) -> bool:
    return isinstance(value, str) and Period.find(value) is not None


def _is_path(value: object) -> bool:
    return isinstance(value, list) and len(value) <= LONGEST_PATH and all(map(_is_digest, value))


def _is_class(value: object) -> bool:
    return value in ("fixed", "variable")


def _is_scale(value: object) -> bool:
    return type(value) is int and 0 <= value <= 18


def _is_version(value: object) -> bool:
    return type(value) is int and value == VERSION


Shape = Callable[[object], bool] | dict[str, Any] | list[Any]  # a test of a value, an object, or a list of one shape

_PAYSLIP_SHAPE: Shape = {
    "illustrative": _is_flag, "institution": _is_text, "period": _is_period, "run": _is_digest, "staff": _is_text,
    "lines": [{
        "amount_fen": _is_integer, "component": _is_text, "engagement_from": _is_text, "funding": _is_text,
        "label": _is_text, "pay_class": _is_class,
    }],
    "reports": [{"label": _is_text, "name": _is_text, "scale": _is_scale, "unit": _is_text, "value": _is_integer}],
    "workload": [{"category": _is_text, "engagement_from": _is_text, "points_micro": _is_integer,
                  "services": _is_integer}],
}  # fmt: skip
_ENTRY_SHAPE: Shape = {
    "action": _is_text, "at": _is_text, "hash": _is_digest, "number": _is_count, "period": _is_period,
    "payslips": {"root": _is_digest, "size": _is_count}, "revision": _is_count, "run": _is_digest,
}  # fmt: skip
_SHAPES: Mapping[str, Shape] = {
    PAYSLIP: {
        "format": _is_text, "version": _is_version, "head": _is_head, "entry": _ENTRY_SHAPE, "entry_path": _is_path,
        "payslip": _PAYSLIP_SHAPE, "salt": _is_digest, "index": _is_count, "payslip_path": _is_path,
    },
    CONSISTENCY: {"format": _is_text, "version": _is_version, "from": _is_head, "head": _is_head, "path": _is_path},
}  # fmt: skip


def _faults(value: object, shape: Shape, place: str) -> Iterator[Problem]:
    """List where a value has another shape; what a stranger wrote there is not repeated."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            yield Problem(say("is not the object that stands there in a proof"), column=place)
            return
        for name in shape:
            if name not in value:
                yield Problem(say("is missing"), column=f"{place}.{name}".lstrip("."))
        if len(value.keys() - shape.keys()):
            yield Problem(say("holds more than a proof does"), column=place)
            return
        for name, inner in shape.items():
            yield from _faults(value[name], inner, f"{place}.{name}".lstrip("."))
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield Problem(say("is not the list that stands there in a proof"), column=place)
            return
        for number, one in enumerate(value):
            yield from _faults(one, shape[0], f"{place}[{number}]")
    elif not shape(value):
        yield Problem(say("is not what stands there in a proof"), column=place)
