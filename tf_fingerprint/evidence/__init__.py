"""Reports that somebody else can check, with a registry and no network."""

from tf_fingerprint.evidence.folders import Evidence as Evidence
from tf_fingerprint.evidence.pages import page as page
from tf_fingerprint.evidence.reports import report as report
from tf_fingerprint.evidence.snapshots import Snapshot as Snapshot
from tf_fingerprint.evidence.snapshots import read as read
from tf_fingerprint.evidence.verifying import verify as verify
