"""Subset of Noto Sans CJK SC that is shipped in `fonts/`, and the way it was made.

    python -m batch.paper.font_subset NotoSansCJK-Regular.ttc

It keeps the characters of GBK and every other ideograph that the source has: given names have characters such as
䶮, 㛃 or 𬭎, which GB 2312 and GBK lack and the national list of 2013 has. Latin letters and signs stay
too; hinting and layout features do not. The family has a name of its own, so that it is never taken for the whole
font. Source: Debian's fonts-noto-cjk; licence: SIL Open Font License 1.1 (`fonts/OFL.txt`).
"""

from __future__ import annotations

import sys
from pathlib import Path

FAMILY = "Payengine Sans SC"
FILE = Path(__file__).parent / "fonts" / "PayengineSansSC-Regular.otf"
SOURCE_FAMILY = "Noto Sans CJK SC"
IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x323AF))  # extensions A to H
LATIN = (*range(0x20, 0x7F), *range(0xA0, 0x180))
SIGNS = (*range(0x2010, 0x2028), 0x2030, 0x203B, 0x2190, 0x2192, 0x2212, 0x2260, 0x2264, 0x2265, 0x25A0, 0x25A1, 0x25CF,
         0x25CB, 0x2713, 0x2715, 0x2717)  # fmt: skip


def characters() -> set[int]:
    """Collect the code points that the subset keeps, as far as the source has them."""
    found = {*LATIN, *SIGNS}
    for first, last in IDEOGRAPHS:
        found.update(range(first, last + 1))
    for high in range(0x81, 0xFF):
        for low in range(0x40, 0xFF):
            try:
                text = bytes([high, low]).decode("gbk")
            except UnicodeDecodeError:
                continue
            found.update(map(ord, text))
    return found


def make_subset(source: Path, target: Path = FILE) -> None:
    """Write the subset of a collection of Noto Sans CJK; the same bytes for the same source."""
    from fontTools import subset
    from fontTools.ttLib import TTCollection

    fonts = TTCollection(str(source)).fonts
    font = next(each for each in fonts if each["name"].getDebugName(1) == SOURCE_FAMILY)
    options = subset.Options(
        hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], notdef_outline=True
    )
    options.name_languages = [0x409]
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=characters())
    chosen.subset(font)
    names = {1: FAMILY, 3: f"{FAMILY}; subset of {SOURCE_FAMILY}", 4: FAMILY, 6: FAMILY.replace(" ", "")}
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [names[6]]
    cff[names[6]].FullName, cff[names[6]].FamilyName = FAMILY, FAMILY
    font.recalcTimestamp = False
    font.save(str(target))


if __name__ == "__main__":
    make_subset(Path(sys.argv[1]))
