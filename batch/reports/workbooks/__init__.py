"""Workbooks: sheets as files of Excel.

The form of a sheet (`batch.reports.sheets.sheet`) is all that is read here: a workbook knows no run and no ledger.
"""
