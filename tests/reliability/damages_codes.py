"""Damages of codes and names: lost zeros, cut digits, widths, invisible characters."""

from __future__ import annotations

from tests.reliability.damage import REFUSED, TOLD, Office, damage


@damage("zeros_lost", TOLD)
def zeros_lost_in_records(office: Office) -> tuple[str, ...]:
    _, row = office.change("service_record", "staff", lambda code: code.lstrip("0"))
    return ("service_record", f"did you mean {row['staff']}?")


@damage("zeros_lost", REFUSED)
def zeros_lost_in_engagements(office: Office) -> tuple[str, ...]:
    place, row = office.change("engagement", "staff", lambda code: code.lstrip("0"))
    return ("engagement.csv", f"row {place}", "staff", f"did you mean {row['staff']}?")


@damage("zeros_lost", REFUSED)
def zeros_lost_in_given_pay(office: Office) -> tuple[str, ...]:
    place, row = office.change("pay_component", "staff", lambda code: code.lstrip("0"))
    return ("pay_component.csv", f"row {place}", "staff", f"did you mean {row['staff']}?")


@damage("codes_cut", REFUSED)
def patients_cut_to_fifteen_digits(office: Office) -> tuple[str, ...]:
    office.change_all("service_record", "patient", lambda code: code[:15] + "000")
    return ("service_record.csv", "patient", "zeros")


@damage("codes_cut", REFUSED)
def patient_as_a_power_of_ten(office: Office) -> tuple[str, ...]:
    place, _ = office.change("service_record", "patient", lambda code: "3.30100E+17")
    return ("service_record.csv", f"row {place}", "patient")


@damage("codes_unknown", TOLD)
def item_in_small_letters(office: Office) -> tuple[str, ...]:
    _, row = office.change("service_record", "item", str.lower)
    return ("service_record", f"did you mean {row['item']}?")


@damage("codes_unknown", TOLD)
def person_in_full_width(office: Office) -> tuple[str, ...]:
    full = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}
    _, row = office.change("service_record", "staff", lambda code: code.translate(full))
    return ("service_record", f"did you mean {row['staff']}?")


@damage("codes_unknown", TOLD)
def institution_unknown_in_records(office: Office) -> tuple[str, ...]:
    _, row = office.change("service_record", "institution", lambda code: "X9")
    return (row["record_id"], "X9", "unknown_institution")


@damage("codes_unknown", TOLD)
def person_unknown_in_records(office: Office) -> tuple[str, ...]:
    _, row = office.change("service_record", "staff", lambda code: "ZHANG")
    return (row["record_id"], "ZHANG", "unknown_staff")


@damage("codes_unknown", TOLD)
def item_unknown_in_records(office: Office) -> tuple[str, ...]:
    _, row = office.change("service_record", "item", lambda code: "Q99")
    return (row["record_id"], "unknown_item")


@damage("codes_unknown", REFUSED)
def institution_unknown_in_engagements(office: Office) -> tuple[str, ...]:
    place, _ = office.change("engagement", "institution", lambda code: "X9")
    return ("engagement.csv", f"row {place}", "institution")


@damage("codes_unknown", REFUSED)
def person_unknown_in_a_team(office: Office) -> tuple[str, ...]:
    place, _ = office.change("team_member", "staff", lambda code: "998")
    return ("team_member.csv", f"row {place}", "staff")


@damage("codes_unknown", REFUSED)
def kind_unknown(office: Office) -> tuple[str, ...]:
    office.change("institution", "kind", lambda code: "township_centre")
    return ("institution", "kind", "township_centre")


@damage("invisible_characters", REFUSED)
def blank_behind_a_code(office: Office) -> tuple[str, ...]:
    place, _ = office.change("service_record", "staff", lambda code: code + " ")
    return ("service_record.csv", f"row {place}", "staff")


@damage("invisible_characters", REFUSED)
def soft_hyphen_in_a_code(office: Office) -> tuple[str, ...]:
    """Written with a mark (BOM).

    Without one its bytes could be GB18030 as well, and the whole file is refused.
    """
    place, _ = office.change("service_record", "staff", lambda code: code[0] + "\u00ad" + code[1:])
    office.put("service_record", "\ufeff" + office.file("service_record").read_text(encoding="utf-8"))
    return ("service_record.csv", f"row {place}", "staff", "U+00AD")


@damage("invisible_characters", REFUSED)
def escape_sequence_in_a_name(office: Office) -> tuple[str, ...]:
    place, _ = office.change("staff", "name", lambda name: name + "\u001b[2J红")
    return ("staff.csv", f"row {place}", "name", "U+001B")


@damage("invisible_characters", REFUSED)
def bidirectional_override_in_a_name(office: Office) -> tuple[str, ...]:
    place, _ = office.change("institution", "name", lambda name: name[:1] + "\u202e" + name[1:])
    return ("institution.csv", f"row {place}", "name", "U+202E")


@damage("invisible_characters", REFUSED)
def zero_width_space_in_a_patient(office: Office) -> tuple[str, ...]:
    place, _ = office.change("service_record", "patient", lambda code: code[:4] + "\u200b" + code[4:])
    return ("service_record.csv", f"row {place}", "patient")


@damage("invisible_characters", REFUSED)
def line_end_in_a_code(office: Office) -> tuple[str, ...]:
    place, _ = office.change("pay_component", "component", lambda code: code[:4] + "\n" + code[4:])
    return ("pay_component.csv", f"row {place}", "component", "U+000A")


@damage("labels", REFUSED)
def label_for_a_component(office: Office) -> tuple[str, ...]:
    office.change("pay_component", "component", lambda code: "岗位工资", component="post_pay")
    return ("pay_component", "岗位工资", "post_pay")


@damage("labels", REFUSED)
def label_for_an_indicator(office: Office) -> tuple[str, ...]:
    office.change("appraisal", "indicator", lambda code: "工作量")
    return ("appraisal", "workload")
