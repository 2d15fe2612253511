"""Register of everybody in a run: a line for each person and institution."""

from __future__ import annotations

from batch.reports.register import Names, StaffLine, fixed_components, summed
from batch.results import Results


def staff_register(results: Results, names: Names) -> list[tuple[str, StaffLine]]:
    """List who has a pay line or work in a run: (institution, line), by codes.

    Institutions' own work, which is nobody's, is left out.
    """
    lines: dict[tuple[str, str], StaffLine] = {}

    def line(institution: str, staff: str) -> StaffLine:
        return lines.setdefault((institution, staff), StaffLine(staff, names.staff.get(staff, "")))

    for work in summed(results.workload, ["institution", "staff"], ["services", "points_micro"]):
        at = line(work["institution"], work["staff"])
        at.services, at.points_micro = work["services"], work["points_micro"]
    fixed = fixed_components(results)
    for pay in summed(results.pay_lines, ["institution", "staff", "component"], ["amount_fen"]):
        at = line(pay["institution"], pay["staff"])
        if pay["component"] in fixed:
            at.fixed_fen += pay["amount_fen"]
        else:
            at.variable_fen += pay["amount_fen"]
    places = sorted(lines, key=lambda place: (place[0].encode(), place[1].encode()))
    return [(place[0], lines[place]) for place in places if place[1]]
