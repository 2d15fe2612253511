"""Office that begins in the middle of a year: its months before need not be published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batch.content_digest import digest_of
from batch.snapshot.snapshot import Snapshot
from batch.workspace import Workspace
from payengine.errors import IntegrityBroken, Refused
from tests.support import schemes
from tests.support.small_county import call

MONTHS = [f"2026-{month:02}" for month in range(7, 13)]
CLOSES = (
    "2026 closes on 6 of its 12 months: the office begins with 2026-07; what 2026-01 to 2026-06 gave counts as far as "
    "opening_balance says it"
)


def office_of(folder: Path, first: str) -> Workspace:
    schemes.workspace("office-starts-in-july", folder)
    settings = folder / "payengine.toml"
    settings.write_text(f'first_period = "{first}"\n' + settings.read_text("utf-8"), "utf-8")
    return Workspace(folder)


def test_the_year_closes_on_what_there_is_and_says_so(tmp_path: Path) -> None:
    """Nothing is lost against a year of which six empty months are published."""
    office = office_of(tmp_path / "c", "2026-07")
    for month in MONTHS:
        office.freeze(month)
        office.publish(office.run(month).run)
    year = office.freeze("2026")
    outcome = office.run("2026")
    assert schemes.pay(outcome.results) == {"I/S1 year_bonus": "12000.00", "I/S2 year_bonus": "4000.00"}
    assert CLOSES in outcome.warnings
    assert CLOSES in call(office.folder, "show", outcome.run[:12]).output
    assert year.logical["history"]["first_period"] == "2026-07"
    year.verify()
    settings = office.folder / "payengine.toml"
    settings.write_text(settings.read_text("utf-8").replace("2026-07", "2026-08"), "utf-8")
    with_other = Workspace(office.folder).freeze("2026")
    assert with_other.digest != year.digest, "what the freeze presumed is part of the snapshot"


def test_months_from_the_first_on_must_be_published(tmp_path: Path) -> None:
    office = office_of(tmp_path / "c", "2026-11")
    office.freeze("2026-12")
    office.publish(office.run("2026-12").run)
    with pytest.raises(Refused) as refused:
        office.freeze("2026")
    assert [problem.column for problem in refused.value.problems] == ["2026-11"]
    with pytest.raises(Refused, match="the office begins with 2026-11"):
        office.freeze("2026-10")


def test_another_year_does_not_know_it(tmp_path: Path) -> None:
    """Snapshots of years that are whole have the digest that they had without it."""
    office = office_of(tmp_path / "c", "2025-07")
    digest = office.freeze("2026-07").digest
    settings = office.folder / "payengine.toml"
    settings.write_text(settings.read_text("utf-8").replace('first_period = "2025-07"\n', ""), "utf-8")
    assert Workspace(office.folder).freeze("2026-07").digest == digest


def test_a_manifest_with_another_first_period_is_found(tmp_path: Path) -> None:
    office = office_of(tmp_path / "c", "2026-07")
    manifest = office.freeze("2026-07").path / "manifest.json"
    content = json.loads(manifest.read_text("utf-8"))
    content["logical"]["history"]["first_period"] = 7
    content["digest"] = digest_of(content["logical"])
    manifest.write_text(json.dumps(content), "utf-8")
    with pytest.raises(IntegrityBroken, match=r"manifest.json.*\n.*is damaged"):
        Snapshot.open(manifest.parent).verify()


@pytest.mark.parametrize("text", ["2026", "2026-Q3", "July", ""])
def test_it_is_a_month(text: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        office_of(tmp_path / "c", text)
    assert "first_period" in refused.value.report()
