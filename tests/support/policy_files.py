"""Policy files for tests of policies: written and loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from batch.compute.compute import parameters_read
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import Policy, load_policy

HEAD = '[policy]\ncode = "{code}"\ntitle = "{code}"\n'
OPEN = 'continues = "until replaced", source = "test 1"'


def head(code: str, *extends: str, more: str = "") -> str:
    """The [policy] table of a file."""
    listed = ", ".join(f'"{name}"' for name in extends)
    return f"{HEAD.format(code=code)}extends = [{listed}]\n{more}\n"


def price(*entries: str, more: str = "") -> str:
    """A parameter `price` with values as they are written."""
    lines = "".join(f"  {{ {entry} }},\n" for entry in entries)
    return f'[parameters.price]\nlabel = "单价"\nunit = "yuan"\n{more}\nvalues = [\n{lines}]\n'


def load(folder: Path, name: str, files: Mapping[str, str]) -> Policy:
    """Load the policy `name` of these files.

    Files called institutions/... are layers of institutions.
    """
    (folder / "institutions").mkdir(exist_ok=True)
    for code, text in files.items():
        (folder / f"{code}.toml").write_text(text, encoding="utf-8")
    return load_policy(name, [folder], folder / "institutions")


def check_policy(policy: Policy, period: Period) -> None:
    """Check that a policy can be used for a period: its formulas hold, no value is missing."""
    if lacking := policy.coverage_problems(parameters_read(policy, period), period):
        raise Refused("values are missing", lacking)


def refusal(folder: Path, name: str, files: Mapping[str, str]) -> list[str]:
    """The lines of the report of a policy that is refused, without the folder they stand in."""
    with pytest.raises(Refused) as refused:
        load(folder, name, files)
    return [line.strip().replace(str(folder), "") for line in refused.value.report().splitlines()]
