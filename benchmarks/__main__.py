"""The figures of the design as a table: each measured value beside its goal.

`python -m benchmarks` measures everything; `python -m benchmarks growth` how time and memory grow with size;
`python -m benchmarks national` many counties over one cluster.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from benchmarks import county, machine, results_page
from benchmarks.bench import Bench
from benchmarks.figures import Figures
from benchmarks.growth.command import growth
from benchmarks.measure import own_peak
from benchmarks.national import national
from benchmarks.sections import SECTIONS

RESULTS = Path(__file__).parent / "RESULTS.md"


def _sections(_context: click.Context, _option: click.Parameter, names: str | None) -> list[str]:
    """Read a list of sections; all of them unless given."""
    chosen = [name.strip() for name in (names or "").split(",") if name.strip()]
    unknown = [name for name in chosen if name not in SECTIONS]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: the sections are {', '.join(SECTIONS)}")
    return [name for name in SECTIONS if not chosen or name in chosen]


@click.group(invoke_without_command=True)
@click.option("--records", default=10_000_000, show_default=True, help="Service records of the month.")
@click.option("--engagements", default=0, help="People of the graph's figures; 0: a tenth of the records.")
@click.option("--people", default=0, help="People of the year with its history; 0: a record's five hundredth.")
@click.option("--many", default=0, help="Staff of the memory's last figures; 0: a fifth of the records.")
@click.option("--rounds", default=5, show_default=True, help="Rounds of each comparison; what takes seconds, a third.")
@click.option("--keep", type=click.Path(path_type=Path), help="Make the county here and keep it for the next time.")
@click.option("--only", callback=_sections, metavar="NAMES", help=f"Some of: {', '.join(SECTIONS)}; with commas.")
@click.option("--results", is_flag=True, help=f"Write the table into benchmarks/{RESULTS.name}, too.")
@click.pass_context
def main(
    context: click.Context, records: int, engagements: int, people: int, many: int, rounds: int, keep: Path | None,
    only: list[str], results: bool,
) -> None:  # fmt: skip
    """Measure everything, or the sections named, and print the table."""
    if context.invoked_subcommand is not None:
        return
    figures, facts, begun = Figures(_console()), machine.facts(), time.monotonic()
    size = county.Size.of(records)
    with _folder(keep) as folder:
        bench = Bench(
            folder, size, engagements or max(records // 10, 10_000), people or max(records // 500, 500),
            many or max(records // 5, 2000), rounds, figures,
        )  # fmt: skip
        for name in only:
            figures.begin(SECTIONS[name].title)
            SECTIONS[name].measure(bench)
    facts["this benchmark itself"] = f"{time.monotonic() - begun:.0f} s, peak memory {own_peak() or '?'} MB"
    title = (
        f"{size.records:,} records, {size.staff:,} staff, {size.institutions} institutions, {size.items} items, "
        "8 categories; medians of wall seconds, interleaved"
    )
    figures.console.print(figures.table(title))
    for name, value in facts.items():
        figures.console.print(f"{name}: {value}", highlight=False, soft_wrap=True)
    for note in figures.notes:
        figures.console.print(f"[bold]{note}[/bold]", highlight=False, soft_wrap=True)
    if results:
        results_page.write(RESULTS, results_page.page(f"Measured: {title.partition(';')[0]}", facts, figures))
        figures.console.print(f"Written: {RESULTS}", highlight=False)


def _console() -> Console:
    return Console(width=None if os.isatty(1) else 160)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Give the folder to measure in; one that is not kept is removed."""
    folder = keep.absolute() if keep else Path(tempfile.mkdtemp(prefix="payengine-benchmark-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


main.add_command(growth)
main.add_command(national)

if __name__ == "__main__":
    main()
