"""Simulations as pandas DataFrames: exact integers of fen, and yuan as Decimal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from batch.reports.compliance import RESULTS
from batch.results import decimals
from batch.simulation.effect import Amounts, Effect, GroupEffect
from batch.simulation.places import Places
from batch.simulation.simulator import Simulated
from payengine.exact import FEN

if TYPE_CHECKING:
    import pandas as pd

_MONEY = ("before", "after", "change", "statements_before", "statements_after", "statements_change")
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "scenarios": ("scenario", "refused"), "institutions": ("scenario", "institution"),
    "components": ("scenario", "component", "label"), "groups": ("scenario", "by", "name"),
    "checks": ("scenario", "check", "label", "institution", "before", "after"),
    "bounds": ("scenario", "name", "label", "kind", "institution"),
    "people": ("scenario", "institution", "staff", "kind", "role", "title"),
}  # fmt: skip


def simulation_frames(scenarios: Iterable[Simulated]) -> dict[str, pd.DataFrame]:
    """Make the tables of some scenarios.

    They are `scenarios`, `institutions`, `components`, `groups`, `checks`, `bounds` and `people`; each has a row for
    each scenario and whatever it lists. `people` are places, a person at an institution. Columns of money are whole fen
    (`before_fen`) and yuan (`before_yuan`).
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _TEXTS}
    people: list[pa.Table] = []
    texts: dict[int, dict[str, pa.Array]] = {}  # of the same places, which scenarios share
    for one in scenarios:
        name = one.scenario.name
        if one.effect is None:
            rows["scenarios"].append({"scenario": name, "refused": str(one.refused)})
            continue
        effect = one.effect
        rows["scenarios"].append(
            {"scenario": name, "refused": "", **_group(effect.people), **_money(effect.statements, "statements_")}
        )
        rows["institutions"] += [
            {
                "scenario": name, "institution": each.institution, **_money(each.pay),
                **_money(each.statements, "statements_"),
            }
            for each in effect.institutions
        ]  # fmt: skip
        rows["components"] += [
            {"scenario": name, "component": code, "label": label, **_money(amounts)}
            for code, label, amounts in (*effect.components, *effect.statement_lines)
        ]
        rows["groups"] += [
            {"scenario": name, "by": each.group, "name": each.name, **_group(each)}
            for each in (*effect.deciles, *effect.groups)
        ]
        rows["checks"] += [
            {
                "scenario": name, "check": each.check, "label": each.label, "institution": each.institution,
                "before": RESULTS[each.before], "after": RESULTS[each.after],
            }
            for each in effect.check_flips
        ]  # fmt: skip
        rows["bounds"] += [
            {
                "scenario": name, "name": each.name, "label": each.label, "kind": each.kind,
                "institution": each.institution, **_money(each.amount),
            }
            for each in effect.bound_flips
        ]  # fmt: skip
        if id(effect.places) not in texts:
            texts[id(effect.places)] = _texts_of(effect.places)
        people.append(_people(name, effect, texts[id(effect.places)]))
    tables = {name: _table(listed, _TEXTS[name]) for name, listed in rows.items() if name != "people"}
    tables["people"] = pa.concat_tables(people) if people else _table([], _TEXTS["people"])
    return {name: _frame(table) for name, table in tables.items()}


def _texts_of(places: Places) -> dict[str, pa.Array]:
    """Write the codes and traits of places."""
    return {
        "institution": pa.array([places.institutions[row] for row in places.institution.tolist()], pa.string()),
        "staff": pa.array([places.staff_codes[row] for row in places.staff.tolist()], pa.string()),
        **{
            name: pa.array(trait.texts, pa.string()).take(pa.array(trait.codes))
            for name, trait in places.traits.items()
        },
    }


def _people(name: str, effect: Effect, texts: Mapping[str, pa.Array]) -> pa.Table:
    pay = (effect.before.pay, effect.after.pay)
    columns: dict[str, Any] = {
        "scenario": pa.repeat(name, len(effect.places)), **texts,
        "before_fen": pa.array(pay[0]), "after_fen": pa.array(pay[1]), "change_fen": pa.array(pay[1] - pay[0]),
    }  # fmt: skip
    return pa.table(columns)


def _table(rows: list[dict[str, Any]], texts: tuple[str, ...]) -> pa.Table:
    numbers = dict.fromkeys(key for row in rows for key in row if key not in texts)
    fields = [*((name, pa.string()) for name in texts), *((name, pa.int64()) for name in numbers)]
    return pa.Table.from_pylist(rows, pa.schema(fields))


def _frame(table: pa.Table) -> pd.DataFrame:
    for name in _MONEY:
        if f"{name}_fen" in table.column_names:
            table = table.append_column(f"{name}_yuan", decimals(table[f"{name}_fen"], FEN))
    # A scenario that a run refuses has no figures: not given stays so, and is never a float.
    integers = {pa.int64(): _nullable()}
    made: pd.DataFrame = table.to_pandas(types_mapper=integers.get) if _has_blanks(table) else table.to_pandas()
    return made


def _has_blanks(table: pa.Table) -> bool:
    return any(column.null_count for column in table.columns)


def _nullable() -> Any:
    import pandas as pd

    return pd.Int64Dtype()


def _money(amounts: Amounts, prefix: str = "") -> dict[str, int]:
    pairs = (("before", amounts.before_fen), ("after", amounts.after_fen), ("change", amounts.change_fen))
    return {f"{prefix}{name}_fen": fen for name, fen in pairs}


def _group(one: GroupEffect) -> dict[str, int]:
    return {"people": one.people, "gain": one.gain, "lose": one.lose, "same": one.same, **_money(one.pay)}
