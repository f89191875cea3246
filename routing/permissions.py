"""Who may decide about whose working life, and about the rules."""

from __future__ import annotations

from accounts.models import User


def can_see_availability(user: User, person: User) -> bool:
    """One's own; managers see everybody's, leads their tier's."""
    return user.pk == person.pk or oversees(user, person)


def can_set_absence(user: User, person: User) -> bool:
    """The person themselves, their lead and managers: whoever falls ill cannot do it themselves."""
    return can_see_availability(user, person)


def can_set_facts(user: User, person: User) -> bool:
    """Skills and capacity: whoever answers for the work, not who would like less of it."""
    return oversees(user, person)


def oversees(user: User, person: User) -> bool:
    """Whether `user` answers for the work of `person`."""
    return user.is_manager or (user.is_agent and user.is_lead and user.tier == person.tier != "")


def can_see_team(user: User) -> bool:
    return user.is_manager or (user.is_agent and user.is_lead)
