"""Ladders stored so far name four levels, and the rest was told by a table in the code: write it down.

Versions of a policy are not changed otherwise; this changes no behaviour, it says what held already.
"""

from django.db import migrations

MAILED = {"75": False, "90": True, "breach": True, "150": True}
TOLD_BY_CODE = [
    {"level": "created:P1", "tell": ["tier", "tier_lead", "on_call", "tam"], "do": [], "mail": True},
    {"level": "created:P2", "tell": ["tier"], "do": [], "mail": False},
    {"level": "3d", "tell": ["assignee_or_tier"], "do": [], "mail": False},
    {"level": "1d", "tell": ["assignee", "tier_lead"], "do": [], "mail": True},
    {"level": "overdue", "tell": ["assignee_or_tier", "tier_lead"], "do": [], "mail": True},
    {"level": "nudge", "tell": ["assignee_or_tier", "tam"], "do": [], "mail": False},
    {"level": "passed", "tell": ["assignee", "tier_lead"], "do": [], "mail": True},
    {"level": "reopened3", "tell": ["tier_lead"], "do": [], "mail": True},
]


def complete(apps, schema_editor):
    for version in apps.get_model("sla", "PolicyVersion").objects.all():
        known = {step["level"] for step in version.ladder}
        for step in version.ladder:
            step.setdefault("tell", [])
            step.setdefault("do", [])
            step.setdefault("mail", MAILED.get(step["level"], True))
        version.ladder += [step for step in TOLD_BY_CODE if step["level"] not in known]
        version.save(update_fields=["ladder"])


class Migration(migrations.Migration):
    dependencies = [("sla", "0001_initial")]

    operations = [migrations.RunPython(complete, migrations.RunPython.noop)]
