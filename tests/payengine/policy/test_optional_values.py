"""Optional values, values that lapse, removed names, and what a county is asked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from payengine.periods import Period
from payengine.policy import Policy, new_policy, to_supply, unsupplied
from tests.support.policy_files import OPEN, head, load, price, refusal

JANUARY = Period.parse("2026-01")
ENDED = 'from = 2024-01-01, until = 2026-01-01, source = "test 1"'


def optional(folder: Path, *entries: str, more: str = "") -> Policy:
    return load(folder, "p", {"p": head("p") + price(*entries, more="optional = true\n" + more)})


def lacking(policy: Policy, period: str) -> list[str]:
    return [problem.what for problem in policy.coverage_problems(["price"], Period.parse(period))]


def test_an_optional_parameter_may_lack_values(tmp_path: Path) -> None:
    """An optional parameter applies only where it has a value.

    A threshold that nobody set does not apply; one that begins next year does not apply yet.
    """
    assert lacking(optional(tmp_path), "2026-01") == []
    later = optional(tmp_path, f'from = 2026-07-01, value = "1", {OPEN}')
    assert lacking(later, "2026-01") == []
    assert lacking(later, "2026") == []
    assert later.value("price", Period.parse("2026-01").last_day) is None
    assert later.value("price", Period.parse("2026-07").last_day) == 10000


def test_a_needed_parameter_may_not(tmp_path: Path) -> None:
    needed = load(tmp_path, "p", {"p": head("p") + price(f'from = 2026-07-01, value = "1", {OPEN}')})
    assert lacking(needed, "2026-01") == ["no value for 单价"]


def test_what_has_ended_is_told_also_of_an_optional_one(tmp_path: Path) -> None:
    """An optional value that has ended is reported.

    A threshold does not fall away in silence when its document's period is over.
    """
    ended = optional(tmp_path, f'{ENDED}, value = "1"')
    assert lacking(ended, "2025-12") == []
    assert lacking(ended, "2026-01") == ["no value for 单价, the last one ended on 2026-01-01"]
    told = [one.text for one in unsupplied(ended, JANUARY, ["price"])]
    assert told == [
        "no value for 单价, the last one ended on 2026-01-01; "
        "give a new value, or record that it goes on in a [[continuation]]; "
        "write [[parameters.price.values]] with from = 2026-01-01, a value and its source"
    ]
    record = (
        '[[continuation]]\nparameters = ["price"]\nfrom = 2026-01-01\ndocument = "县〔2025〕8 号"\ndate = 2025-12-01\n'
    )
    text = head("p") + price(f'{ENDED}, value = "1"', more="optional = true") + record
    assert lacking(load(tmp_path, "p", {"p": text}), "2026-01") == []


def test_a_document_may_say_that_nothing_follows(tmp_path: Path) -> None:
    """A value that lapses no longer applies, and the reason stands beside it."""
    over = optional(tmp_path, f'{ENDED}, value = "1", lapses = "from 2026 on another measure"')
    assert lacking(over, "2026-01") == []
    assert over.value("price", Period.parse("2026-01").last_day) is None
    beside = optional(
        tmp_path,
        f'{ENDED}, where = {{ kind = "cdc" }}, value = "1", lapses = "another measure"',
        f'{ENDED}, where = {{ kind = "village_clinic" }}, value = "1"',
    )
    assert lacking(beside, "2026-01") == ["no value for 单价, the last one ended on 2026-01-01"]


def test_what_has_no_end_cannot_lapse(tmp_path: Path) -> None:
    text = head("p") + price(f'from = 2024-01-01, value = "1", lapses = "why", {OPEN}', more="optional = true")
    assert any("has no end, so it cannot lapse" in line for line in refusal(tmp_path, "p", {"p": text}))


def test_a_later_layer_may_require_what_was_optional_and_not_the_other_way(tmp_path: Path) -> None:
    base = head("base") + price(more="optional = true")
    tighter = load(tmp_path, "p", {"base": base, "p": head("p", "base") + "[parameters.price]\nrequired = true\n"})
    assert [one.parameter for one in to_supply(tighter)] == ["price"]
    assert lacking(tighter, "2026-01") == ["no value for 单价"]
    looser = {"base": head("base") + price(), "p": head("p", "base") + "[parameters.price]\noptional = true\n"}
    assert any("an earlier layer needs a value" in line for line in refusal(tmp_path, "p", looser))


def test_a_layer_takes_names_away(tmp_path: Path) -> None:
    """A layer may remove a name: an indicator that a county does not use needs no weight."""
    base = head("base") + '[names.indicator]\nworkload = "工作量"\nethics = "医德"\n'
    own = head("p", "base") + '[names.indicator]\nwithout = ["ethics"]\nquality = "质量"\n'
    assert load(tmp_path, "p", {"base": base, "p": own}).known("indicator") == ("workload", "quality")
    wrong = own.replace("ethics", "ethic")
    report = refusal(tmp_path, "p", {"base": base, "p": wrong})
    assert any("'ethic' is no name of an earlier layer (did you mean ethics?)" in line for line in report)


ASKED = """
[names.fund]
risk_fund = "医疗风险基金"
welfare_fund = "职工福利基金"

[parameters.fund_rate]
label = "基金提取比例"
unit = "ratio"
by = "fund"
required = true
ask = "本县提取哪些基金"

[parameters.task_amount]
label = "定额"
unit = "yuan per task"
by = "task"
required = true
"""


def test_what_to_supply_is_asked_in_words(tmp_path: Path) -> None:
    policy = load(tmp_path, "p", {"p": head("p") + ASKED})
    assert [one.text for one in to_supply(policy)] == [
        "基金提取比例, in ratio (0.60 is 60 %): the documents print no value; write your county's own. "
        "本县提取哪些基金",
        "定额, in yuan per task: the documents print no value; write your county's own",
    ]


def test_a_blank_names_what_it_can_be_for(tmp_path: Path) -> None:
    """A blank of a keyed parameter leaves the name blank too and lists the known names."""
    text = new_policy("county", load(tmp_path, "p", {"p": head("p") + ASKED}))
    assert 'where = { fund = "" }  # one entry for each that applies: risk_fund, welfare_fund' in text
    assert 'where = { task = "" }  # name them under [names.task] first, then one entry for each' in text
    report = refusal(tmp_path, "county", {"p": head("p") + ASKED, "county": text})
    assert any("not filled in: from, until, where.fund, value" in line for line in report)


def test_a_new_county_is_told_what_ends(tmp_path: Path) -> None:
    """A new county's file lists in a comment the values that end.

    A continuation is the county's own decision and needs a document.
    """
    region = head("p") + price(f'{ENDED}, value = "1"')
    text = new_policy("county", load(tmp_path, "p", {"p": region}))
    assert "continuation" not in tomllib.loads(text)
    record = re.sub(r"(?m)^# (\[\[|parameters|  \"|\]|from|document|date)", r"\1", text)
    [told] = tomllib.loads(record)["continuation"]
    assert (told["parameters"], told["from"].isoformat()) == (["price"], "2026-01-01")
