"""Errors of the operating system: in words of the language in use, not of the system."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

import pytest

from payengine import texts
from payengine.system_errors import in_words

USUAL = (
    errno.EPERM, errno.EACCES, errno.ENOENT, errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENOSPC, errno.EROFS,
    errno.EADDRINUSE, errno.ECONNREFUSED, errno.EMFILE, errno.EIO,
)  # fmt: skip


@pytest.fixture(params=texts.LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    texts.use(request.param)
    yield request.param
    texts.use(None)


@pytest.mark.parametrize("number", USUAL, ids=lambda number: errno.errorcode[number])
def test_usual_errors_have_words(number: int, language: str) -> None:
    told = in_words(OSError(number, "the system's own words"))
    assert "system's own" not in told
    assert bool(re.search("[一-鿿]", told)) == (language == "zh")
    if language == "zh":
        assert not re.search("[A-Za-z]", told)


@pytest.mark.usefixtures("language")
def test_what_is_not_usual_keeps_the_words_of_the_system() -> None:
    assert in_words(OSError(9999, "something rare")) == "something rare"
    assert in_words(OSError("no number at all")) == "no number at all"
    assert in_words(ValueError("no error of the system")) == "no error of the system"
