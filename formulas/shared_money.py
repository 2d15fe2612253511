"""Money of one finance line that several parties share by published ratios, to the fen."""

from payengine.exact import FEN
from payengine.graph import INSTITUTION, YUAN, formula, refuse, split
from payengine.texts import say


@formula(level=INSTITUTION, unit=YUAN, label="按比例分解的经费", source="split-2012", report=True)
def shared_money(finance, shared_money_rate):
    """Part of the finance line `shared_money` that is to be shared, rounded once."""
    return (finance["shared_money"] * shared_money_rate).round(FEN)


@formula(level=INSTITUTION, unit=YUAN, axis="part", label="经费分解", source="split-2012", report=True)
def shared_money_parts(shared_money, shared_money_part):
    """Parts of the shared money, by largest remainder.

    They add up to it, which singly rounded parts do not.
    """
    nobody = (shared_money != 0) & (shared_money_part.total() == 0)
    refuse(nobody, say("there is money to share and every part's ratio is 0"), say("Give the parts their ratios."))
    return split(shared_money, shared_money_part)
