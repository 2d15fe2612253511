"""Pure function of a run: frozen input, policy and formulas in, results out.

Nothing else is read, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from batch.compute.absent_paid import absent_paid
from batch.compute.adjustment_report import adjustment_report
from batch.compute.below_zero import (
    overdrawn_pools,
    persons_below_zero,
    pools_below_zero,
    receivable_reports,
    receivables_told,
    refusals,
)
from batch.compute.carried_pools import CarriedPools
from batch.compute.carried_uses import other_uses_told
from batch.compute.charges import charge_problems, undeclared, without_unknown_draws
from batch.compute.check_formulas import check_formulas
from batch.compute.check_results import check_reports
from batch.compute.counted_once import counted_once
from batch.compute.empty_tables import explained
from batch.compute.empty_tables import told as empty_tables_told
from batch.compute.hand_split import rule_problems as split_rule_problems
from batch.compute.hand_split import split_problems, split_report, split_told
from batch.compute.input_names import (
    categories_called_like_words,
    members_elsewhere,
    unknown_names,
    unknown_payers,
    unscored_by_policy,
)
from batch.compute.known_income import (
    known_income_problems,
    known_income_used,
    parity_without_known_income,
    unknown_to_date,
)
from batch.compute.leave_twice import leave_twice
from batch.compute.longer_periods import unread_longer_rows
from batch.compute.missing_months import missing_months_told
from batch.compute.name_words import name_words
from batch.compute.nobody_to_compare import figures_compared, nobody_to_compare
from batch.compute.not_given import lacking_inputs
from batch.compute.opening_balances import OpeningBalances
from batch.compute.paid_nothing import paid_nothing
from batch.compute.policy_formulas import POLICY_SUMS, with_policy_formulas
from batch.compute.report_rows import reports, summarised_figures, with_rows
from batch.compute.result_rows import components, pay_lines, statement_lines, workload_lines
from batch.compute.run_id import engine_digest, formulas_digest, run_id
from batch.compute.settlement import (
    lacking_settlements,
    settled_figures,
    settled_remarks,
    settlements_before,
    unmet_presumptions,
)
from batch.compute.signs import given_below_zero, sign_problems, signs_told
from batch.compute.unclaimed_money import unclaimed_money
from batch.compute.unfunded_charges import unfunded_charges
from batch.compute.unmet_keys import unmet_keys
from batch.compute.unmet_minimums import unmet_minimums
from batch.compute.unread_money import ignored_money, unread_money
from batch.compute.unread_rows import tasks_of_others, unread_holders, unread_names
from batch.compute.without_department import without_department
from batch.input_tables import BY_NAME as TABLES_BY_NAME
from batch.input_tables import CATEGORIES, REASONS
from batch.inputs.catalogue import BY_NAME
from batch.inputs.history import HistoryInputs
from batch.inputs.history_work import SettledWork
from batch.inputs.period_tables import BALANCES, PeriodTables, RowSelection, Window
from batch.inputs.provider import InputProvider
from batch.inputs.roster import Roster, build_roster
from batch.inputs.weak_methods import weakly
from batch.pricing.price_snapshot import PricedWork, price_snapshot
from batch.results import Meta, Results
from batch.snapshot.codes import Coding
from batch.snapshot.snapshot import Snapshot
from payengine.errors import Problem, Refused, UsageError
from payengine.graph import Evaluation, Formula, Graph, Recorder, Rules
from payengine.periods import KINDS, MONTH, YEAR, Period
from payengine.policy import Component, Policy, policy_digest
from payengine.policy.model import REFUSE
from payengine.suggest import question
from payengine.texts import in_quotes, say, word

AXES = (
    "category", "indicator", "task", "component", "line", "name", "grade", "part", "fund", "funding",
    "absence", "step", "package", "tenure",
)  # fmt: skip

Price = Callable[[Snapshot, Collection[str]], PricedWork]  # prices a snapshot without the institutions held


def compute(
    snapshot: Snapshot,
    policy: Policy,
    holds: Mapping[str, str] | None = None,
    *,
    rules: Rules | None = None,
    threads: int | None = None,
    recorder: Recorder | None = None,
    accept: Callable[[PreparedRun], None] | None = None,
    doubts: list[Problem] | None = None,
    price: Price | None = None,
) -> Results:
    """Compute the results of a snapshot's period under a policy.

    `holds` leaves institutions out, each with its reason. `doubts` is for a run that is stored and is computed again:
    what speaks against its input or policy is added there and refuses nothing.

    `rules` are the shipped formulas unless given. `Refused` with every problem of policy, graph and input names, before
    anything is priced, and with every missing value after; `UsageError` for a hold of an unknown institution. The
    number of threads changes nothing in the results, nor does `price`, which prices in the place of these threads.
    `accept` may refuse the run before anything is priced.
    """
    run = prepare(snapshot, policy, holds or {}, rules, doubts)
    if accept is not None:
        accept(run)
    priced = price_snapshot(snapshot, run.holds, threads) if price is None else price(snapshot, run.holds)
    results = run.finish(priced, recorder)
    pa.default_memory_pool().release_unused()  # storing the results makes Python objects instead
    return results


@dataclass(frozen=True)
class PreparedRun:
    """Run that was checked and can be computed."""

    snapshot: Snapshot
    policy: Policy
    holds: Mapping[str, str]
    roster: Roster
    tables: PeriodTables
    graph: Graph
    outputs: Sequence[str]
    known: Mapping[str, Sequence[str]]
    history: HistoryInputs
    carried: CarriedPools
    rules: Rules | None = None
    doubts: list[Problem] | None = None  # of a stored run; None where they refuse the run

    @property
    def period(self) -> Period:
        return self.snapshot.period

    @property
    def settles(self) -> bool:
        """True for a settlement, whose work is that of its months."""
        return self.period.kind != MONTH

    @property
    def categories(self) -> list[str]:
        """Categories of the items, and those of a settlement's months."""
        return sorted({*self.snapshot.coding.categories.values.to_pylist(), *self.history.categories}, key=str.encode)

    def finish(self, priced: PricedWork, recorder: Recorder | None = None) -> Results:
        """Evaluate the graph on priced rows and list the results."""
        work = self.history.work(self.categories) if self.settles else None
        data = self.inputs(priced, work)
        evaluation = self.evaluate(data, recorder)
        data.release()
        return self._listed(evaluation, priced, data, work)

    def evaluate(self, data: InputProvider, recorder: Recorder | None = None) -> Evaluation:
        """Evaluate the graph on a run's inputs; `Refused` for what is missing or cannot be paid."""
        try:
            evaluation = self.graph.evaluate(data, self.period, recorder)
        except Refused as refused:
            raise self._with_cause(explained(refused, self.snapshot, self.policy)) from refused
        problems = [
            *unscored_by_policy(self.policy, self.graph, data),
            *unread_money(self.policy, data, self._read_elsewhere),
            *self.unpayable(evaluation, self.policy),
            *split_problems(evaluation, self.policy, self.tables, self.outputs),
        ]
        self.object_to(problems)
        return evaluation

    def unpayable(self, evaluation: Evaluation, policy: Policy) -> list[Problem]:
        """Find pools of an evaluation, by the policy it was computed by, that pay nobody."""
        below = list(pools_below_zero(evaluation, policy))
        below = below or list(unfunded_charges(evaluation, policy, self.outputs, self.tables, self.period))
        below = below or list(overdrawn_pools(evaluation, policy, self.outputs))
        return [*given_below_zero(policy, self.tables), *below] if below else []

    def object_to(self, problems: Sequence[Problem]) -> None:
        """Raise `Refused` for problems with which the run could be computed all the same.

        Of a stored run they are doubts: it was published before there was the check that tells them.
        """
        if problems and self.doubts is None:
            raise _refused(self.period, problems)
        if self.doubts is not None:
            self.doubts.extend(problems)

    @cached_property
    def balances(self) -> OpeningBalances:
        """Opening balances of the run beside what is published."""
        return OpeningBalances(
            self.snapshot, self.tables, self.history, self.graph, self.carried.pools, weakly(self._graph_of)
        )  # fmt: skip

    def inputs(self, priced: PricedWork, work: SettledWork | None = None) -> InputProvider:
        """Provide the inputs of the graph; `work` is that of a settlement's months."""
        return InputProvider(self.tables, self.history, work or priced, self.known, self.categories, priced.rejections)

    def _graph_of(self, period: Period) -> Graph:
        """Build the graph of another run of the policy, once for all checks that look at it."""
        if period not in self._graphs:
            self._graphs[period] = _graph(self.policy, period, _categories(self.categories, self.policy), self.rules)
        return self._graphs[period]

    @cached_property
    def _graphs(self) -> dict[Period, Graph]:
        return {}

    def _with_cause(self, refused: Refused) -> Refused:
        """Name what is given below 0 before the lines that cannot share a pool for it."""
        lines = {name for name, one in self.policy.components.items() if one.calculation and one.calculation.pool}
        if not any(problem.column in lines for problem in refused.problems):
            return refused
        causes = given_below_zero(self.policy, self.tables)
        return Refused(refused.what, [*causes, *refused.problems], refused.remedy)

    def _read_elsewhere(self) -> dict[str, set[str]]:
        """Collect by table the keys that runs of other kinds or other years may read."""
        found: dict[str, set[str]] = {}
        year = Period(self.period.year_start, YEAR)
        around = [year, *(each for kind in KINDS for each in year.inner(kind) if self.period.last_day <= each.last_day)]
        kinds = {each.kind: each for each in reversed(around)}  # of each kind the first that ends no earlier
        for period in (kinds[kind] for kind in self.policy.outputs):
            graph = self._graph_of(period)
            for name, keys in graph.keys_tried(period).items():
                source = BY_NAME[name].source
                if period != self.period or not isinstance(source, RowSelection) or not source.settles_key:
                    found.setdefault(BY_NAME[name].table, set()).update(keys)
        return found

    def _listed(
        self, evaluation: Evaluation, priced: PricedWork, data: InputProvider, work: SettledWork | None
    ) -> Results:
        """List the results, the workload in a thread beside: NumPy releases the interpreter."""
        with ThreadPoolExecutor(1) as beside:
            workload = beside.submit(workload_lines, priced, self.roster)
            return self._results(evaluation, priced, data, work, workload)

    def _results(
        self,
        evaluation: Evaluation,
        priced: PricedWork,
        data: InputProvider,
        work: SettledWork | None,
        workload: Future[pa.Table],
    ) -> Results:
        policy, day = self.policy, self.period.last_day
        paid = [one for name, one in policy.components.items() if name in self.outputs]
        statements = [one for name, one in policy.statements.items() if name in self.outputs]
        known = {*policy.components, *policy.statements, *POLICY_SUMS}
        reported = [name for name in self.outputs if name not in known]
        lines = pay_lines(evaluation, paid, self.roster, day)
        below = persons_below_zero(lines)
        if below and self.policy.below_zero.get(self.period.kind, REFUSE) == REFUSE:
            self.object_to([*refusals(below, self.period)])
        figures, of_departments = reports(
            evaluation,
            reported,
            self.roster,
            summarised_figures(priced, self.roster) if work is None else settled_figures(self.history, work),
            policy.label,
        )
        told = [*lacking_inputs(evaluation, self.period), *([receivables_told(below)] if below else [])]
        told += unmet_minimums(evaluation, policy, self.outputs)
        told += unclaimed_money(evaluation, policy)
        told += split_told(evaluation, policy, self.tables, self.outputs)
        told += leave_twice(evaluation, policy, self.outputs)
        told += absent_paid(evaluation, policy, self.outputs, data)
        told += nobody_to_compare(evaluation)
        if paid:
            told += paid_nothing(evaluation, paid, self.period)
        return Results(
            meta=self._meta(priced, data, work, told),
            pay_lines=lines,
            statement_lines=statement_lines(evaluation, statements, day),
            workload=workload.result(),
            rejections=priced.rejections,
            components=components(policy, self.outputs, day),
            reports=with_rows(
                figures,
                [
                    self.carried.reports(figures),
                    adjustment_report(self.tables, policy),
                    split_report(self.tables, policy, self.outputs),
                    check_reports(evaluation, policy, self.period, data),
                    receivable_reports(lines, below),
                ],
            ),
            department_reports=of_departments,
        )

    def _meta(self, priced: PricedWork, data: InputProvider, work: SettledWork | None, told: Sequence[str]) -> Meta:
        contents: dict[str, object] = {
            "period": str(self.period),
            "holds": dict(self.holds),
            "snapshot": self.snapshot.digest,
            "policy": policy_digest(self.policy, self.period, self.graph.parameters_used),
            "formulas": formulas_digest(),
            "engine": engine_digest(),
        }
        return Meta(
            run_id=run_id(contents),
            period=self.period,
            snapshot_digest=self.snapshot.digest,
            policy_digest=str(contents["policy"]),
            formulas_digest=formulas_digest(),
            engine_digest=engine_digest(),
            holds=dict(self.holds),
            policy_code=self.policy.code,
            policy_title=self.policy.title,
            illustrative=self.policy.illustrative,
            counts={**self.snapshot.counts, **priced.counts},
            warnings=[
                *self.snapshot.warnings,
                *([] if work is None else settled_remarks(self.history, work, self.holds)),
                *settlements_before(self.snapshot, self.policy),
                *self._warnings(data),
                *self.carried.remarks(),
                *self.balances.told(),
                *other_uses_told(self.policy, self.graph, self.carried, self.history),
                *missing_months_told(self.policy, self.graph, self.tables, self.snapshot.logical.get("history", {})),
                *told,
            ],
            empty_tables=self.snapshot.absent_tables,
        )

    def _warnings(self, data: InputProvider) -> Iterator[str]:
        """Yield a warning for input that could not be used, without being wrong.

        Freeze has warned of amounts for people who are not engaged.
        """
        yield from empty_tables_told(self.snapshot, self.graph, self.policy)
        yield from members_elsewhere(self.graph, data)
        yield from parity_without_known_income(self.policy, self.graph, self.period)
        if "performance_pay_before_reward" in {one.gives for one in self.graph.order}:
            for name in undeclared(self.policy, self.outputs):
                yield say(
                    "{component} says not what it is charged to: it counts inside the performance-pay total",
                    component=self.policy.components[name].label,
                )
        yield from signs_told(self.policy, self.tables)
        yield from ignored_money(self.policy, data)
        yield from unread_names(self.policy, data, self._read_elsewhere)
        yield from unread_holders(self.policy, data)
        yield from tasks_of_others(data)
        yield from unread_longer_rows(self.snapshot, self.policy, data, self._graph_of)
        yield from without_department(self.graph, self.roster)
        for table, key in data.unpaid():
            shown = name_words(self.policy, table, key)
            yield say("{table}: no formula of this policy reads {key}", table=word(table), key=shown)
        for parameter, value in self.policy.changes(self.graph.parameters_used, self.period):
            yield say("{parameter} changes on {day}, inside the period", parameter=parameter.label, day=value.start)
        institutions = self.snapshot.coding.institutions.values.to_pylist()
        yield from unmet_keys(self.policy, institutions, self.roster.coding.engagements)


def prepare(
    snapshot: Snapshot, policy: Policy, holds: Mapping[str, str], rules: Rules | None = None,
    doubts: list[Problem] | None = None,
) -> PreparedRun:  # fmt: skip
    """Check everything that can be checked before records are priced; `doubts` as in `compute`."""
    coding, period = snapshot.coding, snapshot.period
    _held(coding, holds)
    tables = snapshot.tables()
    roster = build_roster(coding, tables["institution"], period, holds)
    history = HistoryInputs.of(snapshot, roster)
    used = [*coding.categories.values.to_pylist(), *history.categories]
    graph = _graph(policy, period, _categories(used, policy), rules)
    outputs = tuple(dict.fromkeys([*policy.formulas(period.kind)[0], *known_income_used(policy, graph)]))
    seen = PeriodTables(roster, tables)
    run = PreparedRun(
        snapshot, policy, holds, roster, seen, graph, outputs, graph.known, history,
        CarriedPools.of(snapshot.history_figures(), seen, graph, policy, holds), rules, doubts,
    )  # fmt: skip
    of_input = [
        *_format(snapshot), *_tables(run), *unknown_names(policy, run.tables.names, run.categories, tables),
        *unknown_payers(policy, graph, run.tables),
        *lacking_settlements(snapshot, policy), *_doubled(run),
        *known_income_problems(policy, graph, run.tables), *run.carried.opening_problems(), *run.balances.problems(),
        *sign_problems(policy, run.tables),
    ]  # fmt: skip
    of_graph = [*graph.check(period, doubts), *_components(policy, graph, period)]  # with these nothing can be computed
    of_policy = list(_of_policy(policy, graph, period, rules))
    if of_graph:
        raise _refused(period, of_graph if doubts is not None else [*of_input, *of_graph, *of_policy])
    run.object_to([*of_input, *of_policy])
    return run


def _refused(period: Period, problems: Sequence[Problem]) -> Refused:
    return Refused(say("run of {period} refused: {n} problem(s)", period=period, n=len(problems)), problems)


def parameters_read(policy: Policy, period: Period, *, rules: Rules | None = None) -> Sequence[str]:
    """List the parameters that the period's formulas read.

    `Refused` with everything wrong but the values that they lack.

    So a region's policy, which leaves values to the county, can be checked before any county fills it in.
    """
    return graph_without_input(policy, period, rules=rules).parameters_used


def graph_without_input(
    policy: Policy, period: Period, *, rules: Rules | None = None, checked: bool = True
) -> Graph:  # fmt: skip
    """Build the graph of a period before there is any input.

    `Refused` as by `parameters_read` if it is `checked`.
    """
    graph = _graph(policy, period, _categories(CATEGORIES, policy), rules)
    if not checked:
        return graph
    _refuse(
        policy,
        period,
        [*graph.rule_problems(period), *_components(policy, graph, period), *_of_policy(policy, graph, period, rules)],
    )
    return graph


def formulas_used(policy: Policy, period: Period) -> Sequence[Formula]:
    """List the formulas that a policy needs in a period, each after those that it uses.

    `Refused` where the graph cannot be built.
    """
    return _graph(policy, period, _categories(CATEGORIES, policy), None).order


def keys_read(policy: Policy, table: str, year: Period) -> set[str]:
    """Collect the keys of a period table that any kind of run of a year reads."""
    found: set[str] = set()
    for kind in policy.outputs:
        of_kind = year if kind == YEAR else year.inner(kind)[-1]
        tried = _graph(policy, of_kind, _categories(CATEGORIES, policy), None).keys_tried(of_kind)
        found.update(*(keys for name, keys in tried.items() if BY_NAME[name].table == table))
    return found


def _of_policy(policy: Policy, graph: Graph, period: Period, rules: Rules | None) -> Iterator[Problem]:
    """Find what of the policy contradicts itself or the graph."""
    yield from categories_called_like_words(policy)
    yield from split_rule_problems(policy, policy.formulas(period.kind)[0])
    yield from charge_problems(policy, rules or shipped_rules(), period.kind)
    yield from unknown_to_date(policy, graph, period)
    if period.kind != MONTH:
        yield from unmet_presumptions(policy, graph, rules or shipped_rules())


def _refuse(policy: Policy, period: Period, problems: Sequence[Problem]) -> None:
    if problems:
        raise Refused(
            say(
                "policy {code} cannot be used for {period}: {n} problem(s)",
                code=policy.code,
                period=period,
                n=len(problems),
            ),
            problems,
        )


def _graph(policy: Policy, period: Period, categories: Sequence[str], rules: Rules | None) -> Graph:
    """Build the graph of the formulas that the policy asks for in a kind of period."""
    outputs, choices = policy.formulas(period.kind)
    outputs = without_unknown_draws(policy, rules or shipped_rules(), outputs)
    known: dict[str, Sequence[str]] = {axis: policy.known(axis) for axis in AXES}
    known["category"] = categories
    known["component"] = list(dict.fromkeys([*known["component"], *policy.components, *policy.statements]))
    known["reason"] = REASONS
    known["month"] = [f"{month.first_day.month:02}" for month in period.months()]
    made = with_policy_formulas(rules or shipped_rules(), policy, outputs, period.last_day, choices, period.kind)
    checks = list(check_formulas(policy, period.kind))

    def listing(more: Sequence[str]) -> Graph:
        return Graph(
            Rules([*made, *checks]),
            [*outputs, *more, *POLICY_SUMS, *[one.gives for one in checks]],
            choices,
            BY_NAME,
            policy,
            known=known,
            of_lines=counted_once(policy, period.last_day),
            place=say("policy {code}, [formulas.{kind}]", code=policy.code, kind=period.kind),
            paid=[*(name for name in outputs if name in policy.components or name in policy.statements), *POLICY_SUMS],
        )

    graph = listing(())
    used = [*known_income_used(policy, graph), *figures_compared(outputs)]
    used = [name for name in used if name not in outputs]
    return listing(used) if used else graph  # what is compared with is listed


def shipped_rules() -> Rules:
    """Return the formulas of the package `formulas`."""
    import formulas

    return Rules.of_package(formulas)


def _held(coding: Coding, holds: Mapping[str, str]) -> None:
    known: list[str] = coding.institutions.values.to_pylist()
    for code in holds:
        if code not in known:
            raise UsageError(
                say("there is no institution {code} to hold", code=code),
                remedy=question(code, known),
            )


def _categories(used: Iterable[str], policy: Policy) -> list[str]:
    """List the categories of the items and those that the policy names."""
    return sorted({*used, *policy.known("category")}, key=str.encode)


def _format(snapshot: Snapshot) -> Iterator[Problem]:
    """Find out if a snapshot is of a format that keeps less than formulas may read."""
    if not snapshot.keeps_past_work:
        what = say("was frozen by an earlier payengine, without work and figures of the year's earlier periods")
        yield Problem(what, snapshot.digest[:12], remedy=say("freeze the period again: payengine month {period}",
                                                              period=snapshot.period))  # fmt: skip


def _tables(run: PreparedRun) -> Iterator[Problem]:
    """Find missing optional tables that the policy needs."""
    for name in run.policy.required_tables.get(run.period.kind, ()):
        if name not in TABLES_BY_NAME:
            yield Problem(
                say("there is no input table {table}", table=in_quotes(name)),
                say("policy {code}", code=run.policy.code),
                column="requires",
                remedy=question(name, TABLES_BY_NAME),
            )
        elif name in run.snapshot.absent_tables:
            yield Problem(
                say("policy {code} needs it, and the source does not have it", code=run.policy.code),
                name,
                remedy=say("add the table, then: payengine month {period}", period=run.period),
            )


def _doubled(run: PreparedRun) -> Iterator[Problem]:
    """Find amounts that would count twice.

    Opening balances for two periods, rows of a period and of a longer one around it.
    """
    entries = [BY_NAME[name] for name in run.graph.inputs_used]
    read = {(entry.table, entry.source.window) for entry in entries if isinstance(entry.source, RowSelection)}
    if any(table == BALANCES for table, _ in read):
        for key in run.tables.balances_twice():
            what = say("stands for two periods of the year; {period} reads both", period=run.period)
            yield Problem(what, BALANCES, column=" ".join(part for part in key if part))
    for table in sorted(table for table, window in read if window is Window.WITHIN):
        for key, shorter, longer in run.tables.twice_within(table):
            what = say("has rows of {shorter} and of {longer} around it, which would count twice",
                       shorter=shorter, longer=longer)  # fmt: skip
            yield Problem(what, table, column=" ".join(part for part in key if part))


def _components(policy: Policy, graph: Graph, period: Period) -> Iterator[Problem]:
    """Check that every output is reported, or paid with a class and a source."""
    place, day = say("policy {code}", code=policy.code), period.last_day
    computed = {formula.gives: formula for formula in graph.order}
    for name in policy.formulas(period.kind)[0]:
        formula = computed.get(name)
        if formula is None or name in POLICY_SUMS:
            continue
        part: Component | None = policy.components.get(name) or policy.statements.get(name)
        marked = formula.component if name in policy.components else formula.statement
        if part is None and (formula.component or formula.statement):
            remedy = say("add [components.{name}] or [statements.{name}]", name=name)
            yield Problem(say("it is paid, but the policy does not say by whom"), place, column=name, remedy=remedy)
        elif part is None and formula.unrounded:
            remedy = say('list a figure that is rounded: leave round out, or write round = "2" for fen')
            yield Problem(say("it is passed on unrounded, so it is no output"), place, column=name, remedy=remedy)
        elif part is None and not formula.report:
            yield Problem(say("it is neither paid nor reported, so it is no output"), place, column=name)
        elif part is not None and not marked:
            what = say("the formula {formula} does not give what it is listed as", formula=formula.name)
            remedy = say("a component is paid to persons, a statement to institutions")
            yield Problem(what, place, column=name, remedy=remedy)
        elif part is not None and part.on(day) is None:
            remedy = say("give it one that is in force on that day")
            yield Problem(say("it has no class and no source of funding"), place, column=name, on=day, remedy=remedy)
