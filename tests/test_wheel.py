"""The wheel, built and installed into a new virtual environment, runs outside the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.support.paths import ROOT

KINDS = ("*.py", "*.toml", "py.typed", "*.typ", "*.otf", "OFL.txt")


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command that must succeed and return its standard output."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PAYENGINE"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a new environment and return its Python.

    This environment lends it the libraries that the wheel depends on.
    """
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"  # a copy: in the checkout a `build` folder keeps modules that are gone
    for package in ("payengine", "formulas", "batch"):
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.cfg", "README.md", "LICENSE"):
        shutil.copy2(ROOT / name, source)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", source, cwd=folder)
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    (wheel,) = (folder / "dist").glob("payengine-*.whl")
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel, cwd=folder)
    # A plain path: the .pth files there, an editable install of the checkout among them, are not read.
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def test_the_wheel_holds_every_file_that_the_packages_need(installed: Path, tmp_path: Path) -> None:
    listing = (
        "import formulas, batch, payengine, pathlib; "
        "print(*(pathlib.Path(package.__file__).parent for package in (payengine, formulas, batch)), sep=chr(10))"
    )
    for line in run(installed, "-c", listing, cwd=tmp_path).splitlines():
        here = Path(line)
        assert ROOT not in here.parents, "the checkout answers instead of the wheel"
        source = ROOT / here.name
        wanted = {file.relative_to(source) for kind in KINDS for file in source.rglob(kind)}
        assert wanted == {file.relative_to(here) for kind in KINDS for file in here.rglob(kind)}


def test_the_wheel_speaks_chinese(installed: Path, tmp_path: Path) -> None:
    """Each package of the wheel finds its own texts, also without the command line."""
    assert "用法：" in run(installed, "-m", "batch", "--help", cwd=tmp_path, PAYENGINE_LANG="zh", PYTHONUTF8="1")
    code = "import formulas; from payengine import texts; print(len(texts.chinese()), texts.say('nothing'))"
    found, word = run(installed, "-c", code, cwd=tmp_path, PAYENGINE_LANG="zh", PYTHONUTF8="1").split()
    assert int(found) > 200
    assert word == "无"


def test_the_demo_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    size = ("--records", "3000", "--staff", "60", "--institutions", "10")
    said = json.loads(run(installed, "-m", "batch", "--json", "demo", "county", *size, cwd=tmp_path, PYTHONUTF8="1"))
    assert said["run"]
    assert (tmp_path / "county" / "ledger.sqlite").is_file()
