"""Words for full-text search, in Chinese, English and code.

PostgreSQL's parser knows neither where a Chinese word ends nor that `joinChannel` is "join channel", so the
words are cut here, for the index and for the query by the same rules:

    安卓黑屏           安卓 黑屏                          a dictionary, with the field's own words added
    joinChannel        joinchannel join channel           an identifier whole and in parts
    ERR_TOKEN_EXPIRED  errtokenexpired err token expired
    -102, v4.3.2       102, 4.3.2                         no sign, no v

What comes out are letters, digits, points and Chinese: nothing that a query language could mistake.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import rjieba

# Between the words of a text that is shown with its words marked; the parser takes it for a space.
SEPARATOR = "\x1f"
MAX_WORD = 60

_CHINESE = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(
    rf"(?P<chinese>(?:(?=\w)[{_CHINESE}])+)"
    r"|(?P<version>(?<![\w.])[vV]?\d+(?:\.\d+)+(?!\w))"
    rf"|(?P<word>[^\W{_CHINESE}]+)"
)
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_ERROR_NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_ERROR_NUMBER = re.compile(
    r"(?:error|err|code|status|reason|错误码?|错误代码|返回码?|返回值?|状态码|报错)\D{0,8}?(-?\d{1,6})(?![\w.])",
    re.IGNORECASE,
)
_SIGNED_NUMBER = re.compile(r"(?<![\w.-])-\d{1,6}(?![\w.])")


def segmented(text: str) -> str:
    """The words of `text`, separated by spaces, for to_tsvector.

    Long Chinese words are given with their parts as well, so that 黑屏问题 is found by 黑屏.
    """
    return " ".join(words(text))


def words(text: str) -> Iterator[str]:
    """The words of `text` in their order, identifiers whole and in parts, all in small letters."""
    for token in _TOKEN.finditer(normal(text)):
        if token.lastgroup == "chinese":
            yield from _jieba().cut_for_search(token.group())
        elif token.lastgroup == "version":
            yield token.group().lstrip("vV")
        else:
            yield from _spellings(token.group())


def marked(text: str) -> str:
    """`text` as it is shown, with SEPARATOR wherever a word ends that PostgreSQL's parser would not see."""
    return _TOKEN.sub(_mark, _CONTROL.sub(" ", text)).strip(SEPARATOR)


def error_codes(text: str) -> set[str]:
    """What reads as an error code: `ERR_TIMEOUT`, `-102`, or called one ("error 17", 错误码 17).

    Numbers are given with and without their sign, for people write them either way.
    """
    text = normal(text)
    numbers = {*_ERROR_NUMBER.findall(text), *_SIGNED_NUMBER.findall(text)}
    if re.fullmatch(r"\s*-?\d{1,6}\s*", text):
        numbers.add(text.strip())
    bare = {number.lstrip("-") for number in numbers}
    return {*_ERROR_NAME.findall(text), *bare, *(f"-{number}" for number in bare)}


def normal(text: str) -> str:
    """Full-width letters and digits as ordinary ones; no control characters."""
    return unicodedata.normalize("NFKC", _CONTROL.sub(" ", text))


def _spellings(word: str) -> Iterator[str]:
    whole = word.replace("_", "").lower()[:MAX_WORD]
    parts = [part.lower() for part in _parts(word)]
    if whole:
        yield whole
    if len(parts) > 1:
        yield from (part for part in parts if part != whole)


def _parts(word: str) -> list[str]:
    """`joinChannel` is join, Channel; `error17` is error, 17; `H264`, `mp4` and `iOS` stay whole."""
    return [part for piece in word.split("_") for part in _humps(piece)]


def _humps(word: str) -> list[str]:
    """The parts of a word without `_`; joined they are the word."""
    if not word.isascii():
        return [word]
    parts: list[str] = []
    for part in _PART.findall(word):
        if parts and (len(parts[-1]) < 3 if part.isdigit() else parts[-1] in ("e", "i")):
            parts[-1] += part
        else:
            parts.append(part)
    return parts


def _mark(token: re.Match[str]) -> str:
    text = token.group()
    if token.lastgroup == "chinese":
        pieces = _jieba().cut(text)
    elif token.lastgroup == "version":
        pieces = re.split(r"(?<=[vV])", text)
    else:
        pieces = [part for piece in re.split(r"(_+)", text) for part in _humps(piece) or [piece]]
    return f"{SEPARATOR}{SEPARATOR.join(pieces)}{SEPARATOR}"


@cache
def _jieba() -> rjieba.Jieba:
    """The dictionary, with the words of this field: 黑屏 is one word and so is 连麦."""
    dictionary = rjieba.Jieba()
    for word in (Path(__file__).parent / "chinese_words.txt").read_text(encoding="utf-8").split():
        dictionary.add_word(word, max(100, dictionary.suggest_freq(word)), "n")
    return dictionary
