"""The story of docs/simulation.md, run as it stands there."""
