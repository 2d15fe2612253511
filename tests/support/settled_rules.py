"""Drawn counties of a year and the rules that settle them, as a policy and for the oracle."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from batch.compute.compute import keys_read
from payengine.periods import Period
from payengine.policy import Policy
from tests.oracle.settled_floors import DOCTOR, LIKE, PRACTITIONER, PublicHealth
from tests.oracle.settlement import Rules
from tests.oracle.two_permits import Fund, Permits
from tests.support.evaluate import V, written
from tests.support.freeze_case import Row, Tables, engagement, item, record

YEAR = 2026
HOSPITAL, CENTRE, CLINIC = "H", "T", "V"
KINDS = {HOSPITAL: "county_hospital", CENTRE: "township_center", CLINIC: "village_clinic"}
MONTHS = [f"{YEAR}-{number:02}" for number in range(1, 13)]
DIRECTOR = "S0"


def drawn_rules(draw: random.Random) -> Rules:
    """Anything from no fund at all to funds that leave nothing."""
    funds = [
        Fund("risk_fund", Fraction(draw.choice(["0.002", "0.01"])), "medical_income", less_balance=draw.random() < 0.5),
        Fund("welfare_fund", Fraction("0.10"), "surplus", cap=draw.choice([None, 100_000_00])),
        Fund("development_fund", Fraction(draw.choice(["0.2", "0.95"])), "distributable", in_costs=draw.random() < 0.3),
    ]
    permits = Permits(
        income={"medical_service_income": Fraction(1), "technical_service_income": Fraction("0.3333")},
        costs={"service_costs": Fraction(1)},
        deductions={"earlier_losses": Fraction(1)},
        funds=[fund for fund in funds if draw.random() < 0.6],
        staff_share=Fraction(draw.choice(["0.6", "0.4567"])),
        other_uses={"operating_fund": Fraction("0.3333")} if draw.random() < 0.5 else {},
        control_level=draw.choice([20_000_00, 98_000_00, 120_000_01]),
        multiple=Fraction(draw.choice(["1", "1.3", "1.0333"])),
    )
    return Rules(
        permits=permits,
        permits_for=frozenset({KINDS[HOSPITAL], KINDS[CENTRE]}),
        public_health=PublicHealth(
            frozenset(draw.choice([[KINDS[HOSPITAL]], [KINDS[HOSPITAL], KINDS[CENTRE]]])),
        ),
        part_share=draw.choice([{"by_post": Fraction(1, 5), "by_points": Fraction(4, 5)}, {"by_points": Fraction(1)}]),
        director_takes_part=draw.random() < 0.5,
        equal_sharing_refused=draw.random() < 0.5,
        advances_recovered=draw.random() < 0.5,
        floor_by_person_months=draw.random() < 0.5,
        fixed_share_floor=Fraction(draw.choice(["0.6", "0.75"])),
        convert=draw.random() < 0.5,
        unit_price=Fraction("9.5"),
        advance_share=Fraction("0.8"),
    )


def text(value: Fraction | int) -> str:
    """A decimal of at most four places; an int is an amount in fen."""
    if isinstance(value, int):
        return f"{value // 100}.{value % 100:02}"
    scaled = value * 10**4
    assert scaled.denominator == 1
    return f"{scaled.numerator // 10**4}.{scaled.numerator % 10**4:04}"


GIVEN_LINES = (  # of the table `finance`; those that the drawn rules do not read are ignored
    "workload_pool", "reward_advance_pool", "medical_service_income", "technical_service_income", "medical_income",
    "service_costs", "earlier_losses",
)  # fmt: skip


def policy_of(rules: Rules, folder: Path) -> Policy:
    """The rules as a county's policy over the national one."""
    permits = rules.permits
    funds = {fund.name: fund for fund in permits.funds}
    of_lines = {"medical_income": "finance[medical_income]"}
    approvals = (
        'cause = "first_setting", approvals = [{ body = "health", document = "d", date = 2019-12-01 },'
        ' { body = "finance", document = "d", date = 2019-12-02 }]'
    )
    values = {
        "surplus_income": _by("line", permits.income),
        "surplus_costs": _by("line", permits.costs),
        "surplus_deductions": _by("line", permits.deductions),
        "fund_rate": _by("fund", {name: fund.rate for name, fund in funds.items()}),
        "fund_base": _by("fund", {name: of_lines.get(fund.base, fund.base) for name, fund in funds.items()}),
        "fund_cap": _by("fund", {name: fund.cap for name, fund in funds.items() if fund.cap is not None}),
        "fund_less_balance": _by("fund", {name: fund.less_balance for name, fund in funds.items()}),
        "fund_in_costs": _by("fund", {name: fund.in_costs for name, fund in funds.items()}),
        "surplus_split_share": _by("fund", permits.other_uses),
        "reward_staff_share": _by("kind", dict.fromkeys(sorted(rules.permits_for), permits.staff_share)),
        "wage_control_level": [f"{{ {V}, value = {_value(permits.control_level)} }}"],
        "ceiling_multiple": [f"{{ {V}, value = {_value(permits.multiple)} }}"],
        "reward_part_share": _by("part", rules.part_share),
        "reward_part_weight": _by(
            "part", {one: "post_weight" if one == "by_post" else "weighted_points" for one in rules.part_share}
        ),
        "director_in_reward_pool": [f"{{ {V}, value = {_value(rules.director_takes_part)} }}"],
        "equal_sharing_refused": [f"{{ {V}, value = {_value(rules.equal_sharing_refused)} }}"],
        "appraisal_weight": _by("indicator", {"quality": Fraction(1)}),
        **_floors(rules),
        "floor_by_person_months": [f"{{ {V}, value = {_value(rules.floor_by_person_months)} }}"],
        "fixed_share_floor": [f"{{ {V}, value = {_value(rules.fixed_share_floor)} }}"],
        "fixed_share_convert": [f"{{ {V}, value = {_value(rules.convert)}, {approvals} }}"] if rules.convert else [],
        "purchase_unit_price": [f"{{ {V}, value = {_value(rules.unit_price)}, {approvals} }}"],
        "purchase_advance_share": [f"{{ {V}, value = {_value(rules.advance_share)} }}"],
    }
    written_values = "\n".join(
        f"[parameters.{name}]\nvalues = [{', '.join(lines)}]" for name, lines in values.items() if lines
    )
    head = POLICY.replace("REWARD_PAY", "recover_advances" if rules.advances_recovered else "carry_advances")
    head = head.replace("  # floors\n", _outputs(rules))
    compared = ["pay_before_public_health_floor", "public_health_floor_pay", "drug_subsidy"]
    head = head.replace(
        "VILLAGES", f"[totals.pay_before_village_parity]\ncomponents = {compared}" if rules.villages else ""
    )
    keep = "gp_floor" if rules.public_health.practitioners_keep else "fixed_pay"
    head = head.replace("PAYERS_KEEP", f"public_health_payers_keep_{keep}")
    bands = rules.practitioners.bands if rules.practitioners else {"0-": 0}
    head = head.replace("TENURE", "\n".join(f'"{name}" = "{first}年以上"' for name, first in bands.items()))
    policy = written(folder, "settled", head + written_values)
    unread = [line for line in GIVEN_LINES if line not in keys_read(policy, "finance", Period.parse(str(YEAR)))]
    ignored = f"\n[ignored]\nfinance = [{', '.join(map(repr, unread))}]\n"
    return written(folder, "settled", head + written_values + ignored) if unread else policy


def _outputs(rules: Rules) -> str:
    """List the further outputs of a year that has further floors."""
    more = []
    if rules.practitioners:
        more += ["gp_parity_pay", "gp_line", "gp_parity_lacking", "gp_pay_ratio"]
        more += ["gp_without_comparison", "gp_nothing_to_compare"]
    if rules.villages:
        more += ["village_parity_pay", "parity_subsidy", "village_line", "village_pay_ratio", "village_parity_lacking"]
        more += ["village_nothing_to_compare", *(["village_parity_own_pay"] if rules.villages.rest_paid else [])]
    return "".join(f'  "{name}",\n' for name in more)


def _floors(rules: Rules) -> dict[str, list[str]]:
    """The values that floors ask for; what the literal reading says is not written."""
    floor, gp, village = rules.public_health, rules.practitioners, rules.villages
    found = {
        "public_health_floor": _by("kind", dict.fromkeys(sorted(floor.kinds), Fraction(1))),
        "public_health_floor_each_person": _flag(floor.each_person),
        "public_health_floor_inside": _flag(floor.inside),
    }
    if gp:
        found |= {
            "gp_parity_rate": _by("kind", gp.rates),
            "gp_parity_each_person": _flag(gp.each_person),
            "gp_parity_inside": _flag(gp.inside),
            "general_practitioner": _who(f'role = "{PRACTITIONER}"'),
            "gp_comparison_staff": _who('kind = "county_hospital", department_class = "clinical"'),
            "tenure_from": _by("tenure", {name: str(first) for name, first in gp.bands.items()}),
        }
    if village:
        found |= {
            "village_parity_rate": [f"{{ {V}, value = {_value(village.rate)} }}"],
            "village_gap_budget_share": [f"{{ {V}, value = {_value(village.budget_share)} }}"],
            "village_parity_each_person": _flag(village.each_person),
            "village_doctor": _who(f'kind = "village_clinic", role = "{DOCTOR}"'),
            "village_like_staff": _who(f'kind = "township_center", title = "{LIKE}"'),
        }
    return found


POLICY = """
illustrative = true
[formulas.month]
outputs = [
  "post_pay", "allowance", "workload_pay", "reward_advance", "service_purchase_advance", "service_purchase_owed",
]
workload_pay = "by_point_value"
quality_coefficient = "staff_weighted_score"
institution_coefficient = "institution_weighted_score"
service_purchase = "by_unit_price"
[formulas.year]
outputs = [
  "surplus", "distributable", "fund_set_aside", "reward_base", "reward_pool", "surplus_split", "performance_ceiling",
  "performance_granted", "ceiling_room", "reward_payable", "reward_not_payable", "reward_reason", "reward_distributed",
  "reward_shared_equally", "reward_pay", "public_health_floor_pay", "public_health_top_up_per_head",
  "public_health_nothing_to_compare", "public_health_floor_lacking", "fixed_share_to_date", "fixed_share_lacking",
  "converted_to_fixed", "converted_from_variable", "service_purchase_settlement", "service_purchase_due",
  # floors
]
quality_coefficient = "staff_weighted_score"
institution_coefficient = "institution_weighted_score"
reward_pay = "REWARD_PAY"
public_health_payers_keep = "PAYERS_KEEP"
[counted_twice.reward_advance]
post_coefficient = "test 1: a fifth by post, and weighted points"
[counted_twice.reward_pay]
post_coefficient = "test 1: a fifth by post, and weighted points"
[known_income.drug_subsidy]
label = "基本药物补助"
input = "drug_subsidy"
VILLAGES
[names.indicator]
quality = "质量"
[names.tenure]
TENURE
"""


def _value(value: Fraction | int | str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value if isinstance(value, str) else text(value)}"'


def _flag(value: bool) -> list[str]:
    return [f"{{ {V}, value = {_value(value)} }}"] if value else []


def _who(where: str) -> list[str]:
    """Write the values of a flag that is true for these and nobody else."""
    return [f"{{ {V}, value = false }}", f"{{ {V}, where = {{ {where} }}, value = true }}"]


def _by(axis: str, values: Mapping[str, Fraction | int | str | bool]) -> list[str]:
    return [f'{{ {V}, where = {{ {axis} = "{name}" }}, value = {_value(value)} }}' for name, value in values.items()]


# The county.


def drawn_county(draw: random.Random) -> Tables:
    """Draw three institutions and their people.

    They stay, leave, join, change posts, are away for a while, or work at two places. Now and then the centre's people
    are all alike and do nothing: a pool that would be shared equally, or by nobody.
    """
    idle = draw.random() < 0.3
    return county_of(draw, _engagements(draw, alike=idle), KINDS, idle)


def county_of(draw: random.Random, engaged: list[Row], kinds: Mapping[str, str], idle: bool = False) -> Tables:
    """A year of these people at these institutions; `idle`: nobody at the centre does anything."""
    return {
        "institution": [
            {"code": code, "kind": kind, "public_class": "1", "from": "2020-01-01", "until": ""}
            for code, kind in kinds.items()
        ],
        "staff": [{"code": code} for code in sorted({row["staff"] for row in engaged})],
        "engagement": engaged,
        "team_member": [], "license": [], "absence": [], "patient": [], "difficulty": [],
        "service_item": [
            item("EXAM", license="", limit_count="", limit_period="", until=""),
            item("VISIT", category="public_health", equivalents="0.3333", license="", limit_count="", limit_period="",
                 until=""),
        ],
        "service_record": [
            row
            for row in _records(draw, engaged, kinds)
            if not idle or not row["staff"] or row["institution"] != CENTRE
        ],
        "appraisal": _scores(draw, engaged, kinds),
        "finance": _finance(draw, kinds),
        "pay_component": [
            {"staff": who, "institution": at, "component": "post_pay", "amount": text(draw.randint(0, 6_000_00)),
             "period": month}
            for at, who in sorted({(row["institution"], row["staff"]) for row in engaged})
            for month in MONTHS
            if _there(engaged, at, who, month)
        ],
        "opening_balance": [
            {"institution": HOSPITAL, "staff": "", "name": "risk_fund", "amount": "3000.00", "period": str(YEAR)},
            {"institution": CENTRE, "staff": "", "name": "performance_pay", "amount": "777.77", "period": str(YEAR)},
        ],
    }  # fmt: skip


def _engagements(draw: random.Random, alike: bool) -> list[Row]:
    """Draw engagements; people of the centre may be `alike`: there all year, of the same post."""
    rows = []
    for number in range(draw.randint(7, 11)):
        at = draw.choice([HOSPITAL, HOSPITAL, HOSPITAL, CENTRE, CENTRE, CLINIC]) if number > 3 else "HHTT"[number]
        shape = draw.choice(["stays", "stays", "leaves", "joins", "changes", "away", "two places"])
        own = {
            "department_class": draw.choice(["clinical", "public_health", "nursing"]),
            "post_coefficient": draw.choice(["1", "1.2", "0.8333"]),
            "fte": draw.choice(["1", "0.5", "0.3333"]),
            "director": "yes" if number == 0 else "no",
            "until": "",
        }
        if alike and at == CENTRE:
            shape, own = "stays", {**own, "post_coefficient": "1", "fte": "1"}
        some = date(YEAR, 2, 1) + timedelta(days=draw.randint(0, 300))
        later = min(some + timedelta(days=draw.randint(1, 60)), date(YEAR, 12, 31))
        who = f"S{number}"
        first = engagement(who, at, **own)
        if shape in ("leaves", "changes", "away"):
            first["until"] = str(some)
        if shape == "joins":
            first["from"] = str(some)
        rows.append(first)
        if shape in ("changes", "away"):
            second = {**own, "post_coefficient": "1.5", "from": str(later if shape == "away" else some)}
            rows.append(engagement(who, at, **second))
        if shape == "two places":
            other = HOSPITAL if at != HOSPITAL else CLINIC if alike else CENTRE
            rows.append(engagement(who, other, **{**own, "director": "no"}))
    return rows


def _there(engaged: list[Row], at: str, who: str, month: str) -> bool:
    return any(
        row["from"][:7] <= month and (not row["until"] or row["until"] > f"{month}-01")
        for row in engaged
        if (row["institution"], row["staff"]) == (at, who)
    )


def _records(draw: random.Random, engaged: list[Row], kinds: Mapping[str, str]) -> list[Row]:
    """Draw work of everybody and of institutions, also on days without any engagement."""
    rows = []
    for month in MONTHS:
        for place, row in enumerate(engaged):
            for number in range(draw.randint(0, 3)):
                day = f"{month}-{draw.randint(1, 28):02}"
                quantity = draw.choice(["1", "2.5", "33.33", "7"])
                rows.append(
                    record(f"{month}-{place}-{number}", day, row["staff"], draw.choice(["EXAM", "VISIT"]), quantity,
                           institution=row["institution"])
                )  # fmt: skip
        rows.append(record(f"{month}-own", f"{month}-05", "", institution=draw.choice([*kinds])))
    return rows


def _scores(draw: random.Random, engaged: list[Row], kinds: Mapping[str, str]) -> list[Row]:
    rows = []
    for period in [*MONTHS, str(YEAR)]:
        for at in kinds:
            rows.append({"institution": at, "staff": "", "score": str(draw.randint(60, 97)), "period": period})
        for at, who in sorted({(row["institution"], row["staff"]) for row in engaged}):
            if draw.random() < 0.5:
                rows.append({"institution": at, "staff": who, "score": str(draw.randint(0, 97)), "period": period})
    return [{"indicator": "quality", "full_score": "97", **row} for row in rows]


def _finance(draw: random.Random, kinds: Mapping[str, str]) -> list[Row]:
    rows = []

    def give(at: str, line: str, fen: int, period: str) -> None:
        rows.append({"institution": at, "line": line, "amount": text(fen), "period": period})

    for at, kind in kinds.items():
        for month in MONTHS:
            give(at, "workload_pool", draw.choice([0, draw.randint(0, 30_000_00)]), month)
            if kind != KINDS[CLINIC]:
                give(at, "reward_advance_pool", draw.choice([0, draw.randint(0, 3_000_00)]), month)
    for at in (code for code, kind in kinds.items() if kind != KINDS[CLINIC]):
        income = draw.randint(500_000_00, 3_000_000_00)
        give(at, "medical_service_income", income, str(YEAR))
        give(at, "technical_service_income", draw.randint(0, income // 10), str(YEAR))
        give(at, "medical_income", income + draw.randint(0, income), str(YEAR))
        give(at, "service_costs", income * draw.randint(60, 103) // 100, str(YEAR))
        give(at, "earlier_losses", draw.choice([0, 0, draw.randint(0, income // 3)]), str(YEAR))
    return rows
