"""Entries of beat's schedule. Each is a hint that rows may be due, and expires when the next one comes."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab


def every(period: timedelta, task: str) -> dict[str, Any]:
    """`task` every `period`; a hint that waited longer than that in the queue is dropped."""
    return {"task": task, "schedule": period, "options": {"expires": period.total_seconds()}}


def daily(at: str, task: str) -> dict[str, Any]:
    """`task` once a day, `at` HH:MM UTC. Dropped when no worker takes it within the hour."""
    hour, minute = at.split(":")
    return {"task": task, "schedule": crontab(hour=hour, minute=minute), "options": {"expires": 3600}}
