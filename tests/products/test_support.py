"""Which SDK versions are offered, and what is said of the one that somebody uses."""

from datetime import date

import pytest

from products.models import SdkVersion
from products.support import newest_first, offered, support

pytestmark = pytest.mark.django_db

TODAY = date(2026, 7, 13)


@pytest.fixture
def rows(live_sdk):
    made = [
        SdkVersion(product=live_sdk, platform=platform, version=version, supported_until=until)
        for platform, version, until in [
            ("", "4.9.0", date(2026, 7, 12)),
            ("", "4.10.2", None),
            ("", "4.10.0", date(2026, 7, 13)),
            ("android", "4.10.3", None),
            ("", "3.7.0", date(2025, 3, 31)),
        ]
    ]
    return SdkVersion.objects.bulk_create(made)


def test_the_newest_comes_first_as_versions_are_counted_and_only_those_of_the_platform(rows, live_sdk):
    assert [one.version for one in offered(live_sdk.pk, "ios")] == ["4.10.2", "4.10.0", "4.9.0", "3.7.0"]
    assert offered(live_sdk.pk, "android")[0].version == "4.10.3"
    assert offered(None, "android") == []
    assert newest_first(rows)[0].version == "4.10.3"


@pytest.mark.parametrize(
    ("named", "ended_on"),
    [
        ("4.10.2", None),
        ("4.10.0", None),  # its last day
        ("4.9.0", date(2026, 7, 12)),
        ("v4.9.0 (build 81)", date(2026, 7, 12)),
        ("4.8.5", date(2026, 7, 12)),  # not listed: the next newer one has ended
        ("4.10.1", None),
        ("5.0.0", None),
        ("whatever", None),
    ],
)
def test_support_ends_with_its_last_day_and_with_the_oldest_first(rows, named, ended_on):
    assert support(named, rows, TODAY).ended_on == ended_on


def test_the_newest_version_still_supported_is_named(rows):
    assert support("3.7.0", rows, TODAY).newest == "4.10.3"
    assert support("3.7.0", [], TODAY).newest == ""
