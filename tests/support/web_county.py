"""A published county behind the pages, in two revisions, and visitors of every scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from starlette.testclient import TestClient

from batch.cli.web.app import application
from batch.cli.web.doors import Doors
from batch.cli.web.links import Key, today
from batch.cli.web.office import Office
from batch.cli.web.scope import Scope
from batch.workspace import Workspace
from tests.support.simulated_county import OCTOBER, demo

HELD = "I0008"
REASON = "scores of S00040 missing"
RETURNED = "account of the payee closed"
PORT = 8765
SERVER = f"http://127.0.0.1:{PORT}"


class Published:
    """October of a demo county: revision 1 of all, revision 2 with one held, and its payment."""

    def __init__(self, folder: Path, policy: str = "demo") -> None:
        self.folder = folder
        self.county: Workspace = demo(folder, policy)
        self.first = next(record.id for record in self.county.runs() if record.current)
        self.second = self.county.run(OCTOBER, revise=REASON, hold={HELD: REASON}).run
        self.county.publish(self.second)
        self.payment = self._paid()

    def _paid(self) -> int:
        """Pay October out; the transfer of the last person of the institution comes back."""
        record = self.county.pay(OCTOBER, date="2026-11-10").sheet.record
        assert record is not None
        for step in ("approved", "exported", "paid"):
            self.county.advance_payment(record.number, step)
        self.county.return_payment(record.number, max(self.people[self.institution]), self.institution, RETURNED)
        return record.number

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        record = self.county.runs()[0]
        names = self.county.names(record.period, record.snapshot)
        return {"institution": names.institutions, "staff": names.staff}

    @cached_property
    def people(self) -> dict[str, set[str]]:
        """The people of each institution who have lines in the current run."""
        lines = self.county.results(self.second).pay_lines
        found: dict[str, set[str]] = {}
        for place, who in zip(lines["institution"].to_pylist(), lines["staff"].to_pylist(), strict=True):
            found.setdefault(place, set()).add(who)
        return found

    @cached_property
    def seen_at(self) -> Mapping[str, set[str]]:
        """Everybody with a row of each institution in the first revision, rejected ones too."""
        results = self.county.results(self.first)
        found: dict[str, set[str]] = defaultdict(set)
        for table in (results.pay_lines, results.workload, results.rejections):
            for place, who in zip(table["institution"].to_pylist(), table["staff"].to_pylist(), strict=True):
                found[place].add(who)
        return found

    @cached_property
    def institution(self) -> str:
        """An institution with several people."""
        return max(self.people, key=lambda code: (len(self.people[code]), code))

    @cached_property
    def record(self) -> str:
        """A paid record of the person."""
        (explained, *_) = self.county.explain(self.second, staff=self.staff, institution=self.institution)
        return next(row.record for row in explained.rows if not row.reason)

    @cached_property
    def staff(self) -> str:
        return min(self.people[self.institution])


class Visits:
    """Visitors of a server on the county."""

    def __init__(self, published: Published, **doors: object) -> None:
        self.published = published
        self.key = Key.random()
        given = {"host": "127.0.0.1", "port": PORT, "own": Key.random(), "links": self.key, **doors}
        self.doors = Doors(**given)  # type: ignore[arg-type]
        self.office = Office(published.folder)
        self.pages = application(self.office, self.doors)

    def stranger(self, client: str = "127.0.0.1", server: str = SERVER) -> TestClient:
        """A visitor with no link."""
        return TestClient(self.pages, base_url=server, client=(client, 50000), follow_redirects=False)

    def visitor(self, scope: Scope, until: date | None = None) -> TestClient:
        """A visitor who came in by a link."""
        client = self.stranger()
        token = self.key.sign(scope, until or today() + timedelta(days=1))
        answer = client.get("/enter", params={"key": token})
        assert answer.status_code == 200, answer.text
        return client

    def log(self) -> str:
        """The log of accesses, as `payengine log` prints it."""
        from click.testing import CliRunner

        from batch.cli.root import root

        return CliRunner().invoke(root, ["--workspace", str(self.published.folder), "--lang", "en", "log"]).stdout
