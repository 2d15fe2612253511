"""Reporting never gates pay: what a check or a report lacks is not given, and named.

Hospital H has no satisfaction in January, clinic V has 0.9; in February and March both have 0.9. No pay depends on it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import batch.compute.compute
from batch.cli.root import root
from batch.input_tables import BY_NAME
from batch.reports.compliance import obligations
from batch.reports.export import tables as export_tables
from batch.reports.register import Names
from batch.results import Results
from batch.workspace import Workspace
from payengine.errors import Refused
from payengine.exact import FEN
from payengine.graph import CONSORTIUM, INSTITUTION, RATIO, STAFF, YUAN, Rules, formula
from tests.support.product import pay_lines
from tests.support.settled_county import POLICY, RULES, county

LACKS = "measure[patient_satisfaction]（2026-01）"
CHECKS = """
[formulas.quarter]
outputs = ["satisfaction_of_quarter"]
[checks.satisfaction]
label = "患者满意度达标"
figure = "satisfaction"
at_least = "0.90"
periods = ["month"]
source = "toy 2"
[checks.surveyed]
label = "全县满意度之和"
figure = "satisfaction_of_all"
at_least = "1"
level = "consortium"
periods = ["month"]
source = "toy 3"

[names.measure]
patient_satisfaction = "患者满意度"
"""
MORE = '"paid_to_date", "satisfaction", "satisfaction_of_all"]'


@formula(level=INSTITUTION, unit=RATIO, label="患者满意度", source="toy", report=True)
def satisfaction(measure):
    """Report what was surveyed."""
    return measure["patient_satisfaction"]


@formula(level=CONSORTIUM, unit=RATIO, label="满意度之和", source="toy", report=True)
def satisfaction_of_all(satisfaction):
    """Add up what the institutions report."""
    return satisfaction.sum()


@formula(level=INSTITUTION, unit=RATIO, label="季度满意度之和", source="toy", report=True)
def satisfaction_of_quarter(reported_in_period):
    """Add up what the months reported."""
    return reported_in_period["satisfaction"]


@formula(level=STAFF, unit=YUAN, label="满意度奖", source="toy", component=True, gives="quarter_bonus")
def bonus_by_satisfaction(satisfaction, paid_in_period):
    """Pay by satisfaction."""
    return (paid_in_period["advance"] * satisfaction).round(FEN)


OURS = Rules([*RULES, satisfaction, satisfaction_of_all, satisfaction_of_quarter])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace with the first quarter's months published."""
    folder = tmp_path_factory.mktemp("office")
    tables = county()
    tables["measure"] = [
        {"institution": code, "name": "patient_satisfaction", "value": "0.9", "period": month}
        for code, month in [("V", "2026-01"), *((code, f"2026-0{month}") for month in (2, 3) for code in "HV")]
    ]
    (folder / "input").mkdir()
    (folder / "policy").mkdir()
    text = POLICY.replace('"paid_to_date"]', MORE, 1) + CHECKS
    (folder / "policy" / "toy.toml").write_text(text, encoding="utf-8")
    for table, rows in tables.items():
        with (folder / "input" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in BY_NAME[table].columns], restval="")
            writer.writeheader()
            writer.writerows(rows)
    (folder / "payengine.toml").write_text(
        'policy = "toy"\nledger = "sqlite:///ledger.sqlite"\n[source]\nfolder = "input"\n', encoding="utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch.compute.compute, "shipped_rules", lambda: OURS)
        patch.setenv("PAYENGINE_PATIENT_KEY", "k" * 32)
        workspace = Workspace(folder)
        for month in ("2026-01", "2026-02", "2026-03"):
            workspace.freeze(month)
            workspace.publish(workspace.run(month).run)
        yield workspace


def of_period(office: Workspace, period: str) -> Results:
    return office.results(next(record.id for record in office.runs() if str(record.period) == period))


def test_pay_does_not_wait_for_a_survey(office: Workspace) -> None:
    """H's pay of January is paid: 1,000.01 and 2 x 1.25 of A, 2 x 3 of B, 2 x 0.33 of C."""
    paid = [fen for key, fen in pay_lines(of_period(office, "2026-01")).items() if key[0] == "H"]
    assert sum(paid) == 100_001 + 250 + 600 + 66


def test_a_figure_that_is_not_given_has_no_number(office: Workspace) -> None:
    """H's satisfaction is not listed as 0.

    The sum over both is not given either, though V has 0.9.
    """
    rows = of_period(office, "2026-01").reports.to_pylist()
    told = {(row["institution"], row["name"]): (row["label"], row["unit"]) for row in rows if "satisf" in row["name"]}
    assert told[("V", "satisfaction")] == ("患者满意度", "ratio")
    assert ("H", "satisfaction") not in told
    assert told[("H", "satisfaction.not_given[0]")] == (f"患者满意度：未提供 {LACKS}", "not_given")
    assert ("", "satisfaction_of_all") not in told
    assert told[("", "satisfaction_of_all.not_given[0]")] == (f"满意度之和：未提供 {LACKS}：H", "not_given")


def test_the_sheet_says_who_lacks_what_and_does_not_pass(office: Workspace) -> None:
    """V holds 0.9 of at least 0.9; with H unknown neither check passes over all."""
    found = {one.name: one for one in obligations(of_period(office, "2026-01"))}
    one = found["satisfaction"]
    assert [(result.institution, result.result, result.lacks) for result in one.institutions] == [
        ("H", "not_given", [LACKS]), ("V", "pass", []),
    ]  # fmt: skip
    assert one.institutions[0].figure is None
    assert one.consortium.result == "not_given"
    assert one.counts["not_given"] == 1
    whole = found["surveyed"].consortium
    assert (whole.result, whole.figure, whole.lacks) == ("not_given", None, [f"{LACKS}：H"])


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["not given", f"  Not given: {LACKS} of H", "  Given for 1 of 2 institutions."]),
        ("zh", ["未提供", f"  未提供：{LACKS}，H", "  2 个机构中有 1 个已提供。"]),
    ],
)
def test_the_sheet_as_printed(office: Workspace, language: str, told: list[str]) -> None:
    record = next(record for record in office.runs() if str(record.period) == "2026-01")
    command = ["--workspace", str(office.folder), "--lang", language, "show", record.id, "--compliance"]
    printed = CliRunner().invoke(root, command, prog_name="payengine").output
    assert [part for part in told if part not in printed] == [], printed
    listed = json.loads(CliRunner().invoke(root, [*command[:2], "--json", *command[4:]], prog_name="payengine").output)
    assert listed["compliance"][0]["institutions"][0]["lacks"] == [LACKS]


@pytest.mark.parametrize("of", [[], ["--institution", "H"]])
def test_a_figure_that_is_not_given_is_printed_in_words(office: Workspace, of: list[str]) -> None:
    """The register and an institution's sheet show no 0 where a number is missing."""
    record = next(record for record in office.runs() if str(record.period) == "2026-01")
    command = ["--workspace", str(office.folder), "--lang", "en", "show", record.id, *of]
    printed = CliRunner().invoke(root, command, prog_name="payengine").output
    lines = [line for line in printed.splitlines() if "satisfaction" in line and ".not_given" in line]
    assert lines, printed
    assert all("not given" in line for line in lines), printed


def test_an_export_has_words_in_the_place_of_the_number(office: Workspace) -> None:
    table = export_tables(of_period(office, "2026-01"), Names({}, {}))["reports"].to_pylist()
    texts = {row["value_text"] for row in table if row["name"].startswith("satisfaction.not_given")}
    assert len(texts) == 1
    assert not any(text[0].isdigit() for text in texts)


def test_a_run_warns_of_what_is_not_given(office: Workspace) -> None:
    warnings = [one for one in of_period(office, "2026-01").warnings if LACKS in one]
    assert len(warnings) == 1
    assert "H" in warnings[0]
    assert not any(LACKS in one for one in of_period(office, "2026-02").warnings)


def test_a_settlement_does_not_add_up_less_than_all_its_months(office: Workspace) -> None:
    """The quarter's sum of V is 0.9 x 3 = 2.7; of H it is not given.

    Two of H's months are known: 1.8 would be less than the quarter.
    """
    office.freeze("2026-Q1")
    rows = office.run("2026-Q1").results.reports.to_pylist()
    told = {(row["institution"], row["name"]): row["value"] for row in rows if row["name"].startswith("satisf")}
    assert told[("V", "satisfaction_of_quarter")] == 27_000
    assert ("H", "satisfaction_of_quarter") not in told
    assert ("H", "satisfaction_of_quarter.not_given[0]") in told


def test_what_pay_depends_on_is_refused_and_the_refusal_says_what_to_do(
    office: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same figure stops the run as soon as a component of the run reads it."""
    rules = Rules([one for one in OURS if one.gives != "quarter_bonus"] + [bonus_by_satisfaction])
    monkeypatch.setattr(batch.compute.compute, "shipped_rules", lambda: rules)
    file = office.folder / "policy" / "toy.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(MORE, f'"quarter_bonus", {MORE}'), encoding="utf-8")
    try:
        with pytest.raises(Refused) as refused:
            Workspace(office.folder).run("2026-01", dry_run=True)
    finally:
        file.write_text(text, encoding="utf-8")
    [problem] = refused.value.problems
    assert (problem.where, problem.column) == ("measure", "patient_satisfaction")
    assert "H" in problem.what
    assert refused.value.remedy
