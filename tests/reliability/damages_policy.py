"""Damages of the policy and of the settings: typing errors, blanks, gaps, wrong values."""

from __future__ import annotations

from tests.reliability.damage import REFUSED, NoEffect, Office, damage

PRICE = "staff_point_price"
VALUE = '{ from = 2020-01-01, continues = "until the county sets another", value = "4.20", source = "illustrative" }'


def price(office: Office, *values: str) -> None:
    office.replace(office.policy, VALUE, ", ".join(values))


@damage("policy_names", REFUSED)
def parameter_misspelt(office: Office) -> tuple[str, ...]:
    office.replace(office.policy, f"parameters.{PRICE}", "parameters.staf_point_price")
    return ("staf_point_price", PRICE)


@damage("policy_names", REFUSED)
def line_misspelt(office: Office) -> tuple[str, ...]:
    office.replace(office.policy, '"case_addition"', '"case_adition"')
    return ("case_adition", "case_addition")


@damage("policy_names", REFUSED)
def key_misspelt(office: Office) -> tuple[str, ...]:
    office.replace(office.policy, "replaces = true", "replace = true")
    return ("county.toml", "replace")


@damage("policy_names", REFUSED)
def layer_misspelt(office: Office) -> tuple[str, ...]:
    office.replace(office.policy, 'extends = ["demo', 'extends = ["demi')
    return ("county.toml", "demi")


@damage("policy_names", REFUSED)
def word_of_a_sign_misspelt(office: Office) -> tuple[str, ...]:
    office.replace(office.policy, "refuse_positive", "refuse_postive")
    return ("county.toml", "refuse_postive")


@damage("policy_names", REFUSED)
def settings_name_another_policy(office: Office) -> tuple[str, ...]:
    office.replace(office.settings, 'policy = "county"', 'policy = "countty"')
    return ("countty",)


@damage("policy_values", REFUSED)
def value_that_is_no_number(office: Office) -> tuple[str, ...]:
    price(office, VALUE.replace("4.20", "4,20 元"))
    return ("county.toml", PRICE)


@damage("policy_values", REFUSED)
def value_left_blank(office: Office) -> tuple[str, ...]:
    price(office, VALUE.replace("4.20", ""))
    return (PRICE,)


@damage("policy_values", REFUSED)
def value_without_its_source(office: Office) -> tuple[str, ...]:
    price(office, VALUE.replace(', source = "illustrative"', ""))
    return ("county.toml", PRICE, "source")


@damage("policy_values", REFUSED)
def value_that_has_ended(office: Office) -> tuple[str, ...]:
    if "demo-point-value" in office.policy.read_text(encoding="utf-8"):
        raise NoEffect("a county that is paid from a pool needs no price")
    ended = VALUE.replace('continues = "until the county sets another"', "until = 2026-10-01")
    price(office, ended)
    return (PRICE, "2026-10-01")


@damage("policy_values", REFUSED)
def value_changed_inside_a_month(office: Office) -> tuple[str, ...]:
    until = VALUE.replace('continues = "until the county sets another"', "until = 2026-10-16")
    price(office, until, VALUE.replace("2020-01-01", "2026-10-16"))
    return ("county.toml", PRICE, "2026-10-16")


@damage("policy_values", REFUSED)
def two_values_on_one_day(office: Office) -> tuple[str, ...]:
    price(office, VALUE, VALUE.replace("4.20", "5.00"))
    return ("county.toml", PRICE)


@damage("policy_form", REFUSED)
def full_width_quotes(office: Office) -> tuple[str, ...]:
    office.replace(office.policy, '"4.20"', "“4.20”")
    return ("county.toml", "line")


@damage("policy_form", REFUSED)
def policy_in_gb18030(office: Office) -> tuple[str, ...]:
    text = office.policy.read_text(encoding="utf-8")
    office.policy.write_bytes(text.encode("gb18030"))
    return ("county.toml",)


@damage("policy_form", REFUSED)
def bracket_not_closed(office: Office) -> tuple[str, ...]:
    office.replace(office.policy, "[formulas.month]", "[formulas.month")
    return ("county.toml", "line")


@damage("policy_form", REFUSED)
def table_twice(office: Office) -> tuple[str, ...]:
    text = office.policy.read_text(encoding="utf-8")
    office.policy.write_text(text + "[formulas.month]\n", encoding="utf-8", newline="\n")
    return ("county.toml", "line")


@damage("settings", REFUSED)
def setting_misspelt(office: Office) -> tuple[str, ...]:
    office.replace(office.settings, 'folder = "input"', 'foldr = "input"')
    return ("payengine.toml", "foldr")


@damage("settings", REFUSED)
def setting_of_no_meaning(office: Office) -> tuple[str, ...]:
    office.replace(office.settings, '"as given"', '"as-given"')
    return ("payengine.toml", "patient")


@damage("settings", REFUSED, code=6)
def folder_that_is_not_there(office: Office) -> tuple[str, ...]:
    office.replace(office.settings, 'folder = "input"', 'folder = "inputs"')
    return ("inputs",)


@damage("settings", REFUSED)
def table_that_may_be_empty_misspelt(office: Office) -> tuple[str, ...]:
    text = office.settings.read_text(encoding="utf-8")
    office.settings.write_text('allow_empty = ["pay_components"]\n' + text, encoding="utf-8", newline="\n")
    return ("payengine.toml", "pay_components")
