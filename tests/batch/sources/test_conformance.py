"""One content, one reading: whatever holds the county, the same typed rows come out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pytest

from batch import input_tables as tables
from batch.freeze.reference.team_shares import written_out
from batch.sources import Binds, Source, SourceSettings, open_source
from batch.values import parse as values
from payengine.periods import Period
from tests.support import input_county, servers
from tests.support.freeze_case import checked_reference

OCTOBER = Period.parse("2026-10")
FORMS: dict[str, Callable[[Path, ExitStack], dict[str, str]]] = {
    "csv": lambda folder, stack: input_county.csv_folder(folder / "input"),
    "csv with a mark": lambda folder, stack: input_county.csv_folder(folder / "input", "utf-8-sig"),
    "csv in GB18030": lambda folder, stack: input_county.csv_folder(folder / "input", "gb18030"),
    "parquet": lambda folder, stack: input_county.parquet_folder(folder / "input"),
    "parquet in parts": lambda folder, stack: input_county.parquet_folder(folder / "input", parts=True),
    "sqlite": lambda folder, stack: input_county.sqlite(folder / "his.sqlite"),
    "duckdb": lambda folder, stack: input_county.duckdb_file(folder / "his.duckdb"),
    "postgresql": lambda folder, stack: input_county.postgresql(stack.enter_context(servers.database("postgresql"))),
    "mariadb": lambda folder, stack: input_county.mariadb(stack.enter_context(servers.database("mariadb"))),
}


@pytest.fixture(params=FORMS, scope="module")
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    folder = tmp_path_factory.mktemp("county")
    with ExitStack() as stack:
        settings = SourceSettings.parse(FORMS[request.param](folder, stack))
        yield stack.enter_context(open_source(settings, folder))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """The county as plain CSV: what all others are compared with."""
    folder = tmp_path_factory.mktemp("plain")
    with open_source(SourceSettings.parse(input_county.csv_folder(folder / "input")), folder) as opened:
        yield opened


def records(source: Source) -> list[dict[str, object]]:
    """The service records, typed, in the order of their ids."""
    found: list[dict[str, object]] = []
    for raw in source.read("service_record", Binds.of(OCTOBER)):
        typed, faults = values.parse_batch(tables.RECORD, raw)
        assert not faults
        found += typed.to_pylist()
    return sorted(found, key=str)


def test_reference_tables_are_the_same_from_every_source(source: Source, plain: Source) -> None:
    expected, found = checked_reference(plain, OCTOBER), checked_reference(source, OCTOBER)
    for name, table in expected.tables.items():
        assert found.tables[name].equals(table), name
        schema = values.schema(tables.BY_NAME[name])
        if name == "team_member":
            schema = written_out(schema.empty_table()).schema
        assert found.tables[name].schema == schema
    read = {name: rows.read for name, rows in found.rows.items()}
    assert read == {table.name: len(input_county.CONTENT[table.name]) for table in tables.REFERENCE}
    assert found.missing == ()
    assert found.warnings == ()


def test_records_are_the_same_from_every_source(source: Source, plain: Source) -> None:
    expected = records(plain)
    assert len(expected) == len(input_county.CONTENT["service_record"])
    assert records(source) == expected


def test_only_the_columns_asked_for_are_read(source: Source) -> None:
    for table in tables.TABLES:
        for batch in source.read(table.name, Binds.of(OCTOBER)):
            assert batch.schema.names == [column.name for column in table.columns]
            assert not any("某某" in str(column.to_pylist()) for column in batch.columns)


def test_reference_tables_stand_in_the_order_of_their_keys_bytes(source: Source) -> None:
    staff = checked_reference(source, OCTOBER).tables["staff"]["code"].to_pylist()
    assert staff == ["S01", "S02", "S03", "s03"]  # upper case first, whatever the source's collation


def test_a_read_is_a_record_batch_of_bounded_size(source: Source) -> None:
    for batch in source.read("service_record", Binds.of(OCTOBER)):
        assert isinstance(batch, pa.RecordBatch)
        assert batch.num_rows <= 65_536
