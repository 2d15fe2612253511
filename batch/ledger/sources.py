"""Sources of formulas and engine that are kept with the runs which they computed.

A set of files is named by the digest by which runs name it, and every file's text by its own: what was changed is found
by computing the digests again. The entry of a run in the audit chain names the sets that were kept with it, so that one
that was taken away is missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, insert, select

from batch.content_digest import digest_of, text_digest
from batch.ledger import audit
from batch.ledger.records import AuditEntry
from batch.ledger.schema import source_file, source_text
from payengine.errors import Problem
from payengine.texts import say

FACT = "sources"  # of an audit entry: the sets that are kept with the run


def keep(connection: Connection, sets: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Write sets of sources, by digest, that do not stand there; returns all their digests."""
    for name, texts in sets.items():
        if connection.execute(select(source_file.c.path).where(source_file.c.set_digest == name).limit(1)).first():
            continue
        digests = {path: text_digest(text) for path, text in texts.items()}
        known = set(connection.execute(select(source_text.c.digest)).scalars())
        new = {digests[path]: text for path, text in texts.items() if digests[path] not in known}
        if new:
            connection.execute(insert(source_text), [{"digest": one, "text": text} for one, text in new.items()])
        rows = [{"set_digest": name, "path": path, "text_digest": one} for path, one in digests.items()]
        connection.execute(insert(source_file), rows)
    return sorted(sets)


def read(connection: Connection, name: str) -> dict[str, str] | None:
    """Read a set's texts by their paths; None where it was not kept."""
    query = (
        select(source_file.c.path, source_text.c.text)
        .join(source_text, source_text.c.digest == source_file.c.text_digest)
        .where(source_file.c.set_digest == name)
        .order_by(source_file.c.path)
    )
    return {str(path): str(text) for path, text in connection.execute(query)} or None


def broken(connection: Connection, chain: Iterable[AuditEntry]) -> Iterator[Problem]:
    """List texts and sets that do not have their digests, and sets that are missing."""
    changed = say("is not what the runs were computed by")
    texts = set()
    for digest, text in connection.execute(select(source_text.c.digest, source_text.c.text)):
        texts.add(digest)
        if text_digest(text) != digest:
            yield Problem(changed, "source_text", column=digest[:12])
    sets: dict[str, dict[str, str]] = {}
    for name, path, digest in connection.execute(select(source_file)):
        sets.setdefault(name, {})[path] = digest
    for name, files in sorted(sets.items()):
        if digest_of(files) != name or not texts.issuperset(files.values()):
            yield Problem(changed, "source_file", column=name[:12])
    kept = {str(name) for link in chain for name in _named(audit.facts(link).get(FACT))}
    for name in sorted(kept - sets.keys()):
        yield Problem(say("the sources that were kept are missing"), "source_file", column=name[:12])


def _named(fact: object) -> list[object]:
    return fact if isinstance(fact, list) else []
