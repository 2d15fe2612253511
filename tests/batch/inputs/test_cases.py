"""Cases that are to be put right are counted, and listed with their status."""

from __future__ import annotations

from pathlib import Path

from batch.workspace import Workspace
from tests.support.schemes import SETTINGS, reports, write_table

POLICY = """[policy]
code = "cases"
title = "事项"
level = "county"
extends = ["national"]
illustrative = true
[formulas.month]
outputs = ["post_pay", "case_addition", "case_deduction"]
[names.component]
case_deduction = "扣减"
[parameters.cases_followed_up]
values = [{ from = 2026-01-01, continues = "至下次调整", value = true, source = "illustrative" }]
[checks.open_cases]
periods = ["month"]
[checks.overdue_cases]
periods = ["month"]
"""


def test_open_and_overdue_cases_are_counted_and_listed(tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "cases.toml").write_text(POLICY, "utf-8")
    (tmp_path / "payengine.toml").write_text(SETTINGS.format(policy="cases"), "utf-8")
    rows = [
        "T|A|case_deduction|-100|C1|办公会|fed_back|2026-10-20", "T|A|case_deduction|-10|C2|办公会|reminded|2026-11-20",
        "T||case_deduction|0|C3|办公会|fed_back|", "T|A|case_deduction|-1|C4|办公会|rectified|2026-10-01",
        "T|A|case_deduction|-2|C5|办公会||",
    ]  # fmt: skip
    county = {
        "institution": {"columns": ["code", "name"], "rows": ["T|院"]},
        "staff": {"columns": ["code", "name"], "rows": ["A|甲"]},
        "engagement": {"columns": ["staff", "institution"], "rows": ["A|T"]},
        "service_item": {"columns": ["code", "name"], "rows": ["X|项目"]},
        "service_record": {"columns": ["record_id"], "rows": []},
        "pay_component": {
            "columns": ["staff", "institution", "component", "amount", "period"],
            "rows": ["A|T|post_pay|1000|2026-10"],
        },
        "adjustment": {
            "columns": [
                "institution",
                "staff",
                "component",
                "amount",
                "case",
                "approver",
                "status",
                "deadline",
                "period",
            ],
            "rows": [f"{row}|2026-10" for row in rows],
        },
    }
    for table, given in county.items():
        write_table(tmp_path / "input" / f"{table}.csv", table, given)
    workspace = Workspace(tmp_path)
    workspace.freeze("2026-10")
    results = workspace.run("2026-10").results
    told = reports(results)
    # C1 is late, C2 is not yet, C3 has no deadline; C4 is rectified, and of C5 nothing is to be put right.
    assert (told["T check.open_cases.figure"], told["T check.overdue_cases.figure"]) == ("3", "1")
    assert told["T check.overdue_cases.result"] == "0"
    labels = {row["name"]: row["label"] for row in results.reports.to_pylist() if row["name"].startswith("case[")}
    assert labels["case[case_deduction/C1/办公会]"].endswith("：已反馈，待整改，期限 2026-10-20")
    assert labels["case[case_deduction/C3/办公会]"].endswith("：已反馈，待整改")
    assert labels["case[case_deduction/C4/办公会]"].endswith("：已整改，期限 2026-10-01")
    assert labels["case[case_deduction/C5/办公会]"].endswith("（办公会）")
