"""Late, cancelled and corrected records revise a published month as the oracle says.

Both revisions and their difference are compared. The month is first frozen with what was known at its end, and
published; then everything that came later arrives.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from payengine.errors import Conflict
from tests.counties import County, county
from tests.counties.files import write_csv
from tests.oracle import Month, judge
from tests.oracle.demo import DemoPolicy
from tests.support import product
from tests.support.against_oracle import differences


def known_at_its_end(made: County) -> County:
    """Reduce the county to the records that could be known by the end of the month.

    They are those dated by then; patients' deaths are left out, since they became known later.
    """
    end = Month.of(made.month).next_first_day.isoformat()
    records = [row for row in made.tables["service_record"] if row["service_date"] < end]
    return replace(made, tables=made.tables | {"service_record": records, "patient": []})


def pay(made: County) -> product.Lines:
    return DemoPolicy(
        made.tables, judge(made.tables, Month.of(made.month)), product.funding(), "by_point_price"
    ).pay_lines()


@pytest.mark.parametrize("seed", [1, 8, 23])
def test_what_comes_later_revises_the_month(seed: int, tmp_path: Path) -> None:
    later = county(seed)
    first = known_at_its_end(later)
    workspace = product.workspace(tmp_path, "folder = 'input'")

    write_csv(first.tables, tmp_path / "input")
    workspace.freeze(first.month)
    outcome = workspace.run(first.month)
    workspace.publish(outcome.run)
    assert not differences(first, outcome.results, "by_point_price")

    write_csv(later.tables, tmp_path / "input")
    workspace.freeze(later.month)
    before, after = pay(first), pay(later)
    changed = {
        line: after.get(line, 0) - before.get(line, 0)
        for line in before.keys() | after.keys()
        if after.get(line, 0) != before.get(line, 0)
    }
    assert changed, "the county of this test must have late reversals that change pay"
    preview = workspace.run(later.month, dry_run=True)
    assert preview.difference is not None
    told = product.lines(preview.difference.lines, "institution staff engagement_from component funding", "change_fen")
    assert product.difference(changed, told) == ""
    with pytest.raises(Conflict):
        workspace.run(later.month)

    revised = workspace.run(later.month, revise="late corrections")
    assert workspace.publish(revised.run).publication.revision == 2
    assert not differences(later, workspace.results(revised.run), "by_point_price")
    assert not differences(first, workspace.results(outcome.run), "by_point_price"), "revision 1 does not change"
