"""Texts that were kept in one language and are printed in the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from payengine import texts
from payengine.texts import recipe, said_again, say
from tests.support import small_county
from tests.support.small_county import call, pay, record, tables


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    texts.use("en")
    yield
    texts.use(None)


def kept(text: str) -> object:
    """Give a recipe as JSON gives it back."""
    return json.loads(json.dumps(recipe(text)))


def test_a_kept_text_is_said_again_with_the_texts_inside_it() -> None:
    stored = say("{name} is not read: it is no input table{near}", name="x.csv", near=texts.say("nothing"))
    what = kept(stored)
    texts.use("zh")
    assert said_again(str(stored), what) == "x.csv 未被读取：它不是输入表无"
    texts.use("en")
    assert said_again(str(stored), what) == stored


@pytest.mark.parametrize(
    "recipe_found",
    [
        None, [], ["no template", {}], ["{name} is not read: it is no input table{near}", {}], 3, [3, 4],
        ["{name} is not read: it is no input table{near}", {"name": "y.csv", "near": ""}],
    ],
)  # fmt: skip
def test_a_text_stays_where_its_recipe_does_not_give_it(recipe_found: object) -> None:
    texts.use("zh")
    assert said_again("x.csv is not read: it is no input table", recipe_found) == (
        "x.csv is not read: it is no input table"
    )


def test_warnings_of_a_freeze_in_english_are_chinese_in_chinese(tmp_path: Path) -> None:
    rows = tables(
        "2026-10", "2026-11", service_record=[record("R1"), record("R2", staff="s1")],
        pay_component=[pay("S1"), pay("S3"), pay("S1", period="2026-11")], staff=[{"code": f"S{n}"} for n in (1, 2, 3)],
    )  # fmt: skip
    county = small_county.county(tmp_path / "county", rows)
    english = "1 rejected row(s) name staff s1, which is in no row of staff (did you mean S1?)"
    chinese = "1 行被剔除，其人员编码写作 s1，而人员表中没有（是否指 S1？）"
    first = call(county.folder, "--lang", "en", "freeze", "2026-10")
    assert english in first.output
    run = json.loads(call(county.folder, "--lang", "en", "--json", "run", "2026-10").stdout)["run"]
    for words in (("run", "2026-10"), ("show", run)):
        assert chinese in call(county.folder, "--lang", "zh", *words).output
        assert english not in call(county.folder, "--lang", "zh", *words).output
        assert english in call(county.folder, "--lang", "en", *words).output
    call(county.folder, "--lang", "en", "publish", run)
    small_county.write(county.folder / "input", {"service_record": [record("R1"), record("R3")]})
    told = "service_record than when it was frozen"
    small_county.write(county.folder / "input", {"service_record": [record(f"R{n}") for n in range(5)]})
    assert told in call(county.folder, "--lang", "en", "freeze", "2026-11").output
    after = call(county.folder, "--lang", "zh", "runs").output
    assert "服务记录表比冻结时多" in after
    assert told not in after


def test_a_text_kept_in_the_language_in_use_reads_no_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = say("{name} is not read: it is no input table{near}", name="x.csv", near=texts.say("nothing"))

    def read() -> dict[str, str]:
        raise AssertionError("the Chinese catalogue is read")

    monkeypatch.setattr(texts, "chinese", read)
    assert said_again(str(stored), kept(stored)) == stored


@pytest.mark.parametrize("template", ["{name:>3}", "{name!r}", "{name.__class__}", "{name[0]}"])
def test_a_template_that_asks_for_more_than_its_fields_is_not_filled_in(template: str) -> None:
    """A ledger is a file: what somebody wrote into it is no template of ours, and stays text."""
    text = template.format(name="ab")
    found = said_again(text, [template, {"name": "ab"}])
    assert found == text
    assert not isinstance(found, texts.Said)
