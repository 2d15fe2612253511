"""A workspace is made whole or not at all.

It is all that Python needs to do what the command line does.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from batch.settings import FILE
from batch.workspace import Workspace, as_period
from payengine import texts
from payengine.errors import IntegrityBroken, Refused, Unavailable, UsageError
from payengine.periods import Period
from tests.counties import county
from tests.counties.files import write_sqlite
from tests.support import product, small_county
from tests.support.paths import ROOT
from tests.support.signed_damage import rewrite


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_new_workspace_can_be_opened_and_its_policy_loads(tmp_path: Path, language: str) -> None:
    texts.use(language)
    try:
        made = Workspace.create(tmp_path / "haiyan", "demo")
    finally:
        texts.use(None)
    assert made.settings.policy == "haiyan"
    assert made.settings.source.folder == "input"
    assert (tmp_path / "haiyan" / "input").is_dir()
    policy = Workspace(tmp_path / "haiyan").policy()
    assert [layer.code for layer in policy.layers][-2:] == ["demo", "haiyan"]
    assert made.runs() == []
    assert not (tmp_path / "haiyan" / "ledger.sqlite").exists(), "looking writes nothing"


def test_the_layer_is_not_named_like_the_policy_it_extends(tmp_path: Path) -> None:
    assert Workspace.create(tmp_path / "demo", "demo").settings.policy == "county"
    assert Workspace.create(tmp_path / "海盐 县", "demo").settings.policy == "海盐-县"


def test_a_workspace_is_not_made_twice_nor_over_an_unknown_policy(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "a", "demo")
    with pytest.raises(UsageError, match="is a workspace already"):
        Workspace.create(tmp_path / "a", "demo")
    with pytest.raises(Refused, match="demo"):
        Workspace.create(tmp_path / "b", "demmo")
    assert not (tmp_path / "b").exists()


def test_names_of_a_snapshot_that_is_gone_are_not_needed(tmp_path: Path) -> None:
    names = Workspace.create(tmp_path / "a", "demo").names("2026-10", "ab" * 32)
    assert not names.institutions
    assert not names.staff


def test_a_period_is_taken_as_text_or_as_it_is() -> None:
    assert as_period("2026-10") == as_period(Period.parse("2026-10")) == Period.parse("2026-10")
    assert as_period("2026-Q4").kind == "quarter"


@pytest.mark.parametrize("page", ["cli.md", "cli.zh.md"])
def test_the_documented_settings_are_read(page: str, tmp_path: Path) -> None:
    """The example in docs/cli.md is what read_settings takes."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    [example] = [block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[source]" in block]
    (tmp_path / FILE).write_text(example, encoding="utf-8")
    settings = Workspace(tmp_path).settings
    assert settings.policy == "haiyan"
    assert settings.privacy.key_file is not None


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    write_sqlite(county(11, "2026-05", 60).tables, tmp_path / "his.sqlite")
    made = product.workspace(tmp_path, "url = 'sqlite:///his.sqlite'")
    settings = tmp_path / FILE
    # the drawn county has tasks in one of its months only
    settings.write_text('allow_empty = ["directed_task"]\n' + settings.read_text(encoding="utf-8"), encoding="utf-8")
    return Workspace(made.folder)


def test_a_missing_ledger_is_told_once_there_are_snapshots(office: Workspace) -> None:
    assert office.runs() == []
    office.freeze("2026-04")
    for attempt in (office.runs, lambda: office.results("abcd1234"), lambda: office.publish("abcd1234")):
        with pytest.raises(Unavailable, match=r"ledger\.sqlite is missing, and snapshots stand beside it \(2026-04\)"):
            attempt()
    assert not (office.folder / "ledger.sqlite").exists()


def test_a_run_that_begins_a_ledger_beside_earlier_snapshots_tells_it(office: Workspace) -> None:
    office.freeze("2026-04")
    first = office.run("2026-04", dry_run=True)
    assert not [text for text in first.warnings if "ledger" in text]
    office.freeze("2026-05")
    for dry_run in (True, False):
        [told] = [text for text in office.run("2026-05", dry_run=dry_run).warnings if "ledger" in text]
        assert "ledger.sqlite was there, and 2026-04 was frozen here before" in told
    assert not [text for text in office.run("2026-05").warnings if "ledger" in text]


def test_a_ledger_that_snapshots_name_is_not_made_anew(office: Workspace) -> None:
    """Its revisions would be numbered from 1 again."""
    office.freeze("2026-04")
    office.publish(office.run("2026-04").run)
    office.freeze("2026-05")
    (office.folder / "ledger.sqlite").unlink()
    for attempt in (office.freeze, office.run, lambda month: office.run(month, dry_run=True)):
        with pytest.raises(Unavailable, match="names what was published in it"):
            attempt("2026-05")
    assert not (office.folder / "ledger.sqlite").exists()


def test_names_that_were_changed_in_a_snapshot_are_not_shown(office: Workspace) -> None:
    frozen = office.freeze("2026-04")
    assert office.names("2026-04", frozen.digest).staff

    def renamed(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index("name")
        return table.set_column(place, table.schema.field(place), pa.array(["王五"] * len(table)))

    rewrite(frozen.path, "tables/staff.parquet", renamed)
    with pytest.raises(IntegrityBroken, match="do not match their digest"):
        office.names("2026-04", frozen.digest)


def test_what_the_settings_say_of_files_reaches_ledger_and_snapshots(office: Workspace) -> None:
    if os.name == "nt":
        pytest.skip("rights of files are others there")
    for access, expected in (("private", 0o600), ("group", 0o660)):
        text = (office.folder / FILE).read_text(encoding="utf-8")
        (office.folder / FILE).write_text(text.replace("[privacy]", f'[privacy]\nfiles = "{access}"'), encoding="utf-8")
        workspace = Workspace(office.folder)
        frozen = workspace.freeze("2026-04")
        workspace.run("2026-04")
        for file in (office.folder / "ledger.sqlite", frozen.path / "manifest.json"):
            assert stat.S_IMODE(file.stat().st_mode) == expected
        (office.folder / "ledger.sqlite").unlink()
        shutil.rmtree(office.snapshots)
        (office.folder / FILE).write_text(text, encoding="utf-8")


def test_a_freeze_says_at_once_that_the_policy_settles_no_quarters(tmp_path: Path) -> None:
    """Before it asks for months that nobody has published, or reads a source."""
    office = small_county.county(tmp_path / "c", small_county.tables())
    shutil.rmtree(office.folder / "input")
    with pytest.raises(Refused, match="no formulas for the period 2026-Q4"):
        office.freeze("2026-Q4")


def test_a_policy_is_read_again_when_one_of_its_files_changes(tmp_path: Path) -> None:
    office = Workspace.create(tmp_path / "office", "demo")
    own = next((office.folder / "policy").glob("*.toml"))
    text = own.read_text(encoding="utf-8")
    first = office.policy()
    assert office.policy() is first
    own.write_text(text.replace("title = ", 'title = "改名" # ', 1), encoding="utf-8")
    assert office.policy().title == "改名"
    (own.parent / "institutions").mkdir(exist_ok=True)
    (own.parent / "institutions" / "I1.toml").write_text("[policy]\n", encoding="utf-8")
    assert [layer.institution for layer in office.policy().layers][-1] == "I1"
