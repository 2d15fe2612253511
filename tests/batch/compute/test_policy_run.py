"""A run under a county's own policy: its layers reach the pay lines.

Values that the layers lack are reported by name.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import formulas
from batch.compute.compute import compute
from batch.results import Results
from batch.snapshot.snapshot import Snapshot
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import Policy, load_policy
from tests.counties import county
from tests.counties.files import write_sqlite
from tests.support import product
from tests.support.policy_files import OPEN, head

MAY = Period.parse("2026-05")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("county")
    tables = {name: rows for name, rows in county(11, "2026-05", 300).tables.items() if name != "comparator"}
    write_sqlite(tables, folder / "his.sqlite")
    return product.workspace(folder, "url = 'sqlite:///his.sqlite'").freeze(MAY)


def own(folder: Path, text: str, extends: str = "demo", **institutions: str) -> Policy:
    """A county's layer over a shipped policy, with layers of institutions."""
    (folder / "institutions").mkdir(exist_ok=True)
    (folder / "own.toml").write_text(head("own", extends) + text, encoding="utf-8")
    for code, values in institutions.items():
        layer = f'[policy]\ntitle = "x"\n[parameters.staff_point_price]\nvalues = [{{ {values} }}]\n'
        (folder / "institutions" / f"{code}.toml").write_text(layer, encoding="utf-8")
    return load_policy("own", [folder, formulas.POLICIES], folder / "institutions")


def paid(results: Results) -> Counter[tuple[str, str]]:
    """(institution, funding) -> fen of workload pay."""
    found: Counter[tuple[str, str]] = Counter()
    for (institution, _, _, component, funding), fen in product.pay_lines(results).items():
        if component == "workload_pay":
            found[institution, funding] += fen
    return found


def test_an_institution_pays_its_own_price_and_nobody_else_does(snapshot: Snapshot, tmp_path: Path) -> None:
    before = paid(compute(snapshot, own(tmp_path, "")))
    code = before.most_common(1)[0][0][0]
    price = f'from = 2026-05-01, value = "8.40", {OPEN}'
    after = paid(compute(snapshot, own(tmp_path, "", **{code: price})))
    for key, fen in before.items():
        if key[0] == code:
            assert fen < after[key] <= 2 * fen + 1000  # twice the price; each line is rounded by itself
        else:
            assert after[key] == fen


def test_two_sources_pay_one_component_to_the_fen(snapshot: Snapshot, tmp_path: Path) -> None:
    text = (
        '[components.workload_pay]\nclass = "variable"\n'
        'funding = [{ source = "fiscal", share = "0.3333" }, { source = "service_income", share = "0.6667" }]\n'
    )
    one, two = compute(snapshot, own(tmp_path, "")), compute(snapshot, own(tmp_path, text))
    single, double = paid(one), paid(two)
    assert {funding for _, funding in double} == {"fiscal", "service_income"}
    for institution in {key[0] for key in single}:
        assert single[institution, "service_income"] == sum(
            double[institution, name] for name in ("fiscal", "service_income")
        )
    assert product.statement_lines(one) == product.statement_lines(two)


def test_a_value_of_next_year_leaves_the_run_the_same(snapshot: Snapshot, tmp_path: Path) -> None:
    later = f'[parameters.staff_point_price]\nvalues = [{{ from = 2027-01-01, value = "5", {OPEN} }}]\n'
    now = f'[parameters.staff_point_price]\nvalues = [{{ from = 2026-05-01, value = "5", {OPEN} }}]\n'
    run = compute(snapshot, own(tmp_path, "")).meta.run_id
    assert compute(snapshot, own(tmp_path, later)).meta.run_id == run
    assert compute(snapshot, own(tmp_path, now)).meta.run_id != run


def test_prices_may_differ_by_category(snapshot: Snapshot, tmp_path: Path) -> None:
    """Only what the keyed price concerns changes."""
    approved = ", ".join(f'{{ body = "{body}", document = "1", date = 2026-04-05 }}' for body in ("health", "finance"))
    text = (
        '[[parameters.purchase_unit_price.values]]\nfrom = 2026-05-01\ncontinues = "x"\nsource = "s"\nvalue = "0"\n'
        f'cause = "first_setting"\napprovals = [{approved}]\nwhere = {{ category = "CATEGORY" }}\n'
    )
    whole = product.statement_lines(compute(snapshot, own(tmp_path, "")))
    results = compute(snapshot, own(tmp_path, text.replace("CATEGORY", "public_health")))
    points = Counter[str]()
    for (institution, _, _, category), (_, micro) in product.workload(results).items():
        points[institution] += micro if category == "public_health" else 0
    less = product.statement_lines(results)
    for key in (key for key in whole if key[1] == "service_purchase"):
        assert (less.get(key, 0) < whole[key]) == (points[key[0]] > 0)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[requires]\nmonth = ["apraisal"]\n', "there is no input table 'apraisal'; Did you mean appraisal?"),
        ('[requires]\nmonth = ["comparator"]\n', "policy own needs it"),
        ('[formulas.month]\nworkload_pay = "by_point_vale"\n', "(did you mean by_point_value?)"),
        ('[formulas.month]\noutputs = ["unit_cots"]\n', "(did you mean unit_cost?)"),
    ],
)
def test_what_a_policy_lacks_is_told_by_name(snapshot: Snapshot, tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(Refused) as refused:
        compute(snapshot, own(tmp_path, text))
    assert line in refused.value.report()


def test_a_required_value_that_nobody_gives_stops_the_run(snapshot: Snapshot, tmp_path: Path) -> None:
    text = "[parameters.staff_point_price]\nreplaces = true\nvalues = []\n"
    with pytest.raises(Refused) as refused:
        compute(snapshot, own(tmp_path, text))
    report = refused.value.report()
    assert "staff_point_price  2026-05-01  no value for 当量绩效单价（发给个人）" in report
    assert "no document prints it: the county must supply it" in report


def test_values_for_an_institution_that_is_not_there_are_told(snapshot: Snapshot, tmp_path: Path) -> None:
    policy = own(tmp_path, "", NOWHERE=f'from = 2026-05-01, value = "5", {OPEN}')
    assert any("NOWHERE" in warning for warning in compute(snapshot, policy).meta.warnings)


def test_names_that_the_policy_does_not_know_are_refused_unless_ignored(snapshot: Snapshot, tmp_path: Path) -> None:
    text = head("own", "national") + (
        '[formulas.month]\noutputs = ["purchased_points"]\n'
        '[ignored]\nindicator = ["workload", "quality", "ethics", "satisfaction"]\n'
    )
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        compute(snapshot, load_policy("own", [tmp_path, formulas.POLICIES]))
    report = refused.value.report()
    assert "'epidemic_response' is no directed task of policy own" in report
    assert "'workload' is not" not in report
