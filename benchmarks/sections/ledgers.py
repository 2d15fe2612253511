"""Section: stage and publish beside the database's own bulk write of the same rows.

There are two floors: into bare tables, and into the ledger's own tables with their keys and checks. The second tells
what of the first's distance the keys cost, by which rows are unique and found.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from batch.ledger import Ledger
from batch.results import Results
from benchmarks import ledger_floor, servers, work
from benchmarks.bench import Bench
from benchmarks.bulk_write import PostgreSQLRows, SQLiteRows
from benchmarks.figures import Goal
from benchmarks.measure import Parts, Side, time_interleaved
from payengine.policy import Policy

MOST = 1.3
_KEYED = "stage + publish / the same bulk write into the ledger's own tables, with their keys, on"


def measure(bench: Bench) -> None:
    """Measure SQLite, and PostgreSQL where it answers."""
    figures, rules = bench.figures, work.policy()
    results = work.run(bench.snapshot.path)
    figures.say("writing ledgers")
    seconds = time_interleaved([Side("identities", partial(work.identities, results))], bench.rounds)
    figures.seconds("identities: what must agree in the results before they are stored", seconds["identities"])
    _sqlite(bench, results, rules)
    why = servers.missing()
    if why:
        figures.note(f"No PostgreSQL at {servers.server().render_as_string()}: its ledger was not measured ({why})")
    else:
        _postgresql(bench, results, rules)


def _sqlite(bench: Bench, results: Results, rules: Policy) -> None:
    ledger, floor, keyed = (bench.folder / f"{name}.sqlite" for name in ("stored", "bulk", "keyed"))
    made = _Stored(f"sqlite:///{ledger}", results, rules)

    def anew() -> None:
        made.close()
        _remove(ledger)
        made.open()

    anew()
    made.store()
    made.close()
    rows, url = SQLiteRows.of(ledger), f"sqlite:///{keyed}"
    write_keyed = ledger_floor.bulk_write(results, url)
    seconds = time_interleaved(
        [
            Side("ours", made.store, anew),
            Side("bulk", partial(rows.write, floor), partial(_remove, floor)),
            Side("keyed", write_keyed, partial(ledger_floor.fresh, url)),
        ],
        bench.few_rounds,
    )
    made.close()
    what = f"stage + publish / SQLite's own executemany of the same {rows.count:,} ready rows, no key"
    bench.figures.over(what, seconds["ours"], seconds["bulk"], Goal(MOST))
    bench.figures.over(f"{_KEYED} SQLite", seconds["ours"], seconds["keyed"])
    _parts(bench, made, "SQLite")
    for file in (ledger, floor, keyed):
        _remove(file)


def _postgresql(bench: Bench, results: Results, rules: Policy) -> None:
    with servers.database() as filled, servers.database() as url, servers.database() as keyed:
        with work.new_ledger(servers.written(filled)) as ledger:
            work.store(ledger, results, rules)
        rows = PostgreSQLRows.of(servers.plain(filled))
        made = _Stored(servers.written(url), results, rules)
        write_keyed = ledger_floor.bulk_write(results, servers.written(keyed))

        def anew() -> None:
            made.close()
            servers.empty(url)
            made.open()

        seconds = time_interleaved(
            [
                Side("ours", made.store, anew),
                Side("bulk", rows.write, rows.clear),
                Side("keyed", write_keyed, partial(ledger_floor.fresh, servers.written(keyed))),
            ],
            bench.few_rounds,
        )
        made.close()
    what = "stage + publish / PostgreSQL's own COPY of the same ready rows, no key"
    bench.figures.over(what, seconds["ours"], seconds["bulk"], Goal(MOST))
    bench.figures.over(f"{_KEYED} PostgreSQL", seconds["ours"], seconds["keyed"])
    _parts(bench, made, "PostgreSQL")


class _Stored:
    """Results to be stored again and again, each time in a new ledger."""

    def __init__(self, url: str, results: Results, rules: Policy) -> None:
        self._url, self._results, self._rules = url, results, rules
        self._ledger: Ledger | None = None
        self.seconds = Parts()

    def open(self) -> None:
        """Open the ledger, whose tables are made now."""
        self._ledger = work.new_ledger(self._url)

    def close(self) -> None:
        """Close the ledger, if it is open."""
        if self._ledger is not None:
            self._ledger.close()
        self._ledger = None

    def store(self) -> None:
        """Stage and publish."""
        assert self._ledger is not None
        work.store(self._ledger, self._results, self._rules, self.seconds)


def _parts(bench: Bench, made: _Stored, name: str) -> None:
    for part, seconds in made.seconds.seconds(bench.few_rounds).items():
        bench.figures.seconds(f"of it, {part}, on {name}", seconds)


def _remove(database: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        database.with_name(database.name + end).unlink(missing_ok=True)
