"""Simulation: a period computed as if values, item prices or the policy were others.

Nothing here writes anything. `Simulator` computes scenarios (`scenario`) from one snapshot that is priced once;
`baseline` computes again only what depends on a change; `side` and `effect` say who gains and who loses; `solution`
finds the value that a sum of money allows; `plan` sets a new policy beside the one in force. It may import `compute`,
`inputs`, `pricing`, `snapshot`, `reports`, `audit` and payengine; it must not import the ledger or what reads sources.
"""
