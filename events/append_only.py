"""Database triggers for tables whose rows are written once."""

from collections.abc import Sequence

import pgtrigger

_REFUSE_TRUNCATION = "raise exception 'rows of % are never removed', TG_TABLE_NAME;"


def append_only(*, except_fields: Sequence[str] = ()) -> list[pgtrigger.Trigger]:
    """Refuse UPDATE (but of the named fields), DELETE and TRUNCATE, whoever asks."""
    return [
        pgtrigger.ReadOnly(name="no_change", exclude=list(except_fields) or None),
        pgtrigger.Protect(name="no_removal", operation=pgtrigger.Delete),
        pgtrigger.Trigger(
            name="no_truncation",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=_REFUSE_TRUNCATION,
        ),
    ]
