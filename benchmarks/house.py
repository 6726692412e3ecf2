"""Counts the house: files, lines, functions, import circles, layers, types.

Times of tests are read from pytest's own reports:

    pytest --junitxml=fast.xml && pytest -m '' --junitxml=full.xml
    python benchmarks/house.py --fast fast.xml --full full.xml
"""

import argparse
import ast
import pathlib
import re
import statistics
import subprocess
import sys
from xml.etree import ElementTree

import results_file

ROOT = pathlib.Path(__file__).resolve().parents[1]
LINES_BEFORE = 45_111  # Of both packages at ed3714d.


def main(arguments=None):
    args = parse(arguments)
    paths = [
        path
        for package in ("tf_fingerprint", "export")
        for path in sorted((ROOT / package).rglob("*.py"))
    ]
    lines = [len(path.read_text().splitlines()) for path in paths]
    figures = {
        "files": len(paths),
        "lines": sum(lines),
        "lines_ratio_to_before": sum(lines) / LINES_BEFORE,
        "median_file": statistics.median(lines),
        "longest_file": max(lines),
        "longest_function": max(map(longest_function, paths)),
        "import_circles": len(circles(imports(paths))),
        "layers": layers(),
        "mypy_errors": mypy_errors(),
    }
    for name, path in (("fast", args.fast), ("full", args.full)):
        if path:
            figures |= times(name, path)
    for name, value in figures.items():
        print(f"{name:24} {value}")
    print(results_file.write("house", figures, folder=args.results))


def longest_function(path):
    """Lines of a module's longest function, its docstring included."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return max(
        (
            node.end_lineno - node.lineno + 1
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, kinds)
        ),
        default=0,
    )


def imports(paths):
    """Which module imports which, also where it does so late."""
    names = {}
    for path in paths:
        parts = path.relative_to(ROOT).with_suffix("").parts
        names[".".join(parts).removesuffix(".__init__")] = path
    graph = {}
    for name, path in names.items():
        graph[name] = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(
                node.test
            ):
                node.body.clear()
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    found = full if full in names else node.module
                    if found in names and found != name:
                        graph[name].add(found)
    return graph


def circles(graph):
    """Sets of modules that reach each other (Tarjan's algorithm)."""
    index, low, stack, found = {}, {}, [], []

    def visit(name):
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in graph[name]:
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            part = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(part) > 1:
                found.append(part)

    sys.setrecursionlimit(10_000)
    for name in graph:
        if name not in index:
            visit(name)
    return found


def layers():
    """How many layers the architecture's test has."""
    tree = ast.parse((ROOT / "tests" / "test_architecture.py").read_text())
    [listed] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "LAYERS"
    ]
    return len(listed.elts)


def mypy_errors():
    """What mypy finds in both packages, if it is installed; else None."""
    ran = subprocess.run(
        [sys.executable, "-m", "mypy"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    found = re.search(r"Found (\d+) errors?", ran.stdout)
    if found:
        return int(found[1])
    return 0 if "Success" in ran.stdout else None


def times(name, path):
    """Tests and minutes of one run."""
    [suite] = ElementTree.parse(path).getroot()
    return {
        f"{name}_tests": int(suite.get("tests")),
        f"{name}_test_minutes": float(suite.get("time")) / 60,
    }


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fast", help="JUnit file of the fast tier")
    parser.add_argument("--full", help="JUnit file of all tests")
    parser.add_argument("--results", default=results_file.RESULTS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
