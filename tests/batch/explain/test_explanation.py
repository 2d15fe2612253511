"""Explanations: the figures that are stored, everything that was read, down to the records."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from click.testing import CliRunner

from batch.cli.root import root
from batch.explain.as_json import FORMULA, INPUT, PARAMETER, explanation_json, item_json
from batch.explain.explanation import Explanation, explain
from batch.explain.paid_work import COUNTS_ONLY, HELD, by_item, rows_of_record
from batch.snapshot.snapshot import Snapshot
from batch.workspace import Workspace
from payengine.errors import IdentityBroken, UsageError
from payengine.policy import stored_policy
from tests.support.command_line import call
from tests.support.schemes import workspace

DEMO = ("--records", "3000", "--staff", "32", "--institutions", "8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("explain") / "county"
    call("demo", made, *DEMO)
    return made


@pytest.fixture(scope="module")
def office(folder: Path) -> Workspace:
    return Workspace(folder)


@pytest.fixture(scope="module")
def people(office: Workspace) -> list[Explanation]:
    """Explanations of everybody who has work in the month."""
    staff = sorted(set(office.results("2026-10").workload["staff"].to_pylist()) - {""})
    return [one for code in staff for one in office.explain("2026-10", staff=code)]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = tmp_path_factory.mktemp("explain") / "year"
    call("demo", made, "--period", "2026", "--policy", "xining", "--records", "300", "--staff", "32",
         "--institutions", "8")  # fmt: skip
    return Workspace(made)


def figures(explanation: Explanation) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in explanation_json(explanation)["figures"]}


def own(table: pa.Table, explanation: Explanation) -> list[dict[str, Any]]:
    """The rows of a result table that are of the person explained."""
    here = pc.and_(pc.equal(table["staff"], explanation.staff), pc.equal(table["institution"], explanation.institution))
    return table.filter(here).to_pylist()


def test_every_operand_that_a_formula_read_stands_in_the_explanation(people: list[Explanation]) -> None:
    counted = 0
    for explanation in people:
        found = figures(explanation)
        for step in (explanation.trace.steps[name] for name in found if found[name]["kind"] == FORMULA):
            assert [one["name"] for one in found[step.formula.gives]["operands"]] == list(step.formula.arguments)
            assert set(step.formula.arguments) <= set(found)
            counted += len(step.formula.arguments)
    assert counted > 20 * len(people)


def test_the_lines_are_those_of_the_ledger_and_the_components_have_their_sums(people: list[Explanation]) -> None:
    for explanation in people:
        told = explanation_json(explanation)
        stored = explanation.stored.pay_lines
        here = pc.and_(
            pc.equal(stored["staff"], explanation.staff), pc.equal(stored["institution"], told["institution"])
        )
        assert told["lines"] == stored.filter(here).to_pylist()
        sums: dict[str, int] = defaultdict(int)
        for line in told["lines"]:
            sums[line["component"]] += line["amount_fen"]
        for name in told["roots"]:
            values = [Fraction(value["value"]) for value in figures(explanation)[name]["values"]]
            assert sum(values) * 100 == sums[name], name


def test_points_by_item_are_the_points_that_were_paid(people: list[Explanation]) -> None:
    for explanation in people:
        points: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        services: dict[tuple[str, str], int] = defaultdict(int)
        for one in (item_json(each) for each in explanation.items):
            points[one["engaged_from"], one["category"]] += Fraction(one["points"])
            services[one["engaged_from"], one["category"]] += one["services"]
        work = explanation.stored.workload
        here = pc.and_(
            pc.equal(work["staff"], explanation.staff), pc.equal(work["institution"], explanation.institution)
        )
        for row in work.filter(here).to_pylist():
            key = row["engagement_from"], row["category"]
            assert (points[key], services[key]) == (Fraction(row["points_micro"], 10**6), row["services"])


def test_every_record_of_a_person_is_paid_or_has_the_reason_of_the_ledger(people: list[Explanation]) -> None:
    for explanation in people:
        rejections = explanation.stored.rejections
        here = pc.and_(
            pc.equal(rejections["staff"], explanation.staff),
            pc.equal(rejections["institution"], explanation.institution),
        )
        listed = [(row["record_id"], row["reason"]) for row in rejections.filter(here).to_pylist()]
        assert sorted((row.record, row.reason) for row in explanation.rows if row.reason) == sorted(listed)
        assert COUNTS_ONLY not in {row.reason for row in explanation.rows}


def test_a_parameter_has_its_value_its_date_and_its_source(people: list[Explanation]) -> None:
    price = figures(people[0])["staff_point_price"]
    assert price["kind"] == PARAMETER
    assert price["reads"] == [
        {
            "where": {}, "value": "4.2000", "from": "2020-01-01", "until": "", "source": "illustrative",
            "layer": "demo", "basis": "illustrative", "quote": "", "reading": "",
        }
    ]  # fmt: skip
    for explanation in people:
        for one in figures(explanation).values():
            if one["kind"] == PARAMETER and any(value["value"] is not None for value in one["values"]):
                assert one["reads"], one["name"]
                assert {value["value"] for value in one["values"] if value["value"]} <= {
                    read["value"] for read in one["reads"]
                }


def test_inputs_name_their_table(people: list[Explanation]) -> None:
    points = figures(people[0])["points"]
    assert (points["kind"], points["table"], points["unit"]) == (INPUT, "service_record", "points")


def test_no_explanation_names_a_patient(office: Workspace, people: list[Explanation]) -> None:
    import sqlite3

    with sqlite3.connect(next(Path(office.folder).rglob("source.sqlite"))) as source:
        patients = {row[0] for row in source.execute("select distinct patient from service_record where patient <> ''")}
    told = json.dumps([explanation_json(one, with_records=True) for one in people], ensure_ascii=False)
    assert patients
    assert not [patient for patient in patients if f'"{patient}"' in told]


def test_an_institution_explains_what_it_is_paid(office: Workspace) -> None:
    code = office.results("2026-10").statement_lines["institution"][0].as_py()
    (explanation,) = office.explain("2026-10", institution=code)
    told = explanation_json(explanation)
    assert "service_purchase" in told["roots"]
    assert sum(line["amount_fen"] for line in told["lines"]) == 100 * sum(
        Fraction(figures(explanation)[line["component"]]["values"][0]["value"]) for line in told["lines"]
    )
    points = figures(explanation)["points_by_category"]
    assert not points["values"]
    assert all(one["rows"] > 1 for one in points["sums"])


def test_the_figures_of_a_settlement_are_explained(year: Workspace) -> None:
    results = year.results("2026")
    for staff in sorted(set(results.pay_lines["staff"].to_pylist()))[:4]:
        for explanation in year.explain("2026", staff=staff):
            assert explanation.roots
            assert not explanation.rows
            assert explanation_json(explanation)["lines"]


def test_months_of_a_region_are_explained(year: Workspace) -> None:
    results = year.results("2026-02")
    for institution in sorted(set(results.pay_lines["institution"].to_pylist())):
        (explanation,) = year.explain("2026-02", institution=institution)
        assert set(explanation.roots) <= set(explanation.trace.steps)


def test_a_share_of_a_pool_tells_what_it_is_divided_by(tmp_path: Path) -> None:
    """Own weight, the weights of all and the keys of the calculation tell the share."""
    made = workspace("leave-within-the-pool", tmp_path / "c")
    made.freeze("2026-01")
    made.publish(made.run("2026-01").run)
    (explanation,) = made.explain("2026-01", staff="A")
    share = figures(explanation)["work_bonus"]
    assert share["calculation"] == {"pool": "work_pool", "weights": "points"}
    (points,) = [one for one in share["operands"] if one["name"] == "points"]
    (pool,) = [one for one in share["operands"] if one["name"] == "work_pool"]
    (own,), (whole,) = points["values"], points["sums"]
    money = Fraction(pool["values"][0]["value"]) * Fraction(own["value"]) / Fraction(whole["value"])
    assert abs(Fraction(share["values"][0]["value"]) - money) < Fraction(1, 100)
    text = call("--workspace", made.folder, "explain", "2026-01", "--staff", "A").output
    assert "share of the pool = work_pool; by weights = points [" in text


def test_figures_that_are_not_the_stored_ones_are_no_explanation(office: Workspace) -> None:
    """A stored line of another amount is refused, and so is one that is not there."""
    stored = office.results("2026-10")
    line = stored.pay_lines.slice(0, 1).to_pylist()[0]
    with office.ledger() as ledger:
        record = ledger.run("2026-10")
        policy = stored_policy(ledger.policy_text(record.policy))
    frozen = Snapshot.stored(office.snapshots, record.period, record.snapshot)
    amounts = stored.pay_lines["amount_fen"].to_pylist()
    dearer = stored.pay_lines.set_column(
        stored.pay_lines.schema.get_field_index("amount_fen"),
        stored.pay_lines.schema.field("amount_fen"),
        pa.array([amounts[0] + 1, *amounts[1:]], pa.int64()),
    )
    for changed in (dearer, stored.pay_lines.slice(1)):
        with pytest.raises(IdentityBroken) as broken:
            explain(frozen, policy, replace_lines(stored, changed), [line["institution"]], line["staff"])
        assert line["component"] in broken.value.report()
        assert broken.value.exit_code == 4


def replace_lines(results: Any, lines: pa.Table) -> Any:
    from dataclasses import replace

    return replace(results, pay_lines=lines)


def test_a_record_tells_whom_it_gave_what(office: Workspace, people: list[Explanation]) -> None:
    paid = next(row for one in people for row in one.rows if not row.reason)
    record, rows = office.explain_record("2026-10", paid.record)
    assert paid in rows
    assert record.period == office.results("2026-10").meta.period
    with pytest.raises(UsageError, match="holds no record"):
        office.explain_record("2026-10", "no such record")


def test_every_record_of_the_snapshot_is_found_by_its_id(office: Workspace, people: list[Explanation]) -> None:
    frozen = people[0].stored.meta
    snapshot = Snapshot.stored(office.snapshots, frozen.period, frozen.snapshot_digest)
    wanted = {row.record for one in people for row in one.rows}
    for record in sorted(wanted)[:: max(1, len(wanted) // 25)]:
        found = rows_of_record(snapshot, record)
        mine = [row for one in people for row in one.rows if row.record == record]
        assert [row for row in mine if row not in found] == []


def test_refunds_take_away(people: list[Explanation]) -> None:
    rows = [row for one in people for row in one.rows if not row.reason and (row.quantity or 0) < 0]
    assert all(row.points <= 0 and row.reverses for row in rows)
    assert sum(one.refunds for one in by_item(rows)) == len(rows)


class TestCommand:
    """The command, by a period or a run's id, in text and as JSON."""

    @pytest.fixture
    def staff(self, people: list[Explanation]) -> Iterator[str]:
        return people[0].staff

    def test_it_prints_the_tree_down_to_the_items(self, folder: Path, staff: str) -> None:
        text = call("--workspace", folder, "explain", "2026-10", "--staff", staff).output
        assert "workload_pay = " in text
        assert "Points x the price of a point" in text
        assert "staff_point_price = 4.2000 yuan per equivalent  (since 2020-01-01, illustrative)" in text
        assert "Work by item:" in text

    def test_a_component_alone_leaves_the_others_out(self, folder: Path, staff: str) -> None:
        text = call("--workspace", folder, "explain", "2026-10", "--staff", staff, "--component", "post_pay").output
        assert "post_pay = " in text
        assert "workload_pay" not in text

    def test_records_are_listed_where_they_are_asked_for(self, folder: Path, people: list[Explanation]) -> None:
        paid = next(row for row in people[0].rows if not row.reason)
        words = ("--workspace", folder, "explain", "2026-10", "--staff", people[0].staff)
        assert paid.record not in call(*words).output
        assert paid.record in call(*words, "--records").output
        assert paid.record in call("--workspace", folder, "explain", "2026-10", "--record", paid.record).output

    def test_json_and_chinese(self, folder: Path, staff: str) -> None:
        told = json.loads(call("--workspace", folder, "--json", "explain", "2026-10", "--staff", staff).output)
        assert {one["schema"] for one in told["explanations"]} == {1}
        text = call("--workspace", folder, "--lang", "zh", "explain", "2026-10", "--staff", staff).output
        assert "按项目的工作量" in text
        assert "Points x" not in text

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["2026-10"], "what is to be explained is not said"),
            (["2026-09", "--staff", "S"], "2026-09 is not published"),
            (["2026-10", "--staff", "NOBODY"], "nobody with the code NOBODY"),
            (["2026-10", "--institution", "NOWHERE"], "NOWHERE is not in this run"),
            (["zzzz", "--staff", "S"], "is not a run's id, and no period"),
            (["2026-10", "--record", "R", "--staff", "S"], "leave out the other options"),
        ],
    )
    def test_wrong_words_are_told(self, folder: Path, words: list[str], told: str) -> None:
        result = CliRunner().invoke(root, ["--workspace", str(folder), "explain", *words])
        assert (result.exit_code, told in result.output + result.stderr) == (2, True), result.output

    def test_a_figure_that_is_not_there_gets_the_nearest(self, folder: Path, staff: str) -> None:
        words = ["--workspace", str(folder), "explain", "2026-10", "--staff", staff, "--component", "workload_pa"]
        result = CliRunner().invoke(root, words)
        assert result.exit_code == 2
        assert "workload_pay" in result.stderr

    def test_a_snapshot_that_is_not_here_is_told(self, folder: Path, tmp_path: Path, staff: str) -> None:
        import shutil

        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)
        shutil.rmtree(copy / "snapshots" / "2026-10")
        result = CliRunner().invoke(root, ["--workspace", str(copy), "explain", "2026-10", "--staff", staff])
        assert result.exit_code == 2
        assert "is not here" in result.stderr


def test_a_record_of_a_held_institution_is_not_paid(folder: Path, people: list[Explanation], tmp_path: Path) -> None:
    import shutil

    paid = next(row for one in people for row in one.rows if not row.reason)
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    office = Workspace(copy)
    run = office.run("2026-10", hold={paid.institution: "scores missing"}, revise="scores missing").run
    _, rows = office.explain_record(run, paid.record)
    assert [(row.reason, row.points) for row in rows if row.institution == paid.institution] == [(HELD, 0)]
    assert "was held in this run" in call("--workspace", copy, "explain", run, "--record", paid.record).output


def test_of_whom_the_institution_is_held_is_told(folder: Path, people: list[Explanation], tmp_path: Path) -> None:
    import shutil

    every = [one.staff for one in people]
    one = next(one for one in people if every.count(one.staff) == 1)
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    run = Workspace(copy).run("2026-10", hold={one.institution: "scores missing"}, revise="scores missing").run
    told = f"{one.staff} is engaged at {one.institution}, which was held in this run: scores missing"
    for command in ("show", "explain"):
        result = CliRunner().invoke(root, ["--workspace", str(copy), command, run, "--staff", one.staff])
        assert (result.exit_code, told in result.stderr) == (2, True), result.stderr
    shutil.rmtree(copy / "snapshots" / "2026-10")  # nobody knows then where somebody is engaged
    result = CliRunner().invoke(root, ["--workspace", str(copy), "show", run, "--staff", one.staff])
    assert (result.exit_code, "nobody with the code" in result.stderr) == (2, True), result.stderr


def test_amounts_have_grouped_digits_and_values_say_once_since_when_they_hold(
    folder: Path, people: list[Explanation]
) -> None:
    one = next(one for one in people if any(line["amount_fen"] >= 100_000 for line in _lines(one)))
    text = call("--workspace", folder, "explain", "2026-10", "--staff", one.staff).output
    assert not [line for line in text.splitlines() if re.search(r" = (\[\w+\] )?\d{4,}\.\d\d yuan", line)]
    assert re.search(r" = (\[\w+\] )?\d,\d{3}\.\d\d yuan", text)
    assert "{indicator" not in text
    assert re.search(r"appraisal_weight = .*  \(since 2020-01-01, illustrative\)", text)
    chinese = call("--lang", "zh", "--workspace", folder, "explain", "2026-10", "--staff", one.staff).output
    assert "考核得分（score）" in chinese
    said = [re.sub(r"\[[^]]*\]$", "", line) for line in chinese.splitlines()]  # but for the clauses of rules
    said = [line for line in said if not line.strip().startswith("[")]
    assert not [line for line in said if re.search("[一-鿿）][;,:(]|[;,] [一-鿿]", line)]


def _lines(one: Explanation) -> list[dict[str, Any]]:
    return [line for line in one.stored.pay_lines.to_pylist() if line["staff"] == one.staff]


def test_a_record_is_explained_by_a_ledger_that_is_as_it_was_written(
    folder: Path, people: list[Explanation], tmp_path: Path
) -> None:
    import shutil
    import sqlite3

    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    with sqlite3.connect(copy / "ledger.sqlite") as ledger:
        ledger.execute(
            "update pay_line set amount_fen = amount_fen + 1 where staff = (select min(staff) from pay_line)"
        )
    call("--workspace", copy, "explain", "2026-10", "--record", people[0].rows[0].record, code=7)


def test_a_person_at_two_institutions_is_computed_once(office: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from batch.explain import explanation

    computed: list[object] = []
    priced = explanation.price_snapshot
    monkeypatch.setattr(explanation, "price_snapshot", lambda *given: computed.append(given) or priced(*given))
    found = office.explain("2026-10", staff="S00001")
    assert [one.institution for one in found] == ["I0001", "I0004"]
    assert len(computed) == 1
    assert [explanation_json(one)["lines"] for one in found] == [own(one.stored.pay_lines, one) for one in found]


def test_every_number_of_a_day_is_printed_as_a_date() -> None:
    from batch.cli.views.explanation import DAY_NUMBERS
    from batch.inputs.catalogue import BY_NAME

    assert {name for name, entry in BY_NAME.items() if "days since 1970-01-01" in entry.about} == set(DAY_NUMBERS)
