"""Random small counties with faults: every table as rows of text, the same for a seed.

`county(seed)` makes 5-8 institutions, 10-40 staff, 10-20 items and 300-2,000 records around one month, in which
everything that section 6 speaks of happens often: teams good and bad, refunds and reversals of all kinds, duplicates in
other spellings, inconsistent records, changes in mid month of items, limits, posts, licences and institutions, history
that only counts, codes whose byte order is no alphabet's. `counties.files` writes them to files and databases.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.counties.chance import COLUMNS, OPTIONAL, Row, Tables
from tests.counties.records import Records
from tests.counties.shared_work import add_shared_work

__all__ = ["COLUMNS", "County", "Row", "Tables", "county"]

MONTHS = ("2026-01", "2026-02", "2026-05", "2026-10", "2026-12", "2024-02", "2025-04")


@dataclass
class County:
    """The tables and the month (as a period is written) that they are made around."""

    seed: int
    month: str
    tables: Tables


def county(seed: int, month: str | None = None, records: int | None = None, *, pool: bool = False) -> County:
    """Make the county of this seed.

    The month and the number of records follow from the seed unless they are set. `pool` gives each institution the pool
    that the policy demo-point-value divides; a policy that does not read it would refuse the run.
    """
    maker = Records(random.Random(seed))
    rng = maker.rng
    chosen, size = rng.choice(MONTHS), rng.randint(300, rng.choice((600, 900, 2000)))
    maker.begin(month or chosen)
    maker.institutions()
    maker.items()
    maker.people()
    maker.teams()
    maker.money()
    maker.records(records or size)
    for table in OPTIONAL:
        if maker.often(0.03):
            del maker.tables[table]
    for rows in maker.tables.values():
        rng.shuffle(rows)
    maker.rng = random.Random(f"shared work {seed}")
    add_shared_work(maker, (records or size) // 6)
    maker.rng.shuffle(maker.tables["service_record"])
    if not pool and "finance" in maker.tables:
        maker.tables["finance"].clear()
    return County(seed, month or chosen, maker.tables)
