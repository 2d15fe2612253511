"""Names as a public notice shows them: the surname, a sign for every further character.

孙平 becomes 孙＊, 欧阳娜娜 becomes 欧阳＊＊; of a name in parts (阿依古丽·买买提, John Smith) the first
character stays, and what separates the parts. A name of one character becomes a sign. Who would look
the same in one department bears 甲, 乙 ... in the order of staff codes: nothing of the code or the name
is shown for it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

MASK = "＊"
# Surnames of two characters in use, one after another; whose name has two characters has a surname of one.
_SURNAMES = (
    "欧阳司马上官诸葛司徒东方独孤南宫夏侯皇甫尉迟公孙慕容令狐"
    "长孙宇文轩辕端木闻人申屠太史淳于单于公羊赫连澹台宗政濮阳"
    "公冶太叔钟离仲孙百里呼延闾丘左丘东郭西门南门第五拓跋完颜"
    "纳兰鲜于司空即墨贺兰哥舒歐陽司馬諸葛東方獨孤南宮尉遲公孫"
    "長孫軒轅聞人淳於鮮於赫連濮陽鍾離仲孫"
)
COMPOUND = frozenset(_SURNAMES[place : place + 2] for place in range(0, len(_SURNAMES), 2))
_STEMS = "甲乙丙丁戊己庚辛壬癸"


def masked(name: str) -> str:
    """Mask a name; one that is not given is a sign too.

    Everything but spaces and points is masked: rare characters stand in parts of Unicode that bear no class.
    """
    letters = [
        each for each in unicodedata.normalize("NFC", name.strip()) if not unicodedata.category(each).startswith("M")
    ]
    if len(letters) < 2:
        return MASK
    kept = 2 if len(letters) > 2 and "".join(letters[:2]) in COMPOUND else 1
    return "".join(
        letter if place < kept or unicodedata.category(letter)[0] in "ZP" else MASK
        for place, letter in enumerate(letters)
    )


def told_apart(names: Sequence[str]) -> list[str]:
    """Number the masked names of a department that stand there more than once."""
    often = Counter(names)
    seen: Counter[str] = Counter()
    made = []
    for name in names:
        if often[name] == 1:
            made.append(name)
        else:
            made.append(f"{name}（{_number(seen[name])}）")
            seen[name] += 1
    return made


def _number(place: int) -> str:
    return _STEMS[place] if place < len(_STEMS) else str(place + 1)
