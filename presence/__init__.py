"""Who of the desk is here, what they look at and what they write: in Redis, for as long as it is true.

Nothing of it is kept: it is gone when a page is closed, and within a minute when a machine falls over.
Customers never appear in it and are never told of it (docs/live.md).
"""

from presence.here import who_is_here

__all__ = ["who_is_here"]
