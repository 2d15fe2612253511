"""Form of a sheet: title, columns with the kind of their values, rows, totals, signatures.

Values are exact: money int fen, points int millionths, coefficients int in ten-thousandths, counts int, texts str; None
is *not given* and never zero. A sheet that is written knows no run and no ledger; the modules beside this one make
sheets from results and snapshots, `batch/reports/workbook.py` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

TEXT, FEN, MICRO, TEN_THOUSANDTHS, COUNT, RATE, DATE = "text", "fen", "micro", "e4", "count", "rate", "date"
HUNDREDTHS = "e2"  # quantities
# RATE: a share in ten-thousandths, shown in percent; DATE: a day number (as in `payengine.periods`).
KINDS = (TEXT, FEN, MICRO, TEN_THOUSANDTHS, COUNT, RATE, DATE, HUNDREDTHS)

Cell = str | int | None
Row = Sequence[Cell]


@dataclass(frozen=True)
class SheetColumn:
    """Column of a sheet.

    `has_total`: its values are added up at the foot, and per group where groups have subtotals. `width` is in
    characters of a digit's width, None as wide as the heading needs.
    """

    heading: str
    kind: str = TEXT
    has_total: bool = False
    width: int | None = None


@dataclass(frozen=True)
class SheetGroup:
    """Block of rows under a heading of its own; the heading is '' for the only block.

    `has_signature`: the sheet's signature line stands below the block too, which is handed out by itself.
    """

    heading: str
    rows: Iterable[Row]
    has_subtotal: bool = False
    starts_page: bool = False
    has_signature: bool = False


@dataclass(frozen=True)
class Sheet:
    """Sheet ready to be written, its titles and headings in the user's language.

    name: its short name on the command line (`payroll`); tab: the name of its tab, at most 31 characters; groups: made
    when it is written, so that rows of a county need not be in memory at once, and made twice where widths follow from
    the rows; notes stand under the table; signatures: the words of the signature line (制表 / 复核 / 审核 / 负责人);
    unit: 单位：元, or ''; frozen: so many columns stay in sight; has_grand_total: the totals of all rows stand at the
    foot; has_page_totals: so do those of each printed page; has_filter: rows can be filtered by a column's values;
    page_head: what stands above each printed page, beside the marks of a draft.
    """

    name: str
    tab: str
    title: str
    columns: tuple[SheetColumn, ...]
    groups: Callable[[], Iterable[SheetGroup]]
    subtitle: str = ""
    unit: str = ""
    notes: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    frozen: int = 0
    has_grand_total: bool = True
    has_page_totals: bool = False
    has_filter: bool = True
    page_head: str = ""
