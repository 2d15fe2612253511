"""Sources kept with the runs: once per digest, and missed or changed ones are found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from batch.content_digest import texts_digest
from batch.ledger import Ledger
from batch.ledger.connect import connect
from payengine.errors import IntegrityBroken
from tests.support import ledgers
from tests.support.sample_results import POLICY, results

FORMULAS = {"formulas/purchase.py": "购买 = 1\n\ny = 2", "formulas/empty.py": ""}
ENGINE = {"payengine/errors.py": "x = 1", "batch/results.py": "购买 = 1\n\ny = 2"}  # one text stands in both


@pytest.fixture(params=ledgers.KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ledgers.fresh(str(request.param), tmp_path) as made:
        yield made


@pytest.fixture
def kept(url: str) -> str:
    """A ledger with two runs of the same code."""
    with Ledger.open(url) as ledger:
        for period in ("2026-09", "2026-10"):
            made = results(period)
            meta = replace(made.meta, formulas_digest=texts_digest(FORMULAS), engine_digest=texts_digest(ENGINE))
            own = {texts_digest(FORMULAS): FORMULAS, texts_digest(ENGINE): ENGINE, "0" * 64: {"a.py": "not of it"}}
            ledger.stage(replace(made, meta=meta), POLICY, computed_by=own)
            ledger.publish(made.meta.run_id)
    return url


def execute(url: str, statement: str) -> None:
    with connect(url, Path()).engine.begin() as connection:
        assert connection.exec_driver_sql(statement).rowcount


def count(url: str, table: str) -> int:
    with connect(url, Path()).engine.begin() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_sources_are_kept_once_and_read_as_they_were(kept: str) -> None:
    with Ledger.open(kept, create=False) as ledger:
        assert ledger.sources(texts_digest(FORMULAS)) == FORMULAS
        assert ledger.sources(texts_digest(ENGINE)) == ENGINE
        assert ledger.sources("0" * 64) is None, "it made none of the runs"
        ledger.verify()
    assert (count(kept, "source_file"), count(kept, "source_text")) == (4, 3)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE source_text SET text = 'x = 2' WHERE text = 'x = 1'", "is not what the runs were computed by"),
        ("UPDATE source_file SET path = 'payengine/other.py' WHERE path = 'payengine/errors.py'",
         "is not what the runs were computed by"),
        ("DELETE FROM source_file WHERE path = 'payengine/errors.py'", "is not what the runs were computed by"),
        (f"DELETE FROM source_file WHERE set_digest = '{texts_digest(ENGINE)}'",
         "the sources that were kept are missing"),
    ],
)  # fmt: skip
def test_sources_that_were_changed_or_taken_away_are_found(kept: str, statement: str, what: str) -> None:
    execute(kept, statement)
    with Ledger.open(kept, create=False) as ledger, pytest.raises(IntegrityBroken) as caught:
        ledger.verify()
    assert what in {problem.what for problem in caught.value.problems}
    if "DELETE FROM source_file WHERE set" not in statement:
        with Ledger.open(kept, create=False) as ledger, pytest.raises(IntegrityBroken, match="are not stored as"):
            ledger.sources(texts_digest(ENGINE))


def test_a_run_without_sources_is_whole(url: str) -> None:
    with Ledger.open(url) as ledger:
        made = results()
        ledger.stage(made, POLICY)
        assert ledger.sources(made.meta.engine_digest) is None
        ledger.verify()
