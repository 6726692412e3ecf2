"""Attribution: whose copy made this picture, how often chance names anybody.

The registry is part of the model; publishing the next version is how a server
learns of an issuance or a revocation.

Signature `serving_default`: picture files.

Request:
    image_bytes: `(n,)`, string. PNG or JPEG files of any size, read as
        `export.servables.images` says.

Response:
    status: `(n,)`, string. `ok`, or why the row can't be read: `bad_image`,
        `too_large`, `unsupported_format`. Such a row never fails the others.
    verdict: `(n,)`, string. `attributed`; `nobody`; `revoked`, where the best
        match is an issuance that was revoked; `ambiguous`, where two are good
        enough and equally good; `unreadable`, where the status is not `ok`.
    recipient_id: `(n,)`, string. The id of the issuance, or the recipient's
        name if the export asked for names. Empty unless the verdict is
        `attributed` or `revoked`.
    matches: `(n,)`, `int32`. Matching bits of the best candidate, named or
        not; 0 without candidates, -1 for a row that can't be read.
    p_value: `(n,)`, `float64`. Probability that chance matches one candidate
        as well; 1 for a row that can't be read.
    log10_p: `(n,)`, `float32`. Its decimal logarithm.
    p_value_corrected: `(n,)`, `float64`. The same for any of the candidates:
        `p_value` times their number, at most 1. Somebody is named only where
        it is at most the tolerated rate.
    runner_up_matches: `(n,)`, `int32`. Matching bits of the second-best
        candidate; -1 if there is none.
    bits: `(n, num_bits)`, `int32`, of 0 and 1. What the decoder read; zeros
        for a row that can't be read.
    registry_version: `(n,)`, string. Which registry answered, the same in
        every row.

Signature `images`: decoded pictures.

Request:
    images: `(n, height, width, c)`, `uint8`. Any size; grey, RGB, or RGB with
        alpha. Cut to the centred square and scaled as files are.

Response:
    status: As above; always `ok`.
    verdict: As above.
    recipient_id: As above.
    matches: As above.
    p_value: As above.
    log10_p: As above.
    p_value_corrected: As above.
    runner_up_matches: As above.
    bits: As above.
    registry_version: As above.
"""

import tensorflow as tf

from export.servables import images
from export.servables import nearest
from export.servables import servable
from export.servables import signatures
from tf_fingerprint import attribution as attributions
from tf_fingerprint import errors
from tf_fingerprint.registry import records
from tf_fingerprint.scalable import run as scalable_run

# What is answered where verdicts are all that is told.
TOLD = ("status", "verdict", "recipient_id", "registry_version")


def attribution(
    run: scalable_run.Run,
    candidates: attributions.Candidates,
    *,
    max_false_positive_rate: float = 1e-6,
    names: bool = False,
    registry_version: str | None = None,
    verdicts_only: bool = False,
) -> servable.Servable:
    """Decoder and registry as one servable; its contract is this module's.

    Args:
        run: The run whose decoder reads the pictures.
        candidates: The issued fingerprints of its generator, in any state.
        max_false_positive_rate: Tolerated probability that a picture from
            elsewhere is attributed to anybody at all.
        names: Whether `recipient_id` is the recipient's name. Names then leave
            with the model, and with every answer.
        registry_version: What answers call this registry;
            `nearest.registry_version` if not given.
        verdicts_only: Whether to answer `TOLD` alone: neither bits nor
            matches nor odds, by which whoever may ask often could change a
            picture until it reads as somebody's.

    Raises:
        errors.ExportError: If the candidates are another generator's.
        errors.TooFewBitsError: If the fingerprints are too short for that
            rate.
    """
    _check(run, candidates)
    version = registry_version or nearest.registry_version(candidates)
    matcher = nearest.Nearest(
        candidates,
        max_false_positive_rate=max_false_positive_rate,
        names=names,
    )
    module = servable.module_of(run.decoder.weights)
    module.registry = matcher.module
    return servable.Servable(
        module=module,
        signatures=signatures.signatures(
            run, _responding(matcher, version, verdicts_only)
        ),
        examples=signatures.examples(run),
        metadata={
            "kind": "attribution",
            **signatures.metadata(run),
            "num_candidates": len(candidates),
            "registry_version": version,
            "max_false_positive_rate": max_false_positive_rate,
            "match_threshold": matcher.threshold,
            "recipients_as": "names" if names else "issuance ids",
            "verdicts_only": verdicts_only,
        },
    )


def _check(run, candidates):
    """Raises an `ExportError` if the run's decoder can't read them."""
    if candidates.generator.digest != run.generator_digest:
        raise errors.ExportError(
            "`candidates` must be issued from the run's generator, "
            f"{run.generator_digest[:12]}. Received those of "
            f"{candidates.generator.digest[:12]}. Its decoder can't read them."
        )
    try:
        records.check_same(candidates.generator, run.record)
    except errors.RegistryError as error:
        raise errors.ExportError(str(error)) from error


def _responding(matcher, version, verdicts_only):
    """From what is read in pictures to the response."""

    def respond(logits, status):
        bits = tf.cast(logits > 0, tf.int32)
        with tf.device("/device:CPU:0"):
            found = matcher.attribute(bits, tf.equal(status, images.OK))
            named = tf.fill(tf.shape(status), version)
        answer = {
            "status": status,
            **found,
            "bits": bits,
            "registry_version": named,
        }
        if verdicts_only:
            return {name: answer[name] for name in TOLD}
        return answer

    return respond
