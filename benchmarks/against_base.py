"""Tree beside its base commit: main operations of both, interleaved.

`python -m benchmarks.against_base` clones the commit that `base.txt` names, installs it into an environment of its own,
gives both sides a workspace on the same source, and times what a user does. It ends with 1 where an operation's fastest
round takes more than 1.25 times the base's, twice in a row, or where a side fails. A clone without that commit is told
loudly, and is no failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks import county, desk
from benchmarks.base_commit import (
    FILE,
    ROOT,
    BaseMissing,
    BaseUnusable,
    environment_of_tree,
    make_clone,
    make_environment,
    read_base,
)
from benchmarks.county import PERIOD
from benchmarks.slower import MOST, Judgement, Measured, judge, pairs

OPEN = "import sys; from batch.workspace import Workspace; made = Workspace(sys.argv[1])"
ACCEPT = "[(finding.kind, 'drawn at random') for finding in made.check(period).findings]"
# Public interfaces only, as both sides have them.
PROGRAMS: Mapping[str, str] = {
    "freeze": f"{OPEN}; made.freeze({str(PERIOD)!r})",
    "run, dry": f"{OPEN}; made.run({str(PERIOD)!r}, dry_run=True)",
    "run and publish": f"{OPEN}; period = {str(PERIOD)!r}; run = made.run(period).run; made.publish(run, {ACCEPT})",
    "runs": "import sys; sys.argv = ['payengine', '--workspace', sys.argv[1], 'runs']; "
    "from batch.cli import main; main()",
}


@dataclass(frozen=True)
class SideOfBase:
    """One side: its interpreter, its code and its workspace.

    `code` is where it is imported from, "" for the environment.
    """

    python: Path
    code: str
    workspace: Path

    def do(self, name: str) -> float:
        """Do an operation in a new process; its wall seconds. `BaseUnusable` where it fails."""
        self._clear(name)
        left_out = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
        environment = {key: value for key, value in os.environ.items() if key not in left_out}
        # Both sides start from bytecode, which the rounds that are not timed write.
        environment["PYTHONPYCACHEPREFIX"] = str(self.workspace.parent / "bytecode")
        if self.code:
            environment["PYTHONPATH"] = self.code
        command = [str(self.python), "-c", PROGRAMS[name], str(self.workspace)]
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=self.workspace)
        took = time.perf_counter() - start
        if done.returncode:
            raise BaseUnusable(f"{name} failed in {self.workspace.name}:\n{done.stdout}{done.stderr}")
        return took

    def _clear(self, name: str) -> None:
        """Remove what an operation is to make anew."""
        if name == "freeze":
            shutil.rmtree(self.workspace / "snapshots", ignore_errors=True)
        if name == "run and publish":
            for file in self.workspace.glob("ledger.sqlite*"):
                file.unlink()


def measure(tree: SideOfBase, base: SideOfBase, rounds: int) -> Callable[[Sequence[str]], Measured]:
    """Give the measurement of both sides in turn; each comes first every other round."""

    def measured(names: Sequence[str]) -> Measured:
        seconds: dict[SideOfBase, dict[str, list[float]]] = {
            side: {name: [] for name in names} for side in (tree, base)
        }
        for turn in range(rounds):
            for name in names:
                for side in (tree, base) if turn % 2 else (base, tree):
                    seconds[side][name].append(side.do(name))
        return pairs(seconds[tree], seconds[base])

    return measured


@click.command()
@click.option("--records", default=1_000_000, show_default=True, help="Service records of the month.")
@click.option("--rounds", default=3, show_default=True, help="Rounds of each measurement; the fastest counts.")
def main(records: int, rounds: int) -> None:
    """Compare this tree's speed with its base commit's."""
    begun = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="payengine-base-"))
    try:
        base = read_base(FILE.read_text(encoding="utf-8"))
        click.echo(f"This tree beside {base.commit[:12]} of {base.date}: {base.reason}")

        def say(text: str) -> None:
            click.echo(f"  {time.monotonic() - begun:4.0f} s  {text} ...")

        say("installing the base commit")
        make_clone(base.commit, folder / "clone")
        python = make_environment(folder / "clone", folder / "environment")
        own = environment_of_tree(folder / "clone", folder / "environment-of-tree")
        say("writing a county, freezing, running and publishing it on both sides, not timed")
        county.write_parquet(folder / "source", county.Size.of(records))
        sides = [
            SideOfBase(interpreter, code, desk.workspace(folder / name, str(folder / "source")).folder)
            for name, interpreter, code in (("tree", own, str(ROOT)), ("base", python, ""))
        ]
        for side in sides:  # not timed: kernels are compiled, files come into memory
            for name in PROGRAMS:
                side.do(name)
        measured = measure(sides[0], sides[1], rounds)

        def said(names: Sequence[str]) -> Measured:
            say(f"measuring {', '.join(names)}")
            return measured(names)

        judged = judge([*PROGRAMS], said)
    except BaseMissing as why:
        click.echo(f"\n!!! NOTHING WAS COMPARED WITH THE BASE COMMIT: {why}", err=True)
        return
    except BaseUnusable as why:
        raise SystemExit(f"\n!!! NOTHING WAS COMPARED WITH THE BASE COMMIT: {why}") from why
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    tell(judged)
    click.echo(f"{records:,} records, fastest of {rounds} rounds, {time.monotonic() - begun:.0f} s in all")
    if judged.slower:
        raise SystemExit(
            f"\n!!! SLOWER THAN THE BASE, TWICE IN A ROW BY MORE THAN {MOST:g}: {', '.join(judged.slower)}. Make it "
            "faster; or, where it does more and that is wanted, move base.txt on with the reason."
        )


def tell(judged: Judgement) -> None:
    """Print both measurements."""
    for title, measured in (("", judged.first), (" once more", judged.again)):
        for name, pair in measured.items():
            told = f"{pair.tree:7.3f} s  base {pair.base:7.3f} s  ratio {pair.ratio:.2f}"
            click.echo(f"  {name + title:28s} {told}{'  SLOWER' if pair.is_slower else ''}")


if __name__ == "__main__":
    main()
