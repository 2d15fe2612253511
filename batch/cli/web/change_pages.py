"""Pages of changes: two runs compared, another price tried, who did what."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from batch.cli.session import SHORT
from batch.cli.views.code_words import unit_text
from batch.cli.web.blocks import Field, Form, Live, blocks_of
from batch.cli.web.pages import Asked, Page, way_to
from payengine.errors import UsageError
from payengine.exact.amounts import yuan
from payengine.periods import Period
from payengine.policy.assumed_values import AssumedValue, assumed_name, number_words, read_assumed
from payengine.policy.toml import number_text
from payengine.texts import labelled, language, say

if TYPE_CHECKING:
    from batch.cli.web.office import Office
    from batch.simulate import PreparedSimulation
    from batch.simulation.simulation import Simulation

WHAT_IF = "what-if"  # the id of the figures that a slider changes
USUAL = "staff_point_price"
PARTS = 100  # of a value: the size of a slider's step
STEPS = 20  # of a slider to each side
MOST_ENTRIES = 500


def diff_page(office: Office, asked: Asked) -> Page:
    """Compare two runs, as `payengine diff`."""
    from batch.cli.views.run_difference import labels_of, run_difference_parts

    before, after = asked["before"], asked["after"]
    runs = [
        (one.id[:SHORT], f"{one.period} {one.id[:SHORT]} {_revision(one.revision)}".strip())
        for one in office.workspace.runs()
    ]
    fields = [
        Field("before", say("From:"), before, "select", runs),
        Field("after", say("To:"), after, "select", runs),
    ]
    blocks: list[Any] = [Form("/diff", fields, say("Compare"))]
    if before and after:
        with office.turn():
            found = office.workspace.diff(before, after)
        parts = run_difference_parts(found, office.workspace.names_of(found), labels_of(found))
        blocks += blocks_of(["", *parts], label=say("Changes"))
    return Page(say("Changes"), blocks, way_to(asked))


def _revision(revision: int | None) -> str:
    return say("not published") if revision is None else say("revision {revision}", revision=revision)


def simulate_page(office: Office, asked: Asked) -> Page:
    """Try another value of a parameter, as `payengine simulate --set NAME=VALUE --beside`."""
    from batch.cli.views.simulation import simulation_parts

    period = Period.parse(asked["period"])
    with office.turn():
        prepared = _prepared(office, period)
        choices = _choices(prepared)
        chosen = asked["parameter"] or next((name for name in choices if name == USUAL), next(iter(choices), ""))
        if chosen not in choices:
            raise UsageError(say("no formula of {period} reads {name}", period=period, name=chosen or say("a number")))
        policy = prepared.simulator.own.policy
        parameter = policy.parameters[choices[chosen].parameter]
        now = number_words(parameter, choices[chosen])
        value = asked["value"] or now
        found = prepared.simulate([f"{chosen}={value}"])
    names = office.workspace.names(period, found.snapshot)
    unit = unit_text(parameter.unit)
    figures = blocks_of(simulation_parts(found, names), label=say("Scenario"))
    told = _told(found, parameter.label, chosen, value, now)
    asks = [Field("period", value=str(period), kind="hidden"), Field("parameter", value=chosen, kind="hidden")]
    least, most, step = slider_range(choices[chosen].number, parameter.minimum, parameter.maximum)
    ends = [number_words(parameter, replace(choices[chosen], number=end)) for end in (least, most)]
    label = say("{label} ({unit})", label=parameter.label, unit=unit) if unit else parameter.label
    slider = Field("value", label, value, "range", (), ends[0], ends[1], number_text(step))
    which = Field("parameter", say("Parameter"), chosen, "select", _options(prepared, choices))
    blocks = [
        Form("/simulate", [asks[0], which], say("Choose")),
        Form("/simulate", [*asks, slider], say("Compute"), WHAT_IF),
        Form("/simulate", [*asks, Field("value", say("Exact value"), value)], say("Compute"), WHAT_IF),
        Live(WHAT_IF, told, figures),
    ]  # fmt: skip
    return Page(say("What if: {period}", period=period), blocks, way_to(asked))


def _told(found: Simulation, label: str, name: str, value: str, now: str) -> str:
    """Sum a scenario up in a sentence."""
    effect = found.scenarios[0].effect
    pay = say("refused")
    if effect is not None:
        pay = say("pay of persons {before} -> {after} ({change})", before=yuan(effect.pay.before_fen),
                  after=yuan(effect.pay.after_fen), change=yuan(effect.pay.change_fen, signed=True))  # fmt: skip
    return say("{label} ({name}) {value}, in force {now}: {pay}", label=label, name=name, value=value, now=now, pay=pay)


def _prepared(office: Office, period: Period) -> PreparedSimulation:
    """Prepare a period for simulation.

    What is kept is taken while its run, its snapshot and the policy are the same.
    """
    from batch.snapshot.snapshot import find_snapshot

    workspace = office.workspace
    with workspace.ledger(needed=True) as ledger:
        current = ledger.current(period)
    basis = find_snapshot(workspace.snapshots, period).digest if current is None else current.run
    policy = workspace.policy()

    def make() -> object:
        return workspace.prepare_simulation(period, beside=current is not None)

    # The policy is loaded anew when a file of it changes; the key keeps it, so that its identity is not used again.
    found = office.prepared.get((language(), period, basis, Same(policy)), make)
    return cast("PreparedSimulation", found)


class Same:
    """Key by identity: a policy that was loaded anew is another one."""

    def __init__(self, one: object) -> None:
        self.one = one

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.one is other.one

    def __hash__(self) -> int:
        return id(self.one)


def _choices(prepared: PreparedSimulation) -> dict[str, AssumedValue]:
    """List the numbers of the policy that can be assumed otherwise, with those in force."""
    policy = prepared.simulator.own.policy
    found: dict[str, AssumedValue] = {}
    for name in sorted(prepared.simulator.read_by("") or ()):
        parameter = policy.parameters[name]
        for value in [] if parameter.is_flag else parameter.in_force(prepared.snapshot.period.last_day):
            one = AssumedValue(name, value.keyed, value.number)
            try:
                read_assumed(policy, one.text(policy))
            except UsageError:
                continue  # it names figures, or shares written as fractions
            found[assumed_name(name, value.keyed)] = one
    return found


def _options(prepared: PreparedSimulation, choices: dict[str, AssumedValue]) -> list[tuple[str, str]]:
    policy = prepared.simulator.own.policy
    return [(name, labelled(policy.parameters[one.parameter].label, name)) for name, one in choices.items()]


def slider_range(number: int, minimum: int | None, maximum: int | None) -> tuple[int, int, int]:
    """Choose the ends and the step of a slider around a value, all in ten-thousandths.

    The step is a power of ten, at most a hundredth of the value; the value itself stands on a step.
    """
    step = 1
    while step * 10 * PARTS <= abs(number):
        step *= 10
    least, most = number - STEPS * step, number + STEPS * step
    while minimum is not None and least < minimum:
        least += step
    while maximum is not None and most > maximum:
        most -= step
    return least, most, step


def log_page(office: Office, asked: Asked) -> Page:
    """List who did what, as `payengine log`."""
    from batch.cli.log import wanted_of
    from batch.cli.views.log import log_parts
    from batch.cli.views.runs import doubts_parts

    names = ("staff", "institution", "period", "run", "user", "since", "until", "action")
    titles = (say("Staff"), say("Institution"), say("Period"), say("Run"), say("By"), say("Since"), say("Until"),
              say("Action"))  # fmt: skip
    kinds = {"since": "date", "until": "date"}
    fields = [
        Field(name, title, asked[name], kinds.get(name, "text")) for name, title in zip(names, titles, strict=True)
    ]
    with office.workspace.ledger(needed=True):  # one that is gone is not a log in which nothing stands
        pass
    found, broken = office.workspace.activity(wanted_of(office.workspace, *(asked[name] for name in names)))
    shown = found[-MOST_ENTRIES:]
    left = len(found) - len(shown)
    parts = [
        "",
        *(log_parts(shown) if shown else [say("There is no such entry.")]),
        *doubts_parts(broken),
        *(["", say("{n} earlier entries are not shown here; payengine log lists all.", n=f"{left:,}")] if left else []),
    ]
    return Page(say("Who did what"), [Form("/log", fields, say("Show")), *blocks_of(parts)], way_to(asked))
