"""When is "Thursday 9:00"? In the zone of who wrote it, and never in the past."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from followups import moments
from helpdesk.errors import InvalidInput

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Monday 13 July 2026, 17:00 in Shanghai.
NOW = datetime(2026, 7, 13, 9, 0, tzinfo=UTC)

READ = {
    "2 h": "07-13 19:00",
    "in 2 h": "07-13 19:00",
    "in an hour": "07-13 18:00",
    "2小时后": "07-13 19:00",
    "半小时后": "07-13 17:30",
    "3 days later": "07-16 17:00",
    "18:30": "07-13 18:30",
    "9:00": "07-14 09:00",
    "tomorrow": "07-14 09:00",
    "tomorrow at 3 pm": "07-14 15:00",
    "3pm tomorrow": "07-14 15:00",
    "明天下午3点": "07-14 15:00",
    "明天 下午 3点半": "07-14 15:30",
    "后天": "07-15 09:00",
    "今晚": "07-13 20:00",
    "Thursday 9:00": "07-16 09:00",
    "thu 14": "07-16 14:00",
    "周四 9:00": "07-16 09:00",
    "星期四上午十点": None,
    "monday 18:00": "07-13 18:00",
    "monday 9:00": "07-20 09:00",
    "next monday": "07-20 09:00",
    "下周一": "07-20 09:00",
    "next week": "07-20 09:00",
    "24 Dec": "12-24 09:00",
    "Dec 24 14:30": "12-24 14:30",
    "dec 24": "12-24 09:00",
    "24 dec 9": "12-24 09:00",
    "7月20日 9点": "07-20 09:00",
    "2026-08-01 08:15": "08-01 08:15",
}


@pytest.mark.parametrize("text", READ)
def test_it_is_read_in_the_zone_of_who_wrote_it(text):
    wanted = READ[text]
    if wanted is None:
        with pytest.raises(InvalidInput):
            moments.read(text, NOW, SHANGHAI)
        return
    due_at = moments.read(text, NOW, SHANGHAI).due_at
    assert f"{due_at.astimezone(SHANGHAI):%m-%d %H:%M}" == wanted
    assert due_at > NOW


@pytest.mark.parametrize(
    "text",
    ["when the customer answers", "customer replies", "when answered", "客户回复时", "等客户回复", "回复后"],
)
def test_the_answer_of_the_customer_is_a_moment_too(text):
    assert moments.read(text, NOW, SHANGHAI).is_answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "9",
        "25:00",
        "31 feb",
        "2026-13-01",
        "2020-01-01",
        "today 8:00",
        "0 min",
        "500 weeks",
        "1" * 80,
    ],
)
def test_what_is_past_far_or_unclear_is_refused_with_a_sentence(text):
    for language in ("en", "zh-hans"):
        with translation.override(language), pytest.raises(InvalidInput) as refusal:
            moments.read(text, NOW, SHANGHAI)
        assert str(refusal.value)


def test_an_hour_that_summer_time_leaves_out_comes_an_hour_later():
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2027, 3, 27, 12, 0, tzinfo=UTC)
    assert moments.read("tomorrow 2:30", now, berlin).due_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert moments.read("in 24 h", now, berlin).due_at == now + timedelta(days=1)
