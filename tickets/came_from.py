"""From an article that did not help to the form: what the article was about is filled in, and noted."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from accounts.models import User
from kb.models import Article


def article_of(user: User, slug: str) -> Article | None:
    """The article at an address, as this person reads it; None where there is none for them."""
    if not slug:
        return None
    readable = Article.objects.visible_to(user).for_reader_of(get_language() or "", user)
    return readable.filter(slug=slug.replace("\0", "")[:120]).first()


def known_from(article: Article) -> dict[str, Any]:
    """What is certain: the title, and the product, platform, version and error code where it names one."""
    products = list(article.products.all()[:2])
    codes = {code.lstrip("-"): code for code in article.error_codes}
    return {
        "subject": article.title,
        "product": products[0].pk if len(products) == 1 else None,
        "platform": article.platforms[0] if len(article.platforms) == 1 else "",
        "sdk_version": article.sdk_from if article.sdk_from == article.sdk_to else "",
        "error_code": next(iter(codes.values())) if len(codes) == 1 else "",
    }
