"""What can happen to a known issue, and between one and a ticket."""

from known_issues.actions.deflecting import mark_followed, mark_solved
from known_issues.actions.fixing import publish_fix, tell_fixes
from known_issues.actions.linking import announce_links, link, unlink
from known_issues.actions.writing import create, edit

__all__ = [
    "announce_links",
    "create",
    "edit",
    "link",
    "mark_followed",
    "mark_solved",
    "publish_fix",
    "tell_fixes",
    "unlink",
]
