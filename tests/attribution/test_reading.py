from tf_fingerprint import registry
from tf_fingerprint.attribution import reading

from ..registry.store_contract import make_generator


class Run:
    """As much of a run as candidates need."""

    generator_digest = make_generator().digest
    record = make_generator()


def test_candidates_are_read_or_taken_as_they_are(tmp_path):
    path = tmp_path / "registry.db"
    with registry.open_store(path, create=True) as store:
        registry.issue(store, "Acme", generator=make_generator())

    read = reading.candidates_of(Run, path)

    with registry.open_store(path) as store:
        again = reading.candidates_of(Run, store)
    assert len(read) == len(again) == 1
    assert reading.candidates_of(Run, read) is read
