"""Who is on the desk now."""

from __future__ import annotations

from collections.abc import Collection


def here(user_ids: Collection[int]) -> Collection[int] | None:
    """Those of these people who are on the desk now. None where nobody can say: no rule then asks for it."""
    return None
