"""Other databases that SQLAlchemy knows, read row by row with a server-side cursor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from batch import input_tables as tables
from batch.sources.base import BATCH_ROWS, Binds
from batch.sources.databases import DatabaseSource, driver_missing, option_refused, statement_refused, unavailable

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


class OtherSource(DatabaseSource):
    """Database by its SQLAlchemy dialect; values become texts, every row is read."""

    def __init__(self, url: URL, queries: Mapping[str, str]) -> None:
        super().__init__(url, queries)
        import sqlalchemy
        from sqlalchemy import exc

        self._sqlalchemy = sqlalchemy
        self._error = exc.SQLAlchemyError
        try:
            self._engine = sqlalchemy.create_engine(url)
        except (exc.NoSuchModuleError, ImportError) as error:
            raise driver_missing(self.name) from error
        except (exc.ArgumentError, TypeError, ValueError):  # whose words could quote a password
            raise option_refused(self.name) from None
        try:
            self._connection = self._engine.connect()
        except exc.SQLAlchemyError as error:
            self._engine.dispose()
            raise unavailable(self.name, _cause(error)) from error
        except (TypeError, ValueError):
            self._engine.dispose()
            raise option_refused(self.name) from None

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()

    def quoted(self, name: str) -> str:
        return str(self._engine.dialect.identifier_preparer.quote_identifier(name))

    def list_names(self) -> Sequence[str]:
        inspector = self._sqlalchemy.inspect(self._connection)
        return [*inspector.get_table_names(), *inspector.get_view_names()]

    def describe(self, relation: str) -> dict[str, str]:
        try:
            result = self._connection.execute(self._sqlalchemy.text(f"SELECT * FROM {_escaped(relation)} WHERE 1 = 0"))
        except self._error as error:
            raise statement_refused(self.name, _cause(error)) from error
        names = {str(name): "" for name in result.keys()}  # noqa: SIM118  (a result is no dict)
        result.close()
        return names

    def expression(self, column: tables.Column, name: str, kind: str) -> str:
        return name

    def relevant(self, day: str, kind: str, reverses: str, binds: Binds) -> str:
        return ""

    def month(self, day: str, kind: str) -> str:
        return ""  # `relevant` leaves no row out

    def stream(self, statement: str, kinds: Sequence[str]) -> Iterator[pa.RecordBatch]:
        names = [f"c{position}" for position in range(len(kinds))]
        connection = self._connection.execution_options(stream_results=True, max_row_buffer=BATCH_ROWS)
        try:
            with connection.execute(self._sqlalchemy.text(_escaped(statement))) as result:
                for rows in result.partitions(BATCH_ROWS):
                    texts = [
                        pa.array([_bytes(value) for value in column], pa.binary()) for column in zip(*rows, strict=True)
                    ]
                    yield pa.RecordBatch.from_arrays(texts, names=names)
        except self._error as error:
            raise statement_refused(self.name, _cause(error)) from error


def _escaped(statement: str) -> str:
    """Escape colons: every one means itself."""
    return statement.replace(":", "\\:")


def _cause(error: Any) -> Exception:
    return getattr(error, "orig", None) or error  # type: ignore[no-any-return]


def _bytes(value: object) -> bytes | None:
    """Write a value as the text that the parsers read.

    A double is written in its shortest form, a whole one as its digits.
    """
    if value is None:
        return None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, bool):
        return b"yes" if value else b"no"
    if isinstance(value, float):
        return (str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)).encode()
    if isinstance(value, Decimal):
        return format(value, "f").encode()
    if isinstance(value, (date, datetime)):
        return value.isoformat().encode()
    return str(value).encode("utf-8", "surrogatepass")
