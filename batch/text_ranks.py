"""Ranks of texts, by which rows are ordered and compared.

A rank is the place of a row's text among the distinct ones. Many rows have few texts, and numbers are compared in less
time than these.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded
from payengine.kernels.arrays import Int64


def text_ranks(texts: pa.ChunkedArray) -> Int64:
    """Number the rows of a column by the place of their text among the distinct ones.

    Texts are in the order of their UTF-8 bytes.
    """
    coded = Coded.of(texts)
    ranks = np.empty(len(coded.dictionary), np.int64)
    ranks[pc.sort_indices(coded.dictionary).to_numpy()] = np.arange(len(ranks))
    return ranks[coded.codes]
