"""Scopes: every page with every scope, and what a narrow one must not show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from html import unescape

import pytest
from starlette.testclient import TestClient

from batch.cli.web import app
from batch.cli.web.app import VIEWS
from batch.cli.web.pages import View
from batch.cli.web.scope import EVERYTHING, INSTITUTION, PERSON, OutOfScope, Scope, admit
from batch.workspace import Workspace
from payengine.errors import Problem
from payengine.exact.amounts import yuan
from tests.support.simulated_county import OCTOBER
from tests.support.web_county import HELD, REASON, Published, Visits

SCOPES = (EVERYTHING, INSTITUTION, PERSON)


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    return Visits(Published(tmp_path_factory.mktemp("scopes") / "county"))


@pytest.fixture(scope="module")
def visitors(visits: Visits) -> Mapping[str, TestClient]:
    known = visits.published
    scopes = (Scope(EVERYTHING), Scope(INSTITUTION, known.institution), Scope(PERSON, known.staff))
    return {scope.kind: visits.visitor(scope) for scope in scopes}


def asked(view: View, known: Published) -> dict[str, str]:
    """Parameters with which a view shows something of the visitor's own."""
    values = {
        "run": OCTOBER, "institution": known.institution, "staff": known.staff, "record": known.record,
        "before": known.first[:12], "after": known.second[:12], "period": OCTOBER, "number": str(known.payment),
    }  # fmt: skip
    names = {*view.required, *(("staff",) if "staff" in view.optional and view.path != "/log" else ())}
    names |= {"/diff": {"before", "after"}, "/proof-file": {"institution"}}.get(view.path, set())  # of two payslips one
    return {name: values[name] for name in names}


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.path)
@pytest.mark.parametrize("kind", SCOPES)
def test_a_page_is_shown_to_its_scopes_and_refused_to_others(
    view: View, kind: str, visits: Visits, visitors: Mapping[str, TestClient]
) -> None:
    answer = visitors[kind].get(view.path, params=asked(view, visits.published))
    assert answer.status_code == (200 if kind in view.shown_to else 403), answer.text


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.path)
def test_without_a_link_no_page_is_shown(view: View, visits: Visits) -> None:
    answer = visits.stranger().get(view.path, params=asked(view, visits.published))
    assert answer.status_code == 403
    assert "link" in answer.text
    assert not leaks(main_of(answer.text), visits.published, "", "")


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.path)
def test_every_page_asks_the_one_check(view: View, visits: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that does not ask would be shown although the check refuses everybody."""

    def nobody(*_: object) -> dict[str, str]:
        raise OutOfScope("refused by the test")

    client = visits.visitor(Scope(EVERYTHING))
    monkeypatch.setattr(app, "admit", nobody)
    answer = client.get(view.path, params=asked(view, visits.published))
    assert answer.status_code == 403
    assert "refused by the test" in answer.text


def test_every_route_is_a_view_or_needs_no_scope(visits: Visits) -> None:
    paths = {route.path for route in visits.pages.inner.routes}
    assert paths == {view.path for view in VIEWS} | {"/enter", "/static"}


# --- nothing of others ---------------------------------------------------------------------------------------------


def leaks(html: str, known: Published, institution: str, staff: str) -> list[str]:
    """Find codes and names of others in a page; of an institution its people are its own."""
    text = unescape(re.sub(r"<[^>]*>", " ", html)) + " ".join(re.findall(r'(?:href|value|hx-get)="([^"]*)"', html))
    found = []
    for kind, codes in known.names.items():
        for code, name in codes.items():
            own = code in (institution, staff)
            if kind == "staff" and institution and not staff:
                own = code in known.seen_at[institution]
            if kind == "institution" and staff:
                own = code in {place for place in codes if staff in known.seen_at[place]}
            if not own:
                found += [each for each in (code, name) if each and each in text]
    return found


def crawl(client: TestClient, most: int = 4) -> Iterator[tuple[str, str]]:
    """Follow the links from the first page: of each kind of page the first few."""
    waiting, seen, kinds = ["/"], set(), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        kind = path.partition("?")[0]
        if path in seen or kinds[kind] == most:
            continue
        seen.add(path)
        kinds[kind] += 1
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        yield path, answer.text
        links = [unescape(href) for href in re.findall(r'href="(/[^"]*)"', answer.text)]
        waiting += [href for href in links if not href.startswith("/static") and "lang=" not in href]


@pytest.mark.parametrize("kind", [INSTITUTION, PERSON])
def test_whatever_a_narrow_link_leads_to_names_nobody_else(
    kind: str, visits: Visits, visitors: Mapping[str, TestClient]
) -> None:
    known = visits.published
    own = {INSTITUTION: (known.institution, ""), PERSON: ("", known.staff)}[kind]
    pages = dict(crawl(visitors[kind]))
    assert len(pages) > (10 if kind == INSTITUTION else 4), list(pages)
    found = {path: leak for path, html in pages.items() if (leak := leaks(html, known, *own))}
    assert not found
    assert not [path for path, html in pages.items() if REASON in html or HELD in html]


def test_the_test_of_leaks_finds_them(visits: Visits, visitors: Mapping[str, TestClient]) -> None:
    known = visits.published
    page = visitors[EVERYTHING].get("/register", params={"run": OCTOBER}).text
    assert leaks(page, known, known.institution, "")


def test_a_person_sees_no_figure_of_the_institution(visits: Visits, visitors: Mapping[str, TestClient]) -> None:
    """Neither pay of others nor sums from which it could be reckoned."""
    known = visits.published
    own: dict[str, int] = {}
    lines = known.county.results(known.second).pay_lines.to_pylist()
    for line in lines:
        own[line["staff"]] = own.get(line["staff"], 0) + line["amount_fen"]
    own_amounts = {yuan(line["amount_fen"]) for line in lines if line["staff"] == known.staff}
    others = {yuan(fen) for who, fen in own.items() if who != known.staff} - {yuan(own[known.staff])} - own_amounts
    totals = {yuan(sum(each["amount_fen"] for each in lines if each["institution"] == place)) for place in known.people}
    for path, html in crawl(visitors[PERSON]):
        shown = set(re.findall(r"(?<![\d,.])[\d,]+\.\d\d(?![\d.])", html))
        assert not shown & (others | totals) - {"0.00"}, path


# --- other codes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", [view for view in VIEWS if "institution" in (*view.required, *view.optional)],
                         ids=lambda view: view.path)  # fmt: skip
def test_another_institution_is_refused_whether_there_is_one_or_not(
    view: View, visits: Visits, visitors: Mapping[str, TestClient]
) -> None:
    other = next(code for code in visits.published.people if code != visits.published.institution)
    answers = [
        visitors[INSTITUTION].get(view.path, params={**asked(view, visits.published), "institution": code})
        for code in (other, "I9999")
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert main_of(answers[0].text) == main_of(answers[1].text)


@pytest.mark.parametrize("view", [view for view in VIEWS if "staff" in (*view.required, *view.optional)],
                         ids=lambda view: view.path)  # fmt: skip
def test_another_person_is_refused_whether_there_is_one_or_not(
    view: View, visits: Visits, visitors: Mapping[str, TestClient]
) -> None:
    other = max(visits.published.people[visits.published.institution])
    answers = [
        visitors[PERSON].get(view.path, params={**asked(view, visits.published), "staff": code})
        for code in (other, "S99999")
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert main_of(answers[0].text) == main_of(answers[1].text)


@pytest.mark.parametrize("path", ["/person", "/explain", "/records", "/proof"])
def test_an_institution_cannot_tell_if_a_person_is_elsewhere(
    path: str, visits: Visits, visitors: Mapping[str, TestClient]
) -> None:
    known = visits.published
    other = next(
        who for place, people in known.people.items() for who in sorted(people)
        if place != known.institution and who not in known.seen_at[known.institution]
    )  # fmt: skip
    answers = [visitors[INSTITUTION].get(path, params={"run": OCTOBER, "staff": who}) for who in (other, "S99999")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert main_of(answers[0].text) == main_of(answers[1].text)


def test_an_institution_sees_no_record_of_another(visits: Visits, visitors: Mapping[str, TestClient]) -> None:
    known = visits.published
    place = next(code for code in known.people if code != known.institution)
    (explained, *_) = known.county.explain(OCTOBER, staff=min(known.people[place]), institution=place)
    record = next(row.record for row in explained.rows if row.institution == place)
    answers = [visitors[INSTITUTION].get("/record", params={"run": OCTOBER, "record": each})
               for each in (record, "R-none")]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404, 404]
    assert main_of(answers[0].text) == main_of(answers[1].text)


def test_a_narrow_scope_sees_no_run_that_is_not_published(visits: Visits) -> None:
    known = visits.published
    staged = known.county.run(OCTOBER, revise="trial", hold={HELD: REASON, known.institution: "trial"}).run
    client = visits.visitor(Scope(INSTITUTION, known.institution))
    assert staged[:12] not in client.get("/").text
    own = {"run": staged[:12], "institution": known.institution}
    assert client.get("/institution", params=own).status_code == 404
    assert staged[:12] in visits.visitor(Scope(EVERYTHING)).get("/").text


@pytest.mark.parametrize("kind", [INSTITUTION, PERSON])
def test_a_narrow_scope_is_told_of_a_damaged_ledger_without_its_damage(
    kind: str, visitors: Mapping[str, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Workspace, "doubts", lambda *_: [Problem("the lines of S00039 were changed")])
    page = visitors[kind].get("/").text
    assert "The ledger is not as it was written" in page
    assert "S00039" not in page
    assert "S00039" in visitors[EVERYTHING].get("/").text


def test_the_proof_of_a_person_is_the_one_of_the_command(visits: Visits, visitors: Mapping[str, TestClient]) -> None:
    from batch.proof.documents import proof_text

    known = visits.published
    own = {"run": known.second[:12], "staff": known.staff, "institution": known.institution}
    answer = visitors[PERSON].get("/proof-file", params=own)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.text == proof_text(known.county.prove(known.second, known.staff, known.institution))


def main_of(html: str) -> str:
    """Take what a page says, without the links around it that repeat its own address."""
    return html[html.index("<main") : html.index("</main>")]


# --- the check itself ----------------------------------------------------------------------------------------------


def test_a_narrow_scope_is_put_into_what_is_asked() -> None:
    assert admit(Scope(PERSON, "S1"), SCOPES, {"run": "x"}) == {"run": "x", "staff": "S1"}
    assert admit(Scope(EVERYTHING), SCOPES, {"staff": "S2"}) == {"staff": "S2"}
    for scope, values in ((Scope(PERSON, "S1"), {"staff": "S2"}), (Scope(PERSON, "S1"), {"staff": ""}), (None, {})):
        with pytest.raises(OutOfScope):
            admit(scope, SCOPES, values)
    with pytest.raises(OutOfScope):
        admit(Scope(INSTITUTION, "I1"), (EVERYTHING,), {})


@pytest.mark.parametrize("text", ["", "all", "staff", "staff:", "everything:x", "everything:", "Institution:I1"])
def test_a_scope_in_words_is_read_strictly(text: str) -> None:
    with pytest.raises(OutOfScope):
        Scope.parse(text)


@pytest.mark.parametrize("text", ["everything", "institution:I0001", "staff:S:1"])
def test_a_scope_is_written_as_it_is_read(text: str) -> None:
    assert str(Scope.parse(text)) == text


# --- a revision more: it stands last ----------------------------------------------------------------------------------


def test_a_person_who_also_works_at_a_held_institution_is_told_so_without_the_reason(visits: Visits) -> None:
    known = visits.published
    held = known.seen_at[HELD] - {""}
    both = [who for place, people in known.people.items() for who in people & held]
    county = known.county
    if not both:  # hold another institution, at which somebody works who also works elsewhere
        at = {
            who: [place for place, people in known.people.items() if who in people]
            for who in known.people[known.institution]
        }
        who, places = next((who, places) for who, places in at.items() if len(places) > 1)
        other = next(place for place in places if place != known.institution)
        staged = county.run(OCTOBER, revise="trial", hold={HELD: REASON, other: REASON}).run
        county.publish(staged)
        both = [who]
    page = visits.visitor(Scope(PERSON, both[0])).get("/person", params={"run": OCTOBER}).text
    assert "Its pay follows in a revision." in page
    assert REASON not in page
