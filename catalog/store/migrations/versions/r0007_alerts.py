"""Rules of alerts with their outbox, what users say of expectations, and rows that reports saw."""

import sqlalchemy as sa
from alembic import op

from catalog.store.columns import AnyText, Json, Time

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "rules",
        sa.Column("pk", Id, autoincrement=True, nullable=False),
        sa.Column("name", AnyText(), nullable=False),
        sa.Column("kinds", Json(), nullable=False),
        sa.Column("source", AnyText()),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("target", AnyText(), nullable=False),
        sa.Column("threshold", sa.Float()),
        sa.Column("after", sa.BigInteger()),
        sa.Column("secret", AnyText()),
        sa.Column("server", AnyText()),
        sa.Column("silenced_until", Time()),
        sa.Column("created_at", Time(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_rules")),
        sa.UniqueConstraint("name", name=op.f("uq_rules_name")),
    )
    op.create_table(
        "alerts",
        sa.Column("pk", Id, autoincrement=True, nullable=False),
        sa.Column("rule_pk", Id, nullable=False),
        sa.Column("source_pk", Id),
        sa.Column("key", sa.LargeBinary(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("message", AnyText(), nullable=False),
        sa.Column("details", Json(), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("delivery", sa.String(32)),
        sa.Column("lease", Time()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Time()),
        sa.Column("sent_at", Time()),
        sa.Column("error", AnyText()),
        sa.ForeignKeyConstraint(
            ["rule_pk"], ["rules.pk"], name=op.f("fk_alerts_rule_pk_rules"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_pk"],
            ["sources.pk"],
            name=op.f("fk_alerts_source_pk_sources"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_alerts")),
        sa.UniqueConstraint("rule_pk", "key", name=op.f("uq_alerts_rule_pk_key")),
    )
    op.create_index(op.f("ix_alerts_next_at"), "alerts", ["next_at"])
    op.create_index(op.f("ix_alerts_source_pk"), "alerts", ["source_pk"])
    op.create_table(
        "choices",
        sa.Column("source_pk", Id, autoincrement=False, nullable=False),
        sa.Column("key", AnyText(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("expectation", Json()),
        sa.Column("reason", AnyText()),
        sa.Column("chosen_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_pk"],
            ["sources.pk"],
            name=op.f("fk_choices_source_pk_sources"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_pk", "key", name=op.f("pk_choices")),
    )
    op.add_column("reports", sa.Column("rows_seen", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("reports") as reports:
        reports.drop_column("rows_seen")
    op.drop_table("choices")
    op.drop_table("alerts")
    op.drop_table("rules")
