"""Dask cluster, a running one or processes of one command, that works on records.

It reads parts of sources and prices snapshots.

Tasks go out a few at a time for each thread of the workers, so that neither the scheduler nor this process holds many
of them. A task whose worker is lost is done again by another; what a task gives is merged once.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent import futures
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from batch.cluster.store import Store, address_of
from batch.cluster.upload import upload
from batch.cluster.worker_task import do_task
from batch.compute.run_id import engine_digest
from batch.pricing.part_sums import BATCHES_OF_TASK, PartSums, PartTask
from batch.pricing.price_parts import price_parts
from payengine import texts
from payengine.errors import Unavailable, UsageError
from payengine.system_errors import in_words
from payengine.texts import say

if TYPE_CHECKING:
    from batch.pricing.price_snapshot import PricedWork
    from batch.snapshot.snapshot import Snapshot

TASKS_PER_THREAD = 3  # one that runs, two that wait
CONNECT_SECONDS = 10
PATIENCE_SECONDS = 60  # without any worker, before the command gives up
SILENT = logging.CRITICAL + 1
OF_ONE_PROCESS = "memory"  # the kind of store that fsspec keeps in a process
LOOK_SECONDS = 2  # between two looks at the scheduler while no task ends


class Cluster:
    """Connection to a scheduler whose workers price snapshots; see `connected` and `local`."""

    def __init__(self, client: Any, address: str, batches: int = BATCHES_OF_TASK, store: Store | None = None) -> None:
        """Without a `store`, workers read snapshots under the path that they have here."""
        self.address = address
        self.batches = batches
        self.store = store
        self.ended = 0  # tasks that workers have done
        self.lost_remedy = ""  # what to do if it is lost, where that is not what it is for a run
        self._client = client

    def price(self, snapshot: Snapshot, holds: Collection[str] = ()) -> PricedWork:
        """Price a snapshot as `price_snapshot` does, to the same bits.

        `Unavailable` where scheduler or workers are lost, or cannot read the snapshot; `IntegrityBroken` where one of
        them reads another than was frozen.
        """
        return price_parts(snapshot, holds, partial(self._done, snapshot), self.batches)

    def _done(self, snapshot: Snapshot, tasks: Sequence[PartTask]) -> Iterator[PartSums]:
        """Yield the outcomes of a snapshot's tasks as they end."""
        stored = None if self.store is None else upload(snapshot, self.store)
        yield from self.outcomes(do_task, tasks, engine_digest(), texts.language(), stored)

    def outcomes(self, function: Callable[..., Any], tasks: Iterable[Any], *common: object) -> Iterator[Any]:
        """Call a function with each task and the common arguments; yield results as they come.

        An exception that is returned is raised here.
        """
        distributed = _distributed()
        waiting = iter(tasks)
        running: set[Any] = set()
        threads = self._threads()
        try:
            while True:
                while len(running) < TASKS_PER_THREAD * threads and (task := next(waiting, None)) is not None:
                    running.add(self._submit(function, task, *common))
                if not running:
                    return
                found: list[Any] = []
                with self._errors(), suppress(distributed.TimeoutError), self._client.as_current():
                    ended = distributed.wait(running, LOOK_SECONDS, "FIRST_COMPLETED").done
                    running -= ended
                    found = [future.result() for future in ended]
                for outcome in found:
                    if isinstance(outcome, Exception):
                        raise outcome
                    self.ended += 1
                    yield outcome
                if not found:  # look whether there are workers at all
                    threads = self._threads()
        finally:
            with suppress(Exception):  # a lost scheduler knows of none
                self._client.cancel(list(running), force=True)

    def _submit(self, *call: object) -> Any:
        with self._errors():
            return self._client.submit(*call, pure=False)

    def _threads(self) -> int:
        """Count the threads of all workers, waiting for the first of them."""
        begun = time.monotonic()
        while True:
            with self._errors():
                if self._client.status != "running":
                    raise self._lost()
                threads = int(sum(self._client.nthreads().values()))
            if threads:
                return threads
            if time.monotonic() - begun > PATIENCE_SECONDS:
                raise Unavailable(
                    say("the cluster {address} has no workers", address=self.address),
                    remedy=say("Start workers (dask worker {address}) and run the command again.",
                               address=self.address),
                )  # fmt: skip
            time.sleep(0.2)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Tell in words what Dask raises."""
        import distributed

        try:
            yield
        except distributed.KilledWorker as error:
            raise Unavailable(
                say("workers of the cluster {address} were lost again and again on one task", address=self.address),
                remedy=say("Nothing is half done. See the workers' logs; often their memory is too small."),
            ) from error
        except ImportError as error:
            raise Unavailable(
                say("a worker of the cluster {address} lacks a module: {why}", address=self.address, why=error),
                remedy=say("Install the same version of payengine for scheduler, workers and command."),
            ) from error
        except (OSError, futures.CancelledError, asyncio.CancelledError) as error:
            if isinstance(error, distributed.TimeoutError):
                raise
            raise self._lost() from error

    def _lost(self) -> Unavailable:
        return Unavailable(
            say("the connection to the cluster {address} is lost", address=self.address),
            remedy=self.lost_remedy
            or say("Nothing was staged or published. Start the cluster and run the command again."),
        )


@contextmanager
def connected(address: str, snapshots: str = "") -> Iterator[Cluster]:
    """Connect to the scheduler at an address such as tcp://10.0.0.5:8786.

    `snapshots` is the address of a store from which workers fetch what they price; '' where they reach the folder.
    `UsageError` for no such address, and where the extra `cluster` is not installed; `Unavailable` where none answers.
    """
    distributed = _distributed()
    store = _store(snapshots)
    if not _is_address(address):
        raise UsageError(say("{address} is no address of a cluster: write tcp://HOST:PORT", address=address))
    with ExitStack() as open_until_end:
        try:
            _require_scheduler(distributed, address)
            client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:  # Dask's time-outs are OSErrors
            raise Unavailable(
                say("no cluster answers at {address}", address=address),
                remedy=say("Start one (dask scheduler, dask worker {address}), or name its address.", address=address),
            ) from error
        open_until_end.callback(_close, client)
        yield Cluster(client, address, store=store)


@contextmanager
def local(workers: int, snapshots: str = "") -> Iterator[Cluster]:
    """Start a cluster of some processes on this machine, and end it with the context.

    `snapshots` as in `connected`.

    They listen on 127.0.0.1 alone, and speak TLS by a certificate of their own: nobody else can give them work.
    `UsageError` where the extra `cluster` is not installed.
    """
    distributed = _distributed()
    store = _store(snapshots)
    import dask

    with ExitStack() as open_until_end:
        # Their web pages, which Dask serves even without a dashboard, show nothing, and on this machine alone.
        silent_pages: dict[str, list[str]] = {
            "distributed.scheduler.http.routes": [],
            "distributed.worker.http.routes": [],
        }
        open_until_end.enter_context(dask.config.set(silent_pages))
        try:
            cluster = distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", protocol="tls://",
                security=distributed.Security.temporary(), memory_limit=0, silence_logs=SILENT,
                dashboard_address="127.0.0.1:0", worker_dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
            )  # fmt: skip
        except (OSError, RuntimeError) as error:
            raise Unavailable(say("the workers cannot be started: {why}", why=in_words(error))) from error
        open_until_end.callback(_close, cluster)
        client = distributed.Client(cluster, set_as_default=False)
        open_until_end.callback(_close, client)
        yield Cluster(client, cluster.scheduler_address, store=store)


def _require_scheduler(distributed: Any, address: str) -> None:
    """Raise `OSError` where nobody at an address shakes hands as Dask does.

    `distributed.Client` waits for ever for the answer of a server that is none of Dask's: its own time-out ends with
    the connection.
    """

    async def shake_hands() -> None:
        secured = distributed.Security().get_connection_args("client")
        (await distributed.comm.connect(address, timeout=CONNECT_SECONDS, **secured)).abort()

    async def in_time() -> None:
        await asyncio.wait_for(shake_hands(), CONNECT_SECONDS)

    with futures.ThreadPoolExecutor(1) as beside:  # this thread may have an event loop already, as in a notebook
        try:
            beside.submit(asyncio.run, in_time()).result()
        except Exception as error:  # whatever another protocol's answer does to Dask's reader
            raise OSError(str(error)) from error


def _is_address(text: str) -> bool:
    """Tell if a text names a scheduler's host and port."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("tcp", "tls") and bool(parts.hostname and parts.port) and not parts.path.strip("/")
    except ValueError:  # a port that is no number, or too great
        return False


def _store(snapshots: str) -> Store | None:
    if not snapshots:
        return None
    address = address_of(snapshots)
    if address.startswith(f"{OF_ONE_PROCESS}://"):
        raise UsageError(
            say("the store {address} is the memory of this command, which no worker reaches", address=address),
            remedy=say("Write the path of a shared folder, or an address such as s3://BUCKET/FOLDER."),
        )
    return Store(address)


def _close(what: Any) -> None:
    with suppress(Exception):  # what is lost already cannot be closed again
        what.close(timeout=5)


def _distributed() -> Any:
    try:
        import cryptography  # noqa: F401  (for the certificates of local workers)
        import distributed
    except ImportError as error:
        raise UsageError(
            say("a cluster needs the package distributed"),
            remedy=say("Install it: pip install payengine[cluster]"),
        ) from error
    # What Dask logs of a lost connection are tracebacks; what it means is told by our own errors.
    for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(SILENT)
    return distributed
