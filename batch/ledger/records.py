"""What the ledger tells about runs and publications, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from payengine.periods import Period


@dataclass(frozen=True)
class Publication:
    """A revision of a period: the run that was made visible, in place of which one, why, when (UTC) and by whom."""

    period: Period
    revision: int
    run: str
    previous: str | None
    reason: str
    published_at: str
    published_by: str


@dataclass(frozen=True)
class RunRecord:
    """A run that stands in the ledger, published or not.

    `snapshot`, `policy` and `formulas` are digests; `holds` gives the reason per institution left out; `counts` are
    the row counts of the register; `digests` name the content of the stored tables. `staged_at` is UTC. `revises` and
    `reason` say what the run was computed to replace (None: it was the period's first). `revision` is the latest one
    that this run was published as (None: never), `current` whether that is the period's current one.
    """

    id: str
    period: Period
    snapshot: str
    policy: str
    formulas: str
    engine: str
    holds: Mapping[str, str]
    counts: Mapping[str, Any]
    digests: Mapping[str, str]
    staged_at: str
    staged_by: str
    revises: str | None
    reason: str
    revision: int | None
    current: bool


@dataclass(frozen=True)
class Published:
    """What `publish` did: the publication, and whether it stood there already. `head` is the audit chain's head."""

    publication: Publication
    already: bool
    head: str


@dataclass(frozen=True)
class History:
    """What earlier periods pay, by their current revisions: frozen into a snapshot, so that a run reads no ledger.

    `lines` columns: period, kind ('pay' or 'statement'), institution, staff, engagement_from, component, pay_class,
    funding (all text; '' where it does not apply), amount_fen (int64); in the order of these columns' bytes.
    `publications` are the revisions that it was read from; `missing` the earlier months without one.
    """

    lines: pa.Table
    publications: tuple[Publication, ...]
    missing: tuple[Period, ...]


@dataclass(frozen=True)
class AuditEntry:
    """One link of the audit chain: `hash` is SHA-256 over `previous` and `entry` (canonical JSON), in hex."""

    number: int
    entry: str
    previous: str
    hash: str
