"""Counts the house: files, lines, functions, import circles, layers, types.

Tests, their times and what they reach are read from pytest's own reports. The
full tier is the fast and the slow one together; the slow one is timed with
coverage measured, which takes longer:

    pytest --junitxml=reports/fast.xml
    pytest --cov && coverage json -o reports/fast.json
    pytest -m slow --cov --cov-append --junitxml=reports/slow.xml
    coverage json -o reports/full.json
    python benchmarks/house.py --reports reports
"""

import argparse
import ast
import json
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
    if args.reports:
        figures |= tests(args.reports)
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


def tests(folder):
    """Tests and minutes of both tiers, and which branches they take."""
    counts, minutes = {}, {}
    for tier in ("fast", "slow"):
        [suite] = ElementTree.parse(folder / f"{tier}.xml").getroot()
        counts[tier] = int(suite.get("tests"))
        minutes[tier] = float(suite.get("time")) / 60
    figures = {
        "fast_tests": counts["fast"],
        "fast_test_minutes": minutes["fast"],
        "full_tests": sum(counts.values()),
        "full_test_minutes": sum(minutes.values()),
    }
    for tier, name in (("fast", "fast_branch_coverage"), ("full", None)):
        totals = json.loads((folder / f"{tier}.json").read_text())["totals"]
        share = totals["covered_branches"] / totals["num_branches"]
        figures[name or "branch_coverage"] = share
    return figures


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--reports", type=pathlib.Path, help="folder with what tests reported"
    )
    parser.add_argument("--results", default=results_file.RESULTS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
