"""Compiled kernels and their cache: imports stay cheap, and no stale kernel is used.

The cache is private, may be damaged or filled by several processes, and never stops a run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from payengine.kernels import cache
from payengine.kernels.arrays import read_only
from payengine.kernels.compile import Kernel, compiled, inlined
from tests.support.paths import ROOT

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")

# A small module with kernels of its own, as batch/ has them.
MODULE = """
import numpy as np
from helper import shifted
from payengine.kernels.compile import compiled
{constant}

@compiled("int64(readonly_{{kind}})", kind=("uint16", "int32"))
def total(values):
    found = 0
    for value in values:
        found += shifted(np.int64(value)) + ADDED
    return found
"""
HELPER = """
from payengine.kernels.compile import inlined

@inlined
def shifted(value):
    return value {shift}
"""
SHOW = """
import sys, numpy as np, mine
from payengine.kernels import cache
out = mine.total(np.array([1, 2], np.uint16))
variant = next(iter(mine.total._variants.values()))
print(out, "loaded" if variant.stats.cache_hits else "compiled", cache.cache_folder())
"""


def write(folder: Path, constant: str = "ADDED = 10", shift: str = "+ 1") -> None:
    (folder / "helper.py").write_text(HELPER.format(shift=shift), encoding="utf-8")
    (folder / "mine.py").write_text(MODULE.format(constant=constant), encoding="utf-8")


def start(folder: Path, show: str = SHOW, **environment: str) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(folder), str(ROOT)])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "NUMBA_"))}
    given = {**inherited, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", show], env=given, cwd=folder, text=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def told(process: subprocess.Popen[str]) -> list[str]:
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return out.split()


def test_a_kernel_is_kept_privately_and_loaded_again(tmp_path: Path) -> None:
    write(tmp_path)
    kept = tmp_path / "kept"
    assert told(start(tmp_path, PAYENGINE_CACHE_DIR=str(kept)))[:2] == ["25", "compiled"]
    assert told(start(tmp_path, PAYENGINE_CACHE_DIR=str(kept))) == ["25", "loaded", str(kept / "kernels")]
    if sys.platform != "win32":
        assert (kept / "kernels").stat().st_mode & 0o777 == 0o700


def test_a_change_in_a_helper_or_in_a_constant_is_seen(tmp_path: Path) -> None:
    """A change in a helper or a constant compiles a kernel again.

    Numba alone looks at one file: a stale kernel would compute yesterday's rule.
    """
    kept = {"PAYENGINE_CACHE_DIR": str(tmp_path / "kept")}
    write(tmp_path)
    assert told(start(tmp_path, **kept))[0] == "25"
    write(tmp_path, shift="+ 2")
    assert told(start(tmp_path, **kept))[:2] == ["27", "compiled"]
    (tmp_path / "given.py").write_text("ADDED = 20", encoding="utf-8")
    write(tmp_path, constant="from given import ADDED", shift="+ 2")
    assert told(start(tmp_path, **kept))[:2] == ["47", "compiled"]
    (tmp_path / "given.py").write_text("ADDED = 30", encoding="utf-8")
    assert told(start(tmp_path, **kept))[:2] == ["67", "compiled"]


def test_processes_that_fill_a_cold_cache_together_agree(tmp_path: Path) -> None:
    write(tmp_path)
    kept = {"PAYENGINE_CACHE_DIR": str(tmp_path / "kept")}
    together = [start(tmp_path, **kept) for _ in range(3)]
    assert {told(process)[0] for process in together} == {"25"}
    assert told(start(tmp_path, **kept))[:2] == ["25", "loaded"]


@pytest.mark.parametrize("damage", [b"not a pickle", None])
def test_a_damaged_cache_only_costs_the_time_to_compile(tmp_path: Path, damage: bytes | None) -> None:
    write(tmp_path)
    kept = tmp_path / "kept"
    told(start(tmp_path, PAYENGINE_CACHE_DIR=str(kept)))
    files = [file for file in kept.rglob("*") if file.is_file()]
    assert len(files) == 2
    for file in files:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2] if damage is None else damage)
    assert told(start(tmp_path, PAYENGINE_CACHE_DIR=str(kept)))[:2] == ["25", "compiled"]
    assert told(start(tmp_path, PAYENGINE_CACHE_DIR=str(kept)))[:2] == ["25", "loaded"]


@POSIX
def test_a_read_only_install_without_a_home_falls_back_to_a_private_temporary_folder(tmp_path: Path) -> None:
    write(tmp_path)
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    nowhere = {"HOME": "/proc/nowhere", "TMPDIR": str(scratch), "PAYENGINE_CACHE_DIR": ""}
    place = str(scratch / f"payengine-{os.geteuid()}" / "kernels")
    assert told(start(tmp_path, **nowhere)) == ["25", "compiled", place]


@POSIX
def test_with_nowhere_to_write_kernels_are_compiled_and_nothing_fails(tmp_path: Path) -> None:
    write(tmp_path)
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    nowhere = {"PAYENGINE_CACHE_DIR": str(blocked / "below")}
    assert told(start(tmp_path, **nowhere)) == ["25", "compiled", "None"]


@POSIX
def test_a_disk_that_is_full_only_costs_the_time_to_compile(tmp_path: Path) -> None:
    write(tmp_path)
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n" + SHOW
    assert told(start(tmp_path, full, PAYENGINE_CACHE_DIR=str(tmp_path / "kept")))[:2] == ["25", "compiled"]


@POSIX
def test_a_folder_that_is_not_ours_alone_is_made_so_or_not_used(tmp_path: Path) -> None:
    """A cache folder that others can write to is made private or not used.

    Cache files are pickles: whoever can write them can run code as us.
    """
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    assert cache.private_folder(open_to_all)
    assert open_to_all.stat().st_mode & 0o777 == 0o700
    link = tmp_path / "link"
    link.symlink_to(open_to_all)
    assert not cache.private_folder(link)
    if os.geteuid() == 0:
        os.chown(open_to_all, 1234, 1234)
        assert not cache.private_folder(open_to_all)


def test_importing_the_product_does_not_import_numba(tmp_path: Path) -> None:
    show = (
        "import sys, payengine, payengine.exact, payengine.kernels, payengine.kernels.price, payengine.exact.points\n"
        "print('numba' in sys.modules)"
    )
    assert told(start(tmp_path, show)) == ["False"]


FEW_ROWS = """
import sys, numpy as np
from payengine.kernels.compile import ROWS_WITHOUT_NUMBA
from payengine.kernels.groups import sum_by

def added(rows):
    sums = np.zeros(1, np.int64), np.zeros(1, np.uint64)
    sum_by(np.zeros(0, np.int64), np.ones(rows, np.uint64), np.array([0, rows]), *sums)
    print(sums[1][0] == rows, "numba" in sys.modules)

added(ROWS_WITHOUT_NUMBA - 1)
added(1)
added(1)
"""


def test_few_rows_are_done_before_numba_is_imported(tmp_path: Path) -> None:
    """The rows of a small county take less time than importing Numba."""
    assert told(start(tmp_path, FEW_ROWS)) == ["True", "False", "True", "False", "True", "True"]


OTHER_COLUMNS = """
import numpy as np
from payengine.kernels.totals import add_up
totals = np.zeros((1, 1), np.int64)
try:
    add_up(np.zeros(1, np.int32), np.zeros(1, np.int32), np.ones(1, np.int64), totals)
except TypeError as error:
    print(str(error).splitlines()[0][:22], totals[0, 0])
"""


def test_columns_of_no_declared_type_are_refused_though_few(tmp_path: Path) -> None:
    """The second way takes no columns that compiled code would refuse."""
    assert told(start(tmp_path, OTHER_COLUMNS)) == ["No", "matching", "definition", "0"]


def test_warming_up_builds_every_variant_and_reports_it(tmp_path: Path) -> None:
    write(tmp_path)
    show = "from payengine.kernels import warm_up\nprint(*vars(warm_up('mine')).values())"
    kept = tmp_path / "kept"
    first = told(start(tmp_path, show, PAYENGINE_CACHE_DIR=str(kept)))
    second = told(start(tmp_path, show, PAYENGINE_CACHE_DIR=str(kept)))
    assert (first[:3], first[4]) == (["1", "2", "0"], str(kept / "kernels"))
    assert second[:3] == ["1", "2", "2"]


def test_warming_up_finds_the_kernels_of_a_package() -> None:
    from payengine.kernels.compile import _modules_with_kernels

    found = set(_modules_with_kernels("payengine"))
    assert {f"payengine.kernels.{name}" for name in ("price", "limit", "apportion", "muldiv", "groups")} <= found
    assert "payengine.kernels.compile" not in found


@compiled("int64(readonly_{a}, readonly_{b}, int64[::1])", a=("uint16", "int32"), b=("int32", "int64"))
def added(a, b, out):  # type: ignore[no-untyped-def]
    for row in range(len(out)):
        out[row] = doubled(a[row]) + b[row]
    return 0


@inlined
def doubled(value):  # type: ignore[no-untyped-def]
    return value * 2


def test_the_variant_is_chosen_by_the_columns() -> None:
    assert isinstance(added, Kernel)
    assert len(added.signatures) == 4
    for a in ("uint16", "int32"):
        for b in ("int32", "int64"):
            out = np.zeros(1, np.int64)
            added(np.array([3], a), np.array([4], b), out)
            assert out.tolist() == [10]
    with pytest.raises(TypeError, match="no variant for columns of int8, int64"):
        added(np.array([3], np.int8), np.array([4], np.int64), np.zeros(1, np.int64))
    assert doubled(21) == 42


class Prices(NamedTuple):
    """Columns of a kernel in one argument."""

    count: Any
    price: Any


@compiled("int64(Prices(readonly_int32, readonly_int64), int64[::1])")
def bill(prices: Prices, out: Any) -> Any:
    for row in range(out.size):
        out[row] = prices.count[row] * prices.price[row]
    return out.sum()


def test_a_kernel_takes_columns_in_a_named_tuple() -> None:
    """Arguments of exactly the types declared: nothing is converted on the way."""
    count, price = read_only(np.array([2, 3], np.int32)), read_only(np.array([10, 100], np.int64))
    out = np.zeros(2, np.int64)
    assert bill(Prices(count, price), out) == 320
    assert out.tolist() == [20, 300]
    with pytest.raises(TypeError, match="No matching definition"):
        bill(Prices(count.copy(), price), out)
    with pytest.raises(TypeError, match="No matching definition"):
        bill((count, price), out)


def test_variants_that_nothing_tells_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="differ only inside a named tuple"):

        @compiled("void(Prices(readonly_{kind}, readonly_int64))", kind=("int32", "int64"))
        def nothing(prices: Prices) -> None:
            return


COLUMNS = """
from typing import Any, NamedTuple

class Columns(NamedTuple):
    {first}: Any
    {second}: Any
"""
TAKES_COLUMNS = """
from columns import Columns
from payengine.kernels.compile import compiled

@compiled("int64(Columns(readonly_int64, readonly_int64))")
def difference(columns):
    return columns.more[0] - columns.less[0]
"""
SHOW_DIFFERENCE = """
import numpy as np, mine
from columns import Columns
from payengine.kernels.arrays import read_only
out = mine.difference(Columns(less=read_only(np.array([3])), more=read_only(np.array([10]))))
variant = next(iter(mine.difference._variants.values()))
print(out, "loaded" if variant.stats.cache_hits else "compiled")
"""


def test_another_order_of_a_named_tuple_s_columns_is_seen(tmp_path: Path) -> None:
    """Compiled code knows columns by their place alone."""
    kept = {"PAYENGINE_CACHE_DIR": str(tmp_path / "kept")}
    (tmp_path / "mine.py").write_text(TAKES_COLUMNS, encoding="utf-8")
    for first, second in (("less", "more"), ("more", "less")):
        (tmp_path / "columns.py").write_text(COLUMNS.format(first=first, second=second), encoding="utf-8")
        assert told(start(tmp_path, SHOW_DIFFERENCE, **kept)) == ["7", "compiled"]
        assert told(start(tmp_path, SHOW_DIFFERENCE, **kept)) == ["7", "loaded"]


def test_without_a_usable_temporary_folder_kernels_are_kept_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_usable() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(cache.tempfile, "gettempdir", none_usable)
    monkeypatch.delenv(cache.OVERRIDE, raising=False)
    monkeypatch.setattr(cache, "user_cache_folder", lambda: tmp_path)
    assert list(cache._candidates()) == [tmp_path]
    monkeypatch.setattr(cache, "user_cache_folder", lambda: None)
    assert list(cache._candidates()) == [], "then nothing is kept"
