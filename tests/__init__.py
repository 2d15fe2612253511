"""Tests: folders that mirror the tree, an oracle, drawn counties, and shared `support`."""
