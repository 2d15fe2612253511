"""Codes in words, for what a person reads; exports keep the codes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from batch.report_names import NO_UNIT
from payengine.policy.axis_words import axis_words
from payengine.policy.keys import NAMED_BY
from payengine.texts import language, say
from payengine.unit_words import unit_words


def coded(words: str, code: str) -> str:
    """Write words with the code in brackets, where it must be typed; in English the code."""
    return code if language() == "en" or words == code else f"{words}（{code}）"


def named_pair(label: str, code: str) -> tuple[str, str]:
    """Write a name in two cells: code and label, or in Chinese the label with its code in one."""
    return (code, label) if language() == "en" else (coded(label, code), "")


def source_words(source: str) -> str:
    """Write the source of a rule; in Chinese in words where no document says it."""
    undocumented = {
        "policy": say("as the policy says it"), "practice": say("practice, of no document"),
        "default": say("default, of no document"), "illustrative": say("illustrative values"),
    }  # fmt: skip
    return source if language() == "en" else undocumented.get(source, source)


def unit_text(unit: str) -> str:
    """Write a unit in words."""
    return "" if unit == NO_UNIT else unit_words(unit)


def level_words(level: str) -> str:
    """Write the level of a figure in words."""
    return {
        "engagement": say("engagement"), "staff": say("staff"), "department": say("department"),
        "institution": say("institution"), "consortium": say("consortium"),
    }.get(level, level)  # fmt: skip


def layer_words(level: str) -> str:
    """Write the level of a policy's layer in words."""
    return {
        "national": say("national"), "region": say("region"), "county": say("county"),
        "institution": say("institution"),
    }.get(level, level)  # fmt: skip


def period_kind(kind: str) -> str:
    """Write a kind of period in words."""
    return {
        "month": say("month"), "quarter": say("quarter"), "half_year": say("half-year"), "year": say("year"),
    }[kind]  # fmt: skip


def basis_words(basis: str) -> str:
    """Write what a value rests on; '' where nothing is said."""
    return {"text": say("text"), "reading": say("reading"), "illustrative": say("illustrative")}.get(basis, "")


def charge_words(charged_to: str) -> str:
    """Write what a component is charged to; a pool by its name."""
    words = {"total": say("the performance-pay total"), "outside": say("outside the performance-pay total")}
    return coded(words.get(charged_to, charged_to), charged_to)


def funding_words(source: str, labels: Mapping[str, str] | None = None) -> str:
    """Write a source of funding by the policy's label, else by the usual one."""
    usual = {
        "fiscal": say("fiscal subsidies"), "public_health": say("public health funds"),
        "insurance": say("medical insurance"), "service_income": say("medical service income"),
        "resident": say("contracted residents"), "earmarked": say("earmarked subsidies"),
        "institution_funds": say("own funds of the institution"), "insured_person": say("the insured person"),
    }  # fmt: skip
    label = (labels or {}).get(source) or usual.get(source, source)
    return coded(label, source)


def category_words(category: str) -> str:
    """Write a category of services in words; one of the policy's own as it stands."""
    words = {
        "basic_medical": say("basic medical care"), "public_health": say("public health services"),
        "family_doctor": say("family doctor services"), "directed": say("directed tasks"),
    }  # fmt: skip
    return coded(words.get(category, category), category)


def reason_words(reason: str) -> str:
    """Write the code of a rejection in a short word; `reason_text` tells it in full."""
    words = {
        "duplicate_row": say("duplicate row"), "inconsistent_record": say("inconsistent record"),
        "reversed": say("reversed"), "unknown_institution": say("unknown institution"),
        "unknown_staff": say("unknown person"), "unknown_item": say("unknown item"),
        "bad_quantity": say("wrong quantity"), "bad_share": say("wrong share"), "no_patient": say("no patient"),
        "institution_closed": say("institution closed"), "item_not_in_force": say("item not in force"),
        "not_engaged": say("not engaged"), "absent": say("absent"), "not_licensed": say("not licensed"),
        "after_death": say("after death"), "over_limit": say("over the limit"),
    }  # fmt: skip
    return coded(words.get(reason, reason), reason)


def key_words(key: str) -> str:
    """Write a key of keyed values or of a selection in words."""
    words = {
        "institution": say("institution"), "kind": say("kind of institution"), "public_class": say("public class"),
        "department_class": say("department class"), "department": say("department"), "title": say("title"),
        "role": say("role"), "education": say("education"), "employment": say("form of employment"),
        "pay_scheme": say("pay scheme"), "director": say("director"), "cell": say("cell"), "band": say("band"),
    }  # fmt: skip
    return coded(words.get(key) or axis_words(NAMED_BY.get(key, key)), key)


def action_words(action: str) -> str:
    """Write what was done (an entry of the audit chain, or of the log of accesses) in words."""
    words = {
        "stage": say("stage"), "publish": say("publish"), "confirm": say("confirm"), "payment": say("payment"),
        "reviewed": say("reviewed"), "announced": say("announced"), "approved": say("approved"),
        "objection": say("objection"), "answer": say("answer"), "schema": say("schema of the ledger"),
        "explain": say("explain"), "export": say("export"), "archive": say("archive"), "payslip": say("payslip"),
        "link": say("link made"), "link_revoked": say("link revoked"), "prove": say("prove"),
    }  # fmt: skip
    return coded(words.get(action, action), action)


def closed_words(code: str) -> str:
    """Write a code of a closed list (kinds, department classes, employments ...) in words."""
    words = {
        "county_hospital": say("county hospital"), "tcm_hospital": say("county TCM hospital"),
        "maternal_child": say("maternal and child health centre"), "cdc": say("disease control centre"),
        "township_center": say("township centre"), "community_center": say("community health centre"),
        "community_station": say("community health station"), "village_clinic": say("village clinic"),
        "clinical": say("clinical"), "nursing": say("nursing"), "public_health": say("public health"),
        "medical_technology": say("medical technology"), "pharmacy": say("pharmacy"),
        "management": say("management"), "support": say("support"),
        "established": say("established post"), "filed": say("filed post"), "contract": say("contract staff"),
        "dispatched": say("dispatched"), "rehired": say("rehired"), "village": say("village doctor"),
        "standard": say("standard pay"), "agreement": say("agreement pay"),
        "1": say("public class 1"), "2": say("public class 2"),
    }  # fmt: skip
    return coded(words.get(code, code), code)


def selection_words(text: str) -> str:
    """Write codes of a selection (`kind = cdc, director = no`) in words; names stay."""

    def words(match: re.Match[str]) -> str:
        if match[2]:
            return key_words(match[1]) + match[2]
        return {"yes": say("yes"), "no": say("no")}.get(match[1]) or closed_words(match[1])

    return re.sub(r"(?<![(\w])([a-z_]+)(?![\w)])(\s*=)?", words, text)
