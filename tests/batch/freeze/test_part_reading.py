"""Records read by other processes: the same snapshot and the same refusal.

The tasks are done in this process, out of their order; what goes to them and comes back is pickled, as it is between
machines. Those of a cluster: `tests/batch/cluster/test_freeze.py`.
"""

from __future__ import annotations

import hashlib
import pickle
import random
import shutil
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from batch.freeze import freeze_period, part_reading
from batch.freeze.records import unreadable
from batch.freeze.records.part_rows import PartOutcome, PartPlan, PartRules, PartTask, read_parts
from batch.snapshot.snapshot import Snapshot
from batch.sources import SourceSettings, folder, open_source
from batch.sources.base import BATCH_ROWS
from batch.sources.parts import ranges_of
from payengine.errors import Refused
from payengine.periods import Period
from tests.support.parts_county import COLUMNS, cut, records, spoilt, told, write_county

OCTOBER = Period.parse("2026-10")
KEY = b"a key of an office, for this test alone"


class InThisProcess:
    """Workers that do the tasks in this process, in a drawn order."""

    def __init__(self, seed: int, key: bytes = KEY) -> None:
        self.tasks = 0
        self.sent = b""  # all that went to the tasks and came back
        self.left: dict[str, bytes] = {}  # all files that were exchanged
        self._order = random.Random(seed)
        self._key = key
        self._folder = Path()

    @contextmanager
    def exchange(self, working: Path) -> Iterator[InThisProcess]:
        self._folder = working / "exchange"
        self._folder.mkdir()
        yield self
        shutil.rmtree(self._folder)

    def put(self, file: Path) -> str:
        content = file.read_bytes()
        name = hashlib.sha256(content).hexdigest()
        self.left[name] = content
        (self._folder / name).write_bytes(content)
        return name

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        yield self._folder / name

    def outcomes(self, tasks: Sequence[PartTask], plan: PartPlan) -> Generator[PartOutcome, None, None]:
        found = {table: pa.ipc.open_stream(self._folder / name).read_all() for table, name in plan.tables.items()}
        rules = PartRules(found, Period.parse(plan.period))
        for task in self._order.sample(list(tasks), len(tasks)):
            sent = pickle.dumps((task, plan))
            self.sent += sent
            with tempfile.TemporaryDirectory(dir=self._folder) as working:
                outcome = read_parts(*pickle.loads(sent), rules, self._key, Path(working), self.put)
            back = pickle.dumps(outcome)
            self.sent += back
            self.tasks += 1
            yield pickle.loads(back)


def frozen(place: Path, workers: InThisProcess | None, **settings: Any) -> Snapshot:
    with open_source(SourceSettings(folder="input", **settings), place) as source:
        shutil.rmtree(place / "snapshots", ignore_errors=True)
        return freeze_period(source, OCTOBER, place / "snapshots", patient_key=KEY, workers=workers)


def refusal(place: Path, workers: InThisProcess | None, **settings: Any) -> tuple[str, tuple[Any, ...]]:
    with pytest.raises(Refused) as found:
        frozen(place, workers, **settings)
    assert not list((place / "snapshots").glob("2*"))
    return found.value.report(), tuple(found.value.problems)


@pytest.fixture(scope="module", autouse=True)
def small_tasks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(part_reading, "TASK_ROWS", 12)
        yield


CUTS = st.lists(st.integers(0, len(records())), min_size=1, max_size=7)
FORMS = st.lists(st.sampled_from(["csv", "parquet"]), min_size=1, max_size=3)


@settings(max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # each freezes twice
@given(places=CUTS, forms=FORMS, seed=st.integers(0, 2**16))
def test_any_cut_and_any_order_give_the_bytes_of_one_machine(
    tmp_path_factory: pytest.TempPathFactory, places: list[int], forms: list[str], seed: int
) -> None:
    place = tmp_path_factory.mktemp("county", numbered=True) / "county"
    rows = records()
    random.Random(seed).shuffle(rows)
    write_county(place, cut(rows, places, forms))
    workers = InThisProcess(seed)
    alone = told(frozen(place, None))
    assert told(frozen(place, workers)) == alone
    assert workers.tasks > 1


def test_the_county_has_rows_of_every_kind(tmp_path: Path) -> None:
    write_county(tmp_path, [("csv", records())])
    counts = frozen(tmp_path, None).counts
    assert (counts["late_reversals"], counts["counting_only"], counts["from_summaries"]) == (1, 5, 2)
    assert counts["expanded"] > 0
    assert {"duplicate_row", "inconsistent_record", "reversed", "unknown_staff", "unknown_item", "unknown_institution",
            "bad_quantity", "not_licensed", "after_death"} <= set(counts["rejected"])  # fmt: skip


def test_a_table_in_one_file_is_read_by_this_process(tmp_path: Path) -> None:
    write_county(tmp_path, [("csv", records())])
    workers = InThisProcess(1)
    alone = told(frozen(tmp_path, None))
    assert told(frozen(tmp_path, workers)) == alone
    assert (workers.tasks, workers.sent) == (0, b"")


def test_row_groups_of_one_parquet_file_are_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts begin with a batch: else the batches would be others."""
    write_county(tmp_path, [("parquet", records())])
    monkeypatch.setattr("batch.sources.parts.BATCH_ROWS", 6)
    monkeypatch.setattr("batch.sources.parquet_files.BATCH_ROWS", 6)
    monkeypatch.setattr(folder, "PART_ROWS", 6)
    workers = InThisProcess(3)
    alone = told(frozen(tmp_path, None))
    assert told(frozen(tmp_path, workers)) == alone
    assert workers.tasks > 3


@pytest.mark.parametrize(
    ("groups", "ranges"),
    [
        ([], [((0, 0), 0)]),
        ([BATCH_ROWS] * 5, [((0, 2), 2 * BATCH_ROWS), ((2, 4), 2 * BATCH_ROWS), ((4, 5), BATCH_ROWS)]),
        ([100_000] * 4, [((0, 4), 400_000)]),  # no group begins with a batch
        ([4 * BATCH_ROWS, 7], [((0, 1), 4 * BATCH_ROWS), ((1, 2), 7)]),
    ],
)  # fmt: skip
def test_ranges_begin_with_a_batch(groups: list[int], ranges: list[tuple[tuple[int, int], int]]) -> None:
    assert ranges_of(groups, 2 * BATCH_ROWS) == ranges


@pytest.mark.parametrize(
    "how",
    [["day"], ["quantity", "hidden"], ["late"], ["cut"], ["cut", "day"], ["cut", "quantity", "summary"],
     ["summary", "reserved"], ["day", "summary", "reserved"]],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_refusals_are_those_of_one_machine(tmp_path: Path, how: list[str], form: str) -> None:
    rows = spoilt(records(), how)
    for places in ([14, 29], [8, 19, 32, 50]):
        write_county(tmp_path, cut(rows, places, [form]))
        workers = InThisProcess(len(places))
        assert refusal(tmp_path, workers) == refusal(tmp_path, None)
        assert workers.tasks > 1


@pytest.mark.parametrize("damage", ["wide row", "cut file", "no bytes left of a group"])
def test_a_part_that_cannot_be_read_is_refused_as_on_one_machine(tmp_path: Path, damage: str) -> None:
    """With what was found before it, and nothing of what comes after."""
    form = "csv" if damage == "wide row" else "parquet"
    write_county(tmp_path, cut(spoilt(records(), ["day", "quantity", "cut"]), [20, 28, 45], [form]))
    file = tmp_path / "input" / "service_record" / f"part-001.{form}"
    content = file.read_bytes()
    if damage == "wide row":
        file.write_bytes(content + b"a,b,c\n,,,,,,,,,,,\n")
    elif damage == "cut file":
        file.write_bytes(content[: len(content) // 2])
    else:
        file.write_bytes(content[:4] + bytes(40) + content[44:])
    workers = InThisProcess(5)
    assert refusal(tmp_path, workers) == refusal(tmp_path, None)


def test_more_faults_than_are_kept_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unreadable, "MOST_KEPT", 5)
    rows = records()
    for n, row in enumerate(rows):
        row["quantity"] = "x" if n % 3 else "1"
        row["share"] = "y" if n % 4 else "1"
    write_county(tmp_path, cut(rows, [11, 25, 44], ["csv", "parquet"]))
    assert refusal(tmp_path, InThisProcess(7)) == refusal(tmp_path, None)


def test_wrong_reference_tables_are_refused_as_on_one_machine(tmp_path: Path) -> None:
    write_county(tmp_path, cut(spoilt(records(), ["day"]), [20], ["csv"]), team_member=[{"team": "T", "staff": "Q"}])
    assert refusal(tmp_path, InThisProcess(2)) == refusal(tmp_path, None)


def test_own_names_words_and_codes_are_read_and_counted_alike(tmp_path: Path) -> None:
    """The parts spell their columns in different ways; the settings state codes."""
    write_county(tmp_path, cut(records(), [20, 40], ["csv"]))
    for number, names in enumerate((COLUMNS, ["记录号", *COLUMNS[1:]], COLUMNS)):
        file = tmp_path / "input" / "service_record" / f"part-{number:03}.csv"
        head, rest = file.read_text(encoding="utf-8").split("\n", 1)
        text = ",".join(names) + ("\r" if head.endswith("\r") else "") + "\n" + rest
        file.write_bytes(text.replace(",EXAM,", ",检查,").encode("gb18030" if number == 1 else "utf-8"))
    values = {"service_record": {"staff": {"A": "B", "never": "C"}}}
    settings = {"values": values}
    write = tmp_path / "input" / "item_map.csv"
    write.write_text(write.read_text(encoding="utf-8") + "检查,EXAM,2020-01-01,\n", encoding="utf-8")
    alone = told(frozen(tmp_path, None, **settings))
    assert alone["frozen"]["mapped"]["values"]
    assert told(frozen(tmp_path, InThisProcess(4), **settings)) == alone


def test_blank_rows_and_examples_move_the_rows_of_messages_alike(tmp_path: Path) -> None:
    rows = spoilt(records(), ["quantity"])
    write_county(tmp_path, cut(rows, [10, 24], ["csv"]))
    file = tmp_path / "input" / "service_record" / "part-002.csv"
    head, rest = file.read_text(encoding="utf-8").split("\n", 1)
    file.write_text(f"{head}\n{',' * 8}\n例：R0{',' * 8}\n{rest}", encoding="utf-8", newline="")
    alone = refusal(tmp_path, None)
    assert "row 10" in alone[0]
    assert refusal(tmp_path, InThisProcess(6)) == alone


def test_no_code_of_a_patient_and_no_key_leaves_a_process(tmp_path: Path) -> None:
    """But hashes and digests: neither in the values sent nor in the files exchanged."""
    rows = [row | {"patient": row["patient"] and f"330102{row['patient']:>08}0017"} for row in records()]
    deaths = [{"patient": f"330102{'DEAD':>08}0017", "died": "2026-10-11"}]
    write_county(tmp_path, cut(rows, [20, 40], ["csv"]), patient=deaths)
    workers = InThisProcess(8)
    snapshot = frozen(tmp_path, workers)
    assert snapshot.counts["rejected"]["after_death"] == 1
    everything = workers.sent + b"".join(_plain(content) for content in workers.left.values())
    assert b"part-001.csv" in everything
    assert b"service_record" in everything
    assert b"R001" in everything
    for secret in (KEY, KEY.hex().encode(), b"330102", b"DEAD"):
        assert secret not in everything


def _plain(content: bytes) -> bytes:
    """Write a file that was exchanged as text: runs are compressed."""
    rows = pa.ipc.open_stream(content).read_all()
    return repr([column.to_pylist() for column in rows.columns]).encode() + b" ".join(
        name.encode() for name in rows.column_names
    )


def test_two_freezes_give_the_same_patient_different_hashes(tmp_path: Path) -> None:
    write_county(tmp_path, cut(records(), [20, 40], ["csv"]))
    one, other = InThisProcess(1), InThisProcess(1)
    assert told(frozen(tmp_path, one)) == told(frozen(tmp_path, other))
    assert not _patients(one) & _patients(other)


def _patients(workers: InThisProcess) -> set[int]:
    found: set[int] = set()
    for content in workers.left.values():
        rows = pa.ipc.open_stream(content).read_all()
        if "patient_hash" in rows.column_names:
            found |= set(rows["patient_hash"].to_pylist()) - {0}
    assert found
    return found
