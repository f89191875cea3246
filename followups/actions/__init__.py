"""Everything that can happen to bookmarks, reminders and checklists, one function each."""

from followups.actions.bookmarks import toggle_bookmark
from followups.actions.checklists import (
    add_checklist,
    add_item,
    move_item,
    remove_checklist,
    remove_item,
    save_template,
    tick,
)
from followups.actions.reminders import cancel, fire_due, remind, wake_for_answer

__all__ = [
    "add_checklist",
    "add_item",
    "cancel",
    "fire_due",
    "move_item",
    "remind",
    "remove_checklist",
    "remove_item",
    "save_template",
    "tick",
    "toggle_bookmark",
    "wake_for_answer",
]
