"""Structure of the packages: imports go one way, and a run's id covers the figures' code.

Nothing of a region stands in code.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

import formulas
from batch.compute.run_id import COMPUTING
from payengine.policy import list_policies
from tests.support import import_graph
from tests.support.import_graph import PACKAGES
from tests.support.paths import ROOT
from tests.support.sources_page import FOUNDING, OTHER_PLACES, documents

# A room is a package, or a module at the root of `batch`; `payengine` is what lies at its root (errors, periods, texts,
# suggest). Each may import these rooms and no others: of other modules only what type checkers read, too.
ALLOWED: Mapping[str, set[str]] = {
    room: set(others.split())
    for room, others in {
        "batch": "batch.input_words batch.snapshot payengine",
        "batch.__main__": "batch.cli",
        "batch.archive": (
            "batch.audit batch.content_digest batch.file_access batch.ledger batch.proof batch.report_names "
            "batch.reports batch.result_tables batch.results batch.snapshot batch.source_texts payengine"
        ),
        "batch.arrow_columns": "payengine.kernels",
        "batch.audit": (
            "batch.arrow_columns batch.compute batch.content_digest batch.input_tables batch.ledger "
            "batch.report_names batch.result_tables batch.results batch.snapshot batch.source_texts batch.text_hashes "
            "payengine payengine.exact payengine.kernels payengine.policy"
        ),
        "batch.background": "",
        "batch.check": "batch.findings batch.ledger batch.snapshot payengine payengine.policy",
        "batch.cli": (
            "batch.archive batch.audit batch.check batch.cli.policy batch.cli.views batch.cli.web batch.cluster "
            "batch.demo batch.explain batch.file_access batch.findings batch.ledger batch.needs batch.paper "
            "batch.proof batch.reports batch.reports.sheets batch.reports.workbooks batch.result_tables batch.results "
            "batch.run batch.settings batch.sheets batch.simulation batch.snapshot batch.template batch.work_list "
            "batch.workspace formulas payengine payengine.kernels payengine.policy"
        ),
        "batch.cli.policy": (
            "batch.cli batch.cli.policy_book batch.cli.views batch.compute batch.file_access batch.findings "
            "batch.needs batch.new_workspace batch.settings payengine payengine.policy"
        ),
        "batch.cli.policy_book": (
            "batch.cli batch.cli.views batch.explain batch.inputs batch.reports batch.results batch.workspace "
            "payengine payengine.graph payengine.policy"
        ),
        "batch.cli.views": (
            "batch.archive batch.audit batch.check batch.cli batch.explain batch.findings batch.input_tables "
            "batch.inputs batch.ledger batch.needs batch.paper batch.pay batch.payments batch.payslips batch.proof "
            "batch.report_names batch.reports batch.results batch.revise batch.run batch.settings batch.simulation "
            "batch.snapshot batch.status batch.workspace payengine payengine.exact payengine.graph payengine.policy"
        ),
        "batch.cli.web": (
            "batch.cli batch.cli.views batch.explain batch.file_access batch.inputs batch.ledger batch.payments "
            "batch.payslips batch.proof batch.reports batch.results batch.secret_file batch.simulate batch.simulation "
            "batch.snapshot batch.workspace payengine payengine.exact payengine.graph payengine.policy"
        ),
        "batch.cluster": (
            "batch.compute batch.content_digest batch.file_access batch.freeze.records batch.pricing batch.settings "
            "batch.snapshot batch.source_texts batch.sources batch.url_secrets payengine"
        ),
        "batch.compute": (
            "batch.arrow_columns batch.compute.declared batch.content_digest batch.input_tables batch.input_words "
            "batch.inputs batch.pricing batch.report_names batch.results batch.snapshot formulas payengine "
            "payengine.exact payengine.graph payengine.graph.values payengine.policy"
        ),
        "batch.compute.declared": (
            "batch.inputs batch.report_names payengine payengine.exact payengine.graph payengine.graph.values "
            "payengine.policy"
        ),
        "batch.content_digest": "",
        "batch.demo": "batch.compute batch.input_tables payengine payengine.exact payengine.policy",
        "batch.explain": (
            "batch.compute batch.input_tables batch.inputs batch.pricing batch.result_tables batch.results "
            "batch.snapshot batch.text_hashes payengine payengine.exact payengine.graph payengine.graph.values "
            "payengine.kernels payengine.policy"
        ),
        "batch.failpoints": "",
        "batch.file_access": "",
        "batch.findings": (
            "batch.arrow_columns batch.compute batch.file_access batch.freeze.sorting batch.input_tables batch.ledger "
            "batch.snapshot batch.sources batch.text_hashes batch.values payengine payengine.exact payengine.kernels "
            "payengine.policy"
        ),
        "batch.freeze": (
            "batch.arrow_columns batch.background batch.content_digest batch.failpoints batch.file_access "
            "batch.freeze.records batch.freeze.reference batch.freeze.sorting batch.input_tables batch.ledger "
            "batch.snapshot batch.sources batch.text_hashes payengine"
        ),
        "batch.freeze.records": (
            "batch.arrow_columns batch.content_digest batch.freeze.sorting batch.input_tables batch.snapshot "
            "batch.sources batch.text_hashes batch.values payengine payengine.kernels"
        ),
        "batch.freeze.reference": (
            "batch.background batch.freeze.records batch.input_tables batch.snapshot batch.sources batch.text_ranks "
            "batch.values payengine payengine.exact payengine.kernels"
        ),
        "batch.freeze.sorting": "batch.arrow_columns batch.background batch.snapshot payengine payengine.kernels",
        "batch.input_tables": "",
        "batch.input_words": "",
        "batch.inputs": (
            "batch.arrow_columns batch.input_tables batch.report_names batch.results batch.snapshot payengine "
            "payengine.exact payengine.graph payengine.kernels"
        ),
        "batch.ledger": (
            "batch.arrow_columns batch.content_digest batch.failpoints batch.file_access batch.ledger.migrations "
            "batch.payments batch.proof batch.report_names batch.result_tables batch.results batch.snapshot "
            "batch.text_ranks batch.url_secrets payengine payengine.policy"
        ),
        "batch.ledger.migrations": "batch.failpoints batch.ledger payengine",
        "batch.needs": (
            "batch.compute batch.input_tables batch.input_words batch.inputs batch.snapshot payengine payengine.exact "
            "payengine.graph payengine.policy"
        ),
        "batch.new_workspace": "batch.file_access batch.proof batch.settings payengine payengine.policy",
        "batch.paper": "batch.file_access payengine",
        "batch.pay": "batch.findings batch.ledger batch.payments payengine payengine.policy",
        "batch.payments": "payengine payengine.policy",
        "batch.payslips": (
            "batch.compute batch.compute.declared batch.explain batch.inputs batch.ledger batch.pricing "
            "batch.result_tables batch.results batch.snapshot payengine payengine.exact payengine.graph "
            "payengine.kernels payengine.policy"
        ),
        "batch.pricing": (
            "batch.arrow_columns batch.input_tables batch.result_tables batch.results batch.snapshot payengine "
            "payengine.exact payengine.kernels"
        ),
        "batch.proof": (
            "batch.arrow_columns batch.content_digest batch.file_access batch.report_names batch.secret_file "
            "batch.text_ranks payengine payengine.kernels"
        ),
        "batch.report_names": "payengine.policy",
        "batch.reports": (
            "batch.audit batch.file_access batch.input_tables batch.input_words batch.payments batch.report_names "
            "batch.result_tables batch.results payengine payengine.exact"
        ),
        "batch.reports.sheets": (
            "batch.findings batch.input_tables batch.ledger batch.payments batch.report_names batch.reports "
            "batch.results batch.snapshot payengine payengine.exact payengine.policy"
        ),
        "batch.reports.workbooks": "batch.file_access batch.reports.sheets payengine payengine.exact",
        "batch.result_tables": "",
        "batch.results": "batch.arrow_columns batch.result_tables payengine",
        "batch.revise": (
            "batch.audit batch.check batch.failpoints batch.findings batch.ledger batch.reports batch.results "
            "batch.run batch.snapshot batch.source_texts payengine payengine.policy"
        ),
        "batch.run": (
            "batch.audit batch.compute batch.content_digest batch.findings batch.input_tables batch.ledger "
            "batch.reports batch.results batch.snapshot batch.source_texts payengine payengine.policy"
        ),
        "batch.secret_file": "batch.file_access payengine",
        "batch.settings": (
            "batch.file_access batch.input_tables batch.proof batch.sources formulas payengine payengine.policy"
        ),
        "batch.sheet_payments": (
            "batch.ledger batch.pay batch.payments batch.reports batch.reports.sheets payengine payengine.policy"
        ),
        "batch.sheets": (
            "batch.check batch.explain batch.findings batch.inputs batch.ledger batch.reports batch.reports.sheets "
            "batch.reports.workbooks batch.results batch.snapshot payengine payengine.policy"
        ),
        "batch.simulate": (
            "batch.ledger batch.results batch.run batch.simulation batch.snapshot payengine payengine.policy"
        ),
        "batch.simulation": (
            "batch.audit batch.compute batch.explain batch.inputs batch.pricing batch.report_names batch.reports "
            "batch.results batch.snapshot payengine payengine.exact payengine.graph payengine.kernels "
            "payengine.policy"
        ),
        "batch.snapshot": (
            "batch.arrow_columns batch.background batch.content_digest batch.failpoints batch.file_access "
            "batch.input_tables payengine payengine.kernels"
        ),
        "batch.source_texts": "batch.compute batch.content_digest payengine",
        "batch.sources": (
            "batch.input_tables batch.input_words batch.url_secrets batch.values payengine payengine.kernels "
            "payengine.policy"
        ),
        "batch.split_forms": "batch.compute batch.reports batch.results batch.snapshot payengine payengine.policy",
        "batch.status": "batch.findings batch.ledger batch.snapshot payengine payengine.policy",
        "batch.template": (
            "batch.file_access batch.input_tables batch.input_words batch.needs payengine payengine.policy"
        ),
        "batch.text_hashes": "batch.arrow_columns payengine.kernels",
        "batch.text_ranks": "batch.arrow_columns payengine.kernels",
        "batch.url_secrets": "",
        "batch.values": "batch.input_tables batch.input_words payengine payengine.exact payengine.kernels",
        "batch.work_list": "batch.cluster batch.workspace payengine payengine.policy",
        "batch.workspace": (
            "batch.archive batch.audit batch.check batch.cluster batch.compute batch.explain batch.findings "
            "batch.freeze batch.ledger batch.new_workspace batch.pay batch.payments batch.payslips batch.proof "
            "batch.reports batch.reports.sheets batch.results batch.revise batch.run batch.settings "
            "batch.sheet_payments batch.sheets batch.simulate batch.simulation batch.snapshot batch.sources "
            "batch.split_forms batch.status payengine payengine.policy"
        ),
        "formulas": "payengine payengine.exact payengine.graph",
        "payengine": "",
        "payengine.exact": "payengine payengine.kernels",
        "payengine.graph": "payengine payengine.exact payengine.graph.functions payengine.graph.values",
        "payengine.graph.functions": "payengine payengine.exact payengine.graph.values",
        "payengine.graph.values": "payengine payengine.exact",
        "payengine.kernels": "",
        "payengine.policy": "payengine payengine.exact",
    }.items()
}

# The one circle: a comparison of columns is flags, a count of flags is a column (see `payengine/graph/values`).
CIRCLE = {f"payengine.graph.values.{name}" for name in ("aggregate", "column", "flags")}

# Other modules that the covered rooms import, and why a run's id need not cover them.
DECIDES_NO_FIGURE = {
    "batch": "hands in the Chinese texts",
    "batch.background": "hands pieces of work to another thread, in order",
    "batch.content_digest": "hashes bytes",
    "batch.input_words": "Chinese words of categories, by which a policy may be refused",
    "batch.snapshot": "holds no code",
    "batch.snapshot.layout": "names the files of a snapshot",
    "batch.snapshot.record_ids": "maps the hashes of record ids, for findings",
    "batch.snapshot.record_months": "counts rows that the source had, for findings",
    "batch.snapshot.reference_tables": "reads tables of a snapshot when they are asked for",
    "batch.snapshot.schemas": "names the columns of a snapshot, whose digest covers them",
    "batch.snapshot.table_rows": "counts rows that the snapshot holds, for messages",
    "batch.snapshot.snapshot": "reads the files of a snapshot, whose digest covers what they say",
    "batch.snapshot.verification": "compares the files of a snapshot with its digest",
}

# Words that also mean something else: ordinary English, and the time zone's city.
ORDINARY = {"district", "medical", "shanghai", "township"}
REGIONS = {file.code for file in list_policies([formulas.POLICIES]) if file.level == "region"}
PLACES = (REGIONS | {name.split("-")[0] for name in documents(FOUNDING, OTHER_PLACES)}) - ORDINARY
FILES = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]


def room_of(module: str) -> str:
    """Return the room of a module: itself if a package or at the root of `batch`.

    Any other module belongs to the room of its package.
    """
    parent = module.rpartition(".")[0]
    return module if import_graph.modules()[module] or parent == "batch" else parent


def directions() -> dict[str, dict[str, list[str]]]:
    """Find the rooms that each room imports, and the imports that make it so.

    Imports for types are included.
    """
    found: dict[str, dict[str, list[str]]] = {room_of(module): {} for module in import_graph.modules()}
    for module, others in import_graph.imports().items():
        for other in sorted(others):
            if room_of(module) != room_of(other):
                found[room_of(module)].setdefault(room_of(other), []).append(f"{module} imports {other}")
    return found


def test_every_room_has_its_place() -> None:
    """Every package, and every module at the root of `batch`, stands in ALLOWED."""
    assert set(ALLOWED) == set(directions())


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_what_it_may(room: str) -> None:
    """A room imports exactly the rooms that ALLOWED names.

    An import in another direction belongs elsewhere; a permission that nobody uses any more is taken away.
    """
    found = directions()[room]
    wrong = [line for other, lines in found.items() if other not in ALLOWED[room] for line in lines]
    assert not wrong, "\n".join(wrong)
    assert not ALLOWED[room] - set(found), "permitted and not needed"


def test_the_rooms_stand_in_an_order() -> None:
    """No two rooms import each other, directly or through others.

    A sub-package counts as part of the room around it.
    """
    outer = {room: ".".join(room.split(".")[:2]) for room in ALLOWED}
    whole = {each: set() for each in outer.values()}
    for room, others in ALLOWED.items():
        whole[outer[room]] |= {outer[other] for other in others} - {outer[room]}
    assert not import_graph.circles(whole)


def test_the_one_circle_of_modules_is_the_one_explained_in_graph_values() -> None:
    assert import_graph.circles(import_graph.imports()) == [CIRCLE]


def test_packages_import_neither_tests_nor_benchmarks() -> None:
    for module in import_graph.modules():
        for node in ast.walk(ast.parse(import_graph.source(module))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & {"tests", "benchmarks"}, module


def test_a_package_exports_nothing_named_like_one_of_its_modules() -> None:
    """A package exports nothing that bears the name of one of its modules.

    It would hide the module: `from package import name` gives the one or the other by chance.
    """
    modules = import_graph.modules()
    hidden = []
    for package in (name for name, is_package in modules.items() if is_package):
        for node in ast.parse(import_graph.source(package)).body:
            if isinstance(node, ast.ImportFrom) and node.module != package:
                exported = [f"{package}.{alias.asname or alias.name}" for alias in node.names]
                hidden += [name for name in exported if name in modules]
    assert not hidden


def is_covered(module: str) -> bool:
    """Return true if a run's id covers a module.

    It covers all of `payengine` and `formulas`, and what COMPUTING lists of `batch`.
    """
    package, _, inside = module.partition(".")
    path = inside.replace(".", "/")
    return package != "batch" or any(
        path == each.removesuffix(".py") or f"{path}/".startswith(f"{each}/") for each in COMPUTING
    )


def test_a_runs_id_covers_every_module_that_decides_a_figure() -> None:
    """A run's id covers every module that its rooms import and that decides a figure.

    Any other import decides no figure for a reason that is still needed.
    """
    covered = {module for module in import_graph.modules() if is_covered(module)}
    assert import_graph.reached(covered) - covered == set(DECIDES_NO_FIGURE)


def test_what_a_runs_id_covers_is_there() -> None:
    assert all((ROOT / "batch" / each).exists() for each in COMPUTING)
    assert is_covered("batch.compute.compute")
    assert is_covered("batch.snapshot.codes")
    assert not is_covered("batch.snapshot.store")


def code_without_sources(tree: ast.AST) -> str:
    """Return the code without docstrings and without the names of a rule's documents."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "source"]
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = [each for each in node.body if not (_is_docstring(each) or _names_a_source(each))] or [
                ast.Pass()
            ]
    return ast.unparse(tree)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _names_a_source(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and all(
        isinstance(target, ast.Name) and target.id.startswith(("SOURCE", "CLAUSE")) for target in node.targets
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_region_stands_in_code(file: Path) -> None:
    """No code names a region: a region chooses an approach in its policy file."""
    code = code_without_sources(ast.parse(file.read_text(encoding="utf-8")))
    assert not re.search("|".join(sorted(PLACES)), code, re.IGNORECASE)


def test_every_package_is_named_in_the_build() -> None:
    """Every package is in pyproject.toml, as setuptools builds only those listed by name."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = {
        file.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
    }
    assert set(listed) == found


def test_folders_with_modules_are_packages() -> None:
    """Every folder with modules has an `__init__.py`.

    Code that walks the packages would pass over any other folder in silence.
    """
    assert not {file.parent for file in FILES if not (file.parent / "__init__.py").is_file()}
