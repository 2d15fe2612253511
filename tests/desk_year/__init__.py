"""The story of docs/desk.md: a clerk's year from an empty template to its settlement."""
