"""Closing of a policy: the last day on which a year is corrected."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import Policy, load_policy, policy_digest

HEAD = '[policy]\ncode = "{code}"\ntitle = "x"\nlevel = "{level}"\nextends = [{base}]\n'


def policy(folder: Path, county: str, region: str = "") -> Policy:
    (folder / "base.toml").write_text(HEAD.format(code="base", level="region", base="") + region, "utf-8")
    (folder / "own.toml").write_text(HEAD.format(code="own", level="county", base='"base"') + county, "utf-8")
    return load_policy("own", [folder])


def test_a_later_layer_replaces_the_day(tmp_path: Path) -> None:
    region = '[closing]\nlast_day = "03-31"\nsource = "illustrative"\n'
    given = policy(tmp_path, "", region).closing
    assert given is not None
    assert [given.last_day(Period.parse(text)) for text in ("2026-01", "2026-Q4", "2026")] == [date(2027, 3, 31)] * 3
    given = policy(tmp_path, '[closing]\nlast_day = "06-30"\n', region).closing
    assert given is not None
    assert given.last_day(Period.parse("2026-12")) == date(2027, 6, 30)


def test_without_it_every_year_is_open_and_no_digest_knows_it(tmp_path: Path) -> None:
    none = policy(tmp_path, "")
    assert none.closing is None
    digest = policy_digest(none)
    assert policy_digest(policy(tmp_path, '[closing]\nlast_day = "03-31"\n')) == digest


WRONG = {
    '[closing]\nlast_day = "02-29"\n': "is not a day of every year",
    '[closing]\nlast_day = "3-31"\n': "is not a day of every year",
    '[closing]\nlast_day = "04-31"\n': "is not a day of every year",
    "[closing]\n": "last_day is missing",
    '[closing]\nlast_day = "03-31"\nmonths = "3"\n': "unknown key 'months'",
    '[closing]\nlast_day = "03-31"\nsource = ""\n': "source is not filled in",
}


@pytest.mark.parametrize("text", WRONG)
def test_it_is_read_strictly(text: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        policy(tmp_path, text)
    assert WRONG[text] in refused.value.report()
