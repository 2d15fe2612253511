"""Pages in a real browser: clicked through, by keyboard, on a phone, accessible."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from batch.cli.root import root
from batch.cli.web.links import entrance, today
from batch.cli.web.scope import EVERYTHING, INSTITUTION, PERSON, Scope
from payengine.exact.amounts import yuan
from tests.support.browser import browser, served
from tests.support.simulated_county import OCTOBER
from tests.support.web_county import Published, Visits

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def visits(opened: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visits]:
    published = Published(tmp_path_factory.mktemp("browser") / "county")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = Visits(published, port=listening.getsockname()[1])
        with served(found.pages, listening):
            yield found


class Visitor:
    """A visitor with a page of a browser; whatever the console complains of fails the test."""

    def __init__(self, context: BrowserContext, visits: Visits, scope: Scope) -> None:
        self.server = visits.doors.address
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(entrance(self.server, visits.key.sign(scope, today())))
        self.page.wait_for_url(f"{self.server}/")

    def open(self, path: str) -> Page:
        self.page.goto(self.server + path)
        return self.page

    def finish(self) -> None:
        assert not self.complaints
        assert all(url.startswith(self.server) for url in self.asked), "a request went elsewhere"


@pytest.fixture
def auditor(opened: Browser, visits: Visits) -> Iterator[Visitor]:
    context = opened.new_context(locale="en")
    visitor = Visitor(context, visits, Scope(EVERYTHING))
    yield visitor
    visitor.finish()
    context.close()


def test_clicked_from_the_periods_to_the_records(auditor: Visitor, visits: Visits) -> None:
    page, known = auditor.page, visits.published
    page.click(f"text={known.second[:12]}")
    assert page.inner_text("h1") == f"Register of {OCTOBER}"
    page.click(f"tbody >> text='{known.institution}'")
    page.click(f"tbody >> text='{known.staff}'")
    assert known.names["staff"][known.staff] in page.inner_text("h1")
    lines = [line for line in known.county.results(known.second).pay_lines.to_pylist()
             if (line["staff"], line["institution"]) == (known.staff, known.institution)]  # fmt: skip
    assert yuan(sum(line["amount_fen"] for line in lines)) in page.inner_text("tfoot")
    page.click("text=Explain every figure")
    page.click("summary >> nth=0")  # folded
    assert not page.is_visible(".tree ul >> nth=0")
    page.click("summary >> nth=0")
    assert page.is_visible(".tree ul >> nth=0")
    address = page.url
    page.click("text=Show the service records")
    page.wait_for_selector(f"text={known.record}")
    assert page.url == address, "the records come into the page"
    assert "records; web everything" in visits.log()
    page.click(f"text={known.record}")
    assert known.record in page.inner_text("h1")


def test_the_slider_gives_what_simulate_gives(auditor: Visitor, visits: Visits) -> None:
    page = auditor.open(f"/simulate?period={OCTOBER}")
    slider = page.locator("input[type=range]")
    before = page.inner_text("#what-if-told")
    slider.focus()
    with page.expect_response(lambda response: "/simulate?" in response.url):
        for _ in range(3):
            page.keyboard.press("ArrowRight")
    value = slider.input_value()
    page.wait_for_function("value => document.querySelector('#what-if-told').innerText.includes(value)", arg=value)
    assert value != "4.20"
    words = ["--json", "--workspace", str(visits.published.folder), "simulate", OCTOBER]
    told = CliRunner().invoke(root, [*words, "--set", f"staff_point_price={value}", "--beside"])
    pay: dict[str, int] = json.loads(told.stdout)["scenarios"][0]["effect"]["pay"]
    assert pay["change_fen"]
    after = page.inner_text("#what-if-told")
    assert f"{yuan(pay['before_fen'])} -> {yuan(pay['after_fen'])}" in after
    assert after != before
    assert yuan(pay["change_fen"], signed=True) in page.inner_text("#what-if table >> nth=0")
    assert len(visits.office.prepared) == 1
    page.fill("input[type=text]", "4.3x")
    page.wait_for_selector("#what-if .error")
    assert "4.3x" in page.inner_text("#what-if")
    auditor.complaints = [one for one in auditor.complaints if "status of 400" not in one]


PATHS = (
    "/", "/register?run={run}", "/institution?run={run}&institution={place}", "/person?run={run}&staff={who}",
    "/explain?run={run}&staff={who}", "/explain?run={run}&institution={place}", "/compliance?run={run}",
    "/records?run={run}&staff={who}&institution={place}", "/record?run={run}&record={record}",
    "/diff?before={first}&after={run}", "/simulate?period=2026-10&value=4.30", "/log", "/register?run=none",
    "/staff?run={run}&sort=gross", "/payslip?run={run}&staff={who}", "/why?run={run}&staff={who}",
    "/proof?run={run}&staff={who}", "/payments", "/payments?staff={who}", "/payment?number=1", "/status",
    "/steps?run={run}",
)  # fmt: skip


def filled(path: str, known: Published) -> str:
    return path.format(run=known.second[:12], first=known.first[:12], place=known.institution, who=known.staff,
                       record=known.record)  # fmt: skip


def faults(page: Page) -> list[Any]:
    """Find what axe has against a page, by WCAG and its best practices."""
    page.evaluate(AXE)  # a script in the page would be stopped by the policy of contents
    found: dict[str, Any] = page.evaluate("() => axe.run(document)")
    return [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_pages_are_accessible(opened: Browser, visits: Visits, scheme: Any, language: str) -> None:
    context = opened.new_context(locale=language, color_scheme=scheme, bypass_csp=False)
    visitor = Visitor(context, visits, Scope(EVERYTHING))
    for path in PATHS:
        page = visitor.open(filled(path, visits.published))
        assert not faults(page), path
        assert page.get_attribute("html", "lang") == language
    visitor.complaints = [one for one in visitor.complaints if "404" not in one]
    visitor.finish()
    context.close()


@pytest.mark.parametrize("kind", [EVERYTHING, INSTITUTION, PERSON])
def test_on_a_phone_no_page_scrolls_sideways(opened: Browser, visits: Visits, kind: str) -> None:
    known = visits.published
    code = {INSTITUTION: known.institution, PERSON: known.staff}.get(kind, "")
    context = opened.new_context(locale="zh-CN", viewport=PHONE, is_mobile=True, has_touch=True)
    visitor = Visitor(context, visits, Scope(kind, code))
    shown = 0
    for path in PATHS:
        answer = visitor.page.goto(visitor.server + filled(path, known))
        assert answer is not None
        shown += answer.status == 200
        width = visitor.page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], (path, width)
    assert shown >= {EVERYTHING: len(PATHS) - 1, INSTITUTION: 8, PERSON: 6}[kind]
    context.close()


def test_a_person_finds_from_the_link_to_the_records_and_the_proof(opened: Browser, visits: Visits) -> None:
    """By a phone's finger, in Chinese; nothing but their own is on the way."""
    known = visits.published
    context = opened.new_context(locale="zh-CN", viewport=PHONE, is_mobile=True, has_touch=True)
    visitor = Visitor(context, visits, Scope(PERSON, known.staff))
    page = visitor.page
    page.tap(f"text={known.second[:12]}")
    page.tap("text=怎样算出 >> nth=0")
    assert page.inner_text("h1").startswith(f"计算过程：{known.staff}")
    page.tap("summary >> nth=0")  # a branch is folded and unfolded by a finger
    page.tap("text=显示服务记录")
    page.wait_for_selector(f"text={known.record}")
    page.tap(f"text={known.record}")
    page.wait_for_url("**/record?*")
    assert known.record in page.inner_text("h1")
    visitor.open(filled("/proof?run={run}&staff={who}&institution={place}", known))
    with page.expect_download() as saved:
        page.tap("text=保存证明")
    assert saved.value.suggested_filename == f"payslip-{OCTOBER}.json"
    visitor.finish()
    context.close()


def test_a_page_on_paper_is_black_on_white_and_whole(opened: Browser, visits: Visits) -> None:
    context = opened.new_context(locale="zh-CN", color_scheme="dark")
    visitor = Visitor(context, visits, Scope(EVERYTHING))
    page = visitor.open(filled("/register?run={run}", visits.published))
    page.emulate_media(media="print")
    style = "getComputedStyle(document.body)"
    colours = page.evaluate(f"[{style}.color, {style}.backgroundColor]")
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert not page.is_visible("header")
    assert not page.is_visible(".ways")
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    visitor.finish()
    context.close()


def test_the_list_of_staff_is_searched_by_keyboard(auditor: Visitor, visits: Visits) -> None:
    known = visits.published
    page = auditor.open(filled("/staff?run={run}", known))
    page.focus("input[name=q]")
    page.keyboard.type(known.names["staff"][known.staff])
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    assert set(page.locator("tbody th").all_inner_texts()) == {known.staff}


def test_a_keyboard_is_enough(auditor: Visitor, visits: Visits) -> None:
    page = auditor.open("/")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", reached
        if reached[-1] == visits.published.second[:12]:
            break
    assert reached[0] == "Skip to the content"
    page.keyboard.press("Enter")
    page.wait_for_url("**/register?*")


def test_without_scripts_every_page_works(opened: Browser, visits: Visits) -> None:
    context = opened.new_context(locale="en", java_script_enabled=False)
    visitor = Visitor(context, visits, Scope(EVERYTHING))
    known = visits.published
    page = visitor.open(filled("/person?run={run}&staff={who}&institution={place}", known))
    page.click("text=Show the service records")
    assert known.record in page.inner_text("main")
    page = visitor.open(f"/simulate?period={OCTOBER}")
    page.fill("input[type=text]", "4.37")
    page.click("form:has(input[type=text]) button")
    assert " 4.37, in force 4.20" in page.inner_text("#what-if-told")
    context.close()


def test_a_link_that_stands_on_another_site_lets_in(opened: Browser, visits: Visits) -> None:
    """The cookie is only sent by this site's own pages; the way in must not need it before."""
    context = opened.new_context(locale="en")
    page = context.new_page()
    way_in = entrance(visits.doors.address, visits.key.sign(Scope(PERSON, visits.published.staff), today()))
    page.route("http://mail.example/**", lambda route: route.fulfill(
        body=f'<!doctype html><a href="{way_in}">link</a>', content_type="text/html"))  # fmt: skip
    page.goto("http://mail.example/")
    page.click("text=link")
    page.wait_for_url(f"{visits.doors.address}/")
    assert visits.published.staff in page.inner_text("main")
    assert page.evaluate("document.cookie") == "", "scripts cannot read it"
    context.close()
