"""Changes of a ledger or a snapshot by hand are found and named by `payengine verify`.

Its exit code is 7.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from batch.cli.root import root
from batch.ledger import Accessed, Ledger, access_log
from batch.ledger.audit import GENESIS, chained
from batch.ledger.payment_records import APPROVED, EXPORTED, PAID
from batch.ledger.schema import SQLITE_TRIGGERS
from batch.payments.recovery_limit import RecoveryLimit
from batch.result_tables import LEDGER_TABLES
from batch.snapshot.layout import MANIFEST, RECORD_IDS
from payengine.periods import Period
from tests.reliability.phases import DAY, PHASES
from tests.support import signed_damage
from tests.support.sample_results import POLICY, results

AUGUST, SEPTEMBER = "2026-08", "2026-09"
REVISED = results(AUGUST, seed=2)
STAGED = results(SEPTEMBER, seed=2)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an office that has done everything once: see each line."""
    folder = tmp_path_factory.mktemp("tampering") / "county"
    demo = CliRunner().invoke(root, ["demo", str(folder), "--records", "500", "--staff", "32", "--institutions", "8"])
    assert demo.exit_code == 0, demo.output
    url = f"sqlite:///{folder / 'ledger.sqlite'}"
    with Ledger.open(url) as ledger:
        PHASES["confirm"].prepare(ledger, AUGUST)  # staged and published
        PHASES["confirm"].act(ledger, AUGUST)
        ledger.pay(Period.parse(AUGUST), DAY, RecoveryLimit())
        for action in (APPROVED, EXPORTED, PAID):
            ledger.advance_payment(1, action)
        ledger.return_payment(1, "", "I00", "账号有误")
        ledger.stage(REVISED, POLICY, "更正")
        ledger.publish(REVISED.meta.run_id)
        ledger.pay(Period.parse(AUGUST), DAY, RecoveryLimit())
        ledger.stage(results(SEPTEMBER), POLICY)
        ledger.publish(results(SEPTEMBER).meta.run_id)
        ledger.stage(STAGED, POLICY, "再更正")  # and left: its proposal, steps and objection stand
        ledger.object_to(STAGED.meta.run_id, "有异议")
        ledger.answer(STAGED.meta.run_id, ledger.steps(STAGED.meta.run_id, {}).open[0].number, "已核对")
        ledger.enter_step(STAGED.meta.run_id, "reviewed", {}, document="纪要 3 号")
    objects = [Accessed(AUGUST, staff=f"S{n}") for n in range(3)]
    assert access_log.write(url, folder, "explain", objects) == ""
    return folder


@pytest.fixture
def county(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "county"))


def verify(county: Path, *words: str) -> tuple[int, str]:
    told = CliRunner().invoke(root, ["--workspace", str(county), "--lang", "en", "verify", *words])
    return told.exit_code, told.output + told.stderr


def change(county: Path, *statements: str) -> None:
    with closing(sqlite3.connect(county / "ledger.sqlite")) as ledger, ledger:
        for statement in statements:
            done = ledger.execute(statement)
            assert done.rowcount, statement


def test_an_office_that_nobody_touched_is_whole(county: Path) -> None:
    code, told = verify(county, "--all")
    assert code == 0, told


REPLACED = f"run = '{REVISED.meta.run_id}'"
LEFT = f"run = '{STAGED.meta.run_id}'"
FIRST = f"id = '{results(AUGUST).meta.run_id}'"
ONE = {  # row of a table of rows, in the words of WHERE: any
    table: f"({', '.join(key)}) = (SELECT {', '.join(key)} FROM {table} LIMIT 1)"
    for table, key in ((table.name, ["run_key", *table.key]) for table in LEDGER_TABLES.values())
}
LAST = "number = (SELECT max(number) FROM {table})"
CHANGES = {
    # rows of runs: published, replaced, staged
    "an amount": (f"UPDATE pay_line SET amount_fen = amount_fen + 1 WHERE {ONE['pay_line']}", "pay_line"),
    "an amount of a staged run": (
        "UPDATE pay_line SET amount_fen = amount_fen + 1 WHERE run_key = (SELECT max(key) FROM run)", "pay_line",
    ),
    "a person": (f"UPDATE pay_line SET staff = 'S9' WHERE {ONE['pay_line']}", "pay_line"),
    "a line gone": (f"DELETE FROM pay_line WHERE {ONE['pay_line']}", "pay_line"),
    "a line more": ("INSERT INTO statement_line VALUES (1, 'I99', 'x', '', 1)", "statement_line"),
    "a statement": (f"UPDATE statement_line SET amount_fen = 0 WHERE {ONE['statement_line']}", "statement_line"),
    "points": (f"UPDATE workload SET points_micro = points_micro + 1 WHERE {ONE['workload']}", "workload"),
    "a reason of a rejection": (f"UPDATE rejection SET reason = 'no_item' WHERE {ONE['rejection']}", "rejection"),
    "a report": (f"UPDATE report_line SET value = value + 1 WHERE {ONE['report_line']}", "report_line"),
    "a report's name": (f"UPDATE run_report SET name = 'x' WHERE {ONE['run_report']}", "run_report"),
    "a figure of a department": (
        f"UPDATE department_line SET value = value + 1 WHERE {ONE['department_line']}", "department_line",
    ),
    "a component's class": (
        f"UPDATE run_component SET pay_class = 'x' WHERE {ONE['run_component']}", "run_component",
    ),
    # headers
    **{
        f"the header's {column}": (f"UPDATE run SET {column} = {value} WHERE {FIRST}", "run")
        for column, value in {
            "snapshot": f"'{'0' * 64}'", "formulas": f"'{'0' * 64}'", "engine": "'x'", "holds": """'{"I1": ""}'""",
            "details": "'{}'", "digests": "'{}'", "period": "'2026-07'", "complete": "0",
        }.items()
    },
    "a run's key": (f"UPDATE run SET key = 99 WHERE {FIRST}", "pay_line"),
    "a run gone": (f"DELETE FROM run WHERE {FIRST}", "run"),
    "a staged run hidden": (f"UPDATE run SET complete = 0 WHERE id = '{STAGED.meta.run_id}'", "run"),
    "a staged run gone": (f"DELETE FROM run WHERE id = '{STAGED.meta.run_id}'", "run"),
    # policies and sources
    "a policy's text": ("UPDATE policy_text SET text = text || ' '", "policy_text"),
    "a policy gone": ("DELETE FROM policy_text WHERE rowid = 1", "policy_text"),
    "the policy of a confirmation": (
        "UPDATE policy_text SET text = 'x' WHERE text = 'another policy'", "the policy that it names",
    ),
    "a source's text": ("UPDATE source_text SET text = text || ' ' WHERE rowid = 1", "source_text"),
    "a source gone": ("DELETE FROM source_text WHERE rowid = 1", "source_file"),
    "a source's place": ("UPDATE source_file SET path = path || 'x' WHERE rowid = 1", "source_file"),
    "all sources gone": ("DELETE FROM source_file", "source_file"),
    # publications
    "who published": ("UPDATE publication SET published_by = 'x' WHERE revision = 2", "publication"),
    "when it was published": ("UPDATE publication SET published_at = 'x' WHERE revision = 2", "publication"),
    "a reason": ("UPDATE publication SET reason = 'x' WHERE revision = 2", "publication"),
    "what is published": (f"UPDATE publication SET run = '{STAGED.meta.run_id}' WHERE revision = 2", "publication"),
    "a publication gone": ("DELETE FROM publication WHERE revision = 2", "publication"),
    "a publication more": (
        "INSERT INTO publication SELECT '2026-07', 1, run, NULL, '', published_at, published_by FROM publication"
        " WHERE revision = 2", "publication",
    ),
    "a number of a revision": ("UPDATE publication SET revision = 3 WHERE revision = 2", "publication"),
    "a finding gone": ("DELETE FROM published_finding WHERE rowid = 1", "published_finding"),
    "a finding's rows": ("UPDATE published_finding SET found = found + 1 WHERE rowid = 1", "published_finding"),
    "an acceptance more": (
        "INSERT INTO finding_acceptance SELECT period, revision, 'x', '', 'x', 'x', 'x' FROM publication LIMIT 1",
        "published_finding",
    ),
    # the chain
    "an entry": ("UPDATE audit_entry SET entry = replace(entry, '更正', '改动')", "audit_entry"),
    "an entry's hash": (f"UPDATE audit_entry SET hash = '{'0' * 64}' WHERE number = 3", "audit_entry"),
    "an entry gone": ("DELETE FROM audit_entry WHERE number = 3", "audit_entry"),
    "the entry of a confirmation": (
        "UPDATE audit_entry SET entry = replace(entry, '\"equal\"', '\"same\"')", "audit_entry",
    ),
    "the last entry gone": (f"DELETE FROM audit_entry WHERE {LAST.format(table='audit_entry')}", "run_step"),
    # proposals
    "a proposal's reason": (f"UPDATE proposal SET reason = 'x' WHERE {LEFT}", "proposal"),
    "a proposal's revision": (f"UPDATE proposal SET revision = 9 WHERE {LEFT}", "proposal"),
    "a proposal gone": (f"DELETE FROM proposal WHERE {LEFT}", "proposal"),
    "a proposal that was published": (f"UPDATE proposal SET reason = 'x' WHERE {REPLACED}", "proposal"),
    "a proposal more": (
        f"INSERT INTO proposal SELECT id, id, 2, 'x' FROM run WHERE {FIRST}", "proposal",
    ),
    # steps, objections and answers
    "a step's document": ("UPDATE run_step SET document = 'x' WHERE step = 'reviewed'", "run_step"),
    "who took a step": ("UPDATE run_step SET made_by = 'x' WHERE step = 'reviewed'", "run_step"),
    "a step's digest": (f"UPDATE run_step SET digest = '{'0' * 64}' WHERE step = 'reviewed'", "run_step"),
    "a step gone": ("DELETE FROM run_step WHERE step = 'reviewed'", "run_step"),
    "an objection gone": ("DELETE FROM run_step WHERE step = 'objection'", "run_step"),
    "an answer": ("UPDATE run_step SET reason = 'x' WHERE step = 'answer'", "run_step"),
    "a step more": (
        "INSERT INTO run_step SELECT 999, run, 'approved', digest, 0, 0, '', '', made_at, made_by FROM run_step"
        " WHERE step = 'reviewed'", "run_step",
    ),
    # payments
    "an amount that was paid": ("UPDATE payment_line SET amount_fen = amount_fen + 1 WHERE rowid = 1", "payment"),
    "a cause": ("UPDATE payment_line SET cause = 'x' WHERE rowid = 1", "payment"),
    "a paid line gone": ("DELETE FROM payment_line WHERE rowid = 1", "payment"),
    "what is carried": ("UPDATE payment_carried SET amount_fen = amount_fen - 1", "payment"),
    "what is carried gone": ("DELETE FROM payment_carried", "payment"),
    "a pay date": ("UPDATE payment SET pay_date = '2026-01-01' WHERE number = 1", "payment"),
    "a payment's digest": (f"UPDATE payment SET digest = '{'0' * 64}' WHERE number = 1", "payment"),
    "a payment gone": ("DELETE FROM payment WHERE number = 2", "payment_step"),
    "a payment's step": ("UPDATE payment_step SET reason = 'x' WHERE action = 'returned'", "payment_step"),
    "a payment's step gone": ("DELETE FROM payment_step WHERE action = 'returned'", "payment_step"),
    "a payment's step more": (
        "INSERT INTO payment_step VALUES (2, 2, 'approved', '', '', '', 'x', 'x')", "payment_step",
    ),
    # views, triggers, the log of accesses
    "a view gone": ("DROP VIEW outstanding", "outstanding"),
    "a view more": ("CREATE VIEW due AS SELECT * FROM pay_line", "due"),
    "a trigger": (
        "CREATE TRIGGER more AFTER INSERT ON publication BEGIN UPDATE pay_line SET amount_fen = 0; END", "more",
    ),
    "a trigger of the log gone": ("DROP TRIGGER access_log_not_updated", "access_log"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_the_ledger_is_found_and_named(name: str, county: Path) -> None:
    statement, named = CHANGES[name]
    change(county, statement)
    code, told = verify(county)
    assert (code, named in told) == (7, True), told


def test_a_view_that_says_something_else_is_found(county: Path) -> None:
    with closing(sqlite3.connect(county / "ledger.sqlite")) as ledger:
        (own,) = ledger.execute("SELECT sql FROM sqlite_master WHERE name = 'paid'").fetchone()
        ledger.execute("DROP VIEW paid")
        ledger.execute(own + " LIMIT 1")
        ledger.commit()
    code, told = verify(county)
    assert code == 7, told
    assert "paid" in told


def test_the_log_of_accesses_is_added_to_and_a_gap_is_found(county: Path) -> None:
    for statement in ("UPDATE access_log SET staff = 'x'", "DELETE FROM access_log"):
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            change(county, statement)
    own = SQLITE_TRIGGERS["access_log_not_deleted"]
    with closing(sqlite3.connect(county / "ledger.sqlite")) as ledger, ledger:
        for statement in ("DROP TRIGGER access_log_not_deleted", "DELETE FROM access_log WHERE number = 2", own):
            ledger.execute(statement)
    code, told = verify(county)
    assert code == 7, told
    assert "access_log" in told


# --- a chain that was made anew ---------------------------------------------------------------------------------------


def rebuilt(county: Path) -> None:
    """Change the reason of a publication everywhere, and compute the whole chain again."""
    with closing(sqlite3.connect(county / "ledger.sqlite")) as ledger, ledger:
        for table in ("publication", "proposal"):
            ledger.execute(f"UPDATE {table} SET reason = '改动' WHERE reason = '更正'")
        chain = ledger.execute("SELECT number, entry FROM audit_entry ORDER BY number").fetchall()
        ledger.execute("DELETE FROM audit_entry")
        previous = GENESIS
        for number, entry in chain:
            text = entry.replace('"更正"', '"改动"')
            digest = chained(previous, text)
            ledger.execute("INSERT INTO audit_entry VALUES (?, ?, ?, ?)", (number, text, previous, digest))
            previous = digest


def cut(county: Path) -> None:
    """Take away the step that was entered last, with its entry."""
    change(
        county, "DELETE FROM run_step WHERE step = 'reviewed'",
        f"DELETE FROM audit_entry WHERE {LAST.format(table='audit_entry')}",
    )  # fmt: skip


@pytest.mark.parametrize("damage", [rebuilt, cut])
@pytest.mark.parametrize("form", ["size and root", "hash of the last entry", "a text"])
def test_a_chain_made_anew_lacks_the_noted_head(form: str, damage: Callable[[Path], None], county: Path) -> None:
    """Without a noted head it looks whole: that is what a chain cannot show."""
    with Ledger.open(f"sqlite:///{county / 'ledger.sqlite'}", create=False) as ledger:
        head = ledger.head() if form != "hash of the last entry" else ledger.audit()[-1].hash
    if form == "a text":
        (county / "head.txt").write_text(f"2026-11-30 payengine {head}\n", encoding="utf-8")
        head = f"@{county / 'head.txt'}"
    assert verify(county, "--head", head)[0] == 0
    damage(county)
    assert verify(county)[0] == 0
    code, told = verify(county, "--head", head)
    assert (code, "audit_entry" in told) == (7, True), told


# --- snapshots --------------------------------------------------------------------------------------------------------


def snapshot_of(county: Path) -> Path:
    return next((county / "snapshots" / "2026-10").glob("*/manifest.json")).parent


def files_of(county: Path) -> list[str]:
    folder = snapshot_of(county)
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def test_a_changed_byte_of_any_file_of_a_snapshot_is_found_and_named(county: Path) -> None:
    folder = snapshot_of(county)
    files = files_of(county)
    assert {MANIFEST, RECORD_IDS, "hot/00000.arrow", "rejected.parquet", "tables/staff.parquet"} <= set(files)
    for name in files:
        whole = (folder / name).read_bytes()
        damaged = bytearray(whole)
        damaged[len(whole) // 2] ^= 1
        (folder / name).write_bytes(damaged)
        code, told = verify(county, "--all")
        assert (code, name in told) == (7, True), (name, told)
        (folder / name).write_bytes(whole)
    assert verify(county, "--all")[0] == 0


def test_a_changed_value_of_any_file_is_found_though_the_manifest_was_signed_anew(county: Path) -> None:
    folder = snapshot_of(county)
    manifest = (folder / MANIFEST).read_bytes()
    changed = 0
    for name in files_of(county):
        whole = (folder / name).read_bytes()
        if name == MANIFEST:
            signed_damage.change_manifest(folder, lambda one: one["logical"]["counts"].update(kept=0))
        elif name == RECORD_IDS:
            hashes = np.frombuffer(whole, np.uint64).copy()
            hashes[hashes.size // 2] += 1
            (folder / name).write_bytes(hashes.tobytes())
            signed_damage.sign(folder, name)
        else:
            try:
                signed_damage.rewrite(folder, name, one_value_changed)
            except NoRowsError:
                (folder / name).write_bytes(whole)
                continue
        changed += 1
        code, told = verify(county, "--all")
        named = name if name in (MANIFEST, RECORD_IDS) else name.partition(".")[0].removesuffix("/00000")
        assert (code, named in told) == (7, True), (name, told)
        (folder / name).write_bytes(whole)
        (folder / MANIFEST).write_bytes(manifest)
    assert changed > 15
    assert verify(county, "--all")[0] == 0


class NoRowsError(Exception):
    """A table that has no value to change."""


def one_value_changed(table: pa.Table) -> pa.Table:
    """Change one value of the first column that holds texts or integers."""
    for place, one in enumerate(table.schema):
        values = table.column(place).to_pylist()
        if values and values[0] is not None and (pa.types.is_string(one.type) or pa.types.is_integer(one.type)):
            values[0] = values[0] + "x" if isinstance(values[0], str) else values[0] ^ 1
            return table.set_column(place, one, pa.array(values, one.type))
    raise NoRowsError
