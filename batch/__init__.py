"""Everything that touches files, databases and people, a package for each stage.

The stages stand in the order in which data passes through them (docs/architecture.md). At the root stand
the contracts between them (`input_tables`, `results` with `result_tables`, `report_names`), small tools
(`arrow_columns`, `background`, `content_digest`, `file_access`, `text_hashes`, `url_secrets`), the settings, and the
conductors `run`, `check` and `workspace`. It may import `formulas` and `payengine`, which import nothing of it; which
room may import which: `tests/test_layers.py`.
"""

from collections.abc import Mapping

from payengine.texts import add_catalogue, add_words


def _words_of_the_input() -> Mapping[str, str]:
    from batch.input_words import words_by_code  # read when a Chinese message names a table
    from batch.snapshot.layout import FILE_WORDS

    return {**words_by_code(), **FILE_WORDS}


add_catalogue(__name__)
add_words(_words_of_the_input)
