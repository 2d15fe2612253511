"""Command line called in this process, with the exit code it must have."""

from __future__ import annotations

from click.testing import CliRunner, Result

from batch.cli.root import root


def call(*words: object, code: int = 0) -> Result:
    """Call `payengine` with words, which may be numbers and paths; fail with what it printed at another exit code."""
    result = CliRunner().invoke(root, [str(word) for word in words], prog_name="payengine")
    assert result.exit_code == code, result.output + result.stderr
    return result
