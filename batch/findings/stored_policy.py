"""Policy of a run, read again from the text that the ledger keeps of it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from payengine.policy import Policy, load_policy


def stored_policy(text: str) -> Policy:
    """Load a policy from the text of all its files (`batch.run.policy_text`).

    `Refused` if this program reads it no more. The files are written out and read like any policy's, so that nothing
    is read otherwise than it was.
    """
    stored = json.loads(text)
    with tempfile.TemporaryDirectory(prefix="payengine-policy-") as made:
        folder, own = Path(made) / "policy", Path(made) / "institutions"
        folder.mkdir()
        own.mkdir()
        for layer in stored["layers"]:
            place = own if layer["institution"] else folder
            (place / Path(layer["file"]).name).write_text(layer["text"], encoding="utf-8", newline="\n")
        return load_policy(stored["code"], [folder], own)
