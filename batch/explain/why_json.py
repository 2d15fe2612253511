"""Causes of a difference as JSON, in a schema with a version (docs/why.md describes it)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from batch.explain.causes import ORDER, Cause
from batch.explain.changes import Change
from batch.explain.why import PAY, STATEMENT, Difference, LineDifference, RunAsStored, Why, added

SCHEMA = 1


def why_json(found: Why) -> dict[str, Any]:
    """Describe what changed: both runs, the totals, every institution, every line."""
    return {
        "schema": SCHEMA,
        "staff": found.staff,
        "before": _run(found.before),
        "after": _run(found.after),
        "totals": {what: _total(found.of(what)) for what in (PAY, STATEMENT) if found.of(what)},
        "differences": [_difference(one) for one in found.differences],
        "records_told_apart": found.records_told_apart,
        "not_told_apart": [
            {"component": component, "reason": reason} for component, reason in found.not_told_apart.items()
        ],
    }


def _run(stored: RunAsStored) -> dict[str, Any]:
    meta = stored.meta
    return {
        "run": meta.run_id, "period": str(meta.period), "revision": stored.revision,
        "snapshot": meta.snapshot_digest, "policy": {"code": meta.policy_code, "digest": meta.policy_digest},
        "formulas": meta.formulas_digest, "engine": meta.engine_digest, "illustrative": meta.illustrative,
    }  # fmt: skip


def _total(differences: Sequence[Difference]) -> dict[str, Any]:
    ends = [sum(one.before_fen for one in differences), sum(one.after_fen for one in differences)]
    return {**_amounts(*ends), "parts": _parts(added(one.parts for one in differences))}


def _difference(one: Difference) -> dict[str, Any]:
    causes = {*one.parts, *(change.cause for change in one.changes)}
    return {
        "what": one.what, "institution": one.institution, "staff": one.staff, "standing": one.standing,
        **_amounts(one.before_fen, one.after_fen),
        "parts": [
            {"cause": cause.value, "amount_fen": one.parts.get(cause, 0), "changes": _changes(cause, one.changes)}
            for cause in sorted(causes, key=ORDER.__getitem__)
        ],
        "lines": [_line(line) for line in one.lines],
    }  # fmt: skip


def _line(line: LineDifference) -> dict[str, Any]:
    return {
        "component": line.component, "label": line.label, **_amounts(line.before_fen, line.after_fen),
        "parts": _parts(line.parts),
    }  # fmt: skip


def _amounts(before: int, after: int) -> dict[str, int]:
    return {"before_fen": before, "after_fen": after, "change_fen": after - before}


def _parts(parts: Mapping[Cause, int]) -> list[dict[str, Any]]:
    return [{"cause": cause.value, "amount_fen": fen} for cause, fen in parts.items()]


def _changes(cause: Cause, changes: Sequence[Change]) -> list[dict[str, Any]]:
    return [change.as_json() for change in changes if change.cause is cause]
