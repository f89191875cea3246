"""The SLA clocks: a ticket's history, read under a policy at an instant. No database, no clock reading.

    state = fold(events)                      # or apply(state, event), one by one
    readings = clocks(state, policy, now)
    result = scan(readings, recorded_keys, now)
    explanation = ledger(state, policy, now, Target.RESOLUTION)

The rule ids in the comments (B10, D4) are those of docs/sla_rules.md.
"""

from sla.engine.clocks import Agreement, ClockKey, ClockState, State, clocks
from sla.engine.history import (
    Author,
    Cancelled,
    Created,
    DateAgreed,
    HistoryEvent,
    InvalidHistory,
    Message,
    Origin,
    PriorityChanged,
    Restored,
    StartMoved,
    StartRestored,
    StatusChanged,
    TicketState,
    Voided,
    apply,
    fold,
)
from sla.engine.ledger import Activity, Entry, Ledger, RowBudget, ledger
from sla.engine.policy import Policy, Row, Status, Target
from sla.engine.scan import Notify, Record, Recorded, RecordKey, ScanResult, next_scan_at, scan
from sla.engine.thresholds import AGREED_PASSED, BREACH, Threshold

__all__ = [
    "AGREED_PASSED",
    "BREACH",
    "Activity",
    "Agreement",
    "Author",
    "Cancelled",
    "ClockKey",
    "ClockState",
    "Created",
    "DateAgreed",
    "Entry",
    "HistoryEvent",
    "InvalidHistory",
    "Ledger",
    "Message",
    "Notify",
    "Origin",
    "Policy",
    "PriorityChanged",
    "Record",
    "RecordKey",
    "Recorded",
    "Restored",
    "Row",
    "RowBudget",
    "ScanResult",
    "StartMoved",
    "StartRestored",
    "State",
    "Status",
    "StatusChanged",
    "Target",
    "Threshold",
    "TicketState",
    "Voided",
    "apply",
    "clocks",
    "fold",
    "ledger",
    "next_scan_at",
    "scan",
]
