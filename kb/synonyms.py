"""Words that mean the same to somebody in trouble: black screen, 黑屏, no video. Admins edit them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.errors import InvalidInput
from helpdesk.text import normal, words
from kb.models import Synonyms, SynonymsChange
from kb.noise import NOISE
from products.models import Product

MAX_ADDED = 16
MAX_TERMS = 24
KEPT_SECONDS = 60
_KEY = "kb:synonyms"

# What developers of real-time audio and video say for the same thing.
FIRST = [
    "black screen, 黑屏, no video, 没有画面, 看不到画面, blank video",
    "no sound, no audio, 没声音, 无声, 听不到, silent, 静音",
    "echo, 回声, 回音, hear myself",
    "freeze, 卡顿, stutter, choppy, 卡, laggy, 画面卡住",
    "crash, 崩溃, 闪退, force close",
    "latency, delay, 延迟, 延时, lag",
    "disconnect, 掉线, 断线, dropped, 断开, kicked, 被踢",
    "token, 令牌, 鉴权, 凭证, 签名",
    "join, 加入频道, 进房, 进频道, 加入房间, enter room",
    "publish, push stream, 推流, 发布流, 开播",
    "subscribe, pull stream, 拉流, 订阅",
    "screen sharing, screen share, 屏幕共享, 录屏, 投屏",
    "recording, 录制, 云端录制",
    "beauty, 美颜, face filter",
    "microphone, 麦克风, mic, 话筒",
    "camera, 摄像头, 相机",
    "speaker, loudspeaker, 扬声器, 外放, 免提, speakerphone",
    "headset, earphone, headphones, 耳机, bluetooth, 蓝牙",
    "blurry, 模糊, 画质差, 不清晰, low quality, pixelated",
    "noise, 噪音, 杂音, 噪声, 电流声",
    "battery, 发热, 发烫, 耗电, overheating, power",
    "permission, 权限, 授权",
    "firewall, 防火墙, 代理, proxy, 内网, corporate network",
    "upgrade, 升级, update, 迁移, migrate",
    "compile, build, 编译, 打包, gradle, 构建",
    "background, 后台, 锁屏, lock screen, home button",
]


def added_to(typed: Sequence[str], product: Product | None) -> list[str]:
    """The words to look for besides those that were typed: of each group with one of its terms among them."""
    added: dict[str, None] = {}
    there = set(typed)
    for group_product, terms in _groups():
        if group_product and (product is None or product.pk != group_product):
            continue
        if any(set(term) <= there for term in terms):
            added |= dict.fromkeys(word for term in terms for word in term)
    return [word for word in added if word not in there][:MAX_ADDED]


@transaction.atomic
def save(
    terms: Sequence[str], *, product: Product | None, by: User, group: Synonyms | None = None
) -> Synonyms:
    """Write a group of terms, or change one; the next search knows it. Raises InvalidInput for fewer than two
    terms. What changes nothing is not logged."""
    terms = list(dict.fromkeys(term for one in terms if (term := " ".join(normal(one).split())[:60])))
    if not 1 < len(terms) <= MAX_TERMS:
        raise InvalidInput(_("Please give two terms or more, at most %d.") % MAX_TERMS)
    before: list[str] = []
    if group is None:
        group = Synonyms(product=product, terms=terms)
        group.save(force_insert=True)
    else:
        group = Synonyms.objects.select_for_update(no_key=True).get(pk=group.pk)
        before = group.terms
        if before == terms and group.product == product:
            return group
        group.terms, group.product = terms, product
        group.save(update_fields=["terms", "product"])
    SynonymsChange.objects.create(before=before, after=terms, product=product, by=by)
    transaction.on_commit(forget)
    return group


@transaction.atomic
def remove(group: Synonyms, *, by: User) -> None:
    """The next search no longer knows them."""
    group = Synonyms.objects.select_for_update().get(pk=group.pk)
    SynonymsChange.objects.create(before=group.terms, after=[], product=group.product, by=by)
    group.delete()
    transaction.on_commit(forget)


def put_up(using: str, apps: Apps = installed, **kwargs: Any) -> None:
    """After migrating, and after tests emptied the tables: without any synonyms the first are put up."""
    try:
        synonyms = apps.get_model("kb", "Synonyms").objects.using(using)
    except LookupError:
        return
    if not synonyms.exists():
        synonyms.bulk_create(synonyms.model(terms=terms.split(", ")) for terms in FIRST)
        forget()


def forget() -> None:
    """Have the next search read them anew."""
    cache.delete(_KEY)


def _groups() -> list[tuple[int | None, list[list[str]]]]:
    """Each group's product and its terms, cut into words; a term of several words needs all of them."""
    groups: list[tuple[int | None, list[list[str]]]] | None = cache.get(_KEY)
    if groups is None:
        groups = [
            (group.product_id, [cut for term in group.terms if (cut := _cut(term))])
            for group in Synonyms.objects.order_by("pk")
        ]
        cache.set(_KEY, groups, KEPT_SECONDS)
    return groups


def _cut(term: str) -> list[str]:
    every = list(dict.fromkeys(words(term)))
    return [word for word in every if word not in NOISE] or every
