"""The words of names again, marked as such; and what begins with one letter found at once."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COLUMNS = "name, fields, description, tags, semantic_types, format, frequent"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _made_again("1 2 3", "trim(name || ' \u00b6' || replace(name, ' ', ' \u00b6'))")
        return
    op.execute(
        r"""
        UPDATE search_documents SET vector = vector || CAST((
            SELECT string_agg('''' || '¶' || word || '''\:1A', ' ')
            FROM unnest(string_to_array(name, ' ')) AS word
        ) AS tsvector) WHERE name <> ''
        """
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _made_again("2 3", "rtrim(substr(name, 1, instr(name || '\u00b6', '\u00b6') - 1))")


def _made_again(prefix: str, name: str) -> None:
    op.execute(
        f"CREATE VIRTUAL TABLE new_documents USING fts5({_COLUMNS},"
        f" tokenize = 'ascii', prefix = '{prefix}')"
    )
    others = _COLUMNS.partition(", ")[2]
    op.execute(
        f"INSERT INTO new_documents (rowid, {_COLUMNS})"
        f" SELECT rowid, {name}, {others} FROM search_documents"
    )
    op.execute("DROP TABLE search_documents")
    op.execute("ALTER TABLE new_documents RENAME TO search_documents")
