"""Replay: a run computed again is compared row by row, whatever made it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from batch.audit import replay as replaying
from batch.audit.replay import compare_table
from batch.content_digest import texts_digest
from batch.result_tables import LABEL, RESULT_TABLES
from batch.results import SCHEMAS, Results
from batch.snapshot.snapshot import Snapshot
from batch.source_texts import Sources, installed_sources
from batch.workspace import Workspace
from payengine.errors import IdentityBroken, IntegrityBroken, Refused, UsageError
from payengine.texts import use
from tests.support.command_line import call
from tests.support.small_county import county as csv_county
from tests.support.small_county import pay, tables

MONTH = "2026-10"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replay") / "county"
    call("demo", folder, "--records", "500", "--staff", "32", "--institutions", "8")
    return folder


@pytest.fixture
def county(made: Path, tmp_path: Path) -> Workspace:
    return Workspace(shutil.copytree(made, tmp_path / "county"))


def test_every_table_and_digest_of_a_run_is_compared_and_the_same(county: Workspace) -> None:
    told = json.loads(call("--workspace", county.folder, "--json", "replay", MONTH).output)
    assert told["identical"] is True
    assert told["same_code"] is True
    stored = county.results(MONTH).tables()
    assert {name: one["rows"] for name, one in told["tables"].items()} == {n: t.num_rows for n, t in stored.items()}
    assert set(told["tables"]) == set(RESULT_TABLES)
    text = call("--workspace", county.folder, "replay", told["run"][:8]).output
    assert "every result is identical" in text
    assert "formulas and engine are those that made the run" in text
    assert max(map(len, text.splitlines())) <= 80


def test_words_of_another_language_are_no_difference(county: Workspace) -> None:
    text = call("--workspace", county.folder, "--lang", "zh", "replay", MONTH).output
    assert "全部结果一致" in text
    assert "措辞或顺序与当时不同" not in text


def test_every_warning_of_a_run_is_said_again_in_the_other_language(county: Workspace, tmp_path: Path) -> None:
    """Compare warnings by what they say: a list of more than ten names, a sign, a freeze."""
    told = county.results(MONTH).meta.warnings
    assert any(text.count(", ") > 10 for text in told), "the demo's unread measures"
    signs = csv_county(tmp_path / "signs", tables(pay_component=[pay("S1", "-3"), pay("S2")]))
    signs.freeze(MONTH)
    signs.run(MONTH)
    for office in (county, signs):
        run = office.runs(MONTH)[0].id
        stored = office.results(run).meta.warnings
        assert stored
        use("zh")
        again = office.results(run).meta.warnings
        assert not set(stored) & set(again), "every one of them is Chinese now"
        assert not office.replay(run).warnings_differ
        use("en")


def changed(results: Results, name: str, column: str, row: int = 0) -> Results:
    """Results with another value in one cell."""
    table = results.tables()[name]
    values = table[column].to_pylist()
    values[row] = values[row] + 1 if isinstance(values[row], int) else values[row] + "x"
    place = table.column_names.index(column)
    other = table.set_column(place, table.schema.field(column), pa.array(values, table.schema.field(column).type))
    return Results(**{**results.tables(), name: other}, meta=results.meta)


CELLS = [
    (table.name, column.name) for table in RESULT_TABLES.values() for column in table.columns if column.kind != LABEL
]


@pytest.mark.parametrize(("name", "column"), CELLS)
def test_a_change_of_any_column_of_any_table_is_a_difference(name: str, column: str) -> None:
    schema = SCHEMAS[name]
    rows = [{field.name: number if pa.types.is_integer(field.type) else f"c{number}" for field in schema}
            for number in range(3)]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema)
    values = table[column].to_pylist()
    values[1] = 99 if isinstance(values[1], int) else "other"
    field = schema.field(column)
    other = table.set_column(schema.get_field_index(column), field, pa.array(values, field.type))
    described = RESULT_TABLES[name]
    counted, found = compare_table(described, table, other)
    is_key = column in described.key
    assert counted.differing == len(found) == (2 if is_key else 1)
    if not is_key:
        assert found[0].stored is not None
        assert found[0].computed is not None
        assert (found[0].stored[column], found[0].computed[column]) == (rows[1][column], values[1])
        assert found[0].key == {one: rows[1][one] for one in described.key}
    assert compare_table(described, table, table.slice(0, 2))[1][0].computed is None
    assert compare_table(described, table.slice(0, 2), table)[1][0].stored is None
    assert compare_table(described, table, table.take([2, 0, 1])) == (replaying.TableCompared(name, 3, 3), [])
    twice = pa.concat_tables([table, table.slice(0, 1)])
    assert compare_table(described, table, twice)[0].differing == 1


@pytest.mark.parametrize(
    ("name", "column"),
    [("pay_lines", "amount_fen"), ("statement_lines", "amount_fen"), ("workload", "points_micro"),
     ("rejections", "reason"), ("reports", "value"), ("components", "pay_class")],
)  # fmt: skip
def test_a_figure_that_differs_ends_the_replay_with_its_place_and_both_values(
    county: Workspace, monkeypatch: pytest.MonkeyPatch, name: str, column: str
) -> None:
    compute = replaying.compute
    monkeypatch.setattr(replaying, "compute", lambda *given, **more: changed(compute(*given, **more), name, column))
    told = json.loads(call("--workspace", county.folder, "--json", "replay", MONTH, code=4).output)["error"]
    assert told["kind"] == "identity_broken"
    first = county.results(MONTH).tables()[name].slice(0, 1).to_pylist()[0]
    problem = told["problems"][0]
    assert problem["where"] == name
    assert all(str(first[key]) in problem["column"] for key in RESULT_TABLES[name].key if first[key] != "")
    assert problem["what"].startswith("stored ")


def test_counts_and_empty_tables_are_compared_too(county: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    compute = replaying.compute

    def other(*given: object, **more: object) -> Results:
        results: Results = compute(*given, **more)  # type: ignore[arg-type]
        results.meta.counts["rows"] = -1  # type: ignore[index]
        return results

    monkeypatch.setattr(replaying, "compute", other)
    with pytest.raises(IdentityBroken, match=r"counts\.rows"):
        county.replay(MONTH).require_identical()


def altered(change: Callable[[dict[str, str]], None]) -> Mapping[str, Sources]:
    """The engine's sources with something changed, and the formulas as they are, by digest."""
    made = {}
    for texts in installed_sources().values():
        own = dict(texts)
        if "payengine/errors.py" in own:
            change(own)
        made[texts_digest(own)] = own
    return made


@pytest.fixture
def older(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A county whose run was made by another engine, which computed the same."""

    def change(texts: dict[str, str]) -> None:
        texts["payengine/errors.py"] += "\n# another"
        texts["payengine/gone.py"] = "gone = True"
        del texts["payengine/suggest.py"]

    office = Workspace(shutil.copytree(made, tmp_path / "older"))
    (office.folder / "ledger.sqlite").unlink()
    for file in office.folder.glob("ledger.sqlite-*"):
        file.unlink()
    sets = altered(change)
    (digest,) = (name for name, texts in sets.items() if "payengine/gone.py" in texts)
    with monkeypatch.context() as other:
        other.setattr("batch.compute.compute.engine_digest", lambda: digest)
        other.setattr("batch.run.installed_sources", lambda: sets)
        office.publish(office.run(MONTH).run)
    return office


def test_a_run_of_another_engine_is_identical_and_its_changed_files_are_named(older: Workspace) -> None:
    told = json.loads(call("--workspace", older.folder, "--json", "replay", MONTH).output)
    assert told["identical"] is True
    assert told["same_code"] is False
    assert told["sources"]["formulas"]["changed"] == {}
    assert told["sources"]["engine"]["changed"] == {
        "payengine/errors.py": "changed", "payengine/gone.py": "removed", "payengine/suggest.py": "added"
    }  # fmt: skip
    text = call("--workspace", older.folder, "replay", MONTH).output
    assert "engine: 3 file(s) are not those that made the run, and no figure differs" in text
    assert "payengine/gone.py: removed since the run" in text
    older.verify()


def test_the_changed_files_stand_beside_differing_figures(older: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    compute = replaying.compute
    monkeypatch.setattr(
        replaying, "compute", lambda *given, **more: changed(compute(*given, **more), "pay_lines", "amount_fen")
    )
    with pytest.raises(IdentityBroken) as caught:
        older.replay(MONTH).require_identical()
    told = {(problem.where, problem.column) for problem in caught.value.problems}
    assert ("engine", "payengine/gone.py") in told
    assert "replay it with that one" in caught.value.report()


def test_sources_that_were_not_kept_are_told(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Workspace(shutil.copytree(made, tmp_path / "old"))
    (office.folder / "ledger.sqlite").unlink()
    with monkeypatch.context() as other:
        other.setattr("batch.compute.compute.engine_digest", lambda: "0" * 64)
        other.setattr("batch.run.installed_sources", dict)
        office.publish(office.run(MONTH).run)
    assert "which files changed was not kept" in call("--workspace", office.folder, "replay", MONTH).output


def test_a_run_that_this_program_refuses_is_no_replay(county: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Results:
        raise Refused("a new check")

    monkeypatch.setattr(replaying, "compute", refuse)
    with pytest.raises(IdentityBroken, match="cannot be computed again: a new check"):
        county.replay(MONTH)


def test_a_missing_snapshot_is_told_and_a_changed_one_is_exit_7(county: Workspace) -> None:
    table = next(county.folder.glob(f"snapshots/{MONTH}/*/tables/engagement.parquet"))
    table.write_bytes(table.read_bytes()[:-1] + b"x")
    call("--workspace", county.folder, "replay", MONTH, code=7)
    shutil.rmtree(county.snapshots / MONTH)
    with pytest.raises(UsageError, match="is not here"):
        county.replay(MONTH)


def test_changed_rows_are_found_before_anything_is_computed(county: Workspace) -> None:
    import sqlite3

    with sqlite3.connect(county.folder / "ledger.sqlite") as ledger:
        ledger.execute(
            "update pay_line set amount_fen = amount_fen + 1 where staff = (select min(staff) from pay_line)"
        )
    with pytest.raises(IntegrityBroken):
        county.replay(MONTH)


def test_an_id_that_does_not_follow_is_no_run(county: Workspace) -> None:
    stored = county.results(MONTH)
    other = Results(**stored.tables(), meta=replace(stored.meta, engine_digest="1" * 64))
    frozen = Snapshot.stored(county.snapshots, stored.meta.period, stored.meta.snapshot_digest)
    with pytest.raises(IntegrityBroken, match="does not follow from what it was made from"):
        replaying.replay(frozen, "", other, {}, {}, is_chained=True)


def test_what_may_be_empty_today_does_not_stop_a_replay(tmp_path: Path) -> None:
    """The settings may have changed since: a replay reads none of them."""
    rows = tables(pay_component=[pay("S1", period="2026-09")])
    office = csv_county(tmp_path, rows, settings='allow_empty = ["pay_component"]')
    office.freeze(MONTH)
    run = office.run(MONTH).run
    settings = tmp_path / "payengine.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("allow_empty", "# allow_empty"), encoding="utf-8")
    today = Workspace(tmp_path)
    with pytest.raises(Refused):
        today.run(MONTH, dry_run=True)
    today.replay(run).require_identical()


def test_a_later_policy_and_other_holds_do_not_reach_a_replay(tmp_path: Path) -> None:
    office = csv_county(tmp_path, tables(), '[parameters.staff_point_price]\nvalues = [\n'
                        '  { from = 2026-01-01, until = 2027-01-01, value = "4.20", source = "x" },\n]\n')  # fmt: skip
    office.freeze(MONTH)
    run = office.run(MONTH, hold={"I1": "scores missing"}).run
    layer = tmp_path / "policy" / "county.toml"
    layer.write_text(layer.read_text(encoding="utf-8").replace("4.20", "9.90"), encoding="utf-8")
    found = Workspace(tmp_path).replay(run)
    found.require_identical()
    assert found.meta.holds == {"I1": "scores missing"}
