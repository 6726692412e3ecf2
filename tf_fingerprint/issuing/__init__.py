"""Handing sealed copies out: to one recipient, to many, as marked sets."""

from tf_fingerprint.issuing.one import Issued as Issued
from tf_fingerprint.issuing.one import hand_out as hand_out
from tf_fingerprint.issuing.one import issue as issue
