"""Findings of the freeze: what is implausible without being wrong is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.snapshot.snapshot import Snapshot
from payengine.suggest import nearest
from tests.support.freeze_case import engagement, freeze, item, record, reference


def told(snapshot: Snapshot, word: str) -> list[str]:
    return [text for text in snapshot.warnings if word in text]


def test_unknown_codes_are_grouped_with_their_rows_and_the_nearest_code(tmp_path: Path) -> None:
    rows = [record(f"R{n}", staff="a") for n in range(5)]
    rows += [record("X1", item="EXAM "[:4].lower()), record("X2", institution="Ｈ"), record("X3", staff="007X")]
    assert told(freeze(tmp_path, rows), "rejected row(s)") == [
        "service_record: 1 rejected row(s) name institution Ｈ, which is in no row of institution (did you mean H?)",
        "service_record: 5 rejected row(s) name staff a, which is in no row of staff (did you mean A?)",
        "service_record: 1 rejected row(s) name staff 007X, which is in no row of staff",
        "service_record: 1 rejected row(s) name item exam, which is in no row of service_item (did you mean EXAM?)",
    ]


def test_leading_zeros_that_a_spreadsheet_took_are_recognised(tmp_path: Path) -> None:
    given = reference()
    staff = [*given["staff"], {"code": "007"}]
    frozen = freeze(
        tmp_path, [record("R", staff="7")], staff=staff, engagement=[*given["engagement"], engagement("007")]
    )
    assert told(frozen, "did you mean 007?")


@pytest.mark.parametrize(("name", "known"), [("7", "007"), ("s2", "S2"), ("Ｓ２", "S2"), ("S7", "S007"), ("007", "7")])
def test_the_nearest_name_is_one_that_differs_in_zeros_case_or_width(name: str, known: str) -> None:
    assert nearest(name, ["S1", "700", known, "A"]) == known


def test_many_unknown_codes_are_counted(tmp_path: Path) -> None:
    found = told(freeze(tmp_path, [record(f"R{n}", staff=f"人{n:03}") for n in range(25)]), "service_record")
    assert len(found) == 21
    assert found[-1] == "service_record: 5 further unknown codes in staff"


def test_more_than_a_full_post_is_told(tmp_path: Path) -> None:
    rows = [engagement("A"), engagement("A", "V", **{"fte": "0.5", "from": "2026-10-16"}), engagement("B")]
    assert told(freeze(tmp_path, [], engagement=rows), "full post") == [
        "engagement: more than a full post: A fte 1.5 at H + V from 2026-10-16"
    ]
    apart = [engagement("A", until="2026-10-16"), engagement("A", "V", **{"from": "2026-10-16"}), engagement("B")]
    assert not told(freeze(tmp_path / "b", [], engagement=apart), "full post")


def contract(**more: str) -> dict[str, str]:
    return {
        "contract": "K1", "institution": "H", "team": "T", "package": "basic", "source": "fund", "amount": "365",
        "from": "2026-01-01", "until": "2027-01-01", "cancelled_on": "", **more,
    }  # fmt: skip


def test_a_contract_may_be_signed_again_under_its_number_after_its_cancellation(tmp_path: Path) -> None:
    again = contract(**{"from": "2026-10-16"})
    frozen = freeze(tmp_path, [], contract=[contract(cancelled_on="2026-10-11"), again])
    assert frozen.table("contract").num_rows == 2
    assert not told(frozen, "until is the day of cancellation")
    with pytest.raises(Exception, match=r"overlaps row [12]"):
        freeze(tmp_path, [], contract=[contract(), again])
    with pytest.raises(Exception, match=r"overlaps row [12]"):
        freeze(tmp_path, [], contract=[contract(cancelled_on="2026-10-20"), again])
    with pytest.raises(Exception, match=r"overlaps row [12]"):  # one day, one row of a key
        freeze(tmp_path, [], contract=[contract(cancelled_on="2026-01-01"), contract()])


def test_a_term_that_ends_with_its_cancellation_is_questioned(tmp_path: Path) -> None:
    cut = contract(until="2026-10-11", cancelled_on="2026-10-11")
    [text] = told(freeze(tmp_path, [], contract=[cut]), "until is the day of cancellation")
    assert text.endswith("K1")


def test_items_stay_as_they_are(tmp_path: Path) -> None:
    """A month without a finding says nothing."""
    assert freeze(tmp_path, [record("R")], service_item=[item("EXAM")]).warnings == []


def test_rows_without_a_code_are_told_as_such(tmp_path: Path) -> None:
    rows = [record("R1", item=""), record("R2", item=""), record("R3")]
    assert told(freeze(tmp_path, rows), "rejected row(s)") == ["service_record: 2 rejected row(s) have no item"]
