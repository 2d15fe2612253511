"""Template workbook of a county's input.

A sheet for each table, lists to choose from, notes, and the values that the policy lacks.

`sheets.py` says what stands where, in the language in use, and knows no file format; `workbook.py` writes it with
XlsxWriter. `notes.toml` explains tables and columns, `example_rows.py` gives each sheet its example. What is emitted is
what the readers of workbooks in `batch.sources` take. It imports `batch.needs` and the words of the input tables.
"""
