"""Runs are staged whole, published once, revised with a reason, and never changed.

This holds on every kind of ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text as sql

from batch.ledger import Ledger, bulk_rows
from batch.ledger.results_mapping import tables_of
from batch.ledger.run_tables import is_ordered
from batch.results import REJECTIONS, Results
from batch.snapshot.schemas import HISTORY_TABLES, LINES, WORK
from payengine.errors import Conflict, IdentityBroken, IntegrityBroken, Refused, UsageError
from payengine.periods import Period
from tests.support import ledgers
from tests.support.python_calls import count_calls
from tests.support.sample_results import AWKWARD, POLICY, results

OCTOBER = Period.parse("2026-10")


@pytest.fixture(params=ledgers.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with ledgers.fresh(request.param, tmp_path) as url, Ledger.open(url) as opened:
        yield opened


def rows(ledger: Ledger, query: str) -> list[Any]:
    with ledger._database.reading() as connection:
        return [tuple(row) for row in connection.execute(sql(query))]


def test_results_come_back_as_they_were_staged(ledger: Ledger) -> None:
    made = results(holds={"I07": "scores missing"})
    assert ledger.stage(made, POLICY) == "staged"
    back = ledger.results(made.meta.run_id)
    assert back.meta == replace(made.meta, warnings=list(made.meta.warnings))
    assert {name: table.equals(tables_of(made)[name]) for name, table in tables_of(back).items()} == dict.fromkeys(
        tables_of(made), True
    )
    assert back.components.equals(made.components), "the order of components is the register's"
    assert back.reports.select(["level", "name", "institution", "value"]).to_pylist() == (
        made.reports.select(["level", "name", "institution", "value"]).to_pylist()
    )
    assert sorted(back.rejections["record_id"].to_pylist()) == sorted(AWKWARD)
    assert back.department_reports.equals(made.department_reports), "names, then places in order of their bytes"
    assert ledger.policy_text(made.meta.policy_digest) == POLICY


def test_a_staged_run_is_not_published(ledger: Ledger) -> None:
    ledger.stage(results(), POLICY)
    assert ledger.current(OCTOBER) is None
    assert rows(ledger, "SELECT * FROM due_pay") == []
    assert [(record.revision, record.current) for record in ledger.runs()] == [(None, False)]


def test_publication_is_idempotent(ledger: Ledger) -> None:
    made = results()
    ledger.stage(made, POLICY)
    first = ledger.publish(made.meta.run_id)
    again = ledger.publish(made.meta.run_id[:8])
    assert (first.already, again.already) == (False, True)
    assert again.publication == first.publication
    assert again.head == first.head == ledger.head()
    assert first.publication.revision == 1
    assert first.publication.previous is None
    assert ledger.stage(made, POLICY) == "already published"
    ledger.verify(first.head)


def test_a_published_period_changes_only_by_a_revision_with_its_reason(ledger: Ledger) -> None:
    first, second = results(seed=1), results(seed=2)
    ledger.stage(first, POLICY)
    ledger.publish(first.meta.run_id)
    before = rows(ledger, "SELECT * FROM pay_line WHERE run_key = 1")
    with pytest.raises(Conflict, match="published already"):
        ledger.stage(second, POLICY)
    with pytest.raises(Conflict, match="published already"):
        ledger.stage(second, POLICY, revise="  ")
    assert [record.id for record in ledger.runs()] == [first.meta.run_id]
    assert ledger.stage(second, POLICY, revise="漏报出诊") == "staged"
    made = ledger.publish(second.meta.run_id).publication
    assert (made.revision, made.previous, made.reason) == (2, first.meta.run_id, "漏报出诊")
    assert ledger.current(OCTOBER) == made
    assert rows(ledger, "SELECT * FROM pay_line WHERE run_key = 1") == before
    assert [one.revision for one in ledger.publications(OCTOBER)] == [1, 2]
    named = [ledger.run(run).id for run in ("2026-10@1", "2026-10@2", "2026-10")]
    assert named == [first.meta.run_id, second.meta.run_id, second.meta.run_id]
    for run in ("2026-10@3", "2026-11@1", "abcd@1"):
        with pytest.raises(UsageError, match=f"there is no revision {run}"):
            ledger.run(run)
    ledger.verify()


def test_a_revision_replaces_what_it_was_made_against(ledger: Ledger) -> None:
    """Two offices prepare a correction of the same revision: the second one has to look again."""
    first, second, third = (results(seed=seed) for seed in (1, 2, 3))
    ledger.stage(first, POLICY)
    ledger.publish(first.meta.run_id)
    ledger.stage(second, POLICY, revise="one")
    ledger.stage(third, POLICY, revise="another")
    ledger.publish(second.meta.run_id)
    with pytest.raises(Conflict, match="was not made to replace it"):
        ledger.publish(third.meta.run_id)
    assert ledger.stage(third, POLICY, revise="another") == "already staged"
    assert ledger.publish(third.meta.run_id).publication.revision == 3


def test_two_first_runs_of_a_period_cannot_both_be_published(ledger: Ledger) -> None:
    first, second = results(seed=1), results(seed=2)
    ledger.stage(first, POLICY)
    ledger.stage(second, POLICY)
    ledger.publish(second.meta.run_id)
    with pytest.raises(Conflict):
        ledger.publish(first.meta.run_id)


def test_going_back_to_an_earlier_run_is_a_revision_like_any_other(ledger: Ledger) -> None:
    first, second = results(seed=1), results(seed=2)
    ledger.stage(first, POLICY)
    ledger.publish(first.meta.run_id)
    ledger.stage(second, POLICY, revise="mistaken")
    ledger.publish(second.meta.run_id)
    with pytest.raises(Conflict):
        ledger.publish(first.meta.run_id)
    with pytest.raises(Conflict):
        ledger.stage(first, POLICY)
    assert ledger.stage(first, POLICY, revise="as it was") == "already staged"
    made = ledger.publish(first.meta.run_id).publication
    assert (made.revision, made.run, made.previous) == (3, first.meta.run_id, second.meta.run_id)
    # The reason that the second run was given once is used up.
    with pytest.raises(Conflict):
        ledger.publish(second.meta.run_id)
    assert [(record.id, record.revision, record.current) for record in ledger.runs()] == [
        (first.meta.run_id, 3, True), (second.meta.run_id, 2, False),
    ]  # fmt: skip
    ledger.verify()


def test_nothing_is_there_to_revise_before_the_first_publication(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="nothing to revise"):
        ledger.stage(results(), POLICY, revise="why not")


def test_the_same_run_with_other_rows_is_refused(ledger: Ledger) -> None:
    """Same inputs, other rows: the computation or the ledger was tampered with."""
    made = results()
    ledger.stage(made, POLICY)
    other = results(seed=2)
    with pytest.raises(IntegrityBroken) as caught:
        ledger.stage(replace(other, meta=made.meta), POLICY)
    assert {problem.where for problem in caught.value.problems} >= {"pay_line", "workload"}


def test_a_component_worded_anew_is_the_same_run(ledger: Ledger) -> None:
    """Labels describe, so they are no part of a run's id.

    They may not prevent a run from being staged again.
    """
    made = results()
    ledger.stage(made, POLICY)
    labels = pa.array(["改了名称"] * made.components.num_rows)
    place = made.components.schema.get_field_index("label")
    worded = made.components.set_column(place, made.components.schema.field("label"), labels)
    assert ledger.stage(replace(made, components=worded), POLICY) == "already staged"


def test_due_pay_shows_current_revisions_in_exact_yuan(ledger: Ledger) -> None:
    first, second = results(seed=1), results(seed=2)
    for made, revise in ((first, ""), (second, "更正")):
        ledger.stage(made, POLICY, revise)
        ledger.publish(made.meta.run_id)
    found = rows(ledger, "SELECT run, staff, component, amount_fen, amount_yuan FROM due_pay")
    assert {row[0] for row in found} == {second.meta.run_id}
    assert len(found) == len(second.pay_lines)
    assert any(fen < 0 for *_, fen, _ in found), "the sample has a negative line"
    for *_, fen, yuan in found:
        assert not isinstance(yuan, float)
        assert Decimal(yuan) * 100 == fen
        assert str(yuan).partition(".")[2] == f"{abs(fen) % 100:02}"


def test_history_is_the_year_to_date_by_current_revisions(ledger: Ledger) -> None:
    march, march_again, august, december = (
        results("2026-03"), results("2026-03", seed=2), results("2026-08"), results("2025-12"),
    )  # fmt: skip
    for made, revise in ((march, ""), (august, ""), (march_again, "更正"), (december, "")):
        ledger.stage(made, POLICY, revise)
        ledger.publish(made.meta.run_id)
    history = ledger.history(OCTOBER)
    assert [(one.run, one.revision) for one in history.publications] == [
        (march_again.meta.run_id, 2),
        (august.meta.run_id, 1),
    ]
    assert [str(month) for month in history.missing] == [f"2026-{month:02}" for month in (1, 2, 4, 5, 6, 7, 9)]
    expected = []
    for made in (march_again, august):
        classes = {row["component"]: row["pay_class"] for row in made.components.to_pylist()}
        for kind, table in (("pay", made.pay_lines), ("statement", made.statement_lines)):
            expected += [
                (str(made.meta.period), kind, row["institution"], row.get("staff", ""), row.get("engagement_from", ""),
                 row["component"], classes[row["component"]], row["funding"], row["amount_fen"])
                for row in table.to_pylist()
            ]  # fmt: skip
    assert sorted(tuple(row.values()) for row in history.lines.to_pylist()) == sorted(expected)
    assert history.lines.schema.field("amount_fen").type == pa.int64()
    quarter = ledger.history(Period.parse("2026-Q3"))
    assert [str(one.period) for one in quarter.publications] == ["2026-03", "2026-08"]
    assert "2026-07" in [str(month) for month in quarter.missing]


def test_a_history_is_read_when_it_is_asked_for_a_page_at_a_time(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is held: what changes after the history was found is told by whoever reads it."""
    spelled = bulk_rows._spelling
    monkeypatch.setattr(bulk_rows, "_spelling", lambda *given: replace(spelled(*given), page=1))
    august, september = results("2026-08"), results("2026-09", seed=2)
    for made in (september, august):
        ledger.stage(made, POLICY)
        ledger.publish(made.meta.run_id)
    history = ledger.history(OCTOBER)
    ledger.close()
    batches = list(history.rows(LINES))
    places = [(batch["period"][0], batch["kind"][0], batch["institution"][0]) for batch in batches]
    assert len(set(places)) == len(places) > 4, "one batch for each institution"
    assert sum(batch.num_rows for batch in batches) == history.lines.num_rows
    for name, schema in HISTORY_TABLES.items():
        table = pa.Table.from_batches(history.rows(name), schema)
        assert table.num_rows
        assert is_ordered(table, schema.names), name
    with ledger._database.engine.begin() as connection:
        connection.execute(sql("UPDATE workload SET services = services + 1"))
    assert history.lines.num_rows
    with pytest.raises(IntegrityBroken, match="is not stored as it was computed"):
        list(history.rows(WORK))


def test_codes_are_compared_byte_for_byte(ledger: Ledger) -> None:
    """No collation of the database may take 'x', 'X' and 'x ' for one record.

    Nor may it order by language. See AWKWARD.
    """
    made = results(rejected=len(AWKWARD))
    ledger.stage(made, POLICY)
    kept = rows(ledger, "SELECT record_id FROM rejection ORDER BY record_id")
    assert [row[0] for row in kept] == sorted(AWKWARD, key=str.encode)
    assert rows(ledger, "SELECT count(*) FROM rejection WHERE record_id = 'x'") == [(1,)]


def test_integers_stay_integers(ledger: Ledger) -> None:
    largest = 2**63 - 1
    made = results()
    amounts = pa.array([largest, -largest, *[0] * (len(made.pay_lines) - 2)], pa.int64())
    made = replace(made, pay_lines=made.pay_lines.set_column(5, made.pay_lines.schema.field("amount_fen"), amounts))
    ledger.stage(made, POLICY)
    assert sorted(ledger.results(made.meta.run_id).pay_lines["amount_fen"].to_pylist()) == sorted(amounts.to_pylist())


def test_an_amount_beyond_64_bits_is_refused_by_the_database(ledger: Ledger) -> None:
    """SQLite would store it as a REAL and lose its last digits."""
    made = results()
    ledger.stage(made, POLICY)
    with (
        pytest.raises(Exception, match=r"(?i)integer|out of range|constraint"),
        ledger._database.writing() as connection,
    ):
        connection.execute(sql(f"UPDATE pay_line SET amount_fen = {2**63} WHERE run_key = 1"))
    ledger.publish(made.meta.run_id)


def test_a_key_that_stands_twice_stores_nothing(ledger: Ledger) -> None:
    made = results()
    twice = pa.concat_tables([made.pay_lines, made.pay_lines.slice(0, 1)])
    with pytest.raises(IdentityBroken, match=r"refused the rows|did not take the rows"):
        ledger.stage(replace(made, pay_lines=twice), POLICY)
    assert ledger.runs() == []
    for table in ("run", "pay_line", "policy_text"):
        assert rows(ledger, f"SELECT count(*) FROM {table}") == [(0,)]


def test_texts_that_no_database_can_hold_are_refused(ledger: Ledger) -> None:
    made = results()
    bad = pa.Table.from_pylist(
        [{"record_id": "a\0b", "staff": "", "institution": "", "copy": 1, "reason": "bad_share"}], REJECTIONS
    )
    with pytest.raises(Refused, match=r"U\+0000"):
        ledger.stage(replace(made, rejections=bad), POLICY)


def test_a_text_too_long_for_the_ledger_is_refused_not_cut(ledger: Ledger) -> None:
    long = pa.Table.from_pylist(
        [{"record_id": "名" * 300, "staff": "", "institution": "", "copy": 1, "reason": "bad_share"}], REJECTIONS
    )
    made = replace(results(), rejections=long)
    if "mysql" in ledger.location:
        with pytest.raises(Refused, match="300 characters"):
            ledger.stage(made, POLICY)
    else:
        ledger.stage(made, POLICY)
        assert ledger.results(made.meta.run_id).rejections.equals(long)


def test_a_run_is_found_by_the_beginning_of_its_id(ledger: Ledger) -> None:
    made = results()
    ledger.stage(made, POLICY)
    assert ledger.run(made.meta.run_id[:4]).id == made.meta.run_id
    for wrong in ("abc", "XYZ1", "%%%%", "", made.meta.run_id + "0"):
        with pytest.raises(UsageError, match="is not a run's id"):
            ledger.run(wrong)
    with pytest.raises(UsageError, match="there is no run"):
        ledger.run("0000" if not made.meta.run_id.startswith("0000") else "1111")


def test_an_ambiguous_beginning_lists_the_runs(ledger: Ledger) -> None:
    one, two = (
        replace(made, meta=replace(made.meta, run_id="abcd" + made.meta.run_id[4:]))
        for made in (results(), results(seed=2))
    )
    for made in (one, two):
        ledger.stage(made, POLICY)
    with pytest.raises(UsageError, match="2 runs begin with abcd") as caught:
        ledger.run("abcd")
    assert len(caught.value.problems) == 2


@cache
def many() -> Results:
    """100,000 pay lines, 50,000 workload cells, 20,000 rejections."""
    return results(staff=50_000, institutions=100, rejected=20_000)


def test_many_rows_are_written_by_bulk_paths(ledger: Ledger) -> None:
    """Row by row it takes minutes on a server."""
    made = many()
    assert count_calls(lambda: ledger.stage(made, POLICY)) < 100_000
    assert count_calls(lambda: ledger.publish(made.meta.run_id)) < 100_000
    assert rows(ledger, "SELECT count(*) FROM due_pay") == [(100_000,)]
