"""A plausible county to try: people, catalogue and service records, all invented.

`county.write_county` writes it into a source database; everything follows from its arguments and the seed.
`reference_tables` builds every table but the records (`institutions`, `people`, `special_cases`,
`department_reports`), `records` draws those. Only the command `demo`, tests and measurements import this package; it
imports the input tables, policies and periods, and nothing of freezing or computing but the list of parameters that a
policy reads.
"""
