"""Schemes that offices use, each by TOML alone, with pay worked by hand."""
