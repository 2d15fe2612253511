"""Shipped regions and demos on a county that lacks a table, an institution, staff or work.

A county without family-doctor contracts, directed tasks or measures is a county: what it has not is a sum over nothing,
and stops nothing. Only a table on which pay depends is asked for, and the policy says so under `[requires]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import formulas
from batch.input_tables import TABLES
from batch.results import Results
from payengine.errors import Refused
from payengine.policy import list_policies
from tests.support.lacking_tables import PERIODS, PolicyCounty, formulas_tried_once

SHIPPED = sorted(
    file.code
    for file in list_policies([formulas.POLICIES])
    if file.code.startswith("demo") or (file.code.endswith("-example") and file.code != "example")
)
# Difficulties are a part of the frozen records, so they cannot be taken from a snapshot; the last test freezes without.
OPTIONAL = [table.name for table in TABLES if table.optional and table.name != "difficulty"]


@pytest.fixture(scope="module", params=SHIPPED)
def county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyCounty]:
    with formulas_tried_once():
        yield PolicyCounty(request.param, tmp_path_factory.mktemp(request.param))


def refusal(county: PolicyCounty, kind: str, *empty: str, **more: Any) -> set[str]:
    """Return the places that stand in the way of a run; none where it runs."""
    try:
        results = county.run(kind, empty, **more)
    except Refused as refused:
        silent = {"no remedy"} - {"no remedy" for one in refused.problems if refused.remedy or one.remedy}
        return {problem.where for problem in refused.problems} | silent
    assert_whole(results)
    return set()


def assert_whole(results: Results) -> None:
    """Fail where a figure that is not given has a number beside it."""
    names = {(row["institution"], row["staff"], row["name"]) for row in results.reports.select(KEYS).to_pylist()}
    for institution, staff, name in names:
        figure, lacking, _ = name.partition(".not_given[")
        assert not lacking or (institution, staff, figure) not in names, name


KEYS = ["institution", "staff", "name"]


def test_only_a_required_table_stops_a_run_without_its_rows(county: PolicyCounty) -> None:
    """Each optional table that a formula reads is header-only from the first month on."""
    for kind in county.kinds():
        read = county.tables_read(kind)
        stops = {table for table in OPTIONAL if table in read and refusal(county, kind, table)}
        assert stops == set(county.policy.required_tables.get(kind, ())), kind


def test_an_absent_table_is_like_an_empty_one_or_named(county: PolicyCounty) -> None:
    """A required table that is not there is refused by its name, before pricing.

    All others may be away at once.
    """
    for kind in county.kinds():
        required = county.policy.required_tables.get(kind, ())
        assert [refusal(county, kind, table, absent=True) for table in required] == [{table} for table in required]
        others = [table for table in OPTIONAL if table not in required]
        assert refusal(county, kind, *others, absent=True) == set(), kind


def variants(county: PolicyCounty) -> Mapping[str, Mapping[str, Any]]:
    """Return what else a county may lack."""
    table = county.frozen(PERIODS["month"]).table("institution")
    kinds = dict(zip(table["code"].to_pylist(), table["kind"].to_pylist(), strict=True))
    without = {
        f"no {kind}": {"holds": {code: "not there" for code in kinds if kinds[code] == kind}}
        for kind in sorted(set(kinds.values()))
    }
    alone = {
        f"only a {kind}": {"holds": {code: "not there" for code in kinds if code != one}}
        for kind, one in {kind: code for code, kind in kinds.items()}.items()
    }
    deserted = next(code for code, kind in kinds.items() if kind == "township_center")
    return {
        **without, **alone,
        "no record": {"records": False},
        "a centre without staff": {"records": False, "deserted": [deserted]},
        "nobody anywhere": {"records": False, "deserted": list(kinds)},
    }  # fmt: skip


def test_a_county_without_some_institutions_staff_or_records_runs(county: PolicyCounty) -> None:
    found = {
        f"{kind}, {name}": places
        for kind in county.kinds()
        for name, more in variants(county).items()
        if (places := refusal(county, kind, **more))
    }
    assert found == {}


@pytest.mark.parametrize("absent", [False, True], ids=["header only", "absent"])
def test_a_month_is_frozen_and_run_without_all_that_is_optional(county: PolicyCounty, absent: bool) -> None:
    """From the source on, without licences, difficulties, teams, absences and the dead too."""
    there = set(county.frozen(PERIODS["month"]).tables()) - set(county.frozen(PERIODS["month"]).absent_tables)
    required = set(county.policy.required_tables.get("month", ()))
    optional = {table.name for table in TABLES if table.optional} & there
    results = county.run_without(sorted(optional - required), absent)
    assert_whole(results)
    assert results.workload.num_rows > 0
