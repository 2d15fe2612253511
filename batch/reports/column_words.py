"""Words for the columns of exported tables, whose names are in docs/results.md."""

from __future__ import annotations

from payengine.texts import say


def value_words(name: str) -> dict[str, str]:
    """Write the values of a column of few words; of other columns, and of codes, nothing."""
    return {
        "illustrative": {"yes": say("yes"), "no": say("no")},
        "pay_class": {"fixed": say("fixed"), "variable": say("variable")},
        "kind": {"pay": say("pay"), "statement": say("statement")},
    }.get(name, {})  # fmt: skip


def column_words(name: str) -> str:
    """Write the name of an exported column in words; a name that is not known stays."""
    words = {
        "period": say("period"), "run": say("run id"), "illustrative": say("illustrative values"),
        "institution": say("institution code"), "institution_name": say("institution name"),
        "name": say("name"), "label": say("label"), "staff": say("staff code"), "staff_name": say("staff name"),
        "heads": say("heads"), "services": say("services paid"), "rejected": say("rows rejected"),
        "points": say("points"), "points_micro": say("points (millionths)"),
        "fixed_fen": say("fixed pay (fen)"), "fixed_yuan": say("fixed pay (yuan)"),
        "variable_fen": say("variable pay (fen)"), "variable_yuan": say("variable pay (yuan)"),
        "gross_fen": say("gross pay (fen)"), "gross_yuan": say("gross pay (yuan)"),
        "purchase_fen": say("purchase (fen)"), "purchase_yuan": say("purchase (yuan)"),
        "months_paid_fen": say("paid by the months (fen)"), "months_paid_yuan": say("paid by the months (yuan)"),
        "months_purchase_fen": say("purchase of the months (fen)"),
        "months_purchase_yuan": say("purchase of the months (yuan)"),
        "year_paid_before_fen": say("paid in the year before this run (fen)"),
        "year_paid_before_yuan": say("paid in the year before this run (yuan)"),
        "fixed_share": say("fixed share"), "fixed_share_e4": say("fixed share (ten-thousandths)"),
        "engagement_from": say("engaged from"), "component": say("component code"),
        "component_label": say("component"), "funding": say("funding code"), "amount_fen": say("amount (fen)"),
        "amount_yuan": say("amount (yuan)"), "category": say("category code"), "record_id": say("record"),
        "copy": say("copy"), "reason": say("reason code"), "level": say("level code"), "unit": say("unit code"),
        "scale": say("decimals"), "value": say("value (whole number)"), "value_text": say("value"),
        "department": say("department"), "pay_class": say("fixed or variable"), "kind": say("pay or statement"),
    }  # fmt: skip
    return words.get(name, name)
