import re

import pytest
from django.core.management import call_command


@pytest.fixture
def collected(settings, tmp_path):
    """The static files as production serves them."""
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "helpdesk.static_files.FingerprintedStaticFiles"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_sheets_and_modules_refer_to_each_other_by_fingerprint_only(collected):
    """A page that got a new module and an old one beside it would be a page nobody has tested."""
    references = [
        (file.name, reference)
        for pattern, found in (
            ("css/app.*.css", r'@import url\("([^"]+)"\)'),
            ("js/*.*.js", r'^import (?:.* from )?"\./([^"]+)"'),
        )
        for file in collected.glob(pattern)
        for reference in re.findall(found, file.read_text(), re.MULTILINE)
    ]

    assert len(references) > 30
    assert [pair for pair in references if not re.search(r"\.[0-9a-f]{12}\.", pair[1])] == []
