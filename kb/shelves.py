"""The four shelves every knowledge base starts with."""

from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps

SHELVES = [
    ("guides", "Guides", "使用指南"),
    ("api-reference", "API reference", "API 参考"),
    ("faq", "FAQ", "常见问题"),
    ("scenarios", "Scenarios", "场景方案"),
]


def put_up(using: str, apps: Apps = installed, **kwargs: Any) -> None:
    """After migrating, and after tests emptied the tables: an empty knowledge base gets its shelves.

    A flush sends the signal without `apps`.
    """
    try:
        categories = apps.get_model("kb", "Category").objects.using(using)
    except LookupError:
        return
    if not categories.exists():
        categories.bulk_create(
            categories.model(slug=slug, name=name, name_zh=name_zh, position=position)
            for position, (slug, name, name_zh) in enumerate(SHELVES)
        )
