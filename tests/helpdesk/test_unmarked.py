"""Markdown in one line of a list: the words that the page would show, and no sign."""

import re
import time
from collections import Counter
from html import unescape

import pytest
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.markdown import render_message
from helpdesk.markup.unmarked import unmarked


def shown(text):
    return unescape(strip_tags(render_message(text)))


@pytest.mark.parametrize(
    "text",
    [
        "Frames are **dropped** on *Kirin* chips, ***always***, __not__ _once_.",
        "黑屏**只在**华为手机上出现，_偶尔_ 会恢复。",
        "Call `setSurface(*view)` before ``joinChannel``; `a*b*c` and snake_case_name stay.",
        "See [the guide](https://docs.example/a_b) or <https://docs.example/c>.",
        "## Found\n\nIt is ~~the token~~ the key.",
        "> as Ana said\n> **twice**\n\nYes.",
        "- one\n- *two*\n* three",
        "```java\nint *p = a * b;\n```\nThat fails.",
        "| code | means |\n|------|:-----:|\n| 17 | *refused* |",
        "2 * 3 * 4 is 24, int *p, *q; a < b",
        r"\*not emphasis\* and a\_b",
        "above\n\n---\n\nbelow",
        "Line one  \nline two",
        "A lone * star, a lone ` tick and [brackets] stay.",
    ],
)
def test_it_reads_as_the_page_does(text):
    assert unmarked(text).split() == shown(text).replace("|", " ").split()


@given(text=st.text(st.sampled_from("*_`~[]()<>#|\\!-: \nab\0"), max_size=60))
def test_no_word_is_lost_whatever_is_written(text):
    letters = re.sub(r"\]\([^)]*\)|(?:```|~~~)[^\n]*", "", text)
    assert not Counter(re.findall("[ab]", letters)) - Counter(re.findall("[ab]", unmarked(text)))


def test_of_a_picture_its_description_stays():
    assert unmarked("![black screen](screen.png) since noon") == "black screen since noon"


@pytest.mark.parametrize(
    "text", ["*a " * 1400, "[a](" * 1000, "`" * 4000, "_a" * 2000, "**" * 2000, "|-" * 2000, "> " * 2000]
)
def test_no_text_of_a_message_takes_long(text):
    started = time.thread_time()
    unmarked(text[:4000])
    assert time.thread_time() - started < 0.1
