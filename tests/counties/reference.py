"""Reference tables of a random county: institutions, items, people, teams, scores, amounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from tests.counties.chance import LONG_AGO, Chance, decimal, written

KINDS = (
    "county_hospital",
    "township_center",
    "community_center",
    "village_clinic",
    "village_clinic",
    "community_station",
)
INSTITUTION_CODES = ("Z1", "a1", "a10", "é甲1", "𬭎镇", "卫生院", "卫生院1", "卫", "😀", "I02")
STAFF_PREFIXES = ("N", "n", "é甲", "医", "𬭎", "😀", "Z", "N1")
TEAM_CODES = ("T1", "T10", "团队", "团", "t1")
ITEM_CODES = (
    "V1", "V10", "v1", "随访", "随", "é项", "𬭎", "😀项", "Z-9", "z-9", "体检", "D1", "D2", "新建档案", "V1.0",
    "b", "B", "家庭病床", "Ä项", "a",
)  # fmt: skip
LICENSES = ("physician", "nurse", "医师")
CATEGORIES = ("basic_medical", "public_health", "family_doctor")
INDICATORS = ("workload", "quality", "ethics", "satisfaction")
SAME_ITEM = "同量"  # neither limited nor licensed: the work of those who earn exactly the same (see `Records`)
COMPONENTS = ("post_pay", "grade_pay", "allowance", "basic_performance_pay")
TASKS = ("epidemic_response", "night_emergency")


class Reference(Chance):
    """Maker of every table but the service records."""

    def institutions(self) -> None:
        """Make institutions, most of them open.

        Some open, close, pause or change their name and kind in the month; one may be gone.
        """
        codes = self.rng.sample(INSTITUTION_CODES, self.rng.randint(5, 8))
        for place, code in enumerate(codes):
            kind = "village_clinic" if place == 1 else self.rng.choice(KINDS)
            parent = codes[0] if place and self.often(0.5) else ""
            opened = self.mid_month() if place == 2 and self.often(0.5) else LONG_AGO
            spans: list[tuple[date, date | None]] = [(opened, None)]
            if place >= 3:
                spans = self.spans(0.5, gap=0.5, until=0.3)
            if place == 3 and self.often(0.4):
                spans = [(LONG_AGO, self.first_day - timedelta(days=self.rng.randint(0, 40)))]
            for start, end in spans:
                name = f"{code} 卫生机构" + ("（更名）" if start != LONG_AGO else "")
                self.add("institution", code, name, kind, parent, self.rng.choice("12"), written(start), written(end))
                kind = self.rng.choice(KINDS)
        self.codes = codes

    def items(self) -> None:
        codes = self.rng.sample(ITEM_CODES, self.rng.randint(10, 20))
        for place, code in enumerate(codes):
            limited = place < 5
            for start, end in self.spans(0.75 if limited else 0.4, gap=0.25):
                category = "directed" if place == 6 or self.often(0.05) else self.rng.choice(CATEGORIES)
                equivalents = self.rng.choice(
                    ("1", "3.0", "0.8", "4", "1.5", "2.5", "0.3333", "0.0007", "12.3456", "0")
                )
                license_kind = self.rng.choice(LICENSES) if self.often(0.25) else ""
                count = period = ""
                if limited and self.often(0.62):
                    count = self.rng.choice(("1", "1", "2", "2", "3", "5", "0"))
                    period = self.rng.choice(("day", "month", "quarter", "quarter", "year"))
                self.add(
                    "service_item", code, f"项目{code}", category, equivalents, license_kind, count, period,
                    written(start), written(end), "", "",
                )  # fmt: skip
        self.item_codes = codes
        self.add("service_item", SAME_ITEM, "同量项目", "basic_medical", "1", "", "", "", written(LONG_AGO), "", "", "")
        for institution in self.codes:
            for item in ["", *self.rng.sample(codes, 3)]:
                if self.often(0.45):
                    for start, end in self.spans(0.5, gap=0.4):
                        coefficient = self.rng.choice(("1.1", "1.15", "0.9", "1.3333", "1", "2"))
                        self.add("difficulty", institution, item, coefficient, written(start), written(end))

    def people(self) -> None:
        """Persons with their posts, licences and leave."""
        self.staff: list[str] = []
        wanted = self.rng.randint(10, 40)
        while len(self.staff) < wanted:
            code = f"{self.rng.choice(STAFF_PREFIXES)}{self.rng.choice(('1', '10', '2', '100', '07', '𬭎', ''))}"
            if code not in self.staff and code not in TEAM_CODES:
                self.staff.append(code)
        for code in self.staff:
            first_worked = written(date(self.rng.randint(1985, 2020), 7, 1)) if self.often(0.8) else ""
            self.add("staff", code, f"姓名{code}", first_worked)
            home = self.rng.choice(self.codes)
            self.engage(code, home, "")
            if self.often(0.25):
                self.engage(code, self.rng.choice([other for other in self.codes if other != home]), home)
            for kind in LICENSES:
                if self.often(0.5):
                    for start, end in self.spans(0.3, gap=0.6, until=0.15):
                        self.add("license", code, kind, written(start), written(end))
            for kind in ("annual", "sick", "进修"):
                if self.often(0.12):
                    start = self.around()
                    end = start + timedelta(days=self.rng.randint(1, 20)) if self.often(0.9) else None
                    blocks = self.rng.choice(("yes", "yes", "true", "1", "是", "no", "false", "0", "否"))
                    self.add("absence", code, kind, blocks, written(start), written(end))

    def engage(self, staff: str, institution: str, employer: str) -> None:
        spans: Sequence[tuple[date, date | None]] = self.spans(0.5, gap=0.25, until=0.15)
        if self.often(0.06):  # left before the month, or comes after it
            before = self.first_day - timedelta(days=self.rng.randint(0, 60))
            after = self.next_first_day + timedelta(days=self.rng.randint(0, 60))
            spans = self.rng.choice(([(LONG_AGO, before)], [(after, None)]))
        for start, end in spans:
            self.add(
                "engagement", staff, institution, employer,
                "全科", self.rng.choice(("clinical", "nursing", "public_health", "management")), "", "主治医师", "本科",
                self.rng.choice(("established", "contract", "village")),
                self.rng.choice(("standard", "standard", "agreement")), self.rng.choice(("yes", "no", "no")),
                self.rng.choice(("1", "0.5", "0.75")),
                self.rng.choice(("1", "1.2", "0.85", "1.0500", "0.3333", "1", "0")), written(start), written(end),
            )  # fmt: skip

    def teams(self) -> None:
        shares = (
            ("0.5", "0.3", "0.2"),
            ("0.3333", "0.3333", "0.3334"),
            ("0.6", "0.4"),
            ("1",),
        )
        self.team_codes = self.rng.sample(TEAM_CODES, self.rng.randint(2, 4))
        for place, team in enumerate(self.team_codes):
            home = self.rng.choice(self.codes)
            colleagues = [found["staff"] for found in self.tables["engagement"] if found["institution"] == home]
            pool = list(dict.fromkeys([*colleagues, *self.rng.sample(self.staff, 5)]))
            chosen = self.rng.choice(shares) if place else ("0.6", "0.4")
            members = pool[: len(chosen)]
            leaves = self.mid_month() if self.often(0.5) else None
            replaced = leaves is not None and self.often(0.5) and len(pool) > len(chosen)
            for member, share in zip(members, chosen, strict=True):
                until = None if replaced and member != members[-1] else leaves
                self.add("team_member", team, member, share, written(LONG_AGO), written(until))
            if replaced:  # another takes the place
                self.add("team_member", team, pool[len(chosen)], chosen[-1], written(leaves), "")
            elif leaves and self.often(0.7):  # the whole team comes back, after days without members
                back = leaves + timedelta(days=self.rng.randint(1, 4))
                for member, share in zip(members, chosen, strict=True):
                    self.add("team_member", team, member, share, written(back), "")

    def money(self) -> None:
        """Scores, pools, fixed pay, tasks: of this month, and some of the one before."""
        before = (self.first_day - timedelta(days=1)).isoformat()[:7]
        for institution in self.codes:
            for period in (self.month, before):
                for indicator in INDICATORS:
                    self.score(institution, "", indicator, period)
                self.add("finance", institution, "workload_pool", self.amount(90000), period)
            for task in TASKS:
                if self.often(0.5):
                    self.add("directed_task", institution, "", task, str(self.rng.randint(0, 14)), self.month)
            self.add("measure", institution, "population", str(self.rng.randint(300, 30000)), self.month)
        pairs = sorted({(found["staff"], found["institution"]) for found in self.tables["engagement"]})
        for staff, institution in pairs:
            for indicator in INDICATORS:
                if self.often(0.3):
                    self.score(institution, staff, indicator, self.month)
            for component in COMPONENTS:
                if self.often(0.5):
                    self.add("pay_component", staff, institution, component, self.amount(5000), self.month)
            if self.often(0.1):
                self.add("pay_component", staff, institution, "post_pay", self.amount(5000), before)
            if self.often(0.1):
                self.add(
                    "directed_task", institution, staff, self.rng.choice(TASKS), str(self.rng.randint(1, 3)), self.month
                )
        for number in range(3):
            self.add(
                "contract", f"C{number}", self.rng.choice(self.codes), "", "基础包", "public_health", self.amount(200),
                written(LONG_AGO), "", self.rng.choice(("", "2026-03-04")),
            )  # fmt: skip
        self.add("comparator", "主治医师/本科", "8123.45", "12.5", self.month)

    def score(self, institution: str, staff: str, indicator: str, period: str) -> None:
        full = self.rng.choice((100, 20, 7, 3))
        score = Fraction(self.rng.randint(0, full * 10**4), 10**4) if self.often(0.8) else Fraction(full)
        self.add("appraisal", institution, staff, indicator, decimal(score, 4), str(full), period)

    def amount(self, most: int) -> str:
        return self.spelled(decimal(Fraction(self.rng.randint(0, most * 100), 100), 2), 2) if self.often(0.95) else "0"
