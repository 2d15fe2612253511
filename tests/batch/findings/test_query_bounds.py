"""Queries for service_record that leave out what counts for limits, or later reversals."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from batch.findings.finding import GRAVE, NOTICE, WARNING
from batch.input_tables import BY_NAME
from batch.sources.sql import query_facts
from batch.workspace import Workspace
from tests.batch.findings.test_kinds import found
from tests.support.small_county import SETTINGS, record, tables

SEPTEMBER, OCTOBER, JANUARY = "2026-09", "2026-10", "2026-01"
ALL = "select * from v where service_date >= :year_start and (service_date < :next_period or reverses is not null)"
MONTH = "select * from v where service_date >= :first_day and (service_date < :next_period or reverses is not null)"
CUT = "select * from v where service_date >= :year_start and service_date < :next_period"
FIXED = "select * from v where service_date >= '{month}-01' and service_date < '{month}-31'"
CHECKS = [
    {"code": "A", "category": "public_health", "equivalents": "1", "limit_count": "1", "limit_period": "year",
     "from": "2020-01-01"},
]  # fmt: skip


def office(folder: Path, query: str, limited: bool = True) -> Workspace:
    """Make an office on SQLite, in which a patient had the same service in two months."""
    folder.mkdir(parents=True)
    rows = dict(tables(SEPTEMBER, OCTOBER, JANUARY))
    if limited:
        rows["service_item"] = CHECKS
    rows["service_record"] = [record(f"R{month}", day=f"{month}-05", patient="p1") for month in (SEPTEMBER, OCTOBER)]
    with sqlite3.connect(folder / "his.sqlite") as base:
        for name, its in rows.items():
            columns = [column.name for column in BY_NAME[name].columns]
            called = "v" if name == "service_record" else name
            quoted = ", ".join(f'"{column}"' for column in columns)
            base.execute(f"create table {called} ({quoted})")
            base.executemany(
                f"insert into {called} values ({', '.join('?' * len(columns))})",
                [[row.get(column, "") for column in columns] for row in its],
            )
    base.close()
    write_query(folder, query)
    return Workspace(folder)


def write_query(folder: Path, query: str) -> None:
    settings = SETTINGS.format(policy="demo", more="").replace('folder = "input"', 'url = "sqlite:///his.sqlite"')
    text = f'{settings}\n[source.queries]\nservice_record = """{query}"""\n'
    (folder / "payengine.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("query", "month", "limited", "expected"),
    [
        (MONTH, OCTOBER, True, {"query_limits": WARNING}),
        (MONTH, OCTOBER, False, {}),
        (MONTH, JANUARY, True, {}),
        (ALL, OCTOBER, True, {}),
        ("select * from v", OCTOBER, True, {}),
        (CUT, OCTOBER, True, {"query_reversals": NOTICE}),
        (CUT.replace(":year_start", ":first_day"), OCTOBER, False, {"query_reversals": NOTICE}),
    ],
)
def test_a_query_is_known_by_its_text(
    query: str, month: str, limited: bool, expected: dict[str, str], tmp_path: Path
) -> None:
    workspace = office(tmp_path / "c", query, limited)
    workspace.freeze(month)
    made = found(workspace, month)
    assert {name: one.severity for name, one in made.items() if name.startswith("query_")} == expected


def test_a_published_month_with_limited_rows_of_which_none_counts_is_grave(tmp_path: Path) -> None:
    """The second service of the patient is paid, which the first one uses up."""
    workspace = office(tmp_path / "c", FIXED.format(month=SEPTEMBER))
    workspace.freeze(SEPTEMBER)
    workspace.publish(workspace.run(SEPTEMBER).run)
    write_query(workspace.folder, FIXED.format(month=OCTOBER))
    workspace = Workspace(workspace.folder)
    workspace.freeze(OCTOBER)
    workspace.run(OCTOBER)
    one = found(workspace)["limits_unseen"]
    assert (one.severity, one.count, one.first) == (GRAVE, 1, (SEPTEMBER,))
    write_query(workspace.folder, ALL)
    workspace = Workspace(workspace.folder)
    assert workspace.freeze(OCTOBER).counts["counting_only"] == 1
    assert "limits_unseen" not in found(workspace)


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        (ALL, True),
        (CUT, False),
        ("select id as record_id, reverses from v where day < :next_period", False),
        ("select id as record_id, '' as reverses from v where day < :next_period", True),
        ("select id, v.storno AS reverses from v WHERE v.day < :next_period or v.storno is not null", True),
        ("select id, nullif(v.storno, '') reverses from v WHERE v.day < :next_period", False),
        ("select id, reverses from v where day < :next_period -- or reverses is not null", False),
        ("select id, reverses from v where day >= '2026-01-01'", True),
    ],
)
def test_conditions_on_reversals_are_read_from_the_text(query: str, asks: bool) -> None:
    assert query_facts(query)["asks_reversals"] is asks


def test_binds_in_texts_and_comments_are_none() -> None:
    assert query_facts("select ':year_start' -- :year_start\n from v where day >= :first_day")["binds"] == ["first_day"]
