"""Whether the search finds the right article for what a developer in trouble types: `script/bench retrieval`.

The library is the demo's articles in both languages, hidden among the generated pages of a vendor's tree. The
questions use other words than the articles; they were written once, and the search is not tuned
on them. The goals: the right one first for 70 %, among three for 90 %, among five for 95 %.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.db import connection  # noqa: E402

from kb import shelves, synonyms  # noqa: E402
from kb.case import Case  # noqa: E402
from kb.models import Article  # noqa: E402
from kb.search import suggest  # noqa: E402
from kb.trees.importing import import_tree  # noqa: E402
from tests.kb.vendor_tree import grow  # noqa: E402

DEMO = Path(settings.BASE_DIR) / "demo" / "articles"
GOALS = {1: 70, 3: 90, 5: 95}

ENGLISH = {
    "Play console rejects our bundle because native libs are not aligned": "android-16kb-page-size",
    "remote user shows nothing, join called two times, -17 in logcat": "android-black-screen-error-17",
    "which setting for music quality instead of speech, it sounds like a telephone": "audio-profiles",
    "voice comes before the mouth moves": "audio-video-out-of-sync",
    "first visit of the page is silent until you tap": "autoplay-blocked",
    "call dies when user locks the phone for two minutes": "background-calls",
    "duplicate class errors from gradle since new version": "build-fails-after-upgrade",
    "front to rear camera flip leaves blank preview": "camera-switch-black",
    "our rtmp address refuses the stream, stops after a minute": "cdn-push-fails",
    "IM logs in fine then goes offline five seconds later": "chat-disconnects-after-login",
    "how do I start a server side recording with an http call": "cloud-recording-api",
    "where are the sdk log files on a windows machine": "collect-logs",
    "what does state RECONNECTING mean and how long does it try": "connection-states",
    "minify enabled apk force closes, debug is ok": "crash-in-release-build",
    "user denied mic access, how to ask again": "device-permissions",
    "guests complain they hear their own words back": "echo-on-speakerphone",
    "packaged electron app on mac has no camera after notarisation": "electron-desktop-client",
    "is one engine instance enough, when should I call destroy": "engine-lifecycle",
    "list of all return values and what they mean": "error-codes",
    "our hospital only allows 443 outbound, which ip addresses": "firewall-and-turn",
    "siri interrupts and afterwards remote cannot hear iphone user": "ios-no-audio-after-phone-call",
    "apple review asks for privacy file of third party sdk": "ios-privacy-manifest",
    "can 60 people turn on video at once": "limits",
    "check bandwidth and camera on a waiting page before the lesson": "pre-call-network-test",
    "mp4 in s3 is shorter than the meeting": "recording-file-missing",
    "macbook safari viewers see nothing while chrome is fine": "safari-black-video-choppy-audio",
    "sharing the phone display ends as soon as another app is opened": "screen-share-stops-in-background",
    "kicked out at exactly 24 hours, how to extend without rejoining": "token-renewal",
    "sign tokens in node backend example": "token-server",
    "viewers on 4g get a slideshow": "video-freezes-packet-loss",
    "promise of join hangs forever in firefox": "web-join-no-authorized",
}
CHINESE = {
    "谷歌商店提示 so 库没有对齐，新系统装不了": "android-16kb-page-size",
    "进房返回 -17，对方视频一片黑": "android-black-screen-error-17",
    "唱歌的时候音质像打电话一样，怎么设置音乐模式": "audio-profiles",
    "嘴型对不上声音": "audio-video-out-of-sync",
    "网页打开没声，点一下才出声": "autoplay-blocked",
    "切到后台几分钟通话就断了": "background-calls",
    "升了新版以后编译不过": "build-fails-after-upgrade",
    "前后镜头切换画面没了": "camera-switch-black",
    "转推 rtmp 地址连不上，一会儿就停": "cdn-push-fails",
    "聊天登录成功几秒后又掉线": "chat-disconnects-after-login",
    "服务端怎么用接口发起云录制": "cloud-recording-api",
    "技术支持要日志，安卓手机上存在什么目录": "collect-logs",
    "一直显示重连中是什么状态": "connection-states",
    "混淆打包之后一进频道就崩": "crash-in-release-build",
    "用户拒绝了麦克风授权怎么再次弹窗": "device-permissions",
    "连麦时能听到自己说话的声音返回来": "echo-on-speakerphone",
    "桌面客户端打包签名后摄像头打不开": "electron-desktop-client",
    "引擎什么时候创建什么时候销毁，能不能建两个": "engine-lifecycle",
    "各种返回码的含义": "error-codes",
    "学校网络限制出口，要加哪些白名单": "firewall-and-turn",
    "苹果手机来电挂断以后别人听不见我": "ios-no-audio-after-phone-call",
    "上架 App Store 要求隐私清单": "ios-privacy-manifest",
    "同时能上多少路视频": "limits",
    "带主播连麦的秀场直播方案怎么做": "live-show-cdn-audience",
    "大班课小班课怎么搭": "online-classroom",
    "上课前想先检测网速和设备": "pre-call-network-test",
    "录完之后存储桶里的 mp4 不全": "recording-file-missing",
    "共享手机屏幕一切到别的应用就停": "screen-share-stops-in-background",
    "token 快到期了怎么不掉线换新的": "token-renewal",
    "后端怎么生成 token": "token-server",
    "观众弱网看直播一卡一卡的": "video-freezes-packet-loss",
    "回调通知怎么验签，为什么收到两次": "webhook-signatures",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--noise", type=int, default=240, help="generated pages among which they are hidden")
    options = parser.parse_args()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings.MEDIA_ROOT = f"{folder}/media"
            shelves.put_up("default")
            synonyms.put_up("default")
            import_tree(DEMO, name="demo")
            grow(Path(folder) / "tree", options.noise)
            import_tree(Path(folder) / "tree", name="vendor")
            measure()
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def measure() -> None:
    print(f"{Article.objects.published().count()} articles, {len(ENGLISH)} + {len(CHINESE)} questions")
    places = {**places_of("en", ENGLISH), **places_of("zh-hans", CHINESE)}
    for language, questions in (("English", ENGLISH), ("Chinese", CHINESE), ("both", {**ENGLISH, **CHINESE})):
        shares = {
            top: 100 * sum(0 < places[one] <= top for one in questions) / len(questions) for top in GOALS
        }
        said = ", ".join(f"top {top}: {share:.0f} % (goal {GOALS[top]})" for top, share in shares.items())
        print(f"{language:8} {said}")
    print("Not first:")
    for typed, slug in {**ENGLISH, **CHINESE}.items():
        if places[typed] != 1:
            print(f"  {places[typed] or 'not found':>9}  {typed}  ->  {slug}")


def places_of(language: str, questions: dict[str, str]) -> dict[str, int]:
    """For each question the place of the right article, from 1; 0 where it is not among the first ten."""
    places = {}
    for typed, slug in questions.items():
        found = suggest(AnonymousUser(), Case.of(typed), language=language, limit=10)
        slugs = [one.article.slug for one in found]
        places[typed] = slugs.index(slug) + 1 if slug in slugs else 0
    return places


if __name__ == "__main__":
    main()
