"""Properties of village parity whatever the people, worked out again with fractions.

Centres and clinics are drawn. Every clinic has a rule of its own: how it compares, at which rate, and which share of
the difference the budget meets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.evaluate import Ready, V, written

CENTRES = ("T0", "T1")
CLINICS = {  # each doctor or all together, rate of the line, the budget's share of the difference
    "V0": (True, "1", "0.6"),
    "V1": (False, "1", "1"),
    "V2": (True, "0.8", "0"),
    "V3": (False, "1.1", "0.3333"),
}
SAME = {code: code for code in (*CENTRES, *CLINICS)}
TURNED = {code: f"{'Z' if code in CENTRES else 'A'}{9 - int(code[1])}" for code in SAME}  # clinics first, backwards
DOCTOR, LIKE = "乡村医生", "助理医师"


@dataclass(frozen=True)
class Way:
    """Policy of parity: means by months or heads, payment of the rest, names of places."""

    by_months: bool
    own_paid: bool
    names: tuple[tuple[str, str], ...] = tuple(SAME.items())

    def text(self) -> str:
        names = dict(self.names)
        paid = ["post_pay", "village_parity_pay", *(["village_parity_own_pay"] if self.own_paid else [])]
        reported = ["village_line", "parity_subsidy", "village_parity_lacking", "village_nothing_to_compare"]
        outputs = [*paid, *reported, "pay_after_floors"]
        columns = list(zip(*CLINICS.values(), strict=True))
        values = {
            "village_parity_each_person": [str(one).lower() for one in columns[0]],
            "village_parity_rate": [f'"{one}"' for one in columns[1]],
            "village_gap_budget_share": [f'"{one}"' for one in columns[2]],
        }
        centre = {
            "village_parity_each_person": "false",
            "village_parity_rate": '"1"',
            "village_gap_budget_share": '"1"',
        }
        text = f"[formulas.year]\noutputs = {outputs}\n"
        for name, of_clinic in values.items():
            rows = [f"{{ {V}, value = {centre[name]} }}"]
            rows += [
                f'{{ {V}, where = {{ institution = "{names[code]}" }}, value = {value} }}'
                for code, value in zip(CLINICS, of_clinic, strict=True)
            ]
            text += f"[parameters.{name}]\nvalues = [{', '.join(rows)}]\n"
        for name, kind, role in (
            ("village_doctor", "village_clinic", DOCTOR), ("village_like_staff", "township_center", LIKE),
        ):  # fmt: skip
            where = f'where = {{ kind = "{kind}", role = "{role}" }}'
            text += f"[parameters.{name}]\nvalues = [{{ {V}, value = false }}, {{ {V}, {where}, value = true }}]\n"
        months = str(self.by_months).lower()
        return f"{text}[parameters.floor_by_person_months]\nvalues = [{{ {V}, value = {months} }}]\n"


WAYS = [Way(by_months, own_paid) for by_months in (False, True) for own_paid in (False, True)]


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: f"months {way.by_months}, rest paid {way.own_paid}")
def way(request: pytest.FixtureRequest) -> Way:
    made: Way = request.param
    return made


@pytest.fixture(scope="module")
def ready(way: Way, tmp_path_factory: pytest.TempPathFactory) -> Ready:
    return Ready(written(tmp_path_factory.mktemp("policy"), "county", way.text()))


@pytest.fixture(scope="module")
def turned(way: Way, tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """Make the same policy with other codes of the places."""
    other = Way(way.by_months, way.own_paid, tuple(TURNED.items()))
    return Ready(written(tmp_path_factory.mktemp("policy"), "county", other.text()))


@st.composite
def counties(draw: st.DrawFn) -> dict[str, Any]:
    """Draw people of two centres and four clinics.

    Some have two engagements, some are at several places; a clinic may have no parent, or one that is not in the run.
    """
    engagement = st.fixed_dictionaries(
        {"role": st.sampled_from([DOCTOR, DOCTOR, LIKE, LIKE, "护士"]), "months": st.integers(0, 120_000)}
    )
    person = st.fixed_dictionaries(
        {
            "at": st.sampled_from([*CENTRES, *CENTRES, *CLINICS]),
            "who": st.integers(0, 5),
            "pay": st.integers(0, 900_00) | st.sampled_from([0, 300_00, 600_00, 600_01]),
            "head": st.sampled_from([True, True, True, False]),
            "engagements": st.lists(engagement, min_size=1, max_size=2),
        }
    )
    drawn = draw(st.lists(person, max_size=12, unique_by=lambda one: (one["at"], one["who"])))
    parents = {code: draw(st.sampled_from(["T0", "T0", "T1", "T1", "", "X"])) for code in CLINICS}
    return {"people": sorted(drawn, key=lambda one: (one["at"], one["who"])), "parents": parents}


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


def fen(texts: list[str]) -> list[int]:
    return [int(text.replace(".", "")) for text in texts]


def computed(ready: Ready, county: Mapping[str, Any], names: Mapping[str, str] = SAME, turn: int = 1) -> dict[str, Any]:
    """Compute the figures in the county's own order and codes, whatever the names."""
    people = [(names[one["at"]], f"S{5 + turn * one['who']:02}", one) for one in county["people"]]
    order = sorted(range(len(people)), key=lambda row: people[row][:2])
    rows = [people[row] for row in order]
    places = sorted(SAME, key=lambda code: names[code])
    parents = [names.get(parent := county["parents"].get(code, ""), parent) for code in places]
    posts = [post for _, _, one in rows for post in one["engagements"]]
    found, _ = ready.evaluate(
        {names[code]: "village_clinic" if code in CLINICS else "township_center" for code in SAME},
        [f"{at}/{who}/{start}" for at, who, one in rows for start in range(1, len(one["engagements"]) + 1)],
        institution_parent=parents,
        role=[post["role"] for post in posts],
        person_months=[f"{post['months'] // 10_000}.{post['months'] % 10_000:04}" for post in posts],
        head=[one["head"] for _, _, one in rows],
        pay_component={"post_pay": [yuan(one["pay"]) for _, _, one in rows]},
    )
    by_person = {
        name: [fen(found[name])[order.index(row)] for row in range(len(rows))]
        for name in ("village_parity_pay", "village_parity_own_pay", "pay_after_floors")
        if name in found
    }
    by_place = {
        name: dict(zip(places, fen(found[name]), strict=True))
        for name in ("village_line", "parity_subsidy", "village_parity_lacking", "village_nothing_to_compare")
    }
    return {**by_person, **by_place}


class Parity:
    """Parity of one clinic, from the pay of everybody: doctors, comparators, the line."""

    def __init__(self, way: Way, county: Mapping[str, Any], code: str, pay: list[int]) -> None:
        self.way, self.people, self.pay = way, county["people"], pay
        self.each, rate, share = CLINICS[code]
        self.share = Fraction(share)
        self.doctors = self._rows(code, DOCTOR)
        likes = self._rows(county["parents"][code], LIKE)
        weight = sum(self.weight(row) for row in likes)
        self.mean = ceil(sum(pay[row] for row in likes) / weight) if weight else 0
        self.line = Fraction(rate) * self.mean

    def _rows(self, at: str, role: str) -> list[int]:
        """Find people who count there and have the role in the latest engagement."""
        return [
            row for row, one in enumerate(self.people)
            if one["at"] == at and one["engagements"][-1]["role"] == role and self.weight(row)
        ]  # fmt: skip

    def weight(self, row: int) -> Fraction:
        one = self.people[row]
        months = Fraction(sum(post["months"] for post in one["engagements"]), 10_000)
        return months if self.way.by_months else Fraction(one["head"])

    def needs(self) -> dict[int, int]:
        """Compute what each doctor is to get, from any source."""
        if not self.mean or not self.doctors:
            return {}
        if self.each:
            return {row: max(ceil(self.line * self.weight(row)) - self.pay[row], 0) for row in self.doctors}
        heads = sum(self.weight(row) for row in self.doctors)
        gap = max(ceil(self.line * heads) - sum(self.pay[row] for row in self.doctors), 0)
        shares = {row: gap * self.weight(row) / heads for row in self.doctors}
        needs = {row: int(share) for row, share in shares.items()}
        left = sorted(self.doctors, key=lambda row: (needs[row] - shares[row], self.people[row]["who"]))
        for row in left[: gap - sum(needs.values())]:  # the fen left go to the greatest remainders, ties by code
            needs[row] += 1
        return needs

    def lacking(self) -> int:
        """Compute what the line still lacks, of each doctor or of all together."""
        owed = {row: self.line * self.weight(row) for row in self.doctors}
        if self.each:
            return sum(max(ceil(one) - self.pay[row], 0) for row, one in owed.items())
        return max(ceil(sum(owed.values())) - sum(self.pay[row] for row in self.doctors), 0)


@settings(max_examples=100)
@given(counties())
@example(
    {
        "parents": {"V0": "T0", "V1": "T0", "V2": "T1", "V3": "X"},
        "people": [
            {"at": "T0", "who": 0, "pay": 600_00, "head": True, "engagements": [{"role": LIKE, "months": 120_000}]},
            {"at": "V0", "who": 0, "pay": 600_00, "head": True, "engagements": [{"role": DOCTOR, "months": 120_000}]},
            {"at": "V0", "who": 1, "pay": 599_99, "head": True, "engagements": [{"role": DOCTOR, "months": 1}]},
            {"at": "V1", "who": 0, "pay": 0, "head": True, "engagements": [{"role": DOCTOR, "months": 1}]},
            {"at": "V2", "who": 0, "pay": 0, "head": True, "engagements": [{"role": DOCTOR, "months": 60_000}]},
        ],
    }
)
def test_parity_holds_or_says_what_it_lacks(way: Way, ready: Ready, county: dict[str, Any]) -> None:
    """Parity holds or reports to the fen what it lacks, from the final pay.

    It holds where somebody pays all of the difference.
    """
    found = computed(ready, county)
    for code in CLINICS:
        final = Parity(way, county, code, found["pay_after_floors"])
        assert found["village_line"][code] == final.mean
        assert found["village_parity_lacking"][code] == final.lacking()
        if final.mean and (way.own_paid or final.share == 1):
            assert final.lacking() == 0
        assert found["village_nothing_to_compare"][code] == (0 if final.mean else len(final.doctors))


@settings(max_examples=100)
@given(counties())
def test_budget_and_own_money_are_the_difference_and_nobody_loses(
    way: Way, ready: Ready, county: dict[str, Any]
) -> None:
    """Budget and own money meet each doctor's difference, and nobody loses.

    The budget meets its share of each doctor's difference, half a fen up; the two parts are the difference.
    """
    found = computed(ready, county)
    before = [one["pay"] for one in county["people"]]
    for code in CLINICS:
        parity = Parity(way, county, code, before)
        needs, budget = parity.needs(), 0
        for row in (row for row, one in enumerate(county["people"]) if one["at"] == code):
            need, met = needs.get(row, 0), found["village_parity_pay"][row]
            own = found["village_parity_own_pay"][row] if way.own_paid else 0
            assert met == int(need * parity.share + Fraction(1, 2))
            assert not way.own_paid or met + own == need
            assert min(met, own) >= 0, "nobody is charged for it"
            assert found["pay_after_floors"][row] == before[row] + met + own
            budget += met
        assert found["parity_subsidy"][code] == budget
    for row, one in enumerate(county["people"]):
        if one["at"] in CENTRES:
            assert found["village_parity_pay"][row] == 0
            assert found["pay_after_floors"][row] == before[row]


@settings(max_examples=60)
@given(county=counties())
def test_parity_does_not_depend_on_the_order_of_staff_or_institutions(
    ready: Ready, turned: Ready, county: dict[str, Any]
) -> None:
    """Parity does not depend on codes or their order, but for a fen that a tie decides."""
    one, two = computed(ready, county), computed(turned, county, TURNED, turn=-1)
    for name, found in one.items():
        if isinstance(found, dict) and name != "parity_subsidy":
            assert two[name] == found
    for code, (each, _, share) in CLINICS.items():
        rows = [row for row, person in enumerate(county["people"]) if person["at"] == code]
        for name in {"village_parity_pay", "village_parity_own_pay", "pay_after_floors"} & one.keys():
            pairs = [(one[name][row], two[name][row]) for row in rows]
            assert all(abs(first - second) <= (0 if each else 1) for first, second in pairs)
        if each or Fraction(share) in (0, 1):  # else the budget's share of the odd fen may go either way
            assert one["parity_subsidy"][code] == two["parity_subsidy"][code]
