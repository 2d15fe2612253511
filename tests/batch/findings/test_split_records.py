"""Rows of one record id in different months, which no month sees by itself."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from batch.findings.split_records import split_records
from batch.sources import SourceSettings, open_source
from tests.support import input_county, servers
from tests.support.small_county import OCTOBER, call, county, tables

CONTENT = input_county.changed(
    service_record=["+R0001|2026-11-04|I02|S02|A01|1|1|P01|", "+R0002|2026-10-04|I02|S02|A01|1|1|P01|"]
)
FORMS: dict[str, Callable[[Path, ExitStack], dict[str, str]]] = {
    "csv": lambda folder, stack: input_county.csv_folder(folder / "input", content=CONTENT),
    "sqlite": lambda folder, stack: input_county.sqlite(folder / "his.sqlite", CONTENT),
    "postgresql": lambda folder, stack: input_county.postgresql(
        stack.enter_context(servers.database("postgresql")), CONTENT
    ),
    "mariadb": lambda folder, stack: input_county.mariadb(stack.enter_context(servers.database("mariadb")), CONTENT),
}


@pytest.mark.parametrize("form", FORMS)
def test_rows_of_one_record_in_two_months_are_found_in_every_source(form: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        settings = SourceSettings.parse(FORMS[form](tmp_path, stack))
        [found] = split_records(stack.enter_context(open_source(settings, tmp_path)))
    assert (found.kind, found.count, found.first) == ("split_record", 1, ("R0001: 2026-10-03 and 2026-11-04",))


def test_records_of_one_month_each_are_not_told(tmp_path: Path) -> None:
    settings = SourceSettings.parse(input_county.csv_folder(tmp_path / "input"))
    with open_source(settings, tmp_path) as source:
        assert split_records(source) == []


def test_check_reads_the_whole_source_where_it_is_asked_to(tmp_path: Path) -> None:
    rows = tables()
    first = rows["service_record"][0]
    rows["service_record"] = [*rows["service_record"], {**first, "service_date": "2026-11-04"}]
    office = county(tmp_path / "c", rows)
    office.freeze(OCTOBER)
    assert not [one for one in office.check(OCTOBER).findings if one.kind == "split_record"]
    assert [one.count for one in office.check(OCTOBER, source=True).findings if one.kind == "split_record"] == [1]
    assert "2026-11-04" in call(tmp_path / "c", "check", OCTOBER, "--source").output


def test_without_a_usable_temporary_folder_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this command needs one: a freeze works beside the snapshots."""

    def none_usable() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    county(tmp_path / "c", tables())
    monkeypatch.setattr(tempfile, "gettempdir", none_usable)
    monkeypatch.setattr(tempfile, "mkdtemp", lambda *_, **__: none_usable())
    assert call(tmp_path / "c", "freeze", OCTOBER).exit_code == 0
    told = call(tmp_path / "c", "check", OCTOBER, "--source")
    assert told.exit_code == 6
    assert "no folder for temporary files can be used" in told.stderr
