"""Needs of the shipped policies are complete, and a missing row costs what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

import formulas
from batch.compute.compute import prepare
from batch.inputs.catalogue import BY_NAME
from batch.inputs.period_tables import RowSelection, Window
from batch.needs.name_needs import NOT_GIVEN, NOTHING, REFUSED, NameNeed
from batch.needs.needs import Needs, needs_of
from batch.needs.table_needs import REQUIRED
from batch.results import Results
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import list_policies, load_policy, to_supply
from tests.support.lacking_tables import PERIODS, PolicyCounty, formulas_tried_once
from tests.support.taken_away import run_without, without

SHIPPED = sorted(
    file.code
    for file in list_policies([formulas.POLICIES])
    if file.code.startswith("demo") or (file.code.endswith("-example") and file.code != "example")
)
# A figure that lacks one of its names asks for none after it, so that those count as scored and read by no rule.
ASKED_TOGETHER = {
    ("xining-example", "appraisal", "system_mechanism"),
    ("xining-example", "appraisal", "service_capacity"),
}
NEVER = Window.WITHIN  # of a month: nothing is shorter, so that no county has such a row
MOST_TRIED = 6  # names of one effect and kind of period that are taken away, spread over the list


@pytest.fixture(scope="module", params=SHIPPED)
def county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyCounty]:
    with formulas_tried_once():
        yield PolicyCounty(request.param, tmp_path_factory.mktemp(request.param))


def needs(county: PolicyCounty, kind: str) -> Needs:
    return needs_of(county.policy, [PERIODS[kind]])


def asked(found: Mapping[str, set[str]]) -> set[tuple[str, str, Window]]:
    """Keep what a rule asks of rows that a county enters, by table, name and periods."""
    kept = set()
    for name, keys in found.items():
        entry = BY_NAME[name]
        if entry.table not in ("history", "service_record") and getattr(entry.source, "is_rule", True):
            window = entry.source.window if isinstance(entry.source, RowSelection) else Window.PERIOD
            kept |= {(entry.table, key, window) for key in keys}
    return kept


def test_the_names_listed_are_those_that_the_prepared_graph_reads(county: PolicyCounty) -> None:
    for kind in county.kinds():
        graph = prepare(county.frozen(PERIODS[kind]), county.policy, {}).graph
        listed = needs(county, kind).names
        named = {(need.table, need.name, need.window) for need in listed if need.column not in ("first_worked", "day")}
        reads_by_rule = {each for each in asked(graph.keys_tried(PERIODS[kind])) if kind != "month" or each[2] != NEVER}
        assert named == reads_by_rule, kind
        columns = {need.name for need in listed} & {"first_worked", "day"}
        reads = set(graph.inputs_used)
        of_calendar = {"working_days", "engaged_working_days", "absent_working_days"}
        assert ("first_worked" in columns) == bool(reads & {"first_worked", "tenure_years"}), kind
        assert ("day" in columns) == bool(reads & of_calendar), kind


def spread(found: Sequence[NameNeed]) -> Sequence[NameNeed]:
    return found[:: max(1, -(-len(found) // MOST_TRIED))]


def tried(found: Needs) -> list[NameNeed]:
    """Choose names of each effect, of every table some."""
    by_effect = [[one for one in found.names if one.effect == effect] for effect in (REFUSED, NOTHING, NOT_GIVEN)]
    return [need for needs_of_effect in by_effect for need in spread(needs_of_effect)]


def test_a_name_taken_away_costs_what_is_listed(county: PolicyCounty) -> None:
    """One name at a time: the run is refused, nobody gets the line, or a figure lacks."""
    for kind in county.kinds():
        county.run(kind)
        found = needs(county, kind)
        for need in tried(found):
            table = county.frozen(PERIODS[kind]).table(need.table)
            gives = without(table, need).num_rows < table.num_rows or need.column == "first_worked"
            if (county.policy.code, need.table, need.name) in ASKED_TOGETHER:
                continue
            said = outcome(county, kind, need)
            told = f"{kind} {need.table} {need.name}: {need.effect}, {said}"
            assert isinstance(said, Refused) == (need.effect == REFUSED), told
            if isinstance(said, Refused):
                assert need.table in {one.where for one in said.problems} or "formulas" in str(said.problems), told
            elif need.effect == NOT_GIVEN and gives:
                assert any(f"{need.table}[{need.name}]" in warning for warning in said.meta.warnings), told
            elif need.table == "pay_component" and len(need.lines) == 1:
                assert not paid(said, need.lines[0]), told


def outcome(county: PolicyCounty, kind: str, need: NameNeed) -> Results | Refused:
    try:
        return run_without(county, kind, need)
    except Refused as refused:
        return refused


def paid(results: Results, line: str) -> int:
    rows = results.pay_lines.to_pylist()
    return sum(row["amount_fen"] for row in rows if row["component"] == line)


def test_a_table_with_names_that_refuse_is_required_and_demanded(county: PolicyCounty) -> None:
    """The trial finds what the policy's authors demand under [requires]."""
    for kind in county.kinds():
        found = needs(county, kind)
        demanded = set(county.policy.required_tables.get(kind, ()))
        refusing = {need.table for need in found.names if need.effect == REFUSED} - {"staff", "calendar"}
        assert refusing == demanded, kind
        sorts = {each.table: each.sort for each in found.tables}
        assert all(sorts[table] == REQUIRED for table in (*refusing, "institution", "staff", "engagement"))


def test_the_values_missing_are_all_that_the_county_must_supply() -> None:
    policy, period = load_policy("xining", [formulas.POLICIES]), Period.parse("2026-10")
    found = needs_of(policy, [period]).values
    listed = {(need.parameter.name, supply.where) for need in found for supply in need.supplies}
    assert {(each.parameter, each.where) for each in to_supply(policy, period)} <= listed
    bodies = {need.parameter.name: need.parameter.approvals for need in found}
    assert bodies["appraisal_weight"] == ()


def test_names_that_missing_values_decide_are_marked() -> None:
    """A region's weights are missing: each indicator may be asked for, none for certain."""
    found = needs_of(load_policy("xining", [formulas.POLICIES]), [Period.parse("2026-10")])
    scores = [need for need in found.names if need.table == "appraisal"]
    assert scores
    assert not any(need.certain for need in scores)
    assert all(need.certain for need in found.names if need.table == "pay_component")
