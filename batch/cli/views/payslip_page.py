"""A payslip on paper as data for its template.

Every text in the language in use, every figure as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.code_words import category_words, funding_words, reason_words
from batch.cli.views.heading import illustrative_line
from batch.cli.views.payslip_fit import ALL, FITS, fit
from batch.cli.views.payslip_steps import PayslipSteps
from batch.cli.views.payslip_words import number_text, plain, spaced
from batch.explain.as_json import POINTS_SCALE
from batch.reports.register import Names, reason_text
from payengine.exact.amounts import fraction_text, yuan
from payengine.texts import joined, language, say

if TYPE_CHECKING:
    from batch.explain.paid_work import ItemWork
    from batch.ledger import RunRecord
    from batch.payslips.payslip import Payslip
    from batch.results import Meta
    from payengine.policy import Policy


@dataclass(frozen=True)
class PayslipPages:
    """Maker of the pages of one run: what all have in common."""

    record: RunRecord
    meta: Meta
    policy: Policy
    names: Names
    all_items: bool = False

    def document(self, pages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Put pages together as the template takes them."""
        title = say("{one}, {other}", one=say("Payslip"), other=self.meta.period)
        return {"title": title, "semicolon": say("; "), "pages": list(pages)}

    def page(self, payslip: Payslip) -> dict[str, Any]:
        """Describe the page of one payslip as JSON for `payslip.typ`."""
        steps = PayslipSteps(payslip, self.policy)
        page: dict[str, Any] = {
            "title": say("Payslip"),
            "period": str(self.meta.period),
            "marks": self._marks(),
            "who": " ".join(filter(None, (self.names.staff.get(payslip.staff, ""), payslip.staff))),
            "facts": self._facts(payslip),
            "due": [say("Due for the period"), yuan(payslip.due_fen), say("yuan")],
            "lines": _lines(payslip, self.names),
            "how": {
                "title": say("How it was computed"),
                "given": [say("{name}: {text}", name=joined(labels), text=rule) for rule, labels in steps.given()],
                "rows": steps.rows(),
            },
            "items": _items(payslip.work, [items for _, items, _ in FITS]),
            "unpaid": _unpaid(payslip.unpaid),
            "cases": _cases(payslip.cases),
            "foot": self._foot(payslip),
        }
        return page | {"fit": list(ALL if self.all_items else fit(page))}

    def _marks(self) -> list[str]:
        """List what nobody may overlook: invented values, a draft."""
        marks = [illustrative_line()] if self.meta.illustrative else []
        if self.record.revision is None:
            marks.append(say("Draft: this run is not published, and its figures may change."))
        elif not self.record.current:
            marks.append(say("Replaced: a later revision of this period is in force."))
        return marks

    def _facts(self, payslip: Payslip) -> list[list[str]]:
        facts = [[say("Institution"), " ".join(
            filter(None, (self.names.institutions.get(payslip.institution, ""), payslip.institution)))]]  # fmt: skip
        for name, texts in (
            (say("Department"), [one.department for one in payslip.engagements]),
            (say("Professional title"), [one.title for one in payslip.engagements]),
            (say("Engaged from"), [one.engaged_from for one in payslip.engagements]),
        ):
            if any(texts):
                facts.append([name, joined(dict.fromkeys(filter(None, texts)))])
        title = self.meta.policy_title or self.meta.policy_code
        facts.append([say("Policy"), title])
        revision = "" if self.record.revision is None else say("revision {n}", n=self.record.revision)
        facts.append([say("Period"), say("{one}, {other}", one=self.meta.period, other=revision)
                      if revision else str(self.meta.period)])  # fmt: skip
        if payslip.before_fen is not None:
            to_date = payslip.before_fen + payslip.due_fen
            facts.append([say("Year to date, this period included"), say("{amount} yuan", amount=yuan(to_date))])
        return facts

    def _foot(self, payslip: Payslip) -> list[str]:
        meta = self.meta
        marks = say("Run {run}; snapshot {snapshot}; policy {policy}.", run=meta.run_id[:SHORT],
                    snapshot=meta.snapshot_digest[:SHORT], policy=meta.policy_digest[:SHORT])  # fmt: skip
        prove = (
            f"payengine prove {meta.run_id[:SHORT]} --staff {payslip.staff} --institution {payslip.institution}"
            " -o proof.json"
        )
        told = [
            say("Each figure was computed again for this page and is the one stored. {marks}", marks=marks),
            say("Down to each record: payengine explain {run} --staff {staff} --records", run=meta.run_id[:SHORT],
                staff=payslip.staff),
        ]  # fmt: skip
        if self.record.revision is not None:
            told.append(say("To check it without us, ask for a proof: {command}", command=prove))
        told.append(
            say("Is something wrong? Tell your institution which line or which record. While the period is open to "
                "objections they are entered and answered; afterwards a correction comes as a revision, and its "
                "difference with the next payment.")
        )  # fmt: skip
        return told


def _words(words: str, code: str) -> str:
    """Write a code for paper: in Chinese its words alone, in English spaced."""
    return spaced(words) if words == code else plain(words, code)


def _lines(payslip: Payslip, names: Names) -> dict[str, Any]:
    """Lay out the stored lines; the engagement is told where there are several."""
    classes = {"fixed": say("fixed"), "variable": say("variable")}
    several = len({line["engagement_from"] for line in payslip.lines}) > 1
    rows = []
    for line in payslip.lines:
        label = line["label"] if language() == "zh" else f"{spaced(line['component'])}  {line['label']}"
        since = [line["engagement_from"]] if several else []
        funding = _words(funding_words(line["funding"], names.funding), line["funding"])
        rows.append([label, *since, classes[line["pay_class"]], funding, yuan(line["amount_fen"])])
    since = [say("Engaged from")] if several else []
    return {
        "heads": [say("Component"), *since, say("Class"), say("Funded by"), say("Yuan")],
        "rows": rows,
        "total": [say("Total"), yuan(payslip.due_fen)],
    }


def _items(work: Sequence[ItemWork], counts: Sequence[int]) -> dict[str, Any]:
    """Lay out the paid work by item, most points first.

    For each count of rows what the rest adds up to.
    """
    order = sorted(work, key=lambda one: (-one.points, one.category, one.item))
    rests = {}
    for count in dict.fromkeys(counts):
        rest = order[count:]
        if rest:
            label = say("{n} other items", n=len(rest)) if count else say("{n} items", n=len(rest))
            rests[str(count)] = [label, "", "", "", *_sums(rest)]
    return {
        "title": say("Work that was paid, by item"),
        "heads": [say("Item"), say("Category"), say("Equivalents"), say("Difficulty"), say("Services"),
                  say("Quantity x share"), say("Points")],
        "rows": [_item(one) for one in order],
        "rests": rests,
        "total": [say("Total"), "", "", "", *_sums(order)],
    }  # fmt: skip


def _item(one: ItemWork) -> list[str]:
    return [
        one.item_name or one.item, _words(category_words(one.category), one.category),
        number_text(fraction_text(Fraction(one.equivalents, 10**4), 4), 0),
        number_text(fraction_text(Fraction(one.difficulty, 10**4), 4), 0), *_sums([one]),
    ]  # fmt: skip


def _sums(work: Sequence[ItemWork]) -> list[str]:
    """Write services, quantity x share and points of some items.

    Refunds stand beside the services.
    """
    services, refunds = sum(one.rows for one in work), sum(one.refunds for one in work)
    counted = say("{n} (refunds {m})", n=f"{services:,}", m=f"{refunds:,}") if refunds else f"{services:,}"
    amount = sum((one.amount for one in work), Fraction(0))
    points = sum((one.points for one in work), Fraction(0))
    return [counted, number_text(fraction_text(amount, 6), 0), number_text(fraction_text(points, POINTS_SCALE), 0)]


def _unpaid(unpaid: Mapping[str, int]) -> dict[str, Any] | None:
    if not unpaid:
        return None
    named = {
        _words(reason_words(reason), reason): (reason_text(reason), f"{unpaid[reason]:,}") for reason in sorted(unpaid)
    }
    return {
        "title": say("Records that were not paid: {n}", n=f"{sum(unpaid.values()):,}"),
        "heads": [say("Reason"), say("Meaning"), say("Rows")],
        "rows": [[reason, meaning, count] for reason, (meaning, count) in named.items()],
        "short": joined(f"{reason} {count}" for reason, (_, count) in named.items()),
    }


def _cases(cases: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    if not cases:
        return None
    return {
        "title": say("Deductions and additions, with their case"),
        "heads": [say("Case (approver)"), say("Yuan")],
        "rows": [[case["label"], yuan(case["value"])] for case in cases],
    }
