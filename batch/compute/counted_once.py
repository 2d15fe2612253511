"""Check that nothing counts twice in the lines that a policy pays.

Two kinds are refused unless the policy declares them with their reason: a coefficient or an appraisal figure that is
multiplied twice into one line's amount or weight, and one event that two lines pay from one source of funding. The
trial of the graph has followed both (`payengine.graph.values.factors`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations

from payengine.errors import Problem
from payengine.graph.values.factors import Factors, Path, Source, doubled_in_parts
from payengine.policy import Policy
from payengine.texts import joined, say

MEASURE = "measure"


def counted_once(policy: Policy, day: date) -> Callable[[Mapping[str, Factors]], Iterator[Problem]]:
    """Make the check of a policy's lines, of class and funding as in force on a day."""

    def of_lines(lines: Mapping[str, Factors]) -> Iterator[Problem]:
        for line, followed in lines.items():
            for source, ways in followed.doubled.items():
                yield from _multiplied_twice(policy, (line,), source, ways)
        for sharing, source, both in _in_parts(lines):
            yield from _multiplied_twice(policy, sharing, source, both)
        for one, other in combinations(lines, 2):
            yield from _paid_twice(policy, day, (one, other), lines)

    return of_lines


def _in_parts(lines: Mapping[str, Factors]) -> Iterator[tuple[tuple[str, ...], Source, Sequence[Path]]]:
    """Find coefficients that count twice in the parts of one pool.

    Each is given as (lines that share in the pool, source, ways).
    """
    for pool in dict.fromkeys(share.part.pool for followed in lines.values() for share in followed.shares):
        of_pool = {
            line: [share for share in followed.shares if share.part.pool == pool] for line, followed in lines.items()
        }
        shares = [share for found in of_pool.values() for share in found]
        for source, ways in doubled_in_parts(shares).items():
            yield (
                tuple(line for line, found in of_pool.items() if any(source in one.ways for one in found)),
                source,
                ways,
            )


def _multiplied_twice(policy: Policy, lines: Sequence[str], source: Source, ways: Sequence[Path]) -> Iterator[Problem]:
    """Tell of a coefficient that counts twice in lines and that the policy does not declare."""
    names = {source.name, source.name.partition("[")[0]}
    if any(names & policy.counted_twice.get(line, {}).keys() for line in lines):
        return
    one, other = ways[:2]
    yield Problem(
        say("{source} counts twice in it: by {one}, and by {other}",
            source=source.name, one=_way(one), other=_way(other)),
        say("policy {code}", code=policy.code), column=lines[0],
        remedy=say('take it out of one of them, or write the document that says so: [counted_twice.{line}]'
                   ' "{source}" = "..."', line=lines[0], source=source.name),
    )  # fmt: skip


def _way(path: Path) -> str:
    return " -> ".join(path)


def _paid_twice(policy: Policy, day: date, pair: tuple[str, str], lines: Mapping[str, Factors]) -> Iterator[Problem]:
    """Find undeclared events that both lines pay from one source of funding.

    Several lines of one kind may pay by one measure (so much a resident, so much again): only a statement and a
    component that pay by it pay the institution and its staff for the same.
    """
    one, other = pair
    sources = _funding(policy, one, day) & _funding(policy, other, day)
    if not sources:
        return
    alike = (one in policy.statements) == (other in policy.statements)
    for event in sorted(lines[one].events & lines[other].events):
        axis, _, name = event.removesuffix("]").partition("[")
        if name in policy.paid_twice.get(axis, {}) or (alike and axis == MEASURE):
            continue
        yield Problem(
            say("{event} is paid twice from {sources}: by {one} and by {other}",
                event=event, sources=joined(sorted(sources)), one=one, other=other),
            say("policy {code}", code=policy.code), column=one,
            remedy=say("give it an amount in one of them, fund one from another source, or write the document that says"
                       ' so: [paid_twice.{axis}] {name} = "..."', axis=axis, name=name),
        )  # fmt: skip


def _funding(policy: Policy, line: str, day: date) -> frozenset[str]:
    """Collect the sources that pay a line on a day."""
    part = policy.components.get(line) or policy.statements.get(line)
    term = part.on(day) if part else None
    return frozenset(one.source for one in term.funding) if term else frozenset()
