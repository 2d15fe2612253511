"""Command `policy book`: every rule in words, every dated value, an example."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import formulas
from batch.cli.policy_book.blocks import Document, Facts, Heading, Paragraph, Table, line
from batch.cli.policy_book.contents import policy_book
from batch.cli.policy_book.documents import clause_words
from batch.cli.policy_book.html import html_text
from batch.cli.policy_book.markdown import markdown_text
from batch.cli.root import root
from batch.cli.views.policy_contents import calculation_key
from batch.compute.compute import formulas_used
from batch.explain.explanation import calculation_of
from payengine import texts
from payengine.periods import Period
from payengine.policy import load_policy
from payengine.policy.description import value_text
from tests.support.paths import DOCS
from tests.support.small_county import OCTOBER, call, county, pay, tables

ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (.*?) \| (.*?) ?\| (.*?) ?\|$", re.MULTILINE)
HOSTILE = '<script>alert("x")</script> & | *b* [a](b)'


@pytest.fixture(autouse=True)
def language_as_before() -> Iterator[None]:
    yield
    texts.use(None)


class Reader(HTMLParser):
    """Texts, anchors, links and tags of an HTML file."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.anchors: list[str] = []
        self.links: list[str] = []
        self.tags: dict[str, int] = {}
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes |= {name for name, _ in attrs}
        self.anchors += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def expect(result: Result, code: int = 0) -> str:
    assert result.exit_code == code, result.output + result.stderr
    return result.output


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("name", ["demo", "xining-example", "township-example", "wuhu"])
def test_every_rule_and_every_dated_value_is_in_the_book(name: str, language: str) -> None:
    texts.use(language)
    policy = load_policy(name, [formulas.POLICIES])
    periods = [each for each in map(Period.parse, ("2026-10", "2026")) if policy.formulas(each.kind)[0]]
    assert periods
    made = policy_book(policy, periods, lambda each: formulas_used(policy, each), {})
    read = Reader(html_text(made))
    for period in periods:
        used = formulas_used(policy, period)
        assert used
        for formula in used:
            assert f"{period.kind}-{formula.gives}" in read.anchors
            assert plain(formula.label) in read.text
            assert plain(formula.sentence) in read.text
            assert plain(clause_words(formula.source)) in read.text
            calculation = calculation_of(policy, formula.gives)
            for key in () if calculation is None else dict(calculation.keys()):
                assert key == "unit" or f"{calculation_key(key)}: " in read.text
    values = {
        block.text: following
        for block, following in zip(made.blocks, made.blocks[2:], strict=False)
        if isinstance(block, Heading) and block.anchor.startswith("value-") and isinstance(following, Table)
    }
    for parameter in policy.parameters.values():
        assert parameter.name in read.text
        rows = values[parameter.label].rows if parameter.values else []
        told = [["".join(span.text for span in cell) for cell in row] for row in rows]
        assert len(told) == len(parameter.values)
        for row, value in zip(told, parameter.values, strict=True):
            assert value.figure or row[0] == value_text(parameter, value)
            assert row[2] == value.start.isoformat()
            assert value.until is None or row[3] == value.until.isoformat()
            assert clause_words(value.source) in row[5]
            assert (row[4] != "") == value.holds_on(periods[-1].last_day)
    assert sorted(read.anchors) == sorted(set(read.anchors))
    assert {link.removeprefix("#") for link in read.links} <= set(read.anchors)
    assert plain(markdown_text(made)).count("<a id=") == len(read.anchors)


def test_the_html_needs_nothing_else_and_can_be_printed() -> None:
    policy = load_policy("demo", [formulas.POLICIES])
    made = policy_book(policy, [Period.parse(OCTOBER)], lambda each: formulas_used(policy, each), {})
    text = html_text(made)
    read = Reader(text)
    assert not read.open, "every tag is closed"
    assert not {"script", "link", "img", "iframe"} & set(read.tags)
    assert not {"src", "style", "onclick"} & read.attributes
    assert not re.search(r"url\(|https?:", text)
    assert all(link.startswith("#") for link in read.links)
    assert "break-before: page" in text
    assert "@page" in text
    assert read.tags["nav"] == 1
    assert read.tags["h2"] == 1 + sum(one.level == 1 for one in made.contents)


def test_whatever_a_policy_says_is_escaped() -> None:
    blocks = [
        Heading(1, HOSTILE, "one"), Heading(2, HOSTILE, "two"), Paragraph([line(HOSTILE)], "note"),
        Facts([(HOSTILE, [line(HOSTILE)])]), Table([HOSTILE], [[line(HOSTILE)]]),
    ]  # fmt: skip
    document = Document(HOSTILE, [HOSTILE], blocks, "en")
    read = Reader(html_text(document))
    assert "script" not in read.tags
    assert read.text.count('<script>alert("x")</script> & | *b* [a](b)') >= 9
    told = markdown_text(document)
    assert not re.search(r"(?<!\\)<script|(?<!\\)\[a\]\(", told)
    assert "\\*b\\*" in told


def test_a_value_without_a_source_is_printed_as_such() -> None:
    assert clause_words("") == "no source given"
    assert clause_words("county-2026 3") == "county-2026 3"
    assert clause_words("xining-2024 22").endswith("2024; clause 22")
    assert "西宁市人民政府办公室" in clause_words("xining-2024 22")
    texts.use("zh")
    assert clause_words("xining-2024 22").endswith("2024；条款 22")
    assert clause_words("") == "未注明出处"


def test_the_documents_are_those_of_the_page_on_sources() -> None:
    kept = tomllib.loads(formulas.POLICIES.parent.joinpath("documents.toml").read_text(encoding="utf-8"))
    for language, page in (("en", "sources.md"), ("zh", "sources.zh.md")):
        found = {
            name: [title.replace("`", ""), issuer, day]
            for name, title, issuer, day in ROW.findall((DOCS / page).read_text(encoding="utf-8"))
        }
        assert found
        assert found == {
            name: [told[f"{part}_{language}"] for part in ("title", "issuer", "date")] for name, told in kept.items()
        }


def test_the_example_is_of_the_workspaces_own_run_and_names_nobody(tmp_path: Path) -> None:
    given = tables(pay_component=[pay("S1"), pay("S2", "5100")])
    folder = county(tmp_path / "county", given, "\n").folder
    for words in (("freeze", OCTOBER), ("run", OCTOBER), ("publish", OCTOBER)):
        expect(call(folder, *words))
    file = tmp_path / "book.html"
    words = ("policy", "book", "--period", OCTOBER, "-o", str(file))
    told = json.loads(expect(call(folder, "--json", *words)))
    assert (told["examples"]["month"]["demo"], told["rules"]["month"] > 10) == (False, True)
    text = Reader(file.read_text(encoding="utf-8")).text
    assert "5,100.00" in text, "S2 has the median pay, the upper one of two"
    assert "3,100.00" not in text
    assert "S2" not in text
    assert "李玲" not in text
    refused = call(folder, *words)
    assert (refused.exit_code, "exists already" in refused.stderr) == (2, True)
    expect(call(folder, "--lang", "zh", *words, "--force"))
    assert "示例取自 2026-10" in file.read_text(encoding="utf-8")
    expect(call(folder, "policy", "book", "-o", str(tmp_path / "book.md")))
    assert (tmp_path / "book.md").read_text(encoding="utf-8").startswith("# 试点县（虚构）\n")


def test_without_a_run_the_example_is_the_demos_and_marked(tmp_path: Path) -> None:
    file = tmp_path / "book.md"
    words = ["--workspace", str(tmp_path), "--json", "policy", "book", "demo", "--period", OCTOBER, "-o", str(file)]
    told = json.loads(expect(CliRunner().invoke(root, words)))
    assert told["examples"]["month"] == {
        "period": OCTOBER, "run": told["examples"]["month"]["run"], "illustrative": True, "demo": True
    }  # fmt: skip
    assert "> Examples are of 2026-10" in file.read_text(encoding="utf-8")
    assert "whose figures are invented" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("demo", "-o", "book.pdf"), "ends in neither .html nor .md"),
        (("demo", "-o", "nowhere/book.md"), "the folder nowhere is not there"),
        (("demo", "-o", "book.md", "--period", "2026-13"), "is not a period"),
        (("demo",), "--output is missing"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, words: tuple[str, ...], what: str) -> None:
    done = CliRunner().invoke(root, ["--workspace", str(tmp_path), "policy", "book", *words])
    assert (done.exit_code, what in done.stderr) == (2, True), done.stderr


def test_a_value_that_ended_is_told_with_its_end() -> None:
    """A book holds the past too: a clerk looks up what was in force then."""
    policy = load_policy("xining-example", [formulas.POLICIES])
    ended = [
        value for one in policy.parameters.values() for value in one.values
        if value.until is not None and value.until <= date(2026, 1, 1)
    ]  # fmt: skip
    assert ended
    made = policy_book(policy, [Period.parse("2026")], lambda each: formulas_used(policy, each), {})
    text = markdown_text(made)
    assert all(value.until is not None and value.until.isoformat() in text for value in ended)
