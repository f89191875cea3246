"""What the place of a file in its tree says: language, shelf, kind, and the address of its article."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from kb.models import Article

PAGES = (".md", ".mdx", ".markdown")

_LANGUAGES = {
    **dict.fromkeys(["en", "en-us", "en-gb", "eng", "english", "英文", "英语"], "en"),
    **dict.fromkeys(["zh", "zh-cn", "zh-hans", "cn", "chs", "chinese", "中文", "简体中文"], "zh-hans"),
}  # fmt: skip
_SUFFIX = re.compile(r"(.+?)[._-](zh[-_]?(?:cn|hans)?|cn|en[-_]?(?:us|gb)?)", re.IGNORECASE)
# Folders in which a site keeps its translations; they say nothing of the article.
_SITE_FOLDERS = {"i18n", "docusaurus-plugin-content-docs", "current", "docs", "content", "locales"}
_INDEX = {"readme", "index", "_index"}
_ORDER = re.compile(r"^\d{1,4}[-_. ]+(?=\S)")
_NOT_IN_NAMES = re.compile(r"[^\w]+")

_KINDS = [
    (re.compile(r"faq|frequently|question|常见问题|troubleshoot|故障|排查"), Article.Kind.FAQ),
    (re.compile(r"release|change-?log|what.?s-?new|发布|更新日志|发版|版本说明"), Article.Kind.RELEASE_NOTE),
    (re.compile(r"best[-_ ]?practice|最佳实践"), Article.Kind.BEST_PRACTICE),
    (re.compile(r"scenario|solution|use[-_ ]?case|场景|解决方案"), Article.Kind.SCENARIO),
    (re.compile(r"(^|[/_ -])(api|apis|reference|restful)([/_ .-]|$)|接口|参考"), Article.Kind.API),
]

LONGEST_SLUG = 90
LONGEST_SHELF_NAME = 80


@dataclass(frozen=True)
class Place:
    """`key` is the path without language and suffix: translations of an article share it."""

    key: str
    language: str | None
    folders: tuple[str, ...]
    kind: str


def place_of(path: str) -> Place:
    *folders, name = unicodedata.normalize("NFC", path).split("/")
    stem = name.rpartition(".")[0]
    language = None
    kept: list[str] = []
    for folder in folders:
        said = _LANGUAGES.get(folder.lower().replace("_", "-"))
        if said and language is None:
            language = said
        elif not (folder.lower() in _SITE_FOLDERS and not kept):
            kept.append(folder)
    match = _SUFFIX.fullmatch(stem)
    if match and (said := _LANGUAGES.get(match[2].lower().replace("_", "-"))):
        stem, language = match[1], language or said
    own = [] if stem.lower() in _INDEX and kept else [stem]
    key = "/".join([*kept, *own])
    kind = next((kind for pattern, kind in _KINDS if pattern.search(key.lower())), Article.Kind.GUIDE)
    return Place(key=key, language=language, folders=tuple(kept), kind=kind)


def name_of(path: str) -> str:
    """What to call a file that has neither title nor heading: its name, or its folder's."""
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0]
    if stem.lower() in _INDEX and folders:
        stem = folders[-1]
    return spoken(stem) or stem


def spoken(name: str) -> str:
    """`01-quick_start` as people write it: Quick start."""
    words = " ".join(_ORDER.sub("", name).replace("_", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:]


def loosely(path: str) -> str:
    """A path as the addresses of a site name it: without order numbers, suffix and index, in small letters.

    `Guide/01-Quick_Start/README.md` and `guide/quick_start` are the same.
    """
    *folders, name = unicodedata.normalize("NFC", path).lower().split("/")
    stem = name.rpartition(".")[0] if name.endswith(PAGES) else name.removesuffix(".html")
    every = [_ORDER.sub("", one) for one in (*folders, *([] if stem in _INDEX else [stem])) if one]
    return "/".join(every)


def slugs_of(key: str, path: str) -> list[str]:
    """Addresses for an article, the nicest first; the last one is nobody else's."""
    plain = slugged(key)
    if len(plain) > LONGEST_SLUG:
        plain = f"{slugged(key.rpartition('/')[2])[: LONGEST_SLUG - 20].strip('-')}-{_digest(key)}".strip("-")
    first = plain or f"page-{_digest(key)}"
    return [first, f"{first}-{_digest(key)}", f"{first}-{_digest(path)}-{_digest(key)}"]


def slugged(text: str) -> str:
    return _NOT_IN_NAMES.sub("-", unicodedata.normalize("NFKC", text).lower()).strip("-_")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]
