"""New workspace: its folder, its settings, and the county's own layer of the policy."""

from __future__ import annotations

import re
from pathlib import Path

from batch.file_access import PRIVATE, SYSTEM, replacing
from batch.proof.secret import FILE as PROOF_KEY_FILE
from batch.proof.secret import make_secret
from batch.settings import FILE, policy_folders
from payengine.errors import UsageError
from payengine.policy import list_policies, load_policy, new_policy
from payengine.texts import say

FOLDER = 'folder = "input"'  # the source of a workspace that says no other


def make_workspace(folder: Path, policy: str, source: str, patient: str, own_layer: bool) -> None:
    """Write the files of a new workspace, as `Workspace.create` describes them."""
    if (folder / FILE).exists():
        raise UsageError(
            say("{folder} is a workspace already", folder=folder),
            remedy=say(
                "Choose another folder, or edit its {file}. For a workbook to fill in: {command}",
                file=FILE,
                command="payengine init DIR --template",
            ),
        )
    parent = load_policy(policy, policy_folders(folder))
    if own_layer:
        policy = _county_name(folder, policy)
        title = say("The county's own policy")
        write_new(folder / "policy" / f"{policy}.toml", new_policy(policy, parent, title))
    if source == FOLDER:
        (folder / "input").mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    make_secret(folder / PROOF_KEY_FILE, PRIVATE)
    # The settings come last: a folder is a workspace only when all of it is there.
    write_new(folder / FILE, _settings_text(policy, source, patient))


def write_new(file: Path, text: str) -> None:
    """Write a new text file; `UsageError` if it exists."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        raise UsageError(
            say("{file} exists already", file=file), remedy=say("Move it away, or choose another name.")
        ) from None


def rewrite(file: Path, text: str) -> None:
    """Put a text in the place of a file's, whole or not at all."""
    with replacing(file, SYSTEM) as stream:
        stream.write(text.encode("utf-8"))


def _county_name(folder: Path, policy: str) -> str:
    """Choose the name of the county's layer: the folder's, unless it cannot be one."""
    name = re.sub(r"[^\w.-]+", "-", folder.name).strip("-.")
    taken = {each.code for each in list_policies(policy_folders(folder))}
    return name if name and name not in taken and name != policy else "county"


def _settings_text(policy: str, source: str, patient: str) -> str:
    comments = {
        "policy": say(
            "policy/{policy}.toml in this folder, else the policy of that name that comes with payengine.",
            policy=policy,
        ),
        "ledger": say(
            "Runs and what is published. Or postgresql+psycopg://host/database, mysql+pymysql://host/database;"
        ),
        "password": say(
            "a URL that holds a password may stand in PAYENGINE_LEDGER_URL and PAYENGINE_SOURCE_URL instead."
        ),
        "source": say("The input tables (docs/input.md): CSV, Parquet or Excel files in a folder, or a database:"),
        "queries": say("A query may stand for any table of a database:"),
        "patient": say(
            '"hmac": patients are hashed under the key in PAYENGINE_PATIENT_KEY or key_file; '
            '"as given": they are pseudonyms already.'
        ),
        "audit": say(
            "The secret behind proofs of payslips (docs/proof.md) is in {file}: keep a copy, apart from the ledger's.",
            file=PROOF_KEY_FILE,
        ),
    }
    examples = [] if source.startswith("url") else ['# url = "postgresql+psycopg://his.example/his"']
    return "\n".join(
        [
            f"# {comments['policy']}",
            f'policy = "{policy}"',
            "",
            f"# {comments['ledger']}",
            f"# {comments['password']}",
            'ledger = "sqlite:///ledger.sqlite"',
            "",
            "[source]",
            f"# {comments['source']}",
            *examples,
            source,
            f"# {comments['queries']}",
            "# [source.queries]",
            '# institution = "select * from v_institution"',
            "",
            "[privacy]",
            f"# {comments['patient']}",
            f'patient = "{patient}"',
            *(['# key_file = "../patient.key"'] if patient == "hmac" else []),
            '# files = "private"',
            "",
            "[audit]",
            f"# {comments['audit']}",
            '# key_file = "../payslip.key"',
            "",
        ]
    )
