"""Dated, keyed and layered values: one holds on each day, and wrong files are refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import DatedValue, policy_digest
from payengine.policy.timeline import closed_by_successors, overlaps, overlay
from tests.support.policy_files import OPEN, head, load, price, refusal

MARCH = date(2025, 3, 1)


def one(folder: Path, *entries: str, more: str = "", rest: str = "") -> list[str]:
    """Return the problems of a policy with one parameter `price`."""
    return refusal(folder, "p", {"p": head("p") + rest + price(*entries, more=more)})


def test_a_value_holds_from_its_start_to_before_its_end(tmp_path: Path) -> None:
    policy = load(tmp_path, "p", {"p": head("p") + price(
        'from = 2024-01-01, until = 2025-03-01, value = "9.50", source = "s 1"',
        f'from = 2025-03-01, value = "9.8", {OPEN}',
    )})  # fmt: skip
    days = (date(2023, 12, 31), date(2024, 1, 1), date(2025, 2, 28), date(2025, 3, 1), date(2099, 1, 1))
    assert [policy.value("price", day) for day in days] == [None, 95000, 95000, 98000, 98000]


def test_what_a_value_rests_on_is_kept_and_changes_no_digest(tmp_path: Path) -> None:
    entry = f'from = 2024-01-01, value = "1", {OPEN}'
    texts = {"": "", "text": ', quote = "q"', "reading": ', reading = "r", alternative = "a"'}
    texts["illustrative"] = ", illustrative = true"
    for basis in texts:
        (tmp_path / f"of_{basis}").mkdir()
    policies = {
        basis: load(tmp_path / f"of_{basis}", "p", {"p": head("p") + price(entry + text)})
        for basis, text in texts.items()
    }
    assert {basis: one.parameters["price"].values[0].basis for basis, one in policies.items()} == {
        basis: basis for basis in texts
    }
    assert len({policy_digest(policy) for policy in policies.values()}) == 1


def test_an_open_value_ends_where_the_next_begins(tmp_path: Path) -> None:
    policy = load(tmp_path, "p", {"p": head("p") + price(
        f'from = 2025-03-01, value = "2", {OPEN}', f'from = 2024-01-01, value = "1", {OPEN}',
    )})  # fmt: skip
    assert [value.until for value in policy.parameters["price"].values] == [date(2025, 3, 1), None]


def test_the_most_specific_value_wins(tmp_path: Path) -> None:
    """An institution is narrower than its kind; a kind with a category narrower than the kind."""
    policy = load(tmp_path, "p", {"p": head("p") + '[names.category]\na = ""\nb = ""\n' + price(
        f'from = 2024-01-01, value = "1", {OPEN}',
        f'from = 2024-01-01, value = "2", where = {{ kind = "village_clinic" }}, {OPEN}',
        f'from = 2024-01-01, value = "3", where = {{ kind = "village_clinic", category = "a" }}, {OPEN}',
        f'from = 2024-01-01, value = "4", where = {{ institution = "V1" }}, {OPEN}',
        f'from = 2024-01-01, value = "5", where = {{ institution = "V1", category = "a" }}, {OPEN}',
    )})  # fmt: skip

    def value(kind: str, institution: str, category: str) -> int | None:
        return policy.value("price", MARCH, kind=kind, institution=institution, category=category)

    assert value("cdc", "C1", "a") == 10000
    assert value("village_clinic", "V2", "b") == 20000
    assert value("village_clinic", "V2", "a") == 30000
    assert value("village_clinic", "V1", "b") == 40000
    assert value("village_clinic", "V1", "a") == 50000
    assert policy.parameters["price"].keys == {"kind", "category", "institution"}


def test_a_list_of_keys_means_each_of_them(tmp_path: Path) -> None:
    kinds = 'where = { kind = ["township_center", "community_center"] }'
    policy = load(tmp_path, "p", {"p": head("p") + price(f'from = 2024-01-01, value = "1", {kinds}, {OPEN}')})
    found = [policy.value("price", MARCH, kind=kind) for kind in ("township_center", "community_center", "cdc")]
    assert found == [10000, 10000, None]


def test_ambiguous_values_are_refused_with_the_day(tmp_path: Path) -> None:
    report = one(
        tmp_path,
        f'from = 2024-01-01, value = "1", where = {{ kind = "cdc" }}, {OPEN}',
        f'from = 2025-03-01, value = "2", where = {{ title = "主治医师" }}, {OPEN}',
    )
    found = next(line for line in report if line.startswith("price  2025-03-01  ambiguous"))
    assert 'kind = "cdc"' in found
    assert "主治医师" in found


def test_a_third_value_for_both_keys_decides(tmp_path: Path) -> None:
    both = 'kind = "cdc", title = "主治医师"'
    policy = load(tmp_path, "p", {"p": head("p") + price(
        f'from = 2024-01-01, value = "1", where = {{ kind = "cdc" }}, {OPEN}',
        f'from = 2025-03-01, value = "2", where = {{ title = "主治医师" }}, {OPEN}',
        f'from = 2025-03-01, value = "3", where = {{ {both} }}, {OPEN}',
    )})  # fmt: skip
    assert policy.value("price", MARCH, kind="cdc", title="主治医师") == 30000


def test_a_deciding_value_that_ends_too_early_leaves_the_rest_ambiguous(tmp_path: Path) -> None:
    report = one(
        tmp_path,
        f'from = 2024-01-01, value = "1", where = {{ kind = "cdc" }}, {OPEN}',
        f'from = 2024-01-01, value = "2", where = {{ title = "医师" }}, {OPEN}',
        'where = { kind = "cdc", title = "医师" }, from = 2024-01-01, until = 2025-01-01, value = "3", source = "s"',
    )
    assert any(line.startswith("price  2025-01-01  ambiguous") for line in report)


def test_a_gap_is_refused(tmp_path: Path) -> None:
    report = one(
        tmp_path,
        'from = 2024-01-01, until = 2024-06-01, value = "1", source = "s"',
        f'from = 2024-09-01, value = "2", {OPEN}',
    )
    assert "price  2024-06-01  no value from 2024-06-01 until 2024-09-01" in report


@pytest.mark.parametrize("start", ["2024-01-01", "2024-05-01"])
def test_an_overlap_is_refused(tmp_path: Path, start: str) -> None:
    report = one(
        tmp_path,
        'from = 2024-01-01, until = 2024-06-01, value = "1", source = "s"',
        f'from = {start}, value = "2", {OPEN}',
    )
    assert f"price  {start}  overlaps the value from 2024-01-01" in report


def test_two_open_values_of_one_day_overlap(tmp_path: Path) -> None:
    report = one(tmp_path, f'from = 2024-01-01, value = "1", {OPEN}', f'from = 2024-01-01, value = "2", {OPEN}')
    assert "price  2024-01-01  overlaps the value from 2024-01-01" in report


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (
            'from = 2024-01-15, value = "1", continues = "x", source = "s"',
            "from  price  2024-01-15  2024-01-15 is not the first of a month",
        ),
        (
            'from = 2024-01-01, until = 2024-02-10, value = "1", source = "s"',
            "until  price  2024-01-01  2024-02-10 is not the first of a month",
        ),
        (
            'from = 2024-01-01, value = "1", source = "s"',
            "price  2024-01-01  has no end; give until = DATE, or continues",
        ),
        (
            'from = 2024-01-01, until = 2025-01-01, continues = "x", value = "1", source = "s"',
            "continues  price  2024-01-01  has an end and a reason",
        ),
        (
            'from = 2024-02-01, until = 2024-01-01, value = "1", source = "s"',
            "until  price  2024-02-01  ends on 2024-01-01, not after its start",
        ),
        ('from = 2024-01-01, value = "1", continues = "x"', "price  2024-01-01  source is missing"),
        (
            f'from = 2024-01-01, value = "1", quote = "q", reading = "r", alternative = "a", {OPEN}',
            "reading  price  2024-01-01  is quoted and read into the text; give one of the two",
        ),
        (
            f'from = 2024-01-01, value = "1", reading = "r", {OPEN}',
            "reading  price  2024-01-01  a reading and the other one that the text allows belong together",
        ),
        (
            f'from = 2024-01-01, value = "1", quote = "q", alternative = "a", {OPEN}',
            "alternative  price  2024-01-01  a reading and the other one that the text allows belong together",
        ),
        (
            f'from = 2024-01-01, value = "1", quote = "", {OPEN}',
            "quote  price  2024-01-01  quote is not filled in",
        ),
        (
            f'from = 2024-01-01, value = "1", illustrative = true, quote = "q", {OPEN}',
            "quote  price  2024-01-01  is invented, so no document says it",
        ),
        (
            'from = 2024-01-01, value = "1", continues = "", source = "s"',
            "continues  price  2024-01-01  continues is not filled in",
        ),
        (
            f"from = 2024-01-01, value = 9.50, {OPEN}",
            'value  price  2024-01-01  9.50 is a float, which is not exact; write it in quotes: "9.50"',
        ),
        (
            f"from = 2024-01-01, value = 9, {OPEN}",
            'value  price  2024-01-01  9 stands without quotes; write it in quotes: "9"',
        ),
        (f'from = 2024-01-01, value = "", {OPEN}', "value  price  2024-01-01  the value is not filled in"),
        (f'from = 2024-01-01, value = "9,50", {OPEN}', "value  price  2024-01-01  '9,50' is not a number"),
        (
            f'from = 2024-01-01, value = "0.12345", {OPEN}',
            "value  price  2024-01-01  '0.12345' has more than 4 decimals",
        ),
        (
            f'from = 2024-01-01, value = "12345678901234", {OPEN}',
            "value  price  2024-01-01  '12345678901234' is too large",
        ),
        (f"from = 2024-01-01, value = true, {OPEN}", "value  price  must be a number in quotes"),
        (f"from = 2024-01-01, {OPEN}", "price  2024-01-01  value is missing"),
        (f'value = "1", {OPEN}', "price  from is missing; write a date such as 2026-01-01"),
        (f'from = "soon", value = "1", {OPEN}', "from  price  'soon' is not a date"),
        (f'from = 2024-01-01T00:00:00, value = "1", {OPEN}', "from  price"),
        (f'from = 2024-01-01, valeu = "1", {OPEN}', "price  2024-01-01  unknown key 'valeu' (did you mean value?)"),
        (
            f'from = 2024-01-01, value = "1", where = {{ kinds = "cdc" }}, {OPEN}',
            "where.kinds  price  2024-01-01  'kinds' is not one of",
        ),
        (
            f'from = 2024-01-01, value = "1", where = {{ kind = "village_clinc" }}, {OPEN}',
            "where.kind  price  2024-01-01  'village_clinc' is not one of",
        ),
        (
            f'from = 2024-01-01, value = "1", where = {{ task = "x", indicator = "y" }}, {OPEN}',
            "where  price  2024-01-01  at most one of these",
        ),
        (f'from = 2024-01-01, value = "1", where = {{ kind = [] }}, {OPEN}', "where.kind  price  2024-01-01  is empty"),
        (
            f'from = 2024-01-01, value = "1", where = {{ indicator = "quality" }}, {OPEN}',
            "where.indicator  price  2024-01-01  'quality' is not under [names.indicator]",
        ),
    ],
    ids=lambda text: text[:60],
)
def test_a_wrong_entry_is_refused_by_parameter_and_date(tmp_path: Path, entry: str, line: str) -> None:
    report = one(tmp_path, entry)
    assert any(found.startswith(line) for found in report), report


def test_the_nearest_name_is_told(tmp_path: Path) -> None:
    names = '[names.indicator]\nquality = "质量"\n'
    where = 'where = { indicator = "qualty" }'
    report = one(tmp_path, f'from = 2024-01-01, value = "1", {where}, {OPEN}', rest=names)
    assert any("'qualty' is not under [names.indicator] (did you mean quality?)" in line for line in report)
    report = one(tmp_path, f'from = 2024-01-01, value = "1", where = {{ kind = "village_clinc" }}, {OPEN}')
    assert any("(did you mean village_clinic?)" in line for line in report)


def test_bounds_are_kept(tmp_path: Path) -> None:
    more = 'minimum = "0.5"\nmaximum = "1"'
    report = one(
        tmp_path,
        'from = 2024-01-01, until = 2025-01-01, value = "0.4999", source = "s"',
        f'from = 2025-01-01, value = "1.0001", {OPEN}',
        more=more,
    )
    assert "value  price  2024-01-01  0.4999 is below the least allowed, 0.50" in report
    assert "value  price  2025-01-01  1.0001 is above the most allowed, 1" in report
    edges = price('from = 2024-01-01, until = 2025-01-01, value = "0.5", source = "s"',
                  f'from = 2025-01-01, value = "1", {OPEN}', more=more)  # fmt: skip
    assert load(tmp_path, "p", {"p": head("p") + edges}).value("price", MARCH) == 10000


WEIGHTS = """
[names.indicator]
work = "工作量"
care = "质量"
[parameters.weight]
label = "权重"
unit = "ratio"
per = "indicator"
sums_to = "1"
values = [
  { from = 2024-01-01, continues = "x", source = "s", where = { indicator = "work" }, value = "0.6" },
  { from = 2024-01-01, until = 2025-01-01, source = "s", where = { indicator = "care" }, value = "0.4" },
  { from = 2025-01-01, continues = "x", source = "s", where = { indicator = "care" }, value = "WEIGHT" },
]
"""


def test_weights_sum_on_every_day(tmp_path: Path) -> None:
    files = {"p": head("p") + WEIGHTS.replace("WEIGHT", "0.3")}
    report = refusal(tmp_path, "p", files)
    assert any("the values sum to 0.90, not to 1" in line and "2025-01-01" in line for line in report)
    load(tmp_path, "p", {"p": head("p") + WEIGHTS.replace("WEIGHT", "0.4")})


def test_flags(tmp_path: Path) -> None:
    flag = '[parameters.shares]\nlabel = "院长参加分配"\nunit = "flag"\n'
    flag += "values = [{{ from = 2024-01-01, value = {}, " + OPEN + " }}]\n"
    policy = load(tmp_path, "p", {"p": head("p") + flag.format("false")})
    assert policy.value("shares", MARCH) == 0
    report = refusal(tmp_path, "p", {"p": head("p") + flag.format('"1"')})
    assert any("must be true or false" in line for line in report)


def test_coverage_names_parameter_and_day(tmp_path: Path) -> None:
    policy = load(tmp_path, "p", {"p": head("p") + '[names.task]\na = ""\nb = ""\n'
        '[parameters.blank]\nlabel = "空白"\nunit = "yuan"\nrequired = true\napprovals = ["health"]\n'
        '[parameters.tasks]\nlabel = "定额"\nunit = "yuan"\nper = "task"\n'
        f'values = [{{ from = 2024-01-01, value = "1", where = {{ task = "a" }}, {OPEN} }}]\n'
        + price('from = 2024-01-01, until = 2025-03-01, value = "1", source = "s"')})  # fmt: skip
    assert policy.coverage_problems(["price"], Period.parse("2025-02")) == []
    (ended,) = policy.coverage_problems(["price"], Period.parse("2025-03"))
    assert (ended.parameter, ended.on) == ("price", MARCH)
    assert "the last one ended on 2025-03-01" in ended.what
    assert "continuation" in ended.remedy
    (quarter,) = policy.coverage_problems(["price"], Period.parse("2025-Q1"))
    assert quarter.on == MARCH
    (early,) = policy.coverage_problems(["price"], Period.parse("2023-12"))
    assert early.remedy == (
        "give it a value in force on that day: "
        "write [[parameters.price.values]] with from = 2023-12-01, a value and its source"
    )
    (blank,) = policy.coverage_problems(["blank"], Period.parse("2025-01"))
    assert blank.remedy.startswith(
        "no document prints it: the county must supply it, with the approval of the health office: "
    )
    (task,) = policy.coverage_problems(["tasks"], Period.parse("2025-01"))
    assert 'where { task = "b" }' in task.what
    (unknown,) = policy.coverage_problems(["prise"], Period.parse("2025-01"))
    assert "did you mean price?" in unknown.what


def test_a_keyed_value_that_ends_inside_a_quarter_is_not_covered(tmp_path: Path) -> None:
    where = 'where = { kind = "cdc" }'
    entry = f'from = 2024-01-01, until = 2025-03-01, value = "1", {where}, source = "s"'
    general = f'from = 2024-01-01, value = "2", {OPEN}'
    other = f'from = 2024-01-01, value = "3", where = {{ kind = "village_clinic" }}, {OPEN}'
    alone = load(tmp_path, "p", {"p": head("p") + price(entry, other)})
    assert [problem.on for problem in alone.coverage_problems(["price"], Period.parse("2025-Q1"))] == [MARCH]
    backed = load(tmp_path, "p", {"p": head("p") + price(entry, general)})
    assert backed.coverage_problems(["price"], Period.parse("2025-Q1")) == []


def test_changes_inside_a_period_are_told(tmp_path: Path) -> None:
    policy = load(tmp_path, "p", {"p": head("p") + price(
        f'from = 2025-01-01, value = "1", {OPEN}', f'from = 2025-03-01, value = "2", {OPEN}',
    )})  # fmt: skip
    assert [value.start for _, value in policy.changes(["price"], Period.parse("2025-Q1"))] == [MARCH]
    assert policy.changes(["price"], Period.parse("2025-03")) == []


def test_an_unknown_parameter_is_refused_with_the_nearest(tmp_path: Path) -> None:
    policy = load(tmp_path, "p", {"p": head("p") + price(f'from = 2025-01-01, value = "1", {OPEN}')})
    with pytest.raises(Refused, match="did you mean price"):
        policy.value("pric", MARCH)


MONTHS = [date(2024 + number // 12, number % 12 + 1, 1) for number in range(24)]
LENGTH = st.one_of(st.none(), st.integers(1, 8))
ENTRIES = st.lists(st.tuples(st.integers(0, 22), LENGTH, st.sampled_from(["", "cdc", "tcm_hospital"])), max_size=5)


def values_of(layer: str, entries: list[tuple[int, int | None, str]]) -> list[DatedValue]:
    found = []
    for number, (start, length, kind) in enumerate(entries):
        until = None if length is None or start + length > 23 else MONTHS[start + length]
        keyed = (("kind", kind),) if kind else ()
        found.append(DatedValue(MONTHS[start], until, keyed, number, "s", layer))
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.lists(ENTRIES, min_size=1, max_size=3))
def test_the_latest_layer_that_covers_a_month_holds(layers: list[list[tuple[int, int | None, str]]]) -> None:
    """Layered values equal a search of each month in the latest layer first."""
    named = [values_of(f"layer{number}", entries) for number, entries in enumerate(layers)]
    good: list[list[DatedValue]] = [[] for _ in named]
    for layer, kept in zip(named, good, strict=True):
        for value in layer:
            if not list(overlaps([*kept, value])):
                kept.append(value)
    merged: list[DatedValue] = []
    for kept in good:
        merged = overlay(merged, closed_by_successors(kept))
    for keyed in {value.keyed for layer in good for value in layer}:
        for month in MONTHS:
            holding = [value for value in merged if value.keyed == keyed and value.holds_on(month)]
            assert len(holding) <= 1
            expected = [
                value
                for layer in good
                for value in closed_by_successors(layer)
                if value.keyed == keyed and value.holds_on(month)
            ]
            told = [(value.layer, value.number) for value in holding]
            assert told == [(value.layer, value.number) for value in expected[-1:]]
