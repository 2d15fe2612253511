"""The policy book: all rules and values of a policy as a document to print.

`contents.py` makes it as blocks (headings, texts, tables) from the policy, the formulas' own words and an example;
`documents.py` knows the source documents, `example.py` the figures of a run; `html.py` and `markdown.py` write blocks
and decide nothing. It may import `explain`, the words of the views and the demo county of `cli`; it must not import
`ledger`.
"""
