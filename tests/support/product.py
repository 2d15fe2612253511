"""The product run on a county of the tests, from a workspace to plain Python results.

It makes a workspace, a freeze and a run.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch.workspace import Workspace
from formulas import POLICIES
from tests.oracle.demo import Funding

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.results import Results

Lines = dict[tuple[str, ...], int]


def workspace(
    folder: Path,
    source: str,
    policy: str = "demo",
    ledger: str = "sqlite:///ledger.sqlite",
    patient: str = "as given",
) -> Workspace:
    """Make a workspace on a source (the content of [source]).

    Its patients are taken for pseudonyms unless `patient` says "hmac".
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = f"policy = {policy!r}\nledger = {ledger!r}\n\n[source]\n{source}\n\n[privacy]\npatient = {patient!r}\n"
    (folder / "payengine.toml").write_text(text, encoding="utf-8")
    return Workspace(folder)


def funding() -> Funding:
    """Look up the source that pays each line of the demo policy, one source each.

    It is data of the policy file, the same for both variants.
    """
    policy = tomllib.loads(POLICIES.joinpath("demo.toml").read_text(encoding="utf-8"))
    entries = policy["components"] | policy["statements"]
    return {name: [(entry["funding"], Fraction(1))] for name, entry in entries.items()}


def rows(table: pa.Table, columns: str) -> list[tuple[Any, ...]]:
    """Some columns of an Arrow table as tuples."""
    return list(zip(*(table[name].to_pylist() for name in columns.split()), strict=True))


def lines(table: pa.Table, keys: str, amounts: str) -> dict[tuple[Any, ...], Any]:
    """Turn a table into a dict from its key to its amount, or amounts.

    A key that stands twice is a fault of the table.
    """
    found = {}
    for key, amount in zip(rows(table, keys), rows(table, amounts), strict=True):
        assert key not in found, f"{key} stands twice"
        found[key] = amount if len(amount) > 1 else amount[0]
    return found


def pay_lines(results: Results) -> Lines:
    """(institution, staff, engagement_from, component, funding) -> fen."""
    return lines(results.pay_lines, "institution staff engagement_from component funding", "amount_fen")


def statement_lines(results: Results) -> Lines:
    """(institution, component, funding) -> fen."""
    return lines(results.statement_lines, "institution component funding", "amount_fen")


def reports(results: Results) -> Lines:
    """Map (institution, staff, name) to the figure in its smallest units.

    Figures of the whole run are left out.
    """
    return {key: value for key, value in lines(results.reports, "institution staff name", "value").items() if key[0]}


def workload(results: Results) -> dict[tuple[str, ...], tuple[int, int]]:
    """(institution, staff, engagement_from, category) -> services, points in millionths."""
    return lines(results.workload, "institution staff engagement_from category", "services points_micro")


def rejections(results: Results) -> list[tuple[Any, ...]]:
    """(record_id, staff, institution, copy, reason), sorted."""
    return sorted(rows(results.rejections, "record_id staff institution copy reason"))


def difference(expected: Any, found: Any, most: int = 12) -> str:
    """Describe in a few lines what only one of the two has; '' if they are equal."""
    if expected == found:
        return ""
    ours, theirs = items(expected), items(found)
    wanting = sorted(ours - theirs, key=repr)[:most]
    too_much = sorted(theirs - ours, key=repr)[:most]
    return "\n".join([f"{len(ours)} expected, {len(theirs)} found", *marked("-", wanting), *marked("+", too_much)])


def items(found: Any) -> set[Any]:
    return set(found.items()) if isinstance(found, dict) else set(found)


def marked(sign: str, found: Iterable[Any]) -> list[str]:
    return [f"{sign} {each}" for each in found]
