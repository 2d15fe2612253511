"""Secrets of a database's URL: its password, and its options, which may hold one too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from sqlalchemy import URL

HIDDEN = "***"


def secrets_of(url: URL) -> tuple[str, ...]:
    """List the secrets in every form in which a message may quote them, the longest first."""
    options = [each for value in url.query.values() for each in ([value] if isinstance(value, str) else value)]
    given = [text for text in (str(url.password or ""), *options) if text]
    forms = {
        form for text in given for form in (text, quote(text, safe=""), quote(text, safe=" +"), quote_plus(text))
    }  # fmt: skip
    return tuple(sorted(forms, key=len, reverse=True))


def hidden_in(text: str, secrets: Iterable[str]) -> str:
    """Put stars in the place of secrets in a driver's message."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text
