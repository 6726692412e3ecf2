"""Generators and issuances, as registries began."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the two tables."""
    op.create_table(
        "generators",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("decoder_digest", sa.String(64), nullable=False),
        sa.Column("num_bits", sa.Integer, nullable=False),
        sa.Column("resolution", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_generators"),
    )
    op.create_table(
        "issuances",
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("fingerprint", sa.String(128), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("generator_digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_issuances"),
        sa.ForeignKeyConstraint(
            ["generator_digest"],
            ["generators.digest"],
            name="fk_issuances_generator_digest",
        ),
        sa.UniqueConstraint("fingerprint", name="uq_issuances_fingerprint"),
        sa.UniqueConstraint("id", name="uq_issuances_id"),
        sqlite_autoincrement=True,
    )
