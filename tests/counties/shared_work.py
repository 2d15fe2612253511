"""Work that a random county shares by roles, between institutions, or equally.

It is added to a finished county by a chance of its own, so that the rest of the county stays what it was.
"""

from __future__ import annotations

from tests.counties.chance import Row, row, written
from tests.counties.records import Records


def add_shared_work(maker: Records, wanted: int) -> None:
    """Let items be of roles or joint, teams share equally; add rows of such work."""
    if maker.often(0.1):  # a county that has never heard of these columns
        for item in maker.tables["service_item"]:
            del item["shares"], item["joint"]
        return
    for code in maker.item_codes:
        roles, joint = maker.often(0.3), maker.often(0.4)
        for item in maker.tables["service_item"]:
            if item["code"] == code:
                item["shares"] = "of_roles" if roles and maker.often(0.9) else maker.rng.choice(("", "of_whole"))
                item["joint"] = "yes" if joint and maker.often(0.9) else maker.rng.choice(("", "no"))
    for team in maker.team_codes:
        if maker.often(0.3):
            for member in maker.tables.get("team_member", ()):
                if member["team"] == team:
                    member["share"] = ""
    made: list[list[Row]] = []
    while sum(map(len, made)) < wanted:
        record = maker.reversing(maker.rng.choice(made)) if made and maker.often(0.25) else shared_service(maker)
        if maker.often(0.2):
            record = maker.dirtied(record)
        again = [maker.renamed(record)] if maker.often(0.2) else []  # the same once more, beyond many a limit
        for each in (record, *again):
            made.append(each)
            maker.tables["service_record"] += [maker.respelled(found) for found in each]
        if maker.often(0.05):
            maker.tables["service_record"] += maker.changed(maker.rng.choice(record))


def shared_service(maker: Records) -> list[Row]:
    """Make a service of one to three persons, often of several institutions.

    Its shares are of roles or of a whole.
    """
    on = maker.service_day()
    engaged = [
        found
        for found in maker.tables["engagement"]
        if found["from"] <= written(on) and (not found["until"] or written(on) < found["until"])
    ] or maker.tables["engagement"]
    special = [found["code"] for found in maker.tables["service_item"] if "of_roles" in found["shares"]]
    special += [found["code"] for found in maker.tables["service_item"] if found["joint"] == "yes"]
    limited = [
        found["code"] for found in maker.tables["service_item"] if found["limit_count"] and found["joint"] == "yes"
    ]
    item = maker.rng.choice(limited if limited and maker.often(0.4) else special or maker.item_codes)
    shares = maker.rng.choice(
        (("1", "0.16"), ("1", "0.16", "0.1"), ("0.6", "0.4"), ("0.5", "0.25", "0.25"), ("0.16",), ("1", "1"))
    )
    posts = [maker.rng.choice(engaged) for _ in shares]
    if maker.often(0.4):
        posts = [dict(found, institution=posts[0]["institution"]) for found in posts]
    parties = [(found["institution"], found["staff"]) for found in posts]
    if maker.often(0.1):
        parties[0] = (parties[0][0], maker.rng.choice(["", *maker.team_codes]))
    quantity, patient, record_id = (
        maker.rng.choice(("1", "1", "2", "0.5")),
        maker.rng.choice(maker.patients),
        maker.record_id(),
    )
    return [
        row("service_record", record_id, written(on), institution, staff, item, quantity, share, patient, "")
        for (institution, staff), share in zip(parties, shares, strict=True)
    ]
