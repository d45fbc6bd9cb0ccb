"""Alembic's entry: runs the migrations over the connection that `catalog.store.migrate` opened."""

from alembic import context

from catalog.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter most of a table in place
    transactional_ddl=True,
)
context.run_migrations()
