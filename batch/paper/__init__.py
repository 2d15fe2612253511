"""Paper: documents set by Typst from data, and the font that they are printed in.

It imports nothing that knows of pay: a document is a template of `templates/` and JSON. What a page says is decided
elsewhere.
"""
