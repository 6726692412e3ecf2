"""What verdicts rest on, read while others write."""

from tf_fingerprint import attribution
from tf_fingerprint import evidence
from tf_fingerprint import registry

from ..calibration import habits


def test_candidates_and_head_are_of_one_moment(tmp_path, monkeypatch):
    """Another one is issued between the two, once."""
    load, written = attribution.Candidates.load, []

    def load_late(store, digest):
        if not written:
            written.append(issue(store, "Meanwhile"))
        return load(store, digest)

    def issue(store, name):
        return registry.issue(store, name, generator=habits.GENERATOR)

    monkeypatch.setattr(attribution.Candidates, "load", load_late)
    with registry.open_store(tmp_path / "registry.db", create=True) as store:
        issue(store, "Acme")

        candidates, head = evidence.read(store, habits.GENERATOR.digest)

        names = [record.recipient for record in candidates.records]
        assert names == ["Acme", "Meanwhile"]
        assert head == store.head()
