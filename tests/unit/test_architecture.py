"""The shape of the code: imports go only leftward, each outside thing stands behind its place, files stay small."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LONGEST_FILE = 400
# design.md's table, from left to right; what stands in one place of it never knows its neighbours there
FLOORS: tuple[tuple[str, ...], ...] = (
    ("core.errors",),
    ("core.settings", "core.images"),
    ("core.models",),
    ("core.engines", "core.store"),
    ("core.studio",),
    ("core.ui", "core.cli"),
    ("pages", "streamlit_app", "core.__main__"),
)
OUTSIDE: dict[str, tuple[str, ...]] = {
    "streamlit": ("core.ui", "pages", "streamlit_app"),
    "google": ("core.engines",),
    "sqlalchemy": ("core.store",),
    "sqlite3": ("core.store",),
    "psycopg": ("core.store",),
    "fcntl": ("core.store",),
    "dbos": ("core.studio.jobs", "core.studio.runner", "core.studio.runs", "core.studio.background"),
    "filelock": ("core.store", "core.studio.runners"),  # the lock a runner holds for life
    "cv2": ("core.engines", "core.studio.sample"),
    "tenacity": ("core.engines",),
    "networkx": ("core.studio",),
    "pyvis": ("core.studio",),
}


def _sources() -> list[Path]:
    places = [*sorted((ROOT / "core").rglob("*.py")), *sorted((ROOT / "pages").glob("*.py")), ROOT / "streamlit_app.py"]
    return [path for path in places if path.is_file()]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, node: ast.AST | None = None) -> Iterator[tuple[int, str]]:
    """Yield (line, module) of every import, wherever in the file it stands; `from a import b` gives both a and a.b."""
    for item in ast.walk(node or _tree(path)):
        if isinstance(item, ast.Import):
            yield from ((item.lineno, alias.name) for alias in item.names)
        elif isinstance(item, ast.ImportFrom):
            package = _name(path) if path.name == "__init__.py" else _name(path).rpartition(".")[0]
            above = ".".join(package.split(".")[: len(package.split(".")) - item.level + 1]) if item.level else ""
            module = ".".join(part for part in (above, item.module) if part)
            yield item.lineno, module
            yield from ((item.lineno, f"{module}.{alias.name}") for alias in item.names)


def _is_in(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def _place(module: str) -> tuple[int, str] | None:
    """Return the floor of a module and its place there; None for what the table does not hold."""
    found = [(floor, place) for floor, places in enumerate(FLOORS) for place in places if _is_in(module, (place,))]
    return found[0] if found else None


def _is_unused_for_running(path: Path) -> list[ast.If]:
    return [
        item
        for item in ast.walk(_tree(path))
        if isinstance(item, ast.If) and isinstance(item.test, ast.Name) and item.test.id == "TYPE_CHECKING"
    ]


def test_every_module_has_its_place_in_the_table() -> None:
    """A new folder or file of core belongs to a floor, or the table is to be thought over."""
    strangers = [_name(path) for path in _sources() if _place(_name(path)) is None and _name(path) != "core"]
    assert strangers == []


def test_imports_go_only_leftward() -> None:
    """No module imports one of a later floor, nor a neighbour of its own: engines and store never know each other."""
    wrong = []
    for path in _sources():
        here = _place(_name(path))
        for line, module in _imports(path):
            there = _place(module)
            if here and there and (there[0] > here[0] or (there[0] == here[0] and there[1] != here[1])):
                wrong.append(f"{_name(path)}:{line} imports {module}")
    assert wrong == []


@pytest.mark.parametrize("library", OUTSIDE)
def test_each_outside_thing_stands_behind_its_place(library: str) -> None:
    """A library that reaches the outside world is imported where the design says, and nowhere else."""
    wrong = [
        f"{_name(path)}:{line} imports {module}"
        for path in _sources()
        for line, module in _imports(path)
        if _is_in(module, (library,)) and not _is_in(_name(path), OUTSIDE[library])
    ]
    assert wrong == []


def test_the_table_speaks_of_libraries_that_are_there() -> None:
    """Each rule that could pass because nobody imports the library any more is noticed, drivers by name excepted."""
    imported = {module.split(".")[0] for path in _sources() for _, module in _imports(path)}
    assert {"streamlit", "google", "sqlalchemy", "dbos", "filelock"} <= imported


def test_no_module_needs_itself() -> None:
    """There is no circle of imports, not even one that imports inside functions would hide."""
    modules = {_name(path): path for path in _sources()}
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        ignored = {found for block in _is_unused_for_running(path) for found in _imports(path, block)}
        wanted = {module for line, module in _imports(path) if (line, module) not in ignored}
        graph[name] = {module for module in wanted if module in modules and module != name}
        # a package's own modules are not a circle with the package that gathers them
        graph[name] = {module for module in graph[name] if not name.startswith(f"{module}.")}
    TopologicalSorter(graph).prepare()


def test_pages_define_no_classes() -> None:
    """A page reads from top to bottom like the screen: it calls verbs, and defines no types."""
    classes = [
        f"{_name(path)}:{item.lineno} defines {item.name}"
        for path in _sources()
        if _is_in(_name(path), ("pages", "streamlit_app"))
        for item in ast.walk(_tree(path))
        if isinstance(item, ast.ClassDef)
    ]
    assert classes == []


def test_only_the_session_module_touches_the_session_state() -> None:
    """What a browser session holds has one owner."""
    users = {
        _name(path)
        for path in _sources()
        for item in ast.walk(_tree(path))
        if isinstance(item, ast.Attribute) and item.attr == "session_state"
    }
    assert users <= {"core.ui.session"}


def test_no_file_grows_past_its_measure() -> None:
    """A file of more than four hundred lines is split along its seam."""
    files = [*_sources(), *sorted((ROOT / "tests").rglob("*.py"))]
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def _public(path: Path) -> Iterator[tuple[str, ast.AST]]:
    yield _name(path), _tree(path)
    for item in _tree(path).body:
        if isinstance(item, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not item.name.startswith("_"):
            yield f"{_name(path)}.{item.name}", item
            if isinstance(item, ast.ClassDef):
                for member in item.body:
                    is_method = isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
                    if is_method and not member.name.startswith("_"):
                        yield f"{_name(path)}.{item.name}.{member.name}", member


def test_all_that_is_public_is_explained() -> None:
    """Every public module, class, function and method of core has a docstring; an empty __init__ says nothing."""
    silent = [
        name
        for path in _sources()
        if path.is_relative_to(ROOT / "core") and path.stat().st_size
        for name, item in _public(path)
        if ast.get_docstring(item) is None  # type: ignore[arg-type]
    ]
    assert silent == []


def test_every_test_says_what_must_be_true() -> None:
    """Each test function has a docstring, and its first part is a whole sentence."""
    silent = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for item in ast.walk(_tree(path)):
            if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and item.name.startswith("test_"):
                said = ast.get_docstring(item) or ""
                if not said.partition("\n\n")[0].endswith("."):
                    silent.append(f"{path.name}:{item.lineno} {item.name}")
    assert silent == []


@pytest.mark.parametrize("module", ["core.cli", "core.store.workspace", "core.settings"])
def test_heavy_libraries_wait_until_they_are_used(module: str) -> None:
    """Starting the terminal loads neither the SDK nor image processing, graphs, browser or job libraries."""
    heavy = ("google.genai", "cv2", "numpy", "streamlit", "networkx", "pyvis", "dbos")
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
