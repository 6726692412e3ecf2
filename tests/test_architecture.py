"""The package's parts only import from the levels below them."""

import ast
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
PACKAGE = ROOT / "tf_fingerprint"

LAYERS = [
    {"errors", "version", "layers"},
    {"backends", "config", "data", "files", "fingerprints", "paths"},
    {"models", "registry", "pages"},
    {"calibration"},
    {"attribution", "runs"},
    {"training", "bulk", "evidence"},
    {"scalable", "artificial", "passive"},
    {"issuing"},
    {"methods", "evaluation", "quickstart"},
    {"cli"},
]
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}

# What reaches out of the package.
IMPORT_EXPORT = ("issuing", "cli")

# Keras calls these; the class documents what they do.
KERAS_MEMBERS = {"build", "call", "compute_output_shape", "get_config"}

# Rarely over 250; more than this is more than one concept.
MAX_LINES = 280

MODULES = sorted(PACKAGE.rglob("*.py"))
EXPORTS = sorted((ROOT / "export").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
BENCHMARKS = sorted((ROOT / "benchmarks").rglob("*.py"))
EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))


def name_of(path):
    return str(path.relative_to(ROOT))


def imported_names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in MODULES
        if path.parent != PACKAGE or not path.name.startswith("_")
    ],
    ids=name_of,
)
def test_imports_only_go_down(path):
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for name in imported_names(ast.parse(path.read_text())):
        top, *rest = name.split(".")
        if top == "export":
            assert part in IMPORT_EXPORT, f"{part} imports export"
        # What the package itself holds is version and lazy names.
        if top == "tf_fingerprint" and rest[0] in LEVEL and rest[0] != part:
            assert LEVEL[rest[0]] < LEVEL[part], f"{part} imports {rest[0]}"


def test_every_part_has_a_level():
    parts = {path.relative_to(PACKAGE).parts[0] for path in MODULES}
    parts = {part.removesuffix(".py") for part in parts} - {"__init__"}

    assert parts <= set(LEVEL)


@pytest.mark.slow
@pytest.mark.parametrize(
    "part",
    ["fingerprints", "registry", "config", "calibration", "attribution"]
    + ["evidence"],
)
def test_whoever_audits_needs_no_tensorflow(part):
    code = (
        f"import sys, tf_fingerprint; tf_fingerprint.{part}; "
        "sys.exit(bool({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize("path", MODULES + EXPORTS + EXAMPLES, ids=name_of)
def test_every_public_name_has_a_docstring(path):
    tree = ast.parse(path.read_text())
    is_empty = not tree.body
    assert is_empty or ast.get_docstring(tree), "the module"
    for node in tree.body:
        for name, each in public_definitions(node):
            assert ast.get_docstring(each), name


def public_definitions(node, prefix=""):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    if not isinstance(node, kinds) or node.name.startswith("_"):
        return
    if prefix and node.name in KERAS_MEMBERS:
        return
    yield prefix + node.name, node
    if isinstance(node, ast.ClassDef):
        for member in node.body:
            yield from public_definitions(member, f"{node.name}.")


@pytest.mark.parametrize(
    "path", MODULES + EXPORTS + TESTS + BENCHMARKS + EXAMPLES, ids=name_of
)
def test_no_file_is_too_long_to_read(path):
    assert len(path.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", MODULES + EXPORTS + EXAMPLES, ids=name_of)
def test_nothing_is_asserted_outside_tests(path):
    tree = ast.parse(path.read_text())

    assert not any(isinstance(node, ast.Assert) for node in ast.walk(tree))
