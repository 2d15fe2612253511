"""The command `roles`."""

from __future__ import annotations

from pathlib import Path

import click

from batch.cli.bilingual_click import Choice
from batch.cli.root import command
from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.texts import say

DATABASES = ("postgresql", "mariadb")
ROLES = ("owner", "preparer", "publisher", "auditor")


@command("roles")
@click.option("--database", type=Choice(*DATABASES), required=True, metavar="|".join(DATABASES), help="The server.")
@click.option(
    "--schema", default="", metavar="S",
    help="The schema of the ledger's tables (public unless said); on MariaDB the database (payengine unless said).",
)  # fmt: skip
@click.option("--prefix", default="payengine", metavar="P", help="How the roles' names begin: payengine unless said.")
@click.option("--role", type=Choice(*ROLES), default=None, metavar="R", help=f"Only this one: {', '.join(ROLES)}.")
@click.option("-o", "--output", default=None, metavar="DIR", help="A folder, which gets a file for each role.")
def roles(session: Session, database: str, schema: str, prefix: str, role: str | None, output: str | None) -> None:
    """Write the SQL of the roles of a ledger on a server.

    owner sets the ledger up, preparer stages runs, publisher enters steps and publishes, auditor reads. Nobody but the
    owner may change or delete results. An administrator executes it when the tables are there, and again after each new
    version. A SQLite file has no roles: there the rights of the file hold.
    """
    from batch.ledger.roles import roles_sql

    written = {name: text for name, text in roles_sql(database, schema, prefix).items() if role in (None, name)}
    files = []
    if output is not None:
        folder = Path(output)
        files = [folder / f"{name}.sql" for name in written]
        if present := [file for file in files if file.exists()]:
            raise UsageError(say("{file} exists already", file=present[0]), remedy=say("Name another folder."))
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in zip(files, written.values(), strict=True):
            file.write_text(text, encoding="utf-8", newline="\n")
    session.answer(
        {"database": database, "roles": written, "files": [str(file) for file in files]},
        *([str(file) for file in files] or ["\n".join(written.values()).rstrip()]),
    )
