"""Values with which formulas compute: columns, flags, codes, figures by key, absence.

Here also live what they stand on: the rows of the run (`frame`, `levels`), the formula that uses them (`scope`), units
and missing values. Formulas import from `payengine.graph`; this package exports nothing. It may import
`payengine.exact`, and nothing else of the graph.

One circle of imports is meant: `column`, `flags` and `aggregate` name each other by nature, because a comparison of
columns is flags, a count of flags is a column, and both are brought up by sums and counts that give columns. So
`aggregate` imports the other two inside its functions, and `flags` names `Column` for type checkers only. A test keeps
it the only circle of the engine.
"""
