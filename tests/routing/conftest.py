from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Tier, User
from routing import actions
from routing.models import RulesVersion
from routing.rules import Rule, RuleSet
from tests.conftest import person
from tickets.models import Ticket

Switch = Callable[..., RulesVersion]


@pytest.fixture
def lin(db: None) -> User:
    """A colleague of Ana's who speaks Chinese."""
    return person("Lin Lan", role=User.Role.AGENT, tier=Tier.L1, language="zh-hans")


@pytest.fixture
def rules(mia: User) -> Switch:
    """Put rules in force and switch routing on."""

    def put(*rules: Rule, **weights: int) -> RulesVersion:
        known = {"weights": {**RuleSet().weights, **weights}}
        draft = actions.save_draft(RuleSet(rules=rules, **known), by=mia)
        version = actions.put_in_force(draft, by=mia, note="")
        return version if version.is_on else actions.switch(True, by=mia)

    return put


@pytest.fixture
def file(rui: User, live_sdk: Any, kite: Any) -> Callable[..., Ticket]:
    """File a ticket of Rui's."""
    from tickets import actions as tickets

    def file(**fields: Any) -> Ticket:
        return tickets.create(
            **{
                "requester": rui,
                "by": rui,
                "organization": kite,
                "product": live_sdk,
                "priority": "P3",
                "subject": "No sound",
                "body": "After joining.",
                **fields,
            }
        )

    return file
