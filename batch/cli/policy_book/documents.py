"""Source documents by their short names, with title, issuer and date."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from payengine.texts import language, say

NO_DOCUMENT = ("illustrative", "default", "practice")  # short names of what no document says
OF_POLICY = "policy"  # the source of rules that only do what the policy's file says


@cache
def _known() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files("formulas").joinpath("documents.toml").read_text(encoding="utf-8"))


def short_name(source: str) -> str:
    """Give the short name of a known document that a source begins with; '' for any other one."""
    name = source.partition(" ")[0]
    return name if name in _known() else ""


def document_words(name: str) -> str:
    """Write a known document in words: title, issuer, date."""
    told, form = _known()[name], language()
    facts = [told[f"{part}_{form}"] for part in ("title", "issuer", "date")]
    return say("; ").join(fact for fact in facts if fact)


def clause_words(source: str) -> str:
    """Write a source in words: the document with issuer and date, then the clause.

    What is no known document, such as a county's own, stands as the policy writes it.
    """
    if not source.strip():
        return say("no source given")
    if source == OF_POLICY:
        return say("as the policy says; no document names the rule")
    name = short_name(source)
    if not name:
        return source
    clause = source[len(name) :].strip()
    if name in NO_DOCUMENT:
        return document_words(name)
    if not clause:
        return document_words(name)
    return say("{document}; clause {clause}", document=document_words(name), clause=clause)
