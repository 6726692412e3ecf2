"""The registry inside the graph: who is nearest to what was read.

The same verdicts as `registry.attribute_many`, from the same whole numbers.
"""

import hashlib

import numpy as np
import tensorflow as tf

from tf_fingerprint import attribution
from tf_fingerprint import fingerprints

ATTRIBUTED = "attributed"
NOBODY = "nobody"
REVOKED = "revoked"
AMBIGUOUS = "ambiguous"
UNREADABLE = "unreadable"
VERDICTS = (ATTRIBUTED, NOBODY, REVOKED, AMBIGUOUS, UNREADABLE)

# Counts of matching bits where there is nothing to compare.
NONE = -1


def registry_version(candidates: attribution.Candidates) -> str:
    """Names the state of a registry: a digest, and how many there are.

    It changes with every issuance, confirmation and revocation.

    Returns 16 hexadecimal digits, a hyphen and the number of candidates.
    """
    digest = hashlib.sha256(candidates.generator.digest.encode())
    for record in candidates.records:
        line = f"\n{record.id} {record.fingerprint} {record.state}"
        digest.update(line.encode())
    return f"{digest.hexdigest()[:16]}-{len(candidates)}"


class Nearest:
    """Issued fingerprints as variables, 64 bits to a number.

    `max_false_positive_rate`: tolerated probability that a picture from
    elsewhere is attributed to anybody at all; `names`: whether recipients'
    names stand for them, instead of the ids of their issuances.
    """

    def __init__(
        self,
        candidates: attribution.Candidates,
        *,
        max_false_positive_rate: float = 1e-6,
        names: bool = False,
    ):
        records = candidates.records
        self.num_bits = candidates.generator.num_bits
        self.num_candidates = len(records)
        self.threshold = fingerprints.match_threshold(
            self.num_bits, max_false_positive_rate, max(1, len(records))
        )
        self._tables = _tables(self.num_bits, max(1, len(records)))
        self.module = tf.Module()
        if not records:
            return  # Nobody to compare with, and no empty variable.
        ids = [record.recipient if names else record.id for record in records]
        is_revoked = [str(record.state) == REVOKED for record in records]
        # (words, candidates): each pass of a comparison reads one row.
        self.module.words = _variable(_words(records, self.num_bits))
        self.module.ids = _variable(ids)
        self.module.is_revoked = _variable(is_revoked)

    def attribute(self, bits, is_read):
        """Judges each picture by itself.

        `bits`: `(batch, num_bits)`, `int32`, of 0 and 1; `is_read`: `(batch,)`;
        False where the picture could not be read. Returns dict of `(batch,)`:
        `verdict`, `recipient_id`, `matches`, `p_value`, `log10_p`,
        `p_value_corrected`, `runner_up_matches`.
        """
        place, matches, runner_up = self._nearest_two(bits)
        is_named = (matches >= self.threshold) & (matches != runner_up)
        is_tied = (matches >= self.threshold) & tf.equal(matches, runner_up)
        verdict = tf.where(is_tied, AMBIGUOUS, NOBODY)
        recipient = tf.fill(tf.shape(matches), "")
        if self.num_candidates:
            is_revoked = tf.gather(self.module.is_revoked, place)
            named_as = tf.where(is_revoked, REVOKED, ATTRIBUTED)
            verdict = tf.where(is_named, named_as, verdict)
            recipient = tf.where(
                is_named & is_read, tf.gather(self.module.ids, place), recipient
            )
        odds = {
            name: tf.gather(table, tf.where(is_read, matches, 0))
            for name, table in self._tables.items()
        }
        return {
            "verdict": tf.where(is_read, verdict, UNREADABLE),
            "recipient_id": recipient,
            "matches": tf.where(is_read, matches, NONE),
            "runner_up_matches": tf.where(is_read, runner_up, NONE),
            **odds,
        }

    def _nearest_two(self, bits):
        """Place and matches of the best, matches of the second, `(batch,)`."""
        if not self.num_candidates:
            zeros = tf.zeros(tf.shape(bits)[:1], tf.int32)
            return zeros, zeros, zeros + NONE
        # A byte counts up to 255 differing bits.
        kind = tf.uint8 if self.num_bits < 256 else tf.int32

        def one_row(query):
            differing = 0
            for word in range(self.module.words.shape[0]):
                different = tf.bitwise.bitwise_xor(
                    self.module.words[word], query[word]
                )
                counts = tf.raw_ops.PopulationCount(x=different)
                differing += tf.cast(counts, kind)
            best = tf.argmin(differing, output_type=tf.int32)
            fewest = tf.cast(differing[best], tf.int32)
            if self.num_candidates == 1:
                return best, self.num_bits - fewest, tf.constant(NONE)
            others = tf.tensor_scatter_nd_update(
                differing, [[best]], [tf.constant(kind.max, kind)]
            )
            second = tf.cast(tf.reduce_min(others), tf.int32)
            return best, self.num_bits - fewest, self.num_bits - second

        # Row by row, so that a request needs the memory of one comparison.
        return tf.map_fn(
            one_row,
            _packed(bits),
            parallel_iterations=1,
            fn_output_signature=(tf.TensorSpec((), tf.int32),) * 3,
        )


def _variable(values):
    return tf.Variable(values, trainable=False)


def _tables(num_bits, num_candidates):
    """Odds by the number of matches, from exact whole numbers."""
    rates = [
        fingerprints.false_positive_rate(matches, num_bits)
        for matches in range(num_bits + 1)
    ]
    logarithms = [
        fingerprints.log10_false_positive_rate(matches, num_bits)
        for matches in range(num_bits + 1)
    ]
    corrected = [
        fingerprints.corrected_p_value(rate, num_candidates) for rate in rates
    ]
    return {
        "p_value": np.array(rates, np.float64),
        "log10_p": np.array(logarithms, np.float32),
        "p_value_corrected": np.array(corrected, np.float64),
    }


def _words(records, num_bits):
    """Fingerprints, first bit highest, filled up with zeros: `int64`."""
    num_digits = 16 * -(-num_bits // 64)
    digits = "".join(
        record.fingerprint.ljust(num_digits, "0") for record in records
    )
    words = np.frombuffer(bytes.fromhex(digits), ">u8").astype(np.uint64)
    return words.view(np.int64).reshape(len(records), -1).T


def _packed(bits):
    """The same of decoded bits, `(batch, words)`."""
    num_bits = bits.shape[-1]
    filled = tf.pad(tf.cast(bits, tf.int64), [[0, 0], [0, -num_bits % 64]])
    words = tf.reshape(filled, (-1, -(-num_bits // 64), 64))
    places = tf.range(63, -1, -1, dtype=tf.int64)
    return tf.reduce_sum(tf.bitwise.left_shift(words, places), axis=-1)
