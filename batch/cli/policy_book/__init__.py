"""The policy book: all rules and values of a policy as a document to read, print and approve.

`contents.py` makes it as blocks (headings, texts, tables) from the policy, the formulas' own words and an example;
`documents.py` knows the source documents, `example.py` the figures of a run; `html.py` and `markdown.py` write blocks
and decide nothing.
"""
