"""What people do to policies: add one, rename it, make a version, withdraw one that is not in force yet."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.errors import InvalidTransition
from sla import ladder
from sla.models import Policy, PolicyRow, PolicyVersion, PromiseChange
from sla.policies.drafts import Draft
from sla.promise_log import changed_fields, note_change

Kind = PromiseChange.Kind


@transaction.atomic
def add_policy(draft: Draft, *, by: User, at: datetime, name: str, name_zh: str, note: str = "") -> Policy:
    """A new policy with its first version. It promises nobody anything until a plan has it."""
    policy = Policy.objects.create(name=name, name_zh=name_zh)
    note_change(Kind.POLICY_ADDED, by=by, at=at, policy=policy, changes={"name": ["", name]})
    make_version(policy, draft, by=by, at=at, valid_from=at, note=note)
    return policy


@transaction.atomic
def rename_policy(policy: Policy, *, by: User, at: datetime, name: str, name_zh: str) -> Policy:
    policy = Policy.objects.select_for_update(no_key=True).get(pk=policy.pk)
    new = {"name": name, "name_zh": name_zh}
    if changes := changed_fields(policy, new):
        policy.name, policy.name_zh = name, name_zh
        policy.save(update_fields=["name", "name_zh"])
        note_change(Kind.POLICY_RENAMED, by=by, at=at, policy=policy, changes=changes)
    return policy


@transaction.atomic
def make_version(
    policy: Policy,
    draft: Draft,
    *,
    by: User,
    at: datetime,
    valid_from: datetime,
    note: str,
    based_on: int | None = None,
) -> PolicyVersion:
    """Save a draft as the next version, in force from now or a later moment: never from an earlier one.

    `based_on` is the number of the version that was edited. Raises InvalidTransition when somebody
    made a newer one meanwhile, or when one that starts later stands already.
    """
    policy = Policy.objects.select_for_update(no_key=True).get(pk=policy.pk)
    newest = policy.versions.order_by("-number").first()
    if newest and based_on is not None and newest.number != based_on:
        raise InvalidTransition(
            _("%(who)s made version %(number)s in the meantime. Compare it with yours, then save again.")
            % {"who": newest.created_by or _("Somebody"), "number": newest.number}
        )
    if valid_from < at:
        raise InvalidTransition(_("A promise is not changed for the past. Choose now or a later moment."))
    if newest and newest.valid_from > valid_from:
        raise InvalidTransition(
            _(
                "Version %(number)s comes into force on %(moment)s and would replace this one. Choose a "
                "later moment, or withdraw version %(number)s first."
            )
            % {
                "number": newest.number,
                "moment": f"{timezone.localtime(newest.valid_from):%Y-%m-%d %H:%M}",
            }
        )
    version = PolicyVersion.objects.create(
        policy=policy,
        number=newest.number + 1 if newest else 1,
        valid_from=valid_from,
        levels=list(draft.levels),
        options=draft.options,
        ladder=ladder.dump(draft.ladder),
        created_at=at,
        created_by=by,
        note=note,
    )
    PolicyRow.objects.bulk_create(
        PolicyRow(
            version=version,
            priority=row.priority,
            response=row.response,
            resolution=row.resolution,
            calendar_id=row.calendar,
            pause_statuses=list(row.pauses),
        )
        for row in draft.rows
    )
    changes = {"version": ["", str(version.number)]}
    note_change(Kind.VERSION_MADE, by=by, at=at, policy=policy, changes=changes, note=note)
    return version


@transaction.atomic
def withdraw_version(version: PolicyVersion, *, by: User, at: datetime) -> None:
    """Take back the newest version while it is not in force: no ticket was promised anything by it."""
    policy = Policy.objects.select_for_update(no_key=True).get(pk=version.policy_id)
    version = policy.versions.get(pk=version.pk)
    if version.valid_from <= at:
        raise InvalidTransition(_("This version is in force: make a new one instead."))
    if policy.versions.filter(number__gt=version.number).exists():
        raise InvalidTransition(_("A newer version stands on this one. Withdraw that first."))
    changes = {"version": [str(version.number), ""]}
    note_change(Kind.VERSION_WITHDRAWN, by=by, at=at, policy=policy, changes=changes, note=version.note)
    version.reapplications.all().delete()
    version.delete()
