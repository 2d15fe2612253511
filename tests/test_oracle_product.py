"""The product against the oracle: random dirty counties, equal in every workload cell, rejection and line of money.

`PAYENGINE_ORACLE_SEEDS=1000-1500` (or a number: that many from 0) tries other seeds than the few of every day.
"""

from __future__ import annotations

import os
import tomllib
from fractions import Fraction
from pathlib import Path

import product
import pytest
from counties import County, county
from counties.files import write_csv, write_duckdb, write_parquet, write_sqlite
from oracle import Month, judge, rejections, workload
from oracle.demo import DemoPolicy, Funding

POLICIES = (("demo", "by_point_price"), ("demo-point-value", "by_point_value"))
POLICY_FILE = Path(__file__).parent.parent / "formulas" / "policies" / "demo.toml"


def seeds() -> range:
    """The seeds to try: `first-last`, or how many from 0."""
    first, _, last = os.environ.get("PAYENGINE_ORACLE_SEEDS", "24").rpartition("-")
    return range(int(first or 0), int(last) + bool(first))


def source(made: County, folder: Path) -> str:
    """The county in one kind of source, by its seed: the content of [source]."""
    folder.mkdir()
    place = "folder = 'input'"
    match made.seed % 7:
        case 0:
            write_csv(made.tables, folder / "input")
        case 1:
            write_csv(made.tables, folder / "input", "utf-8-sig")
        case 2:
            write_parquet(made.tables, folder / "input", typed=True)
        case 3:
            write_parquet(made.tables, folder / "input", typed=False)
        case 4:
            place = f"url = 'sqlite:///{write_sqlite(made.tables, folder / 'his.sqlite').name}'"
        case 5:
            place = f"url = 'sqlite:///{write_sqlite(made.tables, folder / 'his.sqlite', typed=True).name}'"
        case _:
            place = f"url = 'duckdb:///{write_duckdb(made.tables, folder / 'his.duckdb').name}'"
    return place


def funding() -> Funding:
    """Who pays each line of the demo policy, one source each: data of the policy file, the same for both variants."""
    policy = tomllib.loads(POLICY_FILE.read_text(encoding="utf-8"))
    entries = policy["components"] | policy["statements"]
    return {name: [(entry["funding"], Fraction(1))] for name, entry in entries.items()}


@pytest.mark.parametrize("seed", seeds())
def test_a_county_comes_out_the_same(seed, tmp_path):
    made = county(seed)
    policy, workload_pay = POLICIES[seed // 2 % 2]
    held = sorted({row["code"] for row in made.tables["institution"]})[: seed % 3 == 2]
    workspace = product.workspace(tmp_path / "county", source(made, tmp_path / "county"), policy)
    workspace.freeze(made.month)
    results = workspace.run(made.month, hold=dict.fromkeys(held, "scores missing")).results

    judged = judge(made.tables, Month.of(made.month))
    money = DemoPolicy(made.tables, judged, funding(), workload_pay, held)
    differences = {
        "rejections": product.difference(rejections(judged, held), product.rejections(results)),
        "workload": product.difference(workload(judged, held), product.workload(results)),
        "pay_lines": product.difference(money.pay_lines(), product.pay_lines(results)),
        "statement_lines": product.difference(money.statement_lines(), product.statement_lines(results)),
    }
    told = "\n".join(f"{name}: {text}" for name, text in differences.items() if text)
    assert not told, f"seed {seed}, {made.month}, {policy}, held {held}\n{told}"
