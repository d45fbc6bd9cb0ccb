"""The stamp of a listing that alone tells that nothing has changed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listings", sa.Column("settled", sa.String(32), nullable=True))
    op.execute(
        """
        UPDATE listings SET settled = (
            SELECT versions.content_stamp FROM sources
            JOIN versions ON versions.pk = sources.version_pk
            WHERE sources.pk = listings.source_pk AND sources.status <> 'FAILED'
        ) WHERE findings = '[]' AND dataset NOT LIKE '%set by the user%'
        """
    )


def downgrade() -> None:
    with op.batch_alter_table("listings") as listings:
        listings.drop_column("settled")
