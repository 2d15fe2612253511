"""Village clinics (村医补助表): what their staff get, by component and funding.

Persons are those of village clinics, and those who are engaged elsewhere as village staff. What a clinic itself gets
(its statement) and its pension contributions stand on a row of its own: part of that is the money from which the
persons are paid, so the two are never added up together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from batch.reports.sheets.material import NoSheet, SheetMaterial, signatures, yuan_unit
from batch.reports.sheets.reported import PolicyValues, Reported
from batch.reports.sheets.sheet import FEN, Row, Sheet, SheetColumn, SheetGroup
from payengine.exact import FEN as FEN_SCALE
from payengine.exact.amounts import decimal_text, yuan
from payengine.texts import joined, say

if TYPE_CHECKING:
    import pyarrow as pa

CLINIC = "village_clinic"  # a kind of institution
VILLAGE = "village"  # a kind of employment
PENSION, PAYERS = "pension_due", "pension_by_payer"
LINE = "village_line"  # mean pay of like staff of the parent institution: no sum of it means anything
PARITY = (LINE, "village_parity_lacking")
_LEVEL, _PAYER_SHARE = "village_pension_level", "village_pension_payer_share"
_Value = TypeVar("_Value")
Place = tuple[str, str]  # institution, person; '' for the institution itself
Column = tuple[str, str]  # component, source of funding


def make(material: SheetMaterial) -> Sheet | NoSheet:
    """Make the sheet; there is none without village staff, or without the snapshot."""
    institutions, engagements = material.table("institution"), material.table("engagement")
    if institutions is None or engagements is None:
        return NoSheet(say("the snapshot of the run is not here, which says who is village staff"))
    clinics = {row["code"] for row in institutions.to_pylist() if row["kind"] == CLINIC}
    places = _places(material, clinics, engagements)
    reported = Reported(material.results)
    own = clinics & set(reported.institutions)
    if not places and not own:
        return NoSheet(say("nobody of a village clinic is in this run"))
    pay = _amounts(material.results.pay_lines, places)
    statements = _amounts(material.results.statement_lines, [(code, "") for code in own])
    return _sheet(material, reported, places, sorted(own, key=str.encode), pay, statements)


def _places(material: SheetMaterial, clinics: set[str], engagements: pa.Table) -> list[Place]:
    """List who has pay or work at clinics, or elsewhere as village staff, by code."""
    village = {(row["institution"], row["staff"]) for row in engagements.to_pylist() if row["employment"] == VILLAGE}
    found: set[Place] = set()
    for table in (material.results.pay_lines, material.results.workload):
        here = table.group_by(["institution", "staff"]).aggregate([])
        found |= set(zip(here["institution"].to_pylist(), here["staff"].to_pylist(), strict=True))
    chosen = [(at, who) for at, who in found if who and (at in clinics or (at, who) in village)]
    return sorted(chosen, key=lambda place: (place[0].encode(), place[1].encode()))


def _amounts(table: pa.Table, places: Sequence[Place]) -> dict[Place, dict[Column, int]]:
    """Add up lines of places by component and funding, in fen."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found: dict[Place, dict[Column, int]] = {place: {} for place in places}
    here = pa.array(sorted({institution for institution, _ in places}), pa.string())
    table = table.filter(pc.is_in(table["institution"], here))
    staff = table["staff"].to_pylist() if "staff" in table.column_names else [""] * table.num_rows
    columns = (table[name].to_pylist() for name in ("institution", "component", "funding", "amount_fen"))
    for who, at, component, funding, amount in zip(staff, *columns, strict=True):
        if (of := found.get((at, who))) is not None:
            of[component, funding] = of.get((component, funding), 0) + amount
    return found


def _sheet(
    material: SheetMaterial, reported: Reported, places: Sequence[Place], clinics: Sequence[str],
    pay: Mapping[Place, Mapping[Column, int]], statements: Mapping[Place, Mapping[Column, int]],
) -> Sheet:  # fmt: skip
    paid, given = _columns(material, pay), _columns(material, statements)
    payers = reported.keys(PAYERS) if clinics else ()
    has_pension = bool(clinics) and reported.has(PENSION)
    parity = [name for name in PARITY if clinics and reported.has(name)]

    def person(place: Place) -> Row:
        amounts = pay[place]
        rest = [None] * (len(given) + bool(given) + has_pension + len(payers) + len(parity))
        name = material.names.staff.get(place[1]) or None
        return (place[1], name, *(amounts.get(column) for column in paid), sum(amounts.values()), *rest)

    def clinic(code: str) -> Row:
        amounts = statements[code, ""]
        pension = [reported.cell(f"{PAYERS}[{payer}]", code, FEN_SCALE) for payer in payers]
        due = [reported.cell(PENSION, code, FEN_SCALE)] if has_pension else []
        lacking = [reported.cell(name, code, FEN_SCALE) for name in parity]
        got = [*(amounts.get(column) for column in given), *([sum(amounts.values())] if given else [])]
        return (None, say("(the clinic)"), *([None] * (len(paid) + 1)), *got, *due, *pension, *lacking)

    def groups() -> Iterator[SheetGroup]:
        for code in sorted({*clinics, *(at for at, _ in places)}, key=str.encode):
            rows = [person(place) for place in places if place[0] == code]
            if code in clinics and (given or has_pension or parity):
                rows.append(clinic(code))
            yield SheetGroup(material.named(code), rows, has_subtotal=True)

    return Sheet(
        name="village",
        tab=say("Village clinics"),
        title=say("Subsidies of village clinics' staff"),
        columns=(
            SheetColumn(say("Staff code"), width=10),
            SheetColumn(say("Name"), width=16),
            *(SheetColumn(_heading(column, material), FEN, has_total=True) for column in paid),
            SheetColumn(say("Total of the person"), FEN, has_total=True),
            *(SheetColumn(_heading(column, material), FEN, has_total=True) for column in given),
            *([SheetColumn(say("Given to the clinic"), FEN, has_total=True)] if given else []),
            *([SheetColumn(say("Pension contributions"), FEN, has_total=True)] if has_pension else []),
            *(SheetColumn(say("of these: {payer}", payer=reported.label(f"{PAYERS}[{payer}]")[1]), FEN, has_total=True)
              for payer in payers),
            *(SheetColumn(reported.label(name)[0], FEN, has_total=name != LINE) for name in parity),
        ),
        groups=groups,
        subtitle=material.subtitle,
        unit=yuan_unit(),
        notes=tuple(_notes(material, reported, clinics, bool(given), has_pension)),
        signatures=signatures(),
    )  # fmt: skip


def _columns(material: SheetMaterial, amounts: Mapping[Place, Mapping[Column, int]]) -> list[Column]:
    """List the columns that occur: the policy's order of components, then funding."""
    used = {column for of in amounts.values() for column in of}
    order = {name: place for place, name in enumerate(material.labels)}
    return sorted(used, key=lambda column: (order.get(column[0], len(order)), column[0].encode(), column[1].encode()))


def _heading(column: Column, material: SheetMaterial) -> str:
    component, funding = column
    label, source = material.labels.get(component, component), material.names.funding.get(funding) or funding
    return say("{component} ({funding})", component=label, funding=source)


def _notes(
    material: SheetMaterial, reported: Reported, clinics: Sequence[str], has_given: bool, has_pension: bool
) -> Iterator[str]:
    if has_given:
        yield say(
            "What is given to a clinic contains the money from which its persons are paid; it is not added to that."
        )
    values = PolicyValues(material)
    if has_pension:
        yield say("Pension contributions are no pay and stand in no total of it.")
        for level in _each(values.fen(_LEVEL, code) for code in clinics):
            yield say("Pension level: {amount} yuan a year.", amount=yuan(level))
        for shares in _each(_payers(reported, values, code) for code in clinics):
            yield say("Payers of the pension: {shares}.", shares=shares)


def _payers(reported: Reported, values: PolicyValues, code: str) -> str | None:
    """Say who pays which part of the pension; None where the policy does not say."""
    told = []
    for payer in reported.keys(PAYERS):
        number = values.number(_PAYER_SHARE, code, funding=payer)
        if number is not None:
            label = reported.label(f"{PAYERS}[{payer}]")[1]
            told.append(f"{label} {decimal_text(number, 4, least=0)}")
    return joined(told) if told else None


def _each(values: Iterable[_Value | None]) -> list[_Value]:
    """List what is given, each once."""
    return list(dict.fromkeys(value for value in values if value is not None))
