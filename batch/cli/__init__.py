"""The command line. Each family of commands has its file, which is imported only when one of its commands is used."""

from __future__ import annotations


def main() -> None:
    """The console script `payengine`."""
    from batch.cli.root import root

    root.main(prog_name="payengine")
