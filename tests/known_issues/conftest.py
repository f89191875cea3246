from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership, Organization, User
from known_issues import actions
from known_issues.models import KnownIssue
from products.models import Product
from tests.conftest import person

CANARY = "CANARY-INTERNAL"


def known(
    by: User | None, title: str = "Black screen after joinChannel on Android 14", **facts: Any
) -> KnownIssue:
    facts.setdefault("audience", "customers")
    words = {
        "title": title,
        "description": "The remote view stays black.",
        "workaround": "Call `startPreview` before `joinChannel`.",
        "fix": "Remove the call to `startPreview` again.",
    }
    chinese = {
        "title": "Android 14 加入频道后黑屏",
        "description": "远端画面一直是黑的。",
        "workaround": "在 `joinChannel` 之前调用 `startPreview`。",
        "fix": "可以去掉多余的 `startPreview`。",
    }
    wordings = facts.pop("wordings", {"en": words, "zh-hans": chinese})
    return actions.create(by=by, wordings=wordings, **facts)


@pytest.fixture
def issue(ana: User, live_sdk: Product) -> KnownIssue:
    """Customers may read it; in both languages."""
    return known(
        ana,
        product=live_sdk,
        platforms=["android"],
        affected_from="4.3.0",
        affected_to="4.3.3",
        error_codes=["-17", "ERR_BUSY"],
        state="confirmed",
    )


@pytest.fixture
def secret(ana: User, live_sdk: Product) -> KnownIssue:
    """Staff only, and just as likely."""
    words = {"title": f"{CANARY} black screen", "description": CANARY, "workaround": CANARY, "fix": CANARY}
    return known(
        ana, audience="internal", product=live_sdk, error_codes=["17", "-17"], wordings={"en": words}
    )


@pytest.fixture
def bo(kite: Organization) -> User:
    """A colleague of Rui's who leads the organisation's members, and reads Chinese."""
    bo = person("Bo Lin", domain="kite.example", language="zh-hans")
    Membership.objects.create(user=bo, organization=kite, role=Membership.Role.LEAD)
    return bo
