"""Which decoder reads a generator's fingerprints, as the registry has it."""

from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import check_same
from tf_fingerprint.registry.stores import Store


def check_generator(
    store: Store, generator: GeneratorRecord, *, may_be_new: bool = False
) -> None:
    """Raises unless a run's generator and decoder are those of the registry.

    To be called before anybody is named by what a decoder says, or handed a
    copy that it must be able to read: another decoder may be wrong, or one
    that was made to say somebody's bits.

    Args:
        store: The registry.
        generator: What identifies the run: `run.record`.
        may_be_new: Whether a generator unknown so far is as good.

    Raises:
        errors.RegistryError: If the registry doesn't know the generator, or
            knows it with another decoder, length or resolution. The message
            has both digests.
    """
    known = {each.digest: each for each in store.generators()}
    if may_be_new and generator.digest not in known:
        return
    check_same(store.generator(generator.digest), generator)


def change_decoder(
    store: Store, generator: GeneratorRecord, *, reason: str = ""
) -> None:
    """Records that another decoder reads a generator's fingerprints from now.

    An entry of the log says which, who said so, when and why. Issuances stay
    as they are. Recording the decoder that it has already changes nothing.

    Args:
        store: The registry.
        generator: `run.record` of the run with the new decoder.
        reason: Why, for whoever reads the history.

    Raises:
        errors.RegistryError: If the registry doesn't know the generator, or
            with another length or resolution.
    """
    store.change_decoder(generator, reason=reason)
