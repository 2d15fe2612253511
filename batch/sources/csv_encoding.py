"""Encoding of a CSV file, established from every byte of it.

An encoding is never guessed: a file is UTF-8 if every byte of it is, else GB18030 if every byte is that, else it is
refused. Three kinds of file would pass and give other characters, so they are refused too: a UTF-8 file with a few
damaged characters, which is known by its well-formed characters of three bytes (all common Chinese ones) outnumbering
what is malformed; a file whose few characters are of two bytes only, which GB18030 and UTF-8 both allow; and a file
that GB18030 reads as rarer characters than Big5 does, which is known by how both charts are ordered, the common
characters first.
"""

from __future__ import annotations

import codecs
from typing import Any

import numpy as np

from payengine.errors import Problem
from payengine.kernels.compile import compiled
from payengine.texts import say

CHUNK = 1 << 20
UTF8, GB18030 = "utf-8", "gb18030"
UTF8_MARK, GB18030_MARK = b"\xef\xbb\xbf", b"\x84\x31\x95\x33"

# Places in the state of the count of rare characters.
LEAD, RARE_GB, RARE_BIG5, NOT_BIG5 = range(4)


class Encodings:
    """Encodings that a file may have, chunk by chunk; the file's text begins at byte `begin`."""

    def __init__(self, given: str, begin: int, *, marked: bool) -> None:
        self._given = given
        self._marked = marked
        self._begin = begin
        self._utf8 = Utf8Counts()
        self._rare = np.zeros(4, np.int64)

    def add(self, chunk: bytes, line: int, *, last: bool = False) -> None:
        """Look at the next bytes, which begin on line `line`."""
        self._utf8.add(chunk, self._begin, line, last=last)
        self._begin += len(chunk)
        if self._utf8.malformed and not self._given and not self._marked:  # it can only be GB18030 from now on
            count_rare(np.frombuffer(chunk, np.uint8), self._rare)

    def end(self, line: int) -> None:
        """Look at the end of the file, on line `line`."""
        self.add(b"", line, last=True)

    @property
    def chosen(self) -> str:
        """The encoding of a file without a problem."""
        if self._utf8.malformed:
            return GB18030
        return UTF8 if self._marked or not self._given else self._given

    def problem(self, where: str) -> Problem | None:
        """Tell why the file is refused, if it is."""
        counts, given = self._utf8, self._given
        if counts.malformed:
            if self._marked or given == UTF8 or (not given and counts.three > counts.malformed):
                what = say("is not UTF-8 at byte {byte}, line {line}", byte=counts.first_byte, line=counts.first_line)
                return Problem(what, where, remedy=say("save the file again as CSV UTF-8"))
            if self._rare[RARE_GB] > self._rare[RARE_BIG5] and not self._rare[NOT_BIG5]:
                what = say("could be GB18030 and Big5, with different characters")
                remedy = say('save it as CSV UTF-8, or set encoding = "gb18030" under [source] if it is that')
                return Problem(what, where, remedy=remedy)
        elif not self._marked and not given and counts.two and not counts.three:
            what = say("could be UTF-8 and GB18030, with different characters")
            remedy = say(
                'save it as CSV UTF-8 with a mark (BOM), or set encoding = "gb18030" or "utf-8" under [source]'
            )
            return Problem(what, where, remedy=remedy)
        return None


def no_encoding(where: str, byte: int, line: int) -> Problem:
    """Tell where a file stops being GB18030, which it would have to be."""
    what = say("is neither UTF-8 nor GB18030 at byte {byte}, line {line}", byte=byte, line=line)
    return Problem(what, where, remedy=say("save the file again as CSV UTF-8"))


@compiled("void(readonly_uint8, int64[::1])")
def count_rare(data: Any, state: Any) -> None:
    """Count the rare characters of a text read as GB18030 and read as Big5.

    Both write a character in two bytes, of which the second is A1 to FE, but in Big5 also 40 to 7E, where GB18030 has
    only rare ones. Common are in GB18030 the symbols, the letters of pinyin and the 3,755 characters of GB 2312's first
    level (B0A1 to D7F9), in Big5 the symbols and the 5,401 characters of its first level (A440 to C67E). Any other
    second byte, as in GB18030's characters of four bytes, is none of Big5.
    """
    lead = state[LEAD]
    for at in range(data.size):
        byte = data[at]
        if lead == 0:
            if byte >= 0x80:
                lead = np.int64(byte)
            continue
        high = 0xA1 <= byte <= 0xFE
        if not high and not 0x40 <= byte <= 0x7E:
            state[NOT_BIG5] = 1
        state[RARE_GB] += not (high and (0xA1 <= lead <= 0xA3 or lead == 0xA8 or 0xB0 <= lead <= 0xD7))
        state[RARE_BIG5] += not 0xA1 <= lead <= 0xC6
        lead = np.int64(0)
    state[LEAD] = lead


@compiled("UniTuple(int64, 2)(readonly_uint8)")
def count_characters(data: Any) -> Any:
    """Count the characters of two and of three bytes in well-formed UTF-8."""
    two, three = 0, 0
    for at in range(data.size):
        two += (data[at] & 0xE0) == 0xC0
        three += (data[at] & 0xF0) == 0xE0
    return two, three


class Utf8Counts:
    """Counts of a file's UTF-8 characters of two and three bytes, and malformed bytes."""

    def __init__(self) -> None:
        self.two = self.three = self.malformed = 0
        self.first_byte = self.first_line = 0  # of what is malformed
        self._decoder = _utf8_decoder("strict")

    def add(self, chunk: bytes, begin: int, line: int, *, last: bool = False) -> None:
        """Count the next bytes, which begin at byte `begin` of the file, on line `line`."""
        cut, _ = self._decoder.getstate()  # the beginning of a character that the chunk before ended in
        if not cut and chunk.isascii():  # most of the time
            return
        data = cut + chunk
        try:
            text = self._decoder.decode(chunk, last)
        except UnicodeDecodeError as error:
            self.first_byte = begin - len(cut) + error.start
            self.first_line = line + data.count(b"\n", 0, error.start)
            self._decoder = _utf8_decoder("ignore")  # from now on malformed bytes are left out, and known by that
            text = self._decoder.decode(data, last)
        whole = data[: len(data) - len(self._decoder.getstate()[0])]
        if self._decoder.errors == "ignore":
            well_formed = text.encode(UTF8)
            self.malformed += len(whole) - len(well_formed)
            whole = well_formed
        two, three = count_characters(np.frombuffer(whole, np.uint8))
        self.two += two
        self.three += three


def _utf8_decoder(errors: str) -> codecs.BufferedIncrementalDecoder:
    decoder = codecs.getincrementaldecoder(UTF8)(errors)
    assert isinstance(decoder, codecs.BufferedIncrementalDecoder)
    return decoder
