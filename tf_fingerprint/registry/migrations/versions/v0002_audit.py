"""The audit log, who issued, until when, and lists of recipients.

What was recorded before there was a log is adopted into it: the log vouches for
it from here on.
"""

import datetime

import sqlalchemy as sa
from alembic import op

from tf_fingerprint.registry import audit
from tf_fingerprint.registry import schema

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds columns and table, and an entry for each record."""
    op.add_column(
        "issuances",
        sa.Column("issued_by", sa.Text, nullable=False, server_default=""),
    )
    op.add_column(
        "issuances", sa.Column("expires_at", sa.DateTime(timezone=True))
    )
    op.add_column("issuances", sa.Column("batch", sa.Text))
    op.add_column("issuances", sa.Column("batch_line", sa.Integer))
    op.create_index(
        "uq_issuances_batch", "issuances", ["batch", "batch_line"], unique=True
    )
    op.create_table(
        "events",
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_events"),
    )
    op.create_index("ix_events_subject", "events", ["subject"])
    _adopt(op.get_bind())


def _adopt(connection):
    """Begins the log with what is there."""
    log = audit.Log(audit.Head())
    generators = sa.text("SELECT * FROM generators ORDER BY digest")
    for row in connection.execute(generators).mappings():
        log.add("adopt", row["digest"], {"generator": dict(row)})
    issuances = sa.text("SELECT * FROM issuances ORDER BY position")
    for row in connection.execute(issuances).mappings():
        contents = {
            name: value for name, value in row.items() if name != "position"
        }
        moment = contents["issued_at"]
        if isinstance(moment, str):  # SQLite's: in UTC, without saying so.
            with schema.readable():
                moment = datetime.datetime.fromisoformat(moment)
            moment = moment.replace(tzinfo=datetime.UTC)
        contents["issued_at"] = moment.astimezone(datetime.UTC).isoformat()
        log.add("adopt", row["id"], {"issuance": contents})
    log.write(connection)
