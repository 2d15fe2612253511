"""Pages set by Typst, and their text.

Where Typst is missing, the test is skipped and says so.

With PAYENGINE_REQUIRE_SERVERS set it fails instead.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.servers import REQUIRED


def require() -> None:
    """Skip the test, or fail it where servers are required, if Typst is not installed."""
    try:
        import fontTools  # noqa: F401
        import pypdf  # noqa: F401
        import typst  # noqa: F401
    except ImportError as error:
        why = f"NO TYPST: the tests of printed pages did not run ({error}); pip install payengine[pdf,test]"
        if os.environ.get(REQUIRED):
            pytest.fail(f"{why}; {REQUIRED} is set", pytrace=False)
        pytest.skip(why)


def pages(file: Path) -> list[str]:
    """Read the text of each page of a PDF."""
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(file).pages]


def fonts(file: Path) -> set[str]:
    """Read the names of the fonts in which the pages of a PDF are set."""
    from pypdf import PdfReader

    found: set[str] = set()
    for page in PdfReader(file).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index,attr-defined]
            found.add(str(font.get_object()["/BaseFont"]))
    return found
