"""Pages and files, and what is asked of a view that makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.web.blocks import Link, Text, address
from batch.cli.web.scope import EVERYTHING, INSTITUTION, PERSON, Scope
from payengine.characters import hidden_places
from payengine.errors import Problem, UsageError
from payengine.texts import in_quotes, say

if TYPE_CHECKING:
    from batch.cli.web.office import Office
    from batch.ledger import RunRecord
    from batch.reports.held_places import HeldPlace
    from batch.reports.register import Names
    from batch.results import Results

ALL = (EVERYTHING,)
INSTITUTIONS = (EVERYTHING, INSTITUTION)
EVERYBODY = (EVERYTHING, INSTITUTION, PERSON)
LONGEST = 255  # characters of a parameter: as long as a record's id


class BadRequest(UsageError):
    """Parameters that no such page has."""


class NotHere(UsageError):
    """Something that is not there, or that a narrow scope does not reach: the two look alike."""


@dataclass(frozen=True)
class Asked:
    """Visitor's scope, and the parameters of a page as far as the scope admits them."""

    scope: Scope
    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass(frozen=True)
class Page:
    """Page: its title, its blocks, and the way to it."""

    title: str
    blocks: Sequence[Any]
    way: Sequence[Link] = field(default_factory=tuple)
    status: int = 200


@dataclass(frozen=True)
class File:
    """File to be kept."""

    name: str
    text: str


@dataclass(frozen=True)
class View:
    """Kind of page: its path, its parameters, and the scopes that may see it.

    What is `required` must be asked for; `optional` may be. `wrong` is the status where the office knows nothing of
    what is asked for.
    """

    path: str
    make: Callable[[Office, Asked], Page | File]
    shown_to: tuple[str, ...]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    wrong: int = 404

    def read(self, pairs: Sequence[tuple[str, str]], admitted: Mapping[str, str]) -> dict[str, str]:
        """Read the parameters; `BadRequest` with all that is wrong with them.

        `admitted` are these with what a narrow scope adds.
        """
        known = (*self.required, *self.optional)
        names = [name for name, _ in pairs]
        found = {name: value for name, value in admitted.items() if value}
        problems = [
            say("there is no parameter {name}", name=in_quotes(name[:40])) for name in names if name not in known
        ]
        problems += [say("{name} is given twice", name=name) for name in known if names.count(name) > 1]
        problems += [say("{name} is missing", name=name) for name in self.required if name not in found]
        problems += [
            say("{name} is too long, or holds hidden characters", name=name)
            for name, value in found.items()
            if name in known and (len(value) > LONGEST or hidden_places(value, is_name=True))
        ]
        if problems:
            raise BadRequest(say("this page cannot be asked for so"), [Problem(what) for what in problems])
        return found


@dataclass(frozen=True)
class Look:
    """Run that a page shows: its header, its results and its names."""

    record: RunRecord
    results: Results
    names: Names

    @property
    def run(self) -> str:
        return self.record.id[:SHORT]


def record_of(office: Office, asked: Asked) -> RunRecord:
    """Find the run that is asked for; a narrow scope finds published ones only."""
    with office.workspace.ledger(needed=True) as ledger:
        record = ledger.run(asked["run"])
    if record.revision is None and not asked.scope.is_everything:
        raise NotHere(say("there is nothing here for your link"))
    return record


def look(office: Office, asked: Asked) -> Look:
    """Read the run that is asked for, as `payengine show` does."""
    record = record_of(office, asked)
    results = office.workspace.results(record.id)
    return Look(record, results, office.workspace.names(record.period, record.snapshot))


def way_to(asked: Asked, record: RunRecord | None = None, *more: Link) -> list[Link]:
    """List the pages above one: the periods, the run's register, and `more`."""
    way = [Link("/", say("Periods"))]
    if record is not None and asked.scope.is_everything:
        way.append(Link(address("/register", run=record.id[:SHORT]), str(record.period)))
    return [*way, *more]


def institution_link(look: Look, code: str) -> Link:
    """Make the link to an institution's page."""
    return Link(address("/institution", run=look.run, institution=code), _called(code, look.names.institutions))


def person_link(look: Look, staff: str, institution: str = "") -> Link:
    """Make the link to a person's page."""
    return Link(
        address("/person", run=look.run, staff=staff, institution=institution), _called(staff, look.names.staff)
    )


def called(look: Look, staff: str, institution: str = "") -> str:
    """Write code and name of a person, or of an institution where no person is meant."""
    names = look.names.staff if staff else look.names.institutions
    return _called(staff or institution, names)


def _called(code: str, names: Mapping[str, str]) -> str:
    return f"{code} {names.get(code, '')}".strip()


def held_text(one: HeldPlace) -> str:
    """Tell of a held institution without the reason, which may name others."""
    return say("{staff} is also engaged at {institution}, which {period} holds. Its pay follows in a revision.",
               staff=one.staff, institution=one.institution, period=one.period)  # fmt: skip


def not_logged(why: str) -> list[Text]:
    """Tell that a look at records could not be logged, as the command line does."""
    return [Text(say("not logged: {why}", why=why), mark="warning")] if why else []
