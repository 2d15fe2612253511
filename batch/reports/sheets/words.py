"""Words for codes in sheets, without the codes: nobody types what stands on paper."""

from __future__ import annotations

from collections.abc import Mapping

from payengine.texts import say


def category_words(category: str, labels: Mapping[str, str] | None = None) -> str:
    """Write a category of services by the policy's label, else by the usual words."""
    usual = {
        "basic_medical": say("basic medical care"), "public_health": say("public health services"),
        "family_doctor": say("family doctor services"), "directed": say("directed tasks"),
    }  # fmt: skip
    return (labels or {}).get(category) or usual.get(category, category)


def funding_words(source: str, labels: Mapping[str, str] | None = None) -> str:
    """Write a source of funding by the policy's label, else by the usual words."""
    usual = {
        "fiscal": say("fiscal subsidies"), "public_health": say("public health funds"),
        "insurance": say("medical insurance"), "service_income": say("medical service income"),
        "resident": say("contracted residents"), "earmarked": say("earmarked subsidies"),
        "institution_funds": say("own funds of the institution"), "insured_person": say("the insured person"),
    }  # fmt: skip
    return (labels or {}).get(source) or usual.get(source, source)


def reason_words(reason: str) -> str:
    """Write why a row is not paid in a few words (`reason_text` tells it in full)."""
    return {
        "duplicate_row": say("duplicate row"), "inconsistent_record": say("inconsistent record"),
        "reversed": say("reversed"), "unknown_institution": say("unknown institution"),
        "unknown_staff": say("unknown person"), "unknown_item": say("unknown item"),
        "bad_quantity": say("wrong quantity"), "bad_share": say("wrong share"), "no_patient": say("no patient"),
        "institution_closed": say("institution closed"), "item_not_in_force": say("item not in force"),
        "not_engaged": say("not engaged"), "absent": say("absent"), "not_licensed": say("not licensed"),
        "after_death": say("after death"), "over_limit": say("over the limit"),
    }.get(reason, reason)  # fmt: skip


def employment_words(employment: str) -> str:
    """Write a form of employment in words."""
    return {
        "established": say("established post"), "filed": say("filed post"), "contract": say("contract staff"),
        "dispatched": say("dispatched"), "rehired": say("rehired"), "village": say("village doctor"),
    }.get(employment, employment)  # fmt: skip
