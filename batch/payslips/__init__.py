"""Payslips: one person's pay at one institution, with what each line was computed from.

They stand above `explain`: the figures are those of its recorder, compared with the stored ones. How a page looks is
decided in `batch.paper`, in which words in `batch.cli.views`.
"""
