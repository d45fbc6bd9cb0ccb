"""Full text of SQLite without the places of words, which nothing asks for: a fifth of the index.
Sources that are gone in an index, to leave them out of counts.
"""

from alembic import op
from sqlalchemy import text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = "name, fields, description, tags, semantic_types, format, frequent"
_GONE = text("status = 'GONE'")


def upgrade() -> None:
    op.create_index(
        "ix_sources_gone", "sources", ["pk"], sqlite_where=_GONE, postgresql_where=_GONE
    )
    _made_again("detail = 'none'")


def downgrade() -> None:
    op.drop_index("ix_sources_gone", "sources")
    _made_again("detail = 'full'")


def _made_again(detail: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(
        f"CREATE VIRTUAL TABLE new_documents USING fts5({_COLUMNS},"
        f" tokenize = 'ascii', prefix = '1 2 3', {detail})"
    )
    op.execute(
        f"INSERT INTO new_documents (rowid, {_COLUMNS})"
        f" SELECT rowid, {_COLUMNS} FROM search_documents"
    )
    op.execute("DROP TABLE search_documents")
    op.execute("ALTER TABLE new_documents RENAME TO search_documents")
