"""MariaDB and MySQL by PyMySQL, the rows taken in bulk from the wire (`mysql_wire`)."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from batch import input_tables as tables
from batch.input_tables import TIME_ZONE
from batch.sources.base import BATCH_ROWS, Binds
from batch.sources.databases import DatabaseSource, driver_missing, option_refused, statement_refused, unavailable
from batch.sources.sql import PLAIN_DATE, within

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

SESSION = (
    "SET NAMES utf8mb4",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET SESSION net_write_timeout = 3600",  # the server waits while the freeze sorts
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
GONE = (1053, 1152, 1153, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1205, 1317, 1927)
INSTANTS = ("DATETIME", "TIMESTAMP")
TEXTS = ("VARCHAR", "VAR_STRING", "STRING", "CHAR", "BLOB", "TINY_BLOB", "MEDIUM_BLOB", "LONG_BLOB", "ENUM", "SET")


class MariaDBSource(DatabaseSource):
    """MariaDB or MySQL database, read in one consistent snapshot."""

    def __init__(self, url: URL, queries: Mapping[str, str]) -> None:
        super().__init__(url, queries)
        try:
            import pymysql
        except ImportError:
            raise driver_missing(self.name, "mariadb") from None
        from sqlalchemy.dialects.mysql.pymysql import dialect

        self._error = pymysql.err.MySQLError
        try:
            _, arguments = dialect(dbapi=pymysql).create_connect_args(url)
            arguments.pop("client_flag", None)
            # no converters: every value stays the text that the server sent
            self._connection = pymysql.connect(**{**arguments, "charset": "utf8mb4", "conv": {}, "autocommit": True})
        except (self._error, OSError) as error:
            raise unavailable(self.name, error) from error
        except (TypeError, ValueError):  # whose words could quote a password
            raise option_refused(self.name) from None
        try:
            self._set_time_zone()
            with self._connection.cursor() as cursor:
                for statement in SESSION:
                    cursor.execute(statement)
        except (self._error, OSError) as error:
            self._connection.close()
            raise unavailable(self.name, error) from error
        self._names_by_code = {
            code: name for name, code in vars(pymysql.constants.FIELD_TYPE).items() if isinstance(code, int)
        }

    def close(self) -> None:
        if self._connection.open:
            self._connection.close()

    def quoted(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def list_names(self) -> Sequence[str]:
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = database() ORDER BY 1"
            )
            return [str(name) for (name,) in cursor.fetchall()]

    def describe(self, relation: str) -> dict[str, str]:
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(f"SELECT * FROM {relation} LIMIT 0")
            except self._error as error:
                raise self._failed(error) from error
            return {entry[0]: self._names_by_code.get(entry[1], "") for entry in cursor.description or ()}

    def expression(self, column: tables.Column, name: str, kind: str) -> str:
        if kind == "BIT":
            return f"({name} + 0)"
        if kind == "FLOAT":  # the server prints 6 digits of it; as a double it is whole
            return f"CAST({name} AS DOUBLE)"
        if kind in INSTANTS and column.kind in ("day", "from", "until"):
            return f"DATE({name})"
        return name

    def relevant(self, day: str, kind: str, reverses: str, binds: Binds) -> str:
        reversing = f"OCTET_LENGTH({reverses}) > 0"
        if kind in ("DATE", "NEWDATE", *INSTANTS):
            return f"{reversing} OR {within(day, binds)}"
        if kind in TEXTS:
            binary = f"CAST({day} AS BINARY)"
            outside = f"({binary} < '{binds.year_start}' OR {binary} >= '{binds.next_period}')"
            plain = f"OCTET_LENGTH({day}) = 10 AND {day} REGEXP '^{PLAIN_DATE}$'"
            return f"{reversing} OR NOT coalesce({outside} AND {plain}, 0)"
        return ""

    def month(self, day: str, kind: str) -> str:
        return f"LEFT({day}, 7)" if kind in TEXTS else f"DATE_FORMAT({day}, '%Y-%m')"

    def stream(self, statement: str, kinds: Sequence[str]) -> Iterator[pa.RecordBatch]:
        import pymysql.cursors

        from batch.sources import mysql_wire

        names = [f"c{position}" for position in range(len(kinds))]
        bulk = mysql_wire.can_read(self._connection)
        try:
            cursor = self._connection.cursor(pymysql.cursors.SSCursor)
            fetched = (
                mysql_wire.fetch(self._connection, cursor, statement) if bulk else _fetch_plainly(cursor, statement)
            )
            with closing(cursor), closing(fetched):
                for texts in fetched:
                    arrays = [_as_floats(text, kind) for text, kind in zip(texts, kinds, strict=True)]
                    yield pa.RecordBatch.from_arrays(arrays, names=names)
        except self._error as error:
            raise self._failed(error) from error

    def _set_time_zone(self) -> None:
        """Set the time zone by name where the server has its table of zones, else by offset."""
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(f"SET time_zone = '{TIME_ZONE}'")
            except self._error:
                cursor.execute("SET time_zone = '+08:00'")

    def _failed(self, error: Any) -> Exception:
        number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        if 2000 <= number < 3000 or number in GONE:
            return unavailable(self.name, error)
        return statement_refused(self.name, error)


def _fetch_plainly(cursor: Any, statement: str) -> Generator[list[pa.Array], None, None]:
    """Row by row, for a PyMySQL whose inside is another."""
    cursor.execute(statement)
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield [
            pa.array([value if isinstance(value, bytes) else (value or "").encode() for value in column], pa.binary())
            for column in zip(*rows, strict=True)
        ]


def _as_floats(text: pa.Array, kind: str) -> pa.Array:
    """Give a column of doubles or floats its own type back.

    What the source holds as a float is read by its shortest decimal form, or refused (`batch.values.numbers`).
    """
    if kind not in ("DOUBLE", "FLOAT"):
        return text
    text = text.cast(pa.string())
    doubles = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text).cast(pa.float64())
    return doubles.cast(pa.float32()) if kind == "FLOAT" else doubles
