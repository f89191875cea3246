"""Pictures that were pasted into a text that was never saved."""

from datetime import timedelta

import pytest
from django.utils import timezone

from drafts import actions as drafts
from kb import actions
from kb.models import Picture
from kb.pictures import UNUSED_KEPT, prune, store
from tests.kb.conftest import article
from tests.kb.vendor_tree import picture

pytestmark = pytest.mark.django_db


def test_only_what_nobody_shows_any_more_is_removed_after_a_while(
    clock, ana, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    shown, before, typed, again, unused = [store(picture(n), name=f"{n}.png", by=ana) for n in range(1, 6)]
    written = article("wiring", "Wiring", body=f"![a]({before.get_absolute_url()})", by=ana)
    actions.edit(written, by=ana, body=f"![a]({shown.get_absolute_url()})")
    drafts.keep(ana, "article", content={"body": [f"![a]({typed.get_absolute_url()})"]})

    assert prune(timezone.now()) == 0
    clock.shift(UNUSED_KEPT + timedelta(days=1))
    store(picture(4), name="4.png", by=ana)
    with django_capture_on_commit_callbacks(execute=True):
        assert prune(timezone.now()) == 1
    assert set(Picture.objects.all()) == {shown, before, typed, again}
    assert not unused.file.storage.exists(unused.file.name)
    assert shown.file.storage.exists(shown.file.name)
    assert prune(timezone.now()) == 0
