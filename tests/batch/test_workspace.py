"""A workspace is made whole or not at all.

It is all that Python needs to do what the command line does.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from batch.settings import FILE
from batch.workspace import Workspace, as_period
from payengine import texts
from payengine.errors import Refused, UsageError
from payengine.periods import Period
from tests.support.paths import ROOT


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
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example is not None
    (tmp_path / FILE).write_text(example[1], encoding="utf-8")
    settings = Workspace(tmp_path).settings
    assert settings.policy == "haiyan"
    assert settings.privacy.key_file is not None
