"""Confirmation of a period's current revision, in one transaction."""

from __future__ import annotations

from sqlalchemy import insert, select

from batch import failpoints
from batch.content_digest import digest_of
from batch.ledger import audit, confirmations
from batch.ledger.connect import Database
from batch.ledger.records import Confirmation
from batch.ledger.revisions import publications, require_whole
from batch.ledger.schema import policy_text
from payengine.errors import Conflict
from payengine.texts import say


def confirm(database: Database, confirmed: Confirmation, policy: str) -> bool:
    """Enter a confirmation in the audit chain; False where it stands there already.

    `policy` is the text of the policy of its run, kept so that it can be compared later. `Conflict` unless the revision
    is current, and each publication that the confirming run is built on.
    """
    with database.writing() as connection:
        require_whole(connection, database)
        standing = publications(connection)
        chain = audit.entries(connection)
        if confirmations.latest(chain, standing).get(confirmed.publication.period) == confirmed:
            return False
        current = {str(made.period): (made.revision, made.run) for made in standing}
        built_on = [(each["period"], (each["revision"], each["run"])) for each in confirmed.publications]
        made = confirmed.publication
        built_on.append((str(made.period), (made.revision, made.run)))
        if any(current.get(period) != revision for period, revision in built_on):
            raise Conflict(
                say("another publication was made while {period} was being confirmed", period=made.period),
                remedy=say("Nothing was confirmed. Run the command again."),
            )
        known = connection.execute(
            select(policy_text.c.text).where(policy_text.c.digest == confirmed.policy)
        ).scalar_one_or_none()
        if known is None:
            connection.execute(insert(policy_text).values(digest=confirmed.policy, text=policy))
        kept = digest_of(policy if known is None else known)
        audit.append(connection, confirmations.CONFIRM, confirmations.facts_of(confirmed, kept))
        failpoints.reached("confirm: before commit")
    failpoints.reached("confirm: after commit")
    return True
