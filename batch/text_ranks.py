"""Ranks of texts, by which rows are ordered and compared.

A rank is the place of a row's text among the distinct ones. Many rows have few texts, and numbers are compared in less
time than these.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded
from payengine.kernels.arrays import Int64


def text_ranks(texts: pa.ChunkedArray) -> Int64:
    """Number the rows of a column by the place of their text among the distinct ones."""
    return ranked([texts])[1][0]


def ranked(columns: Sequence[pa.ChunkedArray]) -> tuple[pa.StringArray, list[Int64]]:
    """Sort the distinct texts of some columns, and number each column's rows by them.

    Texts are in the order of their UTF-8 bytes.
    """
    coded = [Coded.of(column) for column in columns]
    every = pc.unique(pa.chunked_array([one.dictionary for one in coded], pa.string()))
    every = every.take(pc.sort_indices(every))
    places = [np.asarray(pc.index_in(one.dictionary, value_set=every), np.int64) for one in coded]
    return every, [place[one.codes] for place, one in zip(places, coded, strict=True)]
