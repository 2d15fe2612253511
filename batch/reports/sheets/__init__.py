"""Sheets that a finance office hands on, apart from the file they are written to.

May import: results and what describes them, the snapshot's tables, the engine's exact numbers.
"""
