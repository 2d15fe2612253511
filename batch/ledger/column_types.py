"""Column types whose values mean the same on every ledger.

Text is compared byte for byte: SQLite's BINARY, PostgreSQL's "C", and on MariaDB and MySQL the binary collations
that do not pad (a padding one would take 'A' and 'A ' for the same key). Integers are 64 bits; SQLite, which would
turn what does not fit into a REAL, checks that they stayed integers (see `schema.py`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import types
from sqlalchemy.ext.compiler import compiles


def is_storable(text: str) -> bool:
    """Tell if every ledger can hold a text.

    A terminal of another encoding can hand over what is none.
    """
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


class Code(types.String):
    """A code or a name of at most `length` characters, which bind on MariaDB and MySQL only."""

    def __init__(self, length: int = 128) -> None:
        super().__init__(length)


class Hexadecimal(Code):
    """A digest, a date or a period in ASCII.

    So a key of several columns stays within InnoDB's 3,072 bytes.
    """


class Document(types.Text):
    """Text without a bound: JSON, a policy."""


class Whole(types.BigInteger):
    """A 64-bit integer."""


@compiles(Code, "sqlite")
@compiles(Document, "sqlite")
def _text_of_sqlite(_type: types.TypeEngine[Any], _compiler: Any, **_: Any) -> str:
    return "TEXT"


@compiles(Whole, "sqlite")
def _whole_of_sqlite(_type: types.TypeEngine[Any], _compiler: Any, **_: Any) -> str:
    return "INTEGER"


@compiles(Code, "postgresql")
@compiles(Document, "postgresql")
def _text_of_postgresql(_type: types.TypeEngine[Any], _compiler: Any, **_: Any) -> str:
    return 'TEXT COLLATE "C"'


@compiles(Code, "mysql", "mariadb")
def _code_of_mysql(type_: Code, compiler: Any, **_: Any) -> str:
    if isinstance(type_, Hexadecimal):
        return f"VARCHAR({type_.length}) CHARACTER SET ascii COLLATE ascii_bin"
    return f"VARCHAR({type_.length}) CHARACTER SET utf8mb4 COLLATE {_unpadded(compiler)}"


@compiles(Document, "mysql", "mariadb")
def _document_of_mysql(_type: Document, compiler: Any, **_: Any) -> str:
    return f"LONGTEXT CHARACTER SET utf8mb4 COLLATE {_unpadded(compiler)}"


def _unpadded(compiler: Any) -> str:
    return "utf8mb4_nopad_bin" if compiler.dialect.is_mariadb else "utf8mb4_0900_bin"
