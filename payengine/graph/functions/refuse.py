"""Refusal to compute, with the codes of everybody concerned."""

from __future__ import annotations

import numpy as np

from payengine.graph.values.flags import Flags
from payengine.graph.values.keyed import Keyed
from payengine.graph.values.levels import CONSORTIUM
from payengine.graph.values.scope import FormulaError, named
from payengine.texts import say


def refuse(wrong: Flags | Keyed, what: str, remedy: str = "") -> None:
    """Raise `FormulaError` with `what` and the codes where a flag holds.

    Rows without a value are not wrong.
    """
    for key, flags in wrong.items() if isinstance(wrong, Keyed) else [("", wrong)]:
        rows = np.array(flags.or_else(False).full(flags.level), bool)
        if not rows.any():
            continue
        told = f"{what} ({key})" if key else what
        if flags.level is not CONSORTIUM:
            frame = flags.scope.frame
            codes = [
                "/".join(part for part in frame.code(flags.level, int(row)) if part) for row in np.flatnonzero(rows)
            ]
            told = say("{what}: {codes}", what=told, codes=named(codes))
        raise FormulaError(told, remedy=remedy)
