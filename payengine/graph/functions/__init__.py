"""Functions that formulas call beside operators: division of pools, ranks, scales, codes.

A module is named after its main function, so this package exports nothing: a function exported here would hide the
module of the same name. Formulas import the functions from `payengine.graph`. The modules may import
`payengine.graph.values` and `payengine.exact`, neither each other nor the graph.
"""
