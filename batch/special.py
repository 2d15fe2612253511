"""Inputs that are made from tables of their own: absences, contracts, cases of adjustment, rejected records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from batch.inputs.adjustments import additions, deductions
from batch.inputs.keyed_columns import ByKey, given
from payengine.graph import STAFF, Column, KeyedInput
from payengine.graph.inputs import Input, InputSpec

if TYPE_CHECKING:
    from batch.inputs.provider import Provided


def _absence_days(data: Provided, spec: InputSpec) -> KeyedInput:
    return data.absences.days(spec, data.scope)


def _absent_person_months(data: Provided, spec: InputSpec) -> KeyedInput:
    return data.absences.person_months(spec, data.scope)


def _contract_fee(data: Provided, spec: InputSpec) -> KeyedInput:
    return data.contracts.fees(spec, data.scope)


def _contract_refund(data: Provided, spec: InputSpec) -> KeyedInput:
    return data.contracts.refunds(spec, data.scope)


def _contract_fee_of_member(data: Provided, spec: InputSpec) -> KeyedInput:
    return data.contracts.of_members(spec, data.scope, data.asked.setdefault(spec.table, set()))


def _contracts_in_force(data: Provided, spec: InputSpec) -> Column:
    return data.contracts.in_force(spec, data.scope)


def _contracts_cancelled(data: Provided, spec: InputSpec) -> Column:
    return data.contracts.cancelled(spec, data.scope)


def _contract_fee_least(data: Provided, spec: InputSpec) -> KeyedInput:
    return data.contracts.least_fee(spec, data.scope)


def _contract_fee_greatest(data: Provided, spec: InputSpec) -> KeyedInput:
    return data.contracts.greatest_fee(spec, data.scope)


def _addition(data: Provided, spec: InputSpec) -> KeyedInput:
    return given(spec, data.scope, additions(data.tables, spec.level), data.asked.setdefault(spec.table, set()))


def _deduction(data: Provided, spec: InputSpec) -> KeyedInput:
    return given(spec, data.scope, deductions(data.tables, spec.level), data.asked.setdefault(spec.table, set()))


def _rejected(data: Provided, spec: InputSpec) -> KeyedInput:
    """How many records were refused, by reason."""
    table = data.rejections.append_column("rows", pa.repeat(1, data.rejections.num_rows).cast(pa.int64()))
    engaged = data.engaged
    if spec.level is STAFF:
        rows = engaged.staff_rows(table["institution"], table["staff"])
    else:
        rows = engaged.institution_rows(table["institution"])
    return given(spec, data.scope, ByKey.of(table, "reason", "rows", rows), set())


SPECIAL: Mapping[str, Callable[[Provided, InputSpec], Input]] = {
    "absence_days": _absence_days,
    "absent_person_months": _absent_person_months,
    "contract_fee": _contract_fee,
    "contract_refund": _contract_refund,
    "contract_fee_of_member": _contract_fee_of_member,
    "contracts_in_force": _contracts_in_force,
    "contracts_cancelled": _contracts_cancelled,
    "contract_fee_least": _contract_fee_least,
    "contract_fee_greatest": _contract_fee_greatest,
    "addition": _addition,
    "deduction": _deduction,
    "institution_addition": _addition,
    "institution_deduction": _deduction,
    "rejected": _rejected,
    "rejected_of_staff": _rejected,
}
