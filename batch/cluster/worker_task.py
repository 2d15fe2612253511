"""Work of a Dask worker: one task of pricing, with errors that name the worker."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import TypeVar

from batch.cluster.part_cache import cache_in
from batch.cluster.store import StoredSnapshot
from batch.compute.run_id import engine_digest
from batch.pricing.part_sums import PartSums, PartTask, price_part
from payengine import texts
from payengine.errors import PayengineError, Unavailable, UsageError
from payengine.texts import say

Outcome = TypeVar("Outcome")


def do_task(task: PartTask, engine: str, language: str, stored: StoredSnapshot | None = None) -> PartSums | Exception:
    """Do a task in a worker's process, if its payengine is that of the command (`engine`).

    The snapshot is read in its folder, or where it is `stored`, in the worker's cache of the store.
    Errors are those of `price_part`, told in `language` and with the worker's address. They are returned, not raised:
    Dask sends tracebacks along with what is raised, and a client that cannot read one waits for ever.
    """
    texts.use(language)
    return told_by_worker(lambda: _priced(task, engine, stored))


def told_by_worker(work: Callable[[], Outcome]) -> Outcome | Exception:
    """Return the outcome of a piece of work, or its error with the worker's address."""
    try:
        return work()
    except PayengineError as error:
        error.what = by_worker(error.what)
        return error
    except Exception as error:
        return RuntimeError(f"worker {_address()}: {type(error).__name__}: {error}")


def _priced(task: PartTask, engine: str, stored: StoredSnapshot | None) -> PartSums:
    if engine_digest() != engine:
        raise Unavailable(
            say("its payengine is another than that of this command"),
            remedy=say("Install the same version of payengine for scheduler, workers and command."),
        )
    return price_part(task) if stored is None else _price_stored(task, stored)


def _price_stored(task: PartTask, stored: StoredSnapshot) -> PartSums:
    """Price a part of a stored snapshot; the outcome is that of the task as it was given."""
    try:
        with cache_in(own_folder()).holding(stored, f"{task.kind}/{task.number:05}.arrow") as folder:
            return replace(price_part(replace(task, snapshot=str(folder))), task=task)
    except UsageError as error:  # of the worker's surroundings: the command was not wrong
        raise Unavailable(error.what, error.problems, error.remedy) from error


def own_folder() -> str:
    """Name the folder that Dask removes with this worker; else one of this process."""
    from distributed import get_worker

    try:
        return str(get_worker().local_directory)
    except ValueError:  # no worker's thread
        return _folder_of_process()


@cache
def _folder_of_process() -> str:
    return tempfile.mkdtemp(prefix="payengine-")


def by_worker(what: str) -> str:
    """Say of an error which worker met it."""
    return say("worker {worker}: {what}", worker=_address(), what=what)


def _address() -> str:
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:  # no worker's thread
        return "?"
