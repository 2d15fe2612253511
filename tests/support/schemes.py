"""Schemes of pay in TOML, each with a small county and pay worked by hand.

A folder under `tests/schemes/` holds `policy.toml`, `county.toml` (the input tables, a row a line, columns between
bars) and `expected.toml` (for each period all pay lines of everybody, and what else the case looks at).
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from batch.input_tables import BY_NAME
from batch.results import Results
from batch.workspace import Workspace

FOLDER = Path(__file__).parents[1] / "schemes"
# What a table's column holds where the scheme's county does not say it.
USUAL: Mapping[str, str] = {
    "kind": "township_center", "public_class": "1", "department_class": "clinical", "employment": "established",
    "pay_scheme": "standard", "director": "no", "fte": "1", "post_coefficient": "1", "from": "2020-01-01",
    "blocks_service": "yes", "category": "basic_medical", "equivalents": "1", "quantity": "1", "share": "1",
    "full_score": "100",
}  # fmt: skip
SETTINGS = """policy = "{policy}"
ledger = "sqlite:///ledger.sqlite"
allow_empty = ["service_record", "adjustment"]
[source]
folder = "input"
[privacy]
patient = "as given"
"""


def schemes() -> list[str]:
    """List the folders that hold a scheme."""
    return sorted(folder.name for folder in FOLDER.iterdir() if (folder / "policy.toml").exists())


def read(name: str, file: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name / file).read_text("utf-8"))


def workspace(name: str, folder: Path) -> Workspace:
    """Write the workspace of a scheme: its policy, its county as CSV, a ledger of its own."""
    text = (FOLDER / name / "policy.toml").read_text("utf-8")
    code = tomllib.loads(text)["policy"]["code"]
    (folder / "policy").mkdir(parents=True)
    (folder / "policy" / f"{code}.toml").write_text(text, "utf-8")
    (folder / "payengine.toml").write_text(SETTINGS.format(policy=code), "utf-8")
    for table, given in read(name, "county.toml").items():
        write_table(folder / "input" / f"{table}.csv", table, given)
    if not (folder / "input" / "service_record.csv").exists():
        write_table(folder / "input" / "service_record.csv", "service_record", {"columns": ["record_id"], "rows": []})
    return Workspace(folder)


def write_table(file: Path, table: str, given: Mapping[str, Any]) -> None:
    """Write the rows of one table; columns not named have their usual content."""
    columns = [column.name for column in BY_NAME[table].columns]
    unknown = set(given["columns"]) - set(columns)
    assert not unknown, f"{table} has no column {unknown}"
    file.parent.mkdir(exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        for row in given["rows"]:
            cells = dict(zip(given["columns"], row.split("|"), strict=True))
            writer.writerow([cells.get(column, USUAL.get(column, "")) for column in columns])


def pay(results: Results) -> dict[str, str]:
    """Return all pay as "institution/staff component" = yuan."""
    return _yuan(results.pay_lines, ["institution", "staff"], "component")


def statements(results: Results) -> dict[str, str]:
    """Return the statement lines as "institution component source" = yuan."""
    found = {}
    for row in results.statement_lines.to_pylist():
        found[f"{row['institution']} {row['component']} {row['funding']}"] = _text(row["amount_fen"], 2)
    return found


def reports(results: Results) -> dict[str, str]:
    """Return the reported figures as "institution/staff name" = number."""
    found = {}
    for row in results.reports.to_pylist():
        place = "/".join(one for one in (row["institution"], row["staff"]) if one)
        found[f"{place} {row['name']}".strip()] = _text(row["value"], row["scale"])
    return found


def _yuan(lines: pa.Table, places: list[str], name: str) -> dict[str, str]:
    summed = lines.group_by([*places, name]).aggregate([("amount_fen", "sum")])
    summed = summed.filter(pc.not_equal(summed["amount_fen_sum"], 0))
    return {
        f"{'/'.join(row[place] for place in places)} {row[name]}": _text(row["amount_fen_sum"], 2)
        for row in summed.to_pylist()
    }


def _text(number: int, scale: int) -> str:
    return str(Decimal(number).scaleb(-scale))


def departments(results: Results) -> dict[str, str]:
    """Return the figures of departments as "institution/department name" = number."""
    return {
        f"{row['institution']}/{row['department']} {row['name']}": _text(row["value"], row["scale"])
        for row in results.department_reports.to_pylist()
    }
