"""A workspace of CSV files written by hand: one centre I1 with S1 and S2."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from batch.cli.root import root
from batch.input_tables import BY_NAME
from batch.workspace import Workspace

Row = dict[str, str]
OCTOBER = "2026-10"
SETTINGS = 'policy = "{policy}"\n{more}\n[source]\nfolder = "input"\n[privacy]\npatient = "as given"\n'
LAYER = (
    '[policy]\ncode = "county"\ntitle = "试点县（虚构）"\nlevel = "county"\nextends = ["demo"]\nillustrative = true\n'
)
INDICATORS = ("workload", "quality", "ethics", "satisfaction")


def engagement(staff: str, institution: str = "I1", **more: str) -> Row:
    return {
        "staff": staff, "institution": institution, "department_class": "clinical", "employment": "established",
        "pay_scheme": "standard", "director": "no", "fte": "1", "post_coefficient": "1", "from": "2020-01-01", **more,
    }  # fmt: skip


def record(record_id: str, staff: str = "S1", day: str = "2026-10-05", **more: str) -> Row:
    return {
        "record_id": record_id, "service_date": day, "institution": "I1", "staff": staff, "item": "A",
        "quantity": "10", "share": "1", **more,
    }  # fmt: skip


def pay(staff: str, amount: str = "3100", period: str = OCTOBER, component: str = "post_pay") -> Row:
    return {"staff": staff, "institution": "I1", "component": component, "amount": amount, "period": period}


def tables(*periods: str, **changed: Sequence[Row]) -> dict[str, Sequence[Row]]:
    """Build the tables; keyword arguments replace or add some. Scores are of the periods."""
    rows: dict[str, Sequence[Row]] = {
        "institution": [{"code": "I1", "kind": "township_center", "public_class": "1", "from": "2020-01-01"}],
        "staff": [{"code": "S1", "name": "王䶮"}, {"code": "S2", "name": "李玲"}],
        "engagement": [engagement("S1"), engagement("S2")],
        "service_item": [{"code": "A", "category": "basic_medical", "equivalents": "1", "from": "2020-01-01"}],
        "service_record": [record("R1")],
        "appraisal": [
            {"institution": "I1", "indicator": name, "score": "100", "full_score": "100", "period": period}
            for period in periods or (OCTOBER,)
            for name in INDICATORS
        ],
    }
    return rows | changed


def write(folder: Path, rows: Mapping[str, Sequence[Row]]) -> None:
    """Write tables as CSV files in the place of those of the same names."""
    for name, table in rows.items():
        columns = [column.name for column in BY_NAME[name].columns]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(table)


def county(folder: Path, rows: Mapping[str, Sequence[Row]], layer: str = "", settings: str = "") -> Workspace:
    """Make the workspace.

    `layer` is the county's own layer over the demo policy, `settings` go to payengine.toml.
    """
    (folder / "input").mkdir(parents=True)
    write(folder / "input", rows)
    if layer:
        (folder / "policy").mkdir()
        (folder / "policy" / "county.toml").write_text(LAYER + layer, encoding="utf-8")
    policy = "county" if layer else "demo"
    (folder / "payengine.toml").write_text(SETTINGS.format(policy=policy, more=settings), encoding="utf-8")
    return Workspace(folder)


def call(folder: Path, *words: str) -> Result:
    """Run a command in a workspace."""
    return CliRunner().invoke(root, ["--workspace", str(folder), *words])
