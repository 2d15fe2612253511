"""Changes of a snapshot by somebody who also writes the new hash into its manifest."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from batch.snapshot.layout import MANIFEST
from batch.snapshot.verification import file_hash


def change_manifest(path: Path, change: Callable[[Any], None]) -> None:
    manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    change(manifest)
    (path / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def sign(path: Path, name: str) -> None:
    """Write the hash that a file has now into the manifest."""
    told = {"bytes": (path / name).stat().st_size, "sha256": file_hash(path / name)}
    change_manifest(path, lambda manifest: manifest["files"].update({name: told}))


def rewrite(path: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change the rows of a file, keep its form, and sign it."""
    file = path / name
    if file.suffix == ".parquet":
        pq.write_table(change(pq.ParquetFile(file).read()), file)
    else:
        with pa.OSFile(str(file)) as source, pa.ipc.open_file(source) as reader:
            table = change(reader.read_all())
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    sign(path, name)


def last_number_up(table: pa.Table) -> pa.Table:
    place = max(n for n, field in enumerate(table.schema) if pa.types.is_integer(field.type))
    field = table.schema.field(place)
    values = table.column(place).combine_chunks()
    return table.set_column(place, field, pa.array(np.asarray(values) ^ 1, field.type))
