"""The random counties contain their intended situations; the oracle's own invariants hold."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache

import pytest

from tests.counties import county
from tests.oracle import Claim, Judged, Month, judge, rejections, workload
from tests.oracle.judge import REASONS, is_cancelling, is_refund, originals
from tests.oracle.values import in_force

SEEDS = range(6)


@cache
def judged(seed: int) -> Judged:
    found = county(seed)
    return judge(found.tables, Month.of(found.month))


def situations(found: Judged) -> Counter[str]:
    """Count the situations in a county by name."""
    seen: Counter[str] = Counter()
    by_id: dict[str, list[Claim]] = {}
    for claim in found.claims:
        by_id.setdefault(claim.record.record_id, []).append(claim)
    for claim in found.paid:
        seen.update(describe_paid(found, claim, by_id))
    for claim in found.not_paid:
        seen.update(describe_reversing(found, claim, by_id))
    return seen


def describe_paid(found: Judged, claim: Claim, by_id: dict[str, list[Claim]]) -> list[str]:
    team = found.reference.is_team(claim.record.staff)
    if claim.is_refund:
        own = "with its own share" if claim.record.share is not None else "with its original's share"
        late = ["a late refund"] if not found.month.contains(claim.record.service_date) else []
        original = claim.original
        assert original is not None
        shared = [f"a refund of {what}" for what in refunded(found, original, by_id)]
        return ["a team's refund" if team else "a person's refund", f"a refund {own}", *late, *shared]
    seen = ["a team's service"] if team else []
    seen += describe_shared(found, claim, by_id)
    if not claim.record.staff:
        seen.append("the institution's own work")
    if len(by_id[claim.record.record_id]) > 1 and not team:
        seen.append("a service of several persons")
    if any(other.reason == "over_limit" for other in by_id[claim.record.record_id]):
        seen.append("impossible: one service accepted and over the limit")
    return seen


def refunded(found: Judged, original: Claim, by_id: dict[str, list[Claim]]) -> list[str]:
    """Tell if a row that is refunded is of a joint service, or of roles."""
    others = by_id[original.record.record_id]
    joint = len({other.record.institution for other in others if other.paid}) > 1
    roles = found.reference.shares_of_roles(original.record) and len(others) > 1
    return ["a joint service"] * joint + ["a role"] * roles


def describe_shared(found: Judged, claim: Claim, by_id: dict[str, list[Claim]]) -> list[str]:
    """Describe a paid row of a joint service, of roles, or of a team with equal shares."""
    record, others = claim.record, by_id[claim.record.record_id]
    paid = [other for other in others if other.paid]
    rows = {other.record for other in others if other.reason != "duplicate_row"}
    seen = []
    if len({other.record.institution for other in paid}) > 1:
        limited = found.reference.item(record.item, record.service_date)
        seen.append("a joint limited service" if limited and limited["limit_count"] else "a joint service")
    if sum(record.share or 0 for record in rows) != 1:
        seen.append("a service of roles")
    if found.reference.is_team(record.staff):
        members = found.reference.tables["team_member"]
        seen += ["equal shares of a team"] * any(
            row["team"] == record.staff and row["staff"] == claim.staff and not row["share"] for row in members
        )
    if len({other.record.institution for other in others}) > 1 and any(o.reason == "not_engaged" for o in others):
        seen.append("a joint service with a row that is not engaged")
    return seen


def describe_reversing(found: Judged, claim: Claim, by_id: dict[str, list[Claim]]) -> list[str]:
    record = claim.record
    if not record.reverses:
        institutions = {other.record.institution for other in by_id[record.record_id]}
        over = claim.reason == "over_limit" and len(institutions) > 1
        return ["a joint service over_limit"] * over
    kind = "cancelling" if is_cancelling(record) else "refund" if is_refund(record) else "neither"
    targets = by_id.get(record.reverses, [])
    seen = [f"{kind} {claim.reason}"]
    if not targets:
        seen.append(f"{kind} of a missing record")
    for target in targets:
        what = "reversing row" if target.record.reverses else target.reason or "paid row"
        seen.append(f"{kind} of {what}")
    if targets and originals(found.read.rows, record) and not found.month.contains(targets[0].record.service_date):
        seen.append(f"{kind} in the month of a row of another")
    if not found.month.contains(record.service_date):
        seen.append(f"{kind} of another month")
    return seen


EXPECTED = (
    "a team's service", "the institution's own work", "a service of several persons",
    "a joint service", "a joint limited service", "a service of roles", "equal shares of a team",
    "a joint service with a row that is not engaged", "a refund of a joint service", "a refund of a role",
    "a joint service over_limit",
    "a person's refund", "a team's refund", "a refund with its own share", "a refund with its original's share",
    "a late refund", "cancelling of a missing record", "refund of a missing record", "cancelling of reversing row",
    "refund of reversing row",
    "cancelling reversed", "refund reversed", "refund bad_quantity", "refund bad_share", "neither bad_quantity",
    "cancelling duplicate_row", "refund duplicate_row", "cancelling inconsistent_record", "refund inconsistent_record",
    "refund of over_limit", "refund of inconsistent_record", "refund of reversed", "cancelling of reversed",
    "cancelling of another month", "refund of another month", "refund in the month of a row of another",
)  # fmt: skip


def test_a_few_counties_contain_every_situation():
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        seen.update(situations(judged(seed)))
    assert [name for name in EXPECTED if not seen[name]] == []
    assert not [name for name in seen if name.startswith("impossible")]


def test_a_few_counties_contain_every_reason():
    seen = {reason for seed in SEEDS for *_, reason in rejections(judged(seed))}
    assert seen == set(REASONS)


def test_changes_in_mid_month_are_there():
    """Items, limits, posts, licences and institutions change in mid month.

    There are two rows of one code that both hold within the month.
    """
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        made, found = county(seed), judged(seed)
        keys = {
            "institution": ("code",), "service_item": ("code",), "engagement": ("staff", "institution"),
            "license": ("staff", "kind"), "difficulty": ("institution", "item"), "team_member": ("team",),
        }  # fmt: skip
        for table, key in keys.items():
            rows = [row for row in made.tables.get(table, []) if found.month.meets(row)]
            counted = Counter(tuple(row[column] for column in key) for row in rows)
            seen[table] += sum(count > 1 for count in counted.values())
        items = [row for row in made.tables["service_item"] if found.month.meets(row)]
        limits = {row["code"]: set() for row in items}
        for row in items:
            limits[row["code"]].add((row["limit_count"], row["limit_period"]))
        seen["limits"] += sum(len(found) > 1 for found in limits.values())
    assert all(seen.values()), seen


@pytest.mark.parametrize("seed", SEEDS)
def test_intervals_of_one_key_do_not_overlap(seed):
    """Intervals of one key never overlap in the generated counties.

    Section 6: the generator makes faults in service_record only; else freeze would rightly refuse the county.
    """
    made = county(seed)
    keys = {
        "institution": ("code",), "service_item": ("code",), "engagement": ("staff", "institution"),
        "license": ("staff", "kind"), "difficulty": ("institution", "item"), "team_member": ("team", "staff"),
        "absence": ("staff", "kind"),
    }  # fmt: skip
    for table, key in keys.items():
        rows = made.tables.get(table, [])
        days = {row[end] for row in rows for end in ("from", "until") if row[end]}
        for day in days:
            on = Month.of(day[:7]).first_day.replace(day=int(day[8:]))
            held = Counter(tuple(row[column] for column in key) for row in rows if in_force(row, on))
            assert not held or max(held.values()) == 1, (table, held.most_common(1), day)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_row_of_the_month_is_paid_or_rejected_once(seed):
    """Rows in = paid + rejected: each claim of a row dated in the month is one of both."""
    found = judged(seed)
    of_month = [claim for claim in found.claims if found.month.contains(claim.record.service_date)]
    answered = {id(claim.record) for claim in found.paid} | {id(claim.record) for claim in found.not_paid}
    assert all(id(claim.record) in answered for claim in of_month)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_rows_does_not_matter(seed):
    made = county(seed)
    found = judged(seed)
    mixed = {name: random.Random(seed + 1).sample(rows, len(rows)) for name, rows in made.tables.items()}
    again = judge(mixed, Month.of(made.month))
    assert rejections(again) == rejections(found)
    assert workload(again) == workload(found)


def test_the_same_seed_makes_the_same_county():
    assert county(3) == county(3)
    assert county(3) != county(4)
