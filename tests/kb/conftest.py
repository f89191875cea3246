"""A small knowledge base of our own: some articles in both languages, one draft."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from kb import actions, synonyms
from kb.models import Article, Category
from kb.shelves import put_up
from products.models import Product


@pytest.fixture(autouse=True)
def _shelves(db: None) -> None:
    """Tests with real transactions empty the tables; an empty knowledge base gets its shelves back."""
    put_up("default")
    synonyms.put_up("default")
    synonyms.forget()
    synonyms.added_to([], None)  # kept from now on


@pytest.fixture
def chat_sdk(db: None) -> Product:
    return Product.objects.create(code="chat", name="Chat SDK", name_zh="即时通信 SDK")


def article(
    slug: str, title: str, *, published: bool = True, by: User | None = None, **words: Any
) -> Article:
    words.setdefault("language", "en")
    words.setdefault("summary", "")
    words.setdefault("body", title)
    words["category"] = Category.objects.get(slug=words.get("category", "faq"))
    written = actions.create(slug=slug, title=title, by=by, **words)
    return actions.publish(written, by=by) if published else written


@pytest.fixture
def shelf(live_sdk: Product, chat_sdk: Product, ana: User) -> dict[str, Article]:
    """By slug; the Chinese version of one under `slug/zh`."""
    written = [
        article(
            "black-screen",
            "Black screen on Android after joinChannel",
            summary="The view is bound to a destroyed activity. Join once and bind the view again.",
            body="## Find the cause\n\n`joinChannel` gave -17.\n\n```kotlin\nrtc.setupRemoteVideo(view)\n```",
            platforms=["android"],
            sdk_from="4.1",
            sdk_to="4.3",
            error_codes=["17", "ERR_ALREADY_IN_CHANNEL"],
            keywords=["no video", "黑屏", "没有画面"],
            products=[live_sdk],
        ),
        article(
            "black-screen",
            "安卓加入频道后黑屏",
            language="zh-hans",
            summary="视图绑定在已经销毁的 Activity 上。只加入一次，然后重新绑定视图。",
            body="## 找到原因\n\n`joinChannel` 返回 **-17**。",
            platforms=["android"],
            sdk_from="4.1",
            sdk_to="4.3",
            error_codes=["17", "ERR_ALREADY_IN_CHANNEL"],
            keywords=["black screen", "没有画面"],
            products=[live_sdk],
        ),
        article(
            "echo",
            "Echo on speakerphone",
            summary="Who hears the echo is not who causes it: look at the other device.",
            keywords=["hear myself", "loudspeaker", "回声", "回音"],
        ),
        article(
            "echo",
            "外放时有回声",
            language="zh-hans",
            summary="听到回声的人不是制造回声的人，请检查对方的设备。",
            keywords=["回音", "扬声器"],
        ),
        article(
            "token-expired",
            "Users are dropped when the token expires",
            summary="Renew the token before it expires.",
            body="Call `renewToken` in `onTokenPrivilegeWillExpire`.",
            error_codes=["-102", "ERR_TOKEN_EXPIRED"],
            keywords=["kicked after 24 hours", "令牌过期", "鉴权失败"],
        ),
        article("cdn-push", "Pushing to a CDN fails", keywords=["rtmp", "推流失败"], products=[live_sdk]),
        article("chat-login", "Chat disconnects after login", keywords=["websocket"], products=[chat_sdk]),
        article("freeze", "Video freezes on a weak network", keywords=["packet loss", "卡顿", "弱网"]),
        article("web-autoplay", "The browser blocks autoplay", platforms=["web"], keywords=["自动播放"]),
        article("web-black", "Black video in Safari", platforms=["web", "ios"], keywords=["safari 黑屏"]),
        article("co-host", "Several hosts on one stage", category="scenarios", keywords=["连麦", "上麦"]),
        article("only-zh", "直播间首帧慢", language="zh-hans", keywords=["首帧", "秒开"]),
        article("secret-plan", "Black screen cure to come", published=False, keywords=["黑屏"], by=ana),
    ]  # fmt: skip
    return {f"{one.slug}{'/zh' if one.language != 'en' else ''}": one for one in written}
