"""The story of docs/audit.md: its county, and the program that runs the page."""
