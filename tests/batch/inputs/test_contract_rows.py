"""Rows of contracts as numbers: the same in whatever order the table stands."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batch.inputs import team_pools
from batch.inputs.contract_rows import ContractRows
from batch.inputs.roster import Roster
from batch.inputs.team_pools import numbered
from payengine.periods import Period, day_number
from tests.support.compute_toy import POLICY, ToySnapshot, county, policy, prepared

OCTOBER = Period.parse("2026-10")
FIRST = day_number(OCTOBER.first_day)
Row = tuple[str, str, int, str]  # code, source, first day from the period's, institution

rows_of_contracts = st.lists(
    st.tuples(
        st.sampled_from(["K1", "K2", "K3"]), st.sampled_from(["fiscal", "insurance"]), st.sampled_from([-60, -1, 40]),
        st.sampled_from(["I1", "I2", "elsewhere"]),
    ),
    max_size=9,
)  # fmt: skip


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    toy = policy(tmp_path_factory.mktemp("policy"), POLICY)
    return prepared(toy, ToySnapshot(county(), period=OCTOBER)).roster


def contracts(rows: list[Row]) -> pa.Table:
    code, source, begin, institution = ([row[part] for row in rows] for part in range(4))
    text, days = pa.string(), [FIRST + day for day in begin]
    return pa.table(
        {
            "contract": pa.array(code, text), "institution": pa.array(institution, text),
            "team": pa.array([""] * len(rows), text), "package": pa.array(["basic"] * len(rows), text),
            "source": pa.array(source, text), "amount": pa.array(range(len(rows)), pa.int64()),
            "from": pa.array(days, pa.int32()), "until": pa.array([day + 70 for day in days], pa.int32()),
            "cancelled_on": pa.array([None] * len(rows), pa.int32()),
        }
    )  # fmt: skip


@given(rows=rows_of_contracts, in_order=st.booleans())
@example(rows=[("K1", "fiscal", -60, "I1"), ("K1", "insurance", -1, "I1")], in_order=True)
@example(rows=[("K2", "fiscal", -1, "I1"), ("K1", "fiscal", -1, "I1"), ("K2", "insurance", -1, "I1")], in_order=False)
def test_a_contract_is_one_code_and_one_first_day(roster: Roster, rows: list[Row], in_order: bool) -> None:
    rows = sorted(rows) if in_order else rows
    found = ContractRows(roster, contracts(rows))
    kept = [place for place, row in enumerate(rows) if row[2] < 40 and row[3] != "elsewhere"]
    assert found.amount.tolist() == kept
    assert found.sources == sorted({rows[place][1] for place in kept})
    keys = [(rows[place][0], rows[place][2]) for place in kept]
    numbers = found.contract.tolist()
    assert [[x == y for y in numbers] for x in numbers] == [[x == y for y in keys] for x in keys]
    first = found.first_of_contract(np.ones(len(kept), bool)).tolist()
    assert sorted(first) == sorted({key: place for place, key in reversed(list(enumerate(keys)))}.values())


def test_without_a_table_there_is_no_contract(roster: Roster) -> None:
    found = ContractRows(roster, None)
    assert (len(found), found.sources, found.endless(), found.contract.tolist()) == (0, [], [], [])


@given(cells=st.lists(st.integers(0, 50)), few=st.sampled_from([0, 10_000]))
def test_cells_are_numbered_by_counting_as_by_a_sort(cells: list[int], few: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(team_pools, "FEW", few)
        distinct, places = numbered(np.array(cells, np.int64))
    assert distinct.tolist() == sorted(set(cells))
    assert [distinct[place] for place in places] == cells
