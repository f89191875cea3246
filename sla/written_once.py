"""A database trigger for what a promise consists of: free while nobody was promised it, fixed afterwards."""

import pgtrigger

_REFUSE = """
    if exists (select 1 from sla_terms where policy_version_id = {version}) then
        raise exception 'a policy version that a ticket uses is never changed';
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    return new;
"""


def kept_once_used(version: str) -> list[pgtrigger.Trigger]:
    """Refuse UPDATE and DELETE of a row once terms are bound to its version; `version` is SQL for its key."""
    return [
        pgtrigger.Trigger(
            name="kept_once_used",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=_REFUSE.format(version=version),
        )
    ]
