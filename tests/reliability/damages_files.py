"""Damages of the input files' form: line ends, quotes, encodings, cut and misnamed files."""

from __future__ import annotations

import re

from tests.reliability.damage import REFUSED, SAME, TOLD, Office, damage

TABLES = ("service_record", "pay_component", "engagement", "staff", "appraisal")


def any_table(office: Office) -> str:
    return office.rng.choice(TABLES)


@damage("line_ends", SAME)
def line_ends_lf(office: Office) -> tuple[str, ...]:
    for table in office.tables:
        office.put(table, office.text(table).replace("\r\n", "\n"))
    return ()


@damage("line_ends", SAME)
def line_ends_cr(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    office.put(table, office.text(table).replace("\r\n", "\r"))
    return ()


@damage("line_ends", SAME)
def line_ends_mixed(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    office.put(table, re.sub("\r\n", lambda _: office.rng.choice(("\r", "\n", "\r\n")), office.text(table)))
    return ()


@damage("line_ends", SAME)
def header_ends_in_cr(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    header, rows = office.text(table).split("\r\n", 1)
    office.put(table, header + "\r" + rows.replace("\r\n", "\n"))
    return ()


@damage("quotes", SAME)
def everything_quoted(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    office.write(table, office.rows(table), quoting=1)
    return ()


@damage("quotes", SAME)
def quote_in_an_unread_column(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    header, *rows = office.text(table).removesuffix("\r\n").split("\r\n")
    office.put(table, "\r\n".join([header + ',no"te', *(row + ",x" for row in rows)]) + "\r\n")
    return ()


@damage("quotes", REFUSED)
def quote_never_closed(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    lines = office.text(table).split("\r\n")
    lines[1] = '"' + lines[1]
    office.put(table, "\r\n".join(lines))
    return (f"{table}.csv", "2")


@damage("quotes", REFUSED)
def text_after_a_closing_quote(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    lines = office.text(table).split("\r\n")
    first, rest = lines[1].split(",", 1)
    lines[1] = f'"{first}"x,{rest}'
    office.put(table, "\r\n".join(lines))
    return (f"{table}.csv", "2")


@damage("encodings", SAME)
def mark_at_the_beginning(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    office.put(table, "\ufeff" + office.text(table))
    return ()


@damage("encodings", REFUSED)
def mark_before_the_first_value(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    office.put(table, office.text(table).replace("\r\n", "\r\n\ufeff", 1))
    return (f"{table}.csv", "row 2", "blanks before")


@damage("encodings", SAME)
def all_in_gb18030(office: Office) -> tuple[str, ...]:
    for table in office.tables:
        office.put(table, office.text(table).encode("gb18030"))
    office.replace(office.settings, 'folder = "input"', 'folder = "input"\nencoding = "gb18030"')
    return ()


@damage("encodings", REFUSED)
def in_utf_16(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    office.put(table, office.text(table).encode("utf-16"))
    return (f"{table}.csv", "UTF-16")


@damage("encodings", REFUSED)
def in_big5(office: Office) -> tuple[str, ...]:
    office.change_all("staff", "name", lambda name: "陳國華" if name == "王䶮" else "張學義")
    office.put("staff", office.text("staff").encode("big5"))
    return ("staff.csv", "Big5")


@damage("encodings", REFUSED)
def byte_of_no_encoding(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    office.put(table, office.text(table).encode().replace(b"\r\n", b"\r\n\xff", 1))
    return (f"{table}.csv", "line 2")


@damage("encodings", REFUSED)
def nul_byte(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    office.put(table, office.text(table).encode().replace(b"\r\n", b"\r\n\x00", 1))
    return (f"{table}.csv", "line 2")


@damage("cut_files", TOLD)
def cut_inside_the_last_number(office: Office) -> tuple[str, ...]:
    rows = office.rows("pay_component")
    header = office.text("pay_component").split("\r\n", 1)[0].split(",")
    order = [*[name for name in header if name != "amount"], "amount"]
    lines = [",".join(order), *(",".join(row.get(name, "") for name in order) for row in rows)]
    office.put("pay_component", "\r\n".join(lines)[:-2])
    return ("pay_component.csv", f"row {len(lines)}")


@damage("cut_files", REFUSED)
def cut_inside_a_row(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    lines = office.text(table).removesuffix("\r\n").split("\r\n")
    lines[-1] = lines[-1].split(",", 2)[0]
    office.put(table, "\r\n".join(lines))
    return (f"{table}.csv", f"row {len(lines)}")


@damage("blank_rows", SAME)
def blank_rows(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    lines = office.text(table).split("\r\n")
    lines.insert(office.rng.randint(1, len(lines) - 1), office.rng.choice(("", "," * lines[0].count(","))))
    office.put(table, "\r\n".join(lines))
    return ()


@damage("widths", REFUSED)
def row_too_wide(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    lines = office.text(table).split("\r\n")
    place = office.rng.randint(1, len(lines) - 2)
    lines[place] += ",x"
    office.put(table, "\r\n".join(lines))
    return (f"{table}.csv", f"row {place + 1}")


@damage("widths", REFUSED)
def row_too_narrow(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    lines = office.text(table).split("\r\n")
    place = office.rng.randint(1, len(lines) - 2)
    lines[place] = lines[place].rsplit(",", 1)[0]
    office.put(table, "\r\n".join(lines))
    return (f"{table}.csv", f"row {place + 1}")


@damage("widths", REFUSED)
def row_of_megabytes(office: Office) -> tuple[str, ...]:
    header, rows = office.text("staff").split("\r\n", 1)
    office.put("staff", f"{header},note\r\n" + rows.replace("\r\n", "," + "x" * 2_100_000 + "\r\n", 1))
    return ("staff.csv", "row 2", "note")


@damage("separators", REFUSED)
def semicolons_for_commas(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    office.put(table, office.text(table).replace(",", ";"))
    return (f"{table}.csv",)


@damage("separators", REFUSED)
def tabs_for_commas(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    office.put(table, office.text(table).replace(",", "\t"))
    return (f"{table}.csv",)


@damage("columns", SAME)
def columns_in_another_order(office: Office) -> tuple[str, ...]:
    table = any_table(office)
    lines = office.text(table).removesuffix("\r\n").split("\r\n")
    office.put(table, "".join(",".join(reversed(line.split(","))) + "\r\n" for line in lines))
    return ()


@damage("columns", REFUSED)
def column_misspelt(office: Office) -> tuple[str, ...]:
    table, column = office.rng.choice(
        (("pay_component", "amount"), ("service_record", "quantity"), ("engagement", "fte"), ("appraisal", "score"))
    )
    header, rows = office.text(table).split("\r\n", 1)
    office.put(table, re.sub(rf"\b{column}\b", column + "s", header) + "\r\n" + rows)
    return (f"{table}.csv", column)


@damage("columns", REFUSED)
def column_twice(office: Office) -> tuple[str, ...]:
    header, *rows = office.text("pay_component").removesuffix("\r\n").split("\r\n")
    office.put("pay_component", "".join(line + "\r\n" for line in (header + ",amount", *(f"{it},9" for it in rows))))
    return ("pay_component.csv", "amount")


@damage("misnamed_files", TOLD)
def file_misnamed(office: Office) -> tuple[str, ...]:
    office.file("pay_component").rename(office.file("pay_components"))
    return ("pay_components.csv", "pay_component")


@damage("misnamed_files", TOLD)
def second_download(office: Office) -> tuple[str, ...]:
    office.file("pay_component").rename(office.file("pay_component (1)"))
    return ("pay_component (1).csv",)


@damage("misnamed_files", TOLD)
def workbook_for_a_table(office: Office) -> tuple[str, ...]:
    office.file("pay_component").rename(office.folder / "input" / "pay_component.et")
    return ("pay_component.et",)


@damage("misnamed_files", REFUSED)
def workbook_that_is_none(office: Office) -> tuple[str, ...]:
    office.file("pay_component").rename(office.folder / "input" / "pay_component.xlsx")
    return ("pay_component.xlsx",)


@damage("misnamed_files", REFUSED)
def two_files_of_one_table(office: Office) -> tuple[str, ...]:
    (office.folder / "input" / "staff.parquet").write_bytes(b"PAR1")
    return ("staff.csv", "staff.parquet")
