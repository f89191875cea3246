"""Files in S3, or what speaks like it (docs/files.md). Read by the settings: nothing of Django may be
imported here."""

from __future__ import annotations

from typing import Any


def s3_storage(env: Any) -> dict[str, Any]:
    """The entry of STORAGES. Objects are private and have no address of their own: every byte goes through
    our view."""
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET"),
            "location": env.str("S3_PREFIX", default="files"),
            "endpoint_url": env.str("S3_ENDPOINT_URL", default="") or None,
            "region_name": env.str("S3_REGION", default="") or None,
            "access_key": env.str("S3_ACCESS_KEY_ID", default="") or None,
            "secret_key": env.str("S3_SECRET_ACCESS_KEY", default="") or None,
            "default_acl": "private",
            "querystring_auth": True,
            "querystring_expire": 300,
            "file_overwrite": False,
            "signature_version": "s3v4",
            # A type that no browser shows, should the bucket be opened by mistake.
            "object_parameters": {
                "ContentDisposition": "attachment",
                "ContentType": "application/octet-stream",
            },
        },
    }
