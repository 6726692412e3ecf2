import ast
import pathlib

import pytest

from export import server

FILES = sorted(pathlib.Path(server.__file__).parent.glob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_server_knows_no_keras_and_nothing_of_how_models_are_made(path):
    for name in imported(path):
        top, _, rest = name.partition(".")
        assert top != "keras"
        if top == "tf_fingerprint":
            assert rest in ("errors", "paths")
        if top == "export":
            assert rest.split(".")[0] == "server"
