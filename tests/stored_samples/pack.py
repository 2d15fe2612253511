"""Pack workspaces of a program as stored samples.

Use: `python -m tests.stored_samples.pack FILE NAME=WORKSPACE ...`.

Source, locks and temporary files stay out; the same workspaces make the same bytes.
"""

from __future__ import annotations

import io
import lzma
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

LEFT_OUT = ("source.sqlite", ".tmp")


def pack(file: Path, workspaces: Mapping[str, Path]) -> None:
    """Write workspaces into one file, each under its name."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as packed:
        for name, workspace in sorted(workspaces.items()):
            for path in sorted(workspace.rglob("*")):
                inside = path.relative_to(workspace)
                if path.is_file() and not set(inside.parts) & set(LEFT_OUT) and not path.name.endswith(".lock"):
                    entry = tarfile.TarInfo(f"{name}/{inside.as_posix()}")
                    entry.size = path.stat().st_size
                    packed.addfile(entry, io.BytesIO(path.read_bytes()))
    file.write_bytes(lzma.compress(content.getvalue(), preset=9 | lzma.PRESET_EXTREME))


def main(arguments: list[str]) -> None:
    file, *named = arguments
    pack(Path(file), {name: Path(workspace) for name, _, workspace in (text.partition("=") for text in named)})


if __name__ == "__main__":
    main(sys.argv[1:])
