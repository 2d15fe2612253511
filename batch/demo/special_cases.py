"""Special cases of a demo county: promotion, secondment, leaver, no licence, leave."""

from __future__ import annotations

from datetime import timedelta

from batch.demo.catalogue import CLINICAL
from batch.demo.tables import County, Post, iso
from payengine.periods import Period


def add_special_cases(county: County, period: Period) -> None:
    """Add the special cases to the last month, after everybody was engaged."""
    engagements, change = county.tables["engagement"], iso(period.first_day + timedelta(days=15))
    town = next(code for code, kind in county.kinds.items() if kind == "township_center")
    here = [n for n, post in enumerate(county.posts) if post.institution == town]

    promoted = here[0]
    row = engagements[promoted]
    engagements[promoted] = (*row[:-1], change)
    engagements.append((*row[:6], row[6], *row[7:12], "1.4500", change, ""))
    county.special["promoted"] = row[0]

    # District-hired, town-used: employed by the county hospital, working in the town on 40 % of full time.
    seconded = next(
        post
        for post in county.posts
        if post.institution == "I0001" and post.profession == CLINICAL and post.last == period.days - 1
    )
    own = next(row for row in engagements if row[0] == seconded.staff)
    engagements.append((own[0], town, "I0001", *own[3:11], "0.4000", own[12], iso(period.first_day), ""))
    county.posts.append(Post(town, seconded.staff, seconded.profession, seconded.first, seconded.last, late=True))
    county.special["seconded"] = seconded.staff

    leaver = here[-1]
    row = engagements[leaver]
    engagements[leaver] = (*row[:-1], iso(period.first_day + timedelta(days=24)))
    post = county.posts[leaver]
    county.posts[leaver] = Post(post.institution, post.staff, post.profession, min(post.first, 23), min(post.last, 23))

    # These two never serve rightly: their records are the examples of `absent` and `not_licensed`.
    for nth, key in ((1, "on leave"), (2, "unlicensed")):
        code = county.posts[here[nth]].staff
        county.special[key] = code
        county.posts[here[nth]] = Post(town, "", CLINICAL, 0, 0)
        if key == "on leave":
            county.tables["absence"].append((code, "maternity_leave", "yes", iso(period.year_start), ""))
        else:
            county.tables["license"] = [row for row in county.tables["license"] if row[0] != code]
    county.posts = [post for post in county.posts if post.staff and post.first <= post.last]
    county.special["town"] = town
