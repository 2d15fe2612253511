"""Names of the array types that kernels take.

The signature beside each kernel says which are only read.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Scalar = TypeVar("Scalar", bound=np.generic)

Flags = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
UInt8 = npt.NDArray[np.uint8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
UInt32 = npt.NDArray[np.uint32]
UInt64 = npt.NDArray[np.uint64]
CodeArray = npt.NDArray[Any]  # integers as narrow as the snapshot keeps them
Word = np.uint64


def read_only(array: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """Give a read-only view of an array, as kernels declare the arrays of a named tuple."""
    view = array.view()
    view.flags.writeable = False
    return view
