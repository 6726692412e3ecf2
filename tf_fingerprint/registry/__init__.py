"""Who was issued which fingerprint, and whom an image accuses.

Needs NumPy and SQLAlchemy, neither TensorFlow nor Keras: whoever audits an
accusation can do so on any machine.
"""

from tf_fingerprint.registry.audit import Event as Event
from tf_fingerprint.registry.audit import Head as Head
from tf_fingerprint.registry.audit import digest_of as digest_of
from tf_fingerprint.registry.batches import default_batch as default_batch
from tf_fingerprint.registry.batches import issue_many as issue_many
from tf_fingerprint.registry.database import DatabaseStore as DatabaseStore
from tf_fingerprint.registry.decoders import change_decoder as change_decoder
from tf_fingerprint.registry.decoders import check_generator as check_generator
from tf_fingerprint.registry.distances import (
    default_min_distance as default_min_distance,
)
from tf_fingerprint.registry.exchange import export_rows as export_rows
from tf_fingerprint.registry.exchange import import_rows as import_rows
from tf_fingerprint.registry.issuance import confirm as confirm
from tf_fingerprint.registry.issuance import issue as issue
from tf_fingerprint.registry.issuance import revoke as revoke
from tf_fingerprint.registry.issuance import rotate as rotate
from tf_fingerprint.registry.issuance import unfinished as unfinished
from tf_fingerprint.registry.opening import Registry as Registry
from tf_fingerprint.registry.opening import open_store as open_store
from tf_fingerprint.registry.opening import opened as opened
from tf_fingerprint.registry.records import GeneratorRecord as GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord as IssuanceRecord
from tf_fingerprint.registry.records import State as State
from tf_fingerprint.registry.spacing import Spacing as Spacing
from tf_fingerprint.registry.stores import Store as Store
