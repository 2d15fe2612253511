"""Arithmetic behind a figure, in numbers that anybody can multiply.

25.85 x 4.20 x 0.8942 x 1.2 = 116.50.

A line of arithmetic is given only where these very numbers make the figure, rounded as it is; a rule that they do not
tell (a cap among others, slices, a median) has none, and its operands stand alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from batch.compute.declared.operands import SHARE_OF_PERIOD
from payengine.graph import Cell, Operand, Step
from payengine.policy.calculation import Calculation

PLUS, MINUS, TIMES, OVER, AT_LEAST, AT_MOST = "+", "-", "*", "/", "at_least", "at_most"
FLAGS = ("yes", "no")
PARTS = "_parts"  # how the parts of a pool are called among the operands


@dataclass(frozen=True)
class Term:
    """Number with its sign and the figure whose it is.

    `name` is '' for a plain number of the policy.
    """

    sign: str
    name: str
    key: str
    value: str
    is_total: bool = False

    @property
    def number(self) -> Fraction:
        return Fraction(self.value)

    @property
    def is_idle(self) -> bool:
        """True for a whole period, which changes nothing."""
        return self.sign == TIMES and self.name in SHARE_OF_PERIOD.values() and self.number == 1


@dataclass(frozen=True)
class Arithmetic:
    """Terms that make the figure of one cell, in their order.

    `shared` for a share of a pool, stated to the fen.
    """

    cell: Cell
    terms: Sequence[Term]
    shared: bool = False


def arithmetic(step: Step, calculation: Calculation | None) -> list[Arithmetic]:
    """Write how each number of a figure is made of what it read.

    [] where one is not told by a line.
    """
    found = []
    for cell in step.cells:
        if cell.value is None or not is_number(cell.value) or cell.key:
            return []
        made = _declared(step, calculation, cell) if calculation is not None else _of_formula(step, cell)
        if made is None:
            return []
        found.append(made)
    return found


def is_number(text: str | None) -> bool:
    """Tell if the value of a cell is a number."""
    return text is not None and text.lstrip("-").replace(".", "", 1).isdigit()


def exact(cell: Cell) -> Fraction:
    """Give the number of a cell, as the fraction that it is."""
    return Fraction(cell.exact or cell.value or "0")


def _of_formula(step: Step, cell: Cell) -> Arithmetic | None:
    """Try the product, the sum and the difference of the numbers that a formula read."""
    numbers = []
    for operand in step.operands:
        given = [one for one in _cells_at(operand, cell) if one.value is not None and one.value not in FLAGS]
        if any(not is_number(one.value) for one in given) or operand.totals:
            return None
        numbers += [(operand.name, one) for one in given]
    if not numbers:
        return None
    for sign, merge in ((TIMES, _product), (PLUS, _sum), (MINUS, _difference)):
        if sign == PLUS:
            numbers = [one for one in numbers if exact(one[1])] or numbers[:1]
        if _states(merge([exact(one) for _, one in numbers]), cell):
            terms = [_term(sign if place else "", name, one) for place, (name, one) in enumerate(numbers)]
            return Arithmetic(cell, terms)
    return None


def _declared(step: Step, calculation: Calculation, cell: Cell) -> Arithmetic | None:
    """Follow a calculation of the policy that adds, multiplies and limits, or shares a pool."""
    read = _Reader(step, cell)
    if calculation.pool or calculation.divides:
        return _share(read, calculation, cell)
    if calculation.source or calculation.best or calculation.memory or calculation.otherwise:
        return None
    terms = [read.term(PLUS, name) for name in calculation.add] + [
        read.term(MINUS, name) for name in calculation.subtract
    ]
    if any(term is None for term in terms):
        return None
    terms = [term for term in terms if term is not None and term.number] or terms[:1]
    base = len(terms)
    terms += [read.term(TIMES, name) for name in calculation.times]
    if calculation.prorated:
        terms.append(read.term(TIMES, SHARE_OF_PERIOD.get(calculation.prorated, "")))
    terms += [read.term(OVER, name) for name in calculation.over]
    terms += [read.term(AT_LEAST, calculation.at_least)] if calculation.at_least else []
    terms += [read.term(AT_MOST, calculation.at_most)] if calculation.at_most else []
    known = [term for term in terms if term is not None]
    if len(known) < len(terms) or not known or not _states(_result(known, base), cell):
        return None
    first = known[0]
    return Arithmetic(cell, [first if first.sign == MINUS else _signed("", first), *known[1:]])


def _share(read: _Reader, calculation: Calculation, cell: Cell) -> Arithmetic | None:
    """Write a share: pool x own weight / all weights.

    It is stated to the fen by largest remainder.
    """
    pool = read.term("", calculation.pool or calculation.divides)
    weight = calculation.weights or calculation.by
    own, whole = read.term(TIMES, weight), read.total(weight)
    if pool is None or own is None or whole is None or not whole.number:
        return None
    limits = []
    for sign, name in ((AT_LEAST, calculation.at_least), (AT_MOST, calculation.at_most)):
        if name:
            limits.append(read.term(sign, name))
    known = [one for one in limits if one is not None]
    cents = pool.number * own.number / whole.number * 100
    if abs(cents - exact(cell) * 100) >= 1 or len(known) < len(limits) or not all(_leaves(one, cell) for one in known):
        return None
    return Arithmetic(cell, [pool, own, whole, *known], shared=True)


def _leaves(limit: Term, cell: Cell) -> bool:
    """Tell if a limit leaves a share as it is."""
    return exact(cell) <= limit.number if limit.sign == AT_MOST else exact(cell) >= limit.number


class _Reader:
    """Finder of the operands that a calculation names, as they are for one cell."""

    def __init__(self, step: Step, cell: Cell) -> None:
        self.operands = {operand.name: operand for operand in step.operands}
        self.cell = cell

    def term(self, sign: str, name: str) -> Term | None:
        """Give the number of a name (`price`, `finance[income]`, `60`).

        None where it is not one number.
        """
        if is_number(name):
            return Term(sign, "", "", name)
        operand, key = self._operand(name)
        cells = [] if operand is None else [one for one in _cells_at(operand, self.cell) if key in ("", one.key)]
        if operand is None or len(cells) != 1 or not is_number(cells[0].value):
            return None
        return _term(sign, operand.name, cells[0])

    def total(self, name: str) -> Term | None:
        operand, key = self._operand(name)
        totals = [] if operand is None else [one for one in operand.totals if one.key == key]
        if operand is None or len(totals) != 1 or totals[0].value is None or not is_number(totals[0].value):
            return None
        return Term(OVER, operand.name, key, totals[0].value, is_total=True)

    def _operand(self, name: str) -> tuple[Operand | None, str]:
        plain, _, key = name.rstrip("]").partition("[")
        return self.operands.get(plain) or self.operands.get(plain + PARTS), key


def _cells_at(operand: Operand, cell: Cell) -> list[Cell]:
    """Choose the cells of an operand that hold for a cell of the figure.

    Of its own row, or of a level above.
    """
    return [one for one in operand.cells if one.level is not cell.level or one.row == cell.row]


def _term(sign: str, name: str, cell: Cell) -> Term:
    return Term(sign, name, cell.key, cell.exact or str(cell.value))


def _signed(sign: str, term: Term) -> Term:
    return Term(sign, term.name, term.key, term.value, term.is_total)


def _result(terms: Sequence[Term], base: int) -> Fraction | None:
    """Compute what terms make: `base` of them are added up, the rest follows in order."""
    signs = {PLUS: 1, MINUS: -1}
    number = sum((signs[term.sign] * term.number for term in terms[:base]), Fraction(0)) if base else Fraction(1)
    for term in terms[base:]:
        if term.sign == OVER and not term.number:
            return None
        number = _APPLIED[term.sign](number, term.number)
    return number


_APPLIED: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    TIMES: lambda one, other: one * other, OVER: lambda one, other: one / other, AT_LEAST: max, AT_MOST: min,
}  # fmt: skip


def _states(number: Fraction | None, cell: Cell) -> bool:
    """Tell if a number is that of a cell, rounded half away from zero to its decimals."""
    if number is None:
        return False
    if cell.exact:
        return number == Fraction(cell.exact)
    decimals = -int(Decimal(str(cell.value)).as_tuple().exponent)
    units = abs(number) * 10**decimals
    whole = (2 * units.numerator + units.denominator) // (2 * units.denominator)
    return Fraction(-whole if number < 0 else whole, 10**decimals) == Fraction(str(cell.value))


def _product(numbers: Sequence[Fraction]) -> Fraction:
    product = Fraction(1)
    for number in numbers:
        product *= number
    return product


def _difference(numbers: Sequence[Fraction]) -> Fraction | None:
    return numbers[0] - numbers[1] if len(numbers) == 2 else None


def _sum(numbers: Sequence[Fraction]) -> Fraction:
    return sum(numbers, Fraction(0))


def names_in(found: Sequence[Arithmetic]) -> Iterator[str]:
    """Yield the names of the figures that some arithmetic tells."""
    for one in found:
        yield from (term.name for term in one.terms if term.name)
