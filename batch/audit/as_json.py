"""Differences of runs as JSON: exact integers, codes with their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from batch.audit.difference import Difference, PersonChange, largest_first, persons

if TYPE_CHECKING:
    from batch.audit.run_difference import RunDifference

Called = Mapping[str, str]  # names by code


def run_difference_json(found: RunDifference, institutions: Called, staff: Called) -> dict[str, Any]:
    """Describe everything in which two runs differ.

    `institutions` and `staff` are names by code.
    """
    old, new = (one.results.meta for one in (found.before, found.after))
    return {
        "before": found.before.as_json(), "after": found.after.as_json(),
        "two_periods": found.is_of_two_periods, "not_compared": list(found.faults),
        "inputs": {
            "differing": list(found.effect.inputs), "holds": _pairs(found.holds),
            "publications": _pairs(found.publications),
            "tables": None if found.tables is None else [one.as_json() for one in found.tables],
            "records": None if found.records is None else found.records.as_json(),
            "rejected": [
                {"reason": reason, "before": pair[0], "after": pair[1], "change": pair[1] - pair[0]}
                for reason, pair in found.reasons.items()
            ],
            "rejections": [vars(one) for one in found.rejections],
        },
        "policy": None if found.policy is None else found.policy.as_json(),
        "formulas": _digests(old.formulas_digest, new.formulas_digest),
        "engine": _digests(old.engine_digest, new.engine_digest),
        "effect": difference_json(found.effect, institutions, staff),
    }  # fmt: skip


def difference_json(found: Difference, institutions: Called, staff: Called) -> dict[str, Any]:
    """Describe the changes of pay, statements and work.

    Each list of money has its largest change first.
    """
    return {
        "before_fen": found.before_fen, "after_fen": found.after_fen, "change_fen": found.change_fen,
        "institutions": [
            {"institution": row["institution"], "name": institutions.get(row["institution"], ""), **_fen(row)}
            for row in largest_first(found.institutions, "institution").to_pylist()
        ],
        "components": largest_first(found.components, "component", "funding").to_pylist(),
        "staff": [_person(one, staff) for one in persons(found)],
        "statement_change_fen": found.statement_change_fen,
        "statements_before_fen": found.statements_before_fen, "statements_after_fen": found.statements_after_fen,
        "statements": largest_first(found.statements, "institution", "component", "funding").to_pylist(),
        "work": found.work.to_pylist(), "staff_work": found.staff_work.to_pylist(),
    }  # fmt: skip


def _person(one: PersonChange, names: Called) -> dict[str, Any]:
    return {
        "institution": one.institution, "staff": one.staff, "name": names.get(one.staff, ""),
        "before_fen": one.before_fen, "after_fen": one.after_fen, "change_fen": one.change_fen,
        "components": [
            {
                "component": each.component, "funding": each.funding, "before_fen": each.before_fen,
                "after_fen": each.after_fen, "change_fen": each.change_fen,
            }
            for each in one.components
        ],
    }  # fmt: skip


def _fen(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: row[name] for name in ("before_fen", "after_fen", "change_fen")}


def _pairs(pairs: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    return {name: {"from": old, "to": new} for name, (old, new) in pairs.items()}


def _digests(old: str, new: str) -> dict[str, Any]:
    return {"from": old, "to": new, "same": old == new}
