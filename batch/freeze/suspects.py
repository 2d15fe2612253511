"""The rows that cannot be judged alone, put together by record and by what they reverse.

Suspects are the rows that are not plain, and the plain ones whose record id may stand elsewhere (`sift.py`). They go
into a database of the temporary folder, so that sorting them needs no memory that grows with their number.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from batch.coding import ONE
from batch.freeze.consistency import ORDER, compare
from batch.freeze.faults import Faulty
from batch.freeze.groups import whole_groups
from batch.freeze.ingest import Spooled
from batch.freeze.judge import DUPLICATE_ROW, PAID
from batch.freeze.reversals import resolve
from batch.freeze.rows import COUNTING, IN_PERIOD, LATE, SUSPECT
from batch.freeze.rules import OWN_WORK, Rules
from batch.freeze.settle import refuse, settle
from batch.freeze.sift import Sifted
from batch.freeze.sinks import Sinks, numbers, record_batch
from batch.freeze.spool import Spool
from batch.snapshot import BATCH_ROWS

COMPARED = pa.schema([*SUSPECT, pa.field("reason", pa.uint8(), False), pa.field("bad_share", pa.uint8(), False)])
"""A suspect after `consistency.py`; it goes on to `reversals.py` if it reverses or is named."""


def resolve_suspects(
    spooled: Spooled,
    sifted: Sifted,
    rules: Rules,
    faulty: Faulty,
    sinks: Sinks,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
) -> None:
    """Settle all suspects into the sinks, and count the late rows that are read."""
    suspects = pa.RecordBatchReader.from_batches(SUSPECT, _suspects(sifted, rules))
    connection.register("suspects_in", suspects)
    connection.execute("create table suspect as select * from suspects_in")
    connection.unregister("suspects_in")
    _settle_what_is_read(connection, spooled, faulty)
    waiting = Spool(folder / "compared.arrow", COMPARED)
    for batch in whole_groups(_by_record(connection), "record_id"):
        _compare_records(batch, waiting, sinks)
    waiting.close()
    connection.execute("drop table suspect")
    if waiting.rows:
        for batch in whole_groups(_by_reversed(connection, waiting), "key"):
            resolve(batch, sinks)
    waiting.path.unlink()


def _suspects(sifted: Sifted, rules: Rules) -> Iterator[pa.RecordBatch]:
    yield from sifted.suspects.rows(True)
    for plain in (sifted.plain, sifted.limited):
        for batch in plain.rows(False):
            yield _as_suspects(batch, rules)


def _as_suspects(plain: pa.RecordBatch, rules: Rules) -> pa.RecordBatch:
    """Plain rows with all that was written in them."""
    owner, rows = numbers(plain, "owner"), plain.num_rows
    staff = rules.coding.staff_of_owner[owner].astype(np.int64)
    limited = "patient_hi" in plain.schema.names
    zeros, nothing = np.zeros(rows, np.uint64), pa.repeat("", rows)
    return record_batch(
        SUSPECT, id_mark=plain["id_mark"], record_id=plain["record_id"], reverses_mark=zeros, reverses=nothing,
        kind=np.where(numbers(plain, "counting_only") != 0, COUNTING, IN_PERIOD).astype(np.uint8)
        if limited else np.full(rows, IN_PERIOD, np.uint8),
        unreadable=zeros.astype(np.uint8), day=plain["day"],
        institution=rules.coding.institution_of_owner[owner].astype(np.int64),
        staff=np.where(staff < 0, OWN_WORK, staff),
        item=rules.coding.item_of_row[numbers(plain, "item_row")].astype(np.int64),
        institution_text=nothing, staff_text=nothing, item_text=nothing, quantity=plain["quantity"],
        share=np.full(rows, ONE, np.int64), patient_mark=plain["patient_mark"], after_death=zeros.astype(np.uint8),
        patient_hi=plain["patient_hi"] if limited else zeros, patient_lo=plain["patient_lo"] if limited else zeros,
    )  # fmt: skip


def _settle_what_is_read(connection: duckdb.DuckDBPyConnection, spooled: Spooled, faulty: Faulty) -> None:
    """Drop the late rows that reverse nothing that is read; of the others, refuse what cannot be read."""
    connection.execute(
        f"""
        create table named as
        select distinct record_id from suspect semi join
            (select distinct reverses from suspect where kind = {LATE}) late on suspect.record_id = late.reverses
        where kind <> {LATE}
        """
    )
    connection.execute(
        f"delete from suspect where kind = {LATE} and not exists (from named where named.record_id = suspect.reverses)"
    )
    connection.execute("drop table named")
    late = connection.execute(f"select count(*) from suspect where kind = {LATE}").fetchone()
    spooled.read[LATE] = late[0] if late else 0
    unreadable = connection.execute("select record_id, reverses from suspect where unreadable <> 0").fetchall()
    faulty.refuse_late((record_id, reverses) for record_id, reverses in unreadable)


def _by_record(connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
    """Suspects record by record; `named` says whether a row reverses this record."""
    return connection.sql(
        f"""
        select suspect.*, reversed.reverses is not null as named
        from suspect
            left join (select distinct reverses from suspect where reverses <> '') reversed
            on suspect.record_id = reversed.reverses
        order by id_mark, record_id, {", ".join(ORDER)}
        """
    ).to_arrow_reader(BATCH_ROWS)


def _by_reversed(connection: duckdb.DuckDBPyConnection, waiting: Spool) -> pa.RecordBatchReader:
    """What is reversed with what reverses it, originals first."""
    connection.register("waiting", pa.RecordBatchReader.from_batches(COMPARED, waiting.read()))
    return connection.sql(
        f"""
        select *, if(reverses_mark = 0, record_id, reverses) as key
        from waiting
        order by if(reverses_mark = 0, id_mark, reverses_mark), key, reverses_mark <> 0,
            id_mark, record_id, {", ".join(ORDER)}
        """
    ).to_arrow_reader(BATCH_ROWS)


def _compare_records(batch: pa.RecordBatch, waiting: Spool, sinks: Sinks) -> None:
    """Compare the rows of whole records; settle those that have nothing to do with a reversal."""
    compared = compare(batch)
    named = numbers(batch, "named")
    reversing = numbers(batch, "reverses_mark") != 0
    alone = ~named & ~reversing
    settle(batch, np.flatnonzero(alone & (compared.reason == PAID)), compared.bad_share, sinks)
    # A duplicate says nothing that the row it copies does not say.
    over = np.flatnonzero((alone & (compared.reason != PAID)) | (~reversing & (compared.reason == DUPLICATE_ROW)))
    refuse(batch, sinks, over, numbers(batch, "staff")[over], compared.reason[over])
    rest = np.flatnonzero(reversing | (named & (compared.reason != DUPLICATE_ROW)))
    if rest.size:
        columns = {name: batch[name] for name in SUSPECT.names}
        together = record_batch(COMPARED, **columns, reason=compared.reason, bad_share=compared.bad_share)
        waiting.write(together.take(pa.array(rest)))
