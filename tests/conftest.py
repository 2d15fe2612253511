"""Settings of all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from payengine import texts

# The first example of a test may compile a kernel, which says nothing about the speed of the others.
settings.register_profile("payengine", deadline=None)
settings.load_profile("payengine")


MOST_PROCESSES = 4  # each compiles its kernels for itself, and holds a county or two in memory


@pytest.hookimpl(optionalhook=True)  # whoever runs the tests without pytest-xdist needs none
def pytest_xdist_auto_num_workers() -> int:
    """Choose how many processes `pytest -n auto` starts."""
    return min(os.cpu_count() or 1, MOST_PROCESSES)


ROOT = Path(__file__).parent
# Folders and files whose tests are quick: they make no county, start no process and need no server.
QUICK = (
    "payengine", "batch/values", "batch/test_input_words.py", "formulas/test_formulas.py", "formulas/test_golden.py",
    "formulas/test_regions.py", "formulas/test_floors.py", "formulas/test_fixed_share.py", "formulas/test_purchase.py",
    "formulas/test_two_permits.py", "formulas/test_distribution.py", "formulas/test_appraisal.py", "test_docstrings.py",
    "test_editions.py", "test_glossary.py", "test_layers.py", "test_texts.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of `pytest -m quick`."""
    for item in items:
        inside = item.path.relative_to(ROOT).as_posix()
        if any(inside == quick or inside.startswith(f"{quick}/") for quick in QUICK):
            item.add_marker(pytest.mark.quick)


@pytest.fixture(autouse=True)
def _language_of_one_test_is_not_the_next_ones() -> Iterator[None]:
    """Reset the language that a command in this process chose, after each test."""
    yield
    texts.use(None)
    texts._from_environment.cache_clear()
