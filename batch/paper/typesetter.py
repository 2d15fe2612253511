"""Typesetter.

A template and data to the bytes of a PDF, the same bytes whenever and wherever it is done.

No font of the system is used, and no clock: only the shipped font, and those of folders that the user names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from batch.paper.font_subset import FAMILY
from batch.paper.glyphs import FONTS, font_files, printable, unprintable
from payengine.errors import Problem, Unavailable, UsageError
from payengine.texts import language, say

TEMPLATES = Path(__file__).parent / "templates"
EMPTY_DOCUMENTS = 4  # after each document: two of them are kept then
REGIONS = {"zh": "cn", "en": "us"}


class Typesetter:
    """Typesetter with the fonts of this package and of some folders."""

    def __init__(self, font_folders: Sequence[Path] = ()) -> None:
        """Load the fonts; `UsageError` if Typst is not installed, or a folder holds no font."""
        try:
            import fontTools.ttLib  # noqa: F401
            import typst
        except ImportError as error:
            raise UsageError(
                say("printed pages need {package}, which is not installed", package=error.name or error),
                remedy=say('Install it: pip install "payengine[pdf]"'),
            ) from error
        files = font_files(font_folders)
        self._error = typst.TypstError
        paths = [str(folder) for folder in (FONTS, *font_folders)]
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)
        loaded = {Path(font.path).resolve() for font in fonts.fonts() if font.path}
        for file in files:
            if file.resolve() not in loaded:  # its characters would be left out of the page in silence
                raise UsageError(say("{file} cannot be read as a font", file=file))
        self._known = printable(files)
        self._families = [FAMILY, *sorted(set(fonts.families()) - {FAMILY})]
        self._typst = typst.Compiler(root=str(TEMPLATES), font_paths=fonts)

    def unprintable(self, whose: str, page: Mapping[str, Any]) -> list[Problem]:
        """List what of a page no font has a glyph for (see `glyphs`).

        Such a page is not to be set.
        """
        return unprintable(whose, page, self._known)

    def pdf(self, template: str, data: Mapping[str, Any], tagged: bool) -> bytes:
        """Set `data` by a template of this package; `tagged` adds what a screen reader needs.

        The data travel as JSON: nothing in them is ever read as markup.
        """
        told = {"fonts": self._families, "lang": language(), "region": REGIONS[language()], **data}
        inputs = {"data": json.dumps(told, ensure_ascii=False, allow_nan=False)}
        try:
            made = self._typst.compile(
                str(TEMPLATES / template), sys_inputs=inputs, format="pdf", timestamp=0, pdf_tags=tagged
            )
        except self._error as error:
            raise Unavailable(say("the page cannot be set: {why}", why=error)) from error
        assert isinstance(made, bytes)
        return made

    def forget(self) -> None:
        """Let Typst forget what it set before: it keeps the layouts of its last ten documents."""
        for _ in range(EMPTY_DOCUMENTS):
            self._typst.compile(b"", sys_inputs={}, format="pdf", timestamp=0)
