"""Pages of why pay changed: the causes of the command, and no sum over others."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from batch.cli.web.scope import EVERYTHING, INSTITUTION, PERSON, Scope
from tests.support.small_county import OCTOBER, county, record, tables
from tests.support.web_county import Visits

SEPTEMBER = "2026-09"
PRICES = """
[parameters.staff_point_price]
replaces = true
values = [
  { from = 2020-01-01, until = 2026-10-01, value = "4.00", source = "county office 3" },
  { from = 2026-10-01, continues = "until changed", value = "5.00", source = "county office 9" },
]
"""


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    """Two months: ten points at 4.00 become twenty at 5.00."""
    folder: Path = tmp_path_factory.mktemp("why") / "county"
    records = [record("R1", "S1", f"{SEPTEMBER}-05", quantity="10"), record("R2", "S1", f"{OCTOBER}-05", quantity="20")]
    office = county(folder, tables(SEPTEMBER, OCTOBER, service_record=records), layer=PRICES)
    for month in (SEPTEMBER, OCTOBER):
        office.freeze(month)
        office.publish(office.run(month).run)

    class Known:
        def __init__(self) -> None:
            self.folder = folder

    return Visits(Known())  # type: ignore[arg-type]


def words(client: TestClient, **asked: str) -> str:
    answer = client.get("/why", params={"run": OCTOBER, "lang": "en", **asked})
    assert answer.status_code == 200, answer.text
    text: Any = re.sub(r"<[^>]*>", " ", answer.text)
    return " ".join(unescape(text).split())


@pytest.mark.parametrize(("kind", "code"), [(EVERYTHING, ""), (INSTITUTION, "I1"), (PERSON, "S1")])
def test_the_causes_of_a_difference_are_a_table(visits: Visits, kind: str, code: str) -> None:
    client = visits.visitor(Scope(kind, code))
    text = words(client, staff="S1", **({"institution": "I1"} if kind == INSTITUTION else {}))
    assert "60.00 more than in 2026-09" in text
    assert "+45.00" in text
    assert "+15.00" in text
    assert "4 -> 5" in text
    assert "---" not in text, "the lines of a terminal are no part of a page"
    html = client.get("/why", params={"run": OCTOBER, "staff": "S1", "institution": "I1"}).text
    assert '<td class="figure">+45.00</td>' in html


def test_the_first_period_has_nothing_to_be_compared_with(visits: Visits) -> None:
    client = visits.visitor(Scope(PERSON, "S1"))
    answer = client.get("/why", params={"run": SEPTEMBER})
    assert answer.status_code == 200
    assert "Nothing was published before 2026-09" in answer.text
    assert client.get("/why", params={"run": OCTOBER, "against": "ffffffffffff"}).status_code == 404


def test_an_institutions_pay_is_told_to_itself_alone(visits: Visits) -> None:
    assert "60.00 more" in words(visits.visitor(Scope(INSTITUTION, "I1")), institution="I1")
    other = visits.visitor(Scope(INSTITUTION, "I2")).get("/why", params={"run": OCTOBER, "institution": "I1"})
    assert other.status_code == 403
