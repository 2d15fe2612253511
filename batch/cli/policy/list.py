"""The command `policy list`."""

from __future__ import annotations

from batch.cli.root import command
from batch.cli.session import Session


@command("list")
def list_(session: Session) -> None:
    """List the policies of the workspace and those that come with payengine."""
    from batch.cli.views.policy import entry_json, policies_sheet
    from batch.settings import policy_folders
    from payengine.policy import list_policies

    found = list_policies(policy_folders(session.path().absolute()))
    session.answer({"policies": [entry_json(entry) for entry in found]}, policies_sheet(found))
