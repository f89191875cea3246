"""Which SDK versions there are, and whether one is still supported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from packaging.version import Version

from products.models import SdkVersion
from products.versions import parse

_NONE = Version("0")


@dataclass(frozen=True)
class Support:
    """What is known of a version: since when it is out of support, and the newest that is not."""

    ended_on: date | None = None
    newest: str = ""
    is_known: bool = False


def offered(product_id: int | None, platform: str) -> list[SdkVersion]:
    """The versions of a product on a platform, the newest first; those for all platforms among them."""
    if product_id is None:
        return []
    rows = SdkVersion.objects.filter(product=product_id)
    if platform:
        rows = rows.filter(platform__in=["", platform])
    return newest_first(rows)


def newest_first(rows: Iterable[SdkVersion]) -> list[SdkVersion]:
    return sorted(rows, key=_version, reverse=True)


def support(text: str, rows: Iterable[SdkVersion], today: date) -> Support:
    """What is known of the version that somebody named.

    One that is not listed has ended if a newer one has: support ends with the oldest first.
    """
    named, listed = parse(text), newest_first(rows)
    if named is None or not listed:
        return Support()
    newest = next((row.version for row in listed if not row.has_ended(today)), "")
    known = next((row for row in listed if _version(row) == named), None)
    if known is not None:
        return Support(known.supported_until if known.has_ended(today) else None, newest, is_known=True)
    # Sorted from new to old: the last newer one is the nearest.
    newer = [row for row in listed if _version(row) > named]
    nearest = newer[-1] if newer else None
    ended = nearest.supported_until if nearest is not None and nearest.has_ended(today) else None
    return Support(ended, newest)


def _version(row: SdkVersion) -> Version:
    return parse(row.version) or _NONE
