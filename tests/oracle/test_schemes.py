"""Random policies over random counties pay what the oracle pays, exact to the fen."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from batch.compute.compute import keys_read
from batch.input_tables import BY_NAME
from batch.results import Results
from batch.workspace import Workspace
from payengine.errors import Refused
from payengine.periods import Period
from tests.oracle.reading import Month
from tests.oracle.scheme_counties import MONTHS, county
from tests.oracle.scheme_policies import policy, toml
from tests.oracle.schemes import Scheme
from tests.oracle.values import Row, Tables
from tests.support.schemes import SETTINGS, USUAL, read, schemes, write_table

CASES = 60  # random cases in the suite; more by hand: differences(seed, folder) for other seeds
# Schemes that use more than calculations: shipped formulas, contracts, charges.
# More than calculations, or inputs that the oracle does not read (the calendar).
NOT_CALCULATED = (  # settlements, contracts, charges to pools, cases, deductions: what the oracle does not know
    "feixi-half-year", "xiamen-contracts", "leave-within-the-pool", "working-days-and-deductions",
    "minimum-for-part-of-a-month", "arrears-of-a-leaver", "office-starts-in-july",
)  # fmt: skip


def workspace(text: str, tables: Tables, folder: Path) -> Workspace:
    """Write the workspace of a drawn county and policy."""
    (folder / "policy").mkdir(parents=True)
    (folder / "policy" / "drawn.toml").write_text(text, "utf-8")
    (folder / "payengine.toml").write_text(SETTINGS.format(policy="drawn"), "utf-8")
    for name, rows in tables.items():
        columns = list(rows[0]) if rows else ["period" if name != "absence" else "staff"]
        if name == "service_record" and not rows:
            columns = ["record_id"]
        lines = ["|".join(row.values()) for row in rows]
        write_table(folder / "input" / f"{name}.csv", name, {"columns": columns, "rows": lines})
    return Workspace(folder)


def paid(results: Results) -> dict[tuple[str, str, str], int]:
    """Return all pay by institution, person and component in fen; what is zero is left out."""
    found: dict[tuple[str, str, str], int] = {}
    for row in results.pay_lines.to_pylist():
        key = (row["institution"], row["staff"], row["component"])
        found[key] = found.get(key, 0) + row["amount_fen"]
    return {key: amount for key, amount in found.items() if amount}


def bought(results: Results) -> dict[tuple[str, str, str], int]:
    """Return statement lines by institution, component and source in fen."""
    rows = results.statement_lines.to_pylist()
    return {
        (row["institution"], row["component"], row["funding"]): row["amount_fen"] for row in rows if row["amount_fen"]
    }


def reported(results: Results) -> dict[tuple[str, str, str], Fraction]:
    """Return reported figures by institution, person or department, and name."""
    found = {}
    for row in results.reports.to_pylist():
        found[row["institution"], row["staff"], row["name"]] = Fraction(row["value"], 10 ** row["scale"])
    for row in results.department_reports.to_pylist():
        found[row["institution"], "in " + row["department"], row["name"]] = Fraction(row["value"], 10 ** row["scale"])
    return found


def figures(scheme: Scheme) -> dict[tuple[str, str, str], Fraction]:
    """Return the oracle's figures and pools, keyed like the product's reports."""
    found = {}
    for name in scheme.policy["formulas"]["month"]["outputs"]:
        if scheme.calculations[name]["kind"] in ("figures", "pools"):
            figure = scheme.figure(name)
            for key, value in figure.values.items():
                place = "in " + key[1] if figure.level == "department" else "".join(key[1:])
                found[key[0], place, name] = value
    return found


def different(ours: Mapping[tuple[str, ...], object], theirs: Mapping[tuple[str, ...], object]) -> list[str]:
    """List where oracle and product differ; what is zero may be unlisted."""
    names = sorted({**ours, **theirs})
    return [
        f"{name}: oracle {ours.get(name)}, product {theirs.get(name)}"
        for name in names if (ours.get(name) or 0) != (theirs.get(name) or 0)
    ]  # fmt: skip


def without_unread_money(text: str, tables: Tables, folder: Path) -> Tables:
    """Leave out given pay and finance lines that no rule reads: they would refuse the run."""
    tried = workspace(text, tables, folder)
    read = keys_read(tried.policy(), "finance", Period.parse(MONTHS[0][:4]))
    tables = tables | {"finance": [row for row in tables["finance"] if row["line"] in read]}
    if 'input = "post_pay"' in text:
        return tables
    tried = workspace(text, tables, folder / "pay")
    tried.freeze(MONTHS[0])
    try:
        tried.run(MONTHS[0], dry_run=True)
    except Refused as refused:
        if {problem.where for problem in refused.problems} == {"pay_component"}:
            return tables | {"pay_component": []}
        raise
    return tables


def differences(seed: int, folder: Path) -> list[str]:
    """Run two months of one case; list all that differs."""
    random = Random(seed)
    text, tables = toml(policy(random)), county(random)
    tables = without_unread_money(text, tables, folder / "tried")
    product = workspace(text, tables, folder / "county")
    scheme: tuple[Scheme, ...] = ()
    found: list[str] = []
    for month in MONTHS:
        scheme = (*scheme, Scheme(tomllib.loads(text), tables, Month.of(month), scheme))
        product.freeze(month)
        outcome = product.run(month)
        found += different(scheme[-1].pay(), paid(outcome.results))
        found += different(scheme[-1].statements(), bought(outcome.results))
        ours = figures(scheme[-1])
        theirs = {key: value for key, value in reported(outcome.results).items() if key[2] in {one[2] for one in ours}}
        found += different(ours, theirs)
        if found:
            return [f"{month} {one}" for one in found]
        if month != MONTHS[-1]:
            product.publish(outcome.run)
    return found


@pytest.mark.parametrize("seed", range(CASES))
def test_a_drawn_scheme_pays_what_the_oracle_pays(seed: int, tmp_path: Path) -> None:
    assert differences(seed, tmp_path / "county") == []


@pytest.mark.parametrize("name", [name for name in schemes() if name not in NOT_CALCULATED])
def test_the_oracle_pays_the_schemes_worked_by_hand(name: str) -> None:
    policy_of_scheme, tables = read(name, "policy.toml"), _tables(name)
    before: tuple[Scheme, ...] = ()
    for expected in read(name, "expected.toml")["period"]:
        scheme = Scheme(policy_of_scheme, tables, Month.of(expected["period"]), before)
        before = (*before, scheme)
        pay = {f"{key[0]}/{key[1]} {key[2]}": f"{amount / 100:.2f}" for key, amount in scheme.pay().items()}
        assert pay == expected["pay"]
        lines = {" ".join(key): f"{amount / 100:.2f}" for key, amount in scheme.statements().items()}
        wanted = expected.get("statements", {})
        assert {one: lines.get(one) for one in wanted} == wanted


def _tables(name: str) -> Tables:
    """Read the county of a hand-worked scheme as rows of texts."""
    tables: Tables = {"service_record": []}
    for table, given in read(name, "county.toml").items():
        columns = [column.name for column in BY_NAME[table].columns]
        usual: Row = {column: USUAL.get(column, "") for column in columns}
        tables[table] = [
            usual | dict(zip(given["columns"], row.split("|"), strict=True)) for row in given["rows"]
        ]  # fmt: skip
    return tables
