"""Pages on the clerk's year, written anew with what their commands print now.

python -m tests.desk_year.told
"""

from __future__ import annotations

from tests.desk_year.story import PAGES, told

if __name__ == "__main__":
    for language, file in PAGES.items():
        file.write_text(told(file.read_text(encoding="utf-8"), language)[0], encoding="utf-8")
