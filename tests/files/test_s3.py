"""Files in S3: what the settings make of the environment, without any S3."""

from __future__ import annotations

import environ
from django.core.files.storage import storages
from django.test import override_settings

from files.s3 import s3_storage


def test_objects_are_private_and_have_no_address_for_browsers(monkeypatch):
    for name, value in {
        "S3_BUCKET": "desk",
        "S3_ENDPOINT_URL": "http://127.0.0.1:9000",
        "S3_ACCESS_KEY_ID": "key",
        "S3_SECRET_ACCESS_KEY": "secret",
        "S3_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    entry = s3_storage(environ.Env())
    with override_settings(
        STORAGES={"default": entry, "staticfiles": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    ):
        storage = storages["default"]
        assert storage.bucket_name == "desk"
        assert storage.default_acl == "private"
        assert storage.querystring_auth and storage.querystring_expire <= 300
        assert not storage.file_overwrite
        assert storage.location == "files"
        assert storage.object_parameters["ContentDisposition"] == "attachment"
        # Signed for five minutes at most, should anything ever ask for one: our pages never do.
        assert "X-Amz-Expires=300" in storage.url("ab/cd")
