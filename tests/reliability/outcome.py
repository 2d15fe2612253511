"""Outcome of a month in an office: refused, told, or its figures.

Offices are brought to each stage once."""

from __future__ import annotations

import atexit
import hashlib
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pyarrow as pa

from batch.workspace import Workspace
from payengine.errors import PayengineError
from tests.reliability.county import NOVEMBER, draw, following
from tests.reliability.damage import (
    INPUT,
    NEXT,
    PUBLISHED,
    REFUSED,
    SNAPSHOT,
    STAGED,
    TOLD,
    Damage,
    Office,
    copy_office,
)
from tests.support.small_county import OCTOBER, Row


@dataclass
class Seen:
    """Record of what a month's commands said and gave, up to the first refusal."""

    refused: PayengineError | None = None
    told: set[str] = field(default_factory=set)
    run: str = ""
    figures: dict[str, list[dict[str, object]]] = field(default_factory=dict)


@dataclass(frozen=True)
class County:
    """A drawn county: its office at each stage, undamaged, and what was seen there."""

    tables: dict[str, list[Row]]
    offices: dict[str, Path]
    seen: dict[str, Seen]

    def tables_at(self, stage: str) -> dict[str, list[Row]]:
        """Tables of the input at a stage: before the next month, with its rows."""
        return following(self.tables) if stage == NEXT else self.tables


def observe(office: Office, since: str, tidy: Callable[[str], None] = lambda stage: None) -> Seen:
    """Carry a month on from a stage to its end: freeze, run, publish, read, verify.

    `tidy` is called with each stage that is reached. Errors that are not payengine's pass: they are bugs.
    """
    seen = Seen(run=office.run)
    period = NOVEMBER if since == NEXT else OCTOBER
    try:
        workspace = Workspace(office.folder)
        if since in (INPUT, NEXT):
            frozen = workspace.freeze(period)
            seen.told |= {*frozen.warnings, *(f"{it.where}: {it.what}" for it in workspace.unknown_names(frozen))}
            tidy(SNAPSHOT)
        if since in (INPUT, SNAPSHOT, NEXT):
            ran = workspace.run(period)
            seen.run = ran.run
            seen.told |= set(ran.warnings)
            for row in ran.results.rejections.to_pylist():
                seen.told.add(" ".join(str(row[name]) for name in ("record_id", "staff", "institution", "reason")))
            for finding in workspace.check(period).findings:
                seen.told.add(" ".join((finding.kind, finding.subject, finding.what, *finding.first)))
            tidy(STAGED)
        if since != PUBLISHED:
            workspace.publish(seen.run)
            tidy(PUBLISHED)
        seen.figures = {name: _rows(table) for name, table in workspace.results(seen.run).tables().items()}
        workspace.register(seen.run)
        workspace.runs()
        with workspace.ledger(needed=True) as ledger:
            ledger.verify()
    except PayengineError as error:
        seen.refused = error
    return seen


def _rows(table: pa.Table) -> list[dict[str, object]]:
    return sorted(table.to_pylist(), key=repr)


@cache
def drawn(seed: int) -> County:
    """Draw a county and bring it through its month; its offices are kept until the tests end."""
    base = Path(mkdtemp(prefix=f"payengine-county-{seed}-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    tables = draw(seed, base / "office")
    office = Office(base / "office", tables, random.Random(seed))
    offices: dict[str, Path] = {}

    def keep(stage: str) -> None:
        offices[stage] = base / stage
        shutil.copytree(office.folder, offices[stage])

    keep(INPUT)
    seen = observe(office, INPUT, keep)
    assert seen.refused is None, f"the county {seed} is not valid: {seen.refused.report()}"
    offices[NEXT] = base / NEXT
    after = copy_office(offices[PUBLISHED], offices[NEXT], following(tables), str(seed))
    for table, rows in after.tables.items():
        after.write(table, rows)
    shutil.copytree(offices[NEXT], base / "after")
    later = observe(Office(base / "after", after.tables, after.rng), NEXT)
    assert later.refused is None, f"the next month of county {seed} is not valid: {later.refused.report()}"
    return County(tables, offices, {**dict.fromkeys(offices, seen), NEXT: later})


def content(folder: Path) -> str:
    """Digest of all names, links and bytes under a folder, and of its rights."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(f"{path.relative_to(folder)} {path.lstat().st_mode}".encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def fault(damage: Damage, names: tuple[str, ...], seen: Seen, whole: Seen) -> str:
    """Say how what was seen differs from what the damage must lead to; '' where it does not."""
    report = seen.refused.report() if seen.refused else ""
    if damage.outcome == REFUSED:
        if seen.refused is None:
            return f"it was not refused; told: {sorted(seen.told - whole.told)}"
        if seen.refused.exit_code != damage.code:
            return f"exit code {seen.refused.exit_code}, not {damage.code}:\n{report}"
        lacking = [name for name in names if name not in report]
        return f"{lacking} is not named:\n{report}" if lacking else ""
    if seen.refused is not None:
        return f"it was refused:\n{report}"
    if damage.outcome == TOLD:
        new = sorted(seen.told - whole.told)
        return "" if any(all(name in line for name in names) for line in new) else f"{names} is not told: {new}"
    if seen.run != whole.run:
        return f"another run: {sorted(seen.told - whole.told)}"
    return "" if seen.figures == whole.figures else "other figures"
