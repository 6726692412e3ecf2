"""Backup and restore as `docs/registry.md` says."""

import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry

from .postgresql_cluster import execute
from .postgresql_cluster import folder_of_programs
from .postgresql_cluster import postgresql_url as postgresql_url
from .postgresql_cluster import server as server
from .processes import begin
from .processes import kill
from .processes import start_python
from .store_contract import make_generator

ROOT = pathlib.Path(__file__).parents[2]
ISSUING = pathlib.Path(__file__).with_name("issuing_process.py")


def documented(beginning):
    """The line of the documentation that begins so."""
    text = (ROOT / "docs" / "registry.md").read_text()
    return re.search(rf"^{beginning} (.*)$", text, re.MULTILINE)[1]


def filled(url):
    with registry.open_store(url, create=True) as store:
        registry.issue_many(
            store, ["ACME"] * 50, generator=make_generator(), batch="list"
        )
        return store.issuances(), store.head()


def back_up(folder):
    code = documented("python -c").strip('"')
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
    return folder / "backup.db"


def test_a_backup_is_the_registry_of_that_moment(tmp_path):
    path = tmp_path / "registry.db"
    records, head = filled(path)

    backup = back_up(tmp_path)
    with registry.open_store(path) as store:
        registry.issue(store, "later", generator=make_generator())
        late = store.head()

    with registry.open_store(backup) as store:
        assert store.issuances() == records
        assert store.verify(head.digest) == head
        with pytest.raises(errors.AuditError, match="never pass it"):
            store.verify(late.digest)


def test_a_backup_taken_while_others_write_is_whole(tmp_path):
    path = tmp_path / "registry.db"
    process = begin(start_python(ISSUING, path, 128, 10**6))
    process.stdout.readline()
    backup = back_up(tmp_path)
    kill(process)

    with registry.open_store(path) as store:
        with registry.open_store(backup) as restored:
            head = restored.verify()
            assert head.position > 0
            assert store.verify(head.digest).position >= head.position


def test_a_restored_registry_is_used_like_the_old_one(tmp_path):
    path = tmp_path / "registry.db"
    records, _ = filled(path)
    backup = back_up(tmp_path)
    path.write_bytes(b"a disk that failed")

    shutil.copy(backup, path)

    with registry.open_store(path) as store:
        registry.issue(store, "next", generator=make_generator())
        assert store.issuances()[:-1] == records
        store.verify()


@pytest.mark.slow
def test_postgresql_is_dumped_and_restored(postgresql_url, server, tmp_path):
    programs = folder_of_programs()
    if programs is None or not (programs / "pg_dump").exists():
        pytest.skip("there is no pg_dump here")
    records, head = filled(postgresql_url)
    schema = re.search("search_path(?:=|%3D)([a-z0-9_]+)", postgresql_url)[1]
    # Dumped out of a schema; in the documentation it is the whole database.
    assert documented("pg_dump").startswith("--format=custom --file=")
    assert documented("pg_restore").startswith("--exit-on-error --dbname=")
    url = server.set(drivername="postgresql").render_as_string(False)
    dump = tmp_path / "registry.dump"
    subprocess.run(
        [programs / "pg_dump", "--format=custom", f"--file={dump}"]
        + [f"--schema={schema}", url],
        check=True,
    )
    with registry.open_store(postgresql_url) as store:
        registry.issue(store, "later", generator=make_generator())

    execute(server, f"DROP SCHEMA {schema} CASCADE")
    subprocess.run(
        [programs / "pg_restore", "--exit-on-error", f"--dbname={url}", dump],
        check=True,
    )
    with registry.open_store(postgresql_url) as store:
        assert store.issuances() == records
        assert store.verify(head.digest) == head
