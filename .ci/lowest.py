"""Prints, as constraints, the lowest versions that setup.py requires."""

import ast
import pathlib
import re

SETUP = pathlib.Path(__file__).parents[1] / "setup.py"


def requirements():
    """What `install_requires` lists."""
    for node in ast.walk(ast.parse(SETUP.read_text("utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            return ast.literal_eval(node.value)
    raise SystemExit(f"{SETUP}: there must be `install_requires`.")


for each in requirements():
    name, lowest = re.match(r"([A-Za-z0-9_.-]+)>=([0-9.]+)", each).groups()
    print(f"{name}=={lowest}")
