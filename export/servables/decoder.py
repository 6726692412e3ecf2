"""The decoder: what is written in a picture.

Signature `serving_default`: picture files.

Request:
    image_bytes: `(n,)`, string. PNG or JPEG files of any size, read as
        `export.servables.images` says.

Response:
    logits: `(n, num_bits)`, `float32`. Positive means 1. Zeros for a row that
        can't be read.
    bits: `(n, num_bits)`, `int32`, of 0 and 1.
    fingerprint_hex: `(n,)`, string. The bits in hexadecimal, first bit first;
        empty for a row that can't be read.
    status: `(n,)`, string. `ok`, or why the row can't be read: `bad_image`,
        `too_large`, `unsupported_format`. Such a row never fails the others.

Signature `images`: decoded pictures.

Request:
    images: `(n, height, width, c)`, `uint8`. Any size; grey, RGB, or RGB with
        alpha. Cut to the centred square and scaled as files are.

Response:
    logits: As above.
    bits: As above.
    fingerprint_hex: As above.
    status: As above; always `ok`.
"""

from export.servables import servable
from export.servables import signatures
from tf_fingerprint.scalable import run as scalable_run


def decoder(run: scalable_run.Run) -> servable.Servable:
    """The decoder as a servable; its contract is this module's.

    Args:
        run: The run whose decoder it is.
    """

    def respond(logits, status):
        return {**signatures.readings(logits, status), "status": status}

    return servable.Servable(
        module=servable.module_of(run.decoder.weights),
        signatures=signatures.signatures(run, respond),
        examples=signatures.examples(run),
        metadata={"kind": "decoder", **signatures.metadata(run)},
    )
