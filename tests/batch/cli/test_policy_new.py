"""`policy new --ask`: each answer is checked and written at once, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from batch.cli.root import root
from payengine.policy import load_policy
from payengine.policy.answers import Answer, blank_entries, with_answers, without_blanks

REGION = """
[policy]
code = "haizhou"
title = "海州市方案（虚构）"
level = "region"
extends = ["national"]

[parameters.unit_price]
label = "标准当量单价"
unit = "yuan per equivalent"
required = true
approvals = ["health", "finance"]
minimum = "3"
maximum = "6"

[names.indicator]
workload = "工作量"
quality = "服务质量"

[parameters.weight]
label = "考核指标权重"
unit = "ratio"
per = "indicator"
required = true
sums_to = "1"
ask = "每项所占比重"

[parameters.counted]
label = "是否计入"
unit = "flag"
required = true
"""
PRICE = ["4.50", "2026-01-01", "", "", "海州〔2026〕1 号", "", "卫 1 号", "2025-12-01", "财 2 号", "2025-12-02"]
WEIGHTS = ["0.6", "0.4", "2026-01-01", "2027-01-01", ""]  # the document is that of the answer before
FLAG = ["是", "", "", "", ""]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAYENGINE_LANG", "en")
    folder = tmp_path / "county"
    call("init", str(folder), "--policy", "demo")
    (folder / "policy" / "haizhou.toml").write_text(REGION, encoding="utf-8")
    return folder


def call(*words: str, answers: list[str] | None = None) -> Result:
    given = None if answers is None else "".join(f"{answer}\n" for answer in answers)
    return CliRunner().invoke(root, list(words), prog_name="payengine", input=given)


def ask(workspace: Path, answers: list[str], *more: str) -> Result:
    words = ["--workspace", str(workspace), "policy", "new", "haiyan", *more, "--ask"]
    return call(*words, answers=answers)


def made(workspace: Path) -> Path:
    return workspace / "policy" / "haiyan.toml"


def asked_in_order(workspace: Path) -> list[str]:
    call("--workspace", str(workspace), "policy", "new", "haiyan", "--from", "haizhou")
    found = list(dict.fromkeys(entry.parameter for entry in blank_entries(made(workspace).read_text("utf-8"))))
    made(workspace).unlink()
    return found


def all_answers(workspace: Path) -> list[str]:
    """Answers in the order of the file; the first says by which document all hold."""
    of = {"unit_price": PRICE, "weight": WEIGHTS, "counted": ["是", "2026-01-01", "", "", "海州〔2026〕1 号"]}
    return [answer for name in asked_in_order(workspace) for answer in of[name]]


def test_all_answers_make_a_policy_that_loads(workspace: Path) -> None:
    found = ask(workspace, all_answers(workspace), "--from", "haizhou")
    assert found.exit_code == 0, found.output
    assert "Nothing is left to be answered" in found.stdout
    policy = load_policy("haiyan", [workspace / "policy", *_shipped()])
    price = policy.parameters["unit_price"].values[0]
    assert (price.number, price.cause) == (45_000, "first_setting")
    assert [one.body for one in price.approvals] == ["health", "finance"]
    assert {value.where["indicator"]: value.number for value in policy.parameters["weight"].values} == {
        "workload": 6_000, "quality": 4_000,
    }  # fmt: skip
    assert blank_entries(made(workspace).read_text("utf-8")) == []


def _shipped() -> list[Path]:
    import formulas

    return [Path(str(formulas.POLICIES))]


def test_an_empty_answer_is_for_later_and_asked_again(workspace: Path) -> None:
    answers = all_answers(workspace)
    first = asked_in_order(workspace)[0]
    found = ask(workspace, [""] * 4, "--from", "haizhou")
    assert found.exit_code == 0, found.output
    assert "Still to be answered (3)" in found.stdout
    text = made(workspace).read_text("utf-8")
    assert text.count('value = ""') == 4
    made(workspace).write_text(text + "\n# the county's own note\n", encoding="utf-8")
    again = ask(workspace, answers)
    assert again.exit_code == 0, again.output
    assert first in again.stdout
    assert made(workspace).read_text("utf-8").endswith("# the county's own note\n")
    load_policy("haiyan", [workspace / "policy", *_shipped()])


def test_what_cannot_be_read_or_is_out_of_bounds_is_asked_again_at_once(workspace: Path) -> None:
    order = asked_in_order(workspace)
    wrong = {"unit_price": ["four", "7"], "weight": ["60%"], "counted": ["perhaps"]}
    right = all_answers(workspace)
    found = ask(workspace, [*wrong[order[0]], *right], "--from", "haizhou")
    assert found.exit_code == 0, found.output
    assert found.stderr.count("  ! ") == len(wrong[order[0]])


def test_weights_that_do_not_sum_to_1_are_told_by_the_loader_and_asked_again(workspace: Path) -> None:
    of = {"weight": ["0.6", "0.5", "2026-01-01", "2027-01-01", "文 1", *WEIGHTS]}
    answers = [answer for name in asked_in_order(workspace) for answer in of.get(name, [""])]
    answers[answers.index("2027-01-01") + 2 :] = ["0.6", "0.4", "2026-01-01", "2027-01-01", "文 1"]
    found = ask(workspace, answers, "--from", "haizhou")
    assert "Nothing of this was written" in found.stderr
    assert '"0.5"' not in made(workspace).read_text("utf-8")
    assert "weight" in found.stdout.partition("Still to be answered")[0]


def test_ctrl_c_keeps_what_was_answered_and_says_so(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = asked_in_order(workspace)
    of = {"unit_price": PRICE, "weight": [*WEIGHTS[:4], "文 1"], "counted": ["是", "2026-01-01", "", "", "文 1"]}
    answers = iter(of[order[0]])

    def prompt(*words: object, **more: object) -> str:
        answer = next(answers, None)
        if answer is None:
            raise click.Abort
        return answer or str(more.get("default", ""))

    monkeypatch.setattr(click, "prompt", prompt)
    found = ask(workspace, [], "--from", "haizhou", "--json")
    told = json.loads(found.stdout)
    assert (told["answered"], told["stopped"]) == (order[:1], True)
    assert told["left"] == order[1:]
    assert order[0] not in {entry.parameter for entry in blank_entries(made(workspace).read_text("utf-8"))}


def test_without_a_policy_to_extend_it_is_refused(workspace: Path) -> None:
    found = ask(workspace, [])
    assert found.exit_code == 2
    assert "--from" in found.stderr
    assert not made(workspace).exists()


def test_only_blank_entries_are_replaced() -> None:
    text = (
        '[[parameters.a.values]]\nfrom = ""\nvalue = ""\napprovals = [\n  { body = "x", document = "" },\n]\n\n'
        '# kept\n[[parameters.b.values]]\nfrom = 2026-01-01\nvalue = "1"\n\n[names.line]\nx = "[a]"\n'
    )
    [entry] = blank_entries(text)
    assert (entry.parameter, entry.where) == ("a", ())
    changed = with_answers(text, [entry], [Answer((), '"2"', "2026-01-01", continues='of "no" end', source="s")])
    assert changed == (
        '[[parameters.a.values]]\nfrom = 2026-01-01\ncontinues = "of \\"no\\" end"\nvalue = "2"\nsource = "s"\n\n'
        '# kept\n[[parameters.b.values]]\nfrom = 2026-01-01\nvalue = "1"\n\n[names.line]\nx = "[a]"\n'
    )
    assert "parameters.a" not in without_blanks(text)
    assert "parameters.b" in without_blanks(text)
