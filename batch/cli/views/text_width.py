"""Text measured in terminal cells: a Chinese character takes two.

Widths are those of `rich.cells`. Three things rich does not have: a line never begins with closing punctuation, text
breaks between wide characters but not inside a word among them, and a text that is cut ends in an ellipsis right after
its last character (rich's `set_cell_size` puts a blank where half of a wide character would stand).
"""

from __future__ import annotations

_CLOSING = "，。；：、）》”！？"


def cells(text: str) -> int:
    """Count the terminal cells that a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # not needed for help in English, and not imported for it

    return cell_len(text)


def pad(text: str, width: int) -> str:
    """Fill a text with blanks up to `width` cells; a longer one stays as it is."""
    return text + " " * (width - cells(text))


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells, at blanks and between wide characters.

    Paragraphs are kept; a line never begins with closing punctuation.
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
    """Split a paragraph into words with the blanks after them and single wide characters."""
    pieces: list[str] = []
    word = ""
    for char in paragraph:
        if cells(char) == 2:
            pieces.extend(filter(None, (word, char)))
            word = ""
        else:
            if word.endswith(" ") and char != " ":
                pieces.append(word)
                word = ""
            word += char
    return [*pieces, word] if word else pieces


def cut(text: str, width: int) -> str:
    """Cut a text to `width` cells, ending it in an ellipsis; one that fits stays as it is."""
    if cells(text) <= width:
        return text
    kept = ""
    for char in text:
        if cells(kept + char) > width - 1:
            break
        kept += char
    return kept + "…"
