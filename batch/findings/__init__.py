"""Findings: what is implausible in a period's input or results, told and never refused by itself."""
