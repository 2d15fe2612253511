"""Short names of the documents that `docs/sources.md` lists, as policies and formulas use."""

from __future__ import annotations

import re

from tests.support.paths import DOCS

FOUNDING, OTHER_PLACES = "The founding documents", "Rules of other places"
SHORT_NAME = re.compile(r"^\| `([a-z0-9-]+)` \|", re.MULTILINE)


def documents(*sections: str) -> set[str]:
    """The short names of all documents, or of those in some sections of the page."""
    parts = re.split(r"^## (.*)$", (DOCS / "sources.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    by_section = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {name for section in sections or by_section for name in SHORT_NAME.findall(by_section[section])}
