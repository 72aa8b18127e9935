"""The tables brought to the present shape, by Alembic; several workers may start at once."""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x62_69_61_6E
"""An advisory lock of PostgreSQL; on SQLite the write lock does."""


def migrate(engine: Engine) -> None:
    """Make the tables, or change those of an older version. Raises SQLAlchemyError."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = connection
        logging.getLogger("alembic").setLevel(logging.WARNING)
        command.upgrade(config, "head")
