import pytest

from accounts.models import Membership
from tests.conftest import person


@pytest.fixture
def held_for_15_seconds(settings):
    settings.UNDO_SEND_SECONDS = 15


@pytest.fixture
def bo(kite):
    """Leads Rui's organisation, so sees Rui's tickets."""
    bo = person("Bo Lin", domain="kite.example")
    Membership.objects.create(user=bo, organization=kite, role=Membership.Role.LEAD)
    return bo


@pytest.fixture
def desk(client, ana):
    client.force_login(ana)
    return client
