"""Register of everybody in a run: a line for each person and institution."""

from __future__ import annotations

from batch.reports.register import Names, StaffLine, fixed_components, work_and_pay
from batch.results import Results


def staff_register(results: Results, names: Names) -> list[tuple[str, StaffLine]]:
    """List who has a pay line or work in a run: (institution, line), by codes.

    Institutions' own work, which is nobody's, is left out.
    """
    lines = work_and_pay(results.workload, results.pay_lines, fixed_components(results), names)
    places = sorted(lines, key=lambda place: (place[0].encode(), place[1].encode()))
    return [(place[0], lines[place]) for place in places if place[1]]
