"""Each kind of finding is made where it should be, and an ordinary month has none."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from batch.findings.finding import GRAVE, Finding
from batch.findings.kinds import KINDS
from batch.ledger import Ledger
from batch.workspace import Workspace
from payengine.errors import Refused
from tests.support.paths import DOCS
from tests.support.small_county import OCTOBER, call, county, engagement, pay, record, tables, write

MONTHS = ("2026-06", "2026-07", "2026-08", "2026-09")
STAFF = [{"code": f"S{number}", "name": f"甲{number}"} for number in range(1, 8)]
ENGAGED = [engagement(one["code"]) for one in STAFF]
PAID = [pay(one["code"], "3100", period) for period in (*MONTHS, OCTOBER) for one in STAFF]
Rows = dict[str, Sequence[dict[str, str]]]


def records(period: str, many: int = 150, **more: str) -> list[dict[str, str]]:
    return [
        record(f"{period}-{staff['code']}-{n}", staff["code"], f"{period}-{n % 28 + 1:02}", patient=f"p{n}", **more)
        for staff in STAFF
        for n in range(many)
    ]


def ordinary(**changed: Sequence[dict[str, str]]) -> Rows:
    given: Rows = {
        "staff": STAFF, "engagement": ENGAGED, "pay_component": PAID,
        "service_record": [row for period in (*MONTHS, OCTOBER) for row in records(period)],
    }  # fmt: skip
    return dict(tables(*MONTHS, OCTOBER, **(given | changed)))


def found(workspace: Workspace, period: str = OCTOBER) -> dict[str, Finding]:
    """Find, and name each finding by kind and subject."""
    return {f"{one.kind}:{one.subject}".rstrip(":"): one for one in workspace.check(period).findings}


def office(folder: Path, layer: str = "", run: bool = True, **changed: Sequence[dict[str, str]]) -> Workspace:
    """Make a county with an ordinary October but for what is changed, frozen and run."""
    workspace = county(folder / "county", ordinary(**changed), layer)
    workspace.freeze(OCTOBER)
    if run:
        workspace.run(OCTOBER)
    return workspace


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a county with four ordinary published months."""
    workspace = county(tmp_path_factory.mktemp("history") / "county", ordinary())
    for month in MONTHS:
        workspace.freeze(month)
        workspace.publish(workspace.run(month).run)
    return workspace.folder


@pytest.fixture
def published(history: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(history, tmp_path / "county"))


def october(folder: Path, layer: str = "", **changed: Sequence[dict[str, str]]) -> Workspace:
    """Price October after the published months, its input changed."""
    write(folder / "input", changed)
    if layer:
        from tests.support.small_county import LAYER

        (folder / "policy").mkdir(exist_ok=True)
        (folder / "policy" / "county.toml").write_text(LAYER + layer, encoding="utf-8")
        settings = folder / "payengine.toml"
        settings.write_text(
            settings.read_text(encoding="utf-8").replace('policy = "demo"', 'policy = "county"'), encoding="utf-8"
        )
    workspace = Workspace(folder)
    workspace.freeze(OCTOBER)
    workspace.run(OCTOBER)
    return workspace


def test_an_ordinary_month_has_no_finding(published: Path, tmp_path: Path) -> None:
    assert not found(office(tmp_path / "alone"))
    workspace = october(published)
    assert not found(workspace)
    assert "Nothing implausible was found." in call(published, "check", OCTOBER).stdout


def test_an_amount_beyond_ten_times_the_median_is_found(tmp_path: Path) -> None:
    one = found(office(tmp_path, pay_component=[*PAID[:-1], pay("S7", "31001")]))["component_amount:post_pay"]
    assert (one.count, one.first) == (1, ("S7 I1 31,001.00",))
    assert "3,100.00" in one.what


def test_an_amount_of_ten_times_the_median_is_not(tmp_path: Path) -> None:
    assert "component_amount:post_pay" not in found(office(tmp_path, pay_component=[*PAID[:-1], pay("S7", "31000")]))


def test_amounts_of_another_sign_are_found_whichever_is_usual(tmp_path: Path) -> None:
    rows = [
        *PAID,
        *(pay(f"S{n}", "-10", component="grade_pay") for n in range(1, 7)),
        pay("S7", "10", component="grade_pay"),
    ]
    one = found(office(tmp_path, pay_component=rows))
    assert one["amount_sign:grade_pay"].first == ("S7 I1 10.00",)
    assert "amount_sign:post_pay" not in one
    other = found(office(tmp_path / "other", pay_component=[*PAID[:-1], pay("S7", "-3100")]), OCTOBER)
    assert other["amount_sign:post_pay"].first == ("S7 I1 -3,100.00",)


def test_one_component_at_two_institutions_is_found(tmp_path: Path) -> None:
    places = [
        {"code": code, "kind": "township_center", "public_class": "1", "from": "2020-01-01"} for code in ("I1", "I2")
    ]
    one = found(
        office(
            tmp_path,
            run=False,
            institution=places,
            engagement=[*ENGAGED[:-1], engagement("S7", fte="0.5"), engagement("S7", "I2", fte="0.5")],
            pay_component=[*PAID, pay("S7", "900") | {"institution": "I2"}],
        )
    )
    assert one["two_institutions:post_pay"].first == ("S7 I1 + I2",)


def test_a_quantity_beyond_twenty_times_the_median_is_found(tmp_path: Path) -> None:
    rows = [*records(OCTOBER), record("far", quantity="201"), record("near", quantity="200")]
    one = found(office(tmp_path, service_record=rows))["quantity:A"]
    assert (one.count, one.first) == (1, ("the largest: 201",))


def test_a_policy_sets_a_threshold_by_number_or_by_parameter(tmp_path: Path) -> None:
    rows = [*records(OCTOBER), record("far", quantity="201")]
    by_number = '[findings.quantity]\nthreshold = "30"\nsource = "县卫健局 2026-5"\n'
    assert "quantity:A" not in found(office(tmp_path / "a", by_number, service_record=rows))
    by_parameter = (
        '[findings.quantity]\nthreshold = "most_times"\n'
        '[parameters.most_times]\nlabel = "数量倍数上限"\nunit = "ratio"\n'
        'values = [\n{ from = 2020-01-01, until = 2026-10-01, value = "5", source = "illustrative" },\n'
        '{ from = 2026-10-01, continues = "x", value = "21", source = "illustrative" },\n]\n'
    )
    assert "quantity:A" not in found(office(tmp_path / "b", by_parameter, service_record=rows))
    lower = by_parameter.replace('value = "21"', 'value = "20"')
    assert "quantity:A" in found(office(tmp_path / "c", lower, service_record=rows))


def test_more_than_a_post_on_a_day_is_found_and_told_once_at_the_freeze(tmp_path: Path) -> None:
    workspace = office(tmp_path, engagement=[*ENGAGED[:-1], engagement("S7", fte="1.2")])
    assert found(workspace)["more_than_a_post"].first == ("S7 fte 1.2 at I1 from 2026-10-01",)
    told = call(workspace.folder, "freeze", OCTOBER).stdout
    assert told.count("more than a full post") == 1


@pytest.mark.parametrize(
    ("score", "expected"), [("0.95", True), ("9.5", True), ("10", True), ("10.1", False), ("100", False)]
)
def test_scores_on_another_scale_are_found(tmp_path: Path, score: str, expected: bool) -> None:
    rows = [
        {"institution": "I1", "indicator": name, "score": score, "full_score": "100", "period": OCTOBER}
        for name in ("workload", "quality", "ethics", "satisfaction")
    ]
    one = found(office(tmp_path, run=False, appraisal=rows))
    assert ("score_scale:institution I1" in one) is expected
    if expected:
        assert one["score_scale:institution I1"].severity == GRAVE


def test_an_indicator_on_another_scale_is_found_among_others(tmp_path: Path) -> None:
    rows = [
        {"institution": "I1", "staff": f"S{n}", "indicator": name, "score": "0.9" if name == "quality" else "90",
         "full_score": "100", "period": OCTOBER}
        for n in range(1, 8) for name in ("quality", "ethics")
    ]  # fmt: skip
    made = [name for name in found(office(tmp_path, run=False, appraisal=rows)) if name.startswith("score_scale")]
    assert made == ["score_scale:indicator quality"]


def test_a_person_who_did_badly_is_no_other_scale(tmp_path: Path) -> None:
    rows = [
        {"institution": "I1", "staff": f"S{n}", "indicator": "quality", "score": "3" if n == 1 else "90",
         "full_score": "100", "period": OCTOBER}
        for n in range(1, 8)
    ]  # fmt: skip
    assert not [name for name in found(office(tmp_path, run=False, appraisal=rows)) if name.startswith("score_scale")]


def test_an_end_on_the_last_day_of_a_month_is_found_with_the_people_it_drops(tmp_path: Path) -> None:
    ended = [*ENGAGED[:-2], engagement("S6", until="2026-10-31"), engagement("S7", until="2026-11-01")]
    one = found(office(tmp_path, run=False, engagement=ended))["until_last_day:engagement"]
    assert (one.count, one.first) == (1, ("S6 I1 2026-10-31",))
    assert "1 person(s) have no engagement on that day" in one.what
    assert "2026-11-01" in one.remedy


def test_an_end_that_another_row_follows_is_none(tmp_path: Path) -> None:
    followed = [
        *ENGAGED[:-1],
        engagement("S7", until="2026-10-31"),
        engagement("S7", title="x") | {"from": "2026-10-31"},
    ]
    assert "until_last_day:engagement" not in found(office(tmp_path, run=False, engagement=followed))


def test_equal_rows_under_different_record_ids_are_found(tmp_path: Path) -> None:
    twice = [record(name, patient="p1", day="2026-10-05", quantity="7") for name in ("R1", "R2")]
    nobody = [record(name, patient="", quantity="8") for name in ("R3", "R4")]
    others = [record(name, patient=name, quantity="9") for name in ("R5", "R6")]
    copies = [record("R7", patient="p7", quantity="6")] * 2  # one id: `duplicate_row` is told of it
    one = found(office(tmp_path, service_record=[*records(OCTOBER), *twice, *nobody, *others, *copies]))["same_rows"]
    assert (one.count, one.first) == (1, ("A: R1 = R2",))


def test_engaged_and_unpaid_is_found(tmp_path: Path) -> None:
    one = found(office(tmp_path, pay_component=PAID[:-1], service_record=records(OCTOBER)[:-150]))["engaged_unpaid"]
    assert one.first == ("S7",)


def test_paid_without_an_engagement_is_found(published: Path) -> None:
    workspace = october(published)
    sums = Ledger.sums

    def with_stranger(ledger: Ledger, run_id: str, **which: bool) -> Any:
        made = sums(ledger, run_id, **which)
        object.__setattr__(made, "person_money", {**made.person_money, ("I1", "S99"): 500})
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "sums", with_stranger)
        assert found(workspace)["paid_unengaged"].first == ("S99 I1",)


def test_a_table_with_rows_of_half_the_county_is_found(published: Path) -> None:
    few = [row for row in ordinary()["service_record"] if row["service_date"] < "2026-10" or row["staff"] == "S1"]
    made = found(october(published, service_record=few))
    assert "150 rows of 2026-10" in made["table_rows:service_record"].what
    assert made["institution_services"].first == ("I1: 150, before 1,050, 1,050, 1,050",)
    assert made["institution_points"].count == 1
    assert made["component_money"].first[0].startswith("当量绩效 (workload_pay): 6,300.00, before ")


def test_the_work_and_pay_of_one_person_far_from_before_are_found(published: Path) -> None:
    before = [row for row in ordinary()["service_record"] if row["service_date"] < "2026-10"]
    more = [record(f"more-{n}", "S1", f"2026-10-{n % 28 + 1:02}", patient=f"q{n}") for n in range(900)]
    made = found(october(published, service_record=[*before, *records(OCTOBER), *more]))
    assert made["person_services"].first == ("S1 I1: 1,050, before 150, 150, 150",)
    assert made["person_points"].count == 1
    assert made["person_money"].first[0].startswith("S1 I1: ")


def test_pay_of_an_institution_and_a_component_far_from_before_is_found(published: Path) -> None:
    raised = [pay(row["staff"], "15000", row["period"]) if row["period"] == OCTOBER else row for row in PAID]
    made = found(october(published, pay_component=raised))
    assert made["component_money"].first == ("岗位工资 (post_pay): 105,000.00, before 21,700.00, 21,700.00, 21,700.00",)
    assert made["institution_money"].first[0].startswith("I1: ")


def test_a_freeze_compares_before_there_is_a_run_and_keeps_what_it_saw(published: Path) -> None:
    few = [row for row in ordinary()["service_record"] if row["service_date"] < "2026-10" or row["staff"] == "S1"]
    write(published / "input", {"service_record": few})
    told = call(published, "freeze", OCTOBER)
    assert "services of 1 institution(s) are far" in told.stdout
    assert f"check {OCTOBER} shows each" in told.stdout
    noted = Workspace(published).check(OCTOBER).noted
    assert [one["kind"] for one in noted["findings"]] == ["institution_services", "table_rows"]
    assert noted["ledger"]["compared_with"] == list(MONTHS)
    Workspace(published).check(OCTOBER).snapshot.verify()


def test_a_price_that_moved_by_more_than_thirty_per_cent_is_found(published: Path) -> None:
    price = (
        "[parameters.staff_point_price]\nreplaces = true\nvalues = [\n"
        '{{ from = 2020-01-01, until = 2026-10-01, value = "4.20", source = "illustrative" }},\n'
        '{{ from = 2026-10-01, continues = "x", value = "{value}", source = "illustrative" }},\n]\n'
    )
    one = found(october(published, price.format(value="5.47")))["policy_value:staff_point_price"]
    assert one.first == ("4.20 -> 5.47",)
    assert "policy_value:staff_point_price" not in found(october(published, price.format(value="5.46")))


def test_what_was_published_since_the_freeze_is_found(published: Path) -> None:
    """A revised month makes the later ones stale, published or not."""
    workspace = october(published)
    october_run = workspace.runs(OCTOBER)[0].id
    revised = workspace.run(MONTHS[1], hold={"I1": "scores missing"}, revise="更正").run
    assert set(found(workspace)) == set()
    workspace.publish(revised)
    assert found(workspace)["stale"].first == (MONTHS[1],)
    with pytest.raises(Refused, match="finding"):
        workspace.publish(october_run)
    done = workspace.publish_checked(october_run, accept_stale="下月补发")
    assert [(one.kind, one.reason) for one in done.accepted] == [("stale", "下月补发")]
    assert found(workspace, MONTHS[3])["stale"].first == (MONTHS[1],), "of a published run too"
    assert "later_published" not in found(workspace, MONTHS[3]), "they have taken it in"


def test_a_month_published_after_the_freeze_of_a_later_one_is_found(tmp_path: Path) -> None:
    workspace = county(tmp_path / "county", ordinary())
    for month in (MONTHS[3], OCTOBER):
        workspace.freeze(month)
        workspace.run(month)
    workspace.publish(workspace.runs(MONTHS[3])[0].id)
    assert found(workspace)["not_taken_in"].first == (MONTHS[3],)
    workspace.publish(workspace.runs(OCTOBER)[0].id)
    workspace.freeze(MONTHS[2])
    workspace.run(MONTHS[2])
    assert found(workspace, MONTHS[2])["later_published"].first == (MONTHS[3], OCTOBER)


def test_a_policy_that_can_be_read_no_more_is_told(published: Path) -> None:
    workspace = october(published)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "policy_text", lambda ledger, digest: "no policy")
        assert "can no longer be read" in found(workspace)["policy_value"].what


@pytest.mark.parametrize("language", ["en", "zh"])
def test_findings_fit_a_terminal_of_80_columns(language: str, published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from io import StringIO

    from rich.console import Console

    from batch.cli.views.findings import check_parts, short_parts
    from batch.cli.views.text_width import cells
    from payengine import texts

    few = [row for row in ordinary()["service_record"] if row["service_date"] < "2026-10" or row["staff"] == "S1"]
    workspace = october(published, service_record=few)
    texts.use(language)
    try:
        checked = workspace.check(OCTOBER)
        console = Console(file=StringIO(), width=80, highlight=False, markup=False)
        for part in (*check_parts(checked), *short_parts(checked.findings, "payengine check 2026-10")):
            console.print(part, crop=False)
    finally:
        texts.use(None)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(cells(line) for line in printed.splitlines()) <= 80
    assert len(checked.findings) > 3
    assert all(one.remedy.split()[0] in printed for one in checked.findings)


def test_the_page_of_policies_names_every_kind_with_its_threshold() -> None:
    for page in ("policy.md", "policy.zh.md"):
        text = (DOCS / page).read_text(encoding="utf-8")
        for name, kind in KINDS.items():
            line = next((line for line in text.splitlines() if line.startswith(f"| `{name}` |")), None)
            assert line is not None, (page, name)
            told = line.split("|")[-2].strip()
            assert told == ("" if kind.threshold is None else f"{kind.threshold / 10_000:g}"), (page, name)
