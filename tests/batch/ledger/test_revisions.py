"""The chain is asked before anything is written, and figures are checked when read."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batch.ledger import Ledger
from batch.ledger.migrations.migrate import MIGRATIONS
from batch.ledger.migrations.steps import dialect_of
from batch.ledger.revisions import next_revision
from batch.ledger.run_tables import RUN_TABLES
from payengine.errors import IntegrityBroken
from payengine.periods import Period
from tests.support import ledgers
from tests.support.sample_results import POLICY, results

OCTOBER, NOVEMBER = Period.parse("2026-10"), Period.parse("2026-11")
OLD, NEW = results(seed=1), results(seed=2)


@pytest.fixture(params=ledgers.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with one published run."""
    with ledgers.fresh(request.param, tmp_path) as url, Ledger.open(url) as opened:
        opened.stage(OLD, POLICY)
        opened.publish(OLD.meta.run_id)
        yield opened


def do(ledger: Ledger, *statements: str) -> None:
    with ledger._database.writing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


CHAIN = {
    "a publication deleted": "DELETE FROM publication",
    "a publication numbered anew": "UPDATE publication SET revision = 2",
    "a publication slipped in": (
        "INSERT INTO publication (period, revision, run, previous, reason, published_at, published_by) "
        f"VALUES ('2026-11', 1, '{OLD.meta.run_id}', NULL, '', '', '')"
    ),
    "the run exchanged": f"UPDATE publication SET run = '{NEW.meta.run_id}'",
    "an entry changed": "UPDATE audit_entry SET entry = '{}' WHERE number = 1",
}


@pytest.mark.parametrize("name", CHAIN)
def test_nothing_is_built_on_a_ledger_that_its_chain_contradicts(ledger: Ledger, name: str) -> None:
    """A second revision 1 after the first was deleted, above all."""
    ledger.stage(NEW, POLICY, "corrected")
    before = len(ledger.audit())
    do(ledger, CHAIN[name])
    tries: list[Callable[[], object]] = [
        lambda: ledger.stage(results(seed=3), POLICY, "why"),
        lambda: ledger.publish(NEW.meta.run_id),
        lambda: ledger.publish(OLD.meta.run_id),
        lambda: ledger.history(NOVEMBER),
        ledger.verify,
    ]
    for attempt in tries:
        with pytest.raises(IntegrityBroken) as caught:
            attempt()
        assert caught.value.exit_code == 7
    assert len(ledger.audit()) == before


def test_a_revision_is_numbered_after_the_chain_and_the_table(tmp_path: Path) -> None:
    """Whatever one of them lost: a number is given once."""
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.stage(OLD, POLICY)
        ledger.publish(OLD.meta.run_id)

        def following(period: Period) -> int:
            with ledger._database.reading() as connection:
                return next_revision(connection, period)

        assert (following(OCTOBER), following(NOVEMBER)) == (2, 1)
        do(ledger, "UPDATE publication SET revision = 4")
        assert following(OCTOBER) == 5
        do(ledger, "DELETE FROM publication")
        assert following(OCTOBER) == 2


def test_a_revision_entered_twice_is_found(tmp_path: Path) -> None:
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.stage(OLD, POLICY)
        ledger.publish(OLD.meta.run_id)
        from batch.ledger import audit

        facts = json.loads(ledger.audit()[-1].entry)
        with ledger._database.writing() as connection:
            audit.append(connection, "publish", facts)
        with pytest.raises(IntegrityBroken, match="is entered twice"):
            ledger.publish(OLD.meta.run_id)


STAGED = {
    "an amount and its digest": ("pay_line", "UPDATE pay_line SET amount_fen = amount_fen + 100"),
    "a hold": ("run", 'UPDATE run SET holds = \'{"I07":"x"}\''),
    "a warning": ("run", "UPDATE run SET details = replace(details, 'demo', 'other')"),
    "the policy's text": ("policy_text", "UPDATE policy_text SET text = 'other'"),
}


@pytest.mark.parametrize("name", STAGED)
def test_a_staged_run_is_covered_by_the_chain(ledger: Ledger, name: str) -> None:
    """Also where the digests in its row are written anew with it."""
    ledger.stage(NEW, POLICY, "corrected")
    table, statement = STAGED[name]
    which = {"policy_text": "", "pay_line": " WHERE run_key = 2"}.get(table, f" WHERE id = '{NEW.meta.run_id}'")
    do(ledger, statement + which)
    if table == "pay_line":
        forge(ledger, NEW.meta.run_id, table)
    for attempt in (lambda: ledger.publish(NEW.meta.run_id), lambda: ledger.results(NEW.meta.run_id), ledger.verify):
        with pytest.raises(IntegrityBroken) as caught:
            attempt()
        assert {table, "run"} & {problem.where for problem in caught.value.problems}


LISTED = {
    "a snapshot": "UPDATE run SET snapshot = 'other'",
    "holds": 'UPDATE run SET holds = \'{"I07":"x"}\'',
    "holds that are no JSON": "UPDATE run SET holds = '{'",
    "details of another type": "UPDATE run SET details = '[]'",
    "the month": "UPDATE run SET period = '2026-11'",
    "a month that is none": "UPDATE run SET period = 'x'",
    "the reason": "UPDATE proposal SET reason = 'other'",
    "the run deleted": "DELETE FROM run",
    "a publication": "DELETE FROM publication",
}


@pytest.mark.parametrize("name", LISTED)
def test_a_list_of_damaged_headers_opens_and_tells_of_them(tmp_path: Path, name: str) -> None:
    with Ledger.open(f"sqlite:///{tmp_path}/l.db") as ledger:
        for made, reason in ((OLD, ""), (NEW, "corrected")):
            ledger.stage(made, POLICY, reason)
            ledger.publish(made.meta.run_id)
        assert ledger.doubts(ledger.runs()) == []
        of = f" WHERE run = '{NEW.meta.run_id}'"
        of = (
            of
            if "DELETE FROM publication" in LISTED[name] or "proposal" in LISTED[name]
            else of.replace("run", "id", 1)
        )
        with contextlib.closing(sqlite3.connect(tmp_path / "l.db")) as database, database:  # asks for no foreign keys
            database.execute(LISTED[name] + of)
        found = ledger.doubts(ledger.runs())
        assert found
        assert name == "a publication" or NEW.meta.run_id in {problem.column for problem in found}
        assert OLD.meta.run_id not in {problem.column for problem in found}


def forge(ledger: Ledger, run: str, table: str) -> None:
    """Write the digest that a table's rows have now into the run's own digests."""
    from batch.ledger import bulk_rows

    with ledger._database.reading() as connection:
        digest = RUN_TABLES[table].digest(bulk_rows.read(connection, RUN_TABLES[table], run))
    digests = {**ledger.run(run).digests, table: digest}
    do(ledger, f"UPDATE run SET digests = '{json.dumps(digests)}' WHERE id = '{run}'")


ROWS = {
    "pay_line": "UPDATE pay_line SET amount_fen = amount_fen + 1 WHERE staff = 'N00001'",
    "report_line": "UPDATE report_line SET value = value + 1 WHERE position = 0",
    "workload": "DELETE FROM workload WHERE staff = ''",
    "run_component": "UPDATE run_component SET pay_class = 'fixed' WHERE component = 'workload_pay'",
}


@pytest.mark.parametrize("table", ROWS)
def test_changed_rows_are_neither_shown_nor_taken_into_the_next_month(ledger: Ledger, table: str) -> None:
    assert len(ledger.history(NOVEMBER).lines) > 0
    do(ledger, ROWS[table])

    def history() -> object:
        found = ledger.history(NOVEMBER)
        return found.lines, found.work, found.figures

    for attempt in (lambda: ledger.results(OLD.meta.run_id), history):
        with pytest.raises(IntegrityBroken, match="rows were changed") as caught:
            attempt()
        assert [problem.where for problem in caught.value.problems] == [table]
        assert caught.value.exit_code == 7


def test_a_published_run_whose_digests_were_forged_is_not_shown(ledger: Ledger) -> None:
    do(ledger, ROWS["pay_line"])
    forge(ledger, OLD.meta.run_id, "pay_line")
    with pytest.raises(IntegrityBroken, match="is not what the audit chain says of it"):
        ledger.results(OLD.meta.run_id)


def test_what_a_run_was_computed_from_is_compared_when_it_is_staged_again(ledger: Ledger) -> None:
    do(ledger, "UPDATE run SET engine = 'other'")
    with pytest.raises(IntegrityBroken, match="is not what the run was computed from"):
        ledger.stage(OLD, POLICY)


TRIGGERS = {
    "sqlite": ["CREATE TRIGGER more AFTER INSERT ON pay_line BEGIN UPDATE pay_line SET amount_fen = 1; END"],
    "postgresql": [
        "CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.amount_fen = 1; RETURN NEW; END'",
        "CREATE TRIGGER more BEFORE INSERT ON pay_line FOR EACH ROW EXECUTE FUNCTION more()",
    ],
    "mysql": ["CREATE TRIGGER more BEFORE INSERT ON pay_line FOR EACH ROW SET NEW.amount_fen = 1"],
}


def test_a_trigger_on_the_ledgers_tables_is_named_before_anything_is_written(ledger: Ledger) -> None:
    do(ledger, *TRIGGERS[ledger._database.kind])
    for attempt in (lambda: ledger.stage(NEW, POLICY, "why"), lambda: ledger.publish(OLD.meta.run_id), ledger.verify):
        with pytest.raises(IntegrityBroken, match="is a trigger or a rule that is not the ledger's") as caught:
            attempt()
        assert [(each.where, each.column) for each in caught.value.problems] == [("pay_line", "more")]
    assert len(ledger.results(OLD.meta.run_id).pay_lines) > 0


def test_a_rule_of_postgresql_is_named(tmp_path: Path) -> None:
    with ledgers.fresh("postgresql", tmp_path) as url, Ledger.open(url) as ledger:
        do(ledger, "CREATE RULE quiet AS ON DELETE TO pay_line DO INSTEAD NOTHING")
        with pytest.raises(IntegrityBroken, match="quiet  is a trigger or a rule"):
            ledger.stage(OLD, POLICY)


def test_views_that_are_not_the_ledgers_are_named(ledger: Ledger) -> None:
    """Another view beside ours, ours missing, and one of our name that doubles pay."""
    ledger.verify()
    do(ledger, "CREATE VIEW other AS SELECT period FROM publication")
    with pytest.raises(IntegrityBroken, match="is a view that is not the ledger's") as caught:
        ledger.verify()
    assert [each.where for each in caught.value.problems] == ["other"]
    own = MIGRATIONS[-1].views(dialect(ledger))["due_pay"]
    do(ledger, "DROP VIEW other", "DROP VIEW due_pay")
    with pytest.raises(IntegrityBroken, match="the view is missing"):
        ledger.verify()
    do(ledger, own.replace("l.amount_fen,", "l.amount_fen * 2 AS amount_fen,", 1))
    with pytest.raises(IntegrityBroken, match="does not say what the ledger's own does"):
        ledger.verify()
    do(ledger, "DROP VIEW due_pay", own)
    ledger.verify()


def dialect(ledger: Ledger) -> str:
    with ledger._database.reading() as connection:
        return dialect_of(connection)


def test_runs_that_exchange_their_keys_are_found(tmp_path: Path) -> None:
    """Compare the rows that a key leads to: no digest covers the key itself."""
    with Ledger.open(f"sqlite:///{tmp_path}/l.db") as ledger:
        for made, reason in ((OLD, ""), (NEW, "corrected")):
            ledger.stage(made, POLICY, reason)
            ledger.publish(made.meta.run_id)
        with contextlib.closing(sqlite3.connect(tmp_path / "l.db")) as database, database:  # asks for no foreign keys
            for before, after in ((1, 3), (2, 1), (3, 2)):
                database.execute("UPDATE run SET key = ? WHERE key = ?", (after, before))
        with pytest.raises(IntegrityBroken, match="rows were changed"):
            ledger.verify()


def test_a_run_that_is_staged_to_be_published_again_is_no_damage(ledger: Ledger) -> None:
    """Its period finds it: what was corrected is taken back."""
    for made, reason in ((OLD, ""), (NEW, "corrected")):
        ledger.stage(made, POLICY, reason)
        ledger.publish(made.meta.run_id)
    ledger.stage(OLD, POLICY, "taken back")
    assert ledger.doubts(ledger.runs()) == []
    assert [record.again for record in ledger.runs()] == [record.id == OLD.meta.run_id for record in ledger.runs()]
    assert ledger.publish(str(OLD.meta.period)).publication.revision == 3
    ledger.stage(NEW, POLICY, "corrected again")
    assert ledger.doubts(ledger.runs()) == []
    ledger.publish(str(OLD.meta.period))
    assert [record.again for record in ledger.runs()] == [False, False]
    ledger.verify()
