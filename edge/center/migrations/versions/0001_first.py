"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    """Written out, not taken from `tables`: that is the newest shape, this the first."""
    op.create_table(
        "hall",
        sa.Column("hall", sa.String(20), primary_key=True),
        sa.Column("journal", sa.String(64), nullable=False, server_default=""),
        sa.Column("status", sa.Text, nullable=False, server_default="{}"),
        sa.Column("status_at", sa.String(24), nullable=False, server_default=""),
        sa.Column("health", sa.Text, nullable=False, server_default="{}"),
        sa.Column("health_at", sa.String(24), nullable=False, server_default=""),
    )
    op.create_table(
        "journal",
        sa.Column("journal", sa.String(64), primary_key=True),
        sa.Column("hall", sa.String(20), nullable=False),
        sa.Column("stored", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("chain", sa.String(64), nullable=False, server_default=""),
        sa.Column("highest", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("broken", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("hole_since", sa.Float, nullable=False, server_default="0"),
        sa.Column("ask_due", sa.Float, nullable=False, server_default="0"),
        sa.Column("asks", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "entry",
        sa.Column("journal", sa.String(64), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hall", sa.String(20), nullable=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("trusted", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("came_at", sa.String(24), nullable=False),
    )
    op.create_table(
        "figure",
        sa.Column("hall", sa.String(20), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("type", sa.String(80), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
