"""Work of a Dask worker: one task of pricing, with errors that name the worker."""

from __future__ import annotations

from batch.compute.run_id import engine_digest
from batch.pricing.part_sums import PartSums, PartTask, price_part
from payengine import texts
from payengine.errors import PayengineError, Unavailable
from payengine.texts import say


def do_task(task: PartTask, engine: str, language: str) -> PartSums | Exception:
    """Do a task in a worker's process, if its payengine is that of the command (`engine`).

    Errors are those of `price_part`, told in `language` and with the worker's address. They are returned, not raised:
    Dask sends tracebacks along with what is raised, and a client that cannot read one waits for ever.
    """
    texts.use(language)
    try:
        if engine_digest() != engine:
            raise Unavailable(
                say("its payengine is another than that of this command"),
                remedy=say("Install the same version of payengine for scheduler, workers and command."),
            )
        return price_part(task)
    except PayengineError as error:
        error.what = say("worker {worker}: {what}", worker=_address(), what=error.what)
        return error
    except Exception as error:
        return RuntimeError(f"worker {_address()}: {type(error).__name__}: {error}")


def _address() -> str:
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:  # no worker's thread
        return "?"
