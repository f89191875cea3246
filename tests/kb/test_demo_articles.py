"""The demo's own articles, and what developers in trouble would type to find them."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from kb.case import Case
from kb.search import suggest
from kb.trees.importing import import_tree
from products.models import Product

FOLDER = Path(settings.BASE_DIR) / "demo" / "articles"

ENGLISH = {
    "Black screen on Android 14 after joinChannel, error 17": "android-black-screen-error-17",
    "viewers hear themselves when the host uses the loudspeaker": "echo-on-speakerphone",
    "After a phone call comes in on iPhone nobody hears the user any more": "ios-no-audio-after-phone-call",
    "Our release APK crashes as soon as we join, debug build works": "crash-in-release-build",
    "Chrome plays no sound until the user clicks somewhere": "autoplay-blocked",
    "Token works in staging but everyone is disconnected after a few hours": "tokens-fail-after-hours",
    "we cannot find the mp4 in our bucket after cloud recording stopped": "recording-file-missing",
    "switchCamera gives a black picture on some phones": "camera-switch-black",
    "RTMP push times out, state 153": "cdn-push-fails",
    "join() promise never resolves in the browser": "web-join-no-authorized",
    "which ports must be open in a corporate firewall?": "firewall-and-turn",
    "Gradle: duplicate class after upgrading the SDK": "build-fails-after-upgrade",
    "lips and sound do not match, audio is half a second late": "audio-video-out-of-sync",
    "picture freezes for viewers on bad mobile networks": "video-freezes-packet-loss",
    "How do I verify the signature of your webhooks?": "webhook-signatures",
    "screen share dies when user presses the home button": "screen-share-stops-in-background",
}
CHINESE = {
    "安卓 14 加入频道后黑屏，日志报 -17": "android-black-screen-error-17",
    "主播开外放，观众听到自己的回音": "echo-on-speakerphone",
    "用户接了个电话回来就没声音了，只有 iPhone 有这个问题": "ios-no-audio-after-phone-call",
    "正式包一进房间就闪退，debug 包正常": "crash-in-release-build",
    "谷歌浏览器进页面没有声音，点一下页面才有": "autoplay-blocked",
    "线上跑几个小时以后所有人都掉线，提示 token 过期": "tokens-fail-after-hours",
    "云端录制停止后 OSS 里没有文件": "recording-file-missing",
    "前置切后置摄像头之后预览黑了": "camera-switch-black",
    "推流到 CDN 一直超时": "cdn-push-fails",
    "公司内网连不上，防火墙需要开哪些端口": "firewall-and-turn",
    "升级 SDK 之后 gradle 报重复类": "build-fails-after-upgrade",
    "网络差的观众画面一直卡": "video-freezes-packet-loss",
    "按 home 键之后屏幕共享断了": "screen-share-stops-in-background",
    "一个频道最多多少人": "limits",
    "日志在哪里拿，要发给你们": "collect-logs",
}
TYPED = [("en", *one) for one in ENGLISH.items()] + [("zh-hans", *one) for one in CHINESE.items()]
RIGHT_ONE_FIRST = 0.8


@pytest.fixture(scope="module")
def library(django_db_setup, django_db_blocker):
    """Loaded once for the module, rolled back after it."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        for code in ("rtc", "live", "chat"):
            Product.objects.create(code=code, name=code)
        yield import_tree(FOLDER, name="demo")
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_every_article_of_the_demo_is_read(library):
    assert library.skipped == library.notes == library.broken_links == []
    assert library.created == len(list(FOLDER.glob("*/*.md"))) >= 80


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "typed", "slug"), TYPED)
def test_what_a_developer_types_brings_the_right_article_among_the_first_three(
    library, language, typed, slug
):
    found = suggest(AnonymousUser(), Case.of(typed), language=language, limit=3)
    assert slug in [one.article.slug for one in found]


@pytest.mark.django_db
def test_it_mostly_comes_first(library):
    first = [
        suggest(AnonymousUser(), Case.of(typed), language=language)[0].article.slug
        for language, typed, _ in TYPED
    ]
    right = sum(slug == wanted for slug, (_, _, wanted) in zip(first, TYPED, strict=True))
    assert right / len(TYPED) >= RIGHT_ONE_FIRST
