"""Source texts of formulas and engine as they are installed, file by file.

A run's id covers them by two digests. Kept beside the run, they tell an auditor later what computed it. They are
text: nobody executes them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable

from batch.compute.run_id import COMPUTING, engine_digest, formulas_digest
from batch.content_digest import texts_digest
from payengine.errors import Unavailable
from payengine.texts import say

Sources = Mapping[str, str]  # the text of each file by its place, such as formulas/purchase.py


def installed_sources() -> dict[str, Sources]:
    """Read the sources of formulas and of the engine, by the digest of each.

    `Unavailable` if the files were replaced under a program that goes on.
    """
    batch = resources.files("batch")
    engine = dict(module_texts(resources.files("payengine"), "payengine"))
    for name in COMPUTING:
        engine |= module_texts(batch.joinpath(name), f"batch/{name}")
    found = (dict(module_texts(resources.files("formulas"), "formulas")), engine)
    made: dict[str, Sources] = {texts_digest(texts): texts for texts in found}
    if set(made) != {formulas_digest(), engine_digest()}:
        raise Unavailable(
            say("the files of payengine were replaced while it was running"),
            remedy=say("Nothing was stored. Run the command again."),
        )
    return made


def plain(content: bytes) -> str:
    """Read a source's text with line ends made the same, and none at its end."""
    return b"\n".join(content.splitlines()).decode()


def module_texts(entry: Traversable, place: str) -> Iterator[tuple[str, str]]:
    """Read a module, or all modules of a folder and of the folders in it, each with its place."""
    if entry.is_dir():
        for inner in sorted(entry.iterdir(), key=lambda each: each.name):
            yield from module_texts(inner, f"{place}/{inner.name}")
    elif entry.name.endswith(".py"):
        yield place, plain(entry.read_bytes())
