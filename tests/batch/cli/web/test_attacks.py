"""Attacks from outside, and ledgers that are empty, newer or gone: nothing is written."""

from __future__ import annotations

import hashlib
import hmac
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from batch.cli.web import links
from batch.cli.web.app import VIEWS
from batch.cli.web.blocks import address
from batch.cli.web.links import Key, today
from batch.cli.web.pages import View
from batch.cli.web.scope import EVERYTHING, INSTITUTION, PERSON, Scope
from batch.pricing import item_work, price_snapshot
from batch.workspace import Workspace
from tests.support.simulated_county import OCTOBER
from tests.support.web_county import SERVER, Published, Visits

ALL = Scope(EVERYTHING)
SCHEMA = "INSERT INTO ledger_schema (version, engine, applied_at) VALUES (?, '', '')"
ODD = (
    "../../etc/passwd", "S 1", "a/b?c=d&e=f#g", "张三", "S1' or '1'='1", 'S1"; drop table run; --',
    "<script>x</script>", "%2e%2e%2f", "..", "+", "\x00", "a\nb", "\u202eb", "٣", "9" * 200, "{{7*7}}", "${7*7}",
    "S00001 ", "s00001", "*", "%",
)  # fmt: skip


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Visits:
    return Visits(Published(tmp_path_factory.mktemp("attacks") / "county"))


def asked(view: View, known: Published) -> dict[str, str]:
    """Parameters with which a view shows something."""
    values = {
        "run": OCTOBER, "institution": known.institution, "staff": known.staff, "record": known.record,
        "before": known.first[:12], "after": known.second[:12], "period": OCTOBER, "number": str(known.payment),
    }  # fmt: skip
    names = {*view.required, *({"staff", "institution"} & {*view.optional} if view.path != "/log" else ())}
    return {name: values[name] for name in names | ({"before", "after"} & {*view.optional})}


# --- nothing is written ----------------------------------------------------------------------------------------------


def contents(file: Path) -> str:
    """Digest of all rows of a ledger but those of the log of accesses."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        lines = [line for line in connection.iterdump() if 'INTO "access_log"' not in line]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def files(folder: Path) -> dict[str, str]:
    """Digests of the files of a workspace but for the database's own."""
    return {
        str(file): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.startswith("ledger.sqlite")
    }


@contextmanager
def statements() -> Iterator[list[str]]:
    """Whatever is sent to a database by SQLAlchemy within the block."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("kind", [EVERYTHING, INSTITUTION, PERSON])
def test_no_page_writes_anything_but_the_log_of_accesses(visits: Visits, kind: str) -> None:
    known = visits.published
    ledger = known.folder / "ledger.sqlite"
    client = visits.visitor(Scope(kind, {INSTITUTION: known.institution, PERSON: known.staff}.get(kind, "")))
    before = contents(ledger), files(known.folder)
    with statements() as sent:
        shown = [client.get(view.path, params=asked(view, known)).status_code for view in VIEWS]
    assert shown.count(200) == sum(kind in view.shown_to for view in VIEWS), list(zip(VIEWS, shown, strict=True))
    assert (contents(ledger), files(known.folder)) == before
    writes = [one for one in sent if not re.match(r"\s*(SELECT|WITH|PRAGMA)\b", one, re.IGNORECASE)]
    assert writes, "records were looked at"
    assert all(one.startswith(("INSERT INTO access_log", "BEGIN")) for one in writes), set(writes)


def test_the_test_of_writing_finds_a_row(visits: Visits, tmp_path: Path) -> None:
    shutil.copy(visits.published.folder / "ledger.sqlite", tmp_path / "copy.sqlite")
    before = contents(tmp_path / "copy.sqlite")
    with sqlite3.connect(tmp_path / "copy.sqlite") as connection:
        connection.execute(SCHEMA, (98,))
    assert contents(tmp_path / "copy.sqlite") != before


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.path)
def test_head_tells_what_get_tells_without_a_body(view: View, visits: Visits) -> None:
    client = visits.visitor(ALL)
    answers = [client.request(method, view.path, params=asked(view, visits.published)) for method in ("GET", "HEAD")]
    assert answers[0].status_code == answers[1].status_code == 200, answers[0].text
    assert not answers[1].content


# --- what visitors send ----------------------------------------------------------------------------------------------


SENT = [(view, name) for view in VIEWS for name in (*view.required, *view.optional)]
AT_ONCE = 4  # odd codes for each parameter: all of them several times over the parameters


@pytest.mark.parametrize(
    ("place", "view", "name"), [(place, *sent) for place, sent in enumerate(SENT)],
    ids=[f"{view.path}-{name}" for view, name in SENT],
)  # fmt: skip
def test_odd_codes_are_answered_in_words(place: int, view: View, name: str, visits: Visits) -> None:
    client, good = visits.visitor(ALL), asked(view, visits.published)
    for odd in (ODD[(AT_ONCE * place + number) % len(ODD)] for number in range(AT_ONCE)):
        answer = client.get(view.path, params={**good, name: odd})
        assert answer.status_code in (200, 400, 404), (odd, answer.text)
        assert "bug" not in answer.text, odd
        assert "<script>x" not in answer.text
        assert re.search(r"\b49\b", answer.text) is None or "7*7" not in odd, "templates do not compute"


def test_every_odd_code_is_sent_to_several_parameters() -> None:
    assert AT_ONCE * len(SENT) >= 2 * len(ODD)


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_code_survives_its_address(odd: str) -> None:
    read = parse_qs(urlsplit(address("/person", run="r", staff=odd)).query, strict_parsing=True)
    assert read == {"run": ["r"], "staff": [odd]}


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/%2e%2e%2fapp.py",
        "/static//etc/passwd", "/static/..\\app.py", "/static/%00", "/static/", "/static", "/../ledger.sqlite",
        "/ledger.sqlite", "/link.key", "/static/web.css/../../app.py", "/static/%252e%252e/app.py",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_static_files(visits: Visits, path: str) -> None:
    answer = visits.visitor(ALL).get(path)
    assert answer.status_code in (404, 307), answer.text
    assert "def application" not in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize("name", ["X-Pay-Scope", "X-Forwarded-User", "Remote-User", "X-Remote-User", "Forwarded"])
def test_no_header_lets_in_where_no_proxy_is_configured(visits: Visits, name: str) -> None:
    for value in ("everything", f"staff:{visits.published.staff}"):
        assert visits.stranger().get("/", headers={name: value}).status_code == 403
    narrow = visits.visitor(Scope(PERSON, visits.published.staff))
    assert narrow.get("/register", params={"run": OCTOBER}, headers={name: "everything"}).status_code == 403


@pytest.mark.parametrize(
    "value",
    ["everything, staff:S1", "staff:S1, everything", "staff:S1,everything", " everything", "EVERYTHING", "everything;",
     "staff: S00001", "everything\x00"],
)  # fmt: skip
def test_the_headers_of_two_proxies_do_not_add_up(visits: Visits, value: str) -> None:
    behind = Visits(visits.published, links=None, header="X-Pay-Scope")
    answer = behind.stranger().get("/register", params={"run": OCTOBER}, headers={"x-pay-scope": value})
    assert answer.status_code in (400, 403), answer.text
    assert answer.request.headers["x-pay-scope"] == value


def test_a_proxy_writes_codes_in_utf_8(visits: Visits) -> None:
    behind = Visits(visits.published, links=None, header="X-Pay-Scope")
    answer = behind.stranger().get("/", headers={"x-pay-scope": "staff:张三".encode()})
    assert answer.status_code == 200
    assert "张三" in answer.text
    assert behind.stranger().get("/", headers={"x-pay-scope": b"staff:\xff"}).status_code == 200  # of nobody here


@pytest.mark.parametrize(
    "token",
    ["", ".", "e30.e30", "null.null", "a" * 5000, "é", "%00", "..", "W10.W10", '["everything","","9999-12-31"].x'],
)
def test_a_malformed_link_or_cookie_lets_nobody_in(visits: Visits, token: str) -> None:
    path = f"/enter?key={quote(token)}"
    assert visits.stranger().get(path).status_code in (400, 403)
    headers = {"cookie": f"{visits.doors.cookie}={quote(token)}"}
    assert visits.stranger().get("/", headers=headers).status_code == 403


def test_a_signature_is_compared_in_constant_time_and_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    key, compared = Key(b"k" * 32), []

    def refuse(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return False

    monkeypatch.setattr(links.json, "loads", lambda *_: pytest.fail("it was read before"))
    monkeypatch.setattr(hmac, "compare_digest", refuse)
    assert key.read(key.sign(ALL, today()), today()) is None
    assert len(compared) == 1


def test_no_page_tells_others_where_it_was(visits: Visits) -> None:
    """Neither by the Referer nor from a cache nor in the address."""
    token = visits.key.sign(ALL, today())
    entered = visits.stranger().get("/enter", params={"key": token})
    for answer in (entered, visits.visitor(ALL).get("/register", params={"run": OCTOBER})):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert token not in answer.text
    cookies = [entered.headers["set-cookie"].lower()]
    cookies.append(visits.visitor(ALL).get("/", params={"lang": "zh"}).headers["set-cookie"].lower())
    for cookie in cookies:
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "path=/" in cookie
        assert "domain=" not in cookie


# --- the ledger ------------------------------------------------------------------------------------------------------


def of(folder: Path) -> Visits:
    """Visitors of a server on a copy of the county."""

    class Copy:
        def __init__(self) -> None:
            self.folder = folder

    return Visits(Copy())  # type: ignore[arg-type]


def own_visitor(server: Visits) -> TestClient:
    """A visitor who came in by the address that the server printed."""
    client = server.stranger()
    assert client.get("/enter", params={"key": server.doors.own.sign(ALL, today())}).status_code == 200
    return client


def every_page(client: TestClient, known: Published) -> Mapping[str, Any]:
    return {view.path: client.get(view.path, params=asked(view, known)) for view in VIEWS}


def test_pages_of_a_new_workspace_say_that_there_is_nothing(visits: Visits, tmp_path: Path) -> None:
    county = Workspace.create(tmp_path / "new", "demo")
    for kind, code in ((EVERYTHING, ""), (INSTITUTION, "I0001"), (PERSON, "S00001")):
        answers = every_page(of(county.folder).visitor(Scope(kind, code)), visits.published)
        shown = {path for path, answer in answers.items() if answer.status_code == 200}
        assert shown == ({"/", "/status", "/payments", "/log"} if kind == EVERYTHING else {"/", "/payments"})
        refused = {answer.status_code for path, answer in answers.items() if path not in shown}
        assert refused <= {400, 403, 404, 409}, {path: answer.status_code for path, answer in answers.items()}
    assert not (county.folder / "ledger.sqlite").exists()


@pytest.fixture
def copy(visits: Visits, tmp_path: Path) -> Path:
    shutil.copytree(visits.published.folder, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_ledger_of_a_newer_program_is_not_read(visits: Visits, copy: Path) -> None:
    server = of(copy)
    clients = {EVERYTHING: own_visitor(server), PERSON: server.visitor(Scope(PERSON, "S00001"))}
    with sqlite3.connect(copy / "ledger.sqlite") as connection:
        connection.execute(SCHEMA, (99,))
    for kind, client in clients.items():
        answers = every_page(client, visits.published)
        assert {answer.status_code for answer in answers.values()} == {503}
        assert all(("schema version 99" in answer.text) is (kind == EVERYTHING) for answer in answers.values())
    assert server.stranger().get("/").status_code == 403


def test_a_ledger_that_goes_away_is_told_and_comes_back(visits: Visits, copy: Path) -> None:
    server = of(copy)
    clients = {EVERYTHING: own_visitor(server), PERSON: server.visitor(Scope(PERSON, "S00001"))}
    ledger, away = copy / "ledger.sqlite", copy / "away.sqlite"
    ledger.rename(away)
    for kind, client in clients.items():
        answers = {**every_page(client, visits.published)}
        if kind == EVERYTHING:  # what was frozen stands in the workspace: of a county without runs that is all
            assert answers.pop("/status").status_code == 200
        assert {answer.status_code for answer in answers.values()} == {503}
        assert all((str(copy) in answer.text) is (kind == EVERYTHING) for answer in answers.values())
        assert not any("bug" in answer.text for answer in answers.values())
    assert not ledger.exists(), "no empty ledger is made in its place"
    away.rename(ledger)
    assert all(client.get("/").status_code == 200 for client in clients.values())


# --- what a what-if costs --------------------------------------------------------------------------------------------


def test_values_of_the_slider_price_no_record_again(visits: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    client, passes = visits.visitor(ALL), []
    for module, name in ((item_work, "price_items"), (price_snapshot, "price_snapshot")):
        price = getattr(module, name)

        def counted(*args: Any, price: Any = price, **words: Any) -> Any:
            passes.append(args)
            return price(*args, **words)

        monkeypatch.setattr(module, name, counted)
        monkeypatch.setattr(f"batch.simulation.simulator.{name}", counted, raising=False)
    visits.office.prepared._kept.clear()
    assert client.get("/simulate", params={"period": OCTOBER}).status_code == 200
    assert len(passes) == 1, "the records are priced once, for whatever comes"
    for value in ("4.00", "4.10", "4.35", "5", "0.5"):
        assert client.get("/simulate", params={"period": OCTOBER, "value": value}).status_code == 200
    assert len(passes) == 1


# --- many persons ----------------------------------------------------------------------------------------------------


def test_the_staff_of_a_run_are_searched_sorted_and_paged(visits: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    from batch.cli.web import staff_page

    monkeypatch.setattr(staff_page, "PAGE", 10)
    known, client = visits.published, visits.visitor(ALL)
    payslips = {(place, who) for place, people in known.people.items() for who in people}

    def listed(**words: str) -> list[str]:
        answer = client.get("/staff", params={"run": OCTOBER, **words})
        assert answer.status_code == 200, answer.text
        return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', answer.text)

    pages = [listed(page=str(page)) for page in range(1, len(payslips) // 10 + 2)]
    assert sorted(code for page in pages for code in page) == sorted(who for _, who in payslips)
    assert listed(page="999") == pages[-1]
    name = known.names["staff"][known.staff]
    assert set(listed(q=name)) == set(listed(q=known.staff)) == {known.staff}
    assert set(listed(q=known.staff.lower(), institution=known.institution)) == {known.staff}
    assert set(listed(q=known.names["institution"][known.institution])) <= known.people[known.institution]
    assert listed(q="nobody of that name") == []
    highest = [code for page in range(1, 9) for code in listed(sort="gross", page=str(page))]
    lowest = [code for page in range(1, 9) for code in listed(sort="least", page=str(page))]
    assert highest[0] == lowest[len(payslips) - 1] != lowest[0]
    own = visits.visitor(Scope(INSTITUTION, known.institution))
    page = own.get("/staff", params={"run": OCTOBER}).text
    assert f"of {len(known.people[known.institution])} payslips" in page


@pytest.mark.parametrize("words", [{"sort": "pay"}, {"page": "0"}, {"page": "x"}, {"page": "-1"}, {"page": "٣"}])
def test_a_list_that_cannot_be_asked_for_is_refused(visits: Visits, words: Mapping[str, str]) -> None:
    assert visits.visitor(ALL).get("/staff", params={"run": OCTOBER, **words}).status_code == 400


def test_an_address_of_this_server_is_all_that_a_page_leads_to(visits: Visits) -> None:
    client = visits.visitor(ALL)
    for view in VIEWS:
        answer = client.get(view.path, params=asked(view, visits.published))
        for href in re.findall(r'(?:href|src|action|hx-get)="([^"]*)"', answer.text):
            assert re.match(r"/(?![/\\])|#", href), (view.path, href)
    assert SERVER.startswith("http://127.0.0.1")
