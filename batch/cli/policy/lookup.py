"""Look-up of the policy that a command names, or of the workspace's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.periods import Period
from payengine.texts import say

if TYPE_CHECKING:
    from payengine.policy import Policy


def find_policy(session: Session, name: str | None) -> Policy:
    """Load a policy by its name, or the workspace's own."""
    from batch.findings.kinds import refuse_unknown
    from batch.settings import policy_folders
    from payengine.policy import load_policy

    if name is None:
        return session.workspace().policy()
    folder = session.path().absolute()
    folders = policy_folders(folder)
    if not any((each / f"{name}.toml").is_file() for each in folders):
        _refuse_period(name)
    policy = load_policy(name, folders, folder / "policy" / "institutions")
    refuse_unknown(policy)
    return policy


def _refuse_period(name: str) -> None:
    """Raise `UsageError` for a period in the place of a policy's name."""
    try:
        period = Period.parse(name)
    except UsageError:
        return
    raise UsageError(
        say("{period} is a period, and there is no policy of that name", period=period),
        remedy=say(
            "A period is written behind its option: --period {period}; policy show has --on DATE.", period=period
        ),
    )
