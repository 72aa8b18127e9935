"""What a box is made of, one-time codes, and the certificates that came of them."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Written out, not taken from `tables`: that is the newest shape, this the second."""
    op.add_column("hall", sa.Column("inventory", sa.Text, nullable=False, server_default="{}"))
    op.add_column("hall", sa.Column("inventory_at", sa.String(24), nullable=False, server_default=""))
    op.create_table(
        "enrolment",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("hall", sa.String(20), nullable=False),
        sa.Column("made_at", sa.Float, nullable=False),
        sa.Column("ends_at", sa.Float, nullable=False),
        sa.Column("key", sa.String(64), nullable=False, server_default=""),
    )
    op.create_table(
        "certificate",
        sa.Column("serial", sa.String(40), primary_key=True),
        sa.Column("hall", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("issued_at", sa.Float, nullable=False),
        sa.Column("ends_at", sa.Float, nullable=False),
    )
