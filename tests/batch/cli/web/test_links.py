"""Links made, listed and revoked, and a server that asks before every page."""

from __future__ import annotations

import json
import shutil
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from batch.cli.root import root
from batch.cli.web.app import application
from batch.cli.web.doors import Doors
from batch.cli.web.links import LONGEST_TOKEN, Key, entrance, link_id, read_key, today, token_of
from batch.cli.web.office import Office
from batch.cli.web.scope import EVERYTHING, INSTITUTION, PERSON, Scope
from batch.ledger import AuditEntry, Ledger, PageLink, Revoked, audit
from batch.workspace import Workspace
from payengine.errors import Unavailable
from tests.support.simulated_county import demo
from tests.support.web_county import PORT, SERVER, Visits

TODAY = today().isoformat()
STAFF, PLACE = "S00001", "I0001"


class OfOneKey(Visits):
    """Visitors of a server that takes the links of the command, in one county."""

    def __init__(self, folder: Path) -> None:
        demo(folder)
        self.folder = folder
        self.key = read_key(folder / "link.key", make=True)
        self.doors = Doors("127.0.0.1", PORT, Key.random(), self.key)
        self.office = Office(folder)
        self.pages = application(self.office, self.doors)

    def call(self, *words: str, lang: str = "en") -> Result:
        return CliRunner().invoke(root, ["--workspace", str(self.folder), "--lang", lang, *words])

    def link(self, *words: str) -> dict[str, Any]:
        made = self.call("--json", "link", *words, "--until", TODAY)
        assert made.exit_code == 0, made.output
        found: dict[str, Any] = json.loads(made.stdout)
        return found

    def enter(self, url: str) -> TestClient:
        client = self.stranger()
        assert client.get(url.removeprefix(SERVER)).status_code == 200
        return client

    def listed(self) -> dict[str, dict[str, Any]]:
        found = json.loads(self.call("--json", "link", "--list").stdout)["links"]
        return {one["id"]: one for one in found}


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> OfOneKey:
    return OfOneKey(tmp_path_factory.mktemp("links") / "county")


def test_a_revoked_link_lets_in_no_more_and_others_do(visits: OfOneKey) -> None:
    one, other = visits.link("--staff", STAFF), visits.link("--staff", STAFF)
    assert one["link"] != other["link"], "two links of one scope and day are two"
    first, second = visits.enter(one["url"]), visits.enter(other["url"])
    assert first.get("/").status_code == second.get("/").status_code == 200
    told = visits.call("link", "--revoke", one["link"][:8], "--reason", "phone lost")
    assert told.exit_code == 0, told.output
    answer = first.get("/")
    assert answer.status_code == 403
    assert "was revoked" in answer.text
    assert visits.stranger().get(one["url"].removeprefix(SERVER)).status_code == 403
    assert second.get("/").status_code == 200
    found = visits.listed()
    assert (found[one["link"]]["good"], found[other["link"]]["good"]) == (False, True)
    assert found[one["link"]]["reason"] == "phone lost"
    assert found[one["link"]]["staff"] == STAFF


def test_what_was_made_and_revoked_stands_in_the_chain_and_not_the_link_itself(visits: OfOneKey) -> None:
    made = visits.link("--institution", PLACE)
    assert visits.call("link", "--revoke", made["url"]).exit_code == 0
    log = visits.call("log", "--institution", PLACE, "--action", "link").stdout
    assert f"link {made['link']}; until the end of {TODAY}" in log
    revoked = visits.call("log", "--action", "link_revoked").stdout
    assert f"link {made['link']}" in revoked
    token = token_of(made["url"])
    chain = "".join(entry.entry for entry in visits.office.workspace.ledger().audit())
    assert token not in chain
    assert token.partition(".")[0] not in chain
    assert visits.call("verify").exit_code == 0


def test_a_link_of_an_earlier_version_is_good_and_can_be_revoked_by_itself(visits: OfOneKey) -> None:
    content = json.dumps([PERSON, STAFF, TODAY]).encode()  # no number was drawn
    texts = [urlsafe_b64encode(part).rstrip(b"=").decode() for part in (content, visits.key._signature(content))]
    token = ".".join(texts)
    assert visits.key.read(token, today()) == Scope(PERSON, STAFF)
    client = visits.enter(entrance(SERVER, token))
    assert visits.call("link", "--revoke", entrance(SERVER, token)).exit_code == 0
    assert client.get("/").status_code == 403
    assert "an earlier version" in visits.call("link", "--list").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--revoke", "ffff0000"], "there is no link 'ffff0000'"),
        (["--revoke", "f"], "there is no link 'f'"),
        (["--revoke", "TWICE"], "was revoked already"),
        (["--revoke", "TWICE", "--list"], "one at a time"),
        (["--revoke", "http://127.0.0.1/enter?key=WyJzdGFmZiJd.AAAA"], "is not one of ours"),
        (["--list", "--reason", "x"], "--reason is of a link that is revoked"),
        (["--list", "--staff", STAFF], "one at a time"),
        (["--staff", STAFF, "--until", TODAY, "--reason", "x"], "--reason is of a link that is revoked"),
        (["--staff", STAFF], "until when the link is to be good is not said"),
    ],
)
def test_what_cannot_be_done_with_a_link_is_told_in_words(visits: OfOneKey, words: list[str], told: str) -> None:
    if "TWICE" in words:
        made = visits.link("--everything")["link"]
        visits.call("link", "--revoke", made)
        words = [made if word == "TWICE" else word for word in words]
    before = len(visits.listed())
    result = visits.call("link", *words)
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    chinese = visits.call("link", *words, lang="zh").stderr
    assert chinese.isascii() is False
    assert len(visits.listed()) == before


def test_links_are_listed_in_words(visits: OfOneKey) -> None:
    visits.link("--everything")
    for lang, words in (("en", ("Shows", "everything", "good")), ("zh", ("可查看", "全部内容", "有效"))):
        told = visits.call("link", "--list", lang=lang).stdout
        assert all(word in told for word in words)


def test_a_server_that_cannot_ask_lets_nobody_in(visits: OfOneKey, monkeypatch: pytest.MonkeyPatch) -> None:
    made = visits.link("--staff", STAFF)
    client = visits.enter(made["url"])

    def away(*_: object) -> None:
        raise Unavailable("the database at 10.1.2.3 is away")

    monkeypatch.setattr(Ledger, "revoked_links", away)
    answers = [client.get("/"), visits.stranger().get(made["url"].removeprefix(SERVER))]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert not any("10.1.2.3" in answer.text or STAFF in answer.text for answer in answers)


def test_only_new_entries_of_the_chain_are_read_for_a_page(visits: OfOneKey, monkeypatch: pytest.MonkeyPatch) -> None:
    client = visits.enter(visits.link("--staff", STAFF)["url"])
    client.get("/")
    rows: list[int] = []
    facts = audit.facts

    def counted(link: AuditEntry) -> dict[str, Any]:
        rows.append(link.number)
        return facts(link)

    with visits.office.workspace.ledger() as ledger:
        chain = len(ledger.audit())
        before = ledger.revoked_links(Revoked())
        monkeypatch.setattr(audit, "facts", counted)
        assert ledger.revoked_links(before) == before
    assert (before.number, rows) == (chain, [chain])


def test_a_link_that_is_revoked_in_a_restored_ledger_lets_nobody_in(visits: OfOneKey, tmp_path: Path) -> None:
    """The restored chain is as long as the one that was read, and another."""
    copy = tmp_path / "copy"
    shutil.copytree(visits.folder, copy)
    restored, read = Workspace(copy), visits.office.workspace
    one, other = visits.link("--staff", STAFF), visits.link("--everything")
    visits.call("link", "--revoke", other["link"])
    with read.ledger() as ledger:
        before = ledger.revoked_links(Revoked())
    for number in range(3):
        restored.make_link(PageLink(f"{number}" * 16, until=TODAY))
    restored.revoke_link(one["link"], is_whole=True)
    with restored.ledger() as ledger:
        after = ledger.revoked_links(before)
    assert {one["link"], other["link"]} <= after.links
    assert after.number == before.number + 1


def test_a_new_workspace_has_no_links_and_can_make_one(tmp_path: Path) -> None:
    county = Workspace.create(tmp_path / "new", "demo")
    assert county.links() == []
    call = ["--workspace", str(county.folder), "--lang", "en", "link"]
    assert "No link was made yet." in CliRunner().invoke(root, [*call, "--list"]).stdout
    made = CliRunner().invoke(root, [*call, "--everything", "--until", TODAY])
    assert made.exit_code == 0, made.output
    assert len(county.links()) == 1


@pytest.mark.parametrize("kind", [INSTITUTION, PERSON])
@pytest.mark.parametrize("code", ["S 1", "张三", "a/b?c=d&e", "..", "S1'--", "%2e", "码" * 255, "+#;,"])
def test_any_code_stands_in_a_link(kind: str, code: str) -> None:
    key = Key.random()
    token = key.sign(Scope(kind, code), today())
    assert len(token) <= LONGEST_TOKEN
    assert key.read(token, today()) == Scope(kind, code)
    assert token_of(entrance(SERVER, token)) == token
    assert len(link_id(token)) == 16
    assert Scope(EVERYTHING) != key.read(token, today())
