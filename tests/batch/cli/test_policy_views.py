"""Policies as `policy show` and `policy check` print them, whole and in words."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

import formulas
from batch.cli.root import root
from batch.cli.views.policy_contents import calculations, components, values_in_force
from batch.cli.views.text_width import cells
from payengine import texts
from payengine.periods import Period
from payengine.policy import Policy, load_policy, to_supply
from payengine.policy.description import supply_words
from tests.support.policy_files import head, load, refusal

SHIPPED = ["township-example", "xining-example", "feixi-example", "xining", "demo"]


def call(*words: object) -> Result:
    return CliRunner().invoke(root, [str(word) for word in words], prog_name="payengine")


def shown(name: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(
        call("policy", "show", name, "--on", "2026-10", "--json").stdout
    )
    return found


def printed(part: object, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    console.print(part, crop=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_of_a_policy_is_cut_at_80_columns(name: str, language: str) -> None:
    """The same is printed at 80 columns as without a limit, and every line fits."""
    data = shown(name)
    texts.use(language)
    try:
        for part in (
            calculations(data["calculations"]),
            components(data["components"], {}),
            values_in_force(data["values"]),
        ):
            narrow, wide = printed(part, 80), printed(part, 10_000)
            assert "".join("".join(narrow).split()) == "".join("".join(wide).split())
            assert "…" not in "".join(narrow).replace("……", "")
            assert [line for line in narrow if cells(line) > 80] == []
    finally:
        texts.use(None)


def test_a_value_stands_below_its_label() -> None:
    lines = printed(values_in_force(shown("township-example")["values"]), 80)
    at = next(place for place, line in enumerate(lines) if line.startswith("  night_rate  夜班每班 (yuan per shift)"))
    assert lines[at + 1].strip() == "60.00"
    titles = [line for line in lines if "title=" in line]
    assert len(titles) == len(set(titles)) > 5
    assert sum("night_rate" in line for line in lines) == 1


def own(folder: Path, text: str) -> Policy:
    (folder / "own.toml").write_text(head("own", "national") + text, encoding="utf-8")
    return load_policy("own", [folder, formulas.POLICIES])


def test_a_figure_that_replaces_a_shipped_one_is_listed(tmp_path: Path) -> None:
    workspace = tmp_path / "county"
    assert call("init", workspace, "--policy", "demo").exit_code == 0
    file = next((workspace / "policy").glob("*.toml"))
    figure = '[figures.appraisal_score]\nlabel = "自定得分"\nlevel = "staff"\nunit = "ratio"\nadd = ["engaged_share"]\n'
    file.write_text(file.read_text("utf-8") + figure, "utf-8")
    told = call("--workspace", workspace, "--lang", "en", "policy", "check", "--period", "2026-10").stdout
    assert "What the policy replaces:" in told
    assert "figure appraisal_score (自定得分) replaces the shipped formula " in told
    zh = call("--workspace", workspace, "--lang", "zh", "policy", "check", "--period", "2026-10").stdout
    assert "指标 appraisal_score（自定得分）替换内置公式" in zh


def test_a_layer_that_replaces_a_figure_of_another_is_listed(tmp_path: Path) -> None:
    figure = '[figures.rate]\nlabel = "率"\nlevel = "staff"\nunit = "ratio"\nadd = ["engaged_share"]\n'
    policy = load(tmp_path, "town", {"county": head("county") + figure, "town": head("town", "county") + figure})
    assert policy.replaced_figures == {"rate": ("county",)}
    assert load(tmp_path, "county", {}).replaced_figures == {}


def test_a_policy_that_replaces_nothing_lists_nothing() -> None:
    assert "replaces" not in call("--lang", "en", "policy", "check", "township-example", "--period", "2026-10").stdout


BLANKS = """
[names.grade]
good = "良好"
pass = "合格"
[parameters.rate]
label = "率"
unit = "ratio"
[[parameters.rate.values]]
from = ""
until = ""
where = { grade = "good" }
value = ""
source = ""
[[parameters.rate.values]]
from = ""
until = ""
where = { grade = "pass" }
value = ""
source = ""
[parameters.base]
label = "基数"
unit = "figure"
[[parameters.base.values]]
from = ""
continues = "x"
value = ""
source = ""
"""


def test_all_blanks_are_told_one_line_a_parameter(tmp_path: Path) -> None:
    lines = refusal(tmp_path, "county", {"county": head("county") + BLANKS})
    told = [line for line in lines if "not filled in" in line]
    assert told == [
        "rate  not filled in: from, until, value, source, of the values where grade = good, grade = pass "
        "(line 14-15, 17-18, 20-21, 23-24); fill in what stands between empty quotes; dates are written 2026-01-01",
        "base  not filled in: from, value, source (line 29, 31-32); "
        "fill in what stands between empty quotes; dates are written 2026-01-01",
    ]
    assert "county.toml: 2 problem(s)" in lines[1]


def test_all_names_that_lack_a_value_are_told_at_once(tmp_path: Path) -> None:
    text = (
        '[names.task]\na = "甲"\nb = "乙"\nc = "丙"\n[parameters.rate]\nlabel = "率"\nunit = "yuan per task"\n'
        'required = true\nper = "task"\n'
        'values = [{ from = 2026-01-01, continues = "x", where = { task = "a" }, value = "1", source = "s" }]\n'
    )
    policy = load(tmp_path, "county", {"county": head("county") + text})
    (problem,) = policy.coverage_problems(["rate"], Period.parse("2026-10"))
    assert 'where { task = "b" }, { task = "c" }' in problem.what
    assert 'with from = 2026-10-01, where = { task = "b" }, { task = "c" }' in problem.remedy
    words = supply_words(policy, to_supply(policy))
    assert "for 乙 (b), 丙 (c)" in words


def test_the_layers_of_a_policy_fit_a_narrow_terminal() -> None:
    """The folder of the files stands once beneath them, not in every row."""
    printed = call("policy", "show", "national").output
    heads = next(line for line in printed.splitlines() if line.startswith("Layer"))
    assert len(heads) < 120
    [row] = [line for line in printed.splitlines() if line.startswith("national-pay ")]
    assert row.endswith(" national-pay.toml")
    assert "The files are in:" in printed


@pytest.mark.parametrize(("policy", "told"), [("demo", "see what the policy pays"), ("national", "pays nothing yet")])
def test_the_steps_after_init_name_the_policy(tmp_path: Path, policy: str, told: str) -> None:
    answer = call("--lang", "en", "init", tmp_path / "county", "--policy", policy)
    assert answer.exit_code == 0, answer.output
    assert told in answer.output
    assert "county.toml" in answer.output
