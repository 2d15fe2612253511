"""Text measured in terminal cells: a Chinese character takes two."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

_CLOSING = "，。；：、）》”！？"


def cells(text: str) -> int:
    """How many terminal cells `text` takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def pad(text: str, width: int) -> str:
    """`text` with blanks up to `width` cells."""
    return text + " " * (width - cells(text))


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells, broken at blanks and between wide characters; paragraphs are kept.

    A line never begins with closing punctuation.
    """
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for piece in _pieces(paragraph):
            fits = cells(line) + cells(piece.rstrip()) <= width
            if line and not fits:
                # What may not begin a line takes the character before it along.
                moved = line[-1:] if piece[0] in _CLOSING and line[-1:] not in _CLOSING else ""
                lines.append(line[: len(line) - len(moved)].rstrip())
                line = moved + piece.lstrip()
            else:
                line += piece
        lines.append(line.rstrip())
    return lines


def _pieces(paragraph: str) -> list[str]:
    """What may not be broken: words with the blanks after them, and single wide characters."""
    pieces: list[str] = []
    word = ""
    for char in paragraph:
        if east_asian_width(char) in "WF":
            pieces.extend(filter(None, (word, char)))
            word = ""
        else:
            if word.endswith(" ") and char != " ":
                pieces.append(word)
                word = ""
            word += char
    return [*pieces, word] if word else pieces


def cut(text: str, width: int) -> str:
    """`text`, or as much of it as fits into `width` cells, with an ellipsis."""
    if cells(text) <= width:
        return text
    kept = ""
    for char in text:
        if cells(kept + char) > width - 1:
            break
        kept += char
    return kept + "…"
