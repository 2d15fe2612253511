"""A settlement's pay, statements and figures beside the oracle's."""

from __future__ import annotations

from batch.run import Outcome
from tests.oracle.settlement import Period as Made
from tests.support.settled_county import pay

OF_PERSONS = (
    "gp_line",
    "drug_subsidy",
)  # figures of persons that the oracle has too


def differences(made: Outcome, expected: Made) -> list[str]:
    """Describe the differences between the product and the oracle.

    They are in pay, statements, and every figure that the oracle reports.
    """
    statements: dict[tuple[str, str], int] = {}
    for row in made.results.statement_lines.to_pylist():
        key = (row["institution"], row["component"])
        statements[key] = statements.get(key, 0) + row["amount_fen"]
    reported = made.results.reports.to_pylist()
    reports = {
        (row["institution"], row["name"]): row["value"] for row in reported if row["institution"] and not row["staff"]
    }
    of_persons = {
        (row["institution"], row["staff"], row["name"]): row["value"] for row in reported if row["name"] in OF_PERSONS
    }
    return [
        *_differ("pay", pay(made), expected.pay),
        *_differ("statement", statements, expected.statements),
        *_differ("figure", of_persons, expected.of_persons),
        *_differ("report", {key: reports.get(key) for key in expected.reports}, expected.reports),
    ]


def _differ(what: str, found: dict, expected: dict) -> list[str]:
    return [
        f"{what} {key}: {found.get(key)}, the oracle {expected.get(key)}"
        for key in sorted({*found, *expected})
        if (found.get(key) or 0) != (expected.get(key) or 0)
    ]
