"""What Alembic runs for each migration: on the connection that it was given, in its transaction."""

from alembic import context

from edge.center.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
