"""Tables of Chinese words for the pages of the input, made of `batch.input_words`.

`python -m tests.support.word_tables` writes them into both pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from batch.input_words import CATEGORY_WORDS, CHOICE_WORDS, COLUMN_WORDS, FLAG_WORDS, TABLE_WORDS
from tests.support.paths import DOCS

BEGIN, END = "<!-- words -->", "<!-- end of words -->"
HEADS = {
    "input.md": (("table", "file or sheet", "headings"), ("code", "words")),
    "input.zh.md": (("表", "文件或工作表", "标题"), ("选项", "词")),
}


def word_tables(page: str) -> str:
    """Write both tables of a page: names and headings by table, words by code."""
    headings, codes = HEADS[page]
    tables = [
        [f"`{table}`", _listed(words), "; ".join(f"`{name}` {_listed(each)}" for name, each in columns.items())]
        for table, columns in COLUMN_WORDS.items()
        if (words := TABLE_WORDS[table])
    ]
    words: list[Mapping[str, tuple[str, ...]]] = [CHOICE_WORDS, CATEGORY_WORDS, FLAG_WORDS]
    of_codes = [
        [f"`service_item.category`: `{code}`" if each is CATEGORY_WORDS else f"`{code}`", _listed(found)]
        for each in words
        for code, found in each.items()
    ]
    return f"{_table(headings, tables)}\n\n{_table(codes, of_codes)}"


def _listed(words: Iterable[str]) -> str:
    return "、".join(words)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [heads, ["---" for _ in heads], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Write the tables into both pages."""
    for page in HEADS:
        file = DOCS / page
        before, _, rest = file.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        file.write_text(f"{before}{BEGIN}\n{word_tables(page)}\n{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
