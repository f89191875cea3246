import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.text import SEPARATOR, error_codes, marked, segmented


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("安卓黑屏问题", "安卓 黑屏 问题"),
        ("连麦时花屏，拉流卡顿", "连麦 时 花屏 拉流 卡顿"),
        ("joinChannel", "joinchannel join channel"),
        ("onFirstRemoteVideoFrame", "onfirstremotevideoframe on first remote video frame"),
        ("ERR_TOKEN_EXPIRED", "errtokenexpired err token expired"),
        ("error17 错误码17", "error17 error 17 错误 误码 错误码 17"),
        ("-102, v4.3.2 and 4.3", "102 4.3.2 and 4.3"),
        ("iOS, H264, mp4, WebRTC", "ios h264 mp4 webrtc web rtc"),
        ("Wi-Fi audio/video", "wi fi audio video"),
        ("ＶＩＤＥＯ　４.３.２", "video 4.3.2"),
        ("' | ! & :* \\ <-> __ --", ""),
    ],
)
def test_text_is_cut_into_words(text, words):
    assert segmented(text) == words


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("error 17 on Android 14", {"17", "-17"}),
        ("报错误码：109，SDK 4.3.2", {"109", "-109"}),
        ("returns -102 after 24 hours", {"102", "-102"}),
        ("ERR_TIMEOUT in onError", {"ERR_TIMEOUT"}),
        ("-17", {"17", "-17"}),
        ("17", {"17", "-17"}),
        ("since 2026-07-13 on 3 phones", set()),
    ],
)
def test_only_what_reads_as_an_error_code_is_one(text, codes):
    assert error_codes(text) == codes


@given(st.text(max_size=200))
def test_marking_words_changes_nothing_that_is_seen(text):
    shown = marked(text).replace(SEPARATOR, "")
    seen = [c for c in text if c.isprintable() and c != " "]
    assert [c for c in shown if c.isprintable() and c != " "] == seen


@given(st.text(max_size=200))
def test_words_hold_nothing_a_query_language_could_mistake(text):
    assert all(word.replace(".", "").isalnum() for word in segmented(text).split())
