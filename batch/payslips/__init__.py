"""Payslips: one person's pay at one institution, with what each line was computed from.

The package stands above `explain`, which it imports: the figures are those of its trace, compared with the stored ones.
How a page looks is decided in `batch.paper`, in which words in `batch.cli.views`.
"""
