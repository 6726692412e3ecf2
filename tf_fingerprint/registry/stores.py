"""What is asked of the place that keeps a registry."""

import datetime
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Sequence
from typing import Protocol

from tf_fingerprint.registry.audit import Event
from tf_fingerprint.registry.audit import Head
from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.records import State


class Store(Protocol):
    """Keeps the records of one registry, and the history of their changes.

    Every method is one transaction: it happens wholly or not at all, also when
    the process is killed, and other processes never see half of it. Whatever
    changes a record appends to the audit log in the same transaction. Methods
    raise `errors.RegistryError` where the registry can't be read or written.
    """

    def append(
        self,
        records: Sequence[IssuanceRecord],
        *,
        min_distance: int = 1,
        replaced: str | None = None,
        action: str = "issue",
    ) -> None:
        """Adds records, and their generators where new: all or none.

        Args:
            records: What to add.
            min_distance: Fewest bits in which each must differ from all that
                were issued before and from the others.
            replaced: Issuance to retire along with it, if any.
            action: What the audit log calls it.

        Raises:
            errors.FingerprintTakenError: If a fingerprint was issued before, or
                one too like it.
            errors.BatchTakenError: If a line of a batch was issued before.
            errors.RegistryError: If a generator is known with another decoder,
                length or resolution, or `replaced` can't be retired.
        """

    def change_state(
        self,
        issuance_id: str,
        *,
        before: Collection[State],
        after: State,
        reason: str = "",
    ) -> IssuanceRecord:
        """Moves an issuance on; one that is there already stays as it is.

        Raises:
            errors.RegistryError: If there is no such issuance, or its state is
                neither one of `before` nor `after`.
        """

    def change_expiry(
        self,
        issuance_id: str,
        expires_at: datetime.datetime | None,
        *,
        reason: str = "",
    ) -> IssuanceRecord:
        """Sets until when an issuance holds; None means for ever."""

    def change_decoder(
        self, generator: GeneratorRecord, *, reason: str = ""
    ) -> None:
        """Records that another decoder reads a generator's fingerprints."""

    def issuance(self, issuance_id: str) -> IssuanceRecord:
        """The issuance of that id; a `RegistryError` if there is none."""

    def issuances(
        self,
        *,
        generator_digest: str | None = None,
        state: State | None = None,
        batch: str | None = None,
        expired_at: datetime.datetime | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> list[IssuanceRecord]:
        """All issuances, first recorded first, or those of one kind.

        Args:
            generator_digest: Only those of this generator.
            state: Only those in this state.
            batch: Only those of this batch.
            expired_at: Only those whose recipients' time was up by then.
            after: Only those recorded after the issuance of this id.
            limit: At most so many.
        """

    def count(self) -> int:
        """How many issuances there are, of all generators."""

    def lazy_issuances(
        self, generator: GeneratorRecord
    ) -> Sequence[IssuanceRecord]:
        """All issuances from a generator, first recorded first.

        Millions of them take little memory: see `lazy.LazyRecords`.
        """

    def generator(self, digest: str) -> GeneratorRecord:
        """The generator of that digest; a `RegistryError` if there is none."""

    def generators(self) -> list[GeneratorRecord]:
        """All generators that fingerprints were issued for."""

    def events(self, subject: str) -> list[Event]:
        """What happened to one issuance or generator, in order."""

    def head(self) -> Head:
        """The newest entry of the audit log; it stands for all before it."""

    def vouched(self, record: IssuanceRecord) -> IssuanceRecord:
        """The record as it is now, once its entries of the log say the same.

        To be called before anybody is named: who may write to the database
        could have given one issuance's fingerprint to another. Takes as long
        for a million issuances as for one.

        Args:
            record: As it was read, maybe earlier: its state may be older.

        Raises:
            errors.AuditError: If the log says another thing of the issuance or
                of its generator.
        """

    def verify(
        self,
        head: str | None = None,
        *,
        progress: Callable[[int, int], object] = ...,
    ) -> Head:
        """Checks the audit log, and the records against it.

        Args:
            head: Digest that was handed out before and must be in the chain.
            progress: Told how many steps are done, of how many.

        Raises:
            errors.AuditError: If anything was changed, removed or reordered;
                it names the first.
        """

    def flush(self) -> None:
        """Waits until all that was written would outlive a power failure."""

    def close(self) -> None:
        """Lets go of the registry's files or connections."""
