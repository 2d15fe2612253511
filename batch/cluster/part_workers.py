"""Workers of a cluster that read the parts of a source for a freeze.

The patient key is no part of a task: each worker has it from its own environment, or from the file that the settings
name, and the task tells it how to see that it is the same.
"""

from __future__ import annotations

import hmac
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from batch.cluster.cluster import Cluster
from batch.cluster.exchange import FileExchange, Place, new_folder
from batch.cluster.installed import installed_digest
from batch.cluster.part_cache import store
from batch.cluster.store import Store, address_of
from batch.cluster.worker_task import by_worker, own_folder, told_by_worker
from batch.freeze.records.part_rows import PartOutcome, PartPlan, PartRules, PartTask, read_parts
from batch.freeze.records.patients import FreezeKeys
from batch.settings import PrivacySettings, patient_key
from batch.sources.table_parts import AnotherFile
from payengine import texts
from payengine.errors import Unavailable, UsageError
from payengine.periods import Period
from payengine.system_errors import in_words
from payengine.texts import say


class PartWorkers:
    """Workers of a cluster, for the freezes of one workspace."""

    def __init__(self, cluster: Cluster, privacy: PrivacySettings) -> None:
        self._cluster = cluster
        file = privacy.key_file
        self._privacy = privacy if file is None else replace(privacy, key_file=file.absolute())

    @contextmanager
    def exchange(self, working: Path) -> Iterator[ClusterExchange]:
        """Open an exchange in the cluster's store, or else in the freeze's own folder."""
        self._cluster.lost_remedy = say("Nothing was frozen. Start the cluster and run the command again.")
        place = self._cluster.store or Store(address_of(str(working)))
        try:
            with new_folder(place) as folder:
                yield ClusterExchange(self._cluster, self._privacy, FileExchange(place, folder, working))
        finally:
            self._cluster.lost_remedy = ""


class ClusterExchange:
    """Exchange of one freeze with the workers of a cluster."""

    def __init__(self, cluster: Cluster, privacy: PrivacySettings, files: FileExchange) -> None:
        self.put, self.fetched = files.put, files.fetched
        self._cluster = cluster
        self._privacy = privacy
        self._place = files.place

    def outcomes(self, tasks: Sequence[PartTask], plan: PartPlan) -> Generator[PartOutcome, None, None]:
        """Have the tasks done; the outcomes come as they end."""
        common = plan, self._place, self._privacy, installed_digest(), texts.language()
        yield from self._cluster.outcomes(read_task, tasks, *common)


def read_task(
    task: PartTask, plan: PartPlan, place: Place, privacy: PrivacySettings, installed: str, language: str
) -> PartOutcome | Exception:
    """Do a task in a worker's process, if it has the command's payengine and patient key.

    Errors are returned, not raised, as in `worker_task.do_task`.
    """
    texts.use(language)
    return told_by_worker(lambda: _read(task, plan, place, privacy, installed))


def _read(task: PartTask, plan: PartPlan, place: Place, privacy: PrivacySettings, installed: str) -> PartOutcome:
    if installed_digest() != installed:
        raise Unavailable(
            say("its payengine is another than that of this command"),
            remedy=say("Install the same version of payengine for scheduler, workers and command."),
        )
    same_key = say("Set PAYENGINE_PATIENT_KEY for every worker as for the command, and start the workers again.")
    try:  # what is wrong in a worker's surroundings is no wrong use of the command
        key = patient_key(privacy, Path())
    except UsageError as error:
        raise Unavailable(error.what, error.problems, same_key) from error
    try:
        files = store(place.address)
    except UsageError as error:
        raise Unavailable(error.what, error.problems, error.remedy) from error
    if not hmac.compare_digest(FreezeKeys.of(key, plan.number).check, plan.check):
        raise Unavailable(
            say("its patient key is another than that of this command"),
            remedy=same_key,
        )
    with tempfile.TemporaryDirectory(prefix="payengine-", dir=own_folder()) as working:
        exchange = FileExchange(files, place.folder, Path(working))

        def put(file: Path) -> str:
            if not exchange.is_open:
                raise Unavailable(say("the freeze has ended meanwhile"))
            return exchange.put(file)

        try:
            rules = _rules(place, plan.period, tuple(plan.tables.items()))
            outcome = read_parts(task, plan, rules, key, Path(working), put)
        except OSError as error:
            raise Unavailable(say("{path} cannot be written: {why}", path=working, why=in_words(error))) from error
    if isinstance(outcome.broken, AnotherFile):
        outcome.broken.what = by_worker(outcome.broken.what)
    return outcome


@lru_cache(1)  # of the freeze whose tasks are done now
def _rules(place: Place, period: str, names: tuple[tuple[str, str], ...]) -> PartRules:
    """Fetch the tables by which records are checked."""
    with tempfile.TemporaryDirectory(prefix="payengine-", dir=own_folder()) as working:
        exchange = FileExchange(store(place.address), place.folder, Path(working))
        tables = {}
        for table, name in names:
            with exchange.fetched(name) as file, pa.OSFile(str(file), "rb") as stream:
                tables[table] = pa.ipc.open_stream(stream).read_all()
    return PartRules(tables, Period.parse(period))
