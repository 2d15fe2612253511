"""Pricing on many processes, of one machine or of several, by Dask distributed.

`cluster.Cluster` is the way in. Workers do tasks of `batch.pricing.part_sums` and nothing else: the graph, the audit,
staging and publishing stay with whoever gives the command. It decides no figure: the sums are exact, and are merged by
`batch.pricing.price_parts`, so a run has the same id and the same results with a cluster as without. It may
import `batch.pricing`, `batch.compute` (for the digest of the engine), `batch.snapshot` and payengine.

Workers read a snapshot's folder under the path that it has here, or fetch its files from a `store`: `upload` puts them
there, `part_cache` holds those of a worker.
"""
