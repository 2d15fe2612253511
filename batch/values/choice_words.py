"""Chinese words that stand in the place of a code of a closed list, for messages.

Where a source does not read them, a message names the code that is most likely meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from batch.input_words import CHOICE_WORDS, label_of, names_by_word
from payengine.suggest import nearest
from payengine.texts import either, joined


def labels_of(choices: Iterable[str]) -> dict[str, str]:
    """Map the words for the codes of a column to these codes."""
    return names_by_word(CHOICE_WORDS, choices)


def nearest_choice(text: str, choices: Collection[str]) -> str:
    """Find the code that a text most likely means; '' where none is near.

    In Chinese it is told by its word, in English with the word that is near.
    """
    labels = labels_of(choices)
    code = text if text in choices else "" if text in labels else nearest(text, choices)
    if code:
        return either(code, label_of(CHOICE_WORDS, code))
    label = text if text in labels else nearest(text, labels)
    if not label:
        return ""
    return either(f"{labels[label]} ({label})", label_of(CHOICE_WORDS, labels[label]))


def named(choices: Iterable[str]) -> str:
    """List codes for a message, in Chinese by the words that a clerk writes for them."""
    return joined(either(code, label_of(CHOICE_WORDS, code)) for code in choices)
