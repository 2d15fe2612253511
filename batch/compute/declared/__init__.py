"""Formulas made from what a policy declares: its figures, its pools, its calculated lines.

Here live the names that a calculation uses (`operands`), their levels (`levels`) and those that no person may be paid
whole (`whole_amounts`), whom it takes (`selection`), its base (`bases`), pools and their shares (`pools`), and the
formulas made of all this (`formulas`). It reads the policy's calculations and makes
`Formula` objects, which the graph checks and computes like any rule. It imports the catalogue of `batch.inputs`, the
graph and the policy; it reads no input and no table itself.
"""

from batch.compute.declared.formulas import declared_formulas

__all__ = ["declared_formulas"]
