"""The rooms of the package: who may import whom, and names that mean one thing only."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import shibie

ROOT = Path(shibie.__file__).parent

# From the lowest to the highest. Rooms of one line do not import each other. A module that stands
# apart from its room is named by itself.
LAYERS = (
    "limits plain_text plain_day traditional", "numbers_in_text", "shown_text", "errors", "archives citizen_id everyday_words everyday_headers chinese_numbers file_failures file_locks", "other_documents scratch_folders", "household health_words formula_cells", "vocabulary", "bounds", "decision case atomic closing duckdb_tables scratch_database acts eventlog", "language", "ruleset", "forms",
    "lower", "registers", "engines", "procedure", "words results.table rosters.days rosters.cell_error", "rosters.exact_numbers", "rosters.cells", "rosters.parquet", "results.files",
    "rosters", "checking_in_python actlog", "results", "checking_in_sql", "rosters.spark_host rosters.given_roster", "checking_in_parts",
    "annotating", "checking", "replaying project",
    "coverage ruletests evaluation explanations linkage", "proofs", "versions mutation testing",
    "papers", "api pytest_plugin", "cli", "__main__",
)  # fmt: skip
RANKS = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms.split()}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """What a module imports from the package; a name that is no module is of the module before it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "shibie":
            module = (node.module or "").removeprefix("shibie").removeprefix(".")
            for alias in node.names:
                full = f"{module}.{alias.name}".removeprefix(".")
                path = ROOT / full.replace(".", "/")
                yield full if path.is_dir() or path.with_suffix(".py").is_file() else module


def room(module: str) -> str:
    return module if module in RANKS else module.split(".")[0]


def test_dependencies_point_down() -> None:
    wrong = []
    for module, tree in modules():
        for other in imported(tree):
            if not module or not other or room(module) == room(other):
                continue
            if RANKS[room(other)] >= RANKS[room(module)]:
                wrong.append(f"{module} imports {other}")
    assert wrong == []


def test_every_room_has_its_layer() -> None:
    assert {room(module) for module, _ in modules()} - {""} == set(RANKS)


def test_no_class_is_defined_twice() -> None:
    where = defaultdict(list)
    for module, tree in modules():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                where[node.name].append(module)
    assert {name: found for name, found in where.items() if len(found) > 1} == {}


def test_no_module_takes_the_place_of_a_public_name() -> None:
    """Importing `shibie.NAME` would bind the module over the function of that name."""
    found = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert found & set(getattr(shibie, "__all__", ())) == set()
