"""Purchase account of an institution, by source of funding.

It lists what is owed, prepaid, paid now, paid cumulatively, and the balance. `owed_by_funding` are the statement lines
of the run that say what is owed, `paid_by_funding` all of them: the engine makes both from the policy's statements and
their sources. Where finance sends money beforehand (the finance lines `prepaid_fiscal`, `prepaid_public_health`,
`prepaid_insurance`, given by month, quarter, half-year or year), the policy takes it off what is owed by the lines
`less_prepaid_...`: in a shorter period as far as the period's purchase reaches, in the year's settlement all of it,
unless the policy carries what was overpaid.

    balance = owed to date - cumulative payments; below zero more was paid than is owed
"""

from payengine.exact import FEN
from payengine.graph import COUNT, INSTITUTION, YUAN, formula, keyed, minimum, where

CLAUSE = "shengzhou-2022 三(二)2"


@formula(level=INSTITUTION, unit=YUAN, axis="funding", label="本期收到的预拨", source=CLAUSE, report=True)
def prepaid_given(finance):
    """Money that finance sent beforehand: the prepaid lines of the run's own period."""
    return keyed(
        "funding",
        fiscal=finance.or_zero("prepaid_fiscal"),
        public_health=finance.or_zero("prepaid_public_health"),
        insurance=finance.or_zero("prepaid_insurance"),
    )


@formula(level=INSTITUTION, unit=YUAN, axis="funding", label="本年累计预拨", source=CLAUSE, report=True)
def prepaid_to_date(
    prepaid_given, finance_within, reported_before, reported_in_period, quarters_reported_before,
    quarters_reported_in_period, half_years_reported_before, half_years_reported_in_period, opening_balance,
):  # fmt: skip
    """Money that the year has sent beforehand, and the balance left when the year began.

    A settlement reads the rows of the shorter periods inside it; of the others of the year it takes what they reported.
    """
    others = (
        (reported_before, reported_in_period),
        (quarters_reported_before, quarters_reported_in_period),
        (half_years_reported_before, half_years_reported_in_period),
    )
    parts = {}
    for source, given in prepaid_given.items():
        name = f"prepaid_given[{source}]"
        total = given + finance_within.or_zero(f"prepaid_{source}") + opening_balance[f"prepaid_{source}"]
        for before, inside in others:
            total = total + (before[name].or_else(0) - inside[name].or_else(0)).round(FEN)
        parts[source] = total
    return keyed("funding", **parts)


@formula(level=INSTITUTION, unit=YUAN, axis="funding", label="本期扣回预拨", source=CLAUSE, report=True)
def prepaid_taken_off(prepaid_to_date, owed_by_funding, statements_before, months_of_period, overpaid_is_carried):
    """Prepaid money not yet taken off, as far as this run's purchase reaches.

    In the year all of it, unless the policy carries what was overpaid.
    """
    whole = (months_of_period == 12) & ~overpaid_is_carried.or_else(False)
    parts = {}
    for source, prepaid in prepaid_to_date.items():
        left = prepaid + statements_before.or_zero(f"less_prepaid_{source}")
        owed = owed_of(owed_by_funding, source, prepaid)
        parts[source] = where(whole, left, minimum(left, owed.positive_part()).positive_part())
    return keyed("funding", **parts)


@formula(level=INSTITUTION, unit=YUAN, label="减：已预拨财政补助", source=CLAUSE, statement=True)
def less_prepaid_fiscal(prepaid_taken_off):
    """Prepaid fiscal money, taken off what is owed from this source."""
    return -prepaid_taken_off["fiscal"]


@formula(level=INSTITUTION, unit=YUAN, label="减：已预拨基本公卫经费", source=CLAUSE, statement=True)
def less_prepaid_public_health(prepaid_taken_off):
    """Prepaid public-health money, taken off what is owed from this source."""
    return -prepaid_taken_off["public_health"]


@formula(level=INSTITUTION, unit=YUAN, label="减：已预拨医保基金", source=CLAUSE, statement=True)
def less_prepaid_insurance(prepaid_taken_off):
    """Prepaid insurance money, taken off what is owed from this source."""
    return -prepaid_taken_off["insurance"]


# The account.


@formula(level=INSTITUTION, unit=YUAN, axis="funding", label="购买服务本年累计应付", source=CLAUSE, report=True)
def owed_to_date(owed_by_funding, prepaid_to_date, statements_before_by_funding, statements_before):
    """Amounts that the year's statements owe, this one included, by source of funding.

    Earlier statements count without what they took off.
    """
    parts = {}
    for source in sources_of(owed_by_funding, prepaid_to_date):
        before = statements_before_by_funding.or_zero(source)
        if source in prepaid_to_date:
            before = before - statements_before.or_zero(f"less_prepaid_{source}")
        parts[source] = before + owed_of(owed_by_funding, source, before)
    return keyed("funding", **parts)


@formula(level=INSTITUTION, unit=YUAN, axis="funding", label="购买服务本年累计支付", source=CLAUSE, report=True)
def purchase_paid_to_date(owed_by_funding, paid_by_funding, prepaid_to_date, statements_before_by_funding):
    """Amounts paid in the year, by source: prepaid, by earlier statements, by this one."""
    parts = {}
    for source in sources_of(owed_by_funding, prepaid_to_date):
        before = statements_before_by_funding.or_zero(source)
        paid = before + owed_of(paid_by_funding, source, before)
        parts[source] = paid + prepaid_to_date[source] if source in prepaid_to_date else paid
    return keyed("funding", **parts)


@formula(level=INSTITUTION, unit=YUAN, axis="funding", label="购买服务应付余额", source=CLAUSE, report=True)
def purchase_account_balance(owed_to_date, purchase_paid_to_date):
    """Amount owed to date less amount paid to date; below zero more was paid than is owed."""
    return owed_to_date - purchase_paid_to_date


@formula(level=INSTITUTION, unit=COUNT, label="多付的资金来源数", source=CLAUSE, report=True)
def sources_overpaid(purchase_account_balance):
    """Number of sources of which more was paid than is owed."""
    return where(purchase_account_balance < 0, 1, 0).total()


# Steps that the account's figures share; these are no formulas.


def sources_of(owed, prepaid):
    """List all sources of funding, those of the statements first."""
    return tuple(dict.fromkeys([*owed, *prepaid]))


def owed_of(amounts, source, beside):
    """Read the amount of a source; 0 for one that pays no statement line."""
    return amounts[source] if source in amounts else (beside * 0).round(FEN)
