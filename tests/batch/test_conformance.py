"""One county in every source and every ledger: the same digest, run and lines.

The county is random and faulty (`tests.counties`), written to every kind of source with its rows in another order each,
and its results are compared with the oracle. Patients are hashed under a key, as in a county's own workspace.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from batch.snapshot.snapshot import Snapshot
from tests.counties import County, county
from tests.counties.files import write_csv, write_duckdb, write_parquet, write_server, write_sqlite
from tests.oracle import Month
from tests.support import ledgers, product, servers
from tests.support.against_oracle import differences

SEED = 9
KEY = "00112233445566778899aabbccddeeff" * 2
QUERIES = """
[source.queries]
institution = 'select * from institution'
service_record = \"\"\"select patient, record_id, service_date, institution, staff, item, quantity, share, reverses
  from service_record where service_date >= :year_start and (service_date < :next_period or reverses <> '')
  or reverses <> ''\"\"\"
"""


def folder(kind: str, **options: str | bool) -> Callable[[County, Path, ExitStack], str]:
    """A folder of files."""
    write = {"csv": write_csv, "parquet": write_parquet}[kind]

    def make(made: County, place: Path, stack: ExitStack) -> str:
        write(made.tables, place / "input", **options)
        return "folder = 'input'"

    return make


def file(kind: str, typed: bool, queries: str = "") -> Callable[[County, Path, ExitStack], str]:
    """A database in a file."""
    write = {"sqlite": write_sqlite, "duckdb": write_duckdb}[kind]

    def make(made: County, place: Path, stack: ExitStack) -> str:
        return f"url = '{kind}:///{write(made.tables, place / 'his.db', typed=typed).name}'{queries}"

    return make


def server(kind: str, typed: bool, queries: str = "") -> Callable[[County, Path, ExitStack], str]:
    """A database of its own on a server."""

    def make(made: County, place: Path, stack: ExitStack) -> str:
        url = stack.enter_context(servers.database(kind))
        return f"url = '{write_server(made.tables, url, typed=typed)}'{queries}"

    return make


SOURCES = {
    "csv": folder("csv"),
    "csv with a byte order mark": folder("csv", encoding="utf-8-sig"),
    "csv in GB18030": folder("csv", encoding="gb18030"),
    "parquet": folder("parquet", typed=True),
    "parquet of text": folder("parquet", typed=False),
    "sqlite": file("sqlite", typed=False),
    "sqlite with doubles": file("sqlite", typed=True),
    "sqlite by queries": file("sqlite", typed=False, queries=QUERIES),
    "duckdb": file("duckdb", typed=True),
    "duckdb of text": file("duckdb", typed=False),
    "duckdb by queries": file("duckdb", typed=True, queries=QUERIES),
    "postgresql": server("postgresql", typed=True),
    "postgresql of text": server("postgresql", typed=False),
    "postgresql by queries": server("postgresql", typed=True, queries=QUERIES),
    "mariadb": server("mariadb", typed=True),
    "mariadb of text": server("mariadb", typed=False),
    "mariadb by queries": server("mariadb", typed=True, queries=QUERIES),
}


MAIN = ("csv", "parquet", "sqlite", "duckdb", "postgresql", "mariadb")


@cache
def made() -> County:
    return county(SEED, records=700)


def shuffled(name: str) -> County:
    """Put the rows of every table of the county into an order of this source's own."""
    rng = random.Random(name)
    tables = {table: rng.sample(rows, len(rows)) for table, rows in made().tables.items()}
    return County(SEED, made().month, tables)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_PATIENT_KEY", KEY)


class Frozen:
    """The county frozen once from every source that is asked for."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.workspaces: dict[str, tuple[Path, str]] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.next_months: set[str] = set()  # digests of the month after, which holds the published one as history

    def freeze(self, name: str) -> Snapshot:
        """The snapshot from this source."""
        if name not in self.snapshots:
            place = self.place / f"county-{list(SOURCES).index(name)}"
            place.mkdir()
            with ExitStack() as stack:
                source = SOURCES[name](shuffled(name), place, stack)
                self.workspaces[name] = place, source
                self.snapshots[name] = product.workspace(place, source, patient="hmac").freeze(made().month)
        return self.snapshots[name]

    def workspace(self, name: str, ledger: str) -> product.Workspace:
        """The source's workspace, its snapshot in it, on this ledger."""
        self.freeze(name)
        place, source = self.workspaces[name]
        return product.workspace(place, source, ledger=ledger, patient="hmac")


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Frozen:
    return Frozen(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="module", params=ledgers.KINDS)
def ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One ledger of each kind, on which the county is published from every source in turn."""
    with ledgers.fresh(request.param, tmp_path_factory.mktemp("ledger")) as url:
        yield url


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_freezes_to_the_same_digest(name: str, frozen: Frozen) -> None:
    """The same content gives the same content digest from every source, in any order of rows."""
    snapshot = frozen.freeze(name)
    assert snapshot.digest == frozen.freeze("csv").digest
    assert snapshot.counts == frozen.freeze("csv").counts


@pytest.mark.parametrize("name", MAIN)
def test_every_source_gives_the_same_published_results_on_every_ledger(name: str, ledger: str, frozen: Frozen) -> None:
    """Every source gives the same published run, on every ledger.

    The first source's run is published; every other source's is that very run, and the ledger holds the results that
    were computed from this source.
    """
    workspace = frozen.workspace(name, ledger)
    outcome = workspace.run(made().month)
    published = workspace.publish(outcome.run)
    assert published.publication.run == outcome.run
    assert published.publication.revision == 1
    assert [record.id for record in workspace.runs()] == [outcome.run]

    stored = workspace.results(outcome.run)
    for table, computed in outcome.results.tables().items():
        assert stored.tables()[table].equals(computed), table
    assert stored.meta == outcome.results.meta
    assert not differences(made(), stored, "by_point_price")


def test_the_next_month_freezes_the_same_history_from_every_ledger(ledger: str, frozen: Frozen, tmp_path: Path) -> None:
    """Published months are frozen into later ones with the same digest from each ledger."""
    workspace = frozen.workspace("csv", ledger)
    outcome = workspace.run(made().month)
    workspace.publish(outcome.run)
    month = Month.of(made().month).next_first_day
    assert month.month != 1, "the county of this test must have a later month in its year"
    following = workspace.freeze(f"{month:%Y-%m}")
    # It names what was published in this ledger, so the workspace would refuse the next, empty one.
    shutil.move(following.path.parent, tmp_path / "following")
    following = Snapshot.open(tmp_path / "following" / following.digest)
    assert following.history().num_rows == len(product.pay_lines(outcome.results)) + len(
        product.statement_lines(outcome.results)
    )
    frozen.next_months.add(following.digest)
    assert len(frozen.next_months) == 1
