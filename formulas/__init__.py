"""The rules, one file per rule family, and the policies of the regions beside them as TOML."""
