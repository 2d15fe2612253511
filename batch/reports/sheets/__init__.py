"""Sheets that a finance office hands on: what each contains, apart from the file that it is written to."""
