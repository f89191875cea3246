"""The versions of the invented SDKs: which there are, and which are out of support."""

from __future__ import annotations

from datetime import datetime, timedelta

import yaml

from demo.people import Cast
from demo.texts import FOLDER
from products.models import SdkVersion


def write(cast: Cast, now: datetime) -> None:
    listed = yaml.safe_load((FOLDER / "sdk_versions.yaml").read_text(encoding="utf-8"))
    rows = []
    for line in listed:
        for platform in line["platforms"]:
            for one in line["versions"]:
                released_on = now.date() - timedelta(days=one["released"])
                days = one.get("supported")
                rows.append(
                    SdkVersion(
                        product=cast.products[line["product"]],
                        platform=platform,
                        version=one["version"],
                        released_on=released_on,
                        supported_until=released_on + timedelta(days=days) if days else None,
                    )
                )
    SdkVersion.objects.bulk_create(rows)
