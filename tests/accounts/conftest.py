import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _own_counters(settings):
    """django-allauth counts attempts in the cache; one test's are not another's."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
