"""The command line: one file for each command, found by the command's name.

`root` holds the options that every command has and the table of commands; a command's file is imported when the command
is used. `session` writes texts and JSON, `errors` turns exceptions into exit codes, `bilingual_click` is click in two
languages, `absent_modules` keeps out what no command uses; what commands print stands in `views`. Commands reach the
engine through `batch.workspace` and import it inside their functions, so that `--help` stays quick. Nothing outside
this package imports it, except for `main`.

To add a command: its file, a line of the table in `root`, its texts in `texts/zh/cli.toml`, its section in docs/cli.md.
"""

from __future__ import annotations

import atexit
import gc

ALLOCATIONS = 10_000  # containers more than were freed, after which garbage is looked for; Python says 700


def main() -> None:
    """Run the console script `payengine`."""
    from batch.cli.root import root

    begin()
    root.main(prog_name="payengine")


def begin() -> None:
    """Prepare the process of a command: it is short, and waits for imports most of the time.

    What is imported is no garbage, and looking for some in it takes a tenth of that time. Nor does the interpreter look
    for it once more when it ends: the system takes back whatever the process holds.
    """
    from batch.cli import absent_modules

    absent_modules.leave_out()
    gc.set_threshold(ALLOCATIONS, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)
