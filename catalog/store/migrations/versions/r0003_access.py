"""Who may ask, who has signed in, and what was changed."""

import sqlalchemy as sa
from alembic import op

from catalog.store.columns import AnyText, Json, Time

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("pk", Id, autoincrement=True, nullable=False),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("name", AnyText(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("unmask", sa.Boolean(), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("expires_at", Time()),
        sa.Column("revoked_at", Time()),
        sa.Column("used_at", Time()),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_tokens")),
        sa.UniqueConstraint("key", name=op.f("uq_tokens_key")),
    )
    op.create_table(
        "sessions",
        sa.Column("pk", Id, autoincrement=True, nullable=False),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("token_pk", Id, nullable=False),
        sa.Column("expires_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_pk"],
            ["tokens.pk"],
            name=op.f("fk_sessions_token_pk_tokens"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_sessions")),
        sa.UniqueConstraint("key", name=op.f("uq_sessions_key")),
    )
    op.create_index(op.f("ix_sessions_token_pk"), "sessions", ["token_pk"])
    op.create_table(
        "audit",
        sa.Column("pk", Id, autoincrement=True, nullable=False),
        sa.Column("at", Time(), nullable=False),
        sa.Column("caller", AnyText(), nullable=False),
        sa.Column("token_pk", Id),
        sa.Column("action", AnyText(), nullable=False),
        sa.Column("target", AnyText()),
        sa.Column("outcome", AnyText(), nullable=False),
        sa.Column("details", Json(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_audit")),
    )


def downgrade() -> None:
    op.drop_table("audit")
    op.drop_table("sessions")
    op.drop_table("tokens")
