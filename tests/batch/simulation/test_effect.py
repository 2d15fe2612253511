"""Effects worked by hand: who gains, who loses, what flips, beside what."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from batch.report_names import FAILS, NOT_APPLICABLE
from batch.simulation.effect import Amounts, Effect
from batch.simulation.simulation import Simulation
from batch.snapshot.snapshot import find_snapshot
from batch.workspace import Workspace
from payengine.errors import Refused, UsageError
from payengine.periods import Period
from tests.support.schemes import read
from tests.support.schemes import workspace as scheme
from tests.support.small_county import OCTOBER, Row, county, engagement, pay, record, tables, write

CHECKED = """
[parameters.fixed_share_floor]
values = [{ from = 2026-01-01, continues = "至调整", value = "0.97", source = "县医改办 3 号" }]

[checks.fixed_share]
periods = ["month"]
"""


UNREAD = "director_pay_limit"  # of the year


def rows() -> dict[str, list[Row]]:
    """Two centres; S1 works at both, S2 does nothing that is priced."""
    found = tables(
        institution=[
            {"code": code, "kind": kind, "public_class": "1", "from": "2020-01-01"}
            for code, kind in (("I1", "township_center"), ("I2", "village_clinic"))
        ],
        engagement=[engagement("S1", role="医生"), engagement("S1", "I2"), engagement("S2")],
        service_record=[record("R1", quantity="10"), record("R2", institution="I2", quantity="20"),
                        record("R3", institution="I2", item="B", quantity="1")],
        service_item=[
            {"code": "A", "category": "basic_medical", "equivalents": "1", "from": "2020-01-01"},
            {"code": "B", "category": "public_health", "equivalents": "2.5", "from": "2020-01-01"},
            {"code": "D", "category": "directed", "equivalents": "0", "from": "2020-01-01"},
        ],
        appraisal=[
            {"institution": code, "indicator": name, "score": "100", "full_score": "100", "period": OCTOBER}
            for code in ("I1", "I2")
            for name in ("workload", "quality", "ethics", "satisfaction")
        ],
        pay_component=[pay("S1", "3100"), pay("S2", "2000")],
    )  # fmt: skip
    return {name: list(table) for name, table in found.items()}


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    office = county(tmp_path, rows(), CHECKED)
    office.freeze(OCTOBER)
    return office


def only(found: Simulation) -> Effect:
    (one,) = found.scenarios
    assert one.effect is not None, one.refused
    return one.effect


def test_a_higher_price_by_hand(office: Workspace) -> None:
    effect = only(office.simulate(OCTOBER, values=["staff_point_price=5.00"]))
    # I1: 10 points, I2: 20 + 2.5 points, each 0.80 yuan more
    assert effect.pay == Amounts(310_000 + 200_000 + 4_200 + 9_450, 310_000 + 200_000 + 5_000 + 11_250)
    assert [(one.institution, one.pay.change_fen) for one in effect.institutions] == [("I1", 800), ("I2", 1_800)]
    people = effect.people
    assert (people.people, people.gain, people.lose, people.same) == (2, 1, 0, 1), "S1 is one person at two places"
    assert [(one.name, one.people, one.gain) for one in effect.deciles] == [("1", 1, 0), ("6", 1, 1)]
    assert [(one.lowest_fen, one.highest_fen) for one in effect.deciles] == [(200_000,) * 2, (323_650,) * 2]
    kinds = {(one.group, one.name): (one.people, one.gain, one.pay.change_fen) for one in effect.groups}
    assert kinds["kind", "township_center"] == (2, 1, 2_600), "S1 counts where they have most before"
    assert ("kind", "village_clinic") not in kinds
    assert kinds["role", "医生"] == (1, 1, 2_600)
    assert kinds["role", ""] == (1, 0, 0)


def test_an_item_by_hand(office: Workspace) -> None:
    effect = only(office.simulate(OCTOBER, items=["B=4.0001"]))
    assert effect.pay.change_fen == round(Decimal("1.5001") * 420)
    assert [one.institution for one in effect.institutions if one.pay.change_fen] == ["I2"]
    assert effect.statements.change_fen == round(Decimal("1.5001") * 950)


def test_a_check_flips_at_one_institution_and_for_all(office: Workspace) -> None:
    found = only(office.simulate(OCTOBER, values=["staff_point_price=55"])).check_flips
    assert {(one.check, one.institution) for one in found} == {("fixed_share", ""), ("fixed_share", "I1")}
    assert {one.label for one in found} == {"固定部分占比不低于下限（本年累计）"}
    assert only(office.simulate(OCTOBER, values=["staff_point_price=4.21"])).check_flips == []


LAYER = """
[policy]
code = "{code}"
title = "试算"
level = "county"
extends = ["county"]
"""
STRICTER = """
[checks.stricter]
label = "更严的下限"
figure = "fixed_pay_to_date"
over = "pay_to_date"
at_least = "stricter_floor"
needs = "fixed_share_to_date"
periods = ["month"]

[parameters.stricter_floor]
label = "更严的下限"
unit = "ratio"
maximum = "1"
values = [{{ from = 2026-01-01, continues = "至调整", value = "{floor}", source = "县医改办 4 号" }}]
"""
CAPPED = """
[components.bonus]
label = "奖金"
class = "variable"
funding = "service_income"
charged_to = "outside"
outside_by = "试 1"
level = "staff"
times = ["post_pay", "bonus_rate"]
at_most = "bonus_most"

[parameters.bonus_rate]
label = "奖金比例"
unit = "ratio"
values = [{ from = 2026-01-01, continues = "至调整", value = "0.5", source = "试 1" }]

[parameters.bonus_most]
label = "奖金上限"
unit = "yuan"
values = [{ from = 2026-01-01, continues = "至调整", value = "1200", source = "试 1" }]

[formulas.month]
outputs = ["bonus", "bonus_cut"]
"""


def by_policy(office: Workspace, text: str, code: str = "other") -> Effect:
    (office.folder / "policy" / f"{code}.toml").write_text(LAYER.format(code=code) + text, "utf-8")
    return only(office.simulate(OCTOBER, policy=code))


def test_a_check_that_only_the_new_policy_has_is_told_where_it_fails(office: Workspace) -> None:
    found = by_policy(office, STRICTER.format(floor="0.985")).check_flips
    assert [(one.check, one.institution, one.before, one.after) for one in found] == [
        ("stricter", "", NOT_APPLICABLE, FAILS),
        ("stricter", "I2", NOT_APPLICABLE, FAILS),
    ], "I1 has 5100 of 5142 yuan fixed"
    assert by_policy(office, STRICTER.format(floor="0")).check_flips == [], "what holds is nothing to be told of"


def test_a_check_that_only_the_old_policy_has_is_told_where_it_failed(office: Workspace) -> None:
    effect = by_policy(office, STRICTER.format(floor="0.985"))
    found = Effect(effect.places, effect.after, effect.before).check_flips
    assert [(one.label, one.institution, one.before, one.after) for one in found] == [
        ("更严的下限", "", FAILS, NOT_APPLICABLE),
        ("更严的下限", "I2", FAILS, NOT_APPLICABLE),
    ]


def test_a_ceiling_that_only_one_policy_has_is_told_where_it_binds(office: Workspace) -> None:
    effect = by_policy(office, CAPPED)
    (one,) = effect.bound_flips
    assert (one.kind, one.institution, one.amount) == ("ceiling", "I1", Amounts(0, 35_000)), "S1 has 1550, 350 too much"
    (gone,) = Effect(effect.places, effect.after, effect.before).bound_flips
    assert (gone.kind, gone.label, gone.amount) == ("ceiling", one.label, Amounts(35_000, 0))


def test_what_was_published_may_have_had_more_bounds_than_it_reports(office: Workspace) -> None:
    office.publish(office.run(OCTOBER).run)
    (office.folder / "policy" / "other.toml").write_text(LAYER.format(code="other") + CAPPED, "utf-8")
    effect = only(office.simulate(OCTOBER, policy="other", beside=True))
    assert effect.bound_flips == []
    assert effect.pay.change_fen == 120_000 + 100_000


def test_beside_what_is_published(office: Workspace, tmp_path: Path) -> None:
    outcome = office.run(OCTOBER, hold={"I2": "scores missing"})
    office.publish(outcome.run)
    late = rows()
    late["service_record"].append(record("R9", "S2", quantity="5"))
    write(tmp_path / "input", late)
    office.freeze(OCTOBER)
    found = office.simulate(OCTOBER, values=["staff_point_price=5.00"], beside=True)
    assert (found.beside, found.beside_revision) == (outcome.run, 1)
    assert only(found).pay == Amounts(514_200, 515_000), "I2 is held as it was, and the late record is not there"
    newest = office.simulate(OCTOBER, values=["staff_point_price=5.00"], beside=True, snapshot=_newest(office),
                             hold={"I1": "only to see"})  # fmt: skip
    effect = only(newest)
    assert "another snapshot" in newest.notes[0]
    assert {one.institution: one.pay for one in effect.institutions} == {
        "I1": Amounts(514_200, 0), "I2": Amounts(0, 11_250),
    }, "who is on one side only keeps all of it"  # fmt: skip
    assert effect.pay == Amounts(514_200, 11_250)
    assert {(one.staff_codes[-1]) for one in [effect.places]} == {"S2"}


def _newest(office: Workspace) -> str:
    return find_snapshot(office.snapshots, Period.parse(OCTOBER)).digest


def test_nothing_is_stored(office: Workspace) -> None:
    def everything() -> dict[str, tuple[int, int]]:
        files = sorted(office.folder.rglob("*"))
        return {str(file): (file.stat().st_mtime_ns, file.stat().st_size) for file in files}

    before = everything()
    office.simulate(OCTOBER, values=["staff_point_price=5.00"], items=["B=1"])
    office.solve(OCTOBER, "staff_point_price", "6000")
    office.plan(OCTOBER, "demo")
    assert everything() == before
    assert not (office.folder / "ledger.sqlite").exists(), "a period without a run needs no ledger"


def test_a_scenario_that_a_run_refuses_is_told_in_its_place(tmp_path: Path) -> None:
    busy = county(tmp_path, rows() | {"service_record": [record("R1", quantity="9000000")]})
    busy.freeze(OCTOBER)
    found = busy.simulate(OCTOBER, sweeps=["staff_point_price=5:9999999999999:9999999999994"])
    computed, refused = found.scenarios
    assert isinstance(refused.refused, Refused)
    assert refused.effect is None
    assert "workload_pay" in refused.refused.report()
    assert computed.effect is not None
    frame = found.frames()["scenarios"]
    assert frame["refused"].map(bool).tolist() == [False, True]
    assert str(frame["after_fen"].dtype) == "Int64", "what is not given makes no float of the rest"
    assert frame["change_fen"].tolist()[0] == 9_000_000 * 80
    (overflow,) = busy.simulate(OCTOBER, items=["A=200000"], values=["staff_point_price=0.01"]).scenarios
    assert overflow.effect is not None
    assert overflow.effect.pay.after_fen - overflow.effect.pay.before_fen == 9_000_000 * (200_000 - 420)


def test_frames_hold_whole_fen_and_yuan(office: Workspace) -> None:
    frames = office.simulate(OCTOBER, sweeps=["staff_point_price=4.20:5.00:0.40"]).frames()
    scenarios = frames["scenarios"]
    assert scenarios["change_fen"].tolist() == [0, 1_300, 2_600]
    assert scenarios["change_yuan"].tolist() == [Decimal("0.00"), Decimal("13.00"), Decimal("26.00")]
    assert str(scenarios["change_fen"].dtype) == "int64"
    people = frames["people"]
    assert len(people) == 3 * 3
    last = people[people["scenario"] == "staff_point_price=5.00"].set_index(["institution", "staff"])
    assert last.loc[("I2", "S1"), "after_yuan"] == Decimal("112.50")
    assert set(frames) == {"scenarios", "institutions", "components", "groups", "checks", "bounds", "people"}


def test_a_value_that_no_formula_reads_is_told(office: Workspace) -> None:
    (note,) = [one for one in office.simulate(OCTOBER, values=[f"{UNREAD}=0.1"]).notes if UNREAD in one]
    assert f"no formula of 2026-10 reads {UNREAD}" in note


def test_a_value_of_a_refused_policy_is_not_told_as_unread(office: Workspace, tmp_path: Path) -> None:
    """Only a run that could be prepared says which parameters it reads."""
    folder = Path(shutil.copytree(office.folder, tmp_path / "county"))
    (folder / "policy" / "bare.toml").write_text(
        '[policy]\ncode = "bare"\ntitle = "bare"\nextends = ["national-pay"]\n'
        '[parameters.bare_rate]\nlabel = "比例"\nunit = "ratio"\nmaximum = "1"\n'
        'values = [{ from = 2026-01-01, continues = "至调整", value = "0.5", source = "试 1" }]\n',
        "utf-8",
    )
    found = Workspace(folder).simulate(OCTOBER, values=["bare_rate=0.4"], policy="bare")
    assert found.scenarios[0].refused is not None
    assert not [note for note in found.notes if "bare_rate" in note]


def test_an_option_must_be_known_to_the_policy_of_each_scenario(office: Workspace, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(office.folder, tmp_path / "county"))
    (folder / "policy" / "bare.toml").write_text(
        '[policy]\ncode = "bare"\ntitle = "bare"\nextends = ["national-names"]\n', "utf-8"
    )
    (tmp_path / "s.toml").write_text('[[scenario]]\nname = "a"\npolicy = "bare"\n', "utf-8")
    with pytest.raises(UsageError, match="policy bare has no parameter staff_point_price"):
        Workspace(folder).simulate(OCTOBER, values=["staff_point_price=5"], scenarios=[tmp_path / "s.toml"])


def test_an_empty_county(tmp_path: Path) -> None:
    nobody = rows() | {"engagement": [engagement("S1", until="2026-02-01")], "pay_component": [], "service_record": []}
    office = county(tmp_path, nobody, settings='allow_empty = ["service_record", "engagement"]')
    office.freeze(OCTOBER)
    effect = only(office.simulate(OCTOBER, values=["staff_point_price=5.00"], items=["A=2"]))
    assert effect.pay == Amounts(0, 0)
    assert (effect.people.people, effect.deciles, effect.groups) == (0, [], [])
    with pytest.raises(Refused, match="has no effect"):
        office.solve(OCTOBER, "staff_point_price", "100")


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({}, "nothing is assumed"),
        ({"values": ["staff_point_price=4", "staff_point_price=5"]}, "set twice"),
        ({"values": ["staff_point_price[institution=I9]=4"]}, "no institution I9"),
        ({"items": ["C=1"]}, "no item C"),
        ({"items": ["A"]}, "sets nothing"),
        ({"items": ["A=-1"]}, "from 0 to"),
        ({"items": ["A=1.23456"]}, "more than 4 decimals"),
        ({"items": ["D=1"]}, "directed"),
        ({"sweeps": ["staff_point_price=4"]}, "is no sweep"),
        ({"sweeps": ["staff_point_price=5:4:0.1"]}, "goes up"),
        ({"sweeps": ["staff_point_price=4:5:0"]}, "above 0"),
        ({"sweeps": ["staff_point_price=0:5:0.0001"]}, "more than 1000"),
        ({"sweeps": ["floor_by_person_months=0:1:1"]}, "not swept"),
        ({"values": ["staff_point_price=4"], "beside": True}, "is not published"),
        ({"policy": "dmo"}, "demo"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(office: Workspace, wishes: dict[str, object], words: str) -> None:
    with pytest.raises((UsageError, Refused)) as refused:
        office.simulate(OCTOBER, **wishes)  # type: ignore[arg-type]
    assert words in refused.value.report()


def test_scenarios_of_a_file(office: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "scenarios.toml"
    file.write_text(
        '[[scenario]]\nname = "one"\nset = { staff_point_price = "5.00" }\nitems = { B = "0" }\n'
        '[[scenario]]\nname = "two"\npolicy = "demo"\nset = { purchase_unit_price = "10" }\n',
        "utf-8",
    )
    found = office.simulate(OCTOBER, scenarios=[file], values=["base_guarantee_amount[kind=village_clinic]=1"])
    assert [one.scenario.name for one in found.scenarios] == ["one", "two"]
    assert [one.effect.pay.change_fen for one in found.scenarios if one.effect] == [800 + 20 * 80 - 250 * 420 // 100, 0]
    for text, words in (
        ('[[scenario]]\nset = { staff_point_price = "5" }\n', "name is missing"),
        ('[[scenario]]\nname = "a"\nsets = {}\n', "unknown key 'sets'"),
        ('[[scenario]]\nname = "a"\nset = { staff_point_price = 5.0 }\n', "is a float"),
        ("x = 1\n", "unknown key 'x'"),
        ("", "holds no [[scenario]]"),
        ("[[scenario]\n", ""),
    ):
        file.write_text(text, "utf-8")
        with pytest.raises(Refused) as refused:
            office.simulate(OCTOBER, scenarios=[file])
        assert words in refused.value.report()


def test_a_settlement_is_simulated_and_prices_no_records(tmp_path: Path) -> None:
    """Values of every settlement of the schemes are compared with runs in test_simulator."""
    office = scheme("feixi-half-year", tmp_path / "county")
    for period in [one["period"] for one in read("feixi-half-year", "expected.toml")["period"]]:
        office.freeze(period)
        if period == "2026-H1":
            break
        office.publish(office.run(period).run)
    policy = office.policy()
    run = office.run("2026-H1", dry_run=True).results
    parameter = next(one for one in policy.parameters.values() if one.unit == "ratio" and not one.figures
                     and any(not value.keyed for value in one.values))  # fmt: skip
    effect = only(office.simulate("2026-H1", values=[f"{parameter.name}=0.5"]))
    assert effect.pay.before_fen == sum(run.pay_lines["amount_fen"].to_pylist())
    with pytest.raises(UsageError, match="prices no records"):
        office.simulate("2026-H1", items=["A=1"])
