"""The state of a registry that a verdict rests on."""

import dataclasses
import datetime
import hashlib
from collections.abc import Iterable
from typing import Any
from typing import Self

from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import registry


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """How many fingerprints an image was compared with, and which.

    Args:
        generator: Whose fingerprints they are.
        num_candidates: How many had been recorded.
        candidates_digest: SHA-256 over them, in the order of their recording.
        head: Newest entry of the registry's audit log.
    """

    generator: registry.GeneratorRecord
    num_candidates: int
    candidates_digest: str
    head: registry.Head

    @classmethod
    def of(
        cls, candidates: attribution.Candidates, head: registry.Head
    ) -> Self:
        """The snapshot of candidates as they were read."""
        return cls(
            candidates.generator,
            len(candidates),
            candidates_digest(candidates.records),
            head,
        )

    def to_dict(self) -> dict[str, Any]:
        """The snapshot as JSON can hold it."""
        return dataclasses.asdict(self)


def read(
    store: registry.Store, generator_digest: str
) -> tuple[attribution.Candidates, registry.Head]:
    """All candidates of a generator, and the head that they belong to.

    Args:
        store: The registry.
        generator_digest: SHA-256 of the generator's weights.

    Returns:
        Both, as they were at one moment.

    Raises:
        errors.RegistryError: If nothing was issued from that generator.
    """
    head = store.head()
    while True:
        candidates = attribution.Candidates.load(store, generator_digest)
        after = store.head()
        if after == head:  # Nobody wrote in between.
            return candidates, head
        head = after


def record_at(
    store: registry.Store, record: registry.IssuanceRecord, position: int
) -> registry.IssuanceRecord:
    """An issuance as it was when the audit log had so many entries.

    Returns the same with the state and the expiry of that time.
    """
    then: dict[str, Any] = {"state": str(record.state), "expires_at": None}
    for event in store.events(record.id):
        if event.position > position:
            break
        entry = event.to_dict()
        then |= entry.get("issuance", {}) | entry.get("changes", {})
    expires_at = then["expires_at"]
    return dataclasses.replace(
        record,
        state=registry.State(then["state"]),
        expires_at=expires_at and datetime.datetime.fromisoformat(expires_at),
    )


def candidates_digest(records: Iterable[registry.IssuanceRecord]) -> str:
    """SHA-256 over `id fingerprint recipient issued_at`, a line a record.

    States are not in it: a fingerprint may be revoked later, and the verdict
    on an image stays what it was.

    `records`: in the order of their recording.
    """
    digest = hashlib.sha256()
    for record in records:
        line = (
            f"{record.id} {record.fingerprint} {record.recipient} "
            f"{record.issued_at.isoformat()}\n"
        )
        digest.update(line.encode())
    return digest.hexdigest()


def restored(
    store: registry.Store, expected: dict[str, Any]
) -> attribution.Candidates:
    """The candidates that a report's images were compared with.

    Returns as many of the first recorded as there were then. Raises
    `errors.EvidenceError` if they are not the same ones.
    """
    generator = registry.GeneratorRecord(**expected["generator"])
    now = attribution.Candidates.load(store, generator.digest)
    if now.generator != generator:
        raise errors.EvidenceError(
            "The registry must know the generator as the report does. It has "
            f"{now.generator}; the report {generator}."
        )
    count = expected["num_candidates"]
    then = tuple(now.records)[:count]
    if len(then) < count:
        raise errors.EvidenceError(
            f"The registry must hold the {count} issuances that the images "
            f"were compared with. It holds {len(then)}. Is it the same "
            "registry?"
        )
    store.verify(head=expected["head"]["digest"])
    found = candidates_digest(then)
    if found != expected["candidates_digest"]:
        raise errors.EvidenceError(
            f"The first {count} issuances must have the digest "
            f"{expected['candidates_digest'][:12]}, as the report says. The "
            f"registry's have {found[:12]}: it was changed, or it is another."
        )
    return attribution.Candidates(generator, then)
