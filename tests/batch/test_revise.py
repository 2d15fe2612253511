"""Revision of published periods: dry runs, confirmations, what stops it, crashes."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from batch.findings.kinds import STALE
from batch.workspace import Workspace
from payengine.errors import Refused, UsageError
from payengine.periods import Period
from tests.support import ledgers, schemes
from tests.support.late_county import (
    APRIL,
    FEBRUARY,
    JANUARY,
    LATE,
    MARCH,
    MONTHS,
    ON_TIME,
    REASON,
    killed,
    late_county,
    publish,
    source,
    states,
)
from tests.support.small_county import call, record, write

PRICE = """[parameters.staff_point_price]
replaces = true
values = [{{ from = 2020-01-01, continues = "x", value = "{price}", source = "illustrative" }}]
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county with its months published and a record that came late, to be copied."""
    return late_county(tmp_path_factory.mktemp("late") / "c").folder


@pytest.fixture
def office(published: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(published, tmp_path / "c")
    return Workspace(tmp_path / "c")


def current(office: Workspace) -> dict[str, tuple[int, str]]:
    """Return revision and run of every published period."""
    with office.ledger() as ledger:
        return {str(made.period): (made.revision, made.run) for made in ledger.publications()}


def actions(office: Workspace) -> Counter[str]:
    with office.ledger() as ledger:
        return Counter(json.loads(link.entry)["action"] for link in ledger.audit())


def test_a_dry_run_gives_the_ids_and_figures_that_publishing_gives(office: Workspace) -> None:
    """March is computed on what January would be: nothing of that stands in the ledger."""
    before, entries = current(office), actions(office)
    dry = office.revise("2026")
    assert states(dry.periods) == {JANUARY: "changed", FEBRUARY: "equal", MARCH: "changed"}
    assert (current(office), actions(office), len(office.runs())) == (before, entries, 3), "nothing was written"
    made = office.revise("2026", publish=REASON)
    assert states(made.periods) == {JANUARY: "published", FEBRUARY: "confirmed", MARCH: "published"}
    for one, other in zip(dry.periods, made.periods, strict=True):
        assert (one.run, one.snapshot, one.revision) == (other.run, other.snapshot, other.revision)
        assert (one.old, one.new, one.causes) == (other.old, other.new, other.causes)
    assert current(office)[MARCH] == (2, dry.periods[2].run)
    january, _, march = dry.periods
    assert january.new is not None
    assert january.old is not None
    assert march.new is not None
    assert (january.new.pay_fen - january.old.pay_fen, march.new.pay_fen) == (42_00, 0)
    office.verify(everything=True)


def test_a_dry_run_leaves_the_newest_snapshot_as_it_was(office: Workspace) -> None:
    """A run after it takes the snapshot of the last freeze, which names what is published."""
    before = office.run(MARCH, dry_run=True).run
    dry = office.revise("2026")
    assert office.run(MARCH, dry_run=True).run == before != dry.periods[2].run


def test_causes_are_told(office: Workspace) -> None:
    source(office, ON_TIME[1], ON_TIME[2], LATE)
    write(office.folder / "input", {"staff": [{"code": "S1", "name": "王"}, {"code": "S2", "name": "李"}]})
    periods = {str(one.period): [cause.kind for cause in one.causes] for one in office.revise("2026").periods}
    assert periods[JANUARY] == ["late_records", "records_gone", "tables"]
    assert periods[FEBRUARY] == ["record_values", "tables"], "what counts for limits; January gives the same"
    reversal = record("R5", day="2026-02-06", quantity="", reverses="R2")
    source(office, *ON_TIME, reversal)
    [february] = [one for one in office.revise(FEBRUARY).periods if str(one.period) == FEBRUARY]
    assert [(cause.kind, cause.count) for cause in february.causes if cause.kind == "records_reversed"]


def test_a_value_that_was_dated_back_is_a_cause(tmp_path: Path) -> None:
    office = late_county(tmp_path / "c", PRICE.format(price="4.20"), months=(JANUARY,))
    source(office, *ON_TIME)
    layer = office.folder / "policy" / "county.toml"
    layer.write_text(layer.read_text("utf-8").replace("4.20", "5.00"), "utf-8")
    [january] = office.revise(JANUARY).periods
    assert [cause.kind for cause in january.causes] == ["policy"]
    assert "5.00" in january.causes[0].what
    assert january.new is not None
    assert january.new.pay_fen == 50_00


def test_a_confirmed_period_is_stale_no_more(office: Workspace) -> None:
    """Not for a check, nor for `outdated`; once January is revised anew, it is again."""
    office.revise(JANUARY, publish=REASON)
    with office.ledger() as ledger:
        assert set(map(str, ledger.confirmations())) == {FEBRUARY}
        february = ledger.current(Period.parse(FEBRUARY))
    assert february is not None
    assert february.revision == 1
    assert not [text for text in office.outdated(february.run) if JANUARY in text]
    frozen = office.snapshots / FEBRUARY
    for digest in sorted(entry.name for entry in frozen.iterdir() if entry.is_dir()):
        found = office.check(FEBRUARY, snapshot=digest)
        assert found.run is not None
        assert found.run.id == february.run
        assert STALE not in {one.kind for one in found.findings}
    assert states(office.revise("2026").periods) == dict.fromkeys(MONTHS, "unchanged")
    source(office, *ON_TIME)
    office.freeze(JANUARY)
    office.publish(office.run(JANUARY, revise="it was none").run)
    assert [text for text in office.outdated(february.run) if JANUARY in text]


def test_what_goes_back_to_its_first_input_is_confirmed_on_it(office: Workspace) -> None:
    """A correction that is withdrawn: the revision counts up, the run is the first one again."""
    first = current(office)
    office.revise("2026", publish=REASON)
    source(office, *ON_TIME)
    done = office.revise("2026", publish="it was none")
    assert states(done.periods) == {JANUARY: "published", FEBRUARY: "confirmed", MARCH: "published"}
    assert current(office)[JANUARY] == (3, first[JANUARY][1])
    assert current(office)[FEBRUARY] == first[FEBRUARY]
    assert states(office.revise("2026").periods) == dict.fromkeys(MONTHS, "unchanged")
    office.verify()


def test_a_confirmed_run_can_be_confirmed_on_its_own_input_again(tmp_path: Path) -> None:
    office = late_county(tmp_path / "c", months=(JANUARY,))
    source(office, *ON_TIME)
    named = (office.folder / "input" / "staff.csv").read_bytes()
    write(office.folder / "input", {"staff": [{"code": "S1", "name": "王"}, {"code": "S2", "name": "李"}]})
    assert states(office.revise(JANUARY, publish="names").periods) == {JANUARY: "confirmed"}
    assert states(office.revise(JANUARY, publish="names").periods) == {JANUARY: "unchanged"}
    (office.folder / "input" / "staff.csv").write_bytes(named)
    [january] = office.revise(JANUARY, publish="names").periods
    assert (january.state, january.run) == ("confirmed", current(office)[JANUARY][1])
    assert actions(office)["confirm"] == 2
    assert states(office.revise(JANUARY).periods) == {JANUARY: "unchanged"}


def test_a_named_month_takes_along_those_that_read_it(office: Workspace) -> None:
    """And no other: a month that reads nothing that changed is not looked at."""
    assert states(office.revise(JANUARY).periods) == {JANUARY: "changed", FEBRUARY: "equal", MARCH: "changed"}
    assert states(office.revise(FEBRUARY).periods) == {FEBRUARY: "equal"}
    assert states(office.revise("2026-Q1").periods) == {JANUARY: "changed", FEBRUARY: "equal", MARCH: "changed"}


def test_a_month_that_is_published_late_is_taken_in(tmp_path: Path) -> None:
    office = late_county(tmp_path / "c", months=(JANUARY, MARCH))
    source(office, *ON_TIME)
    publish(office, FEBRUARY)
    done = office.revise(FEBRUARY)
    assert states(done.periods) == {FEBRUARY: "unchanged", MARCH: "equal"}
    assert [cause.what for cause in done.periods[1].causes] == [f"lacks {FEBRUARY}, published since"]
    office.revise(FEBRUARY, publish="February came late")
    assert states(office.revise("2026").periods) == dict.fromkeys((JANUARY, FEBRUARY, MARCH), "unchanged")


def test_holds_are_kept_unless_told(tmp_path: Path) -> None:
    office = late_county(tmp_path / "c", months=())
    source(office, *ON_TIME)
    office.freeze(JANUARY)
    office.publish(office.run(JANUARY, hold={"I1": "scores missing"}).run)
    source(office, *ON_TIME, LATE)
    [january] = office.revise(JANUARY, publish=REASON).periods
    assert january.state == "confirmed", "nothing of a held institution is paid"
    with office.ledger() as ledger:
        assert ledger.run(JANUARY).holds == {"I1": "scores missing"}
    [january] = office.revise(JANUARY, publish=REASON, release=["I1"]).periods
    assert (january.state, [cause.kind for cause in january.causes]) == ("published", ["holds"])
    with office.ledger() as ledger:
        assert ledger.run(JANUARY).holds == {}
    with pytest.raises(UsageError, match="held in none of these periods"):
        office.revise(JANUARY, release=["I1"])
    [january] = office.revise(JANUARY, publish=REASON, hold={"I1": "under review"}).periods
    assert january.state == "published"


CLOSING = '[closing]\nlast_day = "03-31"\nsource = "illustrative"\n'


def test_after_the_closing_date_nothing_is_revised(tmp_path: Path) -> None:
    office = late_county(tmp_path / "c", CLOSING, months=(JANUARY,))
    [open_still] = office.revise("2026", today=date(2027, 3, 31)).periods
    assert open_still.state == "changed"
    [closed] = office.revise("2026", publish=REASON, today=date(2027, 4, 1)).periods
    assert (closed.state, closed.closed_on, closed.run) == ("closed", date(2027, 3, 31), "")
    assert current(office)[JANUARY][0] == 1


STOPS = "[findings.engaged_unpaid]\nblocks_publication = true\n"


def test_it_stops_at_the_first_period_that_cannot_be_published(tmp_path: Path) -> None:
    """Nothing before it is lost; once the finding is accepted, the same command goes on."""
    office = late_county(tmp_path / "c", months=())
    source(office, *ON_TIME, record("R6", "S2", day="2026-01-06", patient="P3"))
    for month in MONTHS:
        publish(office, month)
    layer = office.folder / "policy"
    layer.mkdir()
    (layer / "county.toml").write_text(
        '[policy]\ncode = "county"\ntitle = "x"\nlevel = "county"\nextends = ["demo"]\nillustrative = true\n' + STOPS,
        "utf-8",
    )
    settings = office.folder / "payengine.toml"
    settings.write_text(settings.read_text("utf-8").replace('"demo"', '"county"'), "utf-8")
    source(office, *ON_TIME, record("R6", "S2", day="2026-01-06", patient="P3"), LATE)
    office = Workspace(office.folder)
    with pytest.raises(Refused) as refused:
        office.revise("2026", publish=REASON)
    assert f"the revision stopped at {MARCH}" in refused.value.report()
    assert f"standing: {JANUARY}, {FEBRUARY}." in refused.value.report()
    assert refused.value.exit_code == 3
    assert {period: made[0] for period, made in current(office).items()} == {JANUARY: 2, FEBRUARY: 1, MARCH: 1}
    done = office.revise("2026", publish=REASON, accept=[("engaged_unpaid", "on leave"), ("same_rows", "no such")])
    assert states(done.periods) == {JANUARY: "unchanged", FEBRUARY: "unchanged", MARCH: "published"}
    assert done.unused == ("same_rows",)
    with pytest.raises(UsageError, match="no finding"):
        office.revise("2026", publish=REASON, accept=[("engaged_unpade", "on leave")])


def test_settlements_follow_their_months(tmp_path: Path) -> None:
    """A late record of August changes August and the year, which is divided by points."""
    office = schemes.workspace("office-starts-in-july", tmp_path / "c")
    file = office.folder / "payengine.toml"
    file.write_text('first_period = "2026-07"\n' + file.read_text("utf-8"), "utf-8")
    office = Workspace(office.folder)
    months = [f"2026-{month:02}" for month in range(7, 13)]
    for period in (*months, "2026"):
        publish(office, period)
    records = office.folder / "input" / "service_record.csv"
    line = records.read_text("utf-8").splitlines()[2]
    assert line.startswith("R8,")
    records.write_text(records.read_text("utf-8") + line.replace("R8,", "R99,").replace("S1", "S2") + "\n", "utf-8")
    dry = office.revise("2026")
    expected = {"2026-07": "unchanged", "2026-08": "changed"} | dict.fromkeys(months[2:], "equal") | {"2026": "changed"}
    assert states(dry.periods) == expected
    made = office.revise("2026", publish=REASON)
    assert [one.run for one in made.periods] == [one.run for one in dry.periods]
    year = office.results("2026")
    assert schemes.pay(year) == {"I/S1 year_bonus": "11294.12", "I/S2 year_bonus": "4705.88"}  # 1,200 : 500
    assert states(office.revise("2026").periods) == dict.fromkeys((*months, "2026"), "unchanged")


POINTS = (
    ("stage: before commit", 1),
    ("revise: before publish", 1),
    ("publish: before commit", 1),
    ("revise: after publish", 1),
    ("confirm: before commit", 1),
    ("confirm: after commit", 1),
    ("stage: after commit", 2),
    ("publish: after commit", 2),
)


@pytest.fixture(scope="module")
def whole(published: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """Publications of a revision that nothing interrupts."""
    folder = tmp_path_factory.mktemp("whole") / "c"
    shutil.copytree(published, folder)
    Workspace(folder).revise("2026", publish=REASON)
    return current(Workspace(folder))


@pytest.mark.parametrize(("point", "time"), POINTS)
def test_killed_in_the_middle_it_goes_on_with_the_same_ids(
    office: Workspace, whole: dict[str, tuple[int, str]], point: str, time: int
) -> None:
    assert killed(office.folder, point, time) < 0, "it was not killed"
    office.verify()
    office.revise("2026", publish=REASON)
    assert current(office) == whole
    assert actions(office)["publish"] == 5, "three months and two revisions, each once"
    assert actions(office)["confirm"] == 1
    assert actions(office)["stage"] == 5
    office.verify()


def test_on_a_server_too(tmp_path: Path) -> None:
    with ledgers.fresh("postgresql", tmp_path) as url:
        office = late_county(tmp_path / "c", settings=f'ledger = "{url}"')
        dry = office.revise("2026")
        assert killed(office.folder, "confirm: before commit") < 0
        made = office.revise("2026", publish=REASON)
        assert [one.run for one in made.periods] == [one.run for one in dry.periods]
        assert states(made.periods) == {JANUARY: "unchanged", FEBRUARY: "confirmed", MARCH: "published"}
        office.verify()


def test_nothing_of_an_unpublished_period_is_revised(office: Workspace) -> None:
    for wrong in (APRIL, "2025"):
        with pytest.raises(UsageError, match="is not published"):
            office.revise(wrong)
    with pytest.raises(UsageError, match="for a reason"):
        office.revise("2026", publish=" ")


def test_a_revision_stops_at_the_draft_where_steps_are_demanded(tmp_path: Path) -> None:
    """Steps and sources are kept of what it staged, whatever the policy says later."""
    steps = '[steps.reviewed]\nrequired = true\nsource = "x"\n'
    office = late_county(tmp_path / "c", PRICE.format(price="4.20"), months=(JANUARY,))
    layer = office.folder / "policy" / "county.toml"
    plain = layer.read_text("utf-8")
    layer.write_text(plain + steps, "utf-8")
    with pytest.raises(Refused, match="revision stopped at 2026-01"):
        office.revise("2026", publish=REASON)
    layer.write_text(plain, "utf-8")
    [staged] = [record for record in office.runs() if record.revision is None]
    with pytest.raises(Refused, match="1 thing"):
        office.publish(staged.id)
    with office.ledger() as ledger:
        assert ledger.sources(staged.engine) is not None
        assert "steps" in json.loads(ledger.chain_of(staged.id)[-1].entry)
    office.enter_step(JANUARY, "reviewed")
    office.publish(JANUARY)
    assert states(office.revise("2026").periods) == {JANUARY: "unchanged"}


def test_holds_are_told_of_the_named_periods_only(tmp_path: Path) -> None:
    """A later period follows with the institutions that it holds itself."""
    office = late_county(tmp_path / "c", months=(JANUARY, FEBRUARY))
    office.freeze(MARCH)
    office.publish(office.run(MARCH, hold={"I1": "scores missing"}).run)
    held = office.revise(JANUARY, hold={"I1": "under review"}, publish=REASON)
    assert states(held.periods)[JANUARY] == "published"
    with office.ledger() as ledger:
        found = {month: dict(ledger.run(month).holds) for month in MONTHS}
    assert found == {JANUARY: {"I1": "under review"}, FEBRUARY: {}, MARCH: {"I1": "scores missing"}}
    office.revise(JANUARY, release=["I1"], publish=REASON)
    with office.ledger() as ledger:
        assert dict(ledger.run(MARCH).holds) == {"I1": "scores missing"}


def test_what_is_taken_back_waits_as_a_staged_run_and_is_published_by_its_period(office: Workspace) -> None:
    office.revise(JANUARY, publish=REASON)
    source(office, *ON_TIME)
    office.freeze(JANUARY)
    office.run(JANUARY, revise="taken back")
    told = json.loads(call(office.folder, "runs", JANUARY, "--json").output)
    assert sorted((one["state"], one["damaged"]) for one in told["runs"]) == [("current", False), ("staged", False)]
    assert office.publish(JANUARY).publication.revision == 3
    told = json.loads(call(office.folder, "runs", JANUARY, "--json").output)
    assert sorted(one["state"] for one in told["runs"]) == ["current", "replaced"]
