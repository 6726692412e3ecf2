"""Verdicts of a server on files and folders; without TensorFlow."""

import argparse
import base64
import os
import pathlib
import re
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Self

import tqdm

from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint.data import sources

USER = "TF_FINGERPRINT_SERVER_USER"
PASSWORD = "TF_FINGERPRINT_SERVER_PASSWORD"

_PART_IMAGES = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what authenticates, and whom to trust."""
    parser.add_argument(
        "--header",
        action="append",
        metavar="'NAME: VALUE'",
        help="to send to the server, repeatable; of a user and a password "
        f"instead the environment's {USER} and {PASSWORD}",
    )
    parser.add_argument(
        "--ca",
        type=pathlib.Path,
        metavar="FILE.pem",
        help="of the authority that signed the server's certificate",
    )


def headers(given: Sequence[str]) -> dict[str, str]:
    """Headers of `NAME: VALUE`, and the one of user and password.

    Raises:
        ValueError: If one is no header; it is not shown.
    """
    found = {}
    for each in given:
        name, colon, value = each.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9-]+", name):
            raise ValueError("argument --header: must be like 'Name: value'")
        found[name] = value.strip()
    user, password = (os.environ.get(each) for each in (USER, PASSWORD))
    if user is not None:
        pair = f"{user}:{password or ''}".encode()
        basic = base64.b64encode(pair).decode("ascii")
        found.setdefault("Authorization", f"Basic {basic}")
    return found


class Reader:
    """Sends picture files to a server; tells on stderr which can't be read.

    Args:
        url: Of the server.
        model: The attribution model's name.

    Attributes:
        num_unreadable: Files and folders told about so far.

    Raises:
        ValueError: If the URL can't be one.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        headers: Mapping[str, str] | None = None,
        ca: pathlib.Path | None = None,
    ):
        # The command line reaches out of the package, and only when needed.
        from export import client

        self._client = client.AttributionClient(
            url, model=model, headers=headers, ca=ca
        )
        self.num_unreadable = 0

    def rows(self, paths: Sequence[pathlib.Path]) -> Iterator[dict[str, Any]]:
        """One verdict a picture, in order.

        Args:
            paths: Pictures, and folders of pictures.

        Returns:
            An iterator over dicts: `image`, then what the server says, the
            bits in hexadecimal.
        """
        files = [file for path in paths for file in self._files(path)]
        with tqdm.tqdm(
            total=len(files), desc="attributing", unit="image", disable=None
        ) as bar:
            for start in range(0, len(files), _PART_IMAGES):
                part = files[start : start + _PART_IMAGES]
                yield from self._attributed(part)
                bar.update(len(part))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def _files(self, path):
        """The path itself, or the pictures in it if it is a folder."""
        if not path.is_dir():
            return [path]
        try:
            listing = sources.list_folder(path, None)
        except errors.DataError as error:
            self._tell(error)
            return []
        return [path / name for name, _ in listing.pictures]

    def _attributed(self, files):
        """The verdicts on those files that can be read."""
        readable, contents = [], []
        for file in files:
            try:
                contents.append(file.read_bytes())
                readable.append(file)
            except OSError as error:
                self._tell(f"{file}: the file can't be read. {error.strerror}.")
        answers = self._client.attribute(contents)
        for file, answer in zip(readable, answers, strict=True):
            if not answer.is_readable:
                self._tell(
                    f"{file}: the server can't read it as a picture. It says "
                    f"`{answer.status}`."
                )
                continue
            row = {"image": str(file), **answer.to_dict()}
            bits = row.pop("bits")
            row["fingerprint_hex"] = bits and fingerprints.to_hex(bits)
            yield row

    def _tell(self, error):
        self.num_unreadable += 1
        print(f"tf-fingerprint: {error}", file=sys.stderr)
