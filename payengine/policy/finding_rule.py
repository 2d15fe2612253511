"""Rule of a policy for one kind of finding: does it stop a publication, and from where on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FindingRule:
    """Rule for one kind of finding; None and '' where the policy says nothing.

    `threshold` is a number or the name of a parameter, `source` the document that sets it.
    """

    blocks_publication: bool | None = None
    threshold: str = ""
    source: str = ""

    def over(self, earlier: FindingRule) -> FindingRule:
        """Put this layer's entry over that of an earlier one, which keeps what is not said again."""
        blocks = earlier.blocks_publication if self.blocks_publication is None else self.blocks_publication
        given = self if self.threshold else earlier
        return FindingRule(blocks, given.threshold, given.source)
