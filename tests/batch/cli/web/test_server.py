"""Server around the pages: methods, hosts, links, headers, languages, errors."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from batch.cli.root import root
from batch.cli.web import office as office_module
from batch.cli.web.app import VIEWS
from batch.cli.web.change_pages import slider_range
from batch.cli.web.doors import Doors, require_safe
from batch.cli.web.guard import HEADERS
from batch.cli.web.links import FILE, LONGEST_DAYS, VARIABLE, Key, last_day, read_key, today
from batch.cli.web.office import MOST_PREPARED, Shelf
from batch.cli.web.scope import EVERYTHING, INSTITUTION, PERSON, Scope
from payengine import texts
from payengine.errors import IntegrityBroken, UsageError
from payengine.exact.amounts import yuan
from tests.support.paths import ROOT
from tests.support.simulated_county import OCTOBER
from tests.support.web_county import SERVER, Published, Visits

ALL = Scope(EVERYTHING)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return Published(tmp_path_factory.mktemp("server") / "county")


@pytest.fixture(scope="module")
def visits(published: Published) -> Visits:
    return Visits(published)


def call(published: Published, *words: str) -> Result:
    return CliRunner().invoke(root, ["--workspace", str(published.folder), "--lang", "en", *words])


# --- reading only ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/register", "/enter", "/static/web.css", "/nothing"])
def test_other_methods_are_refused_everywhere(visits: Visits, method: str, path: str) -> None:
    answer = visits.visitor(ALL).request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert "only read" in answer.text


def test_looking_changes_nothing_but_the_log_of_accesses(visits: Visits) -> None:
    known = visits.published
    before, logged = call(known, "--json", "runs").stdout, visits.log()
    client = visits.visitor(ALL)
    own = {"run": OCTOBER, "staff": known.staff}
    for path, asked in (("/register", {"run": OCTOBER}), ("/person", own), ("/simulate", {"period": OCTOBER})):
        assert client.get(path, params=asked).status_code == 200
    assert visits.log() == logged
    assert client.get("/records", params=own).status_code == 200
    assert "records; web everything" in visits.log()
    assert client.get("/record", params={"run": OCTOBER, "record": known.record}).status_code == 200
    assert f"record {known.record}; web everything" in visits.log()
    assert call(known, "--json", "runs").stdout == before


def test_head_answers_without_a_body(visits: Visits) -> None:
    answer = visits.visitor(ALL).head("/")
    assert answer.status_code == 200
    assert not answer.content


# --- headers and hosts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*(view.path for view in VIEWS), "/enter", "/static/web.css", "/none", "/static/none"])
def test_every_answer_has_the_headers(visits: Visits, path: str) -> None:
    for client in (visits.visitor(ALL), visits.stranger()):
        answer = client.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert answer.headers["cache-control"] == "no-store"
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_no_page_has_scripts_or_styles_of_its_own(visits: Visits) -> None:
    known, client = visits.published, visits.visitor(ALL)
    for path in ("/", f"/person?run={OCTOBER}&staff={known.staff}", f"/simulate?period={OCTOBER}", "/log"):
        html = client.get(path).text
        assert re.findall(r"<script[^>]*>(?!</script>)", html) == []
        assert "<style" not in html
        assert not re.findall(r'\s(style|on[a-z]+)="', html)
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8765", 200), ("localhost:8765", 200), ("[::1]:8765", 200), ("LOCALHOST", 200),
        ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("", 421), ("[", 421),
    ],
)  # fmt: skip
def test_only_the_servers_own_names_are_answered(visits: Visits, host: str, status: int) -> None:
    client = visits.visitor(ALL)
    token = client.cookies[visits.doors.cookie]
    headers = {"host": host, "cookie": f"{visits.doors.cookie}={token}"}
    assert visits.stranger().get("/", headers=headers).status_code == status


@pytest.mark.parametrize("path", ["//evil.example/x", "/%2F/evil.example", "/\\evil.example", "/a%3Fb%22c"])
def test_no_address_makes_a_page_lead_elsewhere(visits: Visits, path: str) -> None:
    answer = visits.visitor(ALL).get(SERVER + path)
    assert answer.status_code == 404
    links = re.findall(r'href="([^"]*)"', answer.text)
    assert links
    assert all(re.match(r"/(?![/\\])|#", link) for link in links), links


def test_hidden_text_and_markup_of_the_source_stay_text(visits: Visits) -> None:
    answer = visits.visitor(ALL).get("/register", params={"run": "<script>alert(1)</script>"})
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


# --- links -----------------------------------------------------------------------------------------------------------


def test_a_link_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(visits: Visits) -> None:
    token = visits.key.sign(ALL, today())
    answer = visits.stranger().get("/enter", params={"key": token})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    assert token not in answer.text
    assert 'http-equiv="refresh"' in answer.text
    encrypted = Visits(visits.published, url="https://pay.example")
    answer = encrypted.stranger(server="https://pay.example").get(
        "/enter", params={"key": encrypted.key.sign(ALL, today())}
    )
    assert "secure" in answer.headers["set-cookie"].lower()


def test_a_link_ends_with_its_last_day(visits: Visits) -> None:
    key, day = visits.key, date(2026, 3, 1)
    token = key.sign(Scope(PERSON, "S1"), day)
    assert key.read(token, day) == Scope(PERSON, "S1")
    assert key.read(token, day + timedelta(days=1)) is None
    assert visits.stranger().get("/enter", params={"key": token}).status_code == 403


def test_a_cookie_ends_with_its_last_day_too(visits: Visits) -> None:
    client = visits.stranger()
    client.cookies.set(visits.doors.cookie, visits.key.sign(ALL, today() - timedelta(days=1)))
    assert client.get("/").status_code == 403


def test_no_byte_of_a_token_can_be_changed(visits: Visits) -> None:
    token = visits.key.sign(Scope(INSTITUTION, "I0001"), today())
    assert visits.key.read(token, today())
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=/+ "
    for place in range(len(token)):
        for char in alphabet:
            changed = token[:place] + char + token[place + 1 :]
            assert changed == token or visits.key.read(changed, today()) is None, (place, char)
    for other in ("", ".", "a.b.c", token + "A", token + "=", token[1:], token * 9, "é.é"):
        assert visits.key.read(other, today()) is None
    assert Key.random().read(token, today()) is None


def test_links_are_refused_where_none_are_accepted(published: Published) -> None:
    closed = Visits(published, links=None)
    token = closed.key.sign(ALL, today())
    assert closed.stranger().get("/enter", params={"key": token}).status_code == 403
    own = closed.doors.own.sign(ALL, today())
    assert closed.stranger().get("/enter", params={"key": own}).status_code == 200


def test_the_command_makes_links_that_the_server_takes(published: Published, tmp_path: Path) -> None:
    until = (today() + timedelta(days=3)).isoformat()
    file = tmp_path / "link.key"
    words = ["link", "--institution", published.institution, "--until", until, "--key-file", str(file)]
    made = call(published, "--json", *words)
    assert made.exit_code == 0, made.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 or os.name == "nt"
    told = json.loads(made.stdout)
    assert told["scope"] == f"institution:{published.institution}"
    server = Visits(published, links=read_key(file))
    client = server.stranger()
    assert client.get(told["url"].removeprefix(SERVER)).status_code == 200
    own = {"run": OCTOBER, "institution": published.institution}
    assert client.get("/institution", params=own).status_code == 200
    assert client.get("/register", params={"run": OCTOBER}).status_code == 403


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--institution", "I0001"], "until when the link is to be good is not said"),
        (["--until", "2026-13-01", "--staff", "S00001"], "is not a date"),
        (["--until", "2020-01-01", "--staff", "S00001"], f"is not within {LONGEST_DAYS} days"),
        (["--until", "TOMORROW"], "for whom the link is to be is not said"),
        (["--until", "TOMORROW", "--staff", "S00001", "--everything"], "or said twice"),
        (["--until", "TOMORROW", "--staff", "S0001"], "nobody with the code S0001"),
        (["--until", "TOMORROW", "--institution", "I001"], "did you mean I0001?"),
    ],
)
def test_a_wrong_link_is_refused_and_makes_no_secret(published: Published, words: list[str], told: str) -> None:
    words = [(today() + timedelta(days=1)).isoformat() if word == "TOMORROW" else word for word in words]
    result = call(published, "link", *words)
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    assert not (published.folder / FILE).exists()


def test_secrets_of_links_are_long_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "own.key"
    with pytest.raises(UsageError, match="is not in"):
        read_key(file)
    made = read_key(file, make=True)
    assert read_key(file) == read_key(file, make=True) == made
    if os.name == "posix":
        file.chmod(0o644)
        with pytest.raises(UsageError, match="can be read by others"):
            read_key(file)
    monkeypatch.setenv(VARIABLE, "short")
    with pytest.raises(UsageError, match="has 5 bytes"):
        read_key(file)
    monkeypatch.setenv(VARIABLE, "x" * 32)
    assert read_key(file) == Key(b"x" * 32)


def test_the_last_day_is_near(monkeypatch: pytest.MonkeyPatch) -> None:
    now = date(2026, 5, 5)
    assert last_day("2026-05-05", now) == now
    for text in ("2026-05-04", "2028-01-01"):
        with pytest.raises(UsageError):
            last_day(text, now)


# --- a proxy ---------------------------------------------------------------------------------------------------------


def test_a_proxys_header_says_who_may_see_what(published: Published) -> None:
    behind = Visits(published, links=None, header="X-Pay-Scope")
    own = {"run": OCTOBER, "staff": published.staff}
    for value, status in (
        (f"staff:{published.staff}", 200), ("staff:S00039", 403), ("everything", 200), ("nobody", 403), ("", 403),
    ):  # fmt: skip
        answer = behind.stranger().get("/person", params=own, headers={"x-pay-scope": value})
        assert answer.status_code == status, value
    assert behind.stranger().get("/person", params=own).status_code == 403
    twice = [("x-pay-scope", "everything"), ("x-pay-scope", "staff:S1")]
    assert behind.stranger().get("/", headers=twice).status_code == 403
    assert behind.stranger("10.0.0.9").get("/", headers={"x-pay-scope": "everything"}).status_code == 403
    token = behind.doors.own.sign(ALL, today())
    assert behind.stranger().get("/enter", params={"key": token}).status_code == 403


def test_only_the_trusted_proxy_is_believed(published: Published) -> None:
    named = {"host": "192.0.2.1", "header": "X-Pay-Scope", "proxies": ("10.0.0.9",), "links": None}
    behind = Visits(published, **named)
    for client, status in (("10.0.0.9", 200), ("10.0.0.8", 403), ("127.0.0.1", 403)):
        visitor = behind.stranger(client, "http://192.0.2.1:8765")
        headers = {"x-pay-scope": "everything", "x-forwarded-for": "10.0.0.9"}
        assert visitor.get("/", headers=headers).status_code == status, client


KEY = Key(b"k" * 32)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"host": "0.0.0.0"}, "nothing says who may see what"),
        ({"host": "192.0.2.1"}, "nothing says who may see what"),
        ({"host": "0.0.0.0", "links": KEY}, "every address of this machine"),
        ({"host": "192.0.2.1", "header": "X"}, "anybody could send the header X"),
        ({"header": "X", "links": KEY}, "one of them decides"),
        ({"proxies": ("10.0.0.1",)}, "no --proxy-header names one"),
        ({"header": "X", "proxies": ("proxy",)}, "is no IP address"),
        ({"url": "pay.example"}, "is no address of a server"),
        ({"url": "https://pay.example/pay"}, "is no address of a server"),
    ],
)
def test_unsafe_doors_are_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        require_safe(Doors(**{"host": "127.0.0.1", "port": 1, "own": KEY, **given}))


@pytest.mark.parametrize(
    "given",
    [
        {}, {"links": KEY}, {"host": "localhost"}, {"host": "::1"}, {"header": "X"},
        {"host": "192.0.2.1", "links": KEY}, {"host": "::", "links": KEY, "url": "https://pay.example"},
        {"host": "192.0.2.1", "header": "X", "proxies": ("10.0.0.1",)},
    ],
)  # fmt: skip
def test_safe_doors_are_opened(given: dict[str, Any]) -> None:
    require_safe(Doors(**{"host": "127.0.0.1", "port": 1, "own": KEY, **given}))


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "asked", "status", "told"),
    [
        ("/register", {}, 400, "run is missing"),
        ("/register", {"run": "x", "rum": "y"}, 400, "there is no parameter"),
        ("/register", {"run": ["a", "b"]}, 400, "run is given twice"),
        ("/register", {"run": "a" * 300}, 400, "too long"),
        ("/register", {"run": "a\u202eb"}, 400, "hidden characters"),
        ("/register", {"run": "2026-13"}, 404, "2026-13"),
        ("/register", {"run": "2026-09"}, 404, "2026-09"),
        ("/institution", {"run": OCTOBER, "institution": "I001"}, 404, "I0001"),
        ("/institution", {"run": OCTOBER, "institution": "I0008"}, 404, "held in this run"),
        ("/person", {"run": OCTOBER, "staff": "../../etc"}, 404, "nobody with the code"),
        ("/explain", {"run": OCTOBER}, 404, "not said"),
        ("/explain", {"run": OCTOBER, "staff": "S00002", "component": "nix"}, 404, "nix"),
        ("/simulate", {"period": "2026-11"}, 400, "2026-11"),
        ("/simulate", {"period": OCTOBER, "value": "4.2.2"}, 400, "4.2.2"),
        ("/simulate", {"period": OCTOBER, "value": "4.20001"}, 400, "staff_point_price"),
        ("/simulate", {"period": OCTOBER, "parameter": "nix"}, 400, "nix"),
        ("/log", {"since": "yesterday"}, 400, "not a date"),
        ("/diff", {"before": OCTOBER, "after": "2026-09"}, 404, "2026-09"),
        ("/nothing", {}, 404, "no such page"),
        ("/static/../app.py", {}, 404, "no such page"),
        ("/register", {"run": OCTOBER, "lang": "fr"}, 400, "en or zh"),
        ("/register", {"run": "a", "x": "b" * 5000}, 400, "too long"),
    ],
)
def test_what_is_wrong_is_told_in_words(
    visits: Visits, path: str, asked: Mapping[str, Any], status: int, told: str
) -> None:
    answer = visits.visitor(ALL).get(path, params=asked)
    assert (answer.status_code, told in answer.text) == (status, True), answer.text
    assert "Traceback" not in answer.text
    chinese = visits.visitor(ALL).get(path, params={"lang": "zh", **asked})
    assert chinese.status_code == status


@pytest.mark.parametrize("kind", [EVERYTHING, INSTITUTION])
def test_a_bug_is_told_without_a_traceback(
    visits: Visits, kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = visits.visitor(Scope(kind, visits.published.institution if kind == INSTITUTION else ""))
    monkeypatch.setattr(type(visits.office), "workspace", property(lambda self: 1 // 0))
    answer = client.get("/")
    assert answer.status_code == 500
    assert "bug" in answer.text
    assert "ZeroDivision" not in answer.text
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_narrow_scope_is_not_told_what_is_broken(
    visits: Visits, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise IntegrityBroken("the lines of S00039 were changed")

    narrow, auditor = visits.visitor(Scope(PERSON, visits.published.staff)), visits.visitor(ALL)
    monkeypatch.setattr(visits.office.workspace.__class__, "runs", broken)
    answer = narrow.get("/")
    assert answer.status_code == 500
    assert "S00039" not in answer.text
    assert "S00039" in capsys.readouterr().err
    assert "S00039" in auditor.get("/").text


# --- languages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"), ("en-GB,en;q=0.9,zh;q=0.1", "en"), ("fr, zh;q=0.2", "zh-CN"),
        ("en;q=0.1, zh;q=0.9", "zh-CN"), ("zh;q=x, en", "en"), ("en;q=0, zh", "zh-CN"),
    ],
)  # fmt: skip
def test_a_browser_is_answered_in_its_language(visits: Visits, accepted: str, language: str) -> None:
    answer = visits.visitor(ALL).get("/", headers={"accept-language": accepted})
    assert f'<html lang="{language}">' in answer.text


def test_the_chosen_language_stays(visits: Visits) -> None:
    client = visits.visitor(ALL)
    assert "期间" in client.get("/", params={"lang": "zh"}).text
    assert "期间" in client.get("/", headers={"accept-language": "en"}).text
    assert "Periods" in client.get("/", params={"lang": "en"}).text


def test_visitors_of_two_languages_at_once_each_read_their_own(visits: Visits) -> None:
    """Every word of every answer, while others are answered in the other language."""
    paths = ["/", f"/register?run={OCTOBER}", f"/institution?run={OCTOBER}&institution={visits.published.institution}"]
    clients = {language: visits.visitor(ALL) for language in texts.LANGUAGES}
    alone = {(language, path): clients[language].get(path, headers={"accept-language": language}).text
             for language in texts.LANGUAGES for path in paths}  # fmt: skip
    assert alone["en", paths[0]] != alone["zh", paths[0]]
    start = threading.Barrier(4)

    def look(number: int) -> list[tuple[tuple[str, str], str]]:
        language = texts.LANGUAGES[number % 2]
        client = visits.visitor(ALL)
        start.wait(60)
        return [((language, path), client.get(path, headers={"accept-language": language}).text)
                for _ in range(3) for path in paths]  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        for answers in pool.map(look, range(4)):
            for key, text in answers:
                assert text == alone[key], key


def test_speaking_ends_with_its_context() -> None:
    before = texts.language()
    with texts.speaking("zh"):
        assert texts.say("Periods") == "期间"
        with texts.speaking("en"):
            assert texts.say("Periods") == "Periods"
        assert texts.language() == "zh"
    assert texts.language() == before
    with pytest.raises(ValueError, match="language 'fr'"), texts.speaking("fr"):
        pass


# --- what scripts ask for, what is kept ------------------------------------------------------------------------------


def test_scripts_get_parts_of_pages(visits: Visits) -> None:
    client, script = visits.visitor(ALL), {"HX-Request": "true"}
    own = {"run": OCTOBER, "staff": visits.published.staff}
    part = client.get("/records", params=own, headers=script).text
    assert "<html" not in part
    assert visits.published.record in part
    what_if = client.get("/simulate", params={"period": OCTOBER, "value": "4.31"},
                         headers={**script, "HX-Target": "what-if"}).text  # fmt: skip
    assert "<form" not in what_if
    assert "hx-swap-oob" in what_if
    assert "4.31" in what_if


def test_a_what_if_is_the_one_of_the_command_and_its_ground_is_kept(
    visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = visits.visitor(ALL)
    made: list[object] = []
    prepare = visits.office.workspace.__class__.prepare_simulation

    def counted(*args: Any, **words: Any) -> Any:
        made.append(args)
        return prepare(*args, **words)

    monkeypatch.setattr(visits.office.workspace.__class__, "prepare_simulation", counted)
    for value in ("4.00", "4.35", "5", "0.5"):
        told = json.loads(call(visits.published, "--json", "simulate", OCTOBER, "--set",
                               f"staff_point_price={value}", "--beside").stdout)  # fmt: skip
        pay = told["scenarios"][0]["effect"]["pay"]
        text = client.get("/simulate", params={"period": OCTOBER, "value": value}).text
        assert f"{yuan(pay['before_fen'])} -&gt; {yuan(pay['after_fen'])}" in text
    assert len(made) <= 1
    assert 1 <= len(visits.office.prepared) <= MOST_PREPARED


def test_a_shelf_keeps_the_last_few() -> None:
    shelf: Shelf[int] = Shelf(2)
    made: list[int] = []

    def make(number: int) -> int:
        made.append(number)
        return number

    for asked in (1, 2, 1, 3, 1, 2):
        assert shelf.get(asked, lambda asked=asked: make(asked)) == asked
    assert made == [1, 2, 3, 2]
    assert len(shelf) == 2


def test_one_computation_at_a_time(visits: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_module, "PATIENCE", 0.05)
    client = visits.visitor(ALL)
    with visits.office.turn():
        answer = client.get("/simulate", params={"period": OCTOBER})
    assert answer.status_code == 503
    assert "Try it again" in answer.text


@pytest.mark.parametrize(
    ("number", "least", "most", "expected"),
    [
        (42000, None, None, (40000, 44000, 100)),
        (42000, 41050, None, (41100, 44000, 100)),
        (42000, 0, 42000, (40000, 42000, 100)),
        (50, None, None, (30, 70, 1)),
        (0, 0, None, (0, 20, 1)),
        (1234567, None, None, (1034567, 1434567, 10000)),
    ],
)
def test_a_slider_has_the_value_on_a_step(
    number: int, least: int | None, most: int | None, expected: tuple[int, int, int]
) -> None:
    found = slider_range(number, least, most)
    assert found == expected
    assert (number - found[0]) % found[2] == 0


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows interrupts a whole group of processes")
def test_the_command_serves_until_it_is_interrupted(published: Published) -> None:
    line = [sys.executable, "-c", "from batch.cli import main; main()", "--json", "--workspace", str(published.folder),
            "serve", "--port", "0"]  # fmt: skip
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            text = ""
            while not text.rstrip().endswith("}"):
                text += server.stdout.readline()
            told = json.loads(text)
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
            opener.open(told["url"], timeout=60)
            page = opener.open(told["address"] + "/", timeout=60)
            assert published.second[:12] in page.read().decode("utf-8")
            assert "server" not in {name.lower() for name in page.headers}
        finally:
            server.send_signal(signal.SIGINT)
            out, err = server.communicate(timeout=60)
        assert server.returncode == 0, err
        assert (out, err) == ("", "")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--host", "0.0.0.0"], 2, "nothing says who may see what"),
        (["--links"], 2, "the secret of links is not in"),
        (["--port", "70000"], 2, "--port"),
        (["--host", "192.0.2.77", "--links", "--key-file", "KEY"], 6, "cannot be listened on"),
    ],
)
def test_a_server_that_cannot_be_is_refused(
    published: Published, tmp_path: Path, words: list[str], code: int, told: str
) -> None:
    file = tmp_path / "link.key"
    read_key(file, make=True)
    result = call(published, "serve", *[str(file) if word == "KEY" else word for word in words])
    assert result.exit_code == code, result.output
    assert told in result.stderr
