"""Dialog that asks the missing values of a policy file one by one.

Every answer is checked by the loader of policies before it is written; an empty one leaves the value for later. The
file is replaced as a whole after each parameter, so that whoever stops keeps what was answered.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from payengine.characters import escaped
from payengine.errors import PayengineError, Problem, Refused
from payengine.texts import joined, say

if TYPE_CHECKING:
    from payengine.policy import Parameter, Policy
    from payengine.policy.answers import Answer, BlankEntry
    from payengine.policy.keys import Where
    from payengine.policy.load import Folder

CAUSES = ("first_setting", "major_project", "price_adjustment")
FLAGS = {"yes": "true", "true": "true", "是": "true", "no": "false", "false": "false", "否": "false"}


class Later(Exception):  # no error: the user leaves a value for later
    """Choice of the user to leave a value for later."""


@dataclass
class Asked:
    """Outcome of the dialog: parameters answered and left, and if the user stopped it."""

    answered: list[str]
    left: list[str]
    stopped: bool = False
    interrupted: bool = False  # by Ctrl-C, not by the end of what is typed


@dataclass
class Dialog:
    """Dialog about one policy file.

    `parent` is the policy that it extends, `save` replaces the file's text.
    """

    name: str
    parent: Policy
    folders: Sequence[Folder]
    text: str
    save: Callable[[str], None]
    last_start: str = ""
    last_source: str = ""

    def ask_all(self) -> Asked:
        """Ask every parameter that has a blank, until all are asked or the user stops."""
        from payengine.policy.answers import blank_entries

        names = list(dict.fromkeys(entry.parameter for entry in blank_entries(self.text)))
        asked = Asked([], [])
        for number, name in enumerate(names, start=1):
            try:
                done = self._ask(name, say("{n} of {all}", n=number, all=len(names)))
            except (click.Abort, KeyboardInterrupt, EOFError) as end:
                asked.left += names[number - 1 :]
                asked.stopped = True
                asked.interrupted = KeyboardInterrupt in (type(end), type(end.__context__))
                break
            (asked.answered if done else asked.left).append(name)
        return asked

    def _ask(self, name: str, place: str) -> bool:
        """Ask one parameter until its answers load or are left for later.

        True where they are written.
        """
        from payengine.policy.answers import blank_entries, with_answers

        entries = [entry for entry in blank_entries(self.text) if entry.parameter == name]
        if name not in self.parent.parameters:
            _tell(say("{name} is no parameter of policy {policy}: left as it is", name=name, policy=self.parent.code))
            return False
        parameter = self.parent.parameters[name]
        for line in self._introduction(parameter, place):
            _tell(line)
        while True:
            try:
                answers = self._answers(parameter, entries)
            except Later:
                return False
            text = with_answers(self.text, entries, answers)
            problems = self._problems(name, text)
            if not problems:
                self.text = text
                self.save(text)
                return True
            for problem in problems:
                _tell("  ! " + say("; ").join(filter(None, (problem.what, problem.remedy))))
            _tell(say("  Nothing of this was written. Answer again, or leave it empty for later."))

    def _introduction(self, parameter: Parameter, place: str) -> Iterator[str]:
        """Say what is asked: label, meaning, unit, document, who must agree."""
        from payengine.policy.bodies import body_words
        from payengine.policy.description import asked_unit

        yield ""
        yield say("{label} ({name})  [{place}]", label=parameter.label, name=parameter.name, place=place)
        titles = {layer.code: layer.title for layer in self.parent.layers}
        facts = [
            (say("Meaning"), parameter.ask),
            (say("Unit"), asked_unit(parameter.unit)),
            (say("Left open by"), titles.get(parameter.layer, parameter.layer)),
            (say("Agreed to by"), joined(map(body_words, parameter.approvals))),
        ]
        for head, text in facts:
            if text:
                yield say("  {head}: {text}", head=head, text=text)
        if parameter.sums_to is not None:
            yield say("  The values must sum to 1.")

    def _answers(self, parameter: Parameter, entries: Sequence[BlankEntry]) -> list[Answer]:
        """Ask the numbers of all names, then once since when and by which document they hold."""
        from payengine.policy.answers import Answer

        given = [(where, value) for where in self._places(entries) if (value := self._value(parameter, where))]
        if not given:
            raise Later
        start = _day(say("  Holds from (first of a month, for example 2026-01-01)"), self.last_start)
        until = _day(say("  First day on which it no longer holds (empty: no end is set)"), "", optional=True)
        reason = "" if until else _text(say("  Why it has no end"), say("until it is set anew"))
        source = _text(say("  Document, with number and clause"), self.last_source)
        approvals, cause = [], ""
        if parameter.approvals:
            cause = _one_of(say("  Cause"), CAUSES)
            approvals = list(self._approvals(parameter))
        self.last_start, self.last_source = start, source
        return [Answer(where, value, start, until, reason, source, cause, approvals) for where, value in given]

    def _approvals(self, parameter: Parameter) -> Iterator[tuple[str, str, str]]:
        from payengine.policy.bodies import body_words

        for body in parameter.approvals:
            words = body_words(body)
            document = _text(say("  Document by which {body} agrees", body=words), "")
            yield body, document, _day(say("  Its date"), "")

    def _places(self, entries: Sequence[BlankEntry]) -> Iterator[Where]:
        """List the keys for which a value is asked.

        Of an axis to choose from every name that documents write.
        """
        from payengine.policy.template import names_of_document

        for entry in entries:
            if not entry.open_key:
                yield entry.where
                continue
            names = names_of_document(self.parent, entry.open_key)
            if not names:
                _tell(say("  Name the {key} under [names] in the file first.", key=entry.open_key))
            for name in names:
                yield tuple(sorted({**dict(entry.where), entry.open_key: name}.items()))

    def _value(self, parameter: Parameter, where: Where) -> str:
        """Ask one number until it can be read; '' for later."""
        from payengine.policy.assumed_values import read_number
        from payengine.policy.description import where_words
        from payengine.policy.ratio import unit_of_ratio
        from payengine.policy.toml_text import quoted

        named = where_words(self.parent, where)
        ask = say("  Value for {name} (empty: later)", name=named) if named else say("  Value (empty: later)")
        while text := _prompt(ask):
            if parameter.is_flag:
                if found := FLAGS.get(text.lower()):
                    return found
                _tell(say("  ! Write yes or no."))
                continue
            if parameter.unit == "figure" or unit_of_ratio(parameter) != 1 or "/" in text:
                return quoted(text)  # the loader knows these
            try:
                read_number(parameter, text)
            except PayengineError as error:
                _tell(f"  ! {error.what}")
                continue
            return quoted(text)
        return ""

    def _problems(self, name: str, text: str) -> list[Problem]:
        """Load the file with an answer in it; what is wrong with it and was not before."""
        from payengine.policy import load_policy
        from payengine.policy.answers import without_blanks

        def found(candidate: str) -> dict[tuple[str, str], Problem]:
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / f"{self.name}.toml").write_text(without_blanks(candidate), encoding="utf-8")
                try:
                    load_policy(self.name, [Path(folder), *self.folders])
                except Refused as refused:
                    return {(each.parameter, each.what): each for each in refused.problems}
            return {}

        before = found(self.text)
        after = found(text)
        return [each for key, each in after.items() if key not in before or each.parameter == name]


def _tell(text: str) -> None:
    click.echo(escaped(text), err=True)


def _prompt(text: str, default: str = "") -> str:
    answer: str = click.prompt(escaped(text), default=default, show_default=bool(default), err=True)
    return answer.strip()


def _text(text: str, default: str) -> str:
    """Ask a text; empty leaves the value for later."""
    answer = _prompt(text, default)
    if not answer:
        raise Later
    return answer


def _day(text: str, default: str, optional: bool = False) -> str:
    """Ask a day until it is one; empty leaves the value for later, unless it is optional."""
    from datetime import date

    while answer := _prompt(text, default):
        try:
            return date.fromisoformat(answer).isoformat()
        except ValueError:
            _tell(say("  ! {value} is no day: write it as 2026-01-01.", value=answer))
    if optional:
        return ""
    raise Later


def _one_of(text: str, choices: Sequence[str]) -> str:
    """Ask one of some words; the first is taken unless another is written."""
    while True:
        answer = _prompt(say("{text}: {choices}", text=text, choices=joined(choices)), choices[0])
        if answer in choices:
            return answer
        _tell(say("  ! Write one of them."))
