"""Workbooks: sheets as files of Excel.

It imports the form of a sheet (`batch.reports.sheets.sheet`) and knows no run and no ledger.
"""
