"""Closings of one key: what they forgive, and what lapses when a payment comes back."""

from __future__ import annotations


class Closings:
    """Amounts that closings still forgive of a key, in fen, by the closings' numbers."""

    def __init__(self) -> None:
        self._left: dict[int, int] = {}

    def close(self, number: int, amount_fen: int) -> None:
        """Add a closing; its amount is below zero."""
        self._left[number] = -amount_fen

    def lapsing(self, returned: int, paid_fen: int) -> int:
        """Compute how much lapses where payment `returned` comes back, which paid so much.

        A payment that was made after a closing has paid nothing of what that one forgave.
        """
        forgiven = sum(left for number, left in self._left.items() if number > returned)
        return min(max(paid_fen, 0), forgiven)

    def lapse(self, returned: int, amount_fen: int) -> None:
        """Take off what lapsed when payment `returned` came back, latest closings first."""
        for number in sorted((each for each in self._left if each > returned), reverse=True):
            taken = min(amount_fen, self._left[number])
            self._left[number] -= taken
            amount_fen -= taken
