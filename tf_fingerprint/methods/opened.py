"""Runs as users hold them: the package's verbs as methods.

Each is one line. What a verb does stands where the verb is: `attribution`,
`issuing`.
"""

from typing import Any

from tf_fingerprint import attribution
from tf_fingerprint import issuing
from tf_fingerprint.artificial import run as codecs
from tf_fingerprint.attribution import reading
from tf_fingerprint.scalable import run as scalable


class _Attributing:
    def attribute(
        self: reading.Reader, images: Any, registry: Any, **options: Any
    ) -> list[attribution.Attribution]:
        """Names who made each picture; see `attribution.reading.attribute`."""
        return reading.attribute(self, images, registry, **options)

    def judge(
        self: reading.Reader, images: Any, registry: Any, **options: Any
    ) -> list[attribution.Verdict]:
        """As `attribute`, but verdicts; see `attribution.reading.judge`."""
        return reading.judge(self, images, registry, **options)


class Run(_Attributing, scalable.Run):
    """A generator with its decoder; see `scalable.Run`."""

    def issue(
        self, recipient: str, registry: Any, **options: Any
    ) -> issuing.Issued:
        """Hands a sealed copy out; see `issuing.issue`."""
        return issuing.issue(self, recipient, registry, **options)

    def hand_out(
        self, issuance_id: str, registry: Any, **options: Any
    ) -> issuing.Issued:
        """Hands out the copy of a reservation; see `issuing.hand_out`."""
        return issuing.hand_out(self, issuance_id, registry, **options)


class CodecRun(_Attributing, codecs.CodecRun):
    """An encoder with its decoder; see `artificial.CodecRun`."""
