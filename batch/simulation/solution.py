"""Solution: the value of a parameter that a sum of money allows, to the last decimal.

Values are whole numbers of the parameter's scale (or of a step that is a multiple of it) within its bounds; the figure
is evaluated, never estimated. Where it grows with the value, the solution is the greatest value that does not
overspend; where it falls, the least one. That it does so throughout is checked by evaluations over the whole range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from batch.simulation.scenario import Scenario
from batch.simulation.simulator import Simulator
from batch.simulation.target import Target, amount_text
from payengine.errors import ExactOverflow, PayengineError, Problem, Refused, UsageError
from payengine.policy import Parameter
from payengine.policy.assumed_values import AssumedValue, assumed_name, read_name, read_number
from payengine.policy.keys import Where
from payengine.policy.model import ONE
from payengine.policy.toml import LARGEST_DIGITS, exact, number_text
from payengine.texts import in_quotes, say

GREATEST: int = 10 ** (LARGEST_DIGITS - 3) * ONE  # where no bound is declared: ten billion
SAMPLES = 16  # parts of the range whose ends are evaluated to see that the figure is monotone
INCREASING, DECREASING = "increasing", "decreasing"


@dataclass(frozen=True)
class Step:
    """Value of the parameter in ten-thousandths, and the figure at it."""

    value: int
    figure: int


@dataclass(frozen=True)
class Solution:
    """Value found: the figure at it, what is left, and the next step, which would overspend.

    Figures are whole numbers at `scale`. `following` is None where the parameter's range ends before the money does.
    `now` is the value in force with its figure, None where there is none. `evaluations` counts how often the run was
    computed.
    """

    parameter: Parameter
    where: Where
    target: Target
    target_label: str
    unit: str
    scale: int
    spend: int
    direction: str
    step: int
    found: Step
    following: Step | None
    now: Step | None
    evaluations: int

    @property
    def left(self) -> int:
        return self.spend - self.found.figure

    @property
    def name(self) -> str:
        return assumed_name(self.parameter.name, self.where)


class _Figure:
    """The figure at values of the parameter, each computed once."""

    def __init__(self, simulator: Simulator, parameter: Parameter, where: Where, target: Target, policy: str) -> None:
        self._simulator, self._parameter, self._where = simulator, parameter, where
        self._target, self._policy = target, policy
        self._known: dict[int, int] = {}
        self.beyond: tuple[int, PayengineError] | None = None  # the value above the range that is refused, and why

    def at(self, value: int) -> int:
        if value not in self._known:
            assumed = AssumedValue(self._parameter.name, self._where, value)
            computed = self._simulator.compute(Scenario("", (assumed,), policy=self._policy))
            self._known[value] = self._target.value(computed.evaluation)
        return self._known[value]

    @property
    def evaluations(self) -> int:
        return len(self._known)

    def steps(self) -> list[Step]:
        """List what was computed, by value."""
        return [Step(value, figure) for value, figure in sorted(self._known.items())]


def solve(
    simulator: Simulator, name: str, spend: str, *, target: str = "pay", institution: str = "", step: str = "",
    between: str = "", policy: str = "",
) -> Solution:  # fmt: skip
    """Find the value of a parameter that spends as much of `spend` as can be.

    `name` may be `name[key=value]`; `spend` and `between` (`FROM:TO`) are texts, `step` is a multiple of the
    parameter's scale. `UsageError` for what cannot be meant, `Refused` where the figure does not depend on the
    parameter, or not in one direction, or where no value keeps within the sum.
    """
    chosen = simulator.policies(policy)
    parameter, where = read_name(chosen, name)
    if parameter.is_flag:
        raise UsageError(say("{name} is true or false; simulate both instead", name=parameter.name))
    sought = Target(target, institution)
    base = simulator.compute(Scenario("", policy=policy)).evaluation
    sought.value(base)
    scale = sought.scale(base)
    money = _amount(spend, scale)
    grid = _step(step)
    figure = _Figure(simulator, parameter, where, sought, policy)
    low, high = _range(parameter, between, grid, figure, money)
    direction = _direction(figure, low, high, grid, parameter)
    found, following = _bisect(figure, low, high, grid, money, direction, scale)
    _require_monotone(figure.steps(), parameter, scale)
    held = parameter.find(simulator.period.last_day, dict(where))
    now = None if held is None or held.figure else Step(held.number, sought.value(base))
    return Solution(
        parameter, where, sought, sought.label(base), sought.unit(base), scale, money, direction, grid,
        Step(found, figure.at(found)), None if following is None else Step(following, figure.at(following)), now,
        figure.evaluations,
    )  # fmt: skip


def _amount(text: str, scale: int) -> int:
    """Read the sum of money in the figure's own units."""
    try:
        number = exact(text.replace(",", ""))
    except ValueError as error:
        raise UsageError(f"--spend: {error}") from error
    units, rest = divmod(number * int(10**scale), int(ONE))
    if rest:
        raise UsageError(say("{value} has more than {n} decimals", value=in_quotes(text), n=scale))
    return units


def _step(text: str) -> int:
    try:
        step = exact(text) if text else 1
    except ValueError as error:
        raise UsageError(f"--step: {error}") from error
    if step <= 0:
        raise UsageError(say("--step: {value} is not above 0", value=text))
    return step


def _range(parameter: Parameter, between: str, step: int, figure: _Figure, money: int) -> tuple[int, int]:
    """Find the least and the greatest value that are tried, both multiples of the step."""
    low, high = parameter.minimum or 0, parameter.maximum
    if between:
        parts = between.split(":")
        if len(parts) != 2:
            raise UsageError(say("--between: write FROM:TO"))
        low, high = read_number(parameter, parts[0].strip()), read_number(parameter, parts[1].strip())
    first = -(-low // step) * step
    if high is None:
        return first, _reach(first, step, figure, money)
    last = high // step * step
    if last <= first:
        raise UsageError(say("between {low} and {high} there are no two values", low=number_text(low),
                             high=number_text(high)))  # fmt: skip
    return first, last


def _reach(low: int, step: int, figure: _Figure, money: int) -> int:
    """Double the range, where no bound is declared, until the money lies within it.

    It ends before where a run is refused (figures beyond 64 bits, at the latest); `figure.beyond` then says why.
    """
    try:
        start = figure.at(low)
    except (Refused, ExactOverflow) as refused:
        raise _beyond(low, refused) from refused
    last, width = low + step, step
    while low + width <= GREATEST:
        try:
            now = figure.at(low + width)
        except (Refused, ExactOverflow) as refused:
            figure.beyond = low + width, refused
            break
        last = low + width
        if (start <= money < now) or (start > money >= now):
            break
        width *= 2
    return last


def _beyond(value: int, refused: PayengineError) -> Refused:
    return Refused(
        say("at {value} the run is refused", value=number_text(value)),
        refused.problems or [Problem(refused.what)],
        say("Name the range that is to be searched: --between FROM:TO."),
    )


def _direction(figure: _Figure, low: int, high: int, step: int, parameter: Parameter) -> str:
    """Evaluate the range at some values; tell in which direction the figure goes."""
    count = (high - low) // step
    for part in range(SAMPLES + 1):
        value = low + count * part // SAMPLES * step
        try:
            figure.at(value)
        except (Refused, ExactOverflow) as refused:
            raise _beyond(value, refused) from refused
    first, last = figure.at(low), figure.at(high)
    if len({one.figure for one in figure.steps()}) == 1:
        raise Refused(
            say("{name} has no effect on this figure: it is the same from {low} to {high}", name=parameter.name,
                low=number_text(low), high=number_text(high)),
            remedy=say("Name another figure with --target, or another parameter."),
        )  # fmt: skip
    return INCREASING if last >= first else DECREASING


def _bisect(
    figure: _Figure, low: int, high: int, step: int, money: int, direction: str, scale: int
) -> tuple[int, int | None]:  # fmt: skip
    """Find the value that spends most without overspending, and its neighbour that overspends."""
    cheap, dear = (low, high) if direction == INCREASING else (high, low)
    # The money lies above the range, where nothing is computed: on the dear side of what grows, the cheap one else.
    if figure.beyond is not None and (figure.at(high) <= money) == (direction == INCREASING):
        raise _beyond(*figure.beyond)
    if figure.at(cheap) > money:
        spent = amount_text(figure.at(cheap), scale)
        raise Refused(
            say("even at {value} more is spent than is there", value=number_text(cheap)),
            [Problem(say("it spends {spent} of {money}", spent=spent, money=amount_text(money, scale)))],
            say("Name a greater sum, or a wider range with --between."),
        )
    if figure.at(dear) <= money:
        return dear, None
    while abs(dear - cheap) > step:
        middle = (cheap + dear) // 2 // step * step
        if middle in (cheap, dear):
            middle = cheap + (step if dear > cheap else -step)
        if figure.at(middle) <= money:
            cheap = middle
        else:
            dear = middle
    return cheap, dear


def _require_monotone(steps: Sequence[Step], parameter: Parameter, scale: int) -> None:
    """Refuse a figure that was seen to rise and to fall."""
    rises = [pair for pair in pairwise(steps) if pair[1].figure > pair[0].figure]
    falls = [pair for pair in pairwise(steps) if pair[1].figure < pair[0].figure]
    if not rises or not falls:
        return
    problems = []
    for one, other in (rises[0], falls[0]):
        old, new = amount_text(one.figure, scale), amount_text(other.figure, scale)
        low, high = number_text(one.value), number_text(other.value)
        problems.append(Problem(say("from {low} to {high} it goes from {old} to {new}", low=low, high=high,
                                    old=old, new=new)))  # fmt: skip
    raise Refused(
        say("the figure does not go in one direction with {name}, so no value is the last one", name=parameter.name),
        problems,
        say("Name a range in which it does, --between FROM:TO, or look at a sweep: payengine simulate --sweep."),
    )
