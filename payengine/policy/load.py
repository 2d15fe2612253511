"""Policies loaded by name: file, parents, institutions' layers, all checks, one report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from payengine.errors import Problem, Refused
from payengine.policy.blanks import Blank, grouped
from payengine.policy.layer import LEVELS, LayerContent, read_institution, read_layer
from payengine.policy.merge import merge
from payengine.policy.model import Layer, Policy
from payengine.policy.plan_digest import plan_problems
from payengine.policy.toml import parse
from payengine.policy.toml_text import TomlFault, toml_text
from payengine.suggest import hint
from payengine.system_errors import in_words
from payengine.texts import in_quotes, joined, say

Folder = Path | Traversable  # shipped policies are resources of a package, a county's own are files


@dataclass(frozen=True)
class PolicyFile:
    """A policy that can be named, as `policy list` prints it."""

    code: str
    title: str
    level: str
    illustrative: bool
    extends: tuple[str, ...]
    place: str


def load_policy(
    name: str, folders: Sequence[Folder], institutions: Folder | None = None, *, unapproved: bool = False
) -> Policy:
    """Load the policy `name` with all layers below it and of the institutions.

    It is looked for in `folders` in their order. `institutions` is the folder of the institutions' layers, one file
    `<code>.toml` each. Everything wrong with any of the files is found first; then `Refused` with every problem. With
    `unapproved` it is a policy that is still to be decided: values may lack their approvals, and no approval is held
    against the plan that it quotes.
    """
    problems: list[Problem] = []
    layers = _chain(name, folders, problems)
    own = [_institution(code, file, problems) for code, file in _files([institutions] if institutions else [])]
    policy = merge(layers, own, problems, unapproved=unapproved) if layers else None
    if policy is not None and not problems and not unapproved:
        problems.extend(plan_problems(policy))
    if problems or policy is None:
        told = grouped(problems, {one.layer.place: one.layer.text for one in (*layers, *own)})
        raise Refused(
            say("policy {name} refused: {n} problem(s)", name=name, n=len(told)), told, _remedy(name, problems)
        )
    return policy


def _remedy(name: str, problems: Sequence[Problem]) -> str:
    """Say what to do: a policy whose values are not there yet is filled in, not corrected."""
    if problems and all(isinstance(problem, Blank) for problem in problems):
        return say(
            "Nothing was computed. Fill them in, or have them asked one by one: payengine policy new {name} --ask",
            name=name,
        )
    return say("Nothing was computed. Correct the policy and run the command again.")


def list_policies(folders: Sequence[Folder]) -> list[PolicyFile]:
    """List the policies in the folders, by code.

    A file in an earlier folder hides one of the same name in a later one.
    """
    found: dict[str, PolicyFile] = {}
    for code, file in _files(folders):
        if code not in found:
            problems: list[Problem] = []
            content = _read(code, file, problems)
            layer = content.layer
            found[code] = PolicyFile(code, layer.title, layer.level, layer.illustrative, content.extends, layer.place)
    return [found[code] for code in sorted(found)]


def _files(folders: Sequence[Folder]) -> Iterator[tuple[str, Folder]]:
    for folder in folders:
        if folder.is_dir():
            for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
                if file.name.endswith(".toml"):
                    yield file.name.removesuffix(".toml"), file


def _chain(name: str, folders: Sequence[Folder], problems: list[Problem]) -> list[LayerContent]:
    """Read a policy's layers, each after all that it extends.

    An unknown one and a cycle are problems.
    """
    files: dict[str, Folder] = {}
    for code, file in _files(folders):
        files.setdefault(code, file)
    done: dict[str, LayerContent] = {}

    def visit(code: str, path: tuple[str, ...], asked_by: str) -> None:
        if code in path:
            cycle = " -> ".join((*path[path.index(code) :], code))
            what = say("extends itself: {cycle}", cycle=cycle)
            remedy = say("give the county's file a name of its own") if len(path) == 1 else ""
            problems.append(Problem(what, where=asked_by, column="policy.extends", remedy=remedy))
        elif code not in files:
            what = say("there is no policy {name}", name=in_quotes(code)) + hint(code, files)
            remedy = say("there are: {names}", names=joined(sorted(files)) or "-")
            problems.append(Problem(what, where=asked_by, column="policy.extends" if path else "", remedy=remedy))
        elif code not in done:
            content = _read(code, files[code], problems)
            for parent in content.extends:
                visit(parent, (*path, code), content.layer.place)
                if parent in done:
                    problems.extend(_wrong_way(content, done[parent]))
            done[code] = content

    visit(name, (), "")
    return list(done.values())


def _wrong_way(content: LayerContent, parent: LayerContent) -> Iterator[Problem]:
    """Report a wider layer that extends a narrower one.

    A region extends the nation, a county the region: never the other way.
    """
    own, above = content.layer.level, parent.layer.level
    if own in LEVELS and above in LEVELS and LEVELS.index(own) < LEVELS.index(above):
        what = say(
            "a {level} layer cannot extend the {above} layer {name}", level=own, above=above, name=parent.layer.code
        )
        yield Problem(what, where=content.layer.place, column="policy.extends")


def _read(code: str, file: Folder, problems: list[Problem]) -> LayerContent:
    """Read a layer; one that cannot be read is empty, and the reason is its only problem."""
    try:
        text = toml_text(file.read_bytes())
        return read_layer(code, str(file), text, parse(text, str(file), problems), problems)
    except (TomlFault, OSError) as error:
        problems.append(_unreadable(file, error))
    return LayerContent(Layer(code, "", str(file), ""))


def _institution(code: str, file: Folder, problems: list[Problem]) -> LayerContent:
    try:
        text = toml_text(file.read_bytes())
        return read_institution(code, str(file), text, parse(text, str(file), problems), problems)
    except (TomlFault, OSError) as error:
        problems.append(_unreadable(file, error))
    return LayerContent(Layer(code, "", str(file), ""))


def _unreadable(file: Folder, error: TomlFault | OSError) -> Problem:
    if isinstance(error, TomlFault):
        return Problem(error.what, where=str(file), remedy=error.remedy)
    return Problem(say("cannot be read: {error}", error=in_words(error)), where=str(file))
