"""Layers of a policy: a later one replaces a value or adds one.

An institution sets only what is delegated to it, and approvals stay required.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payengine.errors import Refused
from payengine.policy import list_policies, load_policy
from tests.support.policy_files import OPEN, head, load, price, refusal

MARCH, APRIL = date(2025, 3, 1), date(2025, 4, 1)


def values(*entries: str) -> str:
    """Write values that a later layer gives for the parameter `price`."""
    return "[parameters.price]\nvalues = [\n" + "".join(f"  {{ {entry} }},\n" for entry in entries) + "]\n"


NATION = head("nation", more='level = "national"') + price(f'from = 2024-01-01, value = "1", {OPEN}')


def test_a_later_layer_replaces_a_value_where_it_covers_it(tmp_path: Path) -> None:
    county = head("county", "nation") + values(
        'from = 2025-01-01, until = 2025-04-01, value = "2", source = "county 1"',
        f'from = 2025-01-01, value = "3", where = {{ kind = "cdc" }}, {OPEN}',
    )
    policy = load(tmp_path, "county", {"nation": NATION, "county": county})
    found = [policy.value("price", day) for day in (date(2024, 12, 1), MARCH, APRIL)]
    assert found == [10000, 20000, 10000]
    assert policy.value("price", APRIL, kind="cdc") == 30000
    assert [layer.code for layer in policy.layers] == ["nation", "county"]
    assert policy.parameters["price"].label == "单价"


def test_a_later_layer_can_replace_all_values(tmp_path: Path) -> None:
    entry = 'from = 2025-01-01, until = 2025-04-01, value = "2", source = "county 1"'
    county = head("county", "nation") + values(entry) + "replaces = true\n"
    policy = load(tmp_path, "county", {"nation": NATION, "county": county})
    assert [policy.value("price", day) for day in (date(2024, 12, 1), MARCH, APRIL)] == [None, 20000, None]


def test_layers_below_several_are_read_once(tmp_path: Path) -> None:
    files = {"nation": NATION, "a": head("a", "nation"), "b": head("b", "nation"), "county": head("county", "a", "b")}
    assert [layer.code for layer in load(tmp_path, "county", files).layers] == ["nation", "a", "b", "county"]


def test_earlier_folders_come_first(tmp_path: Path) -> None:
    for folder, value in (("own", "2"), ("shipped", "1")):
        (tmp_path / folder).mkdir()
        text = head("p") + price(f'from = 2024-01-01, value = "{value}", {OPEN}')
        (tmp_path / folder / "p.toml").write_text(text, encoding="utf-8")
    folders = [tmp_path / "own", tmp_path / "shipped", tmp_path / "nowhere"]
    assert load_policy("p", folders).value("price", MARCH) == 20000
    assert [(file.code, Path(file.place).parent.name) for file in list_policies(folders)] == [("p", "own")]


def test_an_unknown_policy_is_refused_with_the_nearest(tmp_path: Path) -> None:
    assert "there is no policy 'natoin' (did you mean nation?); there are: nation" in refusal(
        tmp_path, "natoin", {"nation": NATION}
    )
    report = refusal(tmp_path, "county", {"nation": NATION, "county": head("county", "natin")})
    assert any("there is no policy 'natin' (did you mean nation?)" in line for line in report)


def test_a_cycle_is_printed_as_a_path(tmp_path: Path) -> None:
    files = {"a": head("a", "b"), "b": head("b", "c"), "c": head("c", "a")}
    assert any("extends itself: a -> b -> c -> a" in line for line in refusal(tmp_path, "a", files))
    report = refusal(tmp_path, "demo", {"demo": head("demo", "demo")})
    assert any("extends itself: demo -> demo; give the county's file a name of its own" in line for line in report)


def test_a_region_does_not_extend_a_county(tmp_path: Path) -> None:
    files = {"c": head("c", more='level = "county"'), "r": head("r", "c", more='level = "region"')}
    assert any("a region layer cannot extend the county layer c" in line for line in refusal(tmp_path, "r", files))


def test_what_an_earlier_layer_asks_for_stays(tmp_path: Path) -> None:
    more = 'required = true\napprovals = ["health", "finance"]\nminimum = "1"\nmaximum = "9"'
    looser = 'unit = "ratio"\nrequired = false\napprovals = ["health"]\nminimum = "0"\nmaximum = "10"\n'
    nation, county = head("nation") + price(more=more), head("county", "nation") + "[parameters.price]\n" + looser
    report = "\n".join(refusal(tmp_path, "county", {"nation": nation, "county": county}))
    for line in (
        "unit  price  an earlier layer says 'yuan'",
        "required  price  an earlier layer requires it",
        "approvals  price  an earlier layer asks for the finance office too",
        "minimum  price  an earlier layer sets a higher one",
        "maximum  price  an earlier layer sets a lower one",
    ):
        assert line in report


def test_a_parameter_that_no_layer_declares_is_refused(tmp_path: Path) -> None:
    county = head("county", "nation") + values(f'from = 2025-01-01, value = "2", {OPEN}').replace("price", "pricee")
    report = refusal(tmp_path, "county", {"nation": NATION, "county": county})
    assert "pricee  is declared by no layer (did you mean price?); a new parameter needs a label and a unit" in report


APPROVED = price(
    'from = 2024-01-01, until = 2025-01-01, value = "9.50", source = "s", cause = "CAUSE", approvals = [BOTH]',
    f'from = 2025-01-01, value = "9.80", {OPEN}, cause = "NEXT", approvals = [BOTH]',
    more='approvals = ["health", "finance"]',
)
BOTH = ", ".join(f'{{ body = "{body}", document = "1 号", date = 2024-01-05 }}' for body in ("health", "finance"))


def approved(first: str = "first_setting", following: str = "price_adjustment", both: str = BOTH) -> dict[str, str]:
    return {"p": head("p") + APPROVED.replace("CAUSE", first).replace("NEXT", following).replace("BOTH", both)}


def test_a_price_carries_its_approvals(tmp_path: Path) -> None:
    values = load(tmp_path, "p", approved()).parameters["price"].values
    assert [[approval.body for approval in value.approvals] for value in values] == [["health", "finance"]] * 2


def test_a_price_without_approval_is_refused_the_first_value_too(tmp_path: Path) -> None:
    health = '{ body = "health", document = "1 号", date = 2024-01-05 }'
    report = refusal(tmp_path, "p", approved(both=health))
    for day, value in (("2024-01-01", "9.50"), ("2025-01-01", "9.80")):
        line = f"price  {day}  the value {value} has no approval of the finance office; record it: approvals = "
        assert any(found.startswith(line) for found in report)
    none = head("p") + price(f'from = 2024-01-01, value = "9.50", {OPEN}', more='approvals = ["health", "finance"]')
    report = refusal(tmp_path, "p", {"p": none})
    assert any("the value 9.50 has no approval of the health office, the finance office" in line for line in report)
    line = "the missing cause is not one of major_project, price_adjustment, first_setting"
    assert any(line in found for found in report)


def test_a_price_changes_only_for_a_cause_that_is_allowed(tmp_path: Path) -> None:
    report = refusal(tmp_path, "p", approved(following="first_setting"))
    line = "price  2025-01-01  the cause 'first_setting' is not one of major_project, price_adjustment"
    assert any(found.startswith(line) for found in report)
    report = refusal(tmp_path, "p", approved(first="price_adjustmnt"))
    assert any("(did you mean price_adjustment?)" in line for line in report)


def test_an_approval_is_complete(tmp_path: Path) -> None:
    report = refusal(tmp_path, "p", approved(both='{ body = "health", documnt = "1" }'))
    assert any("approvals  price  2024-01-01  document is missing" in line for line in report)
    assert any("unknown key 'documnt' (did you mean document?)" in line for line in report)
    assert any("approvals  price  2024-01-01  date is missing" in line for line in report)


TO_INSTITUTIONS = 'delegated_to = ["institution"]\nmaximum = "5"'
DELEGATED = head("county") + price(f'from = 2024-01-01, value = "4.20", {OPEN}', more=TO_INSTITUTIONS)


def own(*entries: str, rest: str = "") -> str:
    return '[policy]\ntitle = "own"\n' + rest + values(*entries)


def test_an_institution_sets_what_is_delegated_to_it(tmp_path: Path) -> None:
    entry = 'from = 2025-01-01, until = 2025-04-01, value = "4.5", source = "s"'
    policy = load(tmp_path, "county", {"county": DELEGATED, "institutions/I07": own(entry)})
    found = [policy.value("price", day, institution="I07") for day in (date(2024, 12, 1), MARCH, APRIL)]
    assert found == [42000, 45000, 42000]
    assert policy.value("price", MARCH, institution="I08") == 42000
    assert policy.layers[-1].institution == "I07"
    assert policy.named("institution") == {"I07"}


def test_an_institution_sets_nothing_else(tmp_path: Path) -> None:
    county = head("county") + price(f'from = 2024-01-01, value = "4.20", {OPEN}')
    files = {"county": county, "institutions/I07": own(f'from = 2025-01-01, value = "4.5", {OPEN}')}
    line = "price  is not delegated to institutions; the county may delegate it"
    assert any(line in found for found in refusal(tmp_path, "county", files))
    report = refusal(tmp_path, "county", {
        "county": DELEGATED,
        "institutions/I07": own(
            f'from = 2025-01-01, value = "5.01", {OPEN}',
            rest='[formulas.month]\npay = "x"\n[components.x]\nlabel = "x"\n[parameters.prices]\nlabel = "x"\n',
        ),
    })  # fmt: skip
    text = "\n".join(report)
    assert "formulas  an institution sets only the [parameters] that are delegated to it" in text
    assert "components  an institution sets only" in text
    assert "label  prices  an institution gives values only" in text
    assert "prices  there is no such parameter (did you mean price?)" in text
    assert "value  price  2025-01-01  5.01 is above the most allowed, 5" in text


def test_an_institution_speaks_for_itself_only(tmp_path: Path) -> None:
    other = {'institution = "I08"': "is not 'I07', whose layer this is", 'kind = "cdc"': "an institution has one kind"}
    for where, line in other.items():
        entry = f'from = 2025-01-01, value = "4.5", where = {{ {where} }}, {OPEN}'
        files = {"county": DELEGATED, "institutions/I07": own(entry)}
        assert any(line in found for found in refusal(tmp_path, "county", files))


ENDING = head("region") + price(
    'from = 2024-01-01, until = 2026-01-01, value = "0.6", source = "plan 22"',
    'from = 2024-01-01, until = 2026-01-01, value = "0.7", where = { kind = "cdc" }, source = "plan 22"',
)


def continued(more: str = "", parameters: str = '"price"') -> str:
    record = 'from = 2026-01-01\ndocument = "县卫健〔2025〕88 号"\ndate = 2025-12-20\n'
    return head("county", "region") + f"[[continuation]]\nparameters = [{parameters}]\n{record}{more}\n"


def test_a_value_goes_on_by_a_recorded_continuation(tmp_path: Path) -> None:
    policy = load(tmp_path, "county", {"region": ENDING, "county": continued("until = 2027-01-01")})
    assert policy.value("price", date(2026, 12, 31)) == 6000
    assert policy.value("price", date(2026, 12, 31), kind="cdc") == 7000
    assert policy.value("price", date(2027, 1, 1)) is None
    going_on = policy.parameters["price"].find(date(2026, 5, 1), {})
    assert going_on is not None
    assert going_on.continued is not None
    assert going_on.continued.document == "县卫健〔2025〕88 号"
    assert (going_on.source, going_on.layer) == ("plan 22", "county")


def test_a_continuation_may_have_no_end_and_may_name_what_goes_on(tmp_path: Path) -> None:
    policy = load(tmp_path, "county", {"region": ENDING, "county": continued('where = { kind = "cdc" }')})
    assert policy.value("price", date(2099, 1, 1), kind="cdc") == 7000
    assert policy.value("price", date(2026, 1, 1)) is None


def test_what_ends_and_is_not_continued_has_no_value(tmp_path: Path) -> None:
    policy = load(tmp_path, "region", {"region": ENDING})
    assert policy.value("price", date(2026, 1, 1)) is None


def test_a_continuation_that_continues_nothing_is_refused(tmp_path: Path) -> None:
    wrong = continued().replace("from = 2026-01-01", "from = 2026-02-01")
    report = refusal(tmp_path, "county", {"region": ENDING, "county": wrong})
    assert any("no value of price ends on 2026-02-01 (they end on 2026-01-01)" in line for line in report)
    report = refusal(tmp_path, "county", {"region": ENDING, "county": continued(parameters='"prise"')})
    assert any("there is no parameter 'prise' (did you mean price?)" in line for line in report)
    own_value = continued("until = 2027-01-01") + values(f'from = 2026-05-01, value = "0.8", {OPEN}')
    report = refusal(tmp_path, "county", {"region": ENDING, "county": own_value})
    assert any("price has a value of its own from 2026-05-01" in line for line in report)


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    files = {
        "region": head("region") + price('from = 2024-01-15, until = 2026-01-01, value = 0.6, source = "plan"'),
        "county": head("county", "region") + '[parameter.price]\nvalues = []\n[names.indicators]\na = ""\n',
        "institutions/I1": "[policy\n",
    }
    with pytest.raises(Refused) as refused:
        load(tmp_path, "county", files)
    assert refused.value.exit_code == 3
    text = refused.value.report()
    assert refused.value.what == f"policy county refused: {len(refused.value.problems)} problem(s)"
    for part in (
        "region.toml: 2 problem(s)", "0.6 is a float", "2024-01-15 is not the first of a month", "county.toml",
        "unknown key 'parameter' (did you mean parameters?)", "'indicators' is not one of", "(did you mean indicator?)",
        "I1.toml", "the name of a table is not closed",
    ):  # fmt: skip
        assert part in text, text


def test_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_bytes('[policy]\ntitle = "县"\n'.encode("gb18030"))
    with pytest.raises(Refused, match="line 2 is not UTF-8 text; the file looks like GB18030"):
        load_policy("p", [tmp_path])


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(head("p"), encoding="utf-8-sig")
    assert load_policy("p", [tmp_path]).code == "p"


def test_the_head_is_complete(tmp_path: Path) -> None:
    report = "\n".join(refusal(tmp_path, "p", {"p": '[policy]\ncode = "q"\nlevel = "shire"\nextend = ["x"]\n'}))
    for line in (
        "policy.code  the code is not the file's name 'p'", "policy  title is missing", "'shire' is not one of",
        "unknown key 'extend' (did you mean extends?)",
    ):  # fmt: skip
        assert line in report
    assert "the table [policy] is missing" in "\n".join(refusal(tmp_path, "p", {"p": ""}))
