"""Everything that can happen to a ticket, one function each.

Each locks the ticket, looks whether it may happen, changes it and records one event, in one
transaction. Browser, API, mail, chat and tasks call the same functions. `by` is who does it (None: the
system), `at` the moment (None: now); importers and the demo pass moments of the past.
"""

from tickets.actions.conversation import ask_requester, note, reply
from tickets.actions.escalating import escalate
from tickets.actions.facts import answer, set_facts
from tickets.actions.filing import create
from tickets.actions.joining import dismiss, merge, restore
from tickets.actions.lifecycle import (
    agree_date,
    close,
    close_if_still_resolved,
    hold,
    reopen,
    resolve,
    resume,
    set_priority,
)
from tickets.actions.linking import link, split, unlink
from tickets.actions.routing import assign, hand_back, hand_over, release, take
from tickets.actions.watching import unwatch, watch

__all__ = [
    "agree_date",
    "answer",
    "ask_requester",
    "assign",
    "close",
    "close_if_still_resolved",
    "create",
    "dismiss",
    "escalate",
    "hand_back",
    "hand_over",
    "hold",
    "link",
    "merge",
    "note",
    "release",
    "reopen",
    "reply",
    "resolve",
    "restore",
    "resume",
    "set_facts",
    "set_priority",
    "split",
    "take",
    "unlink",
    "unwatch",
    "watch",
]
