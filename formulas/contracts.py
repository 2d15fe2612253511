"""Family-doctor contracts: the fee that is earned over the term, and the team's part of it.

The fee is earned day by day, or by the months of the term where the policy says so (`contracts_by_months`): then a
month that has begun is earned, and a cancelled contract gives back whole months.

Each source of the fee pays its own part: a component of the payslip for every source, so that nobody's money is paid
from another's. The team has a share of the fee (Henan: at least 70 %), weighed by how satisfied the contracted
residents are; it falls to the members by their share and their days in the team.
"""

from payengine.exact import COEFFICIENT, FEN, RATE
from payengine.graph import (
    COUNT,
    INSTITUTION,
    RATIO,
    STAFF,
    YUAN,
    Keyed,
    divide,
    formula,
    minimum,
    unit_of,
    where,
)

SOURCE = "henan-2020"


# Fees that the institution's contracts earned in the period, by payer.


@formula(level=INSTITUTION, unit=YUAN, label="签约服务费（财政）", source=SOURCE, statement=True)
def contract_fees_fiscal(contract_fee, contract_fee_by_month, contracts_by_months):
    """Contract fees of the period that the budget pays."""
    return _counted(contract_fee, contract_fee_by_month, contracts_by_months)["fiscal"].round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="签约服务费（公卫经费）", source=SOURCE, statement=True)
def contract_fees_public_health(contract_fee, contract_fee_by_month, contracts_by_months):
    """Contract fees of the period that public-health money pays."""
    return _counted(contract_fee, contract_fee_by_month, contracts_by_months)["public_health"].round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="签约服务费（医保）", source=SOURCE, statement=True)
def contract_fees_insurance(contract_fee, contract_fee_by_month, contracts_by_months):
    """Contract fees of the period that the insurance pays."""
    return _counted(contract_fee, contract_fee_by_month, contracts_by_months)["insurance"].round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="签约服务费（居民）", source=SOURCE, statement=True)
def contract_fees_resident(contract_fee, contract_fee_by_month, contracts_by_months):
    """Contract fees of the period that the residents pay."""
    return _counted(contract_fee, contract_fee_by_month, contracts_by_months)["resident"].round(FEN)


@formula(level=INSTITUTION, unit=YUAN, label="签约服务费合计", source=SOURCE, report=True)
def contract_fees(contract_fee, contract_fee_by_month, contracts_by_months):
    """Contract fees of the period, from all sources."""
    return _counted(contract_fee, contract_fee_by_month, contracts_by_months).total().round(FEN)


@formula(level=INSTITUTION, unit=YUAN, axis="funding", label="签约服务费（按来源）", source=SOURCE, report=True)
def contract_fee_earned(contract_fee, contract_fee_by_month, contracts_by_months):
    """Contract fees of the period, by payer."""
    return _counted(contract_fee, contract_fee_by_month, contracts_by_months)


@formula(level=INSTITUTION, unit=YUAN, axis="funding", label="解约退费", source="practice", report=True)
def contract_refunds(contract_refund, contract_refund_by_month, contracts_by_months):
    """Fees that cancellations of the period give back, for the days or whole months left."""
    return _counted(contract_refund, contract_refund_by_month, contracts_by_months)


def _counted(by_days, by_months, months_count):
    """Choose what is counted by the months of terms, where the policy says so; else by days."""
    return where(months_count.or_else(False), by_months, by_days)


# The residents' satisfaction, which weighs the team's part.


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="contract_coefficient",
    label="签约服务考核系数（全额）",
    source=SOURCE,
    report=True,
    default=True,
)
def contracts_paid_in_full():
    """Coefficient 1: satisfaction does not weigh."""
    return 1


@formula(
    level=INSTITUTION,
    unit=RATIO,
    gives="contract_coefficient",
    label="签约服务考核系数（按满意度）",
    source="yangzhou-14th 21",
    report=True,
)
def contracts_by_satisfaction(measure, contract_satisfaction_target, contracts_in_force):
    """Satisfaction over its target, at most 1, at 4 decimals.

    It is not needed where there is no contract.
    """
    rate = minimum((measure["contract_satisfaction"] / contract_satisfaction_target).round(COEFFICIENT), 1)
    return where(contracts_in_force > 0, rate, 0)


# The team's part, by source.


@formula(level=STAFF, unit=YUAN, label="签约服务费团队分配（财政）", source=SOURCE, component=True)
def contract_pay_fiscal(
    contract_fee_of_member, contract_fee_of_member_by_month, contracts_by_months, contract_team_share,
    contract_coefficient,
):  # fmt: skip
    """Team's part of the contract fees that the budget pays."""
    fees = _counted(contract_fee_of_member, contract_fee_of_member_by_month, contracts_by_months)
    return _team_pay(fees["fiscal"], contract_team_share, contract_coefficient)


@formula(level=STAFF, unit=YUAN, label="签约服务费团队分配（公卫经费）", source=SOURCE, component=True)
def contract_pay_public_health(
    contract_fee_of_member, contract_fee_of_member_by_month, contracts_by_months, contract_team_share,
    contract_coefficient,
):  # fmt: skip
    """Team's part of the contract fees that public-health money pays."""
    fees = _counted(contract_fee_of_member, contract_fee_of_member_by_month, contracts_by_months)
    return _team_pay(fees["public_health"], contract_team_share, contract_coefficient)


@formula(level=STAFF, unit=YUAN, label="签约服务费团队分配（医保）", source=SOURCE, component=True)
def contract_pay_insurance(
    contract_fee_of_member, contract_fee_of_member_by_month, contracts_by_months, contract_team_share,
    contract_coefficient,
):  # fmt: skip
    """Team's part of the contract fees that the insurance pays."""
    fees = _counted(contract_fee_of_member, contract_fee_of_member_by_month, contracts_by_months)
    return _team_pay(fees["insurance"], contract_team_share, contract_coefficient)


@formula(level=STAFF, unit=YUAN, label="签约服务费团队分配（居民）", source=SOURCE, component=True)
def contract_pay_resident(
    contract_fee_of_member, contract_fee_of_member_by_month, contracts_by_months, contract_team_share,
    contract_coefficient,
):  # fmt: skip
    """Team's part of the contract fees that the residents pay."""
    fees = _counted(contract_fee_of_member, contract_fee_of_member_by_month, contracts_by_months)
    return _team_pay(fees["resident"], contract_team_share, contract_coefficient)


def _team_pay(fee_of_member, team_share, coefficient):
    """Divide the institution's team money of a source by each member's part of the fee.

    The team money is rounded once to the fen, then divided.
    """
    return divide((fee_of_member.sum(INSTITUTION) * team_share * coefficient).round(FEN), fee_of_member)


# Figures that are reported.


@formula(level=INSTITUTION, unit=YUAN, label="签约服务费团队分配合计", source=SOURCE, report=True)
def contract_team_money(contract_pay_fiscal, contract_pay_public_health, contract_pay_insurance, contract_pay_resident):
    """Amount that the teams were paid of contract fees, from all sources."""
    public = contract_pay_fiscal + contract_pay_public_health
    return (public + contract_pay_insurance + contract_pay_resident).sum()


@formula(level=INSTITUTION, unit=RATIO, label="签约服务费用于团队的比例", source=SOURCE, report=True)
def contract_team_paid_share(contract_team_money, contract_fees):
    """Share of the contract fees earned that the teams were paid; 0 where none was earned."""
    money = where(contract_fees == 0, 0, contract_team_money)
    return (money / where(contract_fees == 0, 1, contract_fees)).round(RATE)


@formula(level=INSTITUTION, unit=YUAN, label="无团队成员可分配的签约服务费", source=SOURCE, report=True)
def contract_money_without_team(
    contract_fees, contract_fee_of_member, contract_fee_of_member_by_month, contracts_by_months
):
    """Fees of contracts whose team has no member engaged at the institution, which keeps them."""
    fees = _counted(contract_fee_of_member, contract_fee_of_member_by_month, contracts_by_months)
    return contract_fees - fees.total().sum()


@formula(
    level=INSTITUTION, unit=unit_of("flag"), axis="package", label="签约服务费与包价不符", source=SOURCE, report=True
)
def contract_fee_mismatch(contract_fee_least, contract_fee_greatest, contract_package_fee):
    """Packages with a contract whose sources do not add up to the package's fee."""
    differs = {}
    for package, fee in contract_package_fee.items():
        least = contract_fee_least[package].or_else(fee)
        differs[package] = (least != fee) | (contract_fee_greatest[package].or_else(fee) != fee)
    return Keyed(contract_package_fee.scope, "package", differs)


@formula(level=INSTITUTION, unit=COUNT, label="收费与包价不符的签约服务包数", source=SOURCE, report=True)
def packages_off_fee(contract_fee_mismatch):
    """Number of packages with a contract whose sources do not add up to the package's fee."""
    return sum((where(differs, 1, 0) for _, differs in contract_fee_mismatch.items()), start=0)


@formula(level=INSTITUTION, unit=COUNT, label="有效签约数", source=SOURCE, report=True)
def contracts_served(contracts_in_force):
    """Number of contracts in force on some day of the period."""
    return contracts_in_force


@formula(level=INSTITUTION, unit=COUNT, label="解约数", source="practice", report=True)
def contracts_given_up(contracts_cancelled):
    """Number of contracts cancelled in the period."""
    return contracts_cancelled
