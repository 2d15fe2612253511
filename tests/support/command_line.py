"""Calls of the command line in this process, each with the exit code it must have."""

from __future__ import annotations

from click.testing import CliRunner, Result

from batch.cli.root import root


def call(*words: object, code: int = 0) -> Result:
    """Call `payengine`; fail with what it printed if its exit code is another."""
    result = CliRunner().invoke(root, [str(word) for word in words], prog_name="payengine")
    assert result.exit_code == code, result.output + result.stderr
    return result
