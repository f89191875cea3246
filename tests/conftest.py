"""The cast and a few ready-made things. Always the same: Ana the agent, Rui the requester, Mia the manager,
Zoe the stranger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import translation

from accounts.models import EmailDomain, Membership, Organization, Tier, User
from products.models import Product
from tickets import actions
from tickets.models import Ticket

pytest_plugins = ["tests.database", "tests.garbage", "tests.scheduling", "tests.services", "tests.browser"]

MONDAY_9AM = datetime(2026, 7, 13, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _quick_passwords_and_private_files(settings: Any, tmp_path: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = str(tmp_path / "files")
    settings.UPLOAD_ROOT = str(tmp_path / "uploads")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ALERT_DIGEST_WAIT = settings.ALERT_DIGEST_WAIT_P1 = timedelta()  # no test waits for more to come
    settings.UNDO_SEND_SECONDS = 0  # a reply leaves at once, but where a test says otherwise
    settings.WHITENOISE_AUTOREFRESH = True  # else each Client first lists all static files


@pytest.fixture(autouse=True)
def _english_after_each_chinese_page() -> Iterator[None]:
    """A request leaves its language behind in the thread; the next test starts without one."""
    yield
    translation.deactivate()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still at Monday 9:00 UTC and is moved by hand."""
    with time_machine.travel(MONDAY_9AM, tick=False) as traveller:
        yield traveller


def person(name: str, **fields: Any) -> User:
    return User.objects.create_user(
        email=f"{name.split()[0].lower()}@{fields.pop('domain', 'desk.example')}",
        password=PASSWORD,
        name=name,
        **fields,
    )


@pytest.fixture
def ana(db: None) -> User:
    return person("Ana Nunes", role=User.Role.AGENT, tier=Tier.L1)


@pytest.fixture
def lena(db: None) -> User:
    """Leads L2."""
    return person("Lena Wolf", role=User.Role.AGENT, tier=Tier.L2, is_lead=True)


@pytest.fixture
def mia(db: None) -> User:
    return person("Mia Moreau", role=User.Role.MANAGER)


@pytest.fixture
def ines(db: None) -> User:
    """The admin."""
    return person("Ines Admin", role=User.Role.ADMIN)


@pytest.fixture
def kite(db: None) -> Organization:
    organization = Organization.objects.create(name="Kite Live")
    EmailDomain.objects.create(organization=organization, domain="kite.example")
    return organization


@pytest.fixture
def rui(kite: Organization) -> User:
    rui = person("Rui Tan", domain="kite.example")
    Membership.objects.create(user=rui, organization=kite)
    return rui


@pytest.fixture
def zoe(db: None) -> User:
    """A requester of another organisation."""
    zoe = person("Zoe Stranger", domain="ondo.example")
    Membership.objects.create(user=zoe, organization=Organization.objects.create(name="Ondo Fitness"))
    return zoe


@pytest.fixture
def live_sdk(db: None) -> Product:
    return Product.objects.create(code="live", name="Live SDK", name_zh="直播 SDK")


@pytest.fixture
def ticket(rui: User, kite: Organization, live_sdk: Product) -> Ticket:
    """Rui's P2, filed now."""
    return actions.create(
        requester=rui,
        by=rui,
        organization=kite,
        product=live_sdk,
        platform="android",
        sdk_version="4.3.2",
        priority="P2",
        subject="Black screen on Android 14 after joinChannel",
        body="Since this morning the remote video stays black. Error 17 in the log.",
    )
