"""Base commit of the comparison: its entry in the file, and its clone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.base_commit import (
    FILE,
    BaseMissing,
    BaseUnusable,
    environment_of_tree,
    make_clone,
    make_environment,
    read_base,
)

OLD, NEW = "1" * 40, "2" * 40


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=e@x.invalid", "-c", "init.defaultBranch=main"]
    command = ["git", "-C", str(folder), *identity, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of two commits of one file."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet")
    for text in ("first", "second"):
        (folder / "file.txt").write_text(text, encoding="utf-8")
        git(folder, "add", "file.txt")
        git(folder, "commit", "--quiet", "-m", text)
    return folder


def shallow_clone(repository: Path, folder: Path) -> Path:
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", repository.as_uri(), str(folder)], capture_output=True, check=True
    )
    return folder


def test_the_last_entry_holds() -> None:
    base = read_base(f"# why\n\n{OLD} 2026-01-01 first\n{NEW} 2026-02-02 exact sums cost more\n")
    assert (base.commit, base.date, base.reason) == (NEW, "2026-02-02", "exact sums cost more")


@pytest.mark.parametrize("line", [OLD, f"{OLD} 2026-01-01", f"{OLD[:12]} 2026-01-01 short", f"{OLD} today a reason"])
def test_an_entry_without_commit_date_and_reason_is_refused(line: str) -> None:
    with pytest.raises(BaseUnusable, match="line 2"):
        read_base(f"# why\n{line}\n")


def test_a_file_without_entries_is_refused() -> None:
    with pytest.raises(BaseUnusable, match="names no commit"):
        read_base("# nothing yet\n")


def test_the_repository_names_a_base() -> None:
    assert read_base(FILE.read_text(encoding="utf-8")).reason


def test_an_earlier_commit_is_checked_out(repository: Path, tmp_path: Path) -> None:
    make_clone(git(repository, "rev-parse", "HEAD~1"), tmp_path / "clone", repository)
    assert (tmp_path / "clone" / "file.txt").read_text(encoding="utf-8") == "first"
    assert (repository / "file.txt").read_text(encoding="utf-8") == "second"


def test_a_commit_that_nobody_has_is_told(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(BaseMissing, match=f"{OLD} is not in this clone.*--unshallow"):
        make_clone(OLD, tmp_path / "clone", repository)


def test_a_shallow_clone_fetches_the_base(repository: Path, tmp_path: Path) -> None:
    base = git(repository, "rev-parse", "HEAD~1")
    git(repository, "config", "uploadpack.allowAnySHA1InWant", "true")
    shallow = shallow_clone(repository, tmp_path / "shallow")
    make_clone(base, tmp_path / "clone", shallow)
    assert (tmp_path / "clone" / "file.txt").read_text(encoding="utf-8") == "first"


def test_a_shallow_clone_without_its_origin_is_told(repository: Path, tmp_path: Path) -> None:
    base = git(repository, "rev-parse", "HEAD~1")
    shallow = shallow_clone(repository, tmp_path / "shallow")
    git(shallow, "remote", "set-url", "origin", (tmp_path / "gone").as_uri())
    with pytest.raises(BaseMissing, match="could not be fetched"):
        make_clone(base, tmp_path / "clone", shallow)


def project(folder: Path, *libraries: str) -> Path:
    """A checkout of a module that says where it is from, and asks for libraries."""
    folder.mkdir()
    text = f'[project]\nname = "toy"\nversion = "1"\ndependencies = {list(libraries)}\n'
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    (folder / "batch.py").write_text(f"place = {folder.name!r}", encoding="utf-8")
    return folder


def test_an_environment_imports_the_clone_and_borrows_the_libraries(tmp_path: Path) -> None:
    clone, root = project(tmp_path / "clone", "numpy>=2"), project(tmp_path / "root", "numpy>=2")
    python = make_environment(clone, tmp_path / "environment", root)
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    code = "import batch, numpy; print(batch.place)"
    told = subprocess.run([str(python), "-c", code], capture_output=True, text=True, cwd=tmp_path, env=clean)
    assert told.stdout == "clone\n", told.stderr


def test_a_clone_that_asks_for_other_libraries_is_installed_with_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone, root = project(tmp_path / "clone", "numpy>=1"), project(tmp_path / "root", "numpy>=2")
    done: list[list[str]] = []

    def run(words: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        done.append(words)
        return subprocess.CompletedProcess(words, int("pip" in words), "", "no network")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(BaseUnusable, match="cannot be installed: no network"):
        make_environment(clone, tmp_path / "environment", root)
    assert done[-1][1:4] == ["-m", "pip", "install"]
    assert done[-1][-1] == str(clone)


def test_the_tree_has_as_few_libraries_as_a_clone_with_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other libraries would make its start later."""
    alike, other = project(tmp_path / "alike", "numpy>=2"), project(tmp_path / "other", "numpy>=1")
    root = project(tmp_path / "root", "numpy>=2")
    assert environment_of_tree(alike, tmp_path / "none", root) == Path(sys.executable)
    done: list[list[str]] = []

    def run(words: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        done.append(words)
        return subprocess.CompletedProcess(words, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    python = environment_of_tree(other, tmp_path / "own", root)
    assert python.is_relative_to(tmp_path / "own")
    assert done[-1][0] == str(python)
    assert done[-1][-1] == "numpy>=2"
