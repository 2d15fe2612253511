"""Archives of earlier formats stay replayable."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from batch.archive.layout import FORMAT
from batch.archive.replay import replay_archive

STORED = Path(__file__).with_name("stored_archives")
ARCHIVES = sorted(file.name.partition(".")[0] for file in STORED.glob("v*.zip.xz"))
KNOWN = {  # the digest of each, and of its run
    "v0001": (
        "46423445117124fafaa844c1fe6d86ff749903df7c2589dc46fc7353a8aaab06",
        "a9463ee308a1a9a37801f045b4a9bac4921b9fab3ff18fefc1ea5c1f13420c74",
    ),
}


def test_every_format_has_its_stored_archive() -> None:
    assert [int(name[1:]) for name in ARCHIVES] == list(range(1, FORMAT + 1))


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_stored_archive_gives_the_same_results_today(name: str, tmp_path: Path) -> None:
    """Engine and formulas may have changed since; the results of what was run may not."""
    content = lzma.decompress((STORED / f"{name}.zip.xz").read_bytes())
    file = tmp_path / f"{name}.zip"
    file.write_bytes(content)
    found, seen = replay_archive(file)
    found.require_identical()
    assert (seen.digest, found.meta.run_id) == KNOWN[name]
    assert all(one.kept for one in found.sources)
    assert sum(table.stored for table in found.tables) > 300
