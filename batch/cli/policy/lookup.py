"""Look-up of the policy that a command names, or of the workspace's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch.cli.session import Session

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
    policy = load_policy(name, policy_folders(folder), folder / "policy" / "institutions")
    refuse_unknown(policy)
    return policy
