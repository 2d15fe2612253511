"""Kinds of findings: how grave each is, and from where on it is told.

Thresholds are in ten-thousandths, as a policy writes numbers; a policy may set another (`[findings.KIND] threshold`).
They are chosen so that an ordinary month of a county has none or few: a finding that comes every month is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from batch.findings.finding import GRAVE, NOTICE, WARNING, Finding
from payengine.errors import Problem, Refused
from payengine.policy import ONE, Policy
from payengine.policy.finding_rules import threshold_of
from payengine.suggest import hint
from payengine.texts import in_quotes, say


@dataclass(frozen=True)
class Kind:
    """Kind of finding; `threshold` in ten-thousandths, None where there is nothing to measure.

    The lower of two thresholds is the stricter one, unless `larger_is_stricter`.
    """

    severity: str
    threshold: int | None = None
    larger_is_stricter: bool = False


# Compared with the last published periods.
TABLE_ROWS = "table_rows"
INSTITUTION_SERVICES, PERSON_SERVICES = "institution_services", "person_services"
INSTITUTION_POINTS, PERSON_POINTS = "institution_points", "person_points"
INSTITUTION_MONEY, PERSON_MONEY = "institution_money", "person_money"
COMPONENT_MONEY = "component_money"
STATEMENT_MONEY = "statement_money"
COMPONENT_LOST = "component_lost"
REFERENCE_VALUE = "reference_value"
POLICY_VALUE = "policy_value"
# Within the period's input.
COMPONENT_AMOUNT, AMOUNT_SIGN, TWO_INSTITUTIONS = "component_amount", "amount_sign", "two_institutions"
INPUT_AMOUNT = "input_amount"
QUANTITY = "quantity"
MINUTES_OF_A_DAY = "minutes_of_a_day"
MORE_THAN_A_POST = "more_than_a_post"
SCORE_SCALE = "score_scale"
UNTIL_LAST_DAY = "until_last_day"
SAME_ROWS = "same_rows"
# What the query that stands for service_record leaves out.
LIMITS_UNSEEN, QUERY_LIMITS, QUERY_REVERSALS = "limits_unseen", "query_limits", "query_reversals"
# Within the run.
ENGAGED_UNPAID, PAID_UNENGAGED = "engaged_unpaid", "paid_unengaged"
# Of the ledger at the moment.
STALE, NOT_TAKEN_IN, LATER_PUBLISHED = "stale", "not_taken_in", "later_published"
SNAPSHOT_MISSING, NOTE_MISSING = "snapshot_missing", "note_missing"
# Of other periods, which are published: what source and policy say of them now (published_changes.py).
PAID_BEFORE = "paid_before"
ROWS_CHANGED, LIMITS_CHANGED, REFERENCE_CHANGED = "rows_changed", "limits_changed", "reference_changed"
REVERSED_LATER, LIMITS_FREED = "reversed_later", "limits_freed"
OF_REVERSALS = (REVERSED_LATER, LIMITS_FREED)  # what only the reading of the whole source finds
POLICY_CHANGED, POLICY_NOT_COMPARED = "policy_changed", "policy_not_compared"
ROWS_NOT_COMPARED, IMPLAUSIBLE_YEAR = "rows_not_compared", "implausible_year"
FUTURE_DATE, IMPLAUSIBLE_PERIOD = "future_date", "implausible_period"
# Of the source as a whole, where it is asked for.
SPLIT_RECORD = "split_record"

KINDS: Mapping[str, Kind] = {
    # A table with half as many rows again, or a third fewer, is of another month or of part of the county.
    TABLE_ROWS: Kind(WARNING, 15 * ONE // 10),
    # The work of an institution halves in a month of holidays at most; a person's varies more.
    INSTITUTION_SERVICES: Kind(WARNING, 3 * ONE),
    PERSON_SERVICES: Kind(NOTICE, 5 * ONE),
    INSTITUTION_POINTS: Kind(WARNING, 3 * ONE),
    PERSON_POINTS: Kind(NOTICE, 5 * ONE),
    INSTITUTION_MONEY: Kind(WARNING, 2 * ONE),
    PERSON_MONEY: Kind(WARNING, 3 * ONE),
    COMPONENT_MONEY: Kind(WARNING, 2 * ONE),
    STATEMENT_MONEY: Kind(WARNING, 2 * ONE),
    COMPONENT_LOST: Kind(WARNING),
    # As a policy's values: a point value, an item's equivalents and a coefficient are prices alike.
    REFERENCE_VALUE: Kind(WARNING, 3 * ONE // 10),
    # Prices are set for a year or longer; 30 % is more than any of the documents changes at once.
    POLICY_VALUE: Kind(WARNING, 3 * ONE // 10),
    # Ten times is a digit too many, or fen typed as yuan.
    COMPONENT_AMOUNT: Kind(WARNING, 10 * ONE),
    INPUT_AMOUNT: Kind(WARNING, 10 * ONE),
    AMOUNT_SIGN: Kind(WARNING),
    TWO_INSTITUTIONS: Kind(WARNING),
    # A quantity of courses, doses or minutes varies tenfold; twenty is a digit too many.
    QUANTITY: Kind(WARNING, 20 * ONE),
    # A day has 24 hours; a county may write its hours of work.
    MINUTES_OF_A_DAY: Kind(WARNING, 1_440 * ONE),
    MORE_THAN_A_POST: Kind(WARNING, ONE),
    # No score above a tenth of the full score: scores of 0 to 1 or 0 to 10 where 100 is full.
    SCORE_SCALE: Kind(GRAVE, ONE // 10, larger_is_stricter=True),
    UNTIL_LAST_DAY: Kind(WARNING),
    # Equal rows may be repeats of one day: they are told, and are grave only to whoever says so in the policy.
    SAME_ROWS: Kind(NOTICE),
    LIMITS_UNSEEN: Kind(GRAVE),
    QUERY_LIMITS: Kind(WARNING),
    QUERY_REVERSALS: Kind(NOTICE),
    ENGAGED_UNPAID: Kind(WARNING),
    PAID_UNENGAGED: Kind(WARNING),
    STALE: Kind(GRAVE),
    NOT_TAKEN_IN: Kind(GRAVE),
    LATER_PUBLISHED: Kind(NOTICE),
    SNAPSHOT_MISSING: Kind(GRAVE),
    NOTE_MISSING: Kind(NOTICE),
    PAID_BEFORE: Kind(GRAVE),
    ROWS_CHANGED: Kind(WARNING),
    LIMITS_CHANGED: Kind(WARNING),
    REFERENCE_CHANGED: Kind(WARNING),
    REVERSED_LATER: Kind(WARNING),
    LIMITS_FREED: Kind(WARNING),
    POLICY_CHANGED: Kind(WARNING),
    POLICY_NOT_COMPARED: Kind(NOTICE),
    ROWS_NOT_COMPARED: Kind(NOTICE),
    IMPLAUSIBLE_YEAR: Kind(WARNING),
    FUTURE_DATE: Kind(NOTICE),
    IMPLAUSIBLE_PERIOD: Kind(WARNING),
    SPLIT_RECORD: Kind(GRAVE),
}

ALWAYS_BLOCKING = (STALE,)  # whatever the policy says: it is published only if accepted


@dataclass(frozen=True)
class Rules:
    """A policy's rules for findings, on a day.

    `today` is the policy of the moment beside the one that a run was computed by. The stricter of both holds: a rule
    that was added since counts, and one that was taken out still does.
    """

    policy: Policy
    on: date
    today: Policy | None = None

    def threshold(self, kind: str) -> int:
        """Look up the threshold of a kind that has one, in ten-thousandths."""
        own = KINDS[kind].threshold
        assert own is not None, kind
        given = [threshold_of(policy, kind, self.on) or own for policy in self._policies]
        return max(given) if KINDS[kind].larger_is_stricter else min(given)

    def blocks(self, kind: str) -> bool:
        """Tell if findings of a kind stop a publication unless they are accepted."""
        rules = [policy.finding_rules.get(kind) for policy in self._policies]
        return kind in ALWAYS_BLOCKING or any(rule is not None and rule.blocks_publication for rule in rules)

    def stops(self, finding: Finding) -> bool:
        """Tell if a finding stops a publication.

        It does by its kind, or by one that could not be looked for.
        """
        return any(map(self.blocks, (finding.kind, *finding.unseen)))

    @property
    def kinds(self) -> tuple[str, ...]:
        """List all kinds that may be made to block.

        Those that only a stored policy knows are included.
        """
        known = dict.fromkeys([*KINDS, *(kind for policy in self._policies for kind in policy.finding_rules)])
        return tuple(kind for kind in known if kind not in ALWAYS_BLOCKING)

    @property
    def _policies(self) -> tuple[Policy, ...]:
        return (self.policy,) if self.today is None else (self.policy, self.today)


def refuse_unknown(policy: Policy) -> None:
    """Raise `Refused` for rules of unknown kinds.

    And for thresholds of kinds that measure nothing.
    """
    problems = list(_unknown(policy))
    if problems:
        raise Refused(
            say("policy {name} refused: {n} problem(s)", name=policy.code, n=len(problems)),
            problems,
            say("Nothing was computed. Correct the policy and run the command again."),
        )


def _unknown(policy: Policy) -> Iterator[Problem]:
    place = policy.layers[-1].place
    for kind, rule in policy.finding_rules.items():
        column = f"findings.{kind}"
        if kind not in KINDS:
            yield Problem(
                say("{name} is no kind of finding", name=in_quotes(kind)) + hint(kind, KINDS), place, column=column
            )
        elif rule.threshold and KINDS[kind].threshold is None:
            yield Problem(say("findings of this kind have no threshold"), place, column=f"{column}.threshold")
