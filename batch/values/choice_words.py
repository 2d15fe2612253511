"""Chinese words that stand in the place of a code of a closed list, for messages.

Where a source does not read them, a message names the code that is most likely meant.
"""

from __future__ import annotations

from collections.abc import Iterable

from batch.input_words import CHOICE_WORDS, names_by_word
from payengine.texts import language


def labels_of(choices: Iterable[str]) -> dict[str, str]:
    """Map the words for the codes of a column to these codes."""
    return names_by_word(CHOICE_WORDS, choices)


def named(choices: Iterable[str]) -> str:
    """List codes for a message, in Chinese each with the word that people know it by."""
    if language() != "zh":
        return ", ".join(choices)
    return "、".join(f"{code}（{CHOICE_WORDS[code][0]}）" if code in CHOICE_WORDS else code for code in choices)
