"""The oracle itself, on cases worked by hand: each reason, each reading of section 6.

A small world: institutions I1, I2 and I3 (closes on 20 May); staff S1, S2, S3 and T1, a team of S1 (0.6) and S2 (0.4);
items VISIT (2 points), BED (licence), FOLLOW (at most 2 a quarter and patient), DIRECTED. The month is May 2026.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest

from tests.oracle import Month, judge, rejections, workload
from tests.oracle.judge import REASONS
from tests.oracle.results import exact_workload
from tests.oracle.values import half_up

MAY = Month.of("2026-05")
RECORD = ("record_id", "service_date", "institution", "staff", "item", "quantity", "share", "patient", "reverses")
START = "2020-01-01"


def rows(columns: str, *lines: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a table from tuples of texts."""
    return [dict(zip(columns.split(), line, strict=True)) for line in lines]


ITEM = "code category equivalents license limit_count limit_period from until"
WORLD = {
    "institution": rows("code from until", ("I1", START, ""), ("I2", START, ""), ("I3", START, "2026-05-20")),
    "staff": rows("code", ("S1",), ("S2",), ("S3",)),
    "engagement": rows(
        "staff institution post_coefficient from until",
        ("S1", "I1", "1", START, "2026-05-16"),
        ("S1", "I1", "1.2", "2026-05-16", ""),
        ("S2", "I1", "1", START, ""),
        ("S2", "I3", "1", START, ""),
        ("S3", "I2", "1", START, ""),
    ),
    "license": rows("staff kind from until", ("S1", "physician", START, "2026-05-10")),
    "absence": rows(
        "staff kind blocks_service from until",
        ("S2", "sick", "yes", "2026-05-25", "2026-05-27"),
        ("S2", "training", "否", "2026-05-01", ""),
    ),
    "team_member": rows(
        "team staff share from until",
        ("T1", "S1", "0.6", START, ""),
        ("T1", "S2", "0.4", START, "2026-05-28"),
    ),
    "service_item": rows(
        ITEM,
        ("VISIT", "basic_medical", "2", "", "", "", START, ""),
        ("BED", "basic_medical", "3", "physician", "", "", START, "2026-05-15"),
        ("FOLLOW", "public_health", "0.8", "", "2", "quarter", START, ""),
        ("DIRECTED", "directed", "50", "", "", "", START, ""),
    ),
    "patient": rows("patient died", ("P-dead", "2026-05-05")),
}


def record(
    record_id: str = "r1", service_date: str = "2026-05-04", institution: str = "I1", staff: str = "S1",
    item: str = "VISIT", quantity: str = "1", share: str = "1", patient: str = "P1", reverses: str = "",
) -> dict[str, str]:  # fmt: skip
    """A row of service_record that is paid unless something in it is changed."""
    return dict(
        zip(
            RECORD, (record_id, service_date, institution, staff, item, quantity, share, patient, reverses), strict=True
        )
    )


def refund(
    record_id: str = "b1", of: str = "r1", quantity: str = "-0.5", share: str = "", **other: str
) -> dict[str, str]:
    return record(record_id, quantity=quantity, share=share, reverses=of, **other)


def cancel(record_id: str = "c1", of: str = "r1", **other: str) -> dict[str, str]:
    return record(record_id, quantity="", share="", reverses=of, **other)


def judged(*records: dict[str, str], **tables: list[dict[str, str]]):
    return judge({**WORLD, "service_record": list(records), **tables}, MAY)


def listed(*records: dict[str, str], **tables: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    """(record_id, staff, reason) of what is not paid."""
    return [(found[0], found[1], found[4]) for found in rejections(judged(*records, **tables))]


def paid(*records: dict[str, str], **tables: list[dict[str, str]]) -> dict[tuple[str, str], tuple[int, Fraction]]:
    """(staff, category) -> services, points, summed over engagements and institutions."""
    total: dict[tuple[str, str], tuple[int, Fraction]] = {}
    for (_, staff, _, category), (services, points) in exact_workload(judged(*records, **tables)).items():
        before = total.get((staff, category), (0, Fraction(0)))
        total[staff, category] = (before[0] + services, before[1] + points)
    return total


def test_a_plain_row_is_paid_and_priced():
    assert listed(record(quantity="1.5")) == []
    assert workload(judged(record(quantity="1.5"))) == {("I1", "S1", START, "basic_medical"): (1, 3_000_000)}


ONE_ROW = {
    "unknown_institution": record(institution="I9"),
    "unknown_staff": record(staff="S9"),
    "unknown_item": record(item="NONE"),
    "bad_quantity": record(quantity="0"),
    "bad_share": record(share="0.9"),
    "no_patient": record(item="FOLLOW", patient=""),
    "institution_closed": record(institution="I3", staff="S2", service_date="2026-05-20"),
    "item_not_in_force": record(item="BED", service_date="2026-05-15"),
    "not_engaged": record(institution="I2"),
    "absent": record(staff="S2", service_date="2026-05-26"),
    "not_licensed": record(item="BED", service_date="2026-05-10"),
    "after_death": record(patient="P-dead", service_date="2026-05-06"),
}


@pytest.mark.parametrize("reason", ONE_ROW)
def test_each_reason_of_a_single_row(reason):
    assert listed(ONE_ROW[reason]) == [("r1", ONE_ROW[reason]["staff"], reason)]


@pytest.mark.parametrize(
    "row",
    [
        record(institution="I3", staff="S2", service_date="2026-05-19"),
        record(item="BED", service_date="2026-05-09"),
        record(staff="S2", service_date="2026-05-24"),
        record(staff="S2", service_date="2026-05-27"),
        record(patient="P-dead", service_date="2026-05-05"),
        record(patient=""),
        record(staff="", item="BED", service_date="2026-05-12"),
    ],
    ids=["open", "licensed", "before leave", "after leave", "day of death", "unlimited without patient", "own work"],
)
def test_the_day_before_it_is_paid(row):
    """A row is paid on the last day before a reason applies.

    `from` inclusive, `until` exclusive; the day of death is paid; own work needs no engagement and no licence.
    """
    assert listed(row) == []


def test_the_first_reason_in_order_wins():
    everything_wrong = dict.fromkeys(("quantity", "share", "patient"), "")
    everything_wrong |= {"institution": "I9", "staff": "S9", "item": "NONE"}
    fixed = [("institution", "I3"), ("staff", "S3"), ("item", "FOLLOW"), ("quantity", "1"), ("share", "1")]
    seen = [listed(record(service_date="2026-05-21", **everything_wrong))[0][2]]
    for column, value in fixed:
        everything_wrong[column] = value
        seen.append(listed(record(service_date="2026-05-21", **everything_wrong))[0][2])
    assert seen == [
        "unknown_institution", "unknown_staff", "unknown_item", "bad_quantity", "bad_share", "no_patient",
    ]  # fmt: skip


def test_reasons_stand_in_the_order_of_the_rules():
    assert len(REASONS) == len(set(REASONS)) == 16
    assert REASONS[:3] == ("duplicate_row", "inconsistent_record", "reversed")
    assert REASONS[-1] == "over_limit"


class TestSeveralRows:
    def test_a_duplicate_is_the_same_typed_value_in_all_nine_columns(self):
        assert listed(record(quantity="1"), record(quantity="1.00", share="1.0000"), record(quantity="1.0")) == [
            ("r1", "S1", "duplicate_row"),
            ("r1", "S1", "duplicate_row"),
        ]

    def test_copies_count_from_one_within_record_and_staff_in_the_order_of_the_reasons(self):
        rows = (record(institution="I2"), record(institution="I1"), record(institution="I1"), record(staff="S2"))
        assert rejections(judged(*rows)) == [
            ("r1", "S1", "I1", 1, "duplicate_row"),
            ("r1", "S1", "I1", 2, "inconsistent_record"),
            ("r1", "S1", "I2", 3, "inconsistent_record"),
            ("r1", "S2", "I1", 1, "inconsistent_record"),
        ]

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("service_date", "2026-05-05"),
            ("institution", "I2"),
            ("item", "BED"),
            ("quantity", "2"),
            ("patient", ""),
            ("reverses", "x"),
        ],
    )
    def test_rows_that_disagree_are_all_inconsistent(self, column, value):
        first, second = record(share="0.5"), record(staff="S2", share="0.5")
        second[column] = value
        found = listed(first, second)
        assert found == [("r1", "S1", "inconsistent_record"), ("r1", "S2", "inconsistent_record")]

    def test_one_staff_code_twice_is_inconsistent_the_empty_one_included(self):
        assert [reason for *_, reason in listed(record(staff="", share="0.5"), record(staff="", share="0.4"))] == [
            "inconsistent_record"
        ] * 2

    def test_shares_must_sum_to_exactly_one(self):
        thirds = [record(staff=staff, share="0.3333") for staff in ("S1", "S2", "")]
        assert [reason for *_, reason in listed(*thirds)] == ["bad_share"] * 3
        thirds[0]["share"] = "0.3334"
        assert listed(*thirds) == []
        assert paid(*thirds)["S1", "basic_medical"] == (1, Fraction("0.6668"))

    def test_one_share_outside_spoils_all_rows(self):
        assert listed(record(share="1"), record(staff="S2", share="0")) == [
            ("r1", "S1", "bad_share"),
            ("r1", "S2", "bad_share"),
        ]

    def test_a_row_that_fails_alone_leaves_the_other_its_share(self):
        two = (record(share="0.25"), record(staff="S9", share="0.75"))
        assert listed(*two) == [("r1", "S9", "unknown_staff")]
        assert paid(*two) == {("S1", "basic_medical"): (1, Fraction("0.5"))}

    def test_an_inconsistent_record_partly_counting_only_lists_the_rows_of_the_month(self):
        assert listed(record(item="FOLLOW"), record(item="FOLLOW", service_date="2026-04-04")) == [
            ("r1", "S1", "inconsistent_record")
        ]


class TestTeams:
    def test_one_row_per_member_with_the_members_shares(self):
        assert paid(record(staff="T1")) == {
            ("S1", "basic_medical"): (1, Fraction("1.2")),
            ("S2", "basic_medical"): (1, Fraction("0.8")),
        }

    def test_members_are_judged_apart_and_listed_under_their_own_code(self):
        row = record(staff="T1", service_date="2026-05-26")
        assert listed(row) == [("r1", "S2", "absent")]
        assert paid(row) == {("S1", "basic_medical"): (1, Fraction("1.2"))}

    def test_a_bad_quantity_is_listed_for_each_member(self):
        assert listed(record(staff="T1", quantity="-1")) == [("r1", "S1", "bad_quantity"), ("r1", "S2", "bad_quantity")]

    @pytest.mark.parametrize("row", [record(staff="T1", share="0.5"), record(staff="T1", service_date="2026-05-28")])
    def test_a_share_that_is_not_one_or_members_that_do_not_sum_to_one(self, row):
        assert listed(row) == [("r1", "T1", "bad_share")]

    def test_beside_a_bad_team_row_of_half_the_person_is_paid(self):
        two = (record(share="0.5"), record(staff="T1", share="0.5"))
        assert listed(*two) == [("r1", "T1", "bad_share")]
        assert paid(*two) == {("S1", "basic_medical"): (1, Fraction(1))}

    def test_earlier_reasons_come_before_bad_share(self):
        assert listed(record(staff="T1", share="0.5", item="NONE")) == [("r1", "T1", "unknown_item")]

    def test_a_cancelled_team_row_stays_one_row(self):
        assert listed(record(staff="T1"), cancel()) == [("c1", "S1", "reversed"), ("r1", "T1", "reversed")]


class TestReversals:
    def test_both_sides_are_reversed_also_if_the_cancelling_row_has_other_faults(self):
        assert listed(record(), cancel(staff="S9", item="NONE", institution="I9", service_date="2026-07-01")) == [
            ("c1", "S9", "reversed"),
            ("r1", "S1", "reversed"),
        ]

    def test_an_inconsistent_cancelling_record_cancels_nothing(self):
        assert listed(record(), cancel(), cancel(item="BED")) == [("c1", "S1", "inconsistent_record")] * 2

    def test_what_names_a_record_that_is_not_there_is_reversed(self):
        assert listed(cancel(of="nothing"), refund(of="nothing")) == [
            ("b1", "S1", "reversed"),
            ("c1", "S1", "reversed"),
        ]

    def test_an_inconsistent_original_stays_so_and_the_cancelling_row_is_reversed(self):
        assert listed(record(), record(quantity="2"), cancel()) == [
            ("c1", "S1", "reversed"),
            ("r1", "S1", "inconsistent_record"),
            ("r1", "S1", "inconsistent_record"),
        ]

    def test_reversing_a_reversal_or_a_refund_restores_nothing(self):
        rows = (record(), cancel(), cancel("c2", of="c1"), record("r2"), refund(of="r2"), cancel("c3", of="b1"))
        assert listed(*rows) == [
            ("c1", "S1", "reversed"), ("c2", "S1", "reversed"), ("c3", "S1", "reversed"), ("r1", "S1", "reversed"),
        ]  # fmt: skip
        assert paid(*rows) == {("S1", "basic_medical"): (1, Fraction(1))}

    def test_a_late_cancellation_is_read_and_listed_with_its_original(self):
        assert listed(record(), cancel(service_date="2026-08-01")) == [
            ("c1", "S1", "reversed"),
            ("r1", "S1", "reversed"),
        ]

    def test_a_reversal_of_an_earlier_month_is_listed_in_its_own_as_reversed(self):
        april = record(service_date="2026-04-02", item="FOLLOW")
        assert listed(april, refund(item="FOLLOW"), cancel(of="gone")) == [
            ("b1", "S1", "reversed"),
            ("c1", "S1", "reversed"),
        ]
        assert paid(april, refund(item="FOLLOW")) == {}

    def test_a_late_reversal_of_a_counting_only_row_is_not_listed(self):
        assert listed(record(service_date="2026-04-02", item="FOLLOW"), cancel(service_date="2026-06-01")) == []

    def test_only_one_level_is_read(self):
        """c2 (June) reverses c1 (June), which reverses r1 (May): c1 is read for r1, c2 for nothing."""
        late = (record(), cancel(service_date="2026-06-01"), cancel("c2", of="c1", service_date="2026-06-02"))
        assert len(judged(*late).read.rows) == 2

    def test_zero_or_more_with_reverses_is_bad_quantity_after_the_unknown_codes(self):
        rows = (record(), record("x1", reverses="r1"), record("x2", reverses="r1", quantity="0", staff="S9"))
        assert listed(*rows) == [("x1", "S1", "bad_quantity"), ("x2", "S9", "unknown_staff")]

    def test_bad_quantity_with_reverses_keeps_its_reason_where_its_original_is_not_of_the_month(self):
        assert listed(record("x1", reverses="gone")) == [("x1", "S1", "bad_quantity")]

    def test_a_team_code_in_such_a_row_stays(self):
        assert listed(record("x1", staff="T1", reverses="gone")) == [("x1", "T1", "bad_quantity")]


class TestRefunds:
    def test_a_refund_is_priced_as_its_original_and_is_not_a_service(self):
        rows = (record(quantity="3"), refund(quantity="-1.25", service_date="2026-06-30"))
        assert listed(*rows) == []
        assert paid(*rows) == {("S1", "basic_medical"): (1, Fraction("3.5"))}

    def test_the_engagement_is_that_of_the_original_day(self):
        rows = (record(service_date="2026-05-15"), refund(service_date="2026-05-20"))
        assert workload(judged(*rows)) == {("I1", "S1", START, "basic_medical"): (1, 1_000_000)}

    @pytest.mark.parametrize("other", [{"staff": "S2"}, {"item": "BED"}, {"institution": "I2"}])
    def test_it_must_name_staff_item_and_institution_of_a_row(self, other):
        assert listed(record(), refund(**other)) == [("b1", other.get("staff", "S1"), "reversed")]

    def test_of_a_row_that_is_not_paid_it_is_reversed(self):
        assert listed(record(institution="I2"), refund(institution="I2")) == [
            ("b1", "S1", "reversed"),
            ("r1", "S1", "not_engaged"),
        ]

    def test_of_a_cancelled_record_it_is_reversed(self):
        assert listed(record(), cancel(), refund()) == [(code, "S1", "reversed") for code in ("b1", "c1", "r1")]

    def test_an_empty_share_is_the_originals_and_a_given_one_its_own(self):
        rows = (record(share="0.4"), record(staff="S2", share="0.6"), refund(quantity="-0.5"))
        assert paid(*rows)["S1", "basic_medical"] == (1, Fraction("0.4"))
        rows[2]["share"] = "0.1"
        assert paid(*rows)["S1", "basic_medical"] == (1, Fraction("0.7"))

    @pytest.mark.parametrize("share", ["0", "1.0001", "-0.5"])
    def test_a_share_outside_is_bad_share(self, share):
        assert listed(record(), refund(share=share)) == [("b1", "S1", "bad_share")]

    def test_all_refunds_of_a_row_that_together_exceed_it_are_bad_quantity(self):
        rows = (record(), refund("b1", quantity="-0.5"), refund("b2", quantity="-0.5"), refund("b3", quantity="-0.01"))
        assert listed(*rows[:3]) == []
        assert paid(*rows[:3]) == {("S1", "basic_medical"): (1, Fraction(0))}
        assert listed(*rows) == [(code, "S1", "bad_quantity") for code in ("b1", "b2", "b3")]
        assert paid(*rows) == {("S1", "basic_medical"): (1, Fraction(2))}

    def test_excess_is_of_quantity_times_share_and_of_one_row(self):
        rows = (
            record(quantity="2", share="0.5"),
            record(quantity="2", share="0.5", staff="S2"),
            refund("b1", quantity="-4", share="0.25"),
            refund("b2", quantity="-2", staff="S2"),
        )
        assert listed(*rows) == []
        rows[2]["share"] = "0.2501"
        assert listed(*rows) == [("b1", "S1", "bad_quantity")]

    def test_bad_share_does_not_count_in_the_excess(self):
        assert listed(record(), refund("b1", quantity="-1"), refund("b2", quantity="-1", share="2")) == [
            ("b2", "S1", "bad_share")
        ]

    def test_refunds_shares_need_not_sum_to_one(self):
        rows = (
            record(share="0.5"),
            record(share="0.5", staff="S2"),
            refund(share="0.1"),
            refund(share="0.2", staff="S2"),
        )
        assert listed(*rows) == []

    def test_a_teams_refund_becomes_one_row_per_member_each_judged_apart(self):
        rows = (record(staff="T1", service_date="2026-05-26", quantity="2"), refund(staff="T1", quantity="-1"))
        assert listed(*rows) == [("b1", "S2", "reversed"), ("r1", "S2", "absent")]
        assert paid(*rows) == {("S1", "basic_medical"): (1, Fraction("1.2"))}

    def test_members_are_those_of_the_originals_day(self):
        rows = (record(staff="T1"), refund(staff="T1", service_date="2026-05-29", share="1"))
        assert listed(*rows) == []
        assert paid(*rows)["S2", "basic_medical"] == (1, Fraction("0.4"))

    def test_a_teams_refund_with_another_share_is_bad_share_under_its_code(self):
        assert listed(record(staff="T1"), refund(staff="T1", share="0.5")) == [("b1", "T1", "bad_share")]

    def test_a_refund_of_a_bad_team_row_stays_one_row(self):
        rows = (record(staff="T1", share="0.5"), refund(staff="T1"))
        assert listed(*rows) == [("b1", "T1", "reversed"), ("r1", "T1", "bad_share")]

    def test_a_member_may_not_refund_a_teams_row_in_his_own_name(self):
        assert listed(record(staff="T1"), refund(staff="S1")) == [("b1", "S1", "reversed")]

    def test_of_own_work(self):
        assert paid(record(staff=""), refund(staff="")) == {("", "basic_medical"): (1, Fraction(1))}

    def test_duplicate_refunds_count_once(self):
        assert listed(record(), refund(quantity="-1"), refund(quantity="-1.0")) == [("b1", "S1", "duplicate_row")]


class TestLimit:
    """FOLLOW: two a quarter and patient."""

    def follow(self, record_id: str, on: str, **other: str) -> dict[str, str]:
        return record(record_id, service_date=on, item="FOLLOW", **other)

    def test_services_since_the_periods_start_count_and_history_is_not_listed(self):
        rows = [
            self.follow(f"r{n}", on) for n, on in enumerate(("2026-03-31", "2026-04-01", "2026-04-02", "2026-04-03"))
        ]
        assert listed(*rows, self.follow("r9", "2026-05-01")) == [("r9", "S1", "over_limit")]
        assert listed(*rows[:2], self.follow("r9", "2026-05-01")) == []

    def test_the_order_is_date_then_the_bytes_of_record_id(self):
        """'Z' comes before 'a', and 'a' before 'é', byte for byte."""
        rows = [self.follow(code, "2026-05-01") for code in ("é", "a", "Z")]
        assert listed(*rows) == [("é", "S1", "over_limit")]

    def test_a_service_of_several_rows_counts_once(self):
        shared = [self.follow("r1", "2026-05-01", staff=staff, share="0.5") for staff in ("S1", "S2")]
        assert listed(*shared, self.follow("r2", "2026-05-02")) == []
        found = listed(*shared, self.follow("r2", "2026-05-02"), self.follow("r3", "2026-05-03"))
        assert found == [("r3", "S1", "over_limit")]

    def test_a_service_counts_if_any_of_its_rows_passed(self):
        half = [self.follow("r1", "2026-05-01", staff=staff, share="0.5") for staff in ("S1", "S9")]
        found = listed(*half, self.follow("r2", "2026-05-02"), self.follow("r3", "2026-05-03"))
        assert found == [("r1", "S9", "unknown_staff"), ("r3", "S1", "over_limit")]

    def test_what_was_not_accepted_does_not_count(self):
        rows = [self.follow("r1", "2026-04-01", institution="I2"), self.follow("r2", "2026-04-02"), cancel(of="r2")]
        assert listed(*rows, self.follow("r3", "2026-05-01"), self.follow("r4", "2026-05-02")) == [
            ("c1", "S1", "reversed")
        ]

    def test_a_refund_does_not_uncount_its_service_and_of_over_limit_is_reversed(self):
        rows = [self.follow(f"r{n}", f"2026-05-0{n}") for n in (1, 2, 3)]
        rows += [refund("b1", item="FOLLOW", quantity="-1"), refund("b3", of="r3", item="FOLLOW")]
        assert listed(*rows) == [("b3", "S1", "reversed"), ("r3", "S1", "over_limit")]

    def test_the_row_in_force_on_the_date_decides(self):
        """Without a limit before 10 May, none accepted from then on (what came before counts too)."""
        item = rows(
            ITEM,
            ("FOLLOW", "public_health", "1", "", "", "", START, "2026-05-10"),
            ("FOLLOW", "public_health", "1", "", "2", "month", "2026-05-10", "2026-05-20"),
            ("FOLLOW", "public_health", "1", "", "0", "day", "2026-05-20", ""),
        )
        days = [self.follow(f"r{day}", f"2026-05-{day:02}") for day in (1, 2, 12, 20)]
        assert listed(*days, service_item=item) == [("r12", "S1", "over_limit"), ("r20", "S1", "over_limit")]
        assert listed(days[0], days[2], service_item=item) == []

    @pytest.mark.parametrize(
        ("period", "before", "over"),
        [
            ("day", "2026-05-04", True), ("day", "2026-05-03", False),
            ("month", "2026-05-01", True), ("month", "2026-04-30", False),
            ("quarter", "2026-04-01", True), ("quarter", "2026-03-31", False),
            ("year", "2026-01-01", True), ("year", "2025-12-31", False),
        ],
    )  # fmt: skip
    def test_calendar_periods(self, period, before, over):
        item = rows(ITEM, ("FOLLOW", "public_health", "1", "", "1", period, START, ""))
        found = listed(self.follow("r1", before), self.follow("r2", "2026-05-04"), service_item=item)
        assert found == ([("r2", "S1", "over_limit")] if over else [])

    def test_other_patients_and_items_count_apart(self):
        rows = [self.follow(f"r{n}", "2026-05-01", patient=f"P{n % 2}") for n in range(4)]
        assert listed(*rows) == []

    def test_a_held_institutions_services_count_but_it_has_no_rows(self):
        both = rows(
            "staff institution post_coefficient from until", ("S1", "I1", "1", START, ""), ("S1", "I2", "1", START, "")
        )
        services = [self.follow(f"r{n}", f"2026-05-0{n}", institution="I2" if n < 3 else "I1") for n in (1, 2, 3, 4)]
        services.append(record("r5", institution="I2", item="NONE"))
        found = judged(*services, engagement=both)
        assert rejections(found, held={"I2"}) == [
            ("r3", "S1", "I1", 1, "over_limit"),
            ("r4", "S1", "I1", 1, "over_limit"),
        ]
        assert workload(found, held={"I2"}) == {}


class TestPoints:
    def test_directed_items_are_paid_rows_with_zero_points(self):
        assert paid(record(item="DIRECTED", quantity="7")) == {("S1", "directed"): (1, Fraction(0))}

    def test_difficulty_of_the_item_else_of_the_institution_else_one(self):
        table = rows(
            "institution item coefficient from until",
            ("I1", "", "1.1", START, "2026-05-10"),
            ("I1", "VISIT", "1.5", "2026-05-05", "2026-05-08"),
            ("I2", "VISIT", "9", START, ""),
        )
        got = [paid(record(service_date=f"2026-05-{day:02}"), difficulty=table) for day in (4, 5, 7, 8, 10)]
        assert [found["S1", "basic_medical"][1] for found in got] == [
            Fraction(text) for text in ("2.2", "3", "3", "2.2", "2")
        ]

    def test_equivalents_and_post_of_the_day(self):
        item = rows(
            ITEM,
            ("VISIT", "basic_medical", "2", "", "", "", START, "2026-05-16"),
            ("VISIT", "family_doctor", "2.5", "", "", "", "2026-05-16", ""),
        )
        rows_ = (record("r1", service_date="2026-05-15"), record("r2", service_date="2026-05-16"))
        assert workload(judged(*rows_, service_item=item)) == {
            ("I1", "S1", START, "basic_medical"): (1, 2_000_000),
            ("I1", "S1", "2026-05-16", "family_doctor"): (1, 2_500_000),
        }

    def test_points_are_summed_exactly_and_stated_once(self):
        """3 x 0.01 x 0.0001 x 0.2 = 6e-7 is stated as 1e-6; each alone, 2e-7, would be stated as 0."""
        item = rows(ITEM, ("VISIT", "basic_medical", "0.2", "", "", "", START, ""))
        split = [("S1", "0.0001"), ("S2", "0.9999")]
        small = [record(f"r{n}", quantity="0.01", staff=staff, share=share) for n in range(3) for staff, share in split]
        assert workload(judged(*small, service_item=item))["I1", "S1", START, "basic_medical"] == (3, 1)

    def test_half_up_is_away_from_zero(self):
        assert [half_up(Fraction(text), 0) for text in ("0.5", "-0.5", "1.4999", "-2.5", "2.5")] == [1, -1, 1, -3, 3]


def test_what_a_month_reads():
    """A month reads rows dated in M, earlier ones of limited items, and reversals of these.

    Earlier rows of limited items are those since 1 January. Nothing else is read.
    """
    read = judged(
        record("in"),
        record("visit-before", service_date="2026-04-30"),
        record("follow-before", service_date="2026-01-01", item="FOLLOW"),
        record("follow-last-year", service_date="2025-12-31", item="FOLLOW"),
        record("after", service_date="2026-06-01"),
        cancel("late", of="in", service_date="2027-01-01"),
        cancel("early", of="follow-before", service_date="2025-01-01"),
        cancel("other", of="visit-before", service_date="2026-06-01"),
        cancel("own", of="visit-before"),
    ).read
    assert [row.record_id for row in read.in_month] == ["in", "own"]
    assert [row.record_id for row in read.counting_only] == ["follow-before"]
    assert [row.record_id for row in read.late_reversals] == ["late", "early"]


class TestCorners:
    """Cases in which two rules meet."""

    def test_a_bad_share_refund_of_what_is_over_the_limit_is_reversed_first(self):
        services = [record(f"r{n}", service_date=f"2026-05-0{n}", item="FOLLOW") for n in (1, 2, 3)]
        assert listed(*services, refund(of="r3", item="FOLLOW", share="2")) == [
            ("b1", "S1", "reversed"),
            ("r3", "S1", "over_limit"),
        ]

    def test_a_teams_refund_with_another_share_is_reversed_if_no_member_is_paid(self):
        dead = {"patient": "P-dead", "service_date": "2026-05-06"}
        assert listed(record(staff="T1", **dead), refund(staff="T1", share="0.5")) == [
            ("b1", "T1", "reversed"),
            ("r1", "S1", "after_death"),
            ("r1", "S2", "after_death"),
        ]

    def test_a_teams_refund_of_an_earlier_month_is_one_row_per_member_where_its_original_is_read(self):
        april = record(staff="T1", service_date="2026-04-02", item="FOLLOW")
        assert listed(april, refund(staff="T1", item="FOLLOW")) == [("b1", "S1", "reversed"), ("b1", "S2", "reversed")]
        april["item"] = "VISIT"
        assert listed(april, refund(staff="T1")) == [("b1", "T1", "reversed")]

    def test_copies_are_numbered_before_held_institutions_are_left_out(self):
        two = (record(institution="I1"), record(institution="I2"))
        assert rejections(judged(*two), held={"I1"}) == [("r1", "S1", "I2", 2, "inconsistent_record")]

    def test_the_empty_institution_and_item_are_unknown(self):
        assert listed(record(institution=""), record("r2", item="")) == [
            ("r1", "S1", "unknown_institution"),
            ("r2", "S1", "unknown_item"),
        ]

    def test_a_refund_in_the_month_of_its_original_though_dated_in_no_read_month(self):
        """A refund dated last year of a row of the month is priced with it."""
        assert paid(record(), refund(service_date="2025-03-01")) == {("S1", "basic_medical"): (1, Fraction(1))}

    def test_excess_of_a_teams_refund_is_judged_by_member(self):
        """The excess of a team's refund is decided by member.

        The whole team's row is refunded by 0.5 of 1; a second refund of 0.5 takes the rest, a third is too much.
        """
        team = [record(staff="T1"), refund("b1", staff="T1"), refund("b2", staff="T1", share="1.00")]
        assert listed(*team) == []
        assert listed(*team, refund("b3", staff="T1", quantity="-0.01")) == [
            (code, staff, "bad_quantity") for code in ("b1", "b2", "b3") for staff in ("S1", "S2")
        ]

    def test_a_code_with_blanks_or_another_case_is_another_code(self):
        assert listed(record(staff="s1")) == [("r1", "s1", "unknown_staff")]

    def test_a_cancelled_service_frees_its_place_in_the_limit(self):
        services = [record(f"r{n}", service_date=f"2026-05-0{n}", item="FOLLOW") for n in (1, 2, 3)]
        assert listed(*services, cancel(of="r1", service_date="2026-09-01")) == [
            ("c1", "S1", "reversed"),
            ("r1", "S1", "reversed"),
        ]
