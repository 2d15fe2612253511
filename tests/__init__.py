"""The tests: folders that mirror the tree, an oracle, drawn counties, and what tests share in `support`."""
