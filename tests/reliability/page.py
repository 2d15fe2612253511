"""Tables of docs/reliability.md and its Chinese edition, from the registry and the tests.

    python -m tests.reliability.page

writes both editions. The prose around the tables stands in the pages; the lines between `<!-- begin: NAME -->` and
`<!-- end -->` are written by this program.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from batch.failpoints import PHASES
from tests.reliability import DAMAGES, fault_cases
from tests.reliability.damage import REFUSED, SAME, TOLD
from tests.reliability.kinds import KINDS, TESTED
from tests.support.paths import DOCS, ROOT

PAGES = {"en": DOCS / "reliability.md", "zh": DOCS / "reliability.zh.md"}
PART = re.compile(r"(<!-- begin: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
HEADS = {
    "en": {
        "declared": ("fault", "ways", "refused", "told", "same results"),
        "elsewhere": ("fault", "what happens", "cases", "tests"),
        "failpoints": ("phase", "points", "killed", "cut off", "disk full", "all cases", "in every run"),
        "all": "all",
    },
    "zh": {
        "declared": ("错误", "做法数", "拒绝", "告知", "结果相同"),
        "elsewhere": ("错误", "结果", "用例数", "测试"),
        "failpoints": ("阶段", "点数", "被杀", "连接中断", "磁盘已满", "全部用例", "每次运行"),
        "all": "合计",
    },
}


@cache
def collected() -> Mapping[str, int]:
    """Count the cases that pytest collects in `TESTED`'s files: file::test -> cases."""
    files = sorted({one.file for one in TESTED})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PAYENGINE_FAULTS": ""}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Counter(line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line)


def declared(language: str) -> list[tuple[str, ...]]:
    """Rows of the table of declared damages: of each kind how many ways end how."""
    at = 0 if language == "en" else 1
    rows = []
    for kind, texts in KINDS.items():
        ways = [damage for damage in DAMAGES.values() if damage.kind == kind]
        ends = Counter(damage.outcome for damage in ways)
        rows.append((texts[at], str(len(ways)), *(str(ends[end] or "-") for end in (REFUSED, TOLD, SAME))))
    sums = [str(sum(int(row[n]) for row in rows if row[n] != "-")) for n in range(1, 5)]
    return [*rows, (str(HEADS[language]["all"]), *sums)]


def elsewhere(language: str) -> list[tuple[str, ...]]:
    """Rows of the table of faults that other tests make, with the cases that pytest collects."""
    at = 0 if language == "en" else 1
    rows = []
    for one in TESTED:
        names = [f"{one.file}::{test}" for test in one.tests] or sorted(
            name for name in collected() if name.startswith(f"{one.file}::")
        )
        missing = [name for name in names if name not in collected()]
        assert not missing, f"no such test: {missing}"
        rows.append((one.fault[at], one.outcome[at], str(sum(collected()[name] for name in names)), f"`{one.file}`"))
    return rows


def failpoints(language: str) -> list[tuple[str, ...]]:
    """Rows of the table of named points: of each phase its points and cases."""
    whole, often = fault_cases.all_cases(), fault_cases.sampled()
    rows = []
    for phase, points in PHASES.items():
        of_phase = [case for case in whole if case.phase == phase]
        counts = Counter(case.fault for case in of_phase)
        chosen = sum(case.phase == phase for case in often)
        numbers = (len(points), *(counts[fault] for fault in fault_cases.FAULTS), len(of_phase), chosen)
        rows.append((f"`{phase}`", *map(str, numbers)))
    sums = [str(sum(int(row[n]) for row in rows)) for n in range(1, 7)]
    return [*rows, (str(HEADS[language]["all"]), *sums)]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def page(language: str, text: str) -> str:
    """Put the tables into the text of a page."""
    made = {"declared": declared, "elsewhere": elsewhere, "failpoints": failpoints}

    def part(found: re.Match[str]) -> str:
        rows = made[found[2]](language)
        return f"{found[1]}\n{table(HEADS[language][found[2]], rows)}\n{found[3]}"

    return PART.sub(part, text)


def main() -> None:
    for language, file in PAGES.items():
        file.write_text(page(language, file.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
