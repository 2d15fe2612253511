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


LARGE_PAGE = 2**21  # bytes


def in_large_pages(count: int) -> UInt8:
    """Make room for bytes, unset, that begins where a large page of memory does.

    The system hands out new memory page by page, and a page of 4,096 bytes takes it as long as pricing some hundred
    rows: NumPy asks for large ones from 4 MB on, which are given where they begin inside. What is not written to is
    not handed out.
    """
    if count < LARGE_PAGE:
        return np.empty(count, np.uint8)
    room = np.empty(count + LARGE_PAGE, np.uint8)
    start = -room.ctypes.data % LARGE_PAGE
    return room[start : start + count]
