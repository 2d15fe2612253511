"""Process that works on a ledger, for tests that kill it, or run several at once.

    python -m tests.support.ledger_child URL SEED ACTIONS [--die POINT] [--wait FILE] [--room BYTES]

ACTIONS is a list such as `stage,publish,pay`, or `later`: the later migrations of the tests. Prints the outcome as one
line of JSON. `--die` kills the process (as the system would: nothing is cleaned up) when it reaches a point of
`batch.failpoints`; `--wait` waits for a file to appear, so that several start together; `--room` is the largest
size that a file may grow to.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from batch import failpoints
from batch.ledger import Ledger
from batch.ledger.connect import connect
from batch.ledger.migrations import migrate
from batch.payments.recovery_limit import RecoveryLimit
from payengine.errors import PayengineError
from tests.support.later_migrations import LATER
from tests.support.paths import ROOT
from tests.support.sample_results import POLICY, results


def child(url: str, seed: int, actions: str, *options: str) -> subprocess.Popen[str]:
    """Start the process; its last line of output is JSON."""
    command = [sys.executable, "-m", "tests.support.ledger_child", url, str(seed), actions, *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("seed", type=int)
    parser.add_argument("actions")
    parser.add_argument("--die", default="")
    parser.add_argument("--wait", default="")
    parser.add_argument("--room", type=int, default=0)
    parser.add_argument("--staff", type=int, default=6)
    given = parser.parse_args()
    made = results(seed=given.seed, staff=given.staff)
    if given.die:
        failpoints.on = lambda point: die() if point == given.die else None
    if given.room:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (given.room, given.room))
    while given.wait and not Path(given.wait).exists():
        time.sleep(0.002)
    if given.actions == "later":
        migrate.migrate(connect(given.url, Path()), LATER)
        return
    told: list[object] = []
    try:
        with Ledger.open(given.url) as ledger:
            for action in given.actions.split(","):
                if action == "stage":
                    told.append(ledger.stage(made, POLICY))
                elif action == "pay":
                    record = ledger.pay(made.meta.period, date(2026, 10, 25), RecoveryLimit()).record
                    told.append(None if record is None else record.number)
                elif action == "publish":
                    told.append(ledger.publish(made.meta.run_id).already)
    except PayengineError as error:
        told.append({"error": type(error).__name__, "report": error.report()})
    print(json.dumps(told))


def die() -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


if __name__ == "__main__":
    main()
