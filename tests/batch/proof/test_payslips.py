"""Payslips as leaves: the same text by any way, salted, in the order of the codes' bytes."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pyarrow as pa
import pytest
from pymerkle import InmemoryTree

from batch.content_digest import canonical_json
from batch.proof import payslips
from batch.proof.payslips import PayslipRows
from batch.results import SCHEMAS
from tests.support.sample_results import AWKWARD

SECRET, OTHER = b"a" * 32, b"b" * 32
RUN = "ab" * 32
PEOPLE = [(place, code) for place in ("I1", "I02", "名𬭎") for code in ("S1", *AWKWARD)]


def line(institution: str, staff: str, component: str = "post_pay", fen: int = 310_000, **more: Any) -> dict[str, Any]:
    return {"institution": institution, "staff": staff, "engagement_from": "2020-01-01", "component": component,
            "funding": "财政", "amount_fen": fen, **more}  # fmt: skip


def report(institution: str, staff: str, name: str, value: int, level: str = "staff") -> dict[str, Any]:
    return {"level": level, "institution": institution, "staff": staff, "name": name, "label": f"“{name}”\\",
            "unit": "ratio", "scale": 4, "value": value}  # fmt: skip


def work(institution: str, staff: str, services: int = 3) -> dict[str, Any]:
    return {"institution": institution, "staff": staff, "engagement_from": "2020-01-01", "category": "基本",
            "services": services, "points_micro": -7}  # fmt: skip


def tables(**rows: list[dict[str, Any]]) -> dict[str, pa.Table]:
    components = [
        {"component": "post_pay", "pay_class": "fixed", "kind": "pay", "label": '岗位"工资"'},
        {"component": "post_pay", "pay_class": "", "kind": "statement", "label": "别的"},
        {"component": "workload_pay", "pay_class": "variable", "kind": "pay", "label": "当量绩效"},
    ]
    every = {"components": components, **rows}
    return {
        name: pa.Table.from_pylist(every.get(name, []), SCHEMAS[name])
        for name in ("pay_lines", "workload", "reports", "components")
    }


@pytest.fixture
def county() -> dict[str, pa.Table]:
    return tables(
        pay_lines=[line(*place, component, fen)
                   for number, place in enumerate(PEOPLE)
                   for component, fen in (("post_pay", 2**62 + number), ("workload_pay", -number - 1))],
        workload=[*(work(*place) for place in PEOPLE[::2]), work("I1", "")],
        reports=[*(report(*place, name, number) for name in ("b", "a") for number, place in enumerate(PEOPLE)),
                 report("I1", "", "heads", 3, "institution"), report("I1", "S1", "check.floor.result", 1),
                 report("I9", "S9", "a", 1)],
    )  # fmt: skip


def by_hand(county: dict[str, pa.Table]) -> dict[tuple[str, str], bytes]:
    """Every payslip's content, person by person."""
    labels = {"post_pay": ('岗位"工资"', "fixed"), "workload_pay": ("当量绩效", "variable")}
    people = {
        (row["institution"], row["staff"])
        for name in ("pay_lines", "workload", "reports")
        for row in county[name].to_pylist()
        if row["staff"] and not row.get("name", "").startswith("check.")
    }

    def rows(name: str, place: tuple[str, str]) -> list[dict[str, Any]]:
        chosen = [row for row in county[name].to_pylist() if (row["institution"], row["staff"]) == place]
        return [{key: value for key, value in row.items() if key not in ("institution", "staff")} for row in chosen]

    found = {}
    for place in people:
        lines = [
            {**row, "label": labels[row["component"]][0], "pay_class": labels[row["component"]][1]}
            for row in rows("pay_lines", place)
        ]
        figures = [
            {key: value for key, value in row.items() if key != "level"}
            for row in rows("reports", place)
            if not row["name"].startswith("check.")
        ]
        work = rows("workload", place)
        content = {"illustrative": True, "institution": place[0], "staff": place[1], "run": RUN, "period": "2026-10",
                   "lines": lines, "workload": work, "reports": figures}  # fmt: skip
        found[place] = canonical_json(content)
    return found


def test_a_payslip_is_the_canonical_json_of_its_rows(county: dict[str, pa.Table]) -> None:
    rows, expected = PayslipRows(RUN, "2026-10", True, county), by_hand(county)
    assert rows.places == sorted(expected, key=lambda place: (place[0].encode(), place[1].encode()))
    assert dict(zip(rows.places, (text.encode() for text in rows.texts()), strict=True)) == expected
    assert rows.payslip(3) == json.loads(list(rows.texts())[3])


def test_the_root_is_that_of_pymerkle_over_salted_payslips(county: dict[str, pa.Table]) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for place, content in sorted(by_hand(county).items()):
        salt = hmac.digest(SECRET, canonical_json([RUN, *place]), hashlib.sha256)
        tree.append_entry(salt + content)
    assert PayslipRows(RUN, "2026-10", True, county).tree(SECRET).facts() == {
        "size": len(PEOPLE) + 1, "root": tree.get_root().hex(),
    }  # fmt: skip


def test_the_text_does_not_depend_on_how_it_is_cut(
    county: dict[str, pa.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = PayslipRows(RUN, "2026-10", True, county)
    texts, tree = list(whole.texts()), whole.tree(SECRET)
    monkeypatch.setattr(payslips, "CHUNK", 7)
    parted = {name: pa.Table.from_batches(table.to_batches(max_chunksize=5), table.schema)
              for name, table in county.items()}  # fmt: skip
    again = PayslipRows(RUN, "2026-10", True, parted)
    assert list(again.texts()) == texts
    assert again.tree(SECRET) == tree
    assert [next(again.texts(index, index + 1)) for index in range(len(texts))] == texts


def test_a_sibling_cannot_be_guessed_without_the_secret(county: dict[str, pa.Table]) -> None:
    """A sibling's leaf stays unknown to whoever knows all of its figures but not the secret."""
    from batch.proof import merkle

    rows = PayslipRows(RUN, "2026-10", True, county)
    tree = rows.tree(SECRET)
    for index, text in enumerate(rows.texts()):
        guesses = [merkle.leaf_hash(text.encode())]
        guesses += [merkle.leaf_hash(rows.salt(secret, index) + text.encode()) for secret in (b"", OTHER, RUN.encode())]
        others = [merkle.leaf_hash(rows.salt(SECRET, other) + text.encode()) for other in range(3) if other != index]
        assert not {*guesses, *others} & set(tree.leaves)
    assert len({rows.salt(SECRET, index) for index in range(len(rows.places))}) == len(rows.places)


def test_a_run_without_persons_has_no_payslips() -> None:
    empty = PayslipRows(RUN, "2026-10", True, tables())
    assert list(empty.texts()) == []
    assert empty.tree(SECRET).facts() == {"size": 0, "root": hashlib.sha256(b"").hexdigest()}
