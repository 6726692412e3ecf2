"""What mkdocs calls while it builds the site: adds the pages made of code."""

import pathlib

import commands
import configuration
import notebooks
import python_api
import verdicts
from mkdocs.structure import files as mkdocs_files

# Folders whose pages the navigation lists in the order they are made.
_LISTED = {
    f"{each.FOLDER}/": each for each in (commands, configuration, python_api)
}


def generated(docs: pathlib.Path) -> dict[str, str]:
    """All pages that no file holds, by their paths in the site.

    Args:
        docs: Folder of the documentation.
    """
    made = {}
    for maker in (commands, configuration, python_api, verdicts):
        made |= maker.pages()
    return made | notebooks.pages(docs)


def on_config(config):
    """Fills the navigation's folders of generated pages."""
    config.nav = _filled(config.nav)
    return config


def on_files(files, config):
    """Adds the generated pages."""
    for path, text in generated(pathlib.Path(config.docs_dir)).items():
        files.append(mkdocs_files.File.generated(config, path, content=text))
    return files


def _filled(nav):
    if isinstance(nav, list):
        return [_filled(each) for each in nav]
    if isinstance(nav, dict):
        return {name: _filled(each) for name, each in nav.items()}
    if nav in _LISTED:
        return list(_LISTED[nav].pages())
    return nav
