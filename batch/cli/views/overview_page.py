"""Overview of a run as a page.

Tiles, charts and the table of obligations, in the language in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.heading import illustrative_line
from batch.cli.views.payslip_words import spaced
from batch.cli.views.text_width import cut
from batch.paper.svg import HATCHED, SOLID, Bar, Box, Part, bars, boxes
from batch.report_names import FAILS, HOLDS, NOT_APPLICABLE, NOT_GIVEN, NOTHING, REPORTED
from batch.reports.compliance import RESULTS
from batch.reports.overview import FEWEST, Bound, Overview
from batch.reports.register import Names
from payengine.exact.amounts import decimal_text, percent, share, yuan
from payengine.texts import joined, language, say

if TYPE_CHECKING:
    from batch.ledger import RunRecord
    from batch.reports.compliance import Obligation
    from batch.reports.register import Line

MOST_ROWS = 10  # of a chart: what is more is told together
MOST_CHECKS = 9
NAME = 20  # cells of a name beside a bar
WHOLE = 10_000  # ten-thousandths
POINTS, MILLION = 6, 10**6


def overview_page(found: Overview, record: RunRecord, names: Names) -> dict[str, Any]:
    """Describe the page as JSON: texts, and charts as SVG."""
    meta = found.results.meta
    policy = meta.policy_title or meta.policy_code
    revision = "" if record.revision is None else say("revision {n}", n=record.revision)
    charts = [_components(found), _spreads(found), _institutions(found, names), _points(found, names)]
    if found.ceilings:
        charts += [_fixed_shares(found, names), _ceilings(found, names)]
    else:
        charts[2:2] = [_fixed_shares(found, names)]
    return {
        "title": say("Overview of pay"),
        "period": str(meta.period),
        "subtitle": "  ·  ".join(filter(None, (policy, revision))),
        "marks": _marks(found, record),
        "tiles": _tiles(found),
        "charts": charts,
        "table": _obligations(found.obligations),
        "foot": _foot(found),
    }


def _marks(found: Overview, record: RunRecord) -> list[str]:
    meta = found.results.meta
    marks = [illustrative_line()] if meta.illustrative else []
    if record.revision is None:
        marks.append(say("Draft: this run is not published, and its figures may change."))
    elif not record.current:
        marks.append(say("Replaced: a later revision of this period is in force."))
    if meta.holds:
        marks.append(say("Held, and in no figure here: {who}", who=joined(meta.holds)))
    return marks


def _foot(found: Overview) -> list[str]:
    meta = found.results.meta
    return [
        say("Run {run}; snapshot {snapshot}; policy {policy}.", run=meta.run_id[:SHORT],
            snapshot=meta.snapshot_digest[:SHORT], policy=meta.policy_digest[:SHORT]),
        say("Figures are exact; only the lengths of bars are rounded. The figures of each institution: "
            "payengine show {run}", run=meta.run_id[:SHORT]),
    ]  # fmt: skip


def _tiles(found: Overview) -> list[list[str]]:
    total, before = found.total, found.before

    def money(name: str, fen: int, then: int | None) -> list[str]:
        return [name, yuan(fen), "" if then is None else _change(fen - then, share(fen - then, then), yuan)]

    def count(name: str, number: int, then: int | None) -> list[str]:
        change = "" if then is None else _change(number - then, share(number - then, then), _signed)
        return [name, f"{number:,}", change]

    return [
        money(say("Gross pay, yuan"), total.gross_fen, None if before is None else before.gross_fen),
        money(say("Fixed pay, yuan"), total.fixed_fen, None if before is None else before.fixed_fen),
        money(say("Variable pay, yuan"), total.variable_fen, None if before is None else before.variable_fen),
        [say("Fixed share"), percent(total.fixed_share), _points_of(total, before)],
        count(say("Heads"), total.heads, None if before is None else before.heads),
        count(say("Services paid"), total.services, None if before is None else before.services),
        [say("Points"), points_text(total.points_micro), "" if before is None else _change(
            total.points_micro - before.points_micro,
            share(total.points_micro - before.points_micro, before.points_micro), _signed_points)],
        money(say("Purchase of services, yuan"), total.purchase_fen, None if before is None else before.purchase_fen),
    ]  # fmt: skip


def _change(change: int, rate: int | None, write: Any) -> str:
    """Write a change with its rate; the sign stands before both."""
    text = write(change, True)
    return text if rate is None else say("{change} ({rate})", change=text, rate=signed_percent(rate))


def _signed(number: int, signed: bool) -> str:
    return f"{number:+,}" if signed else f"{number:,}"


def _signed_points(micro: int, signed: bool) -> str:
    return ("+" if micro > 0 else "") + points_text(micro)


def signed_percent(rate: int) -> str:
    """Write ten-thousandths as a percentage with a sign."""
    return f"{decimal_text(rate, 2, signed=True)} %"


def _points_of(total: Line, before: Line | None) -> str:
    if before is None or total.fixed_share is None or before.fixed_share is None:
        return ""
    return say(
        "{change} percentage points", change=decimal_text(total.fixed_share - before.fixed_share, 2, signed=True)
    )


def points_text(micro: int) -> str:
    """Write millionths of points, every digit that is not a zero at the end."""
    return decimal_text(micro, POINTS, least=0, grouped=True)


# --- charts ------------------------------------------------------------------------------------------------------


def _chart(key: str, title: str, about: str, rows: Sequence[Bar], scale: int) -> dict[str, str]:
    return {"title": title, "about": about, "svg": bars(key, title, about, rows, scale)}


def _components(found: Overview) -> dict[str, str]:
    """Draw the structure of pay, the largest component first."""
    order = sorted(found.components, key=lambda one: -one.fen)
    total = found.total.gross_fen
    shown = order[:MOST_ROWS] if len(order) <= MOST_ROWS else order[: MOST_ROWS - 1]
    rows = [
        Bar(cut(one.label if language() == "zh" else spaced(one.component), NAME),
            [Part(max(one.fen, 0), _fill(one.pay_class))], _amount_of(one.fen, total))
        for one in shown
    ]  # fmt: skip
    rest = order[len(shown) :]
    if rest:
        parts = [Part(max(0, sum(one.fen for one in rest if one.pay_class == kind)), _fill(kind))
                 for kind in ("fixed", "variable")]  # fmt: skip
        rows.append(Bar(say("{n} others", n=len(rest)), parts, _amount_of(sum(one.fen for one in rest), total)))
    scale = max((sum(part.length for part in row.parts) for row in rows), default=1)
    about = say("Yuan, and share of all pay. Solid: fixed. Hatched: variable.")
    return _chart("components", say("Structure of pay"), about, rows, scale)


def _fill(pay_class: str) -> str:
    return SOLID if pay_class == "fixed" else HATCHED


def _amount_of(fen: int, total: int) -> str:
    return say("{amount} · {rate}", amount=yuan(fen), rate=percent(share(fen, total)))


def _spreads(found: Overview) -> dict[str, str]:
    """Draw the spread of pay by role."""
    rows = []
    for one in found.spreads[:MOST_ROWS]:
        name = cut(role_words(one.role) if one.role else say("no role"), NAME)
        if one.quantiles:
            figure = say("{amount} · {n} pers.", amount=yuan(one.quantiles[2]), n=f"{one.persons:,}")
        else:
            figure = say("fewer than {n} persons", n=FEWEST)
        rows.append(Box(name, one.quantiles, figure))
    scale = max((one.quantiles[-1] for one in found.spreads if one.quantiles), default=1)
    about = say("Line: 10 to 90 per cent of the persons; box: the middle half; stroke and figure: the median, yuan.")
    if not rows:
        about = say("Roles stand in the snapshot, which is not here.")
    title = say("Spread of pay by role")
    return {"title": title, "about": about, "svg": boxes("spread", title, about, rows, scale)}


def _chosen(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Choose the institutions that are shown, by gross pay, and the others."""
    order = sorted(lines, key=lambda line: (-line.gross_fen, line.institution))
    count = MOST_ROWS if len(order) <= MOST_ROWS else MOST_ROWS - 1
    return order[:count], order[count:]


def _institutions(found: Overview, names: Names) -> dict[str, str]:
    """Draw fixed and variable pay by institution."""
    shown, rest = _chosen(found.lines)
    rows = [
        Bar(_named(line.institution, names), [Part(max(line.fixed_fen, 0)), Part(max(line.variable_fen, 0), HATCHED)],
            _amount_of(line.gross_fen, found.total.gross_fen))
        for line in shown
    ]  # fmt: skip
    if rest:
        gross = sum(line.gross_fen for line in rest)  # without a bar, beside which all others would vanish
        rows.append(Bar(say("{n} others", n=len(rest)), [], _amount_of(gross, found.total.gross_fen)))
    scale = max((sum(part.length for part in row.parts) for row in rows), default=1)
    about = say("Yuan, and share of all pay. Solid: fixed. Hatched: variable.")
    return _chart("institutions", say("Pay by institution"), about, rows, scale)


def _points(found: Overview, names: Names) -> dict[str, str]:
    """Draw the points of each institution."""
    shown, rest = _chosen(found.lines)
    shown = sorted(shown, key=lambda line: -line.points_micro)
    rows = [
        Bar(_named(line.institution, names), [Part(max(line.points_micro, 0))], points_text(line.points_micro))
        for line in shown
    ]
    if rest:
        micro = sum(line.points_micro for line in rest)
        rows.append(Bar(say("{n} others", n=len(rest)), [], points_text(micro)))
    scale = max((sum(part.length for part in row.parts) for row in rows), default=1)
    about = say("Points of the services that were paid.")
    return _chart("points", say("Work equivalents by institution"), about, rows, scale)


def _fixed_shares(found: Overview, names: Names) -> dict[str, str]:
    """Draw each institution's fixed share beside its floor and its target."""
    shown = {line.institution for line in _chosen(found.lines)[0]}
    chosen = [one for one in found.fixed_shares if one.institution in shown]
    rows = [Bar(_named(one.institution, names), [Part(one.share)], _share_text(one), _bounds(one)) for one in chosen]
    others = len(found.fixed_shares) - len(chosen)
    about = say("Solid stroke and ≥: floor. Dashed stroke and →: target. Without a stroke no check compares it.")
    if others:
        about += " " + say("{n} other institution(s) are not shown.", n=others)
    return _chart("shares", say("Fixed share against floor and target"), about, rows, WHOLE)


def _bounds(one: Bound) -> list[tuple[int, str]]:
    marks = [(one.floor, "line"), (one.target, "dashes")]
    return [(place, shape) for place, shape in marks if place is not None]


def _share_text(one: Bound) -> str:
    floor = "" if one.floor is None else f" ≥{_short_percent(one.floor)}"
    target = "" if one.target is None else f" →{_short_percent(one.target)}"
    return f"{percent(one.share)}{floor}{target}"


def _short_percent(rate: int) -> str:
    return f"{decimal_text(rate, 2, least=0)} %"


def _ceilings(found: Overview, names: Names) -> dict[str, str]:
    """Draw how much of the ceiling of performance pay is used."""
    order = sorted(found.ceilings, key=lambda one: (-one.share, one.institution))
    rows = [
        Bar(
            _named(one.institution, names),
            [Part(min(one.share, WHOLE), HATCHED)],
            percent(one.share),
            [(WHOLE, "line")],
        )
        for one in order[:MOST_ROWS]
    ]
    about = say("Performance pay over its ceiling; the stroke is the ceiling. The fullest first.")
    return _chart("ceilings", say("Ceiling used"), about, rows, WHOLE)


def _named(institution: str, names: Names) -> str:
    return cut(names.institutions.get(institution) or institution, NAME)


def role_words(role: str) -> str:
    """Write a role in words; one of the county's own as it stands."""
    words = {
        "physician": say("physician"), "nurse": say("nurse"), "technician": say("technician"),
        "public_health_worker": say("public health worker"), "pharmacist": say("pharmacist"),
        "general_practitioner": say("general practitioner"), "village_doctor": say("village doctor"),
    }  # fmt: skip
    return words.get(role, role)


# --- obligations -------------------------------------------------------------------------------------------------


def _obligations(checks: Sequence[Obligation]) -> dict[str, Any]:
    """Lay out the checks with a threshold, those that fail first.

    A word and a sign for each, not a colour.
    """
    compared = [one for one in checks if one.direction != "reported"]
    ranks = {RESULTS[FAILS]: 0, RESULTS[NOT_GIVEN]: 1}
    order = sorted(compared, key=lambda one: ranks.get(outcome(one), 2))
    rows = []
    for one in order[:MOST_CHECKS]:
        counts = [str(one.counts[RESULTS[kind]]) for kind in (HOLDS, FAILS, NOT_GIVEN, NOT_APPLICABLE)]
        rows.append([one.label, *counts, outcome_words(outcome(one))])
    about = say("Institutions by result.")
    if not compared:
        about = say("The policy compares nothing in a run of this kind.")
    elif len(compared) > MOST_CHECKS:
        about += " " + say("{n} more check(s): payengine show --compliance.", n=len(compared) - MOST_CHECKS)
    return {
        "title": say("Obligations"),
        "about": about,
        "heads": [say("Check"), say("Pass"), say("Fail"), say("Not given"), say("Not applicable"), say("Outcome")],
        "rows": rows,
    }


def outcome(one: Obligation) -> str:
    """Choose the outcome of a check: the worst of its institutions and of the whole."""
    for kind in (FAILS, NOT_GIVEN, HOLDS, REPORTED, NOTHING):
        if one.counts[RESULTS[kind]] or one.consortium.result == RESULTS[kind]:
            return RESULTS[kind]
    return RESULTS[NOT_APPLICABLE]


def outcome_words(result: str) -> str:
    """Write an outcome as a sign and a word."""
    return {
        RESULTS[FAILS]: say("■ fails"), RESULTS[HOLDS]: say("○ holds"), RESULTS[NOT_GIVEN]: say("□ not given"),
        RESULTS[REPORTED]: say("reported"), RESULTS[NOTHING]: say("nothing to compare"),
    }.get(result, say("not applicable"))  # fmt: skip
